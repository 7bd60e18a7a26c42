//! `query`, `key`, `value`, `dropout`, `train` to `output`.

use student::flash_attention::flash_attention;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &Tensor, f64, bool) -> Tensor = flash_attention;

/// The adapter of `flash_attention`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "flash_attention",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let output = flash_attention(
        arguments.tensor("query")?,
        arguments.tensor("key")?,
        arguments.tensor("value")?,
        arguments.real("dropout")?,
        arguments.flag("train")?,
    );
    Ok(Returned::one("output", output))
}
