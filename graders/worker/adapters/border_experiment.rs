//! The tensors of `ConvNetWeights`, `padding` and its `amount`, and batches of `images` and `classes` to the trained
//! tensors, by the same names.

use student::conv_training::border_experiment;
use student::types::{ConvNetWeights, ImageBatch, InvalidInput, Padding};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

/// What gives the batches.
type Next<'a> = &'a mut dyn FnMut() -> Option<ImageBatch>;

const _: fn(ConvNetWeights, Padding, Next<'_>) -> Result<ConvNetWeights, InvalidInput> = border_experiment;

/// The adapter of `border_experiment`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "border_experiment",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let read = |name: &str| arguments.tensor(name).map(Tensor::copy);
    let initial = ConvNetWeights::from_named(&read, arguments.optional_tensor("hidden_weight").is_some())?;
    let padding = Padding::from_number(arguments.integer("padding")?, arguments.integer("amount")?);
    let padding = padding.ok_or_else(|| Problem::BadRequest("there is no padding of this number".to_owned()))?;
    let batch = |batch: &Arguments| {
        Ok(ImageBatch {
            images: batch.tensor("images")?.shallow_clone(),
            classes: batch.tensor("classes")?.shallow_clone(),
        })
    };
    let trained = arguments.serve(batch, |next_batch| border_experiment(initial, padding, next_batch))?;
    Ok(Returned::named(trained.map_err(Problem::refused)?.named()))
}
