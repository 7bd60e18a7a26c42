//! From judgements to the report.

use std::collections::BTreeMap;

use judge::contract::Task;
use judge::findings::measurement;
use judge::findings::verdict::Verdict;
use judge::findings::{Counterexample, Finding};
use judge::grading::assignment::{Assignment, Entry, Hints};
use judge::grading::judgement::{self, Check, Ending, Kind, Skip, TaskJudgement};
use judge::grading::points;
use judge::reproduction::Reproduction;

use crate::clean::{clean, clean_lines};
use crate::diagnosis::{diagnosis, within};
use crate::evidence;
use crate::model::{
    AssignmentName, ByHand, CheckKind, CheckReport, Conclusion, Grader, ManualItem, Measured, Portion, Report,
    SCHEMA_VERSION, Series, Source, Submission, TaskReport, Threshold, Times, Totals,
};
use crate::order::worst_first;
use crate::snippet::snippet;
use crate::visibility::{Openness, Sight, sight};
use crate::words::{self, Place, Words};

/// Bytes of all snippets of a report.
const MOST_SNIPPETS: usize = 400_000;

/// All that a report says beside the judgements.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The grader's version.
    pub grader_version: &'a str,
    /// The submission's folder, as it was given.
    pub submission: &'a str,
    /// SHA-256 of the submission's sources.
    pub submission_sha256: &'a str,
    /// SHA-256 of the fixtures.
    pub fixtures_sha256: &'a str,
    /// Seed of the properties.
    pub seed: u64,
    /// Seed of the fresh inputs of differential runs.
    pub fresh_seed: u64,
    /// Version of libtorch.
    pub libtorch: &'a str,
    /// The device that computed.
    pub device: &'a str,
    /// The dtypes that were judged.
    pub dtypes: &'a [&'a str],
    /// What confined the submission.
    pub sandbox: &'a [String],
    /// What was left out or replaced when the submission was copied, in sentences.
    pub notes: &'a [String],
    /// All tasks that exist.
    pub tasks: &'a [&'a Task],
    /// The functions of the tasks, where the submission has them.
    pub functions: &'a BTreeMap<&'static str, Source>,
    /// Tasks that are taken over from the run before, in place of a judgement.
    pub standing: &'a BTreeMap<&'static str, TaskReport>,
    /// The score that was asked for, in percent.
    pub min_score: Option<f64>,
    /// How long it took.
    pub times: Option<Times>,
}

/// Builds the report. Tasks are in the order of the assignment, whatever the order of the judgements.
pub fn build(context: &Context<'_>, judgements: &[TaskJudgement], assignment: &Assignment) -> Report {
    let of = |entry: &Entry| judgements.iter().find(|judgement| judgement.task == entry.id);
    let mut one_by_one = OneByOne::new(context, assignment);
    let mut report = |entry: &Entry| match of(entry) {
        Some(judgement) => one_by_one.task(judgement),
        None => one_by_one.standing(&entry.id),
    };
    let tasks: Vec<TaskReport> = assignment.tasks.iter().filter_map(&mut report).collect();
    let manual: Vec<ManualItem> = assignment.manual.iter().map(manual).collect();
    let totals = totals(&tasks, &manual, unasked(&tasks, assignment));
    Report {
        schema_version: SCHEMA_VERSION,
        grader: Grader {
            name: "grade".to_owned(),
            version: context.grader_version.to_owned(),
        },
        assignment: AssignmentName {
            id: assignment.id.clone(),
            title: assignment.title.clone(),
        },
        submission: Submission {
            path: clean(context.submission),
            sha256: context.submission_sha256.to_owned(),
        },
        fixtures_sha256: context.fixtures_sha256.to_owned(),
        seed: context.seed,
        fresh_seed: context.fresh_seed,
        libtorch: context.libtorch.to_owned(),
        device: context.device.to_owned(),
        dtypes: context.dtypes.iter().map(ToString::to_string).collect(),
        sandbox: context.sandbox.to_vec(),
        notes: context.notes.iter().map(|note| clean(note)).collect(),
        manual,
        handed_in: None,
        conclusion: conclusion(&tasks, &totals, context.min_score),
        next: words::next(&tasks),
        times: context.times.clone(),
        since: None,
        totals,
        tasks,
    }
}

