//! Judgements on half-written and crashing functions: what one portion has lost, no other check takes again.

mod carried;
mod differential;
mod form;
mod scoring;
mod testing;
mod training;

use wire::{Data, Observed, Outcome, Tensor, Tensors};

use std::time::{Duration, Instant};

use self::testing::{Answer, Pupil, judged, judged_within, observed, panicked};
use super::{Check, Ending, Kind, Skip, TIME, TaskJudgement, TimeLimit, Training};
use crate::checks::assertions::equal;
use crate::checks::probe::Probe;
use crate::checks::property::{Effort, property_seed, try_property};
use crate::contract::arguments::arguments;
use crate::contract::random::floats;
use crate::contract::scenario::{Scenario, Sizes};
use crate::contract::subject::{Call, Spent, Subject};
use crate::contract::{Case, Expect, Property, Task};
use crate::findings::fault::Fault;
use crate::findings::stop::Holds;
use crate::findings::verdict::Verdict;
use crate::findings::{BeforeRun, CallFailed, Finding, Impure};

/// Halves numbers; positive ones and negative ones are portions of their own.
static HALF: Task = Task {
    id: "half",
    cases: &[
        Case {
            name: "plus",
            portion: "plus",
            arguments: |_| arguments([("x", floats(&[2], vec![1.0, 3.0]))]),
            expect: Expect::Outputs,
        },
        Case {
            name: "minus",
            portion: "minus",
            arguments: |_| arguments([("x", floats(&[2], vec![-1.0, -3.0]))]),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new(
            "of-plus",
            "half of a positive number is half of it",
            SIZES,
            |scenario, probe| is_half(scenario, probe, 1.0),
        ),
        Property::new(
            "of-minus",
            "half of a negative number is half of it",
            SIZES,
            |scenario, probe| is_half(scenario, probe, -1.0),
        ),
        Property::new("of-zero", "half of nothing is nothing", SIZES, |scenario, probe| {
            is_half(scenario, probe, 0.0)
        }),
    ],
    ..Task::BLANK
};

const SIZES: Sizes = &[("N", 1, 3)];

fn is_half(scenario: &Scenario, probe: &mut Probe<'_>, sign: f64) -> Holds {
    let shape = [scenario.size("N")];
    let x = crate::contract::arguments::array(&scenario.uniform("x", &shape, 1.0, 2.0)) * sign;
    let y = probe.array(
        "half",
        &arguments([("x", crate::contract::arguments::tensor(&x))]),
        "y",
        &shape,
    )?;
    equal("half of x", "x / 2", &(x / 2.0), &y, 1e-12)
}

fn half(call: &Call) -> Answer {
    let x = &call.arguments["x"];
    let data = match x.data() {
        Data::F32(values) => Data::F32(values.iter().map(|value| value / 2.0).collect()),
        _ => Data::F64(x.to_f64().into_iter().map(|value| value / 2.0).collect()),
    };
    let y = Tensor::new(x.shape().to_vec(), data).ok_or_else(panicked)?;
    Ok(Tensors::from([("y".to_owned(), y)]))
}

fn sign(call: &Call) -> f64 {
    call.arguments["x"].to_f64().first().copied().unwrap_or(0.0)
}

fn judgement(function: fn(&Call) -> Answer) -> TaskJudgement {
    let mut pupil = Pupil::new(function, |_, _| unreachable!("nothing is trained here"));
    judged(&[&HALF], half, Training::All, &mut pupil).remove(0)
}

fn check<'a>(judgement: &'a TaskJudgement, name: &str) -> &'a Check {
    let found = judgement.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("there is no check {name}"))
}

fn failed_purity(judgement: &TaskJudgement) -> Vec<&str> {
    let of_kind = |check: &&Check| check.kind == Kind::Purity && check.ending != Ending::Passed;
    judgement
        .checks
        .iter()
        .filter(of_kind)
        .map(|check| check.name.as_str())
        .collect()
}

#[test]
fn the_right_function_holds_everywhere() {
    let judgement = judgement(half);
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Passed, 4.0));
}

/// A function that uses up its time whenever it is called.
struct Sleeper {
    calls: u32,
}

