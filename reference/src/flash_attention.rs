//! Causal attention by libtorch's fused operator.
//!
//! Letters in shapes: B batch, h heads, T positions, d head dimension.

use tch::Tensor;

/// Causal attention in one fused operator, behind the signature of a layer.
///
/// Computes what `scaled_dot_product_attention` computes under the causal mask, with dropout on the attention weights,
/// by one call of libtorch's `scaled_dot_product_attention`, which never writes the `[T, T]` weights to memory.
///
/// - `query`, `key`, `value`: `[B, h, T, d]`, equal dtype and device. Position i sees the positions j <= i.
/// - The scale is the default one, `1 / sqrt(d)`, applied once.
/// - `dropout`: the rate on the attention weights; survivors are scaled by `1 / (1 - rate)`.
/// - `train`: dropout is active only when this is true. The operator does not know about training: it drops whenever
///   it is given a rate above 0. When `train` is false the rate makes no difference and two calls give the same result.
/// - Returns the output `[B, h, T, d]` in the dtype and on the device of `query`, without the weights.
///
/// The fused operator is allowed here, and only here.
///
/// Gradients reach queries, keys and values, in training too.
///
/// Source: Deep Learning 1, Assignment 2, question 2.9(a); "`FlashAttention`: Fast and Memory-Efficient Exact Attention
/// with IO-Awareness", section 3.1.
pub fn flash_attention(query: &Tensor, key: &Tensor, value: &Tensor, dropout: f64, train: bool) -> Tensor {
    // solution:begin call the fused operator: causal, default scale, dropout in training only
    let rate = if train { dropout } else { 0.0 };
    Tensor::scaled_dot_product_attention(query, key, value, None::<&Tensor>, rate, true, None, false)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::flash_attention;

    fn tensor(values: &[f64], length: i64) -> Tensor {
        Tensor::from_slice(values).view([1, 1, length, -1])
    }

    #[test]
    fn weights_follow_the_scores_divided_by_the_root_of_the_head_dimension() {
        // d = 4: the scores of the second position are 0 and 2 ln 3, halved to 0 and ln 3: its weights are 1/4 and 3/4.
        let query = tensor(&[5.0, 5.0, 5.0, 5.0, 1.0, 1.0, 0.0, 0.0], 2);
        let level = 3.0_f64.ln();
        let key = tensor(&[0.0, 0.0, 0.0, 0.0, level, level, level, level], 2);
        let value = tensor(&[8.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 8.0], 2);
        let output = flash_attention(&query, &key, &value, 0.5, false);
        let expected = tensor(&[8.0, 0.0, 0.0, 4.0, 2.0, 0.0, 0.0, 7.0], 2);
        assert!(output.allclose(&expected, 1e-12, 1e-12, false));
    }

    #[test]
    fn zero_queries_average_the_past() {
        let zero = Tensor::zeros([1, 1, 3, 2], (Kind::Float, Device::Cpu));
        let value = tensor(&[2.0, 0.0, 4.0, 6.0, 0.0, 3.0], 3).to_kind(Kind::Float);
        let output = flash_attention(&zero, &zero, &value, 0.0, true);
        let expected = tensor(&[2.0, 0.0, 3.0, 3.0, 2.0, 3.0], 3).to_kind(Kind::Float);
        assert!(output.allclose(&expected, 1e-6, 1e-6, false));
        assert_eq!(output.kind(), Kind::Float);
    }

    #[test]
    fn dropout_zeroes_or_doubles_the_weights_in_training_only() {
        // One position of value 1: its weight is the output.
        let one = Tensor::ones([400, 2, 1, 1], (Kind::Double, Device::Cpu));
        assert_eq!(flash_attention(&one, &one, &one, 0.5, false), one);
        let trained = flash_attention(&one, &one, &one, 0.5, true);
        let (zeros, doubled) = (trained.eq(0.0), trained.eq(2.0));
        assert_eq!(zeros.logical_or(&doubled).all().int64_value(&[]), 1);
        let dropped = zeros.to_kind(Kind::Int64).sum(Kind::Int64).int64_value(&[]);
        // Five standard deviations of 800 fair draws.
        assert!((dropped - 400).abs() < 71, "{dropped}");
    }
}
// helper:end
