//! Gradients without a reference: they are the derivatives of what the submission itself computes.
//!
//! Each call has the same generator seed, and so the same draws: a function with dropout is a plain function here. The
//! derivative along a direction is a central difference, (f(x + hv) - f(x - hv)) / 2h with |v| = 1, whose error is of the
//! order of h squared. Where the differences ahead and behind are not the same there is a kink, and whatever lies between
//! them is right.

use wire::{DType, Data, Tensor, Tensors};

use super::differentiated::{self, NONE, SMALL, TOLERANCE, missing, plain, together};
use super::model::{Failure, answered};
use super::points;
use crate::checks::probe::{Probe, record};
use crate::compare::compare_scaled;
use crate::contract::Task;
use crate::contract::arguments::with;
use crate::contract::random::Random;
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;
use crate::findings::stop::Stop;
use crate::findings::{CallFailed, Counterexample, Finding, Measure, Violation};
use crate::fixtures::case::StoredCase;

/// The length of a step.
const STEP: f64 = 1e-4;
/// Errors of slopes smaller than this are measured against this: a step of 1e-4 makes 1e4 times as much of what rounding has
/// left of large numbers.
const LEAST: f64 = 1e-2;
/// Dropout where gradients are tried with it.
const RATE: f64 = 0.25;

/// What came of the comparisons of one case.
pub(super) enum Compared {
    /// There was nothing to differentiate.
    Nothing,
    Agrees,
    Differs(Box<Failure>),
}

/// Compares the gradients of a function that drops values with its own derivatives: with all of its rates above zero, and
/// with one of them.
pub(super) fn in_training(
    task: &Task,
    case: &str,
    stored: &StoredCase,
    subject: &mut dyn Subject,
) -> Result<Compared, Fault> {
    let rates = task.contract.rates;
    let each = rates.iter().map(std::slice::from_ref);
    let ways = std::iter::once(rates).filter(|rates| rates.len() > 1).chain(each);
    for drawn in ways {
        let given = StoredCase {
            inputs: trained(&stored.inputs, rates, drawn),
            expected: stored.expected.clone(),
        };
        if let Compared::Differs(failure) = of_case(task, case, &given, &settings(drawn), subject)? {
            return Ok(Compared::Differs(failure));
        }
    }
    Ok(if rates.is_empty() {
        Compared::Nothing
    } else {
        Compared::Agrees
    })
}

/// The same at the small corners of the task's first domain, with all rates above zero: beside every other setting.
pub(super) fn in_training_at_corners(task: &Task, subject: &mut dyn Subject) -> Result<Compared, Fault> {
    let rates = task.contract.rates;
    let Some(domain) = task.contract.domain.first().filter(|_| !rates.is_empty()) else {
        return Ok(Compared::Nothing);
    };
    for point in points::small_corners(domain.sizes) {
        let inputs = trained(&points::arguments(domain, &point), rates, rates);
        // Only the shapes of its outputs are read. A call that fails is for other checks.
        let mut probe = Probe::new(subject, None);
        let Ok(value) = answered(probe.call(&Call::new(task.id, inputs.clone())))? else {
            continue;
        };
        let given = StoredCase {
            inputs,
            expected: value.outputs,
        };
        if let Compared::Differs(mut failure) = of_case(task, domain.name, &given, &settings(rates), subject)? {
            failure.counterexample.sizes = points::named(domain, &point.sizes);
            return Ok(Compared::Differs(failure));
        }
    }
    Ok(Compared::Agrees)
}

/// The arguments in training mode, with these of the rates above zero.
fn trained(inputs: &Tensors, rates: &[&str], drawn: &[&str]) -> Tensors {
    let mut inputs = with(inputs, "train", Tensor::flag(true));
    for rate in rates {
        let value = if drawn.contains(rate) { RATE } else { 0.0 };
        inputs.insert((*rate).to_owned(), Tensor::real(value));
    }
    inputs
}

/// The settings of a call in training, in words.
fn settings(drawn: &[&str]) -> String {
    let rates: Vec<String> = drawn.iter().map(|rate| format!("{rate} = {RATE}")).collect();
    format!("in training, {}", rates.join(", "))
}

