//! What came of submissions in earlier runs of the self-test, one line of JSON each, under a hash of everything that
//! has a say in it. So a second run judges only what has changed.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::outcome::TaskOutcome;
use crate::failure::Failure;

/// What was judged under one assignment and one setting, by their numbers in the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Part {
    pub(super) context: usize,
    pub(super) setting: usize,
    pub(super) tasks: Vec<TaskOutcome>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Line {
    key: String,
    /// A hash of the grader that judged it.
    grader: String,
    parts: Vec<Part>,
}

/// The journal, open for more.
#[derive(Debug)]
pub(super) struct Journal {
    grader: String,
    known: BTreeMap<String, Vec<Part>>,
    file: Mutex<File>,
}

impl Journal {
    /// Opens a journal of this grader. What another grader has found is forgotten; a fresh journal begins with nothing.
    pub(super) fn open(path: &Path, grader: &str, fresh: bool) -> Result<Self, Failure> {
        let cannot = |error| Failure::environment(format!("cannot write {}: {error}", path.display()));
        let (mut known, mut has_others) = (BTreeMap::new(), fresh);
        if let (false, Ok(file)) = (fresh, File::open(path)) {
            for line in BufReader::new(file).lines().map_while(Result::ok) {
                match serde_json::from_str::<Line>(&line) {
                    Ok(line) if line.grader == grader => {
                        known.insert(line.key, line.parts);
                    }
                    // Another grader's, or a line that was not written to its end.
                    _ => has_others = true,
                }
            }
        }
        let mut options = OpenOptions::new();
        options
            .create(true)
            .write(true)
            .append(!has_others)
            .truncate(has_others);
        let journal = Self {
            grader: grader.to_owned(),
            known,
            file: Mutex::new(options.open(path).map_err(cannot)?),
        };
        if has_others {
            for (key, parts) in &journal.known {
                journal.write(key, parts)?;
            }
        }
        Ok(journal)
    }

    /// What came of a submission before.
    pub(super) fn known(&self, key: &str) -> Option<&[Part]> {
        self.known.get(key).map(Vec::as_slice)
    }

    /// Notes what came of a submission, but for faults of ours, which another run may not have.
    pub(super) fn add(&self, key: &str, parts: &[Part]) -> Result<(), Failure> {
        let mut tasks = parts.iter().flat_map(|part| &part.tasks);
        if tasks.any(|task| task.fault.is_some()) {
            return Ok(());
        }
        self.write(key, parts)
    }

    fn write(&self, key: &str, parts: &[Part]) -> Result<(), Failure> {
        let line = Line {
            key: key.to_owned(),
            grader: self.grader.clone(),
            parts: parts.to_vec(),
        };
        let line = serde_json::to_string(&line).map_err(Failure::fault)? + "\n";
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(line.as_bytes()).map_err(Failure::fault)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use judge::findings::verdict::Verdict;

    use super::*;

    fn parts(fault: Option<&str>) -> Vec<Part> {
        let task = TaskOutcome {
            task: "rms_norm".to_owned(),
            verdict: Verdict::Wrong,
            points: 0.1 + 0.2,
            max_points: 2.0,
            lost: vec!["odd".to_owned()],
            has_wrong_golden: true,
            names: Vec::new(),
            fault: fault.map(str::to_owned),
        };
        vec![Part {
            context: 0,
            setting: 0,
            tasks: vec![task],
        }]
    }

    #[test]
    fn what_was_judged_is_known_to_the_same_grader_and_to_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("self-test.jsonl");
        let journal = Journal::open(&path, "one", false).unwrap();
        journal.add("key", &parts(None)).unwrap();
        journal.add("fault", &parts(Some("no room"))).unwrap();
        let again = Journal::open(&path, "one", false).unwrap();
        assert_eq!(again.known("key"), Some(&parts(None)[..]));
        assert_eq!(again.known("fault"), None);
        assert_eq!(Journal::open(&path, "other", false).unwrap().known("key"), None);
        assert_eq!(
            Journal::open(&path, "one", false).unwrap().known("key"),
            None,
            "it was another's since"
        );
    }

    #[test]
    fn a_line_that_was_not_finished_is_left_out_and_the_rest_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("self-test.jsonl");
        Journal::open(&path, "one", false)
            .unwrap()
            .add("key", &parts(None))
            .unwrap();
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(b"{\"key\": \"cut").unwrap();
        Journal::open(&path, "one", false)
            .unwrap()
            .add("next", &parts(None))
            .unwrap();
        let journal = Journal::open(&path, "one", false).unwrap();
        assert!(journal.known("key").is_some() && journal.known("next").is_some());
        assert!(Journal::open(&path, "one", true).unwrap().known("key").is_none());
    }
}
