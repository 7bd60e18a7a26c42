//! `query`, `key`, `start` to `query` and `key`.

use student::rotary::rotary_embedding;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, i64) -> (Tensor, Tensor) = rotary_embedding;

/// The adapter of `rotary_embedding`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "rotary_embedding",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (query, key) = (arguments.tensor("query")?, arguments.tensor("key")?);
    let (query, key) = rotary_embedding(query, key, arguments.integer("start")?);
    Ok(Returned::many([("query", query), ("key", key)]))
}
