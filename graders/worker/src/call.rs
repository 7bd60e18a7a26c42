//! One call: arguments in, the function, outputs and whatever else was asked for.

use std::collections::BTreeMap;

use tch::{Device, TchError, Tensor};
use wire::message::Group;
use wire::{Call, Outcome, Tensors};

use crate::adapter::{Adapter, Arguments, Problem, Returned};
use crate::jacobian::jacobians;
use crate::substitute::Line;
use crate::{convert, cuda, panics};

/// Runs a call to its end. Tensors come only with `Outcome::Returned`. `has_cuda`: CUDA has been made ready.
pub(crate) fn run(
    adapters: &[Adapter],
    call: &Call,
    frame: &Tensors,
    line: &Line,
    has_cuda: bool,
) -> (Outcome, Tensors) {
    let result = panics::catch(|| attempt(adapters, call, frame, line, has_cuda));
    match result.and_then(|result| result) {
        Ok(tensors) => (Outcome::Returned, tensors),
        Err(outcome) => (outcome, Tensors::new()),
    }
}

fn attempt(
    adapters: &[Adapter],
    call: &Call,
    frame: &Tensors,
    line: &Line,
    has_cuda: bool,
) -> Result<Tensors, Outcome> {
    let adapter = adapters
        .iter()
        .find(|adapter| adapter.task == call.task)
        .ok_or_else(|| bad_request(format!("there is no adapter for `{}`", call.task)))?;
    let mut arguments = arguments_of(call, frame, device_of(call.device, has_cuda)?)?;
    if call.batches {
        arguments = arguments.with_batches(line.clone());
    }
    tch::manual_seed(call.seed);
    let returned = (adapter.call)(&arguments).map_err(|problem| match problem {
        Problem::BadRequest(reason) => Outcome::BadRequest { reason },
        Problem::Refused(reason) => Outcome::Refused { reason },
        Problem::Unusable { output, reason } => Outcome::Unusable {
            output: output.to_owned(),
            reason,
        },
    })?;
    let mut answer = Tensors::new();
    Group::Output.insert(&mut answer, outputs_of(&returned, arguments.device())?);
    if call.echo {
        Group::Argument.insert(&mut answer, echo_of(&arguments, call.parameters)?);
    }
    if !call.gradients.is_empty() {
        let gradients = if Group::Cotangent.extract(frame).is_empty() {
            jacobians(&call.gradients, &arguments, &returned).map_err(|reason| Outcome::NoGradient { reason })?
        } else {
            gradients_of(call, frame, &arguments, &returned)?
        };
        Group::Gradient.insert(&mut answer, gradients);
    }
    overwrite(&returned);
    Ok(answer)
}

/// Writes zeros into what was returned, as its caller may. A function that keeps what it returns, and returns it again, is
/// found by its next answer. What cannot be written to, such as an expanded view, stays as it is.
fn overwrite(returned: &Returned) {
    for (_, output) in returned.outputs() {
        let _ = output.f_detach().and_then(|mut values| values.f_zero_());
    }
}

/// Where a call computes. A question for a GPU before CUDA is ready would settle for libtorch that there is none.
fn device_of(device: wire::Device, has_cuda: bool) -> Result<Device, Outcome> {
    match device {
        wire::Device::Cpu => Ok(Device::Cpu),
        wire::Device::Cuda if has_cuda => Ok(cuda::DEVICE),
        wire::Device::Cuda => Err(bad_request("a call on CUDA before CUDA was made ready")),
    }
}

fn arguments_of(call: &Call, frame: &Tensors, device: Device) -> Result<Arguments, Outcome> {
    let mut tensors = BTreeMap::new();
    for (name, plain) in Group::Argument.extract(frame) {
        let tensor = convert::to_libtorch(&plain, device)
            .and_then(|tensor| convert::laid_out(tensor, call.layout))
            .map_err(|error| unsuitable(&error))?;
        tensors.insert(name, tensor);
    }
    if call.parameters {
        for tensor in tensors.values().filter(|tensor| is_parameter(tensor)) {
            let _ = tensor.f_set_requires_grad(true).map_err(|error| unsuitable(&error))?;
        }
    }
    for name in &call.gradients {
        let tensor = tensors
            .get(name)
            .ok_or_else(|| bad_request(format!("no argument `{name}` to differentiate by")))?;
        let _ = tensor.f_set_requires_grad(true).map_err(|error| unsuitable(&error))?;
    }
    Ok(Arguments::new(tensors, device))
}

