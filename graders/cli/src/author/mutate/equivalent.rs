//! The mutants that change nothing, each with its reason: `fixtures/equivalent-mutants.toml`.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::mutants::Mutant;
use crate::failure::Failure;

/// All of them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Equivalents {
    #[serde(rename = "mutant", default)]
    known: Vec<Equivalent>,
    #[serde(default)]
    trained: Vec<Trained>,
}

/// Functions of a file that only trials run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Trained {
    file: String,
    /// Their names; an empty one stands for what is outside of functions.
    functions: Vec<String>,
    #[expect(dead_code, reason = "for whoever reads the list")]
    why: String,
}

/// A mutant is known by its function and by its line before and after the change, wherever that line is; where the
/// function has the same line twice, by the line above it as well.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    file: String,
    function: String,
    #[serde(default)]
    above: Option<String>,
    before: String,
    after: String,
    /// Why the change makes no difference that a definition forbids.
    why: String,
}

impl Equivalents {
    /// Reads the file; where there is none, nothing is known.
    pub(super) fn load(fixtures: &Path) -> Result<Self, Failure> {
        let path = fixtures.join("equivalent-mutants.toml");
        if !path.is_file() {
            return Ok(Self::default());
        }
        let broken =
            |reason: &dyn std::fmt::Display| Failure::environment(format!("{} is broken: {reason}", path.display()));
        let text = fs::read_to_string(&path).map_err(|error| broken(&error))?;
        let read: Self = toml::from_str(&text).map_err(|error| broken(&error))?;
        match read.known.iter().find(|known| known.why.trim().is_empty()) {
            Some(known) => Err(broken(&format!("`{}` has no reason", known.after))),
            None => Ok(read),
        }
    }

    /// Whether a mutant is known to change nothing.
    pub(super) fn explains(&self, mutant: &Mutant) -> bool {
        self.known.iter().any(|known| known.is(mutant))
    }

    /// Whether only trials, which are not made, could see a mutant.
    pub(super) fn shows_in_trials_only(&self, mutant: &Mutant) -> bool {
        let is_one = |trained: &Trained| trained.file == mutant.file && trained.functions.contains(&mutant.function);
        self.trained.iter().any(is_one)
    }

    /// The entries that no mutant answers to any more.
    pub(super) fn stale(&self, mutants: &[Mutant]) -> Vec<String> {
        let is_stale = |known: &&Equivalent| !mutants.iter().any(|mutant| known.is(mutant));
        let is_gone = |trained: &str, file: &str| {
            !mutants
                .iter()
                .any(|mutant| mutant.file == file && mutant.function == trained)
        };
        let gone = self.trained.iter().flat_map(|trained| {
            let functions = trained.functions.iter().filter(|name| is_gone(name, &trained.file));
            functions.map(|name| {
                let file = &trained.file;
                format!("fixtures/equivalent-mutants.toml leaves out `{name}` in {file}, and there is no mutant of it")
            })
        });
        self.known
            .iter()
            .filter(is_stale)
            .map(|known| {
                let Equivalent { file, after, .. } = known;
                format!("fixtures/equivalent-mutants.toml explains `{after}` in {file}, and there is no such mutant")
            })
            .chain(gone)
            .collect()
    }
}

impl Equivalent {
    fn is(&self, mutant: &Mutant) -> bool {
        let Self {
            file,
            function,
            above,
            before,
            after,
            why: _,
        } = self;
        above.as_ref().is_none_or(|above| *above == mutant.above)
            && (file, function, before, after) == (&mutant.file, &mutant.function, &mutant.before, &mutant.after)
    }
}
