//! A character tokenizer: text to token ids and back.

use crate::types::InvalidInput;

// helper:begin
use std::collections::BTreeSet;
// helper:end

/// The vocabulary of a text: its different characters, sorted.
///
/// - `text`: any text, also an empty one. A character is a Rust `char` (a Unicode code point), not a byte. Line ends,
///   blanks and capitals are characters like all others.
/// - Returns each character once, by ascending code point (the order of `char`). The token id of a character is its place
///   in this list, from 0.
///
/// Source: Deep Learning 1, Assignment 2, question 2.4.
pub fn vocabulary(text: &str) -> Vec<char> {
    // solution:begin list the different characters of the text in ascending order
    text.chars().collect::<BTreeSet<char>>().into_iter().collect()
    // solution:end
}

/// Text to token ids.
///
/// - `vocabulary`: sorted, each character once, as `vocabulary` returns it. `text`: any text.
/// - Returns one id per character, in order: the character's place in the vocabulary, from 0.
/// - Error: `InvalidInput` when a character is not in the vocabulary. None is skipped or replaced.
///
/// Source: Deep Learning 1, Assignment 2, question 2.4.
pub fn encode(vocabulary: &[char], text: &str) -> Result<Vec<i64>, InvalidInput> {
    // solution:begin give the place of each character in the vocabulary
    let id = |character: char| {
        let place = vocabulary.binary_search(&character);
        place.map_or_else(
            |_| Err(InvalidInput::new(format!("{character:?} is not in the vocabulary"))),
            |place| Ok(place as i64),
        )
    };
    text.chars().map(id).collect()
    // solution:end
}

/// Token ids to text.
///
/// - `vocabulary`: as for `encode`. `ids`: token ids.
/// - Returns the text of one character per id, in order.
/// - Error: `InvalidInput` when an id is negative or not less than the size of the vocabulary.
///
/// Source: Deep Learning 1, Assignment 2, question 2.4.
pub fn decode(vocabulary: &[char], ids: &[i64]) -> Result<String, InvalidInput> {
    // solution:begin give the character of each id
    let character = |&id: &i64| {
        let character = usize::try_from(id).ok().and_then(|place| vocabulary.get(place));
        character.copied().ok_or_else(|| {
            let size = vocabulary.len();
            InvalidInput::new(format!("{id} is no token id of a vocabulary of {size}"))
        })
    };
    ids.iter().map(character).collect()
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::{decode, encode, vocabulary};

    #[test]
    fn the_vocabulary_is_sorted_and_has_each_character_once() {
        assert_eq!(vocabulary("banana Bé\n"), ['\n', ' ', 'B', 'a', 'b', 'n', 'é']);
        assert_eq!(vocabulary(""), [' '; 0]);
    }

    #[test]
    fn ids_are_places_in_the_vocabulary() {
        let vocabulary = ['a', 'b', 'é'];
        assert_eq!(encode(&vocabulary, "éab").unwrap(), [2, 0, 1]);
        assert_eq!(decode(&vocabulary, &[2, 0, 1]).unwrap(), "éab");
        assert_eq!(encode(&vocabulary, "").unwrap(), [0; 0]);
    }

    #[test]
    fn what_is_not_in_the_vocabulary_is_refused() {
        let vocabulary = ['a', 'b'];
        assert_eq!(
            encode(&vocabulary, "abc").unwrap_err().reason,
            "'c' is not in the vocabulary"
        );
        for id in [-1, 2] {
            assert!(decode(&vocabulary, &[0, id]).is_err(), "{id}");
        }
    }
}
// helper:end
