//! The self-test's table, and the details of a few submissions.

use std::fmt::Write;

use judge::contract::Task;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{Ending, GradingContext, TaskJudgement};

use super::deviations::is_untouched;
use super::outcome::TaskOutcome;
use crate::engine::WorkerConfig;

/// What came of one submission.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    /// Its name, with the kind before it.
    pub(crate) name: String,
    /// The mistake, for a wrong submission.
    pub(crate) mistake: Option<String>,
    /// The task that holds the mistake, for a wrong submission.
    pub(crate) about: Option<String>,
    /// What was judged, for each assignment that has any of it.
    pub(crate) judged: Vec<Judged<'a>>,
    /// How many tasks the assignments have.
    pub(crate) of: usize,
    /// What is not as it must be.
    pub(crate) deviations: Vec<String>,
    /// Whether it was left alone, because nothing can be said of it without training.
    pub(crate) needs_training: bool,
    pub(crate) came: Came,
}

/// What was judged for one assignment.
#[derive(Debug)]
pub(crate) struct Judged<'a> {
    pub(crate) assignment: &'a Assignment,
    /// Seed of properties and fresh inputs.
    pub(crate) seed: u64,
    /// Threads and vector instructions.
    pub(crate) setting: WorkerConfig,
    pub(crate) tasks: Vec<TaskOutcome>,
    /// Every lost check with its message, where they were asked for.
    pub(crate) details: String,
}

/// How a row came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// Built with others in one program.
    Together,
    /// Built alone, or not built at all.
    Alone,
    /// An earlier run has judged it.
    Before,
}

impl<'a> Judged<'a> {
    pub(crate) fn new(context: &GradingContext<'a>, setting: WorkerConfig, tasks: Vec<TaskOutcome>) -> Self {
        Self {
            assignment: context.assignment,
            seed: context.seed,
            setting,
            tasks,
            details: String::new(),
        }
    }
}

impl Row<'_> {
    fn tasks(&self) -> impl Iterator<Item = &TaskOutcome> {
        self.judged.iter().flat_map(|judged| &judged.tasks)
    }
}

/// A submission's line: points, how many tasks were judged, and the checks that it lost; deviations below.
pub(crate) fn line(row: &Row<'_>, width: usize) -> String {
    if row.needs_training {
        return format!("-    {:<width$} needs --training", row.name);
    }
    let points: f64 = row.tasks().map(|task| task.points).sum();
    let most: f64 = row.tasks().map(|task| task.max_points).sum();
    let mark = if row.deviations.is_empty() { "ok  " } else { "FAIL" };
    let mut text = format!(
        "{mark} {:<width$} {points:>6.2} / {most:<6.2} {:>3} of {} tasks  {}",
        row.name,
        row.tasks().count(),
        row.of,
        outcome(row)
    );
    for deviation in &row.deviations {
        let _ = write!(text, "\n     ! {deviation}");
    }
    text
}

fn outcome(row: &Row<'_>) -> String {
    if row.judged.is_empty() {
        return "nothing here that it touches".to_owned();
    }
    if row.tasks().all(|task| is_untouched(task.verdict)) {
        return "nothing attempted".to_owned();
    }
    let wrong: Vec<String> = row
        .tasks()
        .filter(|task| !task.verdict.is_spotless())
        .map(task_outcome)
        .collect();
    if wrong.is_empty() {
        "every check holds".to_owned()
    } else if wrong.len() > 3 {
        format!("{} tasks lose points", wrong.len())
    } else {
        wrong.join("; ")
    }
}

fn task_outcome(task: &TaskOutcome) -> String {
    format!("{} {}: {}", task.task, task.verdict, task.lost.join(" "))
}

/// The tasks that are in no assignment, each of them a deviation.
pub(crate) fn left_over(tasks: &[&Task]) -> String {
    tasks.iter().fold(String::new(), |mut text, task| {
        let _ = writeln!(text, "     ! {} is in no assignment, so nobody judges it", task.id);
        text
    })
}

/// The last line: how many submissions are as expected, and how many of their tasks were judged.
pub(crate) fn closing(rows: &[Row<'_>], trained: bool) -> String {
    let deviations = rows.iter().filter(|row| !row.deviations.is_empty()).count();
    let untried = rows.iter().filter(|row| row.needs_training).count();
    let judged: usize = rows.iter().map(|row| row.tasks().count()).sum();
    let tried = rows.iter().filter(|row| !row.needs_training);
    let all: usize = tried.map(|row| row.of).sum();
    let others = if judged == all {
        ""
    } else {
        "; the code of the others is the reference's (--all judges them as well)"
    };
    let mut text = format!(
        "{} submissions as expected, {deviations} not; judged {judged} of {all} tasks{others}",
        rows.len() - deviations - untried
    );
    let trials: usize = tasks::ALL.iter().map(|task| task.trials.len()).sum();
    let came = |way| rows.iter().filter(|row| row.came == way).count();
    let (together, before) = (came(Came::Together), came(Came::Before));
    if together + before > 0 {
        let _ = write!(
            text,
            "\n{together} were built with others in one program, {} alone, {before} were known from earlier runs",
            rows.len() - together - before
        );
    }
    if !trained && trials > 0 {
        let _ = write!(
            text,
            "\n{trials} trials were not run, and {untried} submissions need them: grade self-test --training"
        );
    }
    text
}

/// Every lost check of the rows with its message and the smallest failing input.
pub(crate) fn details(rows: &[Row<'_>]) -> String {
    let mut text = String::new();
    for row in rows {
        let _ = writeln!(text, "\n{}", row.name);
        if let Some(mistake) = &row.mistake {
            let _ = writeln!(text, "  {mistake}");
        }
        for judged in &row.judged {
            let _ = writeln!(text, "  {}, seed {}", judged.assignment.id, judged.seed);
            text.push_str(&judged.details);
        }
    }
    text
}

/// Every lost check of a task with its message.
pub(crate) fn lost_checks(text: &mut String, task: &TaskJudgement, assignment: &Assignment) {
    for check in &task.checks {
        if let Ending::Failed {
            finding,
            counterexample,
        } = &check.ending
        {
            let limits =
                tasks::find(task.task).map_or(assignment.limits, |known| known.limits(&check.name, assignment.limits));
            let _ = writeln!(
                text,
                "  {}/{}\n    {}",
                task.task,
                check.name,
                report::sentence(finding, task.task, limits)
            );
            let sizes = counterexample.as_ref().map(report::sizes);
            if let Some(sizes) = sizes.filter(|sizes| !sizes.is_empty()) {
                let _ = writeln!(text, "    {sizes}");
            }
        }
    }
}
