//! What would change in the golden files: each case made again beside what is stored of it, as a table for whoever decides.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use judge::compare::Worst;
use judge::contract::subject::Subject;
use judge::contract::tolerance::Tolerances;
use judge::contract::{Case, Task};
use judge::findings::stop::Stop;
use judge::fixtures::{self, Manifest, StoredCase, StoredTask};
use judge::goldens::generate::{self, Change, Drift};

use crate::engine::OWN_LIMITS;
use crate::exit::Exit;
use crate::failure::Failure;

/// Compares each task with what is stored and keeps stored values that have not really moved.
pub(crate) struct Review<'a> {
    root: &'a Path,
    tolerances: &'a Tolerances,
    before: &'a Manifest,
    pub(crate) drifts: Vec<Drift>,
    pub(crate) gone: Vec<(String, String)>,
    /// Stored files that cannot be read, each in a sentence: their tasks are made as if nothing were stored.
    pub(crate) unreadable: Vec<String>,
}

impl<'a> Review<'a> {
    pub(crate) fn new(root: &'a Path, tolerances: &'a Tolerances, before: &'a Manifest) -> Self {
        Self {
            root,
            tolerances,
            before,
            drifts: Vec::new(),
            gone: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// Takes the tasks out of the manifest that are none any more, or have no golden cases.
    pub(crate) fn forget_tasks_without_goldens(&mut self, manifest: &mut Manifest, tasks: &[&Task]) {
        let is_task = |id: &String| tasks.iter().any(|task| task.id == id);
        let gone = self.before.tasks.keys().filter(|id| !is_task(id));
        self.gone.extend(gone.map(|id| (id.clone(), String::new())));
        manifest.tasks.retain(|id, _| is_task(id));
    }

    /// What is to be stored of a task.
    pub(crate) fn task(&mut self, task: &'static Task, subject: &mut dyn Subject) -> Result<StoredTask, Failure> {
        let stored = self.stored(task);
        let mut kept = StoredTask::new();
        subject.respawn();
        for case in task.cases {
            let made = generate::make_case(task, case, subject).map_err(|stop| cannot_make(task, case, stop))?;
            refuse_trivial(task, case, &made, self.tolerances)?;
            let old = stored.get(case.name);
            let drifts = generate::drift(task, case, old, &made, self.tolerances);
            let keep = if drifts.is_empty() {
                old.cloned().unwrap_or(made)
            } else {
                made
            };
            kept.insert(case.name.to_owned(), keep);
            self.drifts.extend(drifts);
        }
        let known = self
            .before
            .tasks
            .get(task.id)
            .into_iter()
            .flat_map(|entry| &entry.cases);
        let gone = known.filter(|name| task.cases.iter().all(|case| case.name != **name));
        self.gone.extend(gone.map(|name| (task.id.to_owned(), name.clone())));
        Ok(kept)
    }

    /// The hash of the reference that a task's files come from: today's where anything in them changes.
    pub(crate) fn origin(&self, task: &Task, today: &str) -> String {
        let changes =
            self.drifts.iter().any(|drift| drift.task == task.id) || self.gone.iter().any(|(id, _)| id == task.id);
        let known = self.before.tasks.get(task.id).filter(|_| !changes);
        let origin = known.and_then(|entry| entry.reference_sha256.as_deref());
        origin.unwrap_or(today).to_owned()
    }

    /// What is stored of a task; nothing where a file is gone or broken, which is said in the review.
    fn stored(&mut self, task: &Task) -> StoredTask {
        if !self.before.tasks.contains_key(task.id) {
            return StoredTask::new();
        }
        // A case that is new in the task's definition has no stored values yet.
        fixtures::load_known_cases(self.root, self.before, task).unwrap_or_else(|error| {
            self.unreadable
                .push(format!("{error}; task `{}` is made again", task.id));
            StoredTask::new()
        })
    }
}

/// The reference does not answer: nothing can be made, or compared.
pub(crate) fn cannot_make(task: &Task, case: &Case, stop: Stop) -> Failure {
    let reason = match stop {
        Stop::Found(finding) => report::sentence(&finding, task.id, OWN_LIMITS),
        Stop::Fault(fault) => fault.0,
    };
    Failure::fault(format!(
        "the reference gives no answer for case `{}` of task `{}`: {reason}",
        case.name, task.id
    ))
    .hint("run `grade --submission ./reference` and fix the reference first")
}

fn refuse_trivial(task: &Task, case: &Case, made: &StoredCase, tolerances: &Tolerances) -> Result<(), Failure> {
    let accepted = generate::trivial(task, case, made, tolerances);
    if accepted.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Deviation,
        format!(
            "case `{}` of task `{}` would accept: {}",
            case.name,
            task.id,
            accepted.join(", ")
        ),
    )
    .hint("change the case's input so that such answers are wrong"))
}