impl Subject for Sleeper {
    fn call(&mut self, _: &Call) -> Result<Observed, Fault> {
        self.calls += 1;
        std::thread::sleep(Duration::from_millis(600));
        Ok(Observed::TimedOut {
            cpu: 0.0,
            wall: 0.6,
            by_cpu: false,
        })
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

#[test]
fn once_the_time_for_all_is_used_up_no_task_is_begun_and_one_that_times_out_is_given_up() {
    let mut sleeper = Sleeper { calls: 0 };
    let time = Some(TimeLimit {
        since: Instant::now(),
        seconds: 0.5,
    });
    let judgements = judged_within(time, &[&HALF, &HALF], half, Training::All, &mut sleeper);
    assert_eq!(sleeper.calls, 1);
    for judgement in &judgements {
        assert_eq!((judgement.verdict, judgement.points), (Verdict::TimedOut, 0.0));
    }
    let second = &judgements[1].checks;
    assert_eq!((second.len(), second[0].name.as_str()), (1, TIME));
    assert_eq!(
        second[0].finding(),
        Some(&Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: 0.5 }))
    );
}

/// A right function of which every call costs something, and which ends as it is told.
struct Costly {
    cost: Spent,
    ends: fn(&Call) -> Observed,
    calls: u32,
    spent: Spent,
}

impl Costly {
    fn new(cost: Spent, ends: fn(&Call) -> Observed) -> Self {
        let spent = Spent::default();
        Self {
            cost,
            ends,
            calls: 0,
            spent,
        }
    }
}

impl Subject for Costly {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        self.calls += 1;
        self.spent = self.spent.plus(self.cost);
        // As the clock of a call does it.
        let seconds = self.cost.cpu.max(self.cost.slept);
        if call.cpu_seconds.is_some_and(|limit| limit < seconds) {
            return Ok(Observed::TimedOut {
                cpu: seconds,
                wall: seconds,
                by_cpu: true,
            });
        }
        Ok((self.ends)(call))
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn spent(&self) -> Spent {
        self.spent
    }

    fn substituted(&self) -> u64 {
        0
    }
}

fn seconds(cpu: f64, slept: f64) -> Spent {
    let wall = cpu + slept;
    Spent { cpu, slept, wall }
}

fn right(call: &Call) -> Observed {
    observed(call, half(call))
}

fn skipped_for_time(judgement: &TaskJudgement) -> usize {
    let skipped = Ending::Skipped(Skip::TimeUsedUp);
    judgement.checks.iter().filter(|check| check.ending == skipped).count()
}

#[test]
fn calls_that_are_each_within_their_limit_have_a_limit_together() {
    for (cost, slept) in [(seconds(4.0, 0.0), false), (seconds(0.1, 2.0), true)] {
        let mut costly = Costly::new(cost, right);
        let judgement = judged(&[&HALF], half, Training::All, &mut costly).remove(0);
        assert_eq!(judgement.verdict, Verdict::TimedOut);
        let found: Vec<&Finding> = judgement.checks.iter().filter_map(Check::finding).collect();
        assert_eq!(found.len(), 1, "the rest is not tried: {found:?}");
        assert!(found[0].ends_task(), "{found:?}");
        let told = format!("{:?}", found[0]);
        assert!(
            told.contains(&format!("UsedUp {{ seconds: 60.0, slept: {slept} }}")),
            "{told}"
        );
        assert!(skipped_for_time(&judgement) > 0);
        assert!(costly.spent.own() < 60.0 + 5.0, "{:?}", costly.spent);
    }
}

#[test]
fn a_machine_that_is_busy_with_others_takes_nothing_from_a_task() {
    let cost = Spent {
        cpu: 0.01,
        slept: 0.0,
        wall: 2.0,
    };
    let judgement = judged(&[&HALF], half, Training::All, &mut Costly::new(cost, right)).remove(0);
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Passed, 4.0));
    let cost = Spent { wall: 100.0, ..cost };
    let judgement = judged(&[&HALF], half, Training::All, &mut Costly::new(cost, right)).remove(0);
    assert_eq!(judgement.verdict, Verdict::JudgeFault, "it ends, and nobody is charged");
}