/// The outputs, which have to be where the arguments are: the border would carry them from anywhere.
fn outputs_of(returned: &Returned, device: Device) -> Result<Tensors, Outcome> {
    returned
        .outputs()
        .iter()
        .map(|(name, tensor)| {
            let plain = plain(name, tensor)?;
            device_kept(name, device, tensor.device())?;
            Ok(((*name).to_owned(), plain))
        })
        .collect()
}

fn device_kept(output: &str, expected: Device, actual: Device) -> Result<(), Outcome> {
    if actual == expected {
        return Ok(());
    }
    Err(Outcome::Elsewhere {
        output: output.to_owned(),
        expected: device_name(expected),
        actual: device_name(actual),
    })
}

/// As libtorch writes it.
fn device_name(device: Device) -> String {
    match device {
        Device::Cpu => "cpu".to_owned(),
        Device::Cuda(index) => format!("cuda:{index}"),
        Device::Mps => "mps".to_owned(),
        Device::Vulkan => "vulkan".to_owned(),
    }
}

/// Whether a model could learn it: a setting is none.
fn is_parameter(tensor: &Tensor) -> bool {
    tensor.dim() > 0 && tensor.is_floating_point()
}

/// The arguments as they are now, so that the judge sees whether the function wrote into them; without those that were
/// parameters and are none any more.
fn echo_of(arguments: &Arguments, were_parameters: bool) -> Result<Tensors, Outcome> {
    let is_kept = |tensor: &Tensor| !were_parameters || !is_parameter(tensor) || tensor.requires_grad();
    arguments
        .tensors()
        .iter()
        .filter(|(_, tensor)| is_kept(tensor))
        .map(|(name, tensor)| Ok((name.clone(), plain(name, tensor)?)))
        .collect()
}

fn plain(name: &str, tensor: &Tensor) -> Result<wire::Tensor, Outcome> {
    convert::to_plain(tensor).map_err(|reason| Outcome::Unusable {
        output: name.to_owned(),
        reason,
    })
}

/// Gradients of the sum over outputs of output times cotangent, by the arguments that were asked for.
fn gradients_of(call: &Call, frame: &Tensors, arguments: &Arguments, returned: &Returned) -> Result<Tensors, Outcome> {
    let mut sum: Option<Tensor> = None;
    for (name, cotangent) in Group::Cotangent.extract(frame) {
        let output = returned
            .output(&name)
            .ok_or_else(|| bad_request(format!("a cotangent for `{name}`, which is no output")))?;
        let cotangent = convert::to_libtorch(&cotangent, arguments.device()).map_err(|error| unsuitable(&error))?;
        let term = weighted(&name, output, &cotangent, &call.gradients)?;
        sum = Some(match sum {
            Some(sum) => sum.f_add(&term).map_err(|error| no_gradient(&error))?,
            None => term,
        });
    }
    sum.ok_or_else(|| bad_request("gradients without a cotangent"))?
        .f_backward()
        .map_err(|error| no_gradient(&error))?;
    call.gradients
        .iter()
        .map(|name| Ok((name.clone(), gradient_by(name, arguments)?)))
        .collect()
}

fn weighted(name: &str, output: &Tensor, cotangent: &Tensor, by: &[String]) -> Result<Tensor, Outcome> {
    if !output.requires_grad() {
        let by: Vec<String> = by.iter().map(|argument| format!("`{argument}`")).collect();
        return Err(Outcome::NoGradient {
            reason: format!(
                "`{name}` does not require grad, so it is cut off from {}",
                by.join(", ")
            ),
        });
    }
    if output.size() != cotangent.size() {
        return Err(Outcome::NoGradient {
            reason: format!("`{name}` has shape {:?}, not {:?}", output.size(), cotangent.size()),
        });
    }
    output
        .f_mul(cotangent)
        .and_then(|product| product.f_sum(None))
        .map_err(|error| no_gradient(&error))
}

