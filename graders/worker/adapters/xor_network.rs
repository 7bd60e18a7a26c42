//! No arguments, to `network`: weights and bias of the first hidden neuron, of the second, and of the output.

use student::neurons::xor_network;
use student::sequence_types::{Neuron, ThresholdNetwork};
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn() -> ThresholdNetwork = xor_network;

/// The adapter of `xor_network`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "xor_network",
    call,
};

#[expect(clippy::unnecessary_wraps, reason = "every adapter has this signature")]
fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let ThresholdNetwork {
        hidden: [first, second],
        output,
    } = xor_network();
    let numbers = |Neuron {
                       weights: [w1, w2],
                       bias,
                   }: Neuron| [w1, w2, bias];
    let network = [first, second, output].map(numbers).concat();
    Ok(Returned::one("network", arguments.values(&network)))
}
