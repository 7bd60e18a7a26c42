//! The report as data: what every format is made from, and what `report.json` holds.

mod evidence;
mod handed_in;
mod since;
mod trial;
mod window;

use judge::findings::verdict::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use evidence::{Argument, Call, Counterexample, Evidence, Seen, Size, Worst};
pub use handed_in::{ByHand, Decision, HandedIn};
pub use since::{Change, Changed, Earlier, Since};
pub use trial::{Measured, Series, Threshold};
pub use window::{Number, Relation, Slice, Window};

/// Version of the model; it rises with every change that a reader has to know of.
pub const SCHEMA_VERSION: u32 = 6;

/// The report on one submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Version of this layout.
    pub schema_version: u32,
    /// The grader that wrote it.
    pub grader: Grader,
    /// The assignment.
    pub assignment: AssignmentName,
    /// The submission.
    pub submission: Submission,
    /// SHA-256 of the golden files and their tolerances.
    pub fixtures_sha256: String,
    /// Seed of the properties.
    pub seed: u64,
    /// Seed of the fresh inputs of differential runs.
    pub fresh_seed: u64,
    /// Version of libtorch.
    pub libtorch: String,
    /// The device that computed.
    pub device: String,
    /// The dtypes that were judged.
    pub dtypes: Vec<String>,
    /// What confined the submission; empty where nothing did.
    pub sandbox: Vec<String>,
    /// What was left out or replaced when the submission was copied.
    pub notes: Vec<String>,
    /// The tasks in the order of the assignment.
    pub tasks: Vec<TaskReport>,
    /// What people grade.
    pub manual: Vec<ManualItem>,
    /// When it was handed in, where the service that took it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_in: Option<HandedIn>,
    /// Sums over the tasks.
    pub totals: Totals,
    /// What the program's exit status says.
    pub conclusion: Conclusion,
    /// The next thing to do, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How long it took; nothing else in a report differs between two runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<Times>,
    /// What an edit has changed, for whoever works on the submission. Data say what is, whatever was graded before.
    #[serde(skip)]
    pub since: Option<Since>,
}

/// The grader that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Grader {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The assignment that was graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignmentName {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// The submission that was graded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Its folder, as it was given.
    pub path: String,
    /// SHA-256 of its sources.
    pub sha256: String,
}

/// The report on one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskReport {
    /// The task's id: the name of its function.
    pub id: String,
    /// The file that holds the function.
    pub file: String,
    /// The line at which the function begins, where the submission has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The function itself, where something is wrong with it and the submission has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// The number of the document's item.
    pub item: String,
    /// Whether the assignment hides the golden cases.
    pub hidden: bool,
    /// The verdict: the worst of the checks.
    pub verdict: Verdict,
    /// Points earned.
    pub points: f64,
    /// Points that can be earned in this run.
    pub max_points: f64,
    /// Points that cannot, because training was not asked for; they are counted nowhere else.
    pub training_points: f64,
    /// What a person decided on the points, in place of the grader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<Decision>,
    /// The parts of the points.
    pub portions: Vec<Portion>,
    /// The verdict in a sentence.
    pub summary: String,
    /// Known mistakes that do the same with the golden cases, the likeliest first, as far as the assignment allows hints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnosis: Vec<Diagnosis>,
    /// The parts that the reference answered in the submission's place.
    pub answered_by_reference: Vec<String>,
    /// The checks: failed ones first, the worst of them at the top, then skipped ones, then those that hold.
    pub checks: Vec<CheckReport>,
}

/// A function of a submission, as it is in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The number of its first line.
    pub line: usize,
    /// Its lines.
    pub text: String,
}

/// A known mistake, or the region of one, that a submission looks like.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnosis {
    /// The region of the task that it is in, as the end of a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The mistake in a few words, where the assignment allows it to be named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mistake: Option<String>,
    /// What the code does instead of what it should, in a sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// The golden cases that are wrong in the same way.
    pub cases: Vec<String>,
    /// Whether another mistake is made beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub beside_another: bool,
}

/// A part of a task's points.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Portion {
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: f64,
    /// Whether its golden cases hold in f64, its fresh inputs hold and its trials reach their thresholds.
    pub earned: bool,
    /// Whether it has trials that were not run, so that it could not be earned.
    pub not_run: bool,
    /// Why it is lost, where it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost: Vec<String>,
}

/// The report on one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckReport {
    /// Its name, unique in the task.
    pub name: String,
    /// Its kind.
    pub kind: CheckKind,
    /// Its verdict.
    pub verdict: Verdict,
    /// What has to hold.
    pub statement: String,
    /// What was found, or why it was skipped; none where it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Where in the submission.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// The figures behind the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// The smallest known input that shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterexample: Option<Counterexample>,
    /// A test in Rust for the submission's own crate that fails while the finding holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
    /// Why there is no such test, where there could be one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet_left_out: Option<String>,
    /// The share of the earned points that it takes away (in f32: of its portion's), where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deduction: Option<f64>,
    /// What a trial has measured, also one that passed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measured: Vec<Measured>,
    /// Curves of a trial, to be plotted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub series: Vec<Series>,
}

