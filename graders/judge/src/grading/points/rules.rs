//! The two rules, tried on every combination of endings that proptest comes upon: tasks of up to three portions, with
//! and without a reference, whose checks end in every way in which a check can end.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::select;
use wire::{Ended, Tensors};

use super::*;
use crate::checks::differential;
use crate::contract::training::Trial;
use crate::contract::{Case, Expect};
use crate::findings::measurement::Outcome;
use crate::findings::{BeforeRun, CallFailed, Finding, Violation};
use crate::grading::assignment::Visibility;

const DEDUCTIONS: Deductions = Deductions {
    property: 0.25,
    purity: 0.1,
    precision: 0.1,
};

const fn case(portion: &'static str) -> Case {
    Case {
        name: portion,
        portion,
        arguments: |_| Tensors::new(),
        expect: Expect::Outputs,
    }
}

/// Three portions with golden cases, the last of them with a trial too, and one that is a trial alone.
static TASK: Task = Task {
    id: "half",
    cases: &[case("small"), case("large"), case("mixed")],
    trials: &[trial("learns", "mixed"), trial("trains", "trained")],
    ..Task::BLANK
};

const fn trial(name: &'static str, portion: &'static str) -> Trial {
    Trial {
        name,
        portion,
        statement: "",
        cpu_seconds: 1.0,
        run: |_| {
            Ok(Outcome {
                measured: Vec::new(),
                series: Vec::new(),
            })
        },
    }
}

const PORTIONS: [(&str, f64); 4] = [("small", 0.1), ("large", 3.0), ("mixed", 1.0), ("trained", 0.75)];

fn entry() -> Entry {
    Entry {
        id: "half".to_owned(),
        heading: String::new(),
        item: "1".to_owned(),
        visibility: Visibility::Public,
        withheld: false,
        portions: PORTIONS.map(|(name, points)| (name.to_owned(), points)).into(),
    }
}

fn failed(finding: Finding) -> Ending {
    Ending::Failed {
        finding,
        counterexample: None,
    }
}

/// An answer that is plainly wrong.
fn openly() -> Ending {
    failed(Finding::PropertyFailed(Violation::Value {
        what: String::new(),
        index: Vec::new(),
        value: String::new(),
        rule: String::new(),
    }))
}

/// Every ending that is in a submission's hands, passing apart.
fn theirs() -> Vec<Ending> {
    let text = String::new;
    let findings = [
        Finding::BeforeRun(BeforeRun::NotAttempted),
        Finding::CallFailed(CallFailed::Panicked {
            message: text(),
            location: None,
        }),
        Finding::CallFailed(CallFailed::Crashed {
            how: Ended::Signalled(11),
        }),
        Finding::CallFailed(CallFailed::TimedOut {
            cpu: 5.0,
            wall: 5.0,
            by_cpu: true,
        }),
        Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: 1.0 }),
        Finding::CallFailed(CallFailed::OutOfMemory { limit: 1 }),
        Finding::CallFailed(CallFailed::Malformed { reason: text() }),
        Finding::CallFailed(CallFailed::RefusedValid { reason: text() }),
        Finding::CallFailed(CallFailed::Unusable {
            output: text(),
            reason: text(),
        }),
        Finding::CallFailed(CallFailed::NoGradient { reason: text() }),
        Finding::PropertyFailed(Violation::Call(Box::new(Finding::BeforeRun(BeforeRun::NotAttempted)))),
    ];
    let skips = [
        Skip::DependsOn(vec!["part".to_owned()]),
        Skip::NothingToJudge,
        Skip::NotWritten,
        Skip::NoAnswer,
        Skip::NothingHolds,
        Skip::TimeUsedUp,
    ];
    let findings = findings.into_iter().map(failed);
    findings.chain(skips.map(Ending::Skipped)).chain([openly()]).collect()
}

fn passed_or_theirs() -> impl Strategy<Value = Ending> {
    prop_oneof![Just(Ending::Passed), select(theirs())]
}

/// How fresh inputs of a portion end: where there is no reference, or the inputs are fixed, that is not in anybody's hands.
fn fresh(reference: bool, fixed: bool) -> BoxedStrategy<Ending> {
    match (reference, fixed) {
        (_, true) => Just(Ending::Skipped(Skip::FixedInputs)).boxed(),
        (true, false) => passed_or_theirs().boxed(),
        (false, false) => Just(Ending::Skipped(Skip::NoReference)).boxed(),
    }
}

/// A judgement on `TASK`: its checks, of which any may have any ending.
#[derive(Debug, Clone)]
struct Scene {
    checks: Vec<Check>,
    trained: bool,
}

