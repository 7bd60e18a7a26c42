//! The transformer in plain arithmetic, to compare with: channel by channel, without a tensor library.

use std::f64::consts::PI;

use judge::contract::arguments::{Array, array};
use ndarray::{Axis, IxDyn, concatenate, s};
use wire::Tensors;

use crate::attention::inputs::{linear, lower_triangle, product, rotated, scores, softmax};

/// Divides each row of the last axis by its root mean square and multiplies by the weight.
pub(crate) fn rms_norm(input: &Array, weight: &Array, epsilon: f64) -> Array {
    let width = input.shape()[2];
    Array::from_shape_fn(input.raw_dim(), |at| {
        let squares: f64 = (0..width).map(|channel| input[[at[0], at[1], channel]].powi(2)).sum();
        input[&at] * weight[[at[2]]] / (squares / width as f64 + epsilon).sqrt()
    })
}

/// The tanh approximation of the GELU.
pub(crate) fn gelu(value: f64) -> f64 {
    0.5 * value * (1.0 + ((2.0 / PI).sqrt() * (value + 0.044_715 * value.powi(3))).tanh())
}

/// One block's tensors and settings.
#[derive(Debug)]
pub(crate) struct Block<'a> {
    arguments: &'a Tensors,
    /// Which of the stacked layers, or none where they are not stacked.
    layer: Option<usize>,
}

impl<'a> Block<'a> {
    /// The block of a call of `decoder_block`.
    pub(crate) fn only(arguments: &'a Tensors) -> Self {
        Self { arguments, layer: None }
    }

    fn weight(&self, name: &str) -> Array {
        let weight = array(&self.arguments[name]);
        match self.layer {
            Some(layer) => weight.index_axis(Axis(0), layer).to_owned(),
            None => weight,
        }
    }

    fn setting(&self, name: &str) -> f64 {
        array(&self.arguments[name])[[]]
    }

    /// Causal self-attention without dropout.
    pub(crate) fn attention(&self, input: &Array) -> Array {
        let projected = linear(input, &self.weight("c_attn_weight"), &self.weight("c_attn_bias"));
        let (width, heads) = (input.shape()[2], self.setting("heads") as usize);
        let dimension = width / heads;
        let part = |role: usize, head: usize| {
            let first = role * width + head * dimension;
            projected
                .slice(s![.., .., first..first + dimension])
                .to_owned()
                .into_dyn()
        };
        let turned = |part: Array| {
            if self.setting("rotary") == 0.0 {
                part
            } else {
                rotated(&part, 0)
            }
        };
        let visible = array(&lower_triangle(input.shape()[1]));
        let head = |head: usize| {
            let scores = scores(&turned(part(0, head)), &turned(part(1, head)));
            product(&softmax(&scores, &visible), &part(2, head))
        };
        let heads: Vec<Array> = (0..heads).map(head).collect();
        let views: Vec<_> = heads.iter().map(|head| head.view()).collect();
        let merged = concatenate(Axis(2), &views).expect("heads have equal shapes");
        linear(&merged, &self.weight("c_proj_weight"), &self.weight("c_proj_bias"))
    }

    /// The multilayer perceptron without dropout.
    pub(crate) fn perceptron(&self, input: &Array) -> Array {
        let hidden = linear(input, &self.weight("mlp_fc_weight"), &self.weight("mlp_fc_bias")).mapv(gelu);
        linear(&hidden, &self.weight("mlp_proj_weight"), &self.weight("mlp_proj_bias"))
    }

    /// The first or second norm.
    pub(crate) fn norm(&self, input: &Array, name: &str) -> Array {
        rms_norm(input, &self.weight(name), self.setting("epsilon"))
    }

    /// The whole block.
    pub(crate) fn output(&self, input: &Array) -> Array {
        let stream = input + &self.attention(&self.norm(input, "norm_1"));
        let update = self.perceptron(&self.norm(&stream, "norm_2"));
        stream + update
    }
}

/// The sum of the embeddings of `tokens`, `[B, T, C]`.
pub(crate) fn embedded(arguments: &Tensors, tokens: &Array) -> Array {
    let (token, position) = (
        array(&arguments["token_embedding"]),
        array(&arguments["position_embedding"]),
    );
    let absolute = array(&arguments["rotary"])[[]] == 0.0;
    let shape = [tokens.shape()[0], tokens.shape()[1], token.shape()[1]];
    Array::from_shape_fn(IxDyn(&shape), |at| {
        let own = token[[tokens[[at[0], at[1]]] as usize, at[2]]];
        own + if absolute { position[[at[1], at[2]]] } else { 0.0 }
    })
}

/// What the blocks make of the embeddings.
pub(crate) fn stream(arguments: &Tensors, tokens: &Array) -> Array {
    let layers = arguments["norm_1"].shape()[0];
    (0..layers).fold(embedded(arguments, tokens), |stream, layer| {
        Block {
            arguments,
            layer: Some(layer),
        }
        .output(&stream)
    })
}

/// The logits `[B, T, V]` for `tokens` `[B, T]`, without dropout.
pub(crate) fn logits(arguments: &Tensors, tokens: &Array) -> Array {
    let epsilon = array(&arguments["epsilon"])[[]];
    let normalised = rms_norm(&stream(arguments, tokens), &array(&arguments["final_norm"]), epsilon);
    let head = array(&arguments["head"]);
    linear(&normalised, &head, &Array::zeros(IxDyn(&head.shape()[..1])))
}

/// The logits at the last position of the last `block_size` tokens, one row per sequence.
pub(crate) fn next_logits(arguments: &Tensors, tokens: &Array) -> Vec<Vec<f64>> {
    let block_size = array(&arguments["block_size"])[[]] as usize;
    let length = tokens.shape()[1];
    let window = tokens
        .slice(s![.., length.saturating_sub(block_size)..])
        .to_owned()
        .into_dyn();
    let logits = logits(arguments, &window);
    let last = logits.index_axis(Axis(1), window.shape()[1] - 1);
    last.outer_iter().map(|row| row.iter().copied().collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gelu_has_the_tabulated_values() {
        for (value, expected) in [(0.0, 0.0), (1.0, 0.841_192), (-2.0, -0.045_402_3), (3.0, 2.996_363)] {
            assert!((gelu(value) - expected).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn a_row_is_divided_by_its_root_mean_square() {
        // The squares of 1 and 7 have the mean 25.
        let row = Array::from_shape_vec(IxDyn(&[1, 1, 2]), vec![1.0, 7.0]).expect("two values");
        let weight = judge::contract::arguments::vector(vec![0.5, 2.0]);
        let normalised = rms_norm(&row, &weight, 1e-20);
        assert!((normalised[[0, 0, 0]] - 0.1).abs() < 1e-14 && (normalised[[0, 0, 1]] - 2.8).abs() < 1e-14);
    }
}
