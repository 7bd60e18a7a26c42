//! No arguments, to `weights`: of the forget gate, the input gate and the candidate, each the weight of h, that of x, and
//! the bias.

use student::parity_lstm::lstm_parity;
use student::sequence_types::{Gate, ParityLstm};
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn() -> ParityLstm = lstm_parity;

/// The adapter of `lstm_parity`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "lstm_parity",
    call,
};

#[expect(clippy::unnecessary_wraps, reason = "every adapter has this signature")]
fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let ParityLstm {
        forget,
        input,
        candidate,
    } = lstm_parity();
    let numbers = |Gate { weights: [h, x], bias }: Gate| [h, x, bias];
    let weights = [forget, input, candidate].map(numbers).concat();
    Ok(Returned::one("weights", arguments.values(&weights)))
}
