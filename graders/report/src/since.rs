//! A report beside the one on the version before: what an edit has fixed and what it has broken.

use judge::findings::verdict::Verdict;

use crate::model::{Change, Changed, Earlier, Report, Since, TaskReport};

/// What came of the tasks, to be kept for the next version.
pub fn outcome(report: &Report) -> Vec<Earlier> {
    let earlier = |task: &TaskReport| Earlier {
        task: task.id.clone(),
        verdict: task.verdict,
        points: task.points,
    };
    report.tasks.iter().map(earlier).collect()
}

/// What has changed since a version that was graded so many seconds ago; none where nothing has.
pub fn since(report: &Report, before: &[Earlier], seconds: u64) -> Option<Since> {
    let now = outcome(report);
    let of = |task: &str| before.iter().find(|before| before.task == task);
    let pairs = now.iter().filter_map(|now| Some((of(&now.task)?, now)));
    let pairs: Vec<(&Earlier, &Earlier)> = pairs.collect();
    let mut changed: Vec<Changed> = pairs.iter().filter_map(|(before, now)| changed(before, now)).collect();
    changed.sort_by_key(|changed| changed.change);
    let is_wrong = |earlier: &Earlier| state(earlier.verdict) == Some(State::Wrong);
    let still_wrong = pairs.iter().filter(|(before, now)| is_wrong(before) && is_wrong(now));
    (!changed.is_empty()).then(|| Since {
        seconds,
        still_wrong: still_wrong.count(),
        changed,
    })
}

/// What a verdict says of the code; what was not judged says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Unwritten,
    Wrong,
    Right,
}

fn state(verdict: Verdict) -> Option<State> {
    match verdict {
        Verdict::Passed => Some(State::Right),
        Verdict::NotAttempted => Some(State::Unwritten),
        Verdict::Wrong
        | Verdict::DidNotCompile
        | Verdict::RefusedByPolicy
        | Verdict::Crashed
        | Verdict::TimedOut
        | Verdict::OutOfMemory => Some(State::Wrong),
        Verdict::NotRun | Verdict::Skipped | Verdict::JudgeFault => None,
    }
}

fn changed(before: &Earlier, now: &Earlier) -> Option<Changed> {
    let points = now.points - before.points;
    let change = match (state(before.verdict)?, state(now.verdict)?) {
        (State::Wrong, State::Right) => Change::Fixed,
        (State::Unwritten, State::Right) => Change::Finished,
        (State::Right, State::Wrong | State::Unwritten) => Change::Broken,
        (State::Unwritten, State::Wrong) => Change::Begun,
        (State::Wrong, State::Wrong | State::Unwritten) if points > 0.005 => Change::Better,
        (State::Wrong, State::Wrong | State::Unwritten) if points < -0.005 => Change::Worse,
        (State::Wrong, State::Wrong | State::Unwritten)
        | (State::Right, State::Right)
        | (State::Unwritten, State::Unwritten) => return None,
    };
    Some(Changed {
        task: now.task.clone(),
        change,
        points,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mixed_report;

    fn with(report: &Report, task: &str, verdict: Verdict, points: f64) -> Vec<Earlier> {
        let mut before = outcome(report);
        for earlier in before.iter_mut().filter(|earlier| earlier.task == task) {
            (earlier.verdict, earlier.points) = (verdict, points);
        }
        before
    }

    #[test]
    fn each_pair_of_verdicts_is_one_change_or_none() {
        let report = mixed_report();
        let change = |task: &str, verdict, points| {
            let since = since(&report, &with(&report, task, verdict, points), 5)?;
            assert_eq!(since.changed.len(), 1);
            Some((since.changed[0].change, since.still_wrong))
        };
        assert_eq!(change("rms_norm", Verdict::Wrong, 0.0), Some((Change::Fixed, 5)));
        assert_eq!(
            change("rms_norm", Verdict::NotAttempted, 0.0),
            Some((Change::Finished, 5))
        );
        assert_eq!(change("greedy", Verdict::Passed, 2.0), Some((Change::Broken, 4)));
        assert_eq!(change("greedy", Verdict::NotAttempted, 0.0), Some((Change::Begun, 4)));
        assert_eq!(
            change("rotary_embedding", Verdict::Passed, 2.0),
            Some((Change::Broken, 5))
        );
        let part = "causal_self_attention";
        assert_eq!(change(part, Verdict::Crashed, 0.0), Some((Change::Better, 5)));
        assert_eq!(change(part, Verdict::Wrong, 1.0), Some((Change::Worse, 5)));
        assert_eq!(change(part, Verdict::Crashed, 0.67), None);
        for unjudged in [Verdict::NotRun, Verdict::Skipped, Verdict::JudgeFault] {
            assert_eq!(change("rms_norm", unjudged, 0.0), None);
            assert_eq!(change("greedy", unjudged, 2.0), None);
        }
        assert_eq!(change("adjacency_matrix", Verdict::Passed, 2.0), None);
    }

    #[test]
    fn a_task_that_was_not_there_before_has_not_changed() {
        assert_eq!(since(&mixed_report(), &[], 5), None);
    }
}
