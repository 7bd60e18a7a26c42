//! The words at the top and the bottom of a report that answer at once: what is wrong, and what it costs.

use judge::findings::verdict::Verdict;

use super::report::points;
use super::summary::title;
use crate::model::{Report, TaskReport};
use crate::triage::{hundredths_lost, is_failing, triage};

/// Tasks of a verdict that are named; of more, their number is told.
const NAMED: usize = 8;

/// Letters of a message that is told in a line.
const LONGEST: usize = 160;

/// The tasks of one verdict.
#[derive(Debug)]
pub(crate) struct Piece<'a> {
    /// How many there are, such as `2 of 32 wrong`.
    pub(crate) count: String,
    /// Those that are named.
    pub(crate) named: Vec<&'a TaskReport>,
    /// How many are not.
    pub(crate) others: usize,
}

/// The answer, verdict by verdict, the worst first; empty where everything passed.
pub(crate) fn pieces(report: &Report) -> Vec<Piece<'_>> {
    let open = triage(report).open;
    let mut pieces: Vec<(Verdict, Vec<&TaskReport>)> = Vec::new();
    for task in open.into_iter().filter(|task| task.verdict != Verdict::Passed) {
        match pieces.last_mut() {
            Some((verdict, tasks)) if *verdict == task.verdict => tasks.push(task),
            _ => pieces.push((task.verdict, vec![task])),
        }
    }
    let all = report.tasks.len();
    let pieces = pieces.into_iter().enumerate();
    pieces
        .map(|(number, (verdict, tasks))| piece((number == 0).then_some(all), verdict, tasks))
        .collect()
}

fn piece(all: Option<usize>, verdict: Verdict, tasks: Vec<&TaskReport>) -> Piece<'_> {
    let of = all.map(|all| format!(" of {all}")).unwrap_or_default();
    let shown = if tasks.iter().any(|task| is_failing(task)) {
        NAMED
    } else {
        0
    };
    Piece {
        count: format!("{}{of} {}", tasks.len(), title(verdict)),
        others: if shown == 0 {
            0
        } else {
            tasks.len().saturating_sub(shown)
        },
        named: tasks.into_iter().take(shown).collect(),
    }
}

/// The answer in a sentence, such as `2 of 32 wrong: causal_mask (-2), rms_norm (-1); 3 not run`.
pub(crate) fn answer(report: &Report) -> String {
    let phrase = |piece: Piece<'_>| {
        let mut named: Vec<String> = piece
            .named
            .iter()
            .map(|task| format!("{}{}", task.id, in_brackets(&lost(task))))
            .collect();
        if piece.others > 0 {
            named.push(more_of(piece.others));
        }
        let colon = if named.is_empty() { "" } else { ": " };
        format!("{}{colon}{}", piece.count, named.join(", "))
    };
    let phrases: Vec<String> = pieces(report).into_iter().map(phrase).collect();
    if report.tasks.iter().any(is_failing) {
        return phrases.join("; ");
    }
    [vec![all_passed(report)], phrases].concat().join("; ")
}

/// That nothing is wrong.
pub(crate) fn all_passed(report: &Report) -> String {
    let passed = report
        .tasks
        .iter()
        .filter(|task| task.verdict == Verdict::Passed)
        .count();
    match passed {
        0 => "nothing judged".to_owned(),
        1 => "1 task passed, none is wrong".to_owned(),
        _ => format!("{passed} tasks passed, none is wrong"),
    }
}

/// Tasks that are not named.
pub(crate) fn more_of(tasks: usize) -> String {
    format!("{tasks} more")
}

/// What a task loses, such as `-2`; empty where it loses nothing.
pub(crate) fn lost(task: &TaskReport) -> String {
    match hundredths_lost(task) {
        #[expect(clippy::cast_precision_loss, reason = "points are small")]
        lost if lost > 0 => format!("-{}", points(lost as f64 / 100.0)),
        _ => String::new(),
    }
}

fn in_brackets(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" ({text})")
    }
}

/// A failing task in a line: its name, what it loses, and the name of its mistake or what became of it.
pub(crate) fn failing(task: &TaskReport) -> String {
    let said = mistake(task).unwrap_or_else(|| brief(task));
    format!("{}{}: {said}", task.id, in_brackets(&lost(task)))
}

/// What became of a task without a known mistake: where no portion was judged, what stopped it.
pub(crate) fn brief(task: &TaskReport) -> String {
    let stopped = matches!(
        task.verdict,
        Verdict::DidNotCompile | Verdict::RefusedByPolicy | Verdict::Crashed
    );
    let message = task.checks.first().and_then(|check| check.message.clone());
    message
        .filter(|message| stopped && message.chars().count() <= LONGEST)
        .unwrap_or_else(|| task.summary.clone())
}

