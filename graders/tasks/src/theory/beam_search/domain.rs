//! What `beam_search` is for: beams of any width over vocabularies and sequences of any size, log-probabilities of any size.

use std::cmp::Ordering;

use judge::contract::arguments::with;
use judge::contract::domain::Domain;
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use wire::{DType, Tensor, Tensors};

use super::inputs::{random_tree, search_arguments};
use super::oracle::{Scored, Tree, rows};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "beams of any width over sequences of any length",
        sizes: &[("V", 1, 5), ("L", 1, 5), ("b", 1, 40)],
        arguments: |scenario| searched(scenario, &tree(scenario)),
    },
    Domain {
        name: "large vocabularies",
        sizes: &[("V", 2, 150), ("L", 1, 2), ("b", 1, 200)],
        arguments: |scenario| searched(scenario, &tree(scenario)),
    },
    Domain {
        name: "sequences that seldom end",
        sizes: &[("V", 2, 3), ("L", 1, 8), ("b", 1, 9)],
        arguments: |scenario| {
            let mut tree = tree(scenario);
            let end = tree.end as usize;
            tree.table
                .iter_mut()
                .skip(end)
                .step_by(tree.vocabulary)
                .for_each(|value| *value -= 30.0);
            searched(scenario, &tree)
        },
    },
    Domain {
        name: "a best sequence behind the least likely token of the beam, and a better one behind the next",
        sizes: &[("V", 2, 150), ("b", 1, 150)],
        arguments: |scenario| searched(scenario, &late_winner(scenario)),
    },
    Domain {
        name: "log-probabilities near -900 and near 0",
        sizes: &[("V", 2, 4), ("L", 1, 4), ("b", 1, 6), ("only low ones", 0, 1)],
        arguments: |scenario| {
            let mut tree = tree(scenario);
            let mut random = scenario.random("which");
            let all = scenario.size("only low ones") == 1;
            for value in &mut tree.table {
                // A hundredth, so that the sum of all scores stays near the bound.
                let low = all || random.unit() < 0.5;
                *value = if low { *value * 0.01 - 900.0 } else { *value * 0.01 };
            }
            searched(scenario, &tree)
        },
    },
    Domain {
        name: "log-probabilities of any size",
        sizes: &[("V", 2, 4), ("L", 1, 4), ("b", 1, 6), ("power of ten", 0, 36)],
        arguments: |scenario| {
            let mut tree = tree(scenario);
            let size = 10.0_f64.powi(scenario.integer("power of ten") as i32);
            tree.table.iter_mut().for_each(|value| *value *= size);
            searched(scenario, &tree)
        },
    },
    Domain {
        name: "sequences that end long before they may be no longer",
        sizes: &[("V", 2, 4), ("b", 1, 6), ("log2 of L", 10, 62)],
        arguments: |scenario| {
            let mut tree = random_tree(&mut scenario.random("tree"), scenario.size("V"), 3);
            let end = tree.end as usize;
            for (place, value) in tree.table.iter_mut().enumerate() {
                *value -= if place % tree.vocabulary == end { 0.0 } else { 30.0 };
            }
            let longest = Tensor::integer(1 << scenario.integer("log2 of L"));
            with(&searched(scenario, &tree), "max_length", longest)
        },
    },
    Domain {
        name: "equal scores among others",
        sizes: &[("V", 1, 4), ("L", 1, 5), ("b", 1, 6), ("steps", 1, 4)],
        arguments: |scenario| {
            // Of quarters sums are exact; 0 is the logarithm of a certainty.
            searched(scenario, &in_steps(scenario, 0.25))
        },
    },
    Domain {
        name: "equal scores among very many others",
        sizes: &[("V", 2, 40), ("L", 1, 3), ("b", 1, 20), ("steps", 1, 4)],
        arguments: |scenario| searched(scenario, &in_steps(scenario, 0.25)),
    },
    Domain {
        name: "scores that differ by millionths of millionths",
        sizes: &[("V", 2, 4), ("L", 1, 5), ("b", 1, 6), ("steps", 1, 4)],
        arguments: |scenario| searched(scenario, &in_steps(scenario, (-40.0_f64).exp2())),
    },
    Domain {
        name: "a beam that is wider than any number of sequences",
        sizes: &[("V", 1, 3), ("L", 1, 3), ("log2 of b", 10, 62)],
        arguments: |scenario| search_arguments(&tree(scenario), 1 << scenario.integer("log2 of b"), DType::F64),
    },
    Domain {
        name: "equal scores whose order decides",
        sizes: &[("order", 0, 2), ("which", 0, 2)],
        arguments: |scenario| {
            let width = 2;
            let tree = decided_by_ties(&mut scenario.random("whole numbers"), scenario.size("order"), width);
            search_arguments(&tree, width, DType::F64)
        },
    },
    Domain {
        name: "certain tokens, with zeros of both signs",
        sizes: &[("V", 2, 4), ("L", 1, 4), ("b", 1, 6)],
        arguments: |scenario| {
            let mut tree = tree(scenario);
            let mut random = scenario.random("signs");
            for value in &mut tree.table {
                *value = [0.0, -0.0, -0.5][random.integer(0, 3) as usize];
            }
            searched(scenario, &tree)
        },
    },
];

