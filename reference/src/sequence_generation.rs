//! Generating sequences that end by themselves.
//!
//! Letters in shapes: B batch, T tokens of a prompt, S positions of a prefix, V size of the vocabulary, L tokens
//! generated.

use tch::Tensor;

use crate::sequence_types::{EncoderDecoderWeights, Generation, LanguageModelWeights, SequenceConfig};
use crate::types::InvalidInput;

// helper:begin
use tch::Kind;

use crate::parts;
use crate::sequence_types::{Choice, HiddenCache, Role};
// helper:end

/// Continues each row of tokens until it ends.
///
/// In each step, all tokens of a row so far go through `generic_transformer` (`Role::Decoder`, no cache) and the
/// head, and the logits at the last position choose the next token:
/// - `Choice::Greedy`: the token with the largest logit; of several, the one with the lowest number.
/// - `Choice::Sampled`: with the probabilities `p = softmax(logits / temperature)`, the token with the lowest
///   number j for which `p_0 + ... + p_j > u`, where u is the entry `[step, row]` of `uniforms`, the first step
///   being 0. Where rounding leaves none, the last token.
///
/// A row ends with the token `generation.end`, once that has been chosen; it stands in the result. All later
/// entries of that row are -1, whatever the others do. Generation stops when every row has ended, or after
/// `generation.count` steps.
///
/// - `tokens`: `[B, T]` int64, all in 0..V, T at least 1: no padding. An END token in the prompt ends nothing.
/// - `weights`: see `LanguageModelWeights`; the head is a linear layer without bias.
/// - Returns the **new** tokens only, without the prompt: `[B, L]` int64, L being the number of steps that were
///   made. Rows do not influence each other.
/// - Error: whatever `generic_transformer` refuses: a step whose tokens are more than the positions that are known.
///
/// Call the part through `crate::parts` (`parts::generic_transformer(...)`): then a mistake in it costs the points
/// there only.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part.
pub fn generate_sequence(
    tokens: &Tensor,
    generation: &Generation,
    weights: &LanguageModelWeights,
    config: &SequenceConfig,
) -> Result<Tensor, InvalidInput> {
    // solution:begin append a token at a time until every row has ended, and return what was appended
    continued(tokens, generation, weights, config, None)
    // solution:end
}

/// Generates a sequence behind an encoded prefix.
///
/// The prefix goes through the encoder (`generic_transformer` with `Role::Encoder`, no cache), whose hidden states,
/// with the number of tokens of each row, are the cache of the decoder, as in `encoder_decoder`. The decoder's
/// sequence begins with the token `start` in every row and is then continued as in `generate_sequence`: each step's
/// tokens, `start` first, go through the decoder with the cache and the head; the logits at the last position
/// choose the next token by `generation.choice`; a row ends with `generation.end`, and its later entries are -1.
///
/// - `prefix`: `[B, S]` int64, -1 for padding, which comes after the tokens of its row; each row has at least one
///   token.
/// - `start`: a token of the decoder. `weights`: see `EncoderDecoderWeights`; `config` is that of both.
/// - Returns the **new** tokens only, without the prefix and without `start`: `[B, L]` int64, L being the number of
///   steps that were made. Rows do not influence each other.
/// - Error: whatever `generic_transformer` refuses.
///
/// Call the parts through `crate::parts` (`parts::generic_transformer(...)` or `parts::encoder_decoder(...)`): then a
/// mistake in a part costs the points of that part only.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part.
pub fn prefix_generate(
    prefix: &Tensor,
    start: i64,
    generation: &Generation,
    weights: &EncoderDecoderWeights,
    config: &SequenceConfig,
) -> Result<Tensor, InvalidInput> {
    // solution:begin encode the prefix, then generate behind it from the start token
    let cache = HiddenCache {
        hidden: parts::generic_transformer(prefix, &weights.encoder, config, Role::Encoder, None)?,
        num_tokens: prefix.ge(0).sum_dim_intlist(1, false, Kind::Int64),
    };
    let first = Tensor::full([prefix.size()[0], 1], start, (Kind::Int64, prefix.device()));
    continued(&first, generation, &weights.decoder, config, Some(&cache))
    // solution:end
}

// helper:begin
/// The tokens that follow `first`.
fn continued(
    first: &Tensor,
    generation: &Generation,
    weights: &LanguageModelWeights,
    config: &SequenceConfig,
    cache: Option<&HiddenCache>,
) -> Result<Tensor, InvalidInput> {
    let mut sequence = first.shallow_clone();
    let mut ended = Tensor::zeros([first.size()[0]], (Kind::Bool, first.device()));
    for step in 0..generation.count {
        let hidden = parts::generic_transformer(&sequence, &weights.transformer, config, Role::Decoder, cache)?;
        let logits = hidden.select(1, -1).linear(&weights.head, None::<&Tensor>);
        // A row that has ended is continued by padding, which the others do not see and nobody reads.
        let token = chosen(&logits, &generation.choice, step).masked_fill(&ended, -1);
        ended = ended.logical_or(&token.eq(generation.end));
        sequence = Tensor::cat(&[sequence, token.unsqueeze(1)], 1);
        if ended.all().int64_value(&[]) == 1 {
            break;
        }
    }
    let prompt = first.size()[1];
    Ok(sequence.narrow(1, prompt, sequence.size()[1] - prompt))
}

