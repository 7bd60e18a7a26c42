//! `beam_search`: which sequence is found, and how often the model is asked.

mod domain;
mod inputs;
mod oracle;
mod properties;

use judge::contract::answer::Answer;
use judge::contract::domain::Contract;
use judge::contract::{Case, Expect, Task};
use judge::findings::{Behaviour, Finding};
use wire::{DType, Tensor, Tensors};

use self::inputs::{ID, called, drawn, equal, second_is_better};
use self::oracle::{Run, Scored, Tree, listed, short};
use self::properties::PROPERTIES;

/// How far a score may be off: sums of a few numbers, against distances of hundredths between sequences.
const CLOSE: [(DType, f64); 2] = [(DType::F64, 1e-9), (DType::F32, 1e-4)];

/// What stands behind each sequence that the model was asked about.
const CLOSED: i64 = -1;

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "beam_search.rs",
    signature: "fn beam_search(model: &mut dyn FnMut(&[i64]) -> Vec<f64>, config: &BeamConfig) -> Hypothesis",
    functions: &["beam_search"],
    definition: "Beam search over a model of the next token that stops as soon as the best sequence in the beam scores no more than the best complete one.",
    formula: "beam' = the b best of all extensions, without the complete ones; stop where max score(beam) <= score(best complete)",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 4",
    conventions: &[
        "a sequence is complete when it ends with the end token, or has max_length tokens",
        "the b best of all extensions are kept, complete ones included; those leave the beam and the best of them is remembered",
        "of equal scores the earlier sequence of the beam comes first, then the smaller token",
        "scores are sums of log-probabilities, the end token's included, without a bonus for length",
        "the model is asked once about each sequence of the beam, never about a complete one, and no longer than needed",
        "log-probabilities are finite and at most 0",
    ],
    misreadings: &[
        "the first complete sequence need not be the best one",
        "a beam is not searched to the end where nothing in it can win any more: calls of the model are counted",
        "a score that is divided by the length may rise again: the rule would stop too early or too late",
        "optimal means: the same best as the same beam without the rule, not the best of all sequences",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    unread: Some(calls),
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "width_1",
        portion: "greedy",
        arguments: |random| drawn(random, 1, |tree, run| run.best.tokens.len() > 2 && tree.differs(1, 3)),
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "width_1_cut_off",
        portion: "greedy",
        arguments: |random| drawn(random, 1, |tree, run| run.best.tokens.last() != Some(&tree.end)),
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "width_2",
        portion: "beam",
        arguments: |random| drawn(random, 2, |tree, run| run.best.tokens.len() > 2 && tree.differs(2, 1)),
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "width_3_not_the_first_complete",
        portion: "beam",
        arguments: |random| drawn(random, 3, |tree, run| tree.differs(3, 2) && second_is_better(tree, run)),
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "width_3_cut_off",
        portion: "beam",
        arguments: |random| drawn(random, 3, |tree, run| run.best.tokens.last() != Some(&tree.end)),
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "not_the_best_of_all",
        portion: "beam",
        arguments: |random| {
            drawn(random, 2, |tree, run| {
                tree.exhaustive().score > run.best.score + 0.05 && run.best.tokens.len() > 1
            })
        },
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "covers_everything",
        portion: "beam",
        arguments: |random| drawn(random, 1000, |tree, _| tree.differs(1000, 3)),
        expect: Expect::Verified(finds_the_best),
    },
    Case {
        name: "stops_after_the_second_complete",
        portion: "early_stop",
        arguments: |random| {
            drawn(random, 3, |tree, run| {
                second_is_better(tree, run) && tree.search(3, false).calls > run.calls + 3
            })
        },
        expect: Expect::Verified(stops_early),
    },
    Case {
        name: "stops_at_once",
        portion: "early_stop",
        arguments: |random| {
            drawn(random, 4, |tree, run| {
                run.best.tokens.len() == 2 && tree.search(4, false).calls > run.calls + 6
            })
        },
        expect: Expect::Verified(stops_early),
    },
    Case {
        name: "cannot_stop",
        portion: "early_stop",
        arguments: |random| {
            drawn(random, 2, |tree, run| {
                tree.search(2, false).calls == run.calls && second_is_better(tree, run)
            })
        },
        expect: Expect::Verified(stops_early),
    },
    Case {
        name: "stops_where_it_is_equal",
        portion: "early_stop",
        arguments: |_| equal(),
        expect: Expect::Verified(stops_early),
    },
];

/// How often the model is asked is bounded, by cases and a property of their own; fewer calls are right as well.
fn calls(_: &Tensors, mut outputs: Tensors) -> Tensors {
    outputs.remove("calls");
    outputs.remove("asked");
    outputs
}

