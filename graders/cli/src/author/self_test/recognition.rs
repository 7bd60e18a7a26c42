//! Whether the corpus's mistakes are recognised: every wrong submission whose golden outputs are wrong should be called by
//! its own name, and nothing ever by another.
//!
//! Each fingerprint is compared on its own, so that the names given beside a submission's own are those that it would get
//! without its own fingerprint: they are right only where the golden cases cannot tell the two mistakes apart.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use judge::diagnosis::are_alike;
use judge::diagnosis::behaviour::Measure;
use judge::fixtures::{FixtureError, Fixtures};

use super::outcome::TaskOutcome;
use super::table::Row;

/// The share of wrong submissions with wrong golden outputs that have to be named exactly.
const LEAST_SHARE: f64 = 0.8;

/// How the submissions of a run are called.
#[derive(Debug, Default)]
pub(crate) struct Recognition {
    exactly: usize,
    with_others: usize,
    nameless: Vec<String>,
    /// Those of which no fingerprint has been made yet, with the task that each is about.
    unmade: BTreeMap<String, String>,
    /// A name that is not the submission's, and is not alike either.
    wrongly: BTreeSet<String>,
    /// Mistakes that the golden cases of a task do not tell apart.
    alike: BTreeSet<String>,
}

/// What a submission is called in the tasks in which its golden outputs are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Called {
    Exactly,
    WithOthers,
    Not,
}