/// One token per row of logits `[B, V]`.
fn chosen(logits: &Tensor, choice: &Choice, step: i64) -> Tensor {
    match choice {
        Choice::Greedy => {
            let vocabulary = logits.size()[1];
            let is_largest = logits.eq_tensor(&logits.amax(-1, true));
            Tensor::arange(vocabulary, (Kind::Int64, logits.device()))
                .where_scalarother(&is_largest, vocabulary)
                .amin(-1, false)
        }
        Choice::Sampled { temperature, uniforms } => {
            let probabilities = (logits / *temperature).softmax(-1, None);
            let cumulative = probabilities.cumsum(-1, None::<Kind>);
            let passed = cumulative.le_tensor(&uniforms.get(step).unsqueeze(-1));
            let last = logits.size()[1] - 1;
            passed.sum_dim_intlist(-1, false, Kind::Int64).clamp_max(last)
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{chosen, generate_sequence, prefix_generate};
    use crate::sequence_transformer::tests::{CONFIG, silent_block};
    use crate::sequence_types::{
        Choice, EmbeddingWeights, EncoderDecoderWeights, Generation, LanguageModelWeights, SequenceTransformerWeights,
    };

    const OPTIONS: (Kind, Device) = (Kind::Double, Device::Cpu);

    /// Four tokens with one-hot embeddings and a head that prefers the next token: counting up to 3.
    fn counting() -> LanguageModelWeights {
        LanguageModelWeights {
            transformer: SequenceTransformerWeights {
                embedding: EmbeddingWeights {
                    token_embedding: Tensor::eye(4, OPTIONS),
                    position_embedding: Tensor::zeros([6, 4], OPTIONS),
                },
                blocks: vec![silent_block(4)],
                final_norm_weight: Tensor::ones([4], OPTIONS),
                final_norm_bias: Tensor::zeros([4], OPTIONS),
            },
            head: Tensor::eye(4, OPTIONS).roll([1], [0]),
        }
    }

    fn greedy(end: i64, count: i64) -> Generation {
        Generation {
            end,
            count,
            choice: Choice::Greedy,
        }
    }

    #[test]
    fn rows_end_for_themselves_and_the_prompt_does_not_come_back() {
        let prompt = Tensor::from_slice2(&[[3_i64, 0], [0, 2]]);
        let new = generate_sequence(&prompt, &greedy(3, 4), &counting(), &CONFIG).unwrap();
        assert_eq!(new, Tensor::from_slice2(&[[1_i64, 2, 3], [3, -1, -1]]));
        let cut = generate_sequence(&prompt, &greedy(3, 2), &counting(), &CONFIG).unwrap();
        assert_eq!(cut, Tensor::from_slice2(&[[1_i64, 2], [3, -1]]));
    }

    #[test]
    fn a_sequence_that_outgrows_the_positions_is_refused_when_it_does() {
        let prompt = Tensor::from_slice2(&[[0_i64, 0, 0, 0]]);
        assert!(generate_sequence(&prompt, &greedy(9, 3), &counting(), &CONFIG).is_ok());
        assert!(generate_sequence(&prompt, &greedy(9, 4), &counting(), &CONFIG).is_err());
        assert!(generate_sequence(&prompt, &greedy(3, 9), &counting(), &CONFIG).is_ok());
    }

    #[test]
    fn behind_a_prefix_the_start_token_comes_first_and_does_not_come_back() {
        let weights = EncoderDecoderWeights {
            encoder: counting().transformer,
            decoder: counting(),
        };
        let prefix = Tensor::from_slice2(&[[3_i64, 3, 3], [2, -1, -1]]);
        let new = prefix_generate(&prefix, 1, &greedy(3, 5), &weights, &CONFIG).unwrap();
        assert_eq!(new, Tensor::from_slice2(&[[2_i64, 3], [2, 3]]));
    }

    #[test]
    fn equal_logits_give_the_lowest_token() {
        let logits = Tensor::from_slice2(&[[0.0, 2.0, 1.0, 2.0]]);
        assert_eq!(chosen(&logits, &Choice::Greedy, 0), Tensor::from_slice(&[1_i64]));
    }

    #[test]
    fn given_numbers_choose_by_the_cumulative_probabilities_at_the_temperature() {
        // At temperature 2: probabilities 1/8, 3/8, 4/8.
        let logits = Tensor::from_slice(&[1.0, 3.0, 4.0]).log() * 2.0;
        let choice = Choice::Sampled {
            temperature: 2.0,
            uniforms: Tensor::from_slice2(&[[0.9; 4], [0.0, 0.12, 0.13, 0.51]]),
        };
        let rows = logits.repeat([4, 1]);
        assert_eq!(chosen(&rows, &choice, 1), Tensor::from_slice(&[0_i64, 0, 1, 2]));
    }
}
// helper:end