impl CheckReport {
    /// Whether it finds in f32 what another finds in f64: the same output of the same portion is wrong.
    fn is_the_same_in_f32(&self, other: &Self) -> bool {
        let portion = |check: &Self| check.name.split_once('/').map(|(_, portion)| portion.to_owned());
        let output = |check: &Self| check.evidence.as_ref().and_then(|evidence| evidence.output.clone());
        (self.kind, other.kind) == (CheckKind::Single, CheckKind::Golden)
            && self.verdict == other.verdict
            && portion(self).is_some()
            && portion(self) == portion(other)
            && output(self) == output(other)
    }

    /// Whether it was tried and does not hold.
    pub fn failed(&self) -> bool {
        !matches!(self.verdict, Verdict::Passed | Verdict::NotRun | Verdict::Skipped)
    }
}

/// What kind of check it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckKind {
    /// Golden cases in f64: these give points.
    Golden,
    /// Golden cases in f32.
    Single,
    /// Whether f64 outputs are as exact as f64 can be.
    Precision,
    /// A property.
    #[serde(alias = "law")]
    Property,
    /// Untouched arguments, determinism, independence of order.
    #[serde(alias = "hygiene")]
    Purity,
    /// Fresh inputs, answered as the reference answers them.
    Differential,
    /// A training with measurements: it gives points.
    Trial,
}

/// A line of the submission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The file.
    pub file: String,
    /// The line, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
}

/// An item that people grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualItem {
    /// The number of the document's item.
    pub item: String,
    /// What it is.
    pub title: String,
    /// Its points.
    pub points: f64,
    /// Whether it stands apart from the assignment's total.
    pub bonus: bool,
    /// The points that were given, once it is graded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<f64>,
    /// What whoever graded it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// Sums over the tasks of a report.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Totals {
    /// Points earned.
    pub points: f64,
    /// Points of the tasks that were judged, as far as they can be earned in this run.
    pub max_points: f64,
    /// Points that need training, in a run that did not train.
    pub training_points: f64,
    /// Points of the tasks that this grader failed to judge; they are lost to nobody.
    pub fault_points: f64,
    /// Points of the assignment's tasks that were not asked for.
    pub unasked_points: f64,
    /// Points that people have still to give.
    pub manual_points: f64,
    /// What people have given, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<ByHand>,
    /// Earned points in percent of the points of judged tasks, to a hundredth, never rounded up; 0 where none was judged.
    pub percent: f64,
}

/// What the program's exit status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Graded, and as good as was asked for.
    Graded,
    /// Graded, and below the score that was asked for.
    BelowMinimum,
    /// This grader failed on some task.
    JudgeFault,
}

/// How long grading took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Times {
    /// Wall seconds from start to report.
    pub total: f64,
    /// Wall seconds of the stages, in order.
    pub stages: Vec<Stage>,
    /// How many tasks were not judged but taken over from the run before, since nothing that they reach has changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken_over: Option<usize>,
}

/// How long a stage took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its wall seconds.
    pub seconds: f64,
}

impl Report {
    /// Whether tasks were taken over from the run before.
    pub fn takes_over(&self) -> bool {
        self.times.as_ref().is_some_and(|times| times.taken_over.is_some())
    }

    /// The report without anything that differs between two runs over the same submission.
    #[must_use]
    pub fn without_times(mut self) -> Self {
        self.times = None;
        self.since = None;
        for check in self.tasks.iter_mut().flat_map(|task| &mut task.checks) {
            if let Some(Evidence {
                seen: Seen::Time { .. },
                ..
            }) = &check.evidence
            {
                check.evidence = None;
            }
        }
        self
    }
}

/// A check that stands for all checks of its task with the same words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Remark<'a> {
    /// The first of them.
    pub check: &'a CheckReport,
    /// How many others there are.
    pub others: usize,
}

impl TaskReport {
    /// What keeps the task from being passed, each message once, f32 with f64, and the worst first: failed checks; and
    /// skipped ones where the task was skipped, or where they cost as much as failed ones and no failed one says why.
    pub fn remarks(&self) -> Vec<Remark<'_>> {
        let has_failed = self.checks.iter().any(CheckReport::failed);
        let speaks = |check: &&CheckReport| {
            let costs = self.verdict == Verdict::Skipped || (check.deduction.is_some() && !has_failed);
            check.failed() || (costs && check.verdict == Verdict::Skipped)
        };
        let mut remarks: Vec<Remark<'_>> = Vec::new();
        for check in self.checks.iter().filter(speaks) {
            let says_it = |remark: &&mut Remark<'_>| {
                remark.check.message == check.message || check.is_the_same_in_f32(remark.check)
            };
            match remarks.iter_mut().find(says_it) {
                Some(remark) => remark.others += 1,
                None => remarks.push(Remark { check, others: 0 }),
            }
        }
        remarks
    }
}
