//! No arguments, to `answer`: whether there is a neuron (0 or 1), its weights and bias (0 where there is none), and the
//! four multipliers of the certificate.

use student::neurons::{xor_certificate, xor_neuron};
use student::sequence_types::Neuron;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn() -> Option<Neuron> = xor_neuron;
const _: fn() -> [f64; 4] = xor_certificate;

/// The adapter of `xor_neuron`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "xor_neuron",
    call,
};

#[expect(clippy::unnecessary_wraps, reason = "every adapter has this signature")]
fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let neuron = match xor_neuron() {
        Some(Neuron {
            weights: [w1, w2],
            bias,
        }) => [1.0, w1, w2, bias],
        None => [0.0; 4],
    };
    let answer = [neuron, xor_certificate()].concat();
    Ok(Returned::one("answer", arguments.values(&answer)))
}