/// The tasks of which any case changes or is gone.
pub(crate) fn changed(drifts: &[Drift], gone: &[(String, String)], chosen: &[&'static Task]) -> Vec<&'static Task> {
    let gone = gone.iter().map(|(task, _)| task.as_str());
    let ids: BTreeSet<&str> = drifts.iter().map(|drift| drift.task).chain(gone).collect();
    chosen.iter().copied().filter(|task| ids.contains(task.id)).collect()
}

/// One line for each value that changes, in the order of tasks and cases.
pub(crate) fn table(drifts: &[Drift], gone: &[(String, String)]) -> String {
    let head = ["task", "case", "value", "change"].map(str::to_owned);
    let changed = drifts.iter().map(|drift| {
        let change = in_words(&drift.change);
        [drift.task.to_owned(), drift.case.to_owned(), drift.name.clone(), change]
    });
    let gone = gone
        .iter()
        .map(|(task, case)| [task.clone(), case.clone(), String::new(), "gone".to_owned()]);
    let rows: Vec<_> = changed.chain(gone).collect();
    let mut text = String::new();
    for [task, case, value, change] in std::iter::once(head).filter(|_| !rows.is_empty()).chain(rows.clone()) {
        let _ = writeln!(text, "{task:<30} {case:<24} {value:<20} {change}");
    }
    text.trim_end().to_owned()
}

fn in_words(change: &Change) -> String {
    match change {
        Change::New => "new".to_owned(),
        Change::Gone => "gone".to_owned(),
        Change::Structure => "another dtype or shape".to_owned(),
        Change::Input => "another input".to_owned(),
        Change::Values {
            error,
            tolerances,
            worst,
        } => {
            let place = worst.as_ref().map_or_else(String::new, place);
            let tolerances = tolerances.map_or_else(String::new, |tolerances| format!(", {tolerances:.1e} tolerances"));
            format!("{error:.1e} of the largest value{tolerances}{place}")
        }
    }
}

fn place(worst: &Worst) -> String {
    let Worst {
        index,
        expected,
        actual,
    } = worst;
    format!(", {expected} -> {actual} at {index:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_changes_by_how_much_and_where() {
        let drift = |case, change| Drift {
            task: "rms_norm",
            case,
            name: "output".to_owned(),
            change,
        };
        let worst = Worst {
            index: vec![0, 3],
            expected: "0.5".to_owned(),
            actual: "0.75".to_owned(),
        };
        let values = Change::Values {
            error: 0.25,
            tolerances: Some(2.5e11),
            worst: Some(worst.clone()),
        };
        let whole = Change::Values {
            error: 1.0,
            tolerances: None,
            worst: Some(worst),
        };
        let drifts = [
            drift("ordinary", values),
            drift("whole", whole),
            drift("flat", Change::New),
            drift("tall", Change::Structure),
            drift("wide", Change::Input),
        ];
        let gone = [
            ("rms_norm".to_owned(), "small".to_owned()),
            ("old_task".to_owned(), String::new()),
        ];
        insta::assert_snapshot!(table(&drifts, &gone), @r"
        task                           case                     value                change
        rms_norm                       ordinary                 output               2.5e-1 of the largest value, 2.5e11 tolerances, 0.5 -> 0.75 at [0, 3]
        rms_norm                       whole                    output               1.0e0 of the largest value, 0.5 -> 0.75 at [0, 3]
        rms_norm                       flat                     output               new
        rms_norm                       tall                     output               another dtype or shape
        rms_norm                       wide                     output               another input
        rms_norm                       small                                         gone
        old_task                                                                     gone
        ");
        assert_eq!(table(&[], &[]), "");
    }

    #[test]
    fn a_task_changes_with_a_value_and_with_a_case_that_is_gone() {
        let tasks = ["rms_norm", "greedy", "nucleus"].map(|id| tasks::find(id).expect("a task"));
        let drift = Drift {
            task: "greedy",
            case: "ordinary",
            name: "output".to_owned(),
            change: Change::New,
        };
        let gone = [("nucleus".to_owned(), "small".to_owned())];
        let ids = |tasks: Vec<&'static Task>| tasks.iter().map(|task| task.id).collect::<Vec<_>>();
        assert_eq!(ids(changed(&[drift], &gone, &tasks)), ["greedy", "nucleus"]);
    }
}