/// Compares the gradients of the smooth outputs of one case with the derivatives of these outputs.
pub(super) fn of_case(
    task: &Task,
    case: &str,
    given: &StoredCase,
    settings: &str,
    subject: &mut dyn Subject,
) -> Result<Compared, Fault> {
    let mut tried = false;
    for call in calls(task, case, given) {
        tried = true;
        if let Some(failure) = of_call(&call, settings, |finding| finding, subject)? {
            return Ok(Compared::Differs(failure));
        }
    }
    Ok(if tried { Compared::Agrees } else { Compared::Nothing })
}

/// The same by one argument alone: nothing else requires gradients then.
pub(super) fn of_one_alone(
    task: &Task,
    case: &str,
    given: &StoredCase,
    turn: usize,
    subject: &mut dyn Subject,
) -> Result<Compared, Fault> {
    let calls = calls(task, case, given);
    let alone = |call| differentiated::by_one_alone(call, turn);
    for (name, call) in calls.iter().flat_map(alone) {
        let told = |finding| differentiated::alone(&name, finding);
        if let Some(failure) = of_call(&call, "", told, subject)? {
            return Ok(Compared::Differs(failure));
        }
    }
    Ok(Compared::Agrees)
}

/// What is differentiated of one case: each of its smooth outputs.
fn calls(task: &Task, case: &str, given: &StoredCase) -> Vec<Call> {
    // Where the order of values is free, a step may change it.
    if task.canonical.is_some() {
        return Vec::new();
    }
    let smooth = task.contract.smooth.iter();
    smooth
        .filter_map(|output| differentiated::call(task, case, output, given))
        .collect()
}

fn of_call(
    call: &Call,
    settings: &str,
    told: impl FnOnce(Finding) -> Finding,
    subject: &mut dyn Subject,
) -> Result<Option<Box<Failure>>, Fault> {
    let mut probe = Probe::new(subject, None);
    let found = match answered(difference(call, settings, &mut probe))? {
        Ok(found) => found,
        Err(finding) => Some(finding),
    };
    Ok(found.map(|finding| {
        probe.start_case();
        Box::new(Failure {
            finding: told(finding),
            counterexample: Counterexample {
                kind: String::new(),
                sizes: Vec::new(),
                found_at: Vec::new(),
                seed: u64::try_from(call.seed).unwrap_or_default(),
                calls: vec![record(call)],
            },
            // Whoever draws in another order has other values: there is nothing to compare these calls with.
            exchanges: Vec::new(),
            is_seen_on_copies: true,
        })
    }))
}

/// The arguments by which the gradient is not the derivative.
fn difference(call: &Call, settings: &str, probe: &mut Probe<'_>) -> Result<Option<Finding>, Stop> {
    let Some(gradient) = &call.gradient else {
        return Ok(None);
    };
    let value = |arguments: Tensors, probe: &mut Probe<'_>| -> Result<f64, Stop> {
        let beside = Call {
            arguments,
            ..plain(call)
        };
        let outputs = probe.call(&beside)?.outputs;
        probe.start_case();
        Ok(combined(&outputs, &gradient.cotangents))
    };
    let here = value(call.arguments.clone(), probe)?;
    let mut slopes = Vec::new();
    for (name, argument) in call.arguments.iter().filter(|(name, _)| gradient.by.contains(name)) {
        let direction = direction(argument, name);
        let ahead = value(with(&call.arguments, name, moved(argument, &direction, STEP)), probe)?;
        let behind = value(with(&call.arguments, name, moved(argument, &direction, -STEP)), probe)?;
        slopes.push(Slope {
            name,
            direction,
            value: (ahead - behind) / (2.0 * STEP),
            bend: (ahead - 2.0 * here + behind).abs() / STEP,
        });
    }
    if slopes.iter().any(|slope| !slope.value.is_finite()) {
        return Ok(None);
    }
    let largest = slopes.iter().map(|slope| slope.value.abs()).fold(0.0, f64::max);
    match probe.call(call) {
        Ok(returned) => {
            let differs = |slope: &Slope<'_>| {
                let found = slope.finding(returned.gradients.get(slope.name), largest, settings)?;
                Some((slope.name.to_owned(), found))
            };
            Ok(together(slopes.iter().filter_map(differs).collect()))
        }
        // What does not depend on any argument needs no graph.
        Err(Stop::Found(Finding::CallFailed(CallFailed::NoGradient { .. })))
            if slopes.iter().all(|slope| slope.value.abs() <= slope.bend.max(LEAST)) =>
        {
            Ok(None)
        }
        Err(stop) => Err(stop),
    }
}

