//! Self-attention whose mask is given.
//!
//! Letters in shapes: B batch, T positions, C embedding width, h heads.

use tch::Tensor;

use crate::sequence_types::SelfAttentionWeights;

/// Multi-head self-attention with a mask.
///
/// In this order:
/// 1. Queries, keys and values: three linear layers of the input, each with a weight and a bias of its own.
/// 2. Each is split into h heads: head i has the channels `i * C/h .. (i + 1) * C/h`.
/// 3. Per head `softmax(Q K^T / sqrt(C/h)) V`, where a score counts as minus infinity unless the mask is true.
/// 4. The heads side by side again, in their order, and the output layer.
///
/// - `input`: `[B, T, C]`, f64 or f32.
/// - `mask`: `[B, 1, T, T]` bool, the same for all heads: true at `[b, 0, i, j]` where position i may see position j.
///   Every row has at least one true entry.
/// - `weights`: see `SelfAttentionWeights`. `heads`: h, divides C.
/// - Returns `[B, T, C]` in the dtype and on the device of `input`. There is no dropout.
///
/// A masked score counts as minus infinity, however large or small the visible ones are. Scores of 1e3 and more give
/// finite results. Fused, multi-head and encoder-layer operators of libtorch may not be called here.
///
/// Gradients reach the input, all weights and all biases.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part; "Attention Is All You Need", section 3.2.
pub fn generic_self_attention(input: &Tensor, mask: &Tensor, weights: &SelfAttentionWeights, heads: i64) -> Tensor {
    // solution:begin project, split into heads, attend where the mask allows it, merge the heads, project
    let project = |weight: &Tensor, bias: &Tensor| {
        let projected = input.linear(weight, Some(bias));
        projected.unflatten(-1, [heads, -1]).transpose(1, 2)
    };
    let query = project(&weights.query_weight, &weights.query_bias);
    let key = project(&weights.key_weight, &weights.key_bias);
    let value = project(&weights.value_weight, &weights.value_bias);

    let dimension = query.size()[3] as f64;
    let scores = query.matmul(&key.transpose(-2, -1)) / dimension.sqrt();
    let scores = scores.masked_fill(&mask.logical_not(), f64::NEG_INFINITY);
    let attended = scores.softmax(-1, None).matmul(&value);

    let merged = attended.transpose(1, 2).flatten(-2, -1);
    merged.linear(&weights.output_weight, Some(&weights.output_bias))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::generic_self_attention;
    use crate::sequence_types::SelfAttentionWeights;

    const OPTIONS: (Kind, Device) = (Kind::Double, Device::Cpu);

    /// Two channels, all scores 0; the values are the input plus 1, the output layer doubles.
    fn averaging() -> SelfAttentionWeights {
        let zeros = || Tensor::zeros([2, 2], OPTIONS);
        SelfAttentionWeights {
            query_weight: zeros(),
            query_bias: Tensor::zeros([2], OPTIONS),
            key_weight: zeros(),
            key_bias: Tensor::zeros([2], OPTIONS),
            value_weight: Tensor::eye(2, OPTIONS),
            value_bias: Tensor::ones([2], OPTIONS),
            output_weight: Tensor::eye(2, OPTIONS) * 2.0,
            output_bias: Tensor::zeros([2], OPTIONS),
        }
    }

    #[test]
    fn what_a_position_sees_is_averaged_row_by_row_of_the_mask() {
        let input = Tensor::from_slice2(&[[1.0, 10.0], [3.0, 30.0]]).unsqueeze(0);
        let mask = Tensor::from_slice2(&[[true, false], [true, true]]).view([1, 1, 2, 2]);
        for heads in [1, 2] {
            let output = generic_self_attention(&input, &mask, &averaging(), heads);
            let expected = Tensor::from_slice2(&[[4.0, 22.0], [6.0, 42.0]]).unsqueeze(0);
            assert!(output.allclose(&expected, 1e-12, 0.0, false), "{heads} heads");
        }
    }

    #[test]
    fn scores_are_divided_by_the_root_of_a_heads_dimension() {
        // The query is (0, 0) or (2 ln 3, 0), the key (0, 0) or (1, 1): with one head of dimension 2 the scores of
        // the second position are 0 and sqrt(2) ln 3, with two heads of dimension 1 the first head's are 0 and 2 ln
        // 3.
        let mut weights = averaging();
        weights.query_weight = Tensor::from_slice2(&[[2.0 * 3.0_f64.ln(), 0.0], [0.0, 0.0]]);
        weights.key_weight = Tensor::from_slice2(&[[1.0, 0.0], [1.0, 0.0]]);
        weights.value_bias = Tensor::zeros([2], OPTIONS);
        weights.output_weight = Tensor::eye(2, OPTIONS);
        let input = Tensor::from_slice2(&[[0.0, 0.0], [1.0, 0.0]]).unsqueeze(0);
        let mask = Tensor::ones([1, 1, 2, 2], (Kind::Bool, Device::Cpu));
        let share = |heads| generic_self_attention(&input, &mask, &weights, heads).double_value(&[0, 1, 0]);
        let odds = 3.0_f64.powf(2.0_f64.sqrt());
        assert!((share(1) - odds / (1.0 + odds)).abs() < 1e-12);
        assert!((share(2) - 0.9).abs() < 1e-12);
    }
}
// helper:end
