//! The words on calls that did not give what a call has to give.

use judge::findings::CallFailed;

use super::{Place, Words, process};
use crate::clean::{clean, clean_libtorch};

/// The words on a call that failed.
pub(super) fn failed(found: &CallFailed, place: Place<'_>) -> Words {
    match found {
        CallFailed::Panicked { message, location } => process::panicked(message, location.as_deref()),
        CallFailed::Crashed { how } => process::crashed(*how),
        CallFailed::TimedOut {
            cpu: _,
            wall: _,
            by_cpu,
        } => process::timed_out(*by_cpu, place.limits),
        CallFailed::UsedUp { seconds, slept } => process::used_up(*seconds, *slept),
        CallFailed::TooManyThreads { limit } => process::too_many_threads(*limit),
        CallFailed::OutOfMemory { limit } => process::out_of_memory(*limit),
        CallFailed::Malformed { reason } => malformed(reason),
        CallFailed::RefusedValid { reason } => refused_valid(reason, place),
        CallFailed::AcceptedInvalid { input } => accepted_invalid(input),
        CallFailed::Unusable { output, reason } => unusable(output, reason),
        CallFailed::WrongDevice {
            output,
            expected,
            actual,
        } => wrong_device(output, expected, actual),
        CallFailed::NoGradient { reason } => no_gradient(reason),
    }
}

fn malformed(reason: &str) -> Words {
    Words::new(
        format!("the answer cannot be read: {}", clean(reason)),
        "return the tensors that the signature names, and leave the process's file descriptors alone",
    )
}

fn refused_valid(reason: &str, place: Place<'_>) -> Words {
    let reason = clean(reason);
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Words::new(
        format!("refused a valid input{words}"),
        format!(
            "{} says which inputs are errors; all others need an answer",
            place.explain()
        ),
    )
}

fn accepted_invalid(input: &str) -> Words {
    Words::new(
        format!("accepted {}, which must be refused", clean(input)),
        "return `Err(InvalidInput)` before computing anything",
    )
}

fn unusable(output: &str, reason: &str) -> Words {
    let (output, reason) = (clean(output), clean_libtorch(reason));
    let subject = if output.is_empty() {
        "an output".to_owned()
    } else {
        format!("`{output}`")
    };
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Words::new(
        format!("{subject} cannot be judged{words}"),
        "return dense tensors of dtype f32, f64, int64 or bool, on the device of the input",
    )
}

/// The texts are the worker's, so they may be anything, or nothing where the assignment hides them.
fn wrong_device(output: &str, expected: &str, actual: &str) -> Words {
    let [output, expected, actual] = [output, expected, actual].map(clean);
    let message = if output.is_empty() || expected.is_empty() || actual.is_empty() {
        "an output is on another device than the input".to_owned()
    } else {
        format!("`{output}` is on {actual}, and the input is on {expected}")
    };
    Words::new(
        message,
        "make new tensors with the device of the input (`input.device()`), and return results where they were computed",
    )
}

fn no_gradient(reason: &str) -> Words {
    let reason = clean_libtorch(reason);
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Words::new(
        format!("no gradient flows back{words}"),
        "compute the output from every argument with tensor operations: `detach`, `no_grad`, and values that are read \
         out and put into a new tensor all cut the gradient",
    )
}