/// An argument that the outputs do not depend on has gradient zero.
fn gradient_by(name: &str, arguments: &Arguments) -> Result<wire::Tensor, Outcome> {
    let argument = arguments
        .tensors()
        .get(name)
        .ok_or_else(|| bad_request(format!("no argument `{name}` to differentiate by")))?;
    let gradient = argument.f_grad().map_err(|error| no_gradient(&error))?;
    if gradient.defined() {
        return plain(name, &gradient);
    }
    let zeros = argument.f_zeros_like().map_err(|error| no_gradient(&error))?;
    plain(name, &zeros)
}

fn no_gradient(error: &TchError) -> Outcome {
    Outcome::NoGradient {
        reason: convert::words(error),
    }
}

fn unsuitable(error: &TchError) -> Outcome {
    bad_request(convert::words(error))
}

fn bad_request(reason: impl Into<String>) -> Outcome {
    Outcome::BadRequest { reason: reason.into() }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::net::UnixStream;

    use super::*;

    const ADAPTERS: [Adapter; 6] = [
        Adapter {
            task: "product",
            call: |arguments| {
                let product = arguments.tensor("left")? * arguments.tensor("right")?;
                Ok(Returned::one("product", product))
            },
        },
        Adapter {
            task: "overwrite",
            call: |arguments| {
                let mut left = arguments.tensor("left")?.shallow_clone();
                Ok(Returned::one("product", left.fill_(0.0)))
            },
        },
        Adapter {
            task: "detach",
            call: |arguments| Ok(Returned::one("product", arguments.tensor("left")?.detach())),
        },
        Adapter {
            task: "freeze",
            call: |arguments| {
                let left = arguments.tensor("left")?.shallow_clone().set_requires_grad(false);
                Ok(Returned::one("product", left))
            },
        },
        Adapter {
            task: "keep",
            call: |_| {
                let kept = KEPT.with(Tensor::shallow_clone);
                Ok(Returned::one("product", kept))
            },
        },
        Adapter {
            task: "ragged",
            call: |_| Err(Problem::unusable("rows", "rows of lengths [2, 1]".to_owned())),
        },
    ];

    thread_local! {
        static KEPT: Tensor = Tensor::from_slice(&[1.0, 2.0]);
    }

    fn vector(values: [f64; 2]) -> Option<wire::Tensor> {
        wire::Tensor::new(vec![2], wire::Data::F64(values.into()))
    }

    fn named<const N: usize>(tensors: [(&str, [f64; 2]); N]) -> Tensors {
        tensors
            .into_iter()
            .filter_map(|(name, values)| Some((name.to_owned(), vector(values)?)))
            .collect()
    }

    fn ask(task: &str, echo: bool, gradients: &[&str]) -> (Outcome, Tensors) {
        ask_on(wire::Device::Cpu, task, echo, gradients)
    }

    fn ask_on(device: wire::Device, task: &str, echo: bool, gradients: &[&str]) -> (Outcome, Tensors) {
        answer(&Call {
            device,
            echo,
            gradients: gradients.iter().map(|name| (*name).to_owned()).collect(),
            ..plain_call(task)
        })
    }

    fn plain_call(task: &str) -> Call {
        Call {
            id: 1,
            task: task.to_owned(),
            device: wire::Device::Cpu,
            seed: 0,
            echo: false,
            parameters: false,
            gradients: Vec::new(),
            substitutes: Vec::new(),
            batches: false,
            layout: wire::MemoryLayout::Contiguous,
        }
    }

    fn answer(call: &Call) -> (Outcome, Tensors) {
        let mut frame = Tensors::new();
        let arguments = named([("left", [2.0, 3.0]), ("right", [5.0, 7.0]), ("unused", [1.0; 2])]);
        Group::Argument.insert(&mut frame, arguments);
        Group::Cotangent.insert(&mut frame, named([("product", [1.0, 10.0])]));
        let (_ours, theirs) = UnixStream::pair().unwrap();
        run(&ADAPTERS, call, &frame, &Line::new(theirs), false)
    }

    #[test]
    fn outputs_come_back_by_name() {
        let (outcome, answer) = ask("product", false, &[]);
        assert_eq!(outcome, Outcome::Returned);
        let mut expected = Tensors::new();
        Group::Output.insert(&mut expected, named([("product", [10.0, 21.0])]));
        assert_eq!(answer, expected);
    }

    #[test]
    fn an_echo_shows_what_the_function_wrote_into_its_arguments() {
        let (_, answer) = ask("overwrite", true, &[]);
        let arguments = Group::Argument.extract(&answer);
        assert_eq!(arguments.get("left").cloned(), vector([0.0, 0.0]));
        assert_eq!(arguments.get("right").cloned(), vector([5.0, 7.0]));
    }

    #[test]
    fn an_echo_is_without_the_parameters_that_are_none_any_more() {
        let echoed = |task: &str, parameters| {
            let (outcome, tensors) = answer(&Call {
                echo: true,
                parameters,
                ..plain_call(task)
            });
            assert_eq!(outcome, Outcome::Returned);
            Group::Argument.extract(&tensors).into_keys().collect::<Vec<_>>()
        };
        assert_eq!(echoed("freeze", true), ["right", "unused"]);
        assert_eq!(echoed("freeze", false), ["left", "right", "unused"]);
        assert_eq!(echoed("product", true), ["left", "right", "unused"]);
    }

    #[test]
    fn what_is_returned_is_written_over_and_what_is_kept_with_it() {
        let kept = || Group::Output.extract(&ask("keep", false, &[]).1)["product"].clone();
        assert_eq!(Some(kept()), vector([1.0, 2.0]));
        assert_eq!(Some(kept()), vector([0.0, 0.0]));
    }

    #[test]
    fn gradients_are_weighted_by_the_cotangent_and_zero_where_nothing_depends() {
        let (outcome, answer) = ask("product", false, &["left", "unused"]);
        assert_eq!(outcome, Outcome::Returned);
        let expected = named([("left", [5.0, 70.0]), ("unused", [0.0, 0.0])]);
        assert_eq!(Group::Gradient.extract(&answer), expected);
    }

    #[test]
    fn an_output_that_is_cut_off_has_no_gradient() {
        let (outcome, answer) = ask("detach", false, &["left"]);
        let reason = "`product` does not require grad, so it is cut off from `left`".to_owned();
        assert_eq!(outcome, Outcome::NoGradient { reason });
        assert!(answer.is_empty());
    }

    #[test]
    fn what_is_no_tensor_is_an_unusable_output() {
        let (outcome, answer) = ask("ragged", false, &[]);
        let expected = Outcome::Unusable {
            output: "rows".to_owned(),
            reason: "rows of lengths [2, 1]".to_owned(),
        };
        assert_eq!(outcome, expected);
        assert!(answer.is_empty());
    }

    #[test]
    fn an_output_has_to_be_where_the_arguments_are() {
        let (cpu, first, second) = (Device::Cpu, Device::Cuda(0), Device::Cuda(1));
        for device in [cpu, first, second] {
            assert_eq!(device_kept("output", device, device), Ok(()));
        }
        for (expected, actual, names) in [
            (first, cpu, ["cuda:0", "cpu"]),
            (cpu, first, ["cpu", "cuda:0"]),
            (first, second, ["cuda:0", "cuda:1"]),
        ] {
            let elsewhere = Outcome::Elsewhere {
                output: "output".to_owned(),
                expected: names[0].to_owned(),
                actual: names[1].to_owned(),
            };
            assert_eq!(device_kept("output", expected, actual), Err(elsewhere));
        }
    }

    #[test]
    fn a_call_on_cuda_is_refused_until_cuda_is_ready() {
        let (outcome, _) = ask_on(wire::Device::Cuda, "product", false, &[]);
        assert!(matches!(outcome, Outcome::BadRequest { .. }), "{outcome:?}");
        assert_eq!(device_of(wire::Device::Cuda, true), Ok(Device::Cuda(0)));
    }

    #[test]
    fn what_does_not_fit_an_adapter_is_a_bad_request() {
        for (task, gradients) in [("unknown", vec![]), ("product", vec!["unknown"])] {
            let (outcome, _) = ask(task, false, &gradients);
            assert!(matches!(outcome, Outcome::BadRequest { .. }), "{outcome:?}");
        }
    }
}