/// The tasks of a report, made one after the other in the order of the assignment: each as it is in the whole.
#[derive(Debug)]
pub struct OneByOne<'a> {
    context: &'a Context<'a>,
    assignment: &'a Assignment,
    /// Bytes of the snippets so far.
    snippets: usize,
}

impl<'a> OneByOne<'a> {
    /// None yet.
    pub fn new(context: &'a Context<'a>, assignment: &'a Assignment) -> Self {
        Self {
            context,
            assignment,
            snippets: 0,
        }
    }

    /// The next one; none where the assignment does not have it.
    pub fn task(&mut self, judgement: &TaskJudgement) -> Option<TaskReport> {
        let entry = self.assignment.entry(judgement.task)?;
        let mut report = task(self.context, self.assignment, entry, judgement);
        bound_snippets(&mut report, &mut self.snippets);
        Some(report)
    }

    /// The next one, where it is taken over. Its function may have moved within its file.
    pub fn standing(&mut self, id: &str) -> Option<TaskReport> {
        let mut report = self.context.standing.get(id)?.clone();
        let own = self.context.functions.get(id);
        report.line = own.map(|own| own.line);
        report.source = source(own, report.verdict);
        bound_snippets(&mut report, &mut self.snippets);
        Some(report)
    }
}

fn task(context: &Context<'_>, assignment: &Assignment, entry: &Entry, judgement: &TaskJudgement) -> TaskReport {
    let task = context.tasks.iter().find(|task| task.id == entry.id);
    let openness = Openness::of(assignment, entry, &judgement.substituted);
    let own = task.and_then(|task| context.functions.get(task.id));
    let checks = judgement.checks.iter().map(|own| {
        let limits = task.map_or(assignment.limits, |task| task.limits(&own.name, assignment.limits));
        let place = Place {
            task: &entry.id,
            limits,
        };
        let mut made = check(assignment.hints, openness, place, own);
        made.deduction = points::deduction(own, &judgement.portions, assignment.deductions);
        in_order_of_signatures(&mut made, context.tasks);
        made
    });
    let checks = checks.collect();
    TaskReport {
        id: entry.id.clone(),
        file: task.map_or("", |task| task.file).to_owned(),
        line: own.map(|own| own.line),
        source: source(own, judgement.verdict),
        item: entry.item.clone(),
        hidden: openness != Openness::Open,
        verdict: judgement.verdict,
        points: hundredths(judgement.points),
        max_points: hundredths(judgement.max_points),
        training_points: hundredths(judgement.training_points),
        by_hand: None,
        portions: judgement.portions.iter().map(portion).collect(),
        summary: words::summary(judgement),
        diagnosis: diagnosis(assignment.hints, openness, &judgement.mistake_matches),
        answered_by_reference: judgement.substituted.clone(),
        checks: worst_first(checks),
    }
}

/// Puts the arguments of calls into the order in which the function takes them.
fn in_order_of_signatures(check: &mut CheckReport, tasks: &[&Task]) {
    let calls = check.counterexample.iter_mut().flat_map(|example| &mut example.calls);
    for call in calls {
        if let Some(task) = tasks.iter().find(|task| task.id == call.task) {
            let place = |name: &str| {
                [format!("({name}:"), format!(" {name}:")]
                    .iter()
                    .find_map(|name| task.signature.find(name))
                    .unwrap_or(usize::MAX)
            };
            call.arguments.sort_by_key(|argument| place(&argument.name));
        }
    }
}

fn source(own: Option<&Source>, verdict: Verdict) -> Option<Source> {
    own.filter(|_| is_shown(verdict)).map(|own| Source {
        line: own.line,
        text: clean_lines(&own.text),
    })
}

/// Whether a student looks at the function of a task with this verdict; the compiler shows its lines itself.
fn is_shown(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Wrong | Verdict::Crashed | Verdict::TimedOut | Verdict::OutOfMemory
    )
}

