//! Attention layers for properties: random ones, and ones whose output shows the attention weights.

use std::ops::Range;

use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::Broken;
use ndarray::{IxDyn, s};
use wire::{Tensor, Tensors};

use super::inputs::linear;

/// The task that these layers belong to.
pub(super) const TASK: &str = "causal_self_attention";

/// The thirds of `c_attn`.
#[derive(Debug, Clone, Copy)]
pub(super) enum Third {
    /// The query projection.
    Query,
    /// The key projection.
    Key,
    /// The value projection.
    Value,
}

/// A layer with its sizes.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    /// Sequences in the batch.
    pub(super) batch: usize,
    /// Tokens of a sequence.
    pub(super) length: usize,
    /// Number of heads.
    pub(super) heads: usize,
    /// Channels of a head.
    pub(super) dimension: usize,
    /// The arguments of the call, not in training.
    pub(super) arguments: Tensors,
}

impl Layer {
    /// Random weights and input of the scenario's sizes; B, T and rotary are 1, 4 and 0 where a property has no such size.
    pub(super) fn random(scenario: &Scenario) -> Self {
        let size = |name, otherwise| declared(scenario, name).map_or(otherwise, |size| size as usize);
        let sizes = [size("B", 1), size("T", 4), size("heads", 1), 2 * size("pairs", 1)];
        Self::of(scenario, sizes)
    }

    /// Random weights and input; sizes are batch, length, heads, channels of a head.
    pub(super) fn of(scenario: &Scenario, [batch, length, heads, dimension]: [usize; 4]) -> Self {
        let width = heads * dimension;
        let deviation = 1.2 / (width as f64).sqrt();
        let scaled = |label: &str, shape: &[usize], deviation| {
            scenario
                .random(label)
                .scaled(shape, deviation)
                .to_float(scenario.dtype())
        };
        let rotary = declared(scenario, "rotary") == Some(1);
        let arguments = arguments([
            ("input", scenario.normal("input", &[batch, length, width])),
            ("c_attn_weight", scaled("c_attn_weight", &[3 * width, width], deviation)),
            ("c_attn_bias", scaled("c_attn_bias", &[3 * width], 0.5)),
            ("c_proj_weight", scaled("c_proj_weight", &[width, width], deviation)),
            ("c_proj_bias", scaled("c_proj_bias", &[width], 0.5)),
            ("heads", Tensor::integer(heads as i64)),
            ("block_size", Tensor::integer(length as i64 + 2)),
            ("rotary", Tensor::flag(rotary)),
            ("attention_dropout", Tensor::real(0.0)),
            ("residual_dropout", Tensor::real(0.0)),
            ("train", Tensor::flag(false)),
        ]);
        Self {
            batch,
            length,
            heads,
            dimension,
            arguments,
        }
    }

    /// A layer whose output shows the attention weights: token t is the unit vector of channel t, all values are
    /// one-hot and the last projection is the identity.
    ///
    /// Channel `i * d + c * T + j` of output t is the weight of head i from token t to token j, for every copy c.
    pub(super) fn revealing(scenario: &Scenario, batch: usize, length: usize, copies: usize) -> Self {
        let heads = scenario.size("heads");
        let dimension = (copies * length).next_multiple_of(2);
        let layer = Self::of(scenario, [batch, length, heads, dimension]);
        let width = layer.width();
        let unit = |yes: bool| f64::from(u8::from(yes));
        let input = Array::from_shape_fn(IxDyn(&[batch, length, width]), |at| unit(at[1] == at[2]));
        let values = Array::from_shape_fn(IxDyn(&[width, width]), |at| {
            let channel = at[0] % dimension;
            unit(channel < copies * length && channel % length == at[1])
        });
        let identity = Array::from_shape_fn(IxDyn(&[width, width]), |at| unit(at[0] == at[1]));
        layer
            .with("input", &input)
            .with_third(Third::Value, &values, &Array::zeros(IxDyn(&[width])))
            .with("c_proj_weight", &identity)
            .with("c_proj_bias", &Array::zeros(IxDyn(&[width])))
    }

