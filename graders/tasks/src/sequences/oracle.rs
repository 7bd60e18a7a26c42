//! The transformer over padded sequences in plain arithmetic, to compare with: position by position, without a tensor
//! library.

use judge::contract::arguments::{Array, array};
use ndarray::{Axis, IxDyn, concatenate, s};
use statrs::function::erf::erf;
use wire::Tensors;

use super::inputs::counted;
use crate::attention::inputs::linear;

/// Less the mean of the last axis and divided by its deviation, times the weight, plus the bias.
pub(crate) fn layer_norm(input: &Array, weight: &Array, bias: &Array, epsilon: f64) -> Array {
    let width = input.shape()[2];
    let mut output = input.clone();
    for mut row in output.lanes_mut(Axis(2)) {
        let mean = row.sum() / width as f64;
        let variance = row.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / width as f64;
        for (channel, value) in row.iter_mut().enumerate() {
            *value = (*value - mean) / (variance + epsilon).sqrt() * weight[[channel]] + bias[[channel]];
        }
    }
    output
}

/// The GELU with the error function.
pub(crate) fn exact_gelu(value: f64) -> f64 {
    0.5 * value * (1.0 + erf(value / 2.0_f64.sqrt()))
}

/// Which column each row sees, `[B, T, T]`: those of tokens and, in a decoder, those not after the row.
pub(crate) fn mask(is_token: &[Vec<bool>], decoder: bool) -> Array {
    let length = is_token.first().map_or(0, Vec::len);
    Array::from_shape_fn(IxDyn(&[is_token.len(), length, length]), |at| {
        f64::from(u8::from(is_token[at[0]][at[2]] && (!decoder || at[2] <= at[1])))
    })
}

/// Which of `length` positions hold tokens, by the number of tokens of each row.
pub(crate) fn is_token(counts: &[usize], length: usize) -> Vec<Vec<bool>> {
    let row = |&count: &usize| (0..length).map(|position| position < count).collect();
    counts.iter().map(row).collect()
}

/// One layer of self-attention under a mask `[B, T, T]`; `weight` gives the tensors by name.
pub(crate) fn attention(input: &Array, mask: &Array, heads: usize, weight: &dyn Fn(&str) -> Array) -> Array {
    let project = |name: &str| {
        linear(
            input,
            &weight(&format!("{name}_weight")),
            &weight(&format!("{name}_bias")),
        )
    };
    let [query, key, value] = ["query", "key", "value"].map(project);
    let dimension = input.shape()[2] / heads;
    let mut merged = Array::zeros(input.raw_dim());
    for row in 0..input.shape()[0] {
        for head in 0..heads {
            let channels = head * dimension..(head + 1) * dimension;
            let part = |all: &Array| all.slice(s![row, .., channels.clone()]).to_owned();
            let scores = part(&query).dot(&part(&key).t()) / (dimension as f64).sqrt();
            let own_mask = mask.slice(s![row, .., ..]);
            let weights = softmax(&scores, &own_mask);
            merged
                .slice_mut(s![row, .., channels.clone()])
                .assign(&weights.dot(&part(&value)));
        }
    }
    linear(&merged, &weight("output_weight"), &weight("output_bias"))
}

/// Weights from scores, of what is seen only.
fn softmax(scores: &ndarray::Array2<f64>, mask: &ndarray::ArrayView2<'_, f64>) -> ndarray::Array2<f64> {
    let mut weights = scores.clone();
    for (mut row, seen) in weights.outer_iter_mut().zip(mask.outer_iter()) {
        let visible = || row.iter().zip(&seen).filter(|(_, seen)| **seen != 0.0);
        let largest = visible().map(|(score, _)| *score).fold(f64::NEG_INFINITY, f64::max);
        for (score, seen) in row.iter_mut().zip(&seen) {
            *score = if *seen == 0.0 { 0.0 } else { (*score - largest).exp() };
        }
        let sum = row.sum();
        row.mapv_inplace(|value| value / sum);
    }
    weights
}

/// Hidden states that stand before a sequence, and how many of each row are tokens'.
pub(crate) type Cache<'a> = Option<(&'a Array, &'a [usize])>;

/// A transformer's tensors and settings, under names that begin with `prefix`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transformer<'a> {
    pub(crate) given: &'a Tensors,
    pub(crate) prefix: &'static str,
}

impl<'a> Transformer<'a> {
    /// The transformer of a call whose names have no prefix.
    pub(crate) fn only(given: &'a Tensors) -> Self {
        Self { given, prefix: "" }
    }

    pub(crate) fn tensor(&self, name: &str) -> Array {
        array(&self.given[&format!("{}{name}", self.prefix)])
    }

    pub(crate) fn of_layer(&self, name: &str, layer: usize) -> Array {
        self.tensor(name).index_axis(Axis(0), layer).to_owned()
    }

    pub(crate) fn layers(&self) -> usize {
        self.tensor("norm_1_bias").shape()[0]
    }

    pub(crate) fn heads(&self) -> usize {
        array(&self.given["heads"])[[]] as usize
    }

    pub(crate) fn epsilon(&self) -> f64 {
        array(&self.given["epsilon"])[[]]
    }

    /// Token and position embedding, the latter alone at padding.
    pub(crate) fn embedded(&self, tokens: &Array) -> Array {
        let (token, position) = (self.tensor("token_embedding"), self.tensor("position_embedding"));
        let shape = [tokens.shape()[0], tokens.shape()[1], token.shape()[1]];
        Array::from_shape_fn(IxDyn(&shape), |at| {
            let id = tokens[[at[0], at[1]]];
            let own = if id < 0.0 { 0.0 } else { token[[id as usize, at[2]]] };
            own + position[[at[1], at[2]]]
        })
    }

