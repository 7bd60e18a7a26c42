//! What holds for every function: arguments untouched, equal calls equal answers, no memory of earlier calls.
//!
//! The dtype and shape of outputs are part of every golden case and need no check here.

use std::iter;

use wire::{DType, Tensors};

use crate::checks::probe::Probe;
use crate::compare::{Mismatch, compare};
use crate::contract::call::arguments_in;
use crate::contract::subject::Call;
use crate::contract::{Expect, Task};
use crate::findings::stop::Stop;
use crate::findings::{Finding, Impure};
use crate::fixtures::case::StoredCase;

/// A check that is the same for all tasks.
#[derive(Debug, Clone, Copy)]
pub struct Purity {
    pub name: &'static str,
    /// What has to hold.
    pub statement: &'static str,
    /// Judges the inputs of the golden cases. `None` where it holds.
    pub judge: fn(&[InBothDtypes], &mut Probe<'_>) -> Result<Option<Finding>, Stop>,
}

/// A golden case's call.
#[derive(Debug, Clone)]
pub struct InBothDtypes {
    /// In f64.
    wide: Call,
    /// In f32, where that is another.
    narrow: Option<Call>,
}

/// All checks of this kind.
pub const ALL: &[Purity] = &[
    Purity {
        name: "arguments-unmodified",
        statement: "the arguments are the same after the call as before, and require gradients if they did",
        judge: arguments_unmodified,
    },
    Purity {
        name: "deterministic",
        statement: "two calls with equal arguments and equal generator seed give equal outputs",
        judge: deterministic,
    },
    Purity {
        name: "call-order",
        statement: "what a call returns does not depend on the calls before it",
        judge: call_order,
    },
];

/// The calls of the golden cases.
pub fn calls(task: &Task, stored: &[(&crate::contract::Case, &StoredCase)]) -> Vec<InBothDtypes> {
    let call = |dtype, stored: &StoredCase| Call::new(task.id, arguments_in(dtype, &stored.inputs));
    stored
        .iter()
        .filter(|(case, _)| matches!(case.expect, Expect::Outputs | Expect::Verified(_)))
        .map(|(_, stored)| {
            let (wide, narrow) = (call(DType::F64, stored), call(DType::F32, stored));
            InBothDtypes {
                narrow: (narrow != wide).then_some(narrow),
                wide,
            }
        })
        .collect()
}

fn arguments_unmodified(calls: &[InBothDtypes], probe: &mut Probe<'_>) -> Result<Option<Finding>, Stop> {
    for InBothDtypes { wide: call, .. } in calls {
        let returned = probe.call(&Call {
            echo: true,
            ..call.clone()
        })?;
        let modified = call.arguments.iter().find(|(name, before)| {
            returned
                .arguments
                .get(*name)
                .is_none_or(|after| compare(before, after, before.dtype(), 0.0).is_some())
        });
        if let Some((name, _)) = modified {
            return Ok(Some(Finding::Impure(Impure::ArgumentModified {
                argument: name.clone(),
            })));
        }
    }
    gradients_left_on(calls, probe)
}

/// The first case once more, with parameters as arguments, as a model has them that is being trained.
fn gradients_left_on(calls: &[InBothDtypes], probe: &mut Probe<'_>) -> Result<Option<Finding>, Stop> {
    let Some(InBothDtypes { wide: call, .. }) = calls.first() else {
        return Ok(None);
    };
    probe.start_case();
    let with_parameters = Call {
        echo: true,
        parameters: true,
        ..call.clone()
    };
    let returned = probe.call(&with_parameters)?;
    let lost = call
        .arguments
        .keys()
        .find(|name| !returned.arguments.contains_key(*name));
    Ok(lost.map(|argument| {
        Finding::Impure(Impure::GradientSwitchedOff {
            argument: argument.clone(),
        })
    }))
}

fn deterministic(calls: &[InBothDtypes], probe: &mut Probe<'_>) -> Result<Option<Finding>, Stop> {
    for InBothDtypes { wide: call, .. } in calls {
        let first = probe.call(call)?.outputs;
        let second = probe.call(call)?.outputs;
        if let Some((output, mismatch)) = difference(&first, &second) {
            return Ok(Some(Finding::Impure(Impure::NotDeterministic { output, mismatch })));
        }
    }
    Ok(None)
}

/// All cases by one process in their order, and by another in the opposite one: whichever a call leaves something for comes
/// before it in one of them and after it in the other. Each is asked in both dtypes: in the opposite order, f32 comes first.
fn call_order(calls: &[InBothDtypes], probe: &mut Probe<'_>) -> Result<Option<Finding>, Stop> {
    let calls: Vec<&Call> = calls
        .iter()
        .flat_map(|call| iter::once(&call.wide).chain(&call.narrow))
        .collect();
    if calls.len() < 2 {
        return Ok(None);
    }
    let forwards = in_one_process(calls.iter().copied(), probe)?;
    let backwards = in_one_process(calls.iter().rev().copied(), probe)?;
    let mut pairs = forwards.iter().zip(backwards.iter().rev());
    let Some(differs) = pairs.find_map(|(forwards, backwards)| difference(forwards, backwards)) else {
        return Ok(None);
    };
    probe.start_case();
    Ok(Some(
        beside_alone(&calls, probe)?.unwrap_or_else(|| order_dependent(differs)),
    ))
}

fn order_dependent((output, mismatch): (String, Mismatch)) -> Finding {
    Finding::Impure(Impure::OrderDependent { output, mismatch })
}

fn in_one_process<'a>(calls: impl Iterator<Item = &'a Call>, probe: &mut Probe<'_>) -> Result<Vec<Tensors>, Stop> {
    probe.respawn();
    calls.map(|call| outputs(call, probe)).collect()
}

