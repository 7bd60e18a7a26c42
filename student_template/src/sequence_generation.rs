//! Generating sequences that end by themselves.
//!
//! Letters in shapes: B batch, T tokens of a prompt, S positions of a prefix, V size of the vocabulary, L tokens
//! generated.

use tch::Tensor;

use crate::sequence_types::{EncoderDecoderWeights, Generation, LanguageModelWeights, SequenceConfig};
use crate::types::InvalidInput;

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
    todo!("append a token at a time until every row has ended, and return what was appended")
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
    todo!("encode the prefix, then generate behind it from the start token")
}