    /// A norm: of a layer, or the final one.
    pub(crate) fn norm(&self, input: &Array, name: &str, layer: Option<usize>) -> Array {
        let own = |part: &str| {
            let name = format!("{name}_{part}");
            layer.map_or_else(|| self.tensor(&name), |layer| self.of_layer(&name, layer))
        };
        layer_norm(input, &own("weight"), &own("bias"), self.epsilon())
    }

    pub(crate) fn attended(&self, input: &Array, mask: &Array, layer: usize) -> Array {
        attention(input, mask, self.heads(), &|name| self.of_layer(name, layer))
    }

    pub(crate) fn perceptron(&self, input: &Array, layer: usize, activation: fn(f64) -> f64) -> Array {
        let of = |name: &str| self.of_layer(name, layer);
        let hidden = linear(input, &of("mlp_hidden_weight"), &of("mlp_hidden_bias")).mapv(activation);
        linear(&hidden, &of("mlp_output_weight"), &of("mlp_output_bias"))
    }

    /// The stream of cache and embeddings, and the mask over both.
    pub(crate) fn start(&self, tokens: &Array, decoder: bool, cache: Cache<'_>) -> (Array, Array) {
        let embedded = self.embedded(tokens);
        let mut seen = is_token(&counted(tokens), tokens.shape()[1]);
        let Some((hidden, counts)) = cache else {
            return (embedded, mask(&seen, decoder));
        };
        for (row, mut cached) in seen.iter_mut().zip(is_token(counts, hidden.shape()[1])) {
            cached.append(row);
            *row = cached;
        }
        let stream = concatenate(Axis(1), &[hidden.view(), embedded.view()]).expect("equal batches and widths");
        (stream, mask(&seen, decoder))
    }

    /// The hidden states `[B, K + T, C]`.
    pub(crate) fn hidden(&self, tokens: &Array, decoder: bool, cache: Cache<'_>) -> Array {
        let (mut stream, mask) = self.start(tokens, decoder, cache);
        for layer in 0..self.layers() {
            stream = &stream + &self.attended(&self.norm(&stream, "norm_1", Some(layer)), &mask, layer);
            stream = &stream + &self.perceptron(&self.norm(&stream, "norm_2", Some(layer)), layer, exact_gelu);
        }
        self.norm(&stream, "final_norm", None)
    }
}

/// `x H^T` for the head.
pub(crate) fn headed(given: &Tensors, hidden: &Array) -> Array {
    let head = array(&given["head"]);
    linear(hidden, &head, &Array::zeros(IxDyn(&head.shape()[..1])))
}

/// The encoder's hidden states of a source, and how many of each row are tokens'.
pub(crate) fn encoded(given: &Tensors, source: &Array) -> (Array, Vec<usize>) {
    let encoder = Transformer {
        given,
        prefix: "encoder_",
    };
    (encoder.hidden(source, false, None), counted(source))
}

/// The logits of an encoder and decoder `[B, S + T, V]`.
pub(crate) fn logits(given: &Tensors, source: &Array, target: &Array) -> Array {
    let (hidden, counts) = encoded(given, source);
    let decoder = Transformer {
        given,
        prefix: "decoder_",
    };
    headed(given, &decoder.hidden(target, true, Some((&hidden, &counts))))
}

/// The mean negative logarithm of the probability of each next token, past the cache; `None` where there is none.
pub(crate) fn loss(logits: &Array, tokens: &Array) -> Option<f64> {
    let cached = logits.shape()[1] - tokens.shape()[1];
    let (mut sum, mut count) = (0.0, 0.0);
    for row in 0..tokens.shape()[0] {
        for place in 1..tokens.shape()[1] {
            let token = tokens[[row, place]];
            if token >= 0.0 {
                let own = logits.slice(s![row, cached + place - 1, ..]);
                let largest = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total: f64 = own.iter().map(|logit| (logit - largest).exp()).sum();
                sum += total.ln() + largest - own[[token as usize]];
                count += 1.0;
            }
        }
    }
    (count > 0.0).then_some(sum / count)
}

#[cfg(test)]
mod tests {
    use judge::contract::arguments::vector;

    use super::*;

    #[test]
    fn the_gelu_has_the_values_of_the_normal_distribution() {
        for (value, expected) in [(0.0, 0.0), (1.0, 0.841_344_7), (-2.0, -0.045_500_3), (3.0, 2.995_950_3)] {
            assert!((exact_gelu(value) - expected).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn a_row_has_mean_0_and_deviation_1_before_weight_and_bias() {
        let row = Array::from_shape_vec(IxDyn(&[1, 1, 2]), vec![1.0, 7.0]).expect("two values");
        let normalised = layer_norm(&row, &vector(vec![0.5, 2.0]), &vector(vec![0.0, 1.0]), 1e-20);
        assert!((normalised[[0, 0, 0]] + 0.5).abs() < 1e-14 && (normalised[[0, 0, 1]] - 3.0).abs() < 1e-14);
    }

    #[test]
    fn the_loss_is_that_of_the_next_tokens() {
        let logits = Array::from_shape_vec(IxDyn(&[1, 3, 2]), vec![9.0, 0.0, 3.0_f64.ln(), 0.0, 9.0, 0.0]);
        let tokens = Array::from_shape_vec(IxDyn(&[1, 2]), vec![1.0, 0.0]).expect("two values");
        let loss = loss(&logits.expect("six values"), &tokens).expect("a token follows");
        assert!((loss - (4.0_f64 / 3.0).ln()).abs() < 1e-12);
    }

    #[test]
    fn a_decoder_sees_tokens_up_to_its_position() {
        let mask = mask(&is_token(&[2], 3), true);
        let values: Vec<f64> = mask.iter().copied().collect();
        assert_eq!(values, [1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0]);
    }
}
