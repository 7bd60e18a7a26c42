//! No arguments, to `neuron`: two weights and the bias.

use student::neurons::and_neuron;
use student::sequence_types::Neuron;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn() -> Neuron = and_neuron;

/// The adapter of `and_neuron`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "and_neuron",
    call,
};

#[expect(clippy::unnecessary_wraps, reason = "every adapter has this signature")]
fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let Neuron {
        weights: [w1, w2],
        bias,
    } = and_neuron();
    Ok(Returned::one("neuron", arguments.values(&[w1, w2, bias])))
}
