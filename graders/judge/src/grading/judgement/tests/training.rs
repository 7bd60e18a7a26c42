//! Judgements on what was trained: by pupils who learn well, badly, too long, or not at all.

use std::collections::BTreeMap;

use wire::{Observed, Outcome, Tensor, Tensors};

use super::testing::{Answer, Pupil, assignment, fixtures, judged, judged_within, observed, panicked};
use crate::checks::harness::{TrainingHarness, trial_seed};
use crate::contract::arguments::{arguments, tensor, vector};
use crate::contract::random::floats;
use crate::contract::subject::Call;
use crate::contract::training::Trial;
use crate::contract::{Case, Expect, Task};
use crate::findings::measurement::{self, Measurement, Series, Threshold};
use crate::findings::stop::Stop;
use crate::findings::verdict::Verdict;
use crate::findings::{BeforeRun, CallFailed, Finding, Prohibition};
use crate::goldens::baseline::{self, TrivialBaseline};
use crate::grading::judgement::{Check, Ending, GradingContext, Kind, Skip, TaskJudgement, TimeLimit, Training, judge};

/// Batches that the trial serves.
const BATCHES: u64 = 4;
const TRIALS: &[Trial] = &[Trial {
    name: "learns",
    portion: "training",
    statement: "all batches are learned",
    cpu_seconds: 20.0,
    run: learns,
}];

/// Only trained.
static LEARNER: Task = Task {
    id: "learner",
    parts: &["middle"],
    trials: TRIALS,
    ..Task::BLANK
};
/// Judged by a golden case, and trained.
static MIXED: Task = Task {
    id: "mixed",
    cases: &[Case {
        name: "one",
        portion: "values",
        arguments: |_| arguments([("x", floats(&[1], vec![1.0]))]),
        expect: Expect::Outputs,
    }],
    trials: TRIALS,
    ..Task::BLANK
};
/// A part of `learner`, with a part of its own.
static MIDDLE: Task = Task {
    id: "middle",
    parts: &["inner"],
    cases: MIXED.cases,
    ..Task::BLANK
};
static INNER: Task = Task {
    id: "inner",
    cases: MIXED.cases,
    ..Task::BLANK
};

/// Serves 10, 20, 30, 40; the weights have to become these, and what is measured is how far each has come at least.
fn learns(harness: &mut TrainingHarness<'_>) -> Result<measurement::Outcome, Stop> {
    let call = Call::new("learner", arguments([("weight", floats(&[4], vec![0.5; 4]))]));
    let trained = harness.train(call, &mut |step| {
        (step < BATCHES).then(|| arguments([("x", Tensor::real(10.0 * (step + 1) as f64))]))
    })?;
    harness.record(curve("loss"));
    let measured = harness.measure(Call::new("learner", trained))?;
    let share = measured.get("share").and_then(Tensor::item).unwrap_or(f64::NAN);
    Ok(measurement::Outcome {
        measured: vec![
            measurement("share of each batch", share, Threshold::AtLeast(0.9)),
            measurement("batches", harness.steps() as f64, Threshold::AtMost(BATCHES as f64)),
        ],
        series: vec![curve("share")],
    })
}

fn measurement(what: &str, value: f64, threshold: Threshold) -> Measurement {
    let what = what.to_owned();
    Measurement { what, value, threshold }
}

fn curve(name: &str) -> Series {
    Series {
        name: name.to_owned(),
        x: vec![0.0, 1.0],
        y: vec![1.0, 0.5],
        x_label: "step".to_owned(),
        y_label: name.to_owned(),
    }
}

/// The submission's function: what measures, and the golden case.
fn answer(call: &Call) -> Answer {
    let Some(weight) = call.arguments.get("weight") else {
        return Ok(arguments([(
            "y",
            call.arguments.get("x").cloned().ok_or_else(panicked)?,
        )]));
    };
    let shares = weight.to_f64().into_iter().zip([10.0, 20.0, 30.0, 40.0]);
    let share = shares.map(|(weight, batch)| weight / batch);
    // NaN is worse than anything, and stays.
    let worst = share.fold(
        1.0,
        |worst: f64, share| if share >= worst || worst.is_nan() { worst } else { share },
    );
    Ok(arguments([("share", Tensor::real(worst))]))
}