impl Tree {
    /// Whether two widths lead to different sequences.
    fn differs(&self, one: usize, other: usize) -> bool {
        self.search(one, true).best.tokens != self.search(other, true).best.tokens
    }

    /// Whether the best sequence is well ahead of the second one: no rounding decides.
    fn is_clear(&self, width: usize) -> bool {
        let best = self.search(width, false).best.score;
        let wider = self.search(width + 1, false).best.score;
        (best - wider).abs() == 0.0 || (best - wider).abs() > 1e-3
    }
}

/// A case of this task as it was asked.
struct Asked<'a> {
    answer: &'a Answer<'a>,
    tree: Tree,
    width: usize,
    dtype: DType,
}

impl<'a> Asked<'a> {
    fn new(answer: &'a Answer<'a>) -> Self {
        let (tree, width, dtype) = asked(answer.inputs());
        Self {
            answer,
            tree,
            width,
            dtype,
        }
    }

    fn close(&self, one: f64, other: f64) -> bool {
        let allowed = CLOSE
            .iter()
            .find(|(dtype, _)| *dtype == self.dtype)
            .map_or(0.0, |(_, allowed)| *allowed);
        (one - other).abs() <= allowed * one.abs().max(1.0)
    }

    fn found(&self) -> Result<Scored, Finding> {
        Ok(Scored {
            tokens: self.answer.integers("tokens")?,
            score: self.answer.number("score", self.dtype)?,
        })
    }

    /// The sequences about which the model was asked; none where that is not known.
    fn asked_about(&self) -> Option<Vec<Vec<i64>>> {
        let numbers = self.answer.integers("asked").ok()?;
        let sequences = numbers.split_inclusive(|&number| number == CLOSED);
        Some(
            sequences
                .map(|sequence| sequence.strip_suffix(&[CLOSED]).unwrap_or(sequence).to_vec())
                .collect(),
        )
    }

    fn wrong(&self, run: &Run, what: &str, expected: String, actual: String) -> Finding {
        self.told(run, what, (expected, actual), None)
    }

    fn told(&self, run: &Run, what: &str, (expected, actual): (String, String), said: Option<String>) -> Finding {
        self.answer.misbehaves(Behaviour {
            input: format!(
                "a beam of {}, end token {}, at most {} tokens",
                self.width, self.tree.end, self.tree.max_length
            ),
            what: what.to_owned(),
            expected,
            actual,
            said,
            steps: run.steps(self.asked_about().as_deref()),
        })
    }
}

/// The tree, the width and the dtype of a call.
fn asked(inputs: &Tensors) -> (Tree, usize, DType) {
    let integer = |name: &str| inputs.get(name).and_then(Tensor::item).unwrap_or(1.0);
    let table = inputs.get("table");
    let tree = Tree {
        table: table.map(Tensor::to_f64).unwrap_or_default(),
        vocabulary: table.and_then(|table| table.shape().get(1)).copied().unwrap_or(1),
        end: integer("end") as i64,
        max_length: integer("max_length") as usize,
    };
    (tree, integer("width") as usize, table.map_or(DType::F64, Tensor::dtype))
}

/// The sequence is the one that the beam finds, and the score is its own.
fn finds_the_best(answer: &Answer<'_>) -> Result<(), Finding> {
    let asked = Asked::new(answer);
    let (run, found) = (asked.tree.search(asked.width, true), asked.found()?);
    let wanted = &run.best;
    let Some(own) = asked.tree.score(&found.tokens) else {
        let expected = format!("complete, such as {}", listed(&wanted.tokens));
        return Err(asked.wrong(&run, "the sequence", expected, listed(&found.tokens)));
    };
    if !asked.close(own, wanted.score) {
        let described = |tokens: &[i64], score| format!("{} with a score of {}", listed(tokens), short(score));
        let (expected, actual) = (described(&wanted.tokens, wanted.score), described(&found.tokens, own));
        return Err(asked.wrong(&run, "the sequence", expected, actual));
    }
    if !asked.close(own, found.score) {
        let what = format!("the score of {}", listed(&found.tokens));
        return Err(asked.wrong(&run, &what, short(own), short(found.score)));
    }
    Ok(())
}

/// The same, with no more calls of the model than the rule needs.
fn stops_early(answer: &Answer<'_>) -> Result<(), Finding> {
    finds_the_best(answer)?;
    let asked = Asked::new(answer);
    let run = asked.tree.search(asked.width, true);
    let calls = answer.integers("calls")?.first().copied().unwrap_or_default();
    if calls <= run.calls as i64 {
        return Ok(());
    }
    let said = called(calls, &asked.tree, asked.width, run.calls);
    let numbers = (format!("at most {}", run.calls), calls.to_string());
    Err(asked.told(&run, "the number of calls of the model", numbers, Some(said)))
}

#[cfg(test)]
mod tests;
