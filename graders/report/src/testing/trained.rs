//! Judgements on tasks that train.

use judge::findings::Finding;
use judge::findings::measurement::{Measurement, Outcome, Series, Threshold};
use judge::findings::verdict::Verdict;
use judge::grading::judgement::Portion;
use judge::grading::judgement::{Check, Ending, Kind, Skip, TaskJudgement};

use super::scene::{judgement, passed};

const TRIAL: &str = "learns-the-grammar";

fn outcome(loss: f64) -> Outcome {
    let measurement = |what: &str, value: f64, threshold: Threshold| Measurement {
        what: what.to_owned(),
        value,
        threshold,
    };
    Outcome {
        measured: vec![
            measurement("loss on unseen text", loss, Threshold::AtMost(1.6)),
            measurement("accuracy of greedy tokens", 0.75, Threshold::AtLeast(0.5)),
        ],
        series: vec![Series {
            name: "loss".to_owned(),
            x: vec![0.0, 100.0, 200.0],
            y: vec![3.3, 1.9, loss],
            x_label: "step".to_owned(),
            y_label: "loss".to_owned(),
        }],
    }
}

fn check(ending: Ending, outcome: Option<Outcome>) -> Check {
    let statement = "after 200 batches the model predicts unseen text";
    Check {
        outcome,
        ..Check::new(TRIAL, Kind::Trial, statement, ending)
    }
}

fn of(task: &'static str, verdict: Verdict, check: Check, points: f64) -> TaskJudgement {
    let not_run = verdict == Verdict::NotRun;
    TaskJudgement {
        points,
        max_points: if not_run { 0.0 } else { 2.0 },
        training_points: if not_run { 2.0 } else { 0.0 },
        portions: vec![training(verdict == Verdict::Passed, not_run)],
        ..judgement(task, verdict, &[("training", false)], vec![check])
    }
}

fn training(earned: bool, not_run: bool) -> Portion {
    Portion {
        name: "training".to_owned(),
        points: 2.0,
        checks: vec![TRIAL.to_owned()],
        earned,
        lost: Vec::new(),
        not_run,
    }
}

/// It has learned.
pub(crate) fn trained(task: &'static str) -> TaskJudgement {
    of(task, Verdict::Passed, check(Ending::Passed, Some(outcome(1.43))), 2.0)
}

/// It has not learned enough; with NaN, nothing.
pub(crate) fn below_threshold(task: &'static str, loss: f64) -> TaskJudgement {
    let seen = outcome(loss);
    let finding = Finding::BelowBar {
        measurements: seen.measured.clone(),
    };
    let ending = Ending::Failed {
        finding,
        counterexample: None,
    };
    of(task, Verdict::Wrong, check(ending, Some(seen)), 0.0)
}

/// Training was not asked for; with `golden`, the task has golden cases that hold.
pub(crate) fn not_run(task: &'static str, golden: bool) -> TaskJudgement {
    let skipped = check(Ending::Skipped(Skip::TrainingNotAsked), None);
    let alone = of(task, Verdict::NotRun, skipped.clone(), 0.0);
    if !golden {
        return alone;
    }
    let checks = vec![passed("golden-f64/values", Kind::Golden), skipped];
    let mixed = judgement(task, Verdict::Passed, &[("values", true)], checks);
    let portions = [mixed.portions.clone(), vec![training(false, true)]].concat();
    TaskJudgement {
        portions,
        training_points: 2.0,
        ..mixed
    }
}
