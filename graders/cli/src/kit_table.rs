//! The kit's table, and the details of a few submissions.

use std::fmt::Write;

use judge::assignment::Assignment;
use judge::judgement::{Ending, TaskJudgement};
use judge::tasks;

use crate::kit::{is_untouched, lost};

/// What came of one submission.
#[derive(Debug)]
pub(crate) struct Row {
    /// Its name, with the kind before it.
    pub(crate) name: String,
    /// The mistake, for a wrong submission.
    pub(crate) mistake: Option<String>,
    /// What was judged.
    pub(crate) judgements: Vec<TaskJudgement>,
    /// What is not as it must be.
    pub(crate) deviations: Vec<String>,
    /// Whether it was left alone, because nothing can be said of it without training.
    pub(crate) needs_training: bool,
}

/// A submission's line: points, and the checks that it lost; deviations below.
pub(crate) fn line(row: &Row, width: usize) -> String {
    if row.needs_training {
        return format!("-    {:<width$} needs --training", row.name);
    }
    let points: f64 = row.judgements.iter().map(|task| task.points).sum();
    let most: f64 = row.judgements.iter().map(|task| task.max_points).sum();
    let mark = if row.deviations.is_empty() { "ok  " } else { "FAIL" };
    let mut text = format!(
        "{mark} {:<width$} {points:>6.2} / {most:<6.2} {}",
        row.name,
        outcome(&row.judgements)
    );
    for deviation in &row.deviations {
        let _ = write!(text, "\n     ! {deviation}");
    }
    text
}

/// How many submissions are as they must be, and what was left alone.
pub(crate) fn summary(rows: &[Row], trained: bool) -> String {
    let untried = rows.iter().filter(|row| row.needs_training).count();
    let deviations = rows.iter().filter(|row| !row.deviations.is_empty()).count();
    let expected = rows.len() - deviations - untried;
    let mut text = format!("{expected} submissions as expected, {deviations} not");
    let trials: usize = tasks::ALL.iter().map(|task| task.trials.len()).sum();
    if !trained && trials > 0 {
        let _ = write!(
            text,
            "\n{trials} trials were not run, and {untried} submissions need them: grade kit --training"
        );
    }
    text
}

fn outcome(judgements: &[TaskJudgement]) -> String {
    if judgements.iter().all(|task| is_untouched(task.verdict)) {
        return "nothing attempted".to_owned();
    }
    let wrong: Vec<String> = judgements
        .iter()
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

fn task_outcome(task: &TaskJudgement) -> String {
    let lost: Vec<&str> = lost(task).collect();
    format!("{} {}: {}", task.task, task.verdict, lost.join(" "))
}

/// Every lost check of the rows with its message and the smallest failing input.
pub(crate) fn details(rows: &[Row], assignment: &Assignment) -> String {
    let mut text = format!("\nassignment {}, seed {}\n", assignment.id, assignment.seed);
    for row in rows {
        let _ = writeln!(text, "\n{}", row.name);
        if let Some(mistake) = &row.mistake {
            let _ = writeln!(text, "  {mistake}");
        }
        for task in &row.judgements {
            for check in &task.checks {
                if let Ending::Failed {
                    finding,
                    counterexample,
                } = &check.ending
                {
                    let limits = tasks::find(task.task)
                        .map_or(assignment.limits, |known| known.limits(&check.name, assignment.limits));
                    let _ = writeln!(
                        text,
                        "  {}/{}\n    {}",
                        task.task,
                        check.name,
                        report::sentence(finding, task.task, limits)
                    );
                    if let Some(counterexample) = counterexample {
                        let _ = writeln!(text, "    {}", report::sizes(counterexample));
                    }
                }
            }
        }
    }
    text
}