fn portion(portion: &judgement::Portion) -> Portion {
    Portion {
        name: portion.name.clone(),
        points: portion.points,
        earned: portion.earned,
        not_run: portion.not_run,
        lost: if portion.not_run {
            Vec::new()
        } else {
            portion.lost.iter().map(words::loss).collect()
        },
    }
}

fn manual(item: &judge::grading::assignment::Manual) -> ManualItem {
    ManualItem {
        item: item.item.clone(),
        title: item.title.clone(),
        points: item.points,
        bonus: item.bonus,
        given: None,
        comment: None,
    }
}

fn check(hints: Hints, openness: Openness, place: Place<'_>, check: &Check) -> CheckReport {
    let blank = CheckReport {
        name: check.name.clone(),
        kind: kind(check.kind),
        verdict: Verdict::Passed,
        statement: check.statement.clone(),
        message: None,
        hint: None,
        location: None,
        evidence: None,
        counterexample: None,
        snippet: None,
        snippet_left_out: None,
        deduction: None,
        measured: seen(check, |outcome| outcome.measured.iter().map(measured).collect()),
        series: seen(check, |outcome| outcome.series.iter().map(series).collect()),
    };
    match &check.ending {
        Ending::Passed => blank,
        Ending::Skipped(skip) => said(
            CheckReport {
                verdict: if *skip == Skip::TrainingNotAsked {
                    Verdict::NotRun
                } else {
                    Verdict::Skipped
                },
                ..blank
            },
            words::skip(skip, check.kind).within(hints),
        ),
        Ending::Failed {
            finding,
            counterexample,
        } => {
            let blank = CheckReport {
                verdict: Verdict::of(finding),
                ..blank
            };
            match sight(openness, check.kind, finding) {
                Sight::Nothing => said(blank, words::hidden(Verdict::of(finding)).within(hints)),
                Sight::Finding(finding) => {
                    let finding = within(hints, finding);
                    let words = words::finding(&finding, place).within(hints);
                    let report = failed(said(blank, words), &finding, counterexample.as_ref());
                    // Expected values and inputs would be in it.
                    let reproduction = check.reproduction.as_ref().filter(|_| openness == Openness::Open);
                    with_snippet(report, place.task, reproduction)
                }
            }
        }
    }
}

/// Something of what a trial has seen.
fn seen<T>(check: &Check, part: impl Fn(&measurement::Outcome) -> Vec<T>) -> Vec<T> {
    check.outcome.as_ref().map(part).unwrap_or_default()
}

fn measured(measurement: &measurement::Measurement) -> Measured {
    Measured {
        what: clean(&measurement.what),
        value: finite(measurement.value),
        threshold: match measurement.threshold {
            measurement::Threshold::AtLeast(least) => Threshold::AtLeast(least),
            measurement::Threshold::AtMost(most) => Threshold::AtMost(most),
        },
        holds: measurement.holds(),
    }
}

fn series(series: &measurement::Series) -> Series {
    Series {
        name: clean(&series.name),
        x_label: clean(&series.x_label),
        y_label: clean(&series.y_label),
        x: series.x.iter().copied().map(finite).collect(),
        y: series.y.iter().copied().map(finite).collect(),
    }
}

/// JSON has no other numbers.
fn finite(value: f64) -> Option<f64> {
    Some(value).filter(|value| value.is_finite())
}

fn failed(said: CheckReport, finding: &Finding, counterexample: Option<&Counterexample>) -> CheckReport {
    CheckReport {
        location: evidence::place(finding),
        evidence: evidence::evidence(finding),
        counterexample: counterexample.map(evidence::counterexample),
        ..said
    }
}

/// The same with a test that shows it.
fn with_snippet(report: CheckReport, task: &str, reproduction: Option<&Reproduction>) -> CheckReport {
    let found = reproduction.and_then(|found| snippet(task, &report.name, &report.statement, found));
    match found {
        None => report,
        Some(Ok(text)) => CheckReport {
            snippet: Some(text),
            ..report
        },
        Some(Err(why)) => CheckReport {
            snippet_left_out: Some(why.to_owned()),
            ..report
        },
    }
}