fn weights(call: &Call, values: Vec<f64>) -> Observed {
    let weight = tensor(&vector(values));
    observed(call, Ok(arguments([("weight", weight)])))
}

/// Learns as it should.
fn good(call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Observed {
    let mut learned = Vec::new();
    while let Some(batch) = batches() {
        learned.extend(batch["x"].item());
    }
    weights(call, learned)
}

/// Goes on asking when it has been told that there is no more.
fn greedy(call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Observed {
    let learned = good(call, batches);
    assert!((0..100).all(|_| batches().is_none()), "a batch came after the last one");
    learned
}

fn slow(_: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Observed {
    batches();
    Observed::TimedOut {
        cpu: 20.1,
        wall: 21.0,
        by_cpu: true,
    }
}

fn trial_of(task: &'static Task, pupil: &mut Pupil) -> TaskJudgement {
    judged(&[task], answer, Training::All, pupil).remove(0)
}

fn pupil(train: super::testing::Train) -> Pupil {
    Pupil::new(answer, train)
}

fn learning(judgement: &TaskJudgement) -> &Check {
    let found = judgement.checks.iter().find(|check| check.kind == Kind::Trial);
    found.unwrap_or_else(|| panic!("no trial in {:?}", judgement.checks))
}

#[test]
fn good_weights_earn_the_points_of_the_trial() {
    let mut pupil = pupil(good);
    let judgement = trial_of(&LEARNER, &mut pupil);
    assert_eq!(judgement.verdict, Verdict::Passed);
    assert_eq!((judgement.points, judgement.max_points), (2.0, 2.0));
    assert_eq!(
        judgement.checks.len(),
        1,
        "a task that is only trained has nothing but its trials"
    );
    assert_eq!(pupil.limits, [Some(20.0)], "it trains under the trial's own limit");
}

#[test]
fn what_was_measured_and_recorded_stands_in_the_check() {
    let judgement = trial_of(&LEARNER, &mut pupil(good));
    let outcome = learning(&judgement).outcome.clone().unwrap_or_default();
    let measured = [
        measurement("share of each batch", 1.0, Threshold::AtLeast(0.9)),
        measurement("batches", 4.0, Threshold::AtMost(4.0)),
    ];
    assert_eq!(outcome.measured, measured);
    assert_eq!(outcome.series, [curve("loss"), curve("share")]);
}

#[test]
fn weights_below_the_bar_lose_the_points_and_say_what_was_measured() {
    let judgement = trial_of(
        &LEARNER,
        &mut pupil(|call, _| weights(call, vec![10.0, 17.8, 30.0, 40.0])),
    );
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 0.0));
    let Some(Finding::BelowBar { measurements }) = learning(&judgement).finding() else {
        panic!("{:?}", learning(&judgement));
    };
    let held: Vec<bool> = measurements.iter().map(Measurement::holds).collect();
    assert_eq!(held, [false, true]);
}

#[test]
fn weights_that_are_nan_reach_no_bar() {
    let judgement = trial_of(
        &LEARNER,
        &mut pupil(|call, _| weights(call, vec![10.0, f64::NAN, 30.0, 40.0])),
    );
    assert_eq!(judgement.points, 0.0);
    assert!(matches!(learning(&judgement).finding(), Some(Finding::BelowBar { .. })));
}

#[test]
fn whoever_asks_after_the_end_gets_nothing_and_is_charged_with_nothing() {
    let judgement = trial_of(&LEARNER, &mut pupil(greedy));
    assert_eq!(judgement.verdict, Verdict::Passed, "{:?}", learning(&judgement));
}

#[test]
fn a_training_without_end_is_timed_out() {
    let judgement = trial_of(&LEARNER, &mut pupil(slow));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::TimedOut, 0.0));
}

#[test]
fn a_training_that_is_not_written_is_not_attempted() {
    let unwritten = |call: &Call, _: &mut dyn FnMut() -> Option<Tensors>| observed(call, Err(Outcome::NotAttempted));
    let judgement = trial_of(&LEARNER, &mut pupil(unwritten));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::NotAttempted, 0.0));
}

