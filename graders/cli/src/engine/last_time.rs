//! What came of the version of a submission before this one, so that a report can say what an edit has fixed and broken.
//!
//! It is the version before, and not the run before: grading the same sources once more, for a page say, tells the same.

use std::time::{SystemTime, UNIX_EPOCH};

use report::Report;
use report::model::{Earlier, Since};
use serde::{Deserialize, Serialize};

/// The last two versions that were graded.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct LastTime {
    last: Version,
    before: Option<Version>,
}

/// A version and what came of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Version {
    submission: String,
    /// Seconds since 1970.
    at: u64,
    tasks: Vec<Earlier>,
}

impl LastTime {
    /// What is known once this report is there.
    pub(crate) fn after(known: Option<Self>, report: &Report) -> Self {
        let last = Version {
            submission: report.submission.sha256.clone(),
            at: now(),
            tasks: report::outcome(report),
        };
        let before = known.and_then(|known| {
            let is_same = known.last.submission == last.submission;
            if is_same { known.before } else { Some(known.last) }
        });
        Self { last, before }
    }

    /// What the report has to say about the version before.
    pub(crate) fn since(&self, report: &Report) -> Option<Since> {
        let before = self.before.as_ref()?;
        report::since(report, &before.tasks, self.last.at.saturating_sub(before.at))
    }
}

fn now() -> u64 {
    let passed = SystemTime::now().duration_since(UNIX_EPOCH);
    passed.map_or(0, |passed| passed.as_secs())
}
