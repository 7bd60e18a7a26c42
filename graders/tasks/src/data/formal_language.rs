//! The mirror language: a word, a marker, and the word backwards with each letter replaced by its partner.
//!
//! Letters are drawn evenly, so nothing but the word itself tells what comes after the marker, and each letter there
//! stands at another distance from its image: a model that sees the last token only, or no position, gains nothing.
//! Which letter is whose partner follows from the seed, so that weights which were trained for another seed are wrong.

use std::collections::BTreeSet;

use judge::contract::random::{Random, integers};
use wire::Tensor;

/// Letters of a word; their tokens are `0..LETTERS`.
pub(crate) const LETTERS: usize = 6;
/// Letters and the marker.
pub(crate) const VOCABULARY: usize = LETTERS + 1;
/// The token of the marker.
pub(crate) const MARKER: i64 = LETTERS as i64;
/// Letters in a word.
pub(crate) const WORD: usize = 6;
/// Tokens of a sentence.
pub(crate) const SENTENCE: usize = 2 * WORD + 1;
/// Words that no training sentence has.
const HELD_OUT: usize = 200;

/// Sentences to learn from, and others that are kept back.
#[derive(Debug, Clone)]
pub(crate) struct Corpus {
    seed: u64,
    /// The letter that stands for each letter behind the marker.
    partners: Vec<i64>,
    held_out: BTreeSet<Vec<i64>>,
}

impl Corpus {
    /// The corpus of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, "formal-language");
        let partners = random
            .permutation(LETTERS)
            .into_iter()
            .map(|letter| letter as i64)
            .collect();
        let mut held_out = BTreeSet::new();
        while held_out.len() < HELD_OUT {
            held_out.insert(word(&mut random));
        }
        Self {
            seed,
            partners,
            held_out,
        }
    }

    /// The batch of this number, `[rows, SENTENCE]` int64.
    pub(crate) fn batch(&self, number: u64, rows: usize) -> Tensor {
        let mut random = Random::new(self.seed, &format!("formal-language/batch/{number}"));
        let mut fresh = || {
            loop {
                let word = word(&mut random);
                if !self.held_out.contains(&word) {
                    return word;
                }
            }
        };
        self.sentences((0..rows).map(|_| fresh()))
    }

    /// The sentences that are kept back, `[200, SENTENCE]` int64.
    pub(crate) fn held_out(&self) -> Tensor {
        self.sentences(self.held_out.iter().cloned())
    }

    fn sentences(&self, words: impl Iterator<Item = Vec<i64>>) -> Tensor {
        let sentence = |word: Vec<i64>| {
            let image: Vec<i64> = word
                .iter()
                .rev()
                .map(|&letter| self.partners[letter as usize])
                .collect();
            [word, vec![MARKER], image].concat()
        };
        let tokens: Vec<i64> = words.flat_map(sentence).collect();
        integers(&[tokens.len() / SENTENCE, SENTENCE], tokens)
    }
}

/// The mean loss per predicted token, in nats, of who knows the language: half of the tokens are free.
///
/// The first token of a sentence is not predicted, the other letters of the word are drawn, everything else is sure.
#[cfg(test)]
pub(crate) fn entropy_floor() -> f64 {
    (WORD - 1) as f64 * (LETTERS as f64).ln() / (SENTENCE - 1) as f64
}

fn word(random: &mut Random) -> Vec<i64> {
    (0..WORD).map(|_| random.integer(0, MARKER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(tensor: &Tensor) -> Vec<Vec<usize>> {
        let tokens: Vec<usize> = tensor.to_f64().iter().map(|&token| token as usize).collect();
        tokens.chunks(SENTENCE).map(<[usize]>::to_vec).collect()
    }

    /// The mean loss on held-out sentences of a table of counts, by whatever `context` of (sentence, position).
    fn loss_of_counts(context: impl Fn(&[usize], usize) -> usize) -> f64 {
        let corpus = Corpus::new(1);
        let mut counts = vec![[1.0_f64; VOCABULARY]; VOCABULARY * SENTENCE];
        for sentence in rows(&corpus.batch(0, 20_000)) {
            for position in 0..SENTENCE - 1 {
                counts[context(&sentence, position)][sentence[position + 1]] += 1.0;
            }
        }
        let held_out = rows(&corpus.held_out());
        let losses = held_out.iter().flat_map(|sentence| {
            let counts = &counts;
            let context = &context;
            (0..SENTENCE - 1).map(move |position| {
                let row = &counts[context(sentence, position)];
                -(row[sentence[position + 1]] / row.iter().sum::<f64>()).ln()
            })
        });
        losses.sum::<f64>() / (held_out.len() * (SENTENCE - 1)) as f64
    }

    #[test]
    fn a_bigram_stays_far_above_the_floor_even_where_it_knows_the_position() {
        let floor = entropy_floor();
        assert!((floor - 0.7466).abs() < 1e-4, "{floor}");
        let bigram = loss_of_counts(|sentence, position| sentence[position]);
        assert!((1.85..2.0).contains(&bigram), "{bigram}");
        let with_position = loss_of_counts(|sentence, position| sentence[position] + VOCABULARY * position);
        // The image of the last letter of the word stands two further on, with the marker between: no bigram sees it.
        assert!((1.6..1.7).contains(&with_position), "{with_position}");
    }

    #[test]
    fn a_corpus_is_fixed_by_its_seed_and_keeps_its_held_out_words_back() {
        let corpus = Corpus::new(5);
        assert_eq!(corpus.batch(3, 8), Corpus::new(5).batch(3, 8));
        assert_ne!(corpus.batch(3, 8), corpus.batch(4, 8));
        assert_ne!(corpus.batch(3, 8), Corpus::new(6).batch(3, 8));
        let held_out: BTreeSet<_> = rows(&corpus.held_out()).into_iter().collect();
        assert_eq!(held_out.len(), HELD_OUT);
        assert!(rows(&corpus.batch(0, 20_000)).iter().all(|row| !held_out.contains(row)));
    }

    #[test]
    fn letters_are_even_and_each_has_one_partner_behind_the_marker() {
        let rows = rows(&Corpus::new(2).batch(0, 6_000));
        let mut pairs = BTreeSet::new();
        for row in &rows {
            assert_eq!(row[WORD], LETTERS);
            pairs.extend((0..WORD).map(|place| (row[place], row[SENTENCE - 1 - place])));
        }
        let images: BTreeSet<usize> = pairs.iter().map(|pair| pair.1).collect();
        assert_eq!((pairs.len(), images.len()), (LETTERS, LETTERS));
        for letter in 0..LETTERS {
            let count = rows.iter().filter(|row| row[2] == letter).count();
            assert!((850..1150).contains(&count), "{letter}: {count}");
        }
    }
}