/// How a combination of the outputs changes along a direction of one argument.
struct Slope<'a> {
    name: &'a str,
    direction: Vec<f64>,
    value: f64,
    /// By how much the slope ahead differs from the one behind: much at a kink or a jump, where any value between both is
    /// as right.
    bend: f64,
}

impl Slope<'_> {
    /// What is wrong with a gradient; `largest` is the largest slope along any argument.
    fn finding(&self, gradient: Option<&Tensor>, largest: f64, settings: &str) -> Option<Finding> {
        let floor = f64::max(SMALL * largest, LEAST);
        let values = gradient.map(Tensor::to_f64).unwrap_or_default();
        let along: f64 = values
            .iter()
            .zip(&self.direction)
            .map(|(value, step)| value * step)
            .sum();
        if (along - self.value).abs() <= self.bend {
            return None;
        }
        let is_felt = self.value.abs() > floor;
        if is_felt && values.iter().all(|value| value.abs() <= NONE * self.value.abs()) {
            return Some(missing(&[self.name]));
        }
        let (expected, along) = (Tensor::real(self.value), Tensor::real(along));
        let mismatch = compare_scaled(&expected, &along, DType::F64, TOLERANCE, floor)?;
        Some(Finding::PropertyFailed(Violation::Gradient {
            argument: self.name.to_owned(),
            others: Vec::new(),
            measure: Measure::Derivative {
                settings: settings.to_owned(),
            },
            alone: false,
            mismatch,
        }))
    }
}

/// A direction of length 1, the same for every run.
fn direction(argument: &Tensor, name: &str) -> Vec<f64> {
    let steps = Random::new(0, &format!("derivative/{name}")).normal(argument.shape());
    let steps = steps.to_float(DType::F64).to_f64();
    let length = steps.iter().map(|step| step * step).sum::<f64>().sqrt();
    steps.into_iter().map(|step| step / length).collect()
}

fn moved(argument: &Tensor, direction: &[f64], step: f64) -> Tensor {
    let values = argument.to_f64().into_iter().zip(direction);
    let values = values.map(|(value, along)| value + step * along).collect();
    Tensor::new(argument.shape().to_vec(), Data::F64(values)).unwrap_or_else(|| argument.clone())
}

/// `sum(output * cotangent)` over the outputs that have one.
fn combined(outputs: &Tensors, cotangents: &Tensors) -> f64 {
    let products = cotangents.iter().filter_map(|(name, cotangent)| {
        let output = outputs.get(name)?.to_f64();
        Some(
            output
                .into_iter()
                .zip(cotangent.to_f64())
                .map(|(value, weight)| value * weight)
                .sum::<f64>(),
        )
    });
    products.sum()
}

#[cfg(test)]
mod tests {
    use wire::message::Group;
    use wire::{Observed, Outcome};

    use super::*;
    use crate::contract::domain::Contract;
    use crate::contract::random::floats;

    /// Squares numbers; in training every other one is dropped.
    static SQUARE: Task = Task {
        id: "square",
        contract: Contract {
            smooth: &["y"],
            rates: &["dropout"],
            ..Contract::BLANK
        },
        ..Task::BLANK
    };

    /// What a pupil takes for the slope of the square at a value, by whether values are dropped.
    struct Pupil(fn(f64, bool) -> Option<f64>);