/// Scores that are multiples of a power of two, of which many are equal.
fn in_steps(scenario: &Scenario, step: f64) -> Tree {
    let (vocabulary, max_length) = (scenario.size("V"), scenario.size("L"));
    let mut random = scenario.random("steps");
    let score = |_| -step * random.integer(0, scenario.integer("steps")) as f64;
    Tree {
        table: (0..rows(vocabulary, max_length) * vocabulary).map(score).collect(),
        vocabulary,
        end: 0,
        max_length,
    }
}

/// Orders of equal scores that are easily taken for the right one.
const WRONG_ORDERS: [fn(&Scored, &Scored) -> Ordering; 3] = [
    |one, other| one.tokens.cmp(&other.tokens),
    |one, other| one.tokens.last().cmp(&other.tokens.last()),
    |one, other| other.tokens.cmp(&one.tokens),
];

/// A model with scores in whole numbers, for which a search with another order of equal scores finds another sequence.
fn decided_by_ties(random: &mut Random, order: usize, width: usize) -> Tree {
    const VOCABULARY: usize = 3;
    const MAX_LENGTH: usize = 4;
    /// More than enough: about one model of twenty will do.
    const TRIES: usize = 2000;
    let mut drawn = || Tree {
        table: (0..rows(VOCABULARY, MAX_LENGTH) * VOCABULARY)
            .map(|_| -(random.integer(1, 5) as f64))
            .collect(),
        vocabulary: VOCABULARY,
        end: 0,
        max_length: MAX_LENGTH,
    };
    let is_decided = |tree: &Tree| {
        let wrong = tree.search_by(width, true, WRONG_ORDERS[order % WRONG_ORDERS.len()]);
        tree.search(width, true).best != wrong.best
    };
    let first = drawn();
    (0..TRIES).map(|_| drawn()).find(is_decided).unwrap_or(first)
}

/// Two tokens, of which the first has a rank. Behind the last one that the beam keeps the second token is nearly
/// certain, behind those that it drops even more so, behind all others it is unlikely.
fn late_winner(scenario: &Scenario) -> Tree {
    let vocabulary = scenario.size("V");
    let mut random = scenario.random("ranks");
    let order = random.permutation(vocabulary);
    let last_kept = scenario.size("b").min(vocabulary) - 1;
    let mut table = vec![0.0; rows(vocabulary, 2) * vocabulary];
    for (rank, &token) in order.iter().enumerate() {
        table[token] = -1.0 - rank as f64 / 64.0;
        let best = match rank.cmp(&last_kept) {
            Ordering::Less => -40.0,
            Ordering::Equal => -0.25,
            Ordering::Greater => -0.125,
        };
        let following = &mut table[(1 + token) * vocabulary..][..vocabulary];
        following.fill(-60.0);
        following[random.integer(0, vocabulary as i64) as usize] = best;
    }
    Tree {
        table,
        vocabulary,
        end: order[vocabulary - 1] as i64,
        max_length: 2,
    }
}

fn tree(scenario: &Scenario) -> Tree {
    random_tree(&mut scenario.random("tree"), scenario.size("V"), scenario.size("L"))
}

fn searched(scenario: &Scenario, tree: &Tree) -> Tensors {
    search_arguments(tree, scenario.size("b"), DType::F64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_order_of_equal_scores_finds_another_sequence() {
        for (order, wrong) in WRONG_ORDERS.into_iter().enumerate() {
            for seed in 0..8 {
                let tree = decided_by_ties(&mut Random::new(seed, "ties"), order, 2);
                let (right, wrong) = (tree.search(2, true).best, tree.search_by(2, true, wrong).best);
                assert_ne!(right, wrong, "order {order}, seed {seed}");
            }
        }
    }
}
