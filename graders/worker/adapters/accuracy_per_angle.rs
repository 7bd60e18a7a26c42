//! The tensors of `ConvNetWeights`, `padding` and its `amount`: with `images` and `classes` to `accuracies`; with
//! `augment` and batches of `images` and `classes` to the trained tensors, by the same names.

use student::rotation::{accuracy_per_angle, train_on_angles};
use student::types::{ConvNetWeights, ImageBatch, InvalidInput, Padding};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

/// What gives the batches.
type Next<'a> = &'a mut dyn FnMut() -> Option<ImageBatch>;

const _: fn(&Tensor, &Tensor, &ConvNetWeights, Padding) -> Tensor = accuracy_per_angle;
const _: fn(ConvNetWeights, Padding, bool, Next<'_>) -> Result<ConvNetWeights, InvalidInput> = train_on_angles;

/// The adapter of `accuracy_per_angle`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "accuracy_per_angle",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let trains = arguments.optional_tensor("augment").is_some();
    // What is trained may be changed in place.
    let read = |name: &str| {
        let own = |tensor: &Tensor| if trains { tensor.copy() } else { tensor.shallow_clone() };
        arguments.tensor(name).map(own)
    };
    let weights = ConvNetWeights::from_named(&read, arguments.optional_tensor("hidden_weight").is_some())?;
    let padding = Padding::from_number(arguments.integer("padding")?, arguments.integer("amount")?);
    let padding = padding.ok_or_else(|| Problem::BadRequest("there is no padding of this number".to_owned()))?;
    if trains {
        return trained(arguments, weights, padding);
    }
    let batch = batch(arguments)?;
    let accuracies = accuracy_per_angle(&batch.images, &batch.classes, &weights, padding);
    Ok(Returned::one("accuracies", accuracies))
}

fn trained(arguments: &Arguments, initial: ConvNetWeights, padding: Padding) -> Result<Returned, Problem> {
    let augment = arguments.flag("augment")?;
    let trained = arguments.serve(batch, |next_batch| {
        train_on_angles(initial, padding, augment, next_batch)
    })?;
    Ok(Returned::named(trained.map_err(Problem::refused)?.named()))
}

fn batch(arguments: &Arguments) -> Result<ImageBatch, Problem> {
    Ok(ImageBatch {
        images: arguments.tensor("images")?.shallow_clone(),
        classes: arguments.tensor("classes")?.shallow_clone(),
    })
}
