//! A character tokenizer: text to token ids and back.

use crate::types::InvalidInput;

/// The vocabulary of a text: its different characters, sorted.
///
/// - `text`: any text, also an empty one. A character is a Rust `char` (a Unicode code point), not a byte. Line ends,
///   blanks and capitals are characters like all others.
/// - Returns each character once, by ascending code point (the order of `char`). The token id of a character is its place
///   in this list, from 0.
///
/// Source: Deep Learning 1, Assignment 2, question 2.4.
pub fn vocabulary(text: &str) -> Vec<char> {
    todo!("list the different characters of the text in ascending order")
}

/// Text to token ids.
///
/// - `vocabulary`: sorted, each character once, as `vocabulary` returns it. `text`: any text.
/// - Returns one id per character, in order: the character's place in the vocabulary, from 0.
/// - Error: `InvalidInput` when a character is not in the vocabulary. None is skipped or replaced.
///
/// Source: Deep Learning 1, Assignment 2, question 2.4.
pub fn encode(vocabulary: &[char], text: &str) -> Result<Vec<i64>, InvalidInput> {
    todo!("give the place of each character in the vocabulary")
}

/// Token ids to text.
///
/// - `vocabulary`: as for `encode`. `ids`: token ids.
/// - Returns the text of one character per id, in order.
/// - Error: `InvalidInput` when an id is negative or not less than the size of the vocabulary.
///
/// Source: Deep Learning 1, Assignment 2, question 2.4.
pub fn decode(vocabulary: &[char], ids: &[i64]) -> Result<String, InvalidInput> {
    todo!("give the character of each id")
}