/// The likeliest mistake by its name, or the region that it is in.
pub(crate) fn mistake(task: &TaskReport) -> Option<String> {
    let first = task.diagnosis.first()?;
    match (&first.mistake, &first.area) {
        (Some(mistake), _) => Some(mistake.clone()),
        (None, Some(area)) => Some(format!("look at {area}")),
        (None, None) => None,
    }
}

/// The tasks that passed, in one line.
pub(crate) fn passed(tasks: &[&TaskReport]) -> String {
    let most: f64 = tasks.iter().map(|task| task.max_points).sum();
    let earned: f64 = tasks.iter().map(|task| task.points).sum();
    format!("{} passed, {} of {} points", tasks.len(), points(earned), points(most))
}

/// The score for the title of a page.
pub(crate) fn score(report: &Report) -> String {
    let totals = &report.totals;
    let (earned, most) = totals.by_hand.map_or((totals.points, totals.max_points), |by_hand| {
        (by_hand.total_points, by_hand.total_max_points)
    });
    format!("{} of {} points", points(earned), points(most))
}

/// What takes away from what a task's portions earn, so that its points add up: none where nothing does.
pub(crate) fn deducted(task: &TaskReport) -> Option<String> {
    use crate::model::CheckKind::{Precision, Property, Purity, Single};
    if task.by_hand.is_some() {
        return None;
    }
    let earned: f64 = task
        .portions
        .iter()
        .filter(|portion| portion.earned)
        .map(|portion| portion.points)
        .sum();
    let taken = earned - task.points;
    if earned <= 0.0 || taken < 0.005 {
        return None;
    }
    let group = |kind, one: &str, many: &str| {
        let costly = task.checks.iter().filter(|check| check.kind == kind);
        let shares: Vec<f64> = costly.filter_map(|check| check.deduction).collect();
        let percent = 100.0 * shares.first()?;
        Some(match shares.len() {
            1 => format!("1 {one}, {} %", points(percent)),
            number => format!("{number} {many}, {} % each", points(percent)),
        })
    };
    let groups: Vec<String> = [
        group(Property, "failed property", "failed properties"),
        group(Single, "failed f32 check", "failed f32 checks"),
        group(
            Precision,
            "failed check of the f64 accuracy",
            "failed checks of the f64 accuracy",
        ),
        group(Purity, "side effect", "side effects"),
    ]
    .into_iter()
    .flatten()
    .collect();
    Some(format!(
        "{} earned, less {}: {} left",
        points(earned),
        groups.join("; "),
        points(task.points)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mixed_report;

    #[test]
    fn the_answer_names_what_is_wrong_and_what_it_costs() {
        insta::assert_snapshot!(answer(&mixed_report()), @"2 of 9 wrong: causal_self_attention (-1.33), scaled_dot_product_attention (-0.2); 2 did not compile: greedy (-2), nucleus (-2); 1 timed out: graph_attention (-2); 1 grader failed: adjacency_matrix; 1 not attempted: rotary_embedding (-2)");
    }

    #[test]
    fn where_nothing_is_wrong_the_answer_says_so() {
        let mut report = mixed_report();
        report.tasks.retain(|task| task.verdict == Verdict::Passed);
        assert_eq!(answer(&report), "2 tasks passed, none is wrong");
        assert!(pieces(&report).is_empty());
    }

    #[test]
    fn points_add_up() {
        let report = mixed_report();
        let told: Vec<String> = report.tasks.iter().filter_map(deducted).collect();
        assert_eq!(told, ["2 earned, less 1 side effect, 10 %: 1.8 left"]);
    }

    #[test]
    fn a_line_on_a_failing_task_names_the_mistake_or_what_became_of_it() {
        let report = mixed_report();
        let lines: Vec<String> = triage(&report).open.iter().map(|task| failing(task)).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        causal_self_attention (-1.33): heads merged twice
        scaled_dot_product_attention (-0.2): expected values hold, but 1 check for side effects does not
        greedy (-2): E0308 at sampling.rs:41: mismatched types: expected `Tensor`, found `()`
        nucleus (-2): E0308 at sampling.rs:41: mismatched types: expected `Tensor`, found `()`
        graph_attention (-2): expected values do not hold
        adjacency_matrix: no points are lost; this grader failed, not your code: the reference's worker ended: no space left on device
        rotary_embedding (-2): still `todo!()`
        degree_matrix: 3 checks; your `adjacency_matrix` is wrong, so this was checked with a correct one (no points lost here)
        ");
    }
}
