//! What came of mutants in earlier runs, one line of JSON each, so that a run which was ended goes on where it was.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::run::Fate;
use crate::failure::Failure;

/// The journal, open for more.
#[derive(Debug)]
pub(super) struct Journal {
    known: BTreeMap<String, Entry>,
    file: Mutex<File>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    /// A hash of the mutant's sources and of the fixtures.
    mutant: String,
    /// A hash of the grader that judged it.
    grader: String,
    fate: Fate,
}

impl Journal {
    /// Opens a journal; a fresh one begins with nothing.
    pub(super) fn open(path: &Path, fresh: bool) -> Result<Self, Failure> {
        let cannot = |error| Failure::environment(format!("cannot write {}: {error}", path.display()));
        let mut known = BTreeMap::new();
        if let (false, Ok(file)) = (fresh, File::open(path)) {
            // A line that was not written to its end is one that has to be found out again.
            let entries = BufReader::new(file).lines().map_while(Result::ok);
            let entries = entries.filter_map(|line| serde_json::from_str::<Entry>(&line).ok());
            known.extend(entries.map(|entry| (entry.mutant.clone(), entry)));
        }
        let mut options = OpenOptions::new();
        options.create(true).write(true).append(!fresh).truncate(fresh);
        let file = Mutex::new(options.open(path).map_err(cannot)?);
        Ok(Self { known, file })
    }

    /// What came of a mutant before. Another grader may have more checks, so that its survivors are judged again.
    pub(super) fn known(&self, mutant: &str, grader: &str) -> Option<Fate> {
        let entry = self.known.get(mutant)?;
        (entry.fate != Fate::Survived || entry.grader == grader).then(|| entry.fate.clone())
    }

    /// Notes what came of a mutant.
    pub(super) fn add(&self, mutant: &str, grader: &str, fate: Fate) -> Result<Fate, Failure> {
        let entry = Entry {
            mutant: mutant.to_owned(),
            grader: grader.to_owned(),
            fate: fate.clone(),
        };
        let line = serde_json::to_string(&entry).map_err(Failure::fault)? + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).map_err(Failure::fault)?;
        Ok(fate)
    }
}
