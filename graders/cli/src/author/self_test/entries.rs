//! The self-test's submissions, what must come of each, and which trials that takes.

use std::collections::BTreeSet;
use std::path::PathBuf;

use judge::contract::Task;
use judge::goldens::baseline;
use judge::grading::judgement::Training;

use super::scoring::{self, Most};
use crate::author::corpus::{self, ExpectedWrong};
use crate::engine::Grader;
use crate::failure::Failure;

/// A submission of the self-test and what must come of it.
#[derive(Debug)]
pub(crate) struct Entry {
    /// Its name, with the kind before it.
    pub(crate) name: String,
    /// What is judged.
    pub(crate) source: Source,
    /// What must come of it.
    pub(crate) expected: Expected,
    /// The tasks whose trials have to be run to see it; none: all.
    about: Option<Vec<String>>,
}

/// Where a submission comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// The template as it is.
    Template,
    /// The reference as it is.
    Reference,
    /// Files laid over the reference.
    Overlay(PathBuf),
    /// Answers without understanding; no process is needed.
    TrivialBaseline(baseline::Kind),
}

/// What must come of a submission.
#[derive(Debug)]
pub(crate) enum Expected {
    /// Every task is not attempted, and no points.
    NothingAttempted,
    /// Full marks everywhere; what is written differently from the reference is in these tasks.
    FullMarks(Vec<String>),
    /// No points anywhere.
    NoPoints,
    /// Checks that are lost, and tasks that keep everything.
    Wrong(ExpectedWrong),
    /// No more points than these.
    AtMost(Most),
}

impl Entry {
    /// The tasks that are judged whatever the code says: those that the expectation names.
    pub(crate) fn named(&self) -> BTreeSet<&str> {
        match &self.expected {
            Expected::FullMarks(tasks) => tasks.iter().map(String::as_str).collect(),
            Expected::Wrong(wrong) => wrong.named().into_iter().collect(),
            Expected::AtMost(most) => most.0.keys().map(String::as_str).collect(),
            Expected::NothingAttempted | Expected::NoPoints => BTreeSet::new(),
        }
    }

    /// Which trials are run for it, where training was asked for.
    pub(crate) fn training(&self, asked: bool) -> Training<'_> {
        match &self.about {
            _ if !asked => Training::NotAsked,
            Some(tasks) => Training::Of(tasks),
            None => Training::All,
        }
    }

    /// Whether nothing can be said of it without training.
    pub(crate) fn needs_training(&self) -> bool {
        match &self.expected {
            Expected::Wrong(wrong) => shows_in_trials(wrong, tasks::find),
            Expected::NothingAttempted | Expected::FullMarks(_) | Expected::NoPoints | Expected::AtMost(_) => false,
        }
    }
}

/// Whether a mistake is in a task that is only trained, or must lose a trial.
fn shows_in_trials(wrong: &ExpectedWrong, find: impl Fn(&str) -> Option<&'static Task>) -> bool {
    let is_trial = |check: &String| {
        let named = check.split_once('/');
        named.is_some_and(|(task, check)| find(task).is_some_and(|task| task.trial(check).is_some()))
    };
    find(&wrong.task).is_some_and(|task| task.cases.is_empty()) || wrong.must_lose.iter().any(is_trial)
}

/// All submissions of the self-test, or those named.
pub(crate) fn entries(grader: &Grader, only: &[String]) -> Result<Vec<Entry>, Failure> {
    let corpus = grader.course_root().corpus();
    let mut entries = vec![
        Entry {
            name: "template".to_owned(),
            source: Source::Template,
            expected: Expected::NothingAttempted,
            about: None,
        },
        Entry {
            name: "reference".to_owned(),
            source: Source::Reference,
            expected: Expected::FullMarks(Vec::new()),
            about: None,
        },
    ];
    for &kind in baseline::KINDS {
        let name = format!("baseline/{}", kind.name().replace(' ', "-"));
        entries.push(Entry {
            name,
            source: Source::TrivialBaseline(kind),
            expected: Expected::NoPoints,
            about: None,
        });
    }
    for correct in corpus::correct(&corpus)? {
        let source = Source::Overlay(correct.folder);
        entries.push(Entry {
            name: format!("correct/{}", correct.name),
            source,
            about: Some(correct.tasks.clone()),
            expected: Expected::FullMarks(correct.tasks),
        });
    }
    for wrong in corpus::wrong(&corpus)? {
        let source = Source::Overlay(wrong.folder);
        entries.push(Entry {
            name: format!("wrong/{}", wrong.name),
            source,
            about: Some(wrong.expected.concerned()),
            expected: Expected::Wrong(wrong.expected),
        });
    }
    entries.extend(scoring::attacks(&corpus)?.into_iter().map(|attack| Entry {
        name: attack.name,
        source: Source::Overlay(attack.folder),
        about: Some(attack.most.0.keys().cloned().collect()),
        expected: Expected::AtMost(attack.most),
    }));
    if only.is_empty() {
        return Ok(entries);
    }
    let matches = |entry: &Entry, name: &String| entry.name == *name || entry.name.split('/').nth(1) == Some(name);
    if let Some(unknown) = only
        .iter()
        .find(|name| !entries.iter().any(|entry| matches(entry, name)))
    {
        let names: Vec<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
        return Err(
            Failure::usage(format!("the self-test has no submission `{unknown}`")).hint(nearest(unknown, &names))
        );
    }
    entries.retain(|entry| only.iter().any(|name| matches(entry, name)));
    Ok(entries)
}