#[test]
fn training_that_was_not_asked_for_is_not_run_and_never_passed() {
    let never = |_: &Call, _: &mut dyn FnMut() -> Option<Tensors>| unreachable!("nobody asked for it");
    for (task, verdict, points) in [(&LEARNER, Verdict::NotRun, 0.0), (&MIXED, Verdict::Passed, 2.0)] {
        let judgement = judged(&[task], answer, Training::NotAsked, &mut pupil(never)).remove(0);
        assert_eq!(judgement.verdict, verdict, "{}", task.id);
        assert_eq!((judgement.points, judgement.max_points), (points, points));
        assert_eq!(judgement.training_points, 2.0);
        assert_eq!(learning(&judgement).ending, Ending::Skipped(Skip::TrainingNotAsked));
    }
}

#[test]
fn a_task_can_have_golden_cases_and_trials() {
    let judgement = trial_of(&MIXED, &mut pupil(good));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Passed, 4.0));
    let judgement = trial_of(&MIXED, &mut pupil(|call, _| weights(call, vec![0.0; 4])));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 2.0));
}

#[test]
fn what_does_not_compile_earns_nothing_and_asks_for_no_training() {
    let (assignment, fixtures) = (assignment(&[&LEARNER]), fixtures(&[&LEARNER], answer));
    let context = GradingContext {
        assignment: &assignment,
        fixtures: &fixtures,
        seed: 7,
        fresh_seed: 7,
        training: Training::NotAsked,
        shrinks: true,
        time: None,
        without: None,
        carried: &[],
    };
    let forbidden = Finding::BeforeRun(BeforeRun::Forbidden {
        file: "topic.rs".to_owned(),
        line: 1,
        item: "everything".to_owned(),
        inside: None,
        why: Prohibition::Answer,
    });
    let rejected = BTreeMap::from([("learner", forbidden)]);
    let judgements = judge(&context, &[&LEARNER], &rejected, &mut pupil(good), &mut |_| {});
    let judgement = judgements.ok().and_then(|mut all| all.pop());
    let seen = judgement.map(|judgement| (judgement.verdict, judgement.max_points, judgement.training_points));
    assert_eq!(seen, Some((Verdict::RefusedByPolicy, 0.0, 2.0)));
}

/// `inner` is wrong; `middle`, which may have it answered by the reference, is right.
fn wrong_inside(call: &Call) -> Answer {
    if call.task == "inner" {
        Err(panicked())
    } else {
        answer(call)
    }
}

#[test]
fn a_trial_that_succeeds_with_a_wrong_part_counts() {
    let tasks: [&Task; 3] = [&INNER, &MIDDLE, &LEARNER];
    let judgements = judged(&tasks, answer, Training::All, &mut Pupil::new(wrong_inside, good));
    let learner = &judgements[2];
    assert_eq!((learner.verdict, learner.points), (Verdict::Passed, learner.max_points));
}

#[test]
fn a_trial_that_fails_depends_on_the_parts_of_its_parts() {
    let tasks: [&Task; 3] = [&INNER, &MIDDLE, &LEARNER];
    let mut pupil = Pupil::new(wrong_inside, |call, _| weights(call, vec![0.0; 4]));
    let judgements = judged(&tasks, answer, Training::All, &mut pupil);
    let learner = &judgements[2];
    assert_eq!((learner.verdict, learner.points), (Verdict::Skipped, 0.0));
    let depends = Skip::DependsOn(vec!["inner".to_owned()]);
    assert_eq!(learning(learner).ending, Ending::Skipped(depends));
}

#[test]
fn a_reference_at_hand_measures_in_place_of_the_submission() {
    /// Praises itself whatever it has trained.
    fn boasting(call: &Call) -> Answer {
        let praise = call.arguments.get("weight").map(|_| Tensor::real(1.0));
        Ok(arguments([("share", praise.ok_or_else(panicked)?)]))
    }
    let mut pupil = Pupil::new(boasting, |call, _| weights(call, vec![0.0; 4]));
    pupil.reference = Some(|call| observed(call, answer(call)));
    assert_eq!(trial_of(&LEARNER, &mut pupil).verdict, Verdict::Wrong);
    assert!(pupil.respawns >= 2, "what has trained is not asked again");
}

