//! One attack, tried.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Instant;

use judge::contract::Task;
use judge::findings::verdict::Verdict;
use judge::findings::{BeforeRun, CallFailed, Finding};
use judge::grading::judgement::{GradingContext, TaskJudgement};

use super::attacks::{self, Attack, Expected};
use super::ground::Ground;
use crate::engine::{Grader, Reference, RunConfig, WorkerConfig};
use crate::failure::Failure;

/// What an attack says that was not stopped.
const BREACH: &str = "BREACH";
/// How much of a finding is shown.
const SHOWN: usize = 60;

/// What all attacks are tried with.
pub(super) struct Doctor<'a> {
    pub(super) grader: &'a Grader,
    pub(super) context: GradingContext<'a>,
    pub(super) tasks: &'a [&'static Task],
    pub(super) reference: Reference<'a>,
}

/// What came of an attack.
#[derive(Debug)]
pub(super) struct Outcome {
    verdict: Verdict,
    words: String,
    seconds: f64,
    /// What is not as it must be; empty: it was stopped.
    pub(super) deviations: Vec<String>,
}

impl Doctor<'_> {
    /// Builds and runs an attack as a submission, past the policy.
    pub(super) fn try_attack(&self, attack: &Attack) -> Result<Outcome, Failure> {
        let begun = Instant::now();
        let cannot = |error| Failure::fault(format!("cannot watch {}: {error}", attack.name));
        let ground = Ground::new().map_err(cannot)?;
        let folder = attacks::lay(attack, self.grader, &ground)?;
        let staged = self
            .grader
            .stage(folder.path(), None)?
            .within(self.context.assignment.limits);
        let place = staged.folder().to_owned();
        let prepared = self.grader.build_unguarded(staged, self.tasks)?;
        let run_config = RunConfig {
            threads: 1,
            setting: WorkerConfig::default(),
        };
        let judged = self.grader.judge_prepared(
            &prepared,
            &self.context,
            self.tasks,
            self.reference.at_hand(),
            &run_config,
            &|_| {},
        );
        let survivors = processes_of(&place).map_err(cannot)?;
        drop(prepared);
        let (judgements, sandbox_status) = judged?;
        let mut deviations = ground.traces().map_err(cannot)?;
        deviations.extend(
            survivors
                .iter()
                .map(|process| format!("process {process} is still there")),
        );
        deviations.extend(sandbox_status.iter().filter(|line| line.starts_with("NOT")).cloned());
        deviations.extend(compare(&attack.expected, &judgements));
        Ok(Outcome {
            verdict: judgements.first().map_or(Verdict::JudgeFault, |task| task.verdict),
            words: judgements.first().map(words).unwrap_or_default(),
            seconds: begun.elapsed().as_secs_f64(),
            deviations,
        })
    }
}

/// What is not as it must be.
fn compare(expected: &Expected, judgements: &[TaskJudgement]) -> Vec<String> {
    let wanted = [expected.verdict, expected.bystander];
    let mut deviations = Vec::new();
    for (task, wanted) in judgements.iter().zip(wanted) {
        if task.verdict != wanted {
            let fault = task.fault.as_deref().unwrap_or_default();
            deviations.push(format!(
                "{} is {} and should be {wanted} {fault}",
                task.task, task.verdict
            ));
        }
        // A mistake without malice may keep a part of the points.
        if wanted != Verdict::Passed && task.points > 0.0 && !expected.is_mistake() {
            deviations.push(format!("{} earns {} points", task.task, task.points));
        }
    }
    let said: Vec<String> = judgements.iter().flat_map(findings).collect();
    deviations.extend(said.iter().find(|words| words.contains(BREACH)).cloned());
    if let Some(says) = expected
        .says
        .as_deref()
        .filter(|says| !said.iter().any(|said| said.contains(*says)))
    {
        deviations.push(format!("no finding says `{says}`"));
    }
    deviations
}

fn findings(task: &TaskJudgement) -> impl Iterator<Item = String> {
    task.checks
        .iter()
        .filter_map(|check| check.finding())
        .map(|finding| match finding {
            Finding::CallFailed(CallFailed::Panicked { message, .. }) => message.clone(),
            Finding::BeforeRun(BeforeRun::DidNotCompile(error)) => error.message.clone(),
            other => format!("{other:?}"),
        })
}

fn words(task: &TaskJudgement) -> String {
    let all = findings(task).next().unwrap_or_default();
    let line = all.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}..", &line[..end]),
        None => line.to_owned(),
    }
}

/// Processes whose program lies below a folder, or that were started with one there.
fn processes_of(folder: &Path) -> std::io::Result<Vec<String>> {
    let needle = folder.display().to_string();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.parse::<u32>().is_err() || name == std::process::id().to_string() {
            continue;
        }
        // One that is gone meanwhile says nothing.
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&words).contains(&needle) {
            found.push(name);
        }
    }
    Ok(found)
}

/// A line, and one more for each deviation.
pub(super) fn row(attack: &Attack, outcome: &Outcome, width: usize) -> String {
    let Outcome {
        verdict,
        words,
        seconds,
        deviations,
    } = outcome;
    let mark = match (deviations.is_empty(), attack.is_honest()) {
        (false, _) => "FAILED ",
        (true, true) => "fine   ",
        (true, false) => "blocked",
    };
    let (name, case) = (&attack.name, &attack.expected.case);
    let mut text = format!(
        "{mark} {case:<3} {name:<width$}  {verdict:<15} {seconds:>5.1} s  {}\n{:width$}              {words}",
        attack.expected.attack, ""
    );
    for deviation in deviations {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "\n        {deviation}");
    }
    text
}