/// What a call gives. What f32 alone cannot be answered with is a matter of its golden cases, and gives nothing here.
fn outputs(call: &Call, probe: &mut Probe<'_>) -> Result<Tensors, Stop> {
    let is_narrow = call.arguments.values().any(|argument| argument.dtype() == DType::F32);
    match probe.call(call) {
        Ok(returned) => Ok(returned.outputs),
        Err(Stop::Found(_)) if is_narrow => Ok(Tensors::new()),
        Err(stop) => Err(stop),
    }
}

/// Every case is answered first by a process that has seen nothing else, then by one that has seen all the others: what it
/// answers alone is what it has to answer.
fn beside_alone(calls: &[&Call], probe: &mut Probe<'_>) -> Result<Option<Finding>, Stop> {
    let mut alone = Vec::new();
    for call in calls {
        probe.respawn();
        alone.push(outputs(call, probe)?);
    }
    for (call, alone) in calls.iter().zip(&alone) {
        let after_others = outputs(call, probe)?;
        if let Some(differs) = difference(alone, &after_others) {
            return Ok(Some(order_dependent(differs)));
        }
    }
    Ok(None)
}

/// The first output that differs in any bit of any value.
fn difference(first: &Tensors, second: &Tensors) -> Option<(String, Mismatch)> {
    first.iter().find_map(|(output, before)| {
        let after = second.get(output)?;
        Some((output.clone(), compare(before, after, before.dtype(), 0.0)?))
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "tests")]
    use wire::message::Group;
    use wire::{Observed, Outcome, Tensor};

    use super::*;
    use crate::contract::arguments::arguments;
    use crate::contract::subject::Subject;
    use crate::findings::fault::Fault;

    /// Gives back its argument, or something that it has kept in its process.
    struct Keeper {
        keeps: fn(kept: Option<f64>, given: f64) -> f64,
        kept: Option<f64>,
        processes: usize,
    }

    impl Subject for Keeper {
        fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
            let given = call.arguments["x"].item().expect("one value");
            let answer = (self.keeps)(self.kept, given);
            self.kept.get_or_insert(given);
            let mut tensors = Tensors::new();
            Group::Output.insert(&mut tensors, arguments([("y", Tensor::real(answer))]));
            Ok(Observed::Answered {
                outcome: Outcome::Returned,
                tensors,
            })
        }

        fn respawn(&mut self) {
            self.kept = None;
            self.processes += 1;
        }

        fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
            Ok(false)
        }

        fn substituted(&self) -> u64 {
            0
        }
    }

    fn tried(keeps: fn(Option<f64>, f64) -> f64) -> (Option<Finding>, usize) {
        let mut keeper = Keeper {
            keeps,
            kept: None,
            processes: 0,
        };
        let calls = [1.0, 2.0, 3.0].map(|x| InBothDtypes {
            wide: Call::new("keeper", arguments([("x", Tensor::real(x))])),
            narrow: None,
        });
        let found = call_order(&calls, &mut Probe::new(&mut keeper, None)).expect("all is answered");
        (found, keeper.processes)
    }

    #[test]
    fn what_keeps_nothing_is_asked_in_two_processes_whatever_the_number_of_cases() {
        assert_eq!(tried(|_, given| given), (None, 2));
    }

    #[test]
    fn what_is_kept_of_the_first_call_is_found_by_what_a_call_answers_alone() {
        let (found, _) = tried(Option::unwrap_or);
        let Some(Finding::Impure(Impure::OrderDependent { mismatch, .. })) = found else {
            panic!("{found:?}");
        };
        let Mismatch::Values(difference) = mismatch else {
            panic!("{mismatch:?}");
        };
        // The process of the last case has answered that one first.
        assert_eq!(
            (difference.worst.expected, difference.worst.actual),
            ("1".to_owned(), "3".to_owned())
        );
    }

    #[test]
    fn what_only_the_first_call_gets_wrong_is_found() {
        let (found, _) = tried(|kept, given| if kept.is_none() { -given } else { given });
        assert!(found.is_some());
    }
}