#[test]
fn whatever_uses_up_a_limit_is_given_up_after_three_checks() {
    let ended = |signal| {
        Finding::CallFailed(CallFailed::Crashed {
            how: wire::Ended::Signalled(signal),
        })
    };
    assert!(
        ended(9).is_exhaustion(),
        "the system ends by it what has used up the memory"
    );
    assert!(!ended(11).is_exhaustion());
    let endings: [fn(&Call) -> Observed; 3] = [
        |_| Observed::OutOfMemory { limit: 4096 },
        |_| Observed::TooManyThreads { limit: 64 },
        |_| Observed::Ended {
            how: wire::Ended::Signalled(9),
        },
    ];
    for ends in endings {
        let mut costly = Costly::new(Spent::default(), ends);
        let judgement = judged(&[&HALF], half, Training::All, &mut costly).remove(0);
        assert_eq!(judgement.points, 0.0);
        let failed = judgement
            .checks
            .iter()
            .filter(|check| check.finding().is_some())
            .count();
        assert_eq!(failed, 3, "{:?}", judgement.checks);
        assert_eq!(
            costly.calls, 3,
            "a failing case that cost that much is not made smaller"
        );
        assert!(skipped_for_time(&judgement) > 0);
    }
}

#[test]
fn a_portion_that_crashes_does_not_lose_the_purity_checks_too() {
    let judgement = judgement(|call| if sign(call) < 0.0 { Err(panicked()) } else { half(call) });
    assert_eq!(judgement.verdict, Verdict::Crashed);
    assert_eq!(failed_purity(&judgement), Vec::<&str>::new());
}

#[test]
fn a_property_that_comes_upon_a_part_that_is_not_written_costs_as_much_as_one_that_fails() {
    let judgement = judgement(|call| {
        if sign(call) < 0.0 {
            Err(Outcome::NotAttempted)
        } else {
            half(call)
        }
    });
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 1.5));
    assert_eq!(failed_purity(&judgement), Vec::<&str>::new());
    assert_eq!(check(&judgement, "of-plus").ending, Ending::Passed);
    assert_eq!(check(&judgement, "of-minus").ending, Ending::Skipped(Skip::NotWritten));
}

#[test]
fn a_property_still_finds_what_no_golden_case_comes_upon() {
    let judgement = judgement(|call| {
        if sign(call) == 0.0 {
            Err(Outcome::NotAttempted)
        } else {
            half(call)
        }
    });
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 3.0));
    assert!(check(&judgement, "of-zero").finding().is_some());
}

#[test]
fn purity_still_sees_a_wrong_answer_that_changes() {
    use std::sync::atomic::{AtomicU32, Ordering};
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let judgement = judgement(|call| {
        let count = f64::from(CALLS.fetch_add(1, Ordering::Relaxed));
        let noisy = Tensor::new(vec![2], Data::F64(vec![count; 2])).ok_or_else(panicked)?;
        Ok(arguments([("y", noisy)])).map(|wrong| {
            if call.arguments["x"].len() == 2 {
                wrong
            } else {
                Tensors::new()
            }
        })
    });
    let finding = check(&judgement, "deterministic").finding();
    assert!(
        matches!(finding, Some(Finding::Impure(Impure::NotDeterministic { .. }))),
        "{finding:?}"
    );
}

#[test]
fn where_no_golden_case_is_answered_there_is_nothing_to_look_at_more_closely() {
    let judgement = judgement(|_| Err(panicked()));
    let ending = &check(&judgement, "deterministic").ending;
    assert_eq!(*ending, Ending::Skipped(Skip::NoAnswer));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Crashed, 0.0));
}

#[test]
fn a_function_that_is_not_written_at_all_is_not_attempted() {
    let judgement = judgement(|_| Err(Outcome::NotAttempted));
    assert_eq!(judgement.verdict, Verdict::NotAttempted);
    let ending = &check(&judgement, "of-plus").ending;
    assert_eq!(*ending, Ending::Skipped(Skip::NothingToJudge));
}

#[test]
fn a_failing_case_is_made_smaller_only_where_that_was_asked_for() {
    let found = |shrinks| {
        let mut pupil = Pupil::new(|_| Err(panicked()), |_, _| unreachable!("nothing is trained here"));
        let effort = Effort { cases: 8, shrinks };
        // With this seed the first case is not the smallest one.
        let seed = property_seed(2, HALF.id, HALF.properties[0].name);
        let found = try_property(&HALF.properties[0], &mut Probe::new(&mut pupil, None), effort, seed);
        found.ok().flatten().expect("nothing is answered").counterexample
    };
    let (first, smallest) = (found(false), found(true));
    assert_eq!(first.sizes, first.found_at);
    assert_eq!(smallest.found_at, first.sizes);
    assert_ne!(smallest.sizes, first.sizes);
}
