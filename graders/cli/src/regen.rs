//! `grade regen`: golden files from the reference, written only where something has really changed.

use std::fmt::Write;

use judge::fixtures::{self, Manifest, StoredCase, StoredTask};
use judge::making::{self, Change, Drift};
use judge::probe::Stop;
use judge::subject::Subject;
use judge::task::{Case, Task};
use judge::tolerance::Tolerances;

use crate::arguments::Regen;
use crate::device::Device;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::fingerprints;
use crate::grader::{Grader, LIBTORCH_VERSION, OWN_LIMITS, Setting};
use crate::output::Output;
use crate::regen_device;
use crate::selection;

/// Refuses options that make no sense together, before anything is looked for on this machine.
pub(crate) fn refuse_nonsense(options: &Regen) -> Result<(), Failure> {
    if options.device == Device::Cuda && !options.check {
        return Err(
            Failure::usage("golden files are made on the processor; on a GPU they are only compared")
                .hint("add --check, or leave out `--device cuda`"),
        );
    }
    Ok(())
}

/// Runs the command.
pub(crate) fn regen(grader: &Grader, options: &Regen, output: &Output) -> Result<Exit, Failure> {
    let chosen = with_cases(selection::tasks(&options.tasks)?, &options.tasks)?;
    if options.device == Device::Cuda {
        return regen_device::compare(grader, &chosen, output);
    }
    let root = grader.place().fixtures();
    let tolerances = fixtures::load_tolerances(&root)?;
    let before = fixtures::load_manifest(&root)?;
    let reference = grader.prepare_reference(&chosen)?;
    let mut subject = grader.start(&reference, &Setting::default(), None)?;
    let mut review = Review {
        root: &root,
        tolerances: &tolerances,
        before: before.as_ref(),
        drifts: Vec::new(),
    };
    let mut manifest = before
        .clone()
        .unwrap_or_else(|| fixtures::new_manifest(LIBTORCH_VERSION));
    LIBTORCH_VERSION.clone_into(&mut manifest.libtorch);
    if options.tasks.is_empty() {
        manifest.tasks.retain(|id, _| chosen.iter().any(|task| task.id == id));
    }
    for task in &chosen {
        output.progress(&format!("making {}", task.id));
        let kept = review.task(task, &mut subject)?;
        if !options.check {
            manifest
                .tasks
                .insert(task.id.to_owned(), fixtures::store_task(&root, task, &kept)?);
        }
    }
    output.progress_done();
    let drifts = review.drifts;
    let stale = before
        .as_ref()
        .is_none_or(|before| is_stale(before, &manifest, options.check));
    if options.check {
        // Fingerprints are compared with the goldens that are stored.
        let fingerprints = fingerprints::regen(grader, &chosen, options, output)?;
        return Ok(report_check(&drifts, &fingerprints, stale, output));
    }
    fixtures::store_manifest(&root, &manifest)?;
    let fingerprints = fingerprints::regen(grader, &chosen, options, output)?;
    output.line(&table(&drifts));
    output.line(&fingerprints::table(&fingerprints));
    output.line(&summary(&drifts, &fingerprints, chosen.len()));
    Ok(Exit::Done)
}

/// The tasks that have golden cases. Naming one that has none is a mistake; among all tasks they are passed over.
fn with_cases(chosen: Vec<&'static Task>, named: &[String]) -> Result<Vec<&'static Task>, Failure> {
    let (with, without): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|task| !task.cases.is_empty());
    match without.first() {
        Some(task) if !named.is_empty() => Err(Failure::usage(format!(
            "task `{}` is only trained: it has no golden files",
            task.id
        ))
        .hint("name tasks with golden cases, or none for all of them")),
        _ => Ok(with),
    }
}

/// Whether the manifest itself is not what `regen` would write, apart from what the drifts show.
fn is_stale(before: &Manifest, after: &Manifest, check: bool) -> bool {
    check && before != after
}

fn report_check(drifts: &[Drift], fingerprints: &[fingerprints::Drift], stale: bool, output: &Output) -> Exit {
    if drifts.is_empty() && fingerprints.is_empty() && !stale {
        output.line("fixtures are what the reference gives");
        return Exit::Done;
    }
    output.line(&table(drifts));
    output.line(&fingerprints::table(fingerprints));
    if stale {
        output.line("the manifest is not the one that `grade regen` would write");
    }
    output.line("next: if the change of the reference is meant, run `grade regen`; otherwise mend the reference");
    Exit::Deviation
}

/// Compares each task with what is stored and keeps stored values that have not really moved.
struct Review<'a> {
    root: &'a std::path::Path,
    tolerances: &'a Tolerances,
    before: Option<&'a Manifest>,
    drifts: Vec<Drift>,
}

impl Review<'_> {
    fn task(&mut self, task: &'static Task, subject: &mut dyn Subject) -> Result<StoredTask, Failure> {
        let stored = self.stored(task)?;
        let mut kept = StoredTask::new();
        subject.renew();
        for case in task.cases {
            let made = making::make_case(task, case, subject).map_err(|stop| cannot_make(task, case, stop))?;
            refuse_indiscriminate(task, case, &made, self.tolerances)?;
            let old = stored.get(case.name);
            let drifts = making::drift(task, case, old, &made, self.tolerances);
            let keep = if drifts.is_empty() {
                old.cloned().unwrap_or(made)
            } else {
                made
            };
            kept.insert(case.name.to_owned(), keep);
            self.drifts.extend(drifts);
        }
        Ok(kept)
    }

    /// What is stored of a task. A file that is broken is an error: nothing is overwritten unseen.
    fn stored(&self, task: &Task) -> Result<StoredTask, Failure> {
        let Some(manifest) = self.before.filter(|manifest| manifest.tasks.contains_key(task.id)) else {
            return Ok(StoredTask::new());
        };
        // A case that is new in the task's definition has no stored values yet.
        fixtures::load_known_cases(self.root, manifest, task).map_err(|error| {
            Failure::from(error).hint(
                "restore the file from version control; or delete the task's entry in the manifest to make it anew",
            )
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
    .hint("run `grade --submission ./reference` and mend the reference first")
}

fn refuse_indiscriminate(task: &Task, case: &Case, made: &StoredCase, tolerances: &Tolerances) -> Result<(), Failure> {
    let accepted = making::indiscriminate(task, case, made, tolerances);
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

fn table(drifts: &[Drift]) -> String {
    let mut text = String::new();
    if !drifts.is_empty() {
        let _ = writeln!(text, "{:<30} {:<24} {:<20} change", "task", "case", "value");
    }
    for drift in drifts {
        let change = match &drift.change {
            Change::New => "new".to_owned(),
            Change::Gone => "gone".to_owned(),
            Change::Structure => "another dtype or shape".to_owned(),
            Change::Input => "another input".to_owned(),
            Change::Values { error, tolerances } => {
                format!("{error:.1e} of the largest value, {tolerances:.1e} tolerances")
            }
        };
        let _ = writeln!(
            text,
            "{:<30} {:<24} {:<20} {change}",
            drift.task, drift.case, drift.name
        );
    }
    text.trim_end().to_owned()
}

fn summary(drifts: &[Drift], fingerprints: &[fingerprints::Drift], tasks: usize) -> String {
    if drifts.is_empty() && fingerprints.is_empty() {
        return format!("{tasks} tasks made, nothing has changed");
    }
    format!(
        "{tasks} tasks made, {} values and {} fingerprints changed",
        drifts.len(),
        fingerprints.len()
    )
}
