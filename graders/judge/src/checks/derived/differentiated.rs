//! What is differentiated, and how a gradient is held against what it has to be.

use wire::{DType, Tensor};

use crate::contract::Task;
use crate::contract::call::arguments_in;
use crate::contract::random::Random;
use crate::contract::subject::{Call, Gradient};
use crate::findings::{CallFailed, Finding, Violation};
use crate::fixtures::case::StoredCase;

/// The error that is allowed, as a share of the largest value of the gradient: a step in f32 is for the check of precision.
pub(super) const TOLERANCE: f64 = 1e-4;
/// A gradient below this share of another is none.
pub(super) const NONE: f64 = 1e-12;
/// Below this share of the largest gradient, errors are measured against that share.
pub(super) const SMALL: f64 = 1e-3;

/// By how many arguments alone a call is differentiated in every turn but the first: each is a call of its own.
const FEW: usize = 4;

/// Differentiates a combination of the output's values, another one for every case, by all arguments of floats with axes.
pub(super) fn call(task: &Task, case: &str, output: &str, known: &StoredCase) -> Option<Call> {
    let arguments = arguments_in(DType::F64, &known.inputs);
    let by: Vec<String> = arguments
        .iter()
        .filter(|(_, argument)| is_smooth(argument))
        .map(|(name, _)| name.clone())
        .collect();
    let shape = known
        .expected
        .get(output)
        .filter(|output| output.dtype().is_float() && !output.is_empty() && !by.is_empty())?
        .shape();
    let mut random = Random::new(0, &format!("all-gradients/{}/{case}/{output}", task.id));
    let cotangent = random.normal(shape).to_float(DType::F64);
    // What nobody reads has no weight.
    let cotangents = task.read(&known.inputs, &[(output.to_owned(), cotangent)].into());
    Some(Call {
        gradient: Some(Gradient { by, cotangents }),
        ..Call::new(task.id, arguments)
    })
}

/// The same call once for each of the arguments that it is differentiated by, by that one alone: nothing else requires
/// gradients then. All of them in the first turn, and a few in each of the others, which are there for their settings.
pub(super) fn by_one_alone(call: &Call, turn: usize) -> Vec<(String, Call)> {
    let by = |gradient: &Gradient| {
        let mut by = gradient.by.clone();
        match by.len() {
            0 | 1 => by.clear(),
            all if turn > 0 && all > FEW => {
                by.rotate_left(turn * FEW % all);
                by.truncate(FEW);
            }
            _ => {}
        }
        by
    };
    let alone = |name: String| {
        let mut alone = call.clone();
        if let Some(gradient) = &mut alone.gradient {
            gradient.by = vec![name.clone()];
        }
        (name, alone)
    };
    call.gradient.iter().flat_map(by).map(alone).collect()
}

/// A finding of a gradient that was asked for by this argument alone, as such.
pub(super) fn alone(name: &str, finding: Finding) -> Finding {
    match finding {
        Finding::CallFailed(CallFailed::NoGradient { .. }) => Finding::CallFailed(CallFailed::NoGradient {
            reason: format!("none reaches `{name}` where no other argument requires gradients"),
        }),
        Finding::PropertyFailed(Violation::Gradient {
            argument,
            others,
            measure,
            mismatch,
            ..
        }) => Finding::PropertyFailed(Violation::Gradient {
            argument,
            others,
            measure,
            alone: true,
            mismatch,
        }),
        other => other,
    }
}

pub(super) fn is_smooth(tensor: &Tensor) -> bool {
    tensor.dtype().is_float() && !tensor.shape().is_empty() && !tensor.is_empty()
}

/// The same call without a gradient.
pub(super) fn plain(call: &Call) -> Call {
    Call {
        gradient: None,
        ..call.clone()
    }
}

/// That no gradient reaches these arguments.
pub(super) fn missing(names: &[&str]) -> Finding {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Finding::CallFailed(CallFailed::NoGradient {
        reason: format!("none reaches {}", names.join(", ")),
    })
}

/// What is wrong with the gradients by several arguments: what is found of the first one, with the names of all.
pub(super) fn together(found: Vec<(String, Finding)>) -> Option<Finding> {
    let is_missing = |finding: &Finding| matches!(finding, Finding::CallFailed(CallFailed::NoGradient { .. }));
    let (lacking, differing): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, finding)| is_missing(finding));
    if !lacking.is_empty() {
        let names: Vec<&str> = lacking.iter().map(|(name, _)| name.as_str()).collect();
        return Some(missing(&names));
    }
    let names: Vec<String> = differing.iter().skip(1).map(|(name, _)| name.clone()).collect();
    let mut first = differing.into_iter().next()?.1;
    if let Finding::PropertyFailed(Violation::Gradient { others, .. }) = &mut first {
        *others = names;
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare;
    use crate::findings::Measure;

    fn differing(name: &str) -> (String, Finding) {
        let mismatch = compare(&Tensor::real(1.0), &Tensor::real(2.0), DType::F64, 0.0).expect("they differ");
        let violation = Violation::Gradient {
            argument: name.to_owned(),
            others: Vec::new(),
            measure: Measure::Reference,
            alone: false,
            mismatch,
        };
        (name.to_owned(), Finding::PropertyFailed(violation))
    }

    #[test]
    fn all_arguments_are_alone_in_the_first_turn_and_a_few_in_each_of_the_others() {
        let gradient = |by: &[&str]| Call {
            gradient: Some(Gradient {
                by: by.iter().map(ToString::to_string).collect(),
                cotangents: wire::Tensors::new(),
            }),
            ..Call::new("task", wire::Tensors::new())
        };
        let alone = |by: &[&str], turn| -> String {
            let calls = by_one_alone(&gradient(by), turn);
            for (name, call) in &calls {
                assert_eq!(
                    call.gradient.as_ref().map(|gradient| &gradient.by),
                    Some(&vec![name.clone()])
                );
            }
            calls.into_iter().map(|(name, _)| name).collect()
        };
        let six = ["a", "b", "c", "d", "e", "f"];
        assert_eq!([0, 1, 2].map(|turn| alone(&six, turn)), ["abcdef", "efab", "cdef"]);
        assert_eq!([0, 1].map(|turn| alone(&six[..2], turn)), ["ab", "ab"]);
        assert_eq!(alone(&six[..1], 0), "", "there is nothing else");
    }

    #[test]
    fn all_arguments_with_another_gradient_are_named() {
        let Some(Finding::PropertyFailed(Violation::Gradient { argument, others, .. })) =
            together(["key", "query", "value"].map(differing).into())
        else {
            panic!("they differ");
        };
        assert_eq!(
            (argument.as_str(), others),
            ("key", vec!["query".to_owned(), "value".to_owned()])
        );
        assert_eq!(together(Vec::new()), None);
    }

    #[test]
    fn arguments_without_a_gradient_are_told_before_those_with_another() {
        let lacking = |name: &str| (name.to_owned(), missing(&[name]));
        let found = together(vec![differing("key"), lacking("query"), lacking("value")]);
        assert_eq!(found, Some(missing(&["query", "value"])));
    }
}
