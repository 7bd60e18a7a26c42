//! Findings on golden cases, on fresh inputs of their kinds, and of purity.

use wire::{DType, Tensor, Tensors};

use super::model::{Claim, Quantity, Reproduction, Step};
use crate::compare::Mismatch;
use crate::contract::call::{arguments_in, draws};
use crate::contract::exchange::Exchange;
use crate::contract::subject::Call;
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::{CallFailed, Finding, Impure, WrongOutput};
use crate::fixtures::case::StoredCase;

/// What shows a finding on a golden case.
pub(crate) fn of_case(
    task: &Task,
    case: &Case,
    stored: &StoredCase,
    tolerances: &Tolerances,
    dtype: DType,
    finding: &Finding,
) -> Option<Reproduction> {
    let claim = claim(task, case, stored, tolerances, dtype, finding)?;
    let call = Call::new(task.id, arguments_in(dtype, &stored.inputs));
    let tiled = match case.expect {
        Expect::Draws { tiled, .. } => Some((tiled, draws(dtype))),
        Expect::Outputs | Expect::Verified(_) => None,
    };
    Some(Reproduction {
        calls: vec![Step {
            tiled,
            ..Step::new(&call, Tensors::new())
        }],
        claim,
    })
}

fn claim(
    task: &Task,
    case: &Case,
    stored: &StoredCase,
    tolerances: &Tolerances,
    dtype: DType,
    finding: &Finding,
) -> Option<Claim> {
    let equals = |output: &str, worst: &[usize]| {
        let expected = stored.expected.get(output)?;
        let dtype = if expected.dtype().is_float() {
            dtype
        } else {
            expected.dtype()
        };
        Some(Claim::Equals {
            quantity: Quantity::Output(output.to_owned()),
            expected: expected.to_float(dtype),
            tolerance: tolerances.of(task.id, output, dtype),
            worst: worst.to_vec(),
        })
    };
    match finding {
        Finding::CallFailed(
            CallFailed::Panicked { .. } | CallFailed::Crashed { .. } | CallFailed::RefusedValid { .. },
        ) => Some(Claim::Returns),
        Finding::CallFailed(CallFailed::Unusable { output, .. })
        | Finding::WrongOutput(WrongOutput::ExtraAxes { output, .. }) => equals(output, &[]),
        Finding::WrongOutput(WrongOutput::Wrong { output, mismatch, .. }) => match case.expect {
            Expect::Outputs => equals(output, worst(mismatch)),
            // Of the many right answers the stored one is not asked for.
            Expect::Draws { .. } | Expect::Verified(_) => of_form(output, mismatch),
        },
        Finding::WrongOutput(WrongOutput::Differs { output, mismatch, .. }) => equals(output, worst(mismatch)),
        Finding::WrongOutput(WrongOutput::Imprecise { output, difference, .. }) => {
            equals(output, &difference.worst.index)
        }
        Finding::WrongOutput(WrongOutput::NanInPadding {
            output, index, blank, ..
        }) => Some(in_padding(output, index, *blank)),
        Finding::WrongOutput(WrongOutput::OutsideSupport { token, .. }) => {
            drawn(case).map(|output| Claim::Never { output, token: *token })
        }
        Finding::WrongOutput(WrongOutput::WrongDistribution {
            token,
            expected,
            observed,
            ..
        }) => drawn(case).map(|output| Claim::Share {
            output,
            token: *token,
            share: *expected,
            within: (expected - observed).abs() / 2.0,
        }),
        Finding::BeforeRun(_)
        | Finding::CallFailed(_)
        | Finding::WrongOutput(_)
        | Finding::PropertyFailed(_)
        | Finding::FailsAsPart { .. }
        | Finding::Impure(_)
        | Finding::BelowBar { .. } => None,
    }
}

/// What shows a finding of purity, by the calls that were made.
pub(crate) fn of_purity(finding: &Finding, exchanges: &[Exchange]) -> Option<Reproduction> {
    let steps = |exchanges: &[Exchange]| -> Vec<Step> {
        let step = |exchange: &Exchange| Step::new(&exchange.call, Tensors::new());
        exchanges.iter().map(step).collect()
    };
    let (last, before) = exchanges.split_last()?;
    match finding {
        Finding::Impure(Impure::ArgumentModified { argument }) => Some(Reproduction {
            calls: steps(&exchanges[before.len()..]),
            claim: Claim::Untouched {
                argument: argument.clone(),
            },
        }),
        Finding::Impure(Impure::NotDeterministic { output, .. }) => Some(Reproduction {
            calls: steps(&exchanges[before.len().checked_sub(1)?..]),
            claim: Claim::Repeats { output: output.clone() },
        }),
        Finding::Impure(Impure::OrderDependent { output, mismatch }) => {
            // Every call was made alone first, in the order in which they were then made one after the other.
            let alone = before.iter().find(|exchange| exchange.call == last.call)?;
            let others = before.iter().position(|exchange| exchange.call == last.call)?;
            let expected: &Tensor = alone.returned.as_ref()?.outputs.get(output)?;
            let process = &exchanges[exchanges.len().checked_sub(others + 2)?..];
            Some(Reproduction {
                calls: steps(process),
                claim: Claim::Equals {
                    quantity: Quantity::Output(output.clone()),
                    expected: expected.clone(),
                    tolerance: 0.0,
                    worst: worst(mismatch).to_vec(),
                },
            })
        }
        // A case that was answered before, and now is not, has found something else.
        _ => None,
    }
}

fn of_form(output: &str, mismatch: &Mismatch) -> Option<Claim> {
    let output = output.to_owned();
    match mismatch {
        Mismatch::DType { expected, .. } => Some(Claim::DType {
            output,
            expected: expected.clone(),
        }),
        Mismatch::Shape { expected, .. } => Some(Claim::Shape {
            output,
            expected: expected.clone(),
        }),
        Mismatch::NotFinite(_) | Mismatch::Values(_) => None,
    }
}

fn in_padding(output: &str, index: &[usize], blank: bool) -> Claim {
    let (output, index) = (output.to_owned(), index.to_vec());
    if blank {
        Claim::Sees { output, index }
    } else {
        Claim::Number { output, index }
    }
}

fn drawn(case: &Case) -> Option<String> {
    match case.expect {
        Expect::Draws { output, .. } => Some(output.to_owned()),
        Expect::Outputs | Expect::Verified(_) => None,
    }
}

fn worst(mismatch: &Mismatch) -> &[usize] {
    match mismatch {
        Mismatch::NotFinite(difference) | Mismatch::Values(difference) => &difference.worst.index,
        Mismatch::DType { .. } | Mismatch::Shape { .. } => &[],
    }
}
