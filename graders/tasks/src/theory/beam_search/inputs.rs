//! Inputs of `beam_search`.

use judge::contract::arguments::arguments;
use judge::contract::random::{Random, floats};
use wire::{DType, Tensor, Tensors};

use super::oracle::{Run, Tree, rows};

pub(super) const ID: &str = "beam_search";

pub(super) const VOCABULARY: usize = 4;

pub(super) const LONGEST: usize = 5;

pub(super) fn search_arguments(tree: &Tree, width: usize, dtype: DType) -> Tensors {
    let values = tree.table.iter().map(|value| *value as f32).collect();
    let table = floats(&[tree.table.len() / tree.vocabulary, tree.vocabulary], values).to_float(dtype);
    arguments([
        ("table", table),
        ("width", Tensor::integer(width as i64)),
        ("end", Tensor::integer(tree.end)),
        ("max_length", Tensor::integer(tree.max_length as i64)),
    ])
}

/// Fine enough that no two scores are equal.
pub(super) fn score(random: &mut Random) -> f64 {
    1.3 * random.normal_value() + random.unit() / 256.0
}

/// A tree whose rows are the log-probabilities of random scores, as f32 holds them.
pub(super) fn random_tree(random: &mut Random, vocabulary: usize, max_length: usize) -> Tree {
    let row = |random: &mut Random| {
        let scores: Vec<f64> = (0..vocabulary).map(|_| score(random)).collect();
        let total: f64 = scores.iter().map(|score| score.exp()).sum();
        scores
            .into_iter()
            .map(move |score| f64::from((score - total.ln()) as f32))
    };
    let table = (0..rows(vocabulary, max_length))
        .flat_map(|_| row(random).collect::<Vec<_>>())
        .collect();
    Tree {
        table,
        vocabulary,
        end: random.integer(0, vocabulary as i64),
        max_length,
    }
}

/// The first random tree on which the search is as wanted.
pub(super) fn drawn(random: &mut Random, width: usize, wanted: fn(&Tree, &Run) -> bool) -> Tensors {
    loop {
        let tree = random_tree(random, VOCABULARY, LONGEST);
        let run = tree.search(width, true);
        // Neither the first token nor the end token everywhere: that is what an answer without understanding gives.
        let is_plain = run.best.tokens.windows(2).all(|pair| pair[0] == pair[1]);
        if !is_plain && tree.is_clear(width) && wanted(&tree, &run) {
            return search_arguments(&tree, width, DType::F32);
        }
    }
}

/// Two sequences of the same score after the first step: one is complete, the other can only become worse.
pub(super) fn equal() -> Tensors {
    let mut tree = Tree {
        table: vec![-1.0; rows(3, 4) * 3],
        vocabulary: 3,
        end: 2,
        max_length: 4,
    };
    // After [], after [0]: the beam of two holds [0] and [1], then [0 2], which is complete, and [0 1], its equal.
    tree.table[..3].copy_from_slice(&[-0.25, -1.0, -3.0]);
    tree.table[3..6].copy_from_slice(&[-4.0, -0.5, -0.5]);
    search_arguments(&tree, 2, DType::F32)
}

/// Whether a shorter sequence was complete before the best one, and was not as good.
pub(super) fn second_is_better(tree: &Tree, run: &Run) -> bool {
    run.first_complete()
        .is_some_and(|first| first.tokens != run.best.tokens)
        && tree.is_complete(&run.best.tokens)
}

/// That the model was asked too often, with what it says of the search where the number is that of one without the rule.
pub(super) fn called(calls: i64, tree: &Tree, width: usize, needed: usize) -> String {
    let why = if calls == tree.search(width, false).calls as i64 {
        "with the early stop "
    } else {
        ""
    };
    let are = if needed == 1 { "is" } else { "are" };
    format!("called the model {calls} times; {why}{needed} {are} enough")
}
