//! Results that need not be computed again: keyed by everything that has a say in them.
//!
//! A result is stored as the finished report, under a hash of submission, grader, fixtures, assignment, tasks, seeds
//! and what was asked for. It lies beside the program, where no submission can write. A result that another day could
//! change is not stored: what has used up time or memory is judged again.

use std::fs;
use std::path::{Path, PathBuf};

use files::sha256;
use judge::findings::verdict::Verdict;
use report::Report;
use report::model::TaskReport;
use serde::de::DeserializeOwned;

/// Results kept at most; the oldest go first.
const KEPT: usize = 500;
/// Bytes of all of them.
const MOST_BYTES: u64 = 128 << 20;
/// Bytes of one that is worth keeping.
const MOST_BYTES_OF_ONE: usize = 8 << 20;

/// The store of results.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

/// Everything that has a say in a result.
#[derive(Debug)]
pub(crate) struct Key<'a> {
    pub(crate) submission: &'a str,
    pub(crate) grader: &'a str,
    pub(crate) fixtures: &'a str,
    pub(crate) assignment: &'a str,
    pub(crate) tasks: &'a [&'a str],
    pub(crate) device: &'a str,
    /// Whether the reference was at hand, for parts and fresh inputs.
    pub(crate) reference: bool,
    pub(crate) seed: u64,
    pub(crate) fresh_seed: u64,
    pub(crate) training: bool,
    pub(crate) min_score: Option<f64>,
}

impl Key<'_> {
    fn name(&self) -> String {
        let Self {
            submission,
            grader,
            fixtures,
            assignment,
            tasks,
            device,
            reference,
            seed,
            fresh_seed,
            training,
            min_score,
        } = self;
        sha256(format!(
            "{submission}\n{grader}\n{fixtures}\n{assignment}\n{}\n{device}\n{reference}\n{seed}\n{fresh_seed}\n{training}\n{min_score:?}\n",
            tasks.join(" ")
        )
        .as_bytes())
    }
}

impl Cache {
    /// The store in this folder, which need not exist yet.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The stored report.
    pub(crate) fn get(&self, key: &Key<'_>) -> Option<Report> {
        self.read(key).filter(are_final)
    }

    /// Stores a report that is final.
    pub(crate) fn put(&self, key: &Key<'_>, report: &Report) {
        if are_final(report) {
            self.write(key, &report::json::render(report));
        }
    }

    /// What else is stored. Anything unreadable is treated as absent: it can be computed again.
    pub(crate) fn read<T: DeserializeOwned>(&self, key: &Key<'_>) -> Option<T> {
        serde_json::from_str(&fs::read_to_string(self.path(key)).ok()?).ok()
    }

    /// Stores something else. A cache that cannot be written is no reason to fail: the next run computes again.
    pub(crate) fn write(&self, key: &Key<'_>, text: &str) {
        if text.len() > MOST_BYTES_OF_ONE {
            return;
        }
        let store = || -> std::io::Result<()> {
            fs::create_dir_all(&self.folder)?;
            files::write(&self.path(key), text.as_bytes())?;
            files::forget_oldest(&self.folder, KEPT, MOST_BYTES)
        };
        let _ = store();
    }

    fn path(&self, key: &Key<'_>) -> PathBuf {
        self.folder.join(format!("{}.json", key.name()))
    }
}

fn are_final(report: &Report) -> bool {
    report.tasks.iter().all(is_final)
}

/// Whether judging again would give the same: a machine that is busy or small has a say in what used up time or memory,
/// and a fault of ours may be gone.
pub(super) fn is_final(task: &TaskReport) -> bool {
    let passes = |verdict| {
        matches!(
            verdict,
            Verdict::TimedOut | Verdict::OutOfMemory | Verdict::JudgeFault | Verdict::Crashed
        )
    };
    !passes(task.verdict) && !task.checks.iter().any(|check| passes(check.verdict))
}

/// A hash that stands for this build of the grader: the program itself and what it builds submissions with.
pub(crate) fn grader_hash(program: &Path, toolkit: &Path, adapters: &Path) -> std::io::Result<String> {
    let mut all = [fs::read(program)?, fs::read(toolkit)?].concat();
    let mut sources: Vec<PathBuf> = fs::read_dir(adapters)?.flatten().map(|entry| entry.path()).collect();
    sources.sort();
    for source in sources {
        all.extend(fs::read(source)?);
    }
    Ok(sha256(&all))
}