    /// The weights that a revealing layer's output shows: `[B, T, T]` of one head and copy.
    pub(super) fn revealed(&self, output: &Array, head: usize, copy: usize) -> Array {
        let first = head * self.dimension + copy * self.length;
        output
            .slice(s![.., .., first..first + self.length])
            .to_owned()
            .into_dyn()
    }

    /// C, the channels of all heads.
    pub(super) fn width(&self) -> usize {
        self.heads * self.dimension
    }

    /// An argument's values.
    pub(super) fn array(&self, name: &str) -> Array {
        array(&self.arguments[name])
    }

    /// The same layer with other values of a float argument.
    pub(super) fn with(&self, name: &str, values: &Array) -> Self {
        self.having(name, tensor_like(&self.arguments[name], values))
    }

    /// The same layer with another argument.
    pub(super) fn having(&self, name: &str, tensor: Tensor) -> Self {
        Self {
            arguments: with(&self.arguments, name, tensor),
            ..self.clone()
        }
    }

    /// The same layer in training with these rates of attention and residual dropout.
    pub(super) fn training(&self, attention: f64, residual: f64) -> Self {
        self.rates(attention, residual).having("train", Tensor::flag(true))
    }

    /// The same layer with these rates.
    pub(super) fn rates(&self, attention: f64, residual: f64) -> Self {
        self.having("attention_dropout", Tensor::real(attention))
            .having("residual_dropout", Tensor::real(residual))
    }

    /// The same layer with one third of `c_attn` replaced.
    pub(super) fn with_third(&self, third: Third, weight: &Array, bias: &Array) -> Self {
        let (mut weights, mut biases) = (self.array("c_attn_weight"), self.array("c_attn_bias"));
        let rows = self.rows_of(third);
        weights.slice_mut(s![rows.clone(), ..]).assign(weight);
        biases.slice_mut(s![rows]).assign(bias);
        self.with("c_attn_weight", &weights).with("c_attn_bias", &biases)
    }

    /// The rows of `c_attn` that belong to a third.
    pub(super) fn rows_of(&self, third: Third) -> Range<usize> {
        let first = third as usize * self.width();
        first..first + self.width()
    }

    /// The channels of a head within each third, and of the merged heads.
    pub(super) fn channels_of(&self, head: usize) -> Range<usize> {
        head * self.dimension..(head + 1) * self.dimension
    }

    /// The queries, keys or values of all heads, side by side: `[B, T, C]`.
    pub(super) fn projected(&self, third: Third) -> Array {
        let rows = self.rows_of(third);
        let weight = self.array("c_attn_weight").slice(s![rows.clone(), ..]).to_owned();
        let bias = self.array("c_attn_bias").slice(s![rows]).to_owned();
        linear(&self.array("input"), &weight.into_dyn(), &bias.into_dyn())
    }

    /// Merged heads through the last projection.
    pub(super) fn last_projection(&self, merged: &Array) -> Array {
        linear(merged, &self.array("c_proj_weight"), &self.array("c_proj_bias"))
    }

    /// What the submission gives.
    pub(super) fn output(&self, probe: &mut Probe<'_>) -> Result<Array, Broken> {
        self.output_with_seed(probe, 1)
    }

    /// What the submission gives with this generator seed.
    pub(super) fn output_with_seed(&self, probe: &mut Probe<'_>, seed: i64) -> Result<Array, Broken> {
        let call = Call {
            seed,
            ..Call::new(TASK, self.arguments.clone())
        };
        let [output] = probe.arrays(&call, [("output", self.arguments["input"].shape())])?;
        Ok(output)
    }
}

/// The value of a size, where the property has it.
fn declared(scenario: &Scenario, name: &str) -> Option<i64> {
    let mut sizes = scenario.sizes().iter();
    sizes.find(|size| size.0 == name).map(|size| size.1)
}