    impl Subject for Pupil {
        fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
            let setting = |name: &str| call.arguments.get(name).and_then(Tensor::item).unwrap_or_default();
            let drops = setting("train") > 0.0 && setting("dropout") > 0.0;
            let x = call.arguments["x"].to_f64();
            let kept = |at: usize| if drops { [1.0 / 0.75, 0.0][at % 2] } else { 1.0 };
            let tensor = |values: Vec<f64>| Tensor::new(vec![x.len()], Data::F64(values)).expect("one axis");
            let mut tensors = Tensors::new();
            let y = x.iter().enumerate().map(|(at, x)| x * x * kept(at)).collect();
            Group::Output.insert(&mut tensors, [("y".to_owned(), tensor(y))].into());
            if let Some(gradient) = &call.gradient {
                let weights = gradient.cotangents["y"].to_f64();
                let slopes: Option<Vec<f64>> = x.iter().map(|x| (self.0)(*x, drops)).collect();
                let Some(slopes) = slopes else {
                    let reason = "there is no graph".to_owned();
                    let outcome = Outcome::NoGradient { reason };
                    return Ok(Observed::Answered { outcome, tensors });
                };
                let by = slopes.iter().zip(weights).enumerate();
                let by = by.map(|(at, (slope, weight))| slope * weight * kept(at)).collect();
                Group::Gradient.insert(&mut tensors, [("x".to_owned(), tensor(by))].into());
            }
            let outcome = Outcome::Returned;
            Ok(Observed::Answered { outcome, tensors })
        }

        fn respawn(&mut self) {}

        fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
            Ok(false)
        }

        fn substituted(&self) -> u64 {
            0
        }
    }

    fn given() -> StoredCase {
        StoredCase {
            inputs: [
                ("x".to_owned(), floats(&[4], vec![1.0, -2.0, 0.5, 3.0])),
                ("dropout".to_owned(), Tensor::real(0.5)),
                ("train".to_owned(), Tensor::flag(false)),
            ]
            .into(),
            expected: [("y".to_owned(), floats(&[4], vec![1.0, 4.0, 0.25, 9.0]))].into(),
        }
    }

    fn found(compared: Result<Compared, Fault>) -> Option<Finding> {
        match compared.expect("a pupil is no fault") {
            Compared::Differs(failure) => Some(failure.finding),
            Compared::Agrees => None,
            Compared::Nothing => panic!("there is a gradient to compare"),
        }
    }

    fn outside(slope: fn(f64, bool) -> Option<f64>) -> Option<Finding> {
        found(of_case(&SQUARE, "all", &given(), "", &mut Pupil(slope)))
    }

    fn inside(slope: fn(f64, bool) -> Option<f64>) -> Option<Finding> {
        found(in_training(&SQUARE, "all", &given(), &mut Pupil(slope)))
    }

    #[test]
    fn a_right_gradient_is_the_derivative_with_and_without_dropout() {
        assert_eq!(outside(|x, _| Some(2.0 * x)), None);
        assert_eq!(inside(|x, _| Some(2.0 * x)), None);
    }

    #[test]
    fn a_gradient_that_is_wrong_in_training_only_is_seen_there() {
        let half = |x, drops| Some(if drops { x } else { 2.0 * x });
        assert_eq!(outside(half), None);
        let Some(Finding::PropertyFailed(Violation::Gradient { argument, measure, .. })) = inside(half) else {
            panic!("half a gradient is a wrong one");
        };
        let settings = "in training, dropout = 0.25".to_owned();
        assert_eq!((argument.as_str(), measure), ("x", Measure::Derivative { settings }));
    }

    #[test]
    fn none_at_all_and_a_zero_in_its_place_are_missing() {
        let no_graph = outside(|_, _| None);
        assert!(
            matches!(no_graph, Some(Finding::CallFailed(CallFailed::NoGradient { .. }))),
            "{no_graph:?}"
        );
        assert_eq!(outside(|_, _| Some(0.0)), Some(missing(&["x"])));
    }

    #[test]
    fn at_a_kink_whatever_lies_between_both_slopes_is_right() {
        let slope = Slope {
            name: "x",
            direction: vec![1.0],
            value: 0.5,
            bend: 0.5,
        };
        let found = |gradient: f64| slope.finding(Some(&Tensor::real(gradient)), 0.5, "");
        assert_eq!([0.0, 0.3, 1.0].map(found), [None, None, None]);
        assert!(found(1.1).is_some() && found(-0.1).is_some());
    }

    #[test]
    fn an_error_below_the_tolerance_is_none_and_one_above_is_one() {
        assert_eq!(outside(|x, _| Some(2.0 * x * (1.0 + 2e-5))), None);
        assert!(outside(|x, _| Some(2.0 * x * (1.0 + 1e-3))).is_some());
    }
}