impl Recognition {
    /// The names that were given in these rows.
    pub(crate) fn of(rows: &[Row<'_>], fixtures: &Fixtures) -> Result<Self, FixtureError> {
        let mut recognition = Self::default();
        for row in rows.iter().filter(|row| !row.name.starts_with("baseline/")) {
            // An answer without understanding may be just what a mistake gives.
            recognition.row(row, fixtures)?;
        }
        Ok(recognition)
    }

    /// Whether nothing is called wrongly, and, where all were tried, enough are called by their names.
    pub(crate) fn is_good(&self, all: bool) -> bool {
        let enough = self.exactly as f64 >= LEAST_SHARE * self.wrong() as f64;
        self.wrongly.is_empty() && ((enough && self.unmade.is_empty()) || !all)
    }

    /// The figures, the names that are wrong, and what cannot be told apart; the share counts where `all` were tried.
    pub(crate) fn text(&self, all: bool) -> String {
        let unmade = self.unmade_in_words();
        if self.wrong() == 0 && self.wrongly.is_empty() {
            return unmade;
        }
        let mut text = format!(
            "of {} wrong submissions with wrong golden outputs, {} are named exactly, {} together with others, {} not; \
             {} names are wrong",
            self.wrong(),
            self.exactly,
            self.with_others,
            self.nameless.len(),
            self.wrongly.len()
        );
        if !self.nameless.is_empty() {
            let _ = write!(text, "\nnot named: {}", self.nameless.join(", "));
        }
        for pair in &self.alike {
            let _ = write!(text, "\nnot told apart by golden cases: {pair}");
        }
        for name in &self.wrongly {
            let _ = write!(text, "\n     ! {name}");
        }
        if !unmade.is_empty() {
            let _ = write!(text, "\n{unmade}");
        }
        if !self.is_good(all) && self.wrongly.is_empty() {
            let _ = write!(
                text,
                "\n     ! fewer than {:.0} % are named exactly",
                100.0 * LEAST_SHARE
            );
        }
        text
    }

    /// Which command makes the fingerprints that are missing.
    fn unmade_in_words(&self) -> String {
        let line = |(name, task): (&String, &String)| {
            format!("no fingerprint of {name} has been made yet, so it has no name: grade regen --task {task}")
        };
        self.unmade.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    fn wrong(&self) -> usize {
        self.exactly + self.with_others + self.nameless.len()
    }

    fn row(&mut self, row: &Row<'_>, fixtures: &Fixtures) -> Result<(), FixtureError> {
        let own = row.name.strip_prefix("wrong/");
        let mut called = None;
        for task in row.judged.iter().flat_map(|judged| &judged.tasks) {
            self.others(task, own, &row.name, fixtures)?;
            if own.is_some() && task.has_wrong_golden {
                called = called.max(Some(call(task, own)));
            }
        }
        match called {
            None => {}
            Some(Called::Exactly) => self.exactly += 1,
            Some(Called::WithOthers) => self.with_others += 1,
            Some(Called::Not) => match unmade(row, own, fixtures)? {
                Some(task) => {
                    self.unmade.insert(row.name.clone(), task);
                }
                None => self.nameless.push(row.name.clone()),
            },
        }
        Ok(())
    }

    /// Judges the names that are not the submission's own.
    fn others(
        &mut self,
        task: &TaskOutcome,
        own: Option<&str>,
        name: &str,
        fixtures: &Fixtures,
    ) -> Result<(), FixtureError> {
        let others: Vec<&str> = task
            .names
            .iter()
            .map(String::as_str)
            .filter(|other| own != Some(*other))
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        let known = fixtures.fingerprints(&task.task)?;
        let find = |name: &str| known.iter().find(|fingerprint| fingerprint.name == name);
        let own_fingerprint = own.and_then(find);
        for other in others {
            let alike = own_fingerprint.zip(find(other)).zip(tasks::find(&task.task));
            let is_alike = alike.is_some_and(|((one, other), task)| {
                let measure = Measure {
                    task,
                    tolerances: &fixtures.tolerances,
                };
                are_alike(&measure, one, other) && are_alike(&measure, other, one)
            });
            if is_alike {
                let mut pair = [own.unwrap_or_default(), other];
                pair.sort_unstable();
                self.alike
                    .insert(format!("{} and {} in {}", pair[0], pair[1], task.task));
            } else {
                self.wrongly
                    .insert(format!("{name} is called {other} in {}", task.task));
            }
        }
        Ok(())
    }
}

/// The task that a submission is about, where the index does not know its mistake.
fn unmade(row: &Row<'_>, own: Option<&str>, fixtures: &Fixtures) -> Result<Option<String>, FixtureError> {
    let (Some(own), Some(task)) = (own, &row.about) else {
        return Ok(None);
    };
    let index = fixtures.library.index()?;
    let known = index
        .tasks
        .get(task)
        .is_some_and(|known| known.mistakes.contains_key(own));
    Ok((!known).then(|| task.clone()))
}

fn call(task: &TaskOutcome, own: Option<&str>) -> Called {
    let names: Vec<&str> = task.names.iter().map(String::as_str).collect();
    match own {
        Some(own) if names == [own] => Called::Exactly,
        Some(own) if names.contains(&own) => Called::WithOthers,
        _ => Called::Not,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::path::Path;

    use judge::findings::verdict::Verdict;
    use judge::grading::assignment::Assignment;

    use super::*;
    use crate::author::self_test::table::{Came, Judged};
    use crate::engine::WorkerConfig;

    const TASK: &str = "causal_self_attention";

    fn fixtures_folder() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
    }

    /// A task with a wrong golden output that is called by these names.
    fn judgement(names: &[&str]) -> TaskOutcome {
        TaskOutcome {
            task: TASK.to_owned(),
            verdict: Verdict::Wrong,
            points: 0.0,
            max_points: 1.0,
            lost: vec!["golden-f64/one_head".to_owned()],
            has_wrong_golden: true,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            fault: None,
        }
    }

    fn recognition(rows: &[(&str, &[&str])]) -> Recognition {
        let task = tasks::find(TASK).unwrap();
        let fixtures = Fixtures::load(&fixtures_folder(), &[task]).unwrap();
        let assignment = Assignment::load(&fixtures_folder().join("assignments"), "uva-dl1-a2", tasks::ALL).unwrap();
        let row = |(name, names): &(&str, &[&str])| Row {
            name: (*name).to_owned(),
            mistake: None,
            about: Some(TASK.to_owned()),
            judged: vec![Judged {
                assignment: &assignment,
                seed: 0,
                setting: WorkerConfig::default(),
                tasks: vec![judgement(names)],
                details: String::new(),
            }],
            of: 1,
            deviations: Vec::new(),
            needs_training: false,
            came: Came::Alone,
        };
        let rows: Vec<Row<'_>> = rows.iter().map(row).collect();
        Recognition::of(&rows, &fixtures).unwrap()
    }

    #[test]
    fn a_name_that_golden_cases_cannot_tell_from_the_own_one_is_not_wrong() {
        let both = ["attention-rotary-ignored", "attention-rotary-over-heads"];
        let recognition = recognition(&[("wrong/attention-rotary-ignored", &both)]);
        assert_eq!((recognition.exactly, recognition.with_others), (0, 1));
        assert!(recognition.is_good(false) && !recognition.is_good(true));
        assert!(
            recognition
                .text(true)
                .contains("attention-rotary-ignored and attention-rotary-over-heads in")
        );
    }

    #[test]
    fn a_name_of_another_mistake_is_wrong() {
        let other = "attention-mask-missing";
        for row in [
            (
                "wrong/attention-biases-forgotten",
                &["attention-biases-forgotten", other][..],
            ),
            ("wrong/attention-biases-forgotten", &[other][..]),
            ("correct/attention-in-f64", &[other][..]),
        ] {
            let recognition = recognition(&[row]);
            assert!(!recognition.is_good(false), "{row:?}");
            assert!(
                recognition.text(true).contains("is called attention-mask-missing"),
                "{row:?}"
            );
        }
        assert!(recognition(&[("baseline/zeros", &[other][..])]).is_good(true));
    }

    #[test]
    fn a_new_mistake_gets_the_command_that_makes_its_fingerprint_and_no_alarm() {
        let new = recognition(&[("wrong/attention-just-written", &[])]);
        assert!(new.is_good(false));
        insta::assert_snapshot!(new.text(false), @"no fingerprint of wrong/attention-just-written has been made yet, so it has no name: grade regen --task causal_self_attention");
        let nameless = recognition(&[("wrong/attention-mask-strict", &[])]);
        let words = nameless.text(false);
        assert!(
            words.contains("not named: wrong/attention-mask-strict") && !words.contains('!'),
            "{words}"
        );
        assert!(nameless.text(true).contains("! fewer than 80 %"));
    }

    #[test]
    fn four_of_five_are_enough() {
        let named = ("wrong/attention-biases-forgotten", &["attention-biases-forgotten"][..]);
        let nameless = ("wrong/attention-mask-strict", &[][..]);
        assert!(recognition(&[named, named, named, named, nameless]).is_good(true));
        let too_few = recognition(&[named, named, named, nameless]);
        assert!(!too_few.is_good(true) && too_few.is_good(false));
        assert!(too_few.text(true).contains("not named: wrong/attention-mask-strict"));
    }
}
