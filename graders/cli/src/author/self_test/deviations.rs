//! In which ways what came of a submission of the self-test is not what must come of it.

use std::collections::BTreeSet;

use judge::findings::verdict::Verdict;

use super::entries::Expected;
use super::outcome::TaskOutcome;
use crate::author::corpus::ExpectedWrong;

/// All of them, in sentences.
pub(crate) fn deviations(expected: &Expected, judgements: &[TaskOutcome]) -> Vec<String> {
    let mut found: Vec<String> = judgements
        .iter()
        .filter_map(|task| Some(format!("{}: judge fault: {}", task.task, task.fault.as_ref()?)))
        .collect();
    match expected {
        Expected::NothingAttempted => found.extend(
            judgements
                .iter()
                .filter(|task| !is_untouched(task.verdict) || task.points != 0.0)
                .map(|task| format!("{} is {} with {} points", task.task, task.verdict, task.points)),
        ),
        Expected::NoPoints => found.extend(
            judgements
                .iter()
                .filter(|task| task.points != 0.0)
                .map(|task| format!("{} earns {} points", task.task, task.points)),
        ),
        Expected::FullMarks(_) => found.extend(judgements.iter().filter_map(not_full)),
        Expected::Wrong(wrong) => found.extend(wrong_deviations(wrong, judgements)),
        Expected::AtMost(most) => found.extend(most.deviations(judgements)),
    }
    found
}

/// What must be said of a function that is not written: of one that is only trained, nothing is known where its trials
/// are not run, and they are skipped where the parts that it trains through are not written.
pub(crate) fn is_untouched(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NotAttempted | Verdict::NotRun | Verdict::Skipped)
}

fn not_full(task: &TaskOutcome) -> Option<String> {
    let full = task.verdict.is_spotless() && task.points == task.max_points;
    (!full).then(|| format!("{} is {}: {}", task.task, task.verdict, task.lost.join(", ")))
}

fn wrong_deviations(wrong: &ExpectedWrong, judgements: &[TaskOutcome]) -> Vec<String> {
    let all_lost: BTreeSet<String> = judgements
        .iter()
        .flat_map(|task| task.lost.iter().map(|check| format!("{}/{check}", task.task)))
        .collect();
    let judged = |check: &&String| {
        check
            .split('/')
            .next()
            .is_some_and(|id| judgements.iter().any(|task| task.task == id))
    };
    let kept = wrong.kept();
    let missed = wrong
        .must_lose
        .iter()
        .filter(judged)
        .filter(|check| !all_lost.contains(*check));
    let hurt = judgements
        .iter()
        .filter(|task| kept.contains(&task.task))
        .filter_map(not_full);
    let mut found: Vec<String> = missed.map(|check| format!("{check} holds")).chain(hurt).collect();
    if wrong.area.is_none() {
        found.push("its `expected.toml` names no `area`".to_owned());
    }
    let whole = judgements
        .iter()
        .find(|task| task.task == wrong.task && task.points == task.max_points);
    found.extend(whole.map(|task| format!("{} keeps all points", task.task)));
    found
}