prop_compose! {
    fn scenes()(
        reference in any::<bool>(),
        fixed in any::<[bool; 3]>(),
        trained in any::<bool>(),
        properties in 0..4_usize,
    )(
        golden in prop::collection::vec(passed_or_theirs(), 3),
        single in prop::collection::vec(passed_or_theirs(), 3),
        fresh in fixed.map(|fixed| fresh(reference, fixed)),
        properties in prop::collection::vec(passed_or_theirs(), properties),
        others in prop::collection::vec(passed_or_theirs(), 4),
        trials in prop::collection::vec(passed_or_theirs(), 2),
        trained in Just(trained),
    ) -> Scene {
        let golden_of = |dtype, kind, endings: Vec<Ending>| {
            let named = TASK.golden_portions().into_iter().zip(endings);
            named.map(move |(portion, ending)| Check::new(golden_name(dtype, portion), kind, "", ending))
        };
        let mut checks: Vec<Check> = golden_of(DType::F64, Kind::Golden, golden).collect();
        checks.extend(golden_of(DType::F32, Kind::Single, single));
        let kinds = [Kind::Precision, Kind::Purity, Kind::Purity, Kind::Purity];
        checks.extend(kinds.into_iter().zip(others).map(|(kind, ending)| Check::new("", kind, "", ending)));
        // As a whole it says anything: only what it says of portions counts.
        checks.push(Check {
            portions: TASK.golden_portions().into_iter().zip(fresh).collect(),
            ..Check::new(differential::NAME, Kind::Differential, "", Ending::Passed)
        });
        checks.extend(properties.into_iter().map(|ending| Check::new("", Kind::Property, "", ending)));
        let trials = TASK.trials.iter().zip(trials).map(|(trial, ending)| {
            let ending = if trained { ending } else { Ending::Skipped(Skip::TrainingNotAsked) };
            Check::new(trial.name, Kind::Trial, "", ending)
        });
        checks.extend(trials);
        Scene { checks, trained }
    }
}

impl Scene {
    fn points(&self) -> f64 {
        let portions = portions(&TASK, &entry(), &self.checks, self.trained);
        points(&portions, &self.checks, DEDUCTIONS)
    }

    /// The same with each ending that is in a submission's hands replaced by this one, one at a time.
    fn with_one(&self, ending: &Ending) -> Vec<Self> {
        let mut scenes = Vec::new();
        for position in 0..self.checks.len() {
            let parts = self.checks[position].portions.len();
            // Of a check that tells portions apart, each portion's ending; otherwise its own.
            for part in 0..parts.max(1) {
                let mut scene = self.clone();
                let check = &mut scene.checks[position];
                let place = if parts == 0 {
                    &mut check.ending
                } else {
                    &mut check.portions[part].1
                };
                if is_theirs(place) {
                    *place = ending.clone();
                    scenes.push(scene);
                }
            }
        }
        scenes
    }

    fn ending(&self, name: &str) -> &Ending {
        let found = self.checks.iter().find(|check| check.name == name);
        &found.expect("every check has been made").ending
    }

    /// Whether everything that a portion has to show was really made and holds; said once more, without `losses`.
    fn has_shown(&self, portion: &'static str) -> bool {
        let passed = |name: &str| *self.ending(name) == Ending::Passed;
        let is_golden = TASK.cases.iter().any(|case| case.portion == portion);
        let differential = self.checks.iter().find(|check| check.name == differential::NAME);
        let fresh = differential.expect("it has been made").ending_in(portion);
        let mut properties = self.checks.iter().filter(|check| check.kind == Kind::Property);
        let fresh = match fresh {
            Ending::Passed | Ending::Skipped(Skip::FixedInputs) => true,
            Ending::Skipped(Skip::NoReference) => {
                properties.clone().next().is_none() || properties.any(|property| property.ending == Ending::Passed)
            }
            _ => false,
        };
        let trials = TASK.trials.iter().filter(|trial| trial.portion == portion);
        let trials: Vec<bool> = trials.map(|trial| passed(trial.name)).collect();
        (!is_golden || (passed(&golden_name(DType::F64, portion)) && fresh)) && trials.into_iter().all(|held| held)
    }
}

fn is_theirs(ending: &Ending) -> bool {
    match ending {
        Ending::Passed | Ending::Failed { .. } => true,
        Ending::Skipped(skip) => !matches!(skip, Skip::FixedInputs | Skip::NoReference | Skip::TrainingNotAsked),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Monotone: passing any check instead never gives fewer points.
    #[test]
    fn no_ending_of_a_check_gives_more_points_than_passing_it(scene in scenes()) {
        for better in scene.with_one(&Ending::Passed) {
            prop_assert!(better.points() >= scene.points(), "{} {}", better.points(), scene.points());
        }
    }

    /// Monotone: failing any check openly instead never gives fewer points, unless it had passed.
    #[test]
    fn no_ending_of_a_check_gives_more_points_than_failing_it_openly(scene in scenes()) {
        let open = scene.with_one(&openly());
        let passed = scene.with_one(&Ending::Passed);
        for (open, passed) in open.iter().zip(&passed) {
            let had_passed = scene.checks == passed.checks;
            prop_assert!(had_passed || open.points() >= scene.points(), "{} {}", open.points(), scene.points());
        }
    }

    /// Earned: no more than the portions are worth that have shown all that they have to.
    #[test]
    fn only_portions_whose_golden_cases_and_fresh_inputs_really_held_give_points(scene in scenes()) {
        let shown: BTreeMap<&str, f64> = PORTIONS.into_iter().filter(|(name, _)| scene.has_shown(name)).collect();
        prop_assert!(scene.points() <= shown.values().sum::<f64>() + 0.006, "{} {shown:?}", scene.points());
    }

    /// Nobody is charged with what could not be judged for a reason of ours: with everything else in order, all is earned.
    #[test]
    fn what_was_not_judged_for_our_reasons_costs_nothing(scene in scenes()) {
        let mut scene = scene;
        for check in &mut scene.checks {
            for ending in check.portions.iter_mut().map(|(_, ending)| ending).chain([&mut check.ending]) {
                if is_theirs(ending) {
                    *ending = Ending::Passed;
                }
            }
        }
        let portions = portions(&TASK, &entry(), &scene.checks, scene.trained);
        prop_assert_eq!(points(&portions, &scene.checks, DEDUCTIONS), within_reach(&portions));
    }
}
