//! Attacks on scoring in the self-test: submissions that fail cleverly, and the most points that each may get.
//!
//! A folder of `fixtures/submissions/scoring` is laid over the reference, as every other submission of the corpus is; its
//! `expected.toml` says what it does, and `most` names the tasks of all assignments in which it tries to be paid for
//! what it cannot do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::outcome::TaskOutcome;
use crate::failure::Failure;

/// Points that no rounding makes.
const CLEARLY: f64 = 0.001;

/// An attack on scoring.
#[derive(Debug)]
pub(crate) struct Attack {
    /// Its name, with the kind before it.
    pub(crate) name: String,
    /// Its files.
    pub(crate) folder: PathBuf,
    /// The most that it may get.
    pub(crate) most: Most,
}

/// The most points that an attack may get, by task.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Most(pub(crate) BTreeMap<String, f64>);

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[expect(dead_code, reason = "for whoever reads the corpus")]
    attack: String,
    most: BTreeMap<String, f64>,
}

/// All attacks on scoring, by name; none in a course that has no folder of them.
pub(crate) fn attacks(corpus: &Path) -> Result<Vec<Attack>, Failure> {
    let all = corpus.join("scoring");
    if !all.is_dir() {
        return Ok(Vec::new());
    }
    let cannot =
        |error: &dyn std::fmt::Display| Failure::environment(format!("cannot read {}: {error}", all.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(&all).map_err(|error| cannot(&error))? {
        let folder = entry.map_err(|error| cannot(&error))?.path();
        if folder.is_dir() {
            found.push(attack(folder)?);
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

fn attack(folder: PathBuf) -> Result<Attack, Failure> {
    let path = folder.join("expected.toml");
    let broken =
        |reason: &dyn std::fmt::Display| Failure::environment(format!("{} is broken: {reason}", path.display()));
    let text = fs::read_to_string(&path).map_err(|error| broken(&error))?;
    let Expected { most, .. } = toml::from_str(&text).map_err(|error| broken(&error))?;
    if most.is_empty() {
        return Err(broken(&"`most` names no task"));
    }
    if let Some(unknown) = most.keys().find(|id| tasks::find(id).is_none()) {
        return Err(broken(&format!("there is no task `{unknown}`")));
    }
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    Ok(Attack {
        name: format!("scoring/{name}"),
        most: Most(most),
        folder,
    })
}

impl Most {
    /// The tasks in which too much was paid, in sentences.
    pub(crate) fn deviations(&self, judgements: &[TaskOutcome]) -> Vec<String> {
        let paid = |judgement: &TaskOutcome| {
            let most = *self.0.get(&judgement.task)?;
            let (id, points) = (&judgement.task, judgement.points);
            (points > most + CLEARLY).then(|| format!("{id} gets {points} points, and may get {most} at most"))
        };
        judgements.iter().filter_map(paid).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_attacks_of_the_corpus_can_be_read_and_are_about_both_assignments() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/submissions");
        let all = attacks(&corpus).unwrap();
        assert!(all.len() >= 10, "there are only {}", all.len());
        let about = |task: &str| all.iter().any(|attack| attack.most.0.contains_key(task));
        assert!(about("rms_norm") && about("hidden_state"));
    }

    #[test]
    fn an_attack_on_a_task_that_does_not_exist_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(
            folder.path().join("expected.toml"),
            "attack = \"a\"\n[most]\nno_task = 0.0\n",
        )
        .unwrap();
        let error = attack(folder.path().to_owned()).unwrap_err();
        assert!(
            error.message.ends_with("there is no task `no_task`"),
            "{}",
            error.message
        );
    }
}