/// Leaves out snippets where a report would become large by them.
fn bound_snippets(task: &mut TaskReport, written: &mut usize) {
    for check in &mut task.checks {
        let Some(text) = &check.snippet else { continue };
        *written += text.len();
        if *written > MOST_SNIPPETS {
            check.snippet = None;
            check.snippet_left_out = Some(words::SNIPPETS_FULL.to_owned());
        }
    }
}

fn said(blank: CheckReport, words: Words) -> CheckReport {
    CheckReport {
        message: Some(words.message),
        hint: words.hint,
        ..blank
    }
}

fn kind(kind: Kind) -> CheckKind {
    match kind {
        Kind::Golden => CheckKind::Golden,
        Kind::Single => CheckKind::Single,
        Kind::Precision => CheckKind::Precision,
        Kind::Property => CheckKind::Property,
        Kind::Purity => CheckKind::Purity,
        Kind::Differential => CheckKind::Differential,
        Kind::Trial => CheckKind::Trial,
    }
}

/// The points of the tasks that were not asked for.
fn unasked(tasks: &[TaskReport], assignment: &Assignment) -> f64 {
    let asked = |entry: &&Entry| tasks.iter().any(|task| task.id == entry.id);
    let all: f64 = assignment.tasks.iter().map(Entry::points).sum();
    hundredths(all - assignment.tasks.iter().filter(asked).map(Entry::points).sum::<f64>())
}

/// The sums over tasks and items; a fault of the grader on which no person has decided is apart.
pub(crate) fn totals(tasks: &[TaskReport], manual: &[ManualItem], unasked_points: f64) -> Totals {
    let is_faulted = |task: &&TaskReport| task.verdict == Verdict::JudgeFault && task.by_hand.is_none();
    let (faulted, judged): (Vec<_>, Vec<_>) = tasks.iter().partition(is_faulted);
    let points = hundredths(judged.iter().map(|task| task.points).sum());
    let max_points = hundredths(judged.iter().map(|task| task.max_points).sum());
    let left = manual.iter().filter(|item| !item.bonus && item.given.is_none());
    Totals {
        points,
        max_points,
        training_points: hundredths(tasks.iter().map(|task| task.training_points).sum()),
        fault_points: hundredths(faulted.iter().map(|task| task.max_points).sum()),
        unasked_points,
        manual_points: hundredths(left.map(|item| item.points).sum()),
        by_hand: by_hand(manual, points, max_points),
        percent: percent(points, max_points),
    }
}

/// What people have given; none where nothing is graded yet.
fn by_hand(manual: &[ManualItem], points: f64, max_points: f64) -> Option<ByHand> {
    let graded = || manual.iter().filter_map(|item| Some((item, item.given?)));
    graded().next()?;
    let given: f64 = graded().map(|(_, given)| given).sum();
    let most: f64 = graded()
        .filter(|(item, _)| !item.bonus)
        .map(|(item, _)| item.points)
        .sum();
    Some(ByHand {
        points: hundredths(given),
        max_points: hundredths(most),
        total_points: hundredths(points + given),
        total_max_points: hundredths(max_points + most),
    })
}

pub(crate) fn hundredths(points: f64) -> f64 {
    // Adding zero turns a negative zero, the sum of nothing, into a plain one.
    (points * 100.0).round() / 100.0 + 0.0
}

/// Never rounded up: 99.999 is not 100. The little that is added undoes the rounding of the division.
fn percent(points: f64, max_points: f64) -> f64 {
    if max_points > 0.0 {
        (points / max_points * 10_000.0 + 1e-6).floor() / 100.0
    } else {
        0.0
    }
}

/// A score of 100 also asks that no task is wrong.
pub(crate) fn conclusion(tasks: &[TaskReport], totals: &Totals, min_score: Option<f64>) -> Conclusion {
    let all_pass = tasks.iter().all(|task| task.verdict.is_spotless());
    if tasks
        .iter()
        .any(|task| task.verdict == Verdict::JudgeFault && task.by_hand.is_none())
    {
        Conclusion::JudgeFault
    } else if min_score.is_some_and(|least| totals.percent < least || (least >= 100.0 && !all_pass)) {
        Conclusion::BelowMinimum
    } else {
        Conclusion::Graded
    }
}

#[cfg(test)]
mod secrets;
#[cfg(test)]
mod tests;
