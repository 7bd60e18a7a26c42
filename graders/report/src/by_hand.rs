//! Points that people give, put into a report: items that no program judges, and decisions in place of the grader's.

use judge::grading::assignment::Assignment;
use serde::Deserialize;

use crate::build::{conclusion, hundredths, totals};
use crate::clean::clean;
use crate::model::{Decision, ManualItem, Report, TaskReport};
use crate::words;

/// Points of a bonus that the assignment leaves to whoever grades it; more are a slip.
const MOST_OF_A_BONUS: f64 = 1000.0;

/// The points that people gave to one submission, as their file says.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// The assignment that they are about, where the file says so.
    #[serde(default)]
    pub assignment: Option<String>,
    /// Items that no program judges.
    #[serde(rename = "item", default)]
    pub items: Vec<ItemScore>,
    /// Tasks on whose points a person has decided.
    #[serde(rename = "override", default)]
    pub overrides: Vec<Override>,
}

/// The points of an item.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemScore {
    /// The number of the document's item.
    pub item: String,
    /// Its title, where several items have that number.
    #[serde(default)]
    pub title: Option<String>,
    /// The points.
    pub points: f64,
    /// What the student should know about them.
    #[serde(default)]
    pub comment: Option<String>,
}

/// The points of a task, in place of the grader's.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The task.
    pub task: String,
    /// The points.
    pub points: f64,
    /// Why; nobody should have to guess.
    pub reason: String,
}

/// Puts points by hand into a report on this assignment and adds everything up again. The error is the file's, in words.
pub fn apply(
    report: &mut Report,
    scores: &Scores,
    assignment: &Assignment,
    min_score: Option<f64>,
) -> Result<(), String> {
    if let Some(other) = scores.assignment.as_deref().filter(|id| *id != assignment.id) {
        return Err(format!("it is for `{}`, and this is `{}`", clean(other), assignment.id));
    }
    for score in &scores.items {
        give(&mut report.manual, score)?;
    }
    for (position, decided) in scores.overrides.iter().enumerate() {
        if scores.overrides[..position]
            .iter()
            .any(|earlier| earlier.task == decided.task)
        {
            return Err(format!("task `{}` stands twice", clean(&decided.task)));
        }
        decide(&mut report.tasks, decided, assignment)?;
    }
    report.totals = totals(&report.tasks, &report.manual, report.totals.unasked_points);
    report.conclusion = conclusion(&report.tasks, &report.totals, min_score);
    Ok(())
}

fn give(manual: &mut [ManualItem], score: &ItemScore) -> Result<(), String> {
    let named = clean(&score.item);
    let is_meant = |item: &&mut ManualItem| {
        item.item == score.item && score.title.as_ref().is_none_or(|title| *title == item.title)
    };
    let known: Vec<String> = manual
        .iter()
        .map(|item| format!("{} ({})", item.item, item.title))
        .collect();
    let mut meant = manual.iter_mut().filter(is_meant);
    let item = match (meant.next(), meant.next()) {
        (Some(item), None) => item,
        (None, _) if known.is_empty() => return Err("the assignment has no items that are graded by hand".to_owned()),
        (None, _) => {
            return Err(format!(
                "no item `{named}` is graded by hand; these are: {}",
                known.join(", ")
            ));
        }
        (Some(_), Some(_)) => return Err(format!("several items are `{named}`: give the `title` as well")),
    };
    if item.given.is_some() {
        return Err(format!("item `{named}` stands twice"));
    }
    // A bonus may leave its points to whoever grades it.
    let most = if item.bonus && item.points == 0.0 {
        MOST_OF_A_BONUS
    } else {
        item.points
    };
    item.given = Some(within(score.points, most, &format!("item `{named}`"))?);
    item.comment = score
        .comment
        .as_deref()
        .map(clean)
        .filter(|comment| !comment.is_empty());
    Ok(())
}

/// A task that was not asked for is passed over: the file is about the whole submission.
fn decide(tasks: &mut [TaskReport], decided: &Override, assignment: &Assignment) -> Result<(), String> {
    let named = clean(&decided.task);
    let Some(entry) = assignment.entry(&decided.task) else {
        return Err(format!("assignment `{}` has no task `{named}`", assignment.id));
    };
    let reason = clean(&decided.reason);
    if reason.is_empty() {
        return Err(format!("the override of `{named}` has no reason"));
    }
    let points = within(decided.points, entry.points(), &format!("task `{named}`"))?;
    let Some(task) = tasks.iter_mut().find(|task| task.id == decided.task) else {
        return Ok(());
    };
    let graded = words::is_judged(task).then_some(task.points);
    task.points = points;
    // Whoever decides has seen all of it, also what this run leaves out.
    task.max_points = hundredths(entry.points());
    task.training_points = 0.0;
    task.by_hand = Some(Decision { points, reason, graded });
    task.summary = words::decided(task);
    Ok(())
}

fn within(points: f64, most: f64, what: &str) -> Result<f64, String> {
    if (0.0..=most + 1e-9).contains(&points) {
        Ok(hundredths(points))
    } else {
        Err(format!(
            "{what} has {} points at most, not {points}",
            words::points(most)
        ))
    }
}

#[cfg(test)]
mod tests;