/// The names that begin with the same word, since all of them would fill a screen.
fn nearest(asked: &str, names: &[&str]) -> String {
    let own = |name: &str| {
        name.split_once('/')
            .map_or_else(|| name.to_owned(), |(_, own)| own.to_owned())
    };
    let first = |name: &str| own(name).split('-').next().map(str::to_owned);
    let near: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| first(name) == first(asked))
        .collect();
    if near.is_empty() {
        "its submissions are the folders of fixtures/submissions/wrong and fixtures/submissions/correct, `template` and \
         `reference`"
            .to_owned()
    } else {
        format!("choose from: {}", near.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use judge::contract::training::Trial;
    use judge::contract::{Case, Expect};
    use judge::findings::measurement::Outcome;
    use wire::Tensors;

    use super::*;

    #[test]
    fn a_name_that_is_not_there_is_answered_with_those_that_begin_alike() {
        let names = [
            "template",
            "wrong/gpt-tied-head",
            "correct/gpt-loops",
            "wrong/rotary-only-query",
        ];
        let expected = "choose from: wrong/gpt-tied-head, correct/gpt-loops";
        assert_eq!(nearest("gpt-tied", &names), expected);
        assert_eq!(nearest("wrong/gpt-tied", &names), expected);
        assert!(nearest("other", &names).contains("fixtures/submissions/wrong"));
    }

    const TRIALS: &[Trial] = &[Trial {
        name: "learns",
        portion: "training",
        statement: "it learns",
        cpu_seconds: 1.0,
        run: |_| Ok(Outcome::default()),
    }];
    static TRAINED: Task = Task {
        id: "trained",
        trials: TRIALS,
        ..Task::BLANK
    };
    static MIXED: Task = Task {
        id: "mixed",
        cases: &[Case {
            name: "one",
            portion: "values",
            arguments: |_| Tensors::new(),
            expect: Expect::Outputs,
        }],
        trials: TRIALS,
        ..Task::BLANK
    };

    fn wrong(task: &str, must_lose: &str) -> Entry {
        let expected = ExpectedWrong {
            task: task.to_owned(),
            mistake: String::new(),
            area: None,
            explanation: String::new(),
            must_lose: vec![must_lose.to_owned()],
            must_keep: None,
        };
        Entry {
            name: String::new(),
            source: Source::Template,
            about: Some(expected.concerned()),
            expected: Expected::Wrong(expected),
        }
    }

    #[test]
    fn a_mistake_that_only_training_shows_needs_training() {
        let needs = |task, must_lose| {
            let Expected::Wrong(expected) = wrong(task, must_lose).expected else {
                return false;
            };
            shows_in_trials(&expected, |id| {
                [&TRAINED, &MIXED].into_iter().find(|task| task.id == id)
            })
        };
        assert!(needs("trained", "trained/learns"));
        assert!(needs("mixed", "mixed/learns"));
        assert!(!needs("mixed", "mixed/golden-f64/values"));
    }

    #[test]
    fn trials_are_run_where_the_mistake_is() {
        let entry = wrong("mixed", "trained/learns");
        assert_eq!(entry.training(false), Training::NotAsked);
        let training = entry.training(true);
        let included = ["mixed", "trained", "other"].map(|task| training.includes(task));
        assert_eq!(included, [true, true, false]);
    }
}