#[test]
fn weights_that_the_reference_cannot_use_are_the_submissions_fault() {
    let mut pupil = pupil(good);
    pupil.reference = Some(|call| observed(call, Err(panicked())));
    let judgement = trial_of(&LEARNER, &mut pupil);
    assert_eq!(judgement.verdict, Verdict::Wrong);
    assert!(matches!(
        learning(&judgement).finding(),
        Some(Finding::CallFailed(CallFailed::Unusable { .. }))
    ));
}

#[test]
fn a_reference_that_dies_is_a_fault_of_ours() {
    let mut pupil = pupil(good);
    pupil.reference = Some(|_| Observed::Malformed {
        reason: "nonsense".to_owned(),
    });
    assert_eq!(trial_of(&LEARNER, &mut pupil).verdict, Verdict::JudgeFault);
}

#[test]
fn no_baseline_earns_a_point_for_a_training() {
    let (assignment, fixtures) = (assignment(&[&LEARNER]), fixtures(&[&LEARNER], answer));
    let context = GradingContext {
        assignment: &assignment,
        fixtures: &fixtures,
        seed: 7,
        fresh_seed: 7,
        training: Training::All,
        shrinks: true,
        time: None,
        without: None,
        carried: &[],
    };
    let tasks: [&'static Task; 1] = [&LEARNER];
    for &kind in baseline::KINDS {
        let mut reference = pupil(good);
        reference.reference = Some(|call| observed(call, answer(call)));
        let mut baseline = TrivialBaseline::new(kind, &tasks, &fixtures).with_reference(&mut reference);
        let judgements = judge(&context, &[&LEARNER], &BTreeMap::new(), &mut baseline, &mut |_| {});
        let seen = judgements
            .ok()
            .and_then(|mut all| all.pop())
            .map(|judgement| judgement.verdict);
        assert_eq!(seen, Some(Verdict::Wrong), "{}", kind.name());
    }
    let mut alone = TrivialBaseline::new(baseline::Kind::Zeros, &tasks, &fixtures);
    let judgements = judge(&context, &[&LEARNER], &BTreeMap::new(), &mut alone, &mut |_| {});
    let seen = judgements
        .ok()
        .and_then(|mut all| all.pop())
        .map(|judgement| judgement.verdict);
    assert_eq!(
        seen,
        Some(Verdict::JudgeFault),
        "without a reference nobody can train in its place"
    );
}

#[test]
fn the_seed_of_a_trial_is_fixed_and_its_own() {
    assert_eq!(trial_seed(7, "a", "b"), trial_seed(7, "a", "b"));
    let others = [
        trial_seed(8, "a", "b"),
        trial_seed(7, "b", "b"),
        trial_seed(7, "a", "a"),
    ];
    assert!(others.iter().all(|other| *other != trial_seed(7, "a", "b")));
    assert!(others.iter().all(|seed| i64::try_from(*seed).is_ok()));
}

/// The first of its trials outlasts the time of the submission as a whole, and uses up no limit of its own.
static LONG: Task = Task {
    id: "long",
    trials: &[
        Trial {
            name: "first",
            run: |_| {
                std::thread::sleep(std::time::Duration::from_millis(600));
                Ok(measurement::Outcome::default())
            },
            ..TRIALS[0]
        },
        Trial {
            name: "second",
            ..TRIALS[0]
        },
    ],
    ..Task::BLANK
};

#[test]
fn once_the_time_for_all_is_used_up_no_trial_is_begun_and_nobody_is_to_blame() {
    let time = Some(TimeLimit {
        since: std::time::Instant::now(),
        seconds: 0.5,
    });
    let mut pupil = pupil(|_, _| unreachable!("the second trial is not begun"));
    let judgement = judged_within(time, &[&LONG], answer, Training::All, &mut pupil).remove(0);
    let is_up = Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: 0.5 });
    assert_ne!(judgement.checks[0].finding(), Some(&is_up), "it was begun in time");
    assert_eq!(judgement.checks[1].finding(), Some(&is_up));
}
