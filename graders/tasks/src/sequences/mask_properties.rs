//! What the masks of encoder and decoder have to keep.

use judge::checks::assertions::{broken_rule, every, unchanged};
use judge::checks::probe::{Probe, typed};
use judge::contract::arguments::{Array, arguments};
use judge::contract::domain::Domain;
use judge::contract::random::Random;
use judge::contract::scenario::{self, Scenario};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect};
use judge::findings::Violation;
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor, Tensors};

use super::inputs::{count_tensor, counts, padded_counts};
use super::oracle::{is_token, mask as plain_mask};
use super::padding;
use crate::phrase;

/// Sizes of the properties: rows of the batch and positions.
pub(super) const SIZES: scenario::Sizes = &[("B", 1, 4), ("T", 1, 8)];
/// Sizes of properties that need two positions.
pub(super) const FROM_TWO: scenario::Sizes = &[("B", 1, 4), ("T", 2, 8)];

/// The golden cases of both masks.
pub(super) const CASES: &[Case] = &[
    Case {
        name: "two_rows",
        portion: "all",
        arguments: |random| case(random, 2, 5),
        expect: Expect::Outputs,
    },
    Case {
        name: "little_padding",
        portion: "all",
        arguments: |_| of_counts(&[4, 3], 4),
        expect: Expect::Outputs,
    },
    Case {
        name: "padding_in_every_row",
        portion: "all",
        arguments: |_| of_counts(&[1, 4, 2, 5], 6),
        expect: Expect::Outputs,
    },
    Case {
        name: "many_rows",
        portion: "all",
        arguments: |random| case(random, 7, 12),
        expect: Expect::Outputs,
    },
];

/// What both masks are for.
pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of rows and positions",
        sizes: &[("B", 1, 5), ("T", 1, 270), ("tokens", 0, 2)],
        arguments: |scenario| {
            let [batch, length] = ["B", "T"].map(|name| scenario.size(name));
            let counts = match scenario.size("tokens") {
                0 => vec![1; batch],
                1 => vec![length; batch],
                _ => counts(&mut scenario.random("counts"), batch, length),
            };
            of_counts(&counts, length)
        },
    },
    Domain {
        name: "one row of many positions",
        sizes: &[("T", 20, 530), ("padding", 0, 9)],
        arguments: |scenario| {
            let length = scenario.size("T");
            of_counts(&[length - scenario.size("padding")], length)
        },
    },
    Domain {
        name: "padding in every row",
        sizes: &[("B", 1, 5), ("T", 2, 20)],
        arguments: |scenario| {
            let [batch, length] = ["B", "T"].map(|name| scenario.size(name));
            of_counts(&padded_counts(&mut scenario.random("counts"), batch, length), length)
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 1030, 1030)],
        arguments: |scenario| {
            let length = scenario.size("T");
            of_counts(&[length - 5], length)
        },
    },
];

/// A mask's task.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mask {
    pub(super) task: &'static str,
    /// Whether a position sees none after it.
    pub(super) causal: bool,
}

/// The arguments for rows of so many tokens.
fn of_counts(counts: &[usize], length: usize) -> Tensors {
    arguments([
        ("num_tokens", count_tensor(counts)),
        ("length", Tensor::integer(length as i64)),
    ])
}

/// The arguments of a golden case: rows of different lengths.
fn case(random: &mut Random, batch: usize, length: usize) -> Tensors {
    let counts = counts(random, batch, length);
    of_counts(&counts, length)
}

impl Mask {
    fn counts(scenario: &Scenario) -> Vec<usize> {
        counts(&mut scenario.random("counts"), scenario.size("B"), scenario.size("T"))
    }

    /// The mask `[B, 1, T, T]`.
    fn of(self, probe: &mut Probe<'_>, counts: &[usize], length: usize) -> Result<Array, Broken> {
        let shape = [counts.len(), 1, length, length];
        probe.array(self.task, &of_counts(counts, length), "mask", &shape)
    }

    /// bool, and an axis for the heads.
    pub(super) fn four_axes(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (counts, length) = (Self::counts(scenario), scenario.size("T"));
        let call = Call::new(self.task, of_counts(&counts, length));
        let outputs = probe.call(&call)?.outputs;
        typed(&outputs, "mask", DType::Bool, &[counts.len(), 1, length, length]).map(|_| ())
    }

    /// No row is blank, those of padding included.
    pub(super) fn padded_rows(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (counts, length) = (Self::counts(scenario), scenario.size("T"));
        // Less the last position, so that the first row has padding too.
        let counts: Vec<usize> = counts.iter().map(|&count| count.min((length - 1).max(1))).collect();
        let given = of_counts(&counts, length);
        let outputs = probe.outputs(self.task, &given)?;
        if let Some(found) = padding::in_mask(None, &given, &outputs) {
            return Err(Violation::Call(Box::new(found)).into());
        }
        let Some((_, row)) = padding::blank_rows(&outputs).into_iter().next() else {
            return Ok(());
        };
        every(
            &format!("the number of positions that row {row:?} of the mask sees"),
            "at least 1",
            &judge::contract::arguments::scalar(0.0),
            |seen| seen >= 1.0,
        )
    }

    /// Each row's sum.
    pub(super) fn row_sums(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (counts, length) = (Self::counts(scenario), scenario.size("T"));
        let mask = self.of(probe, &counts, length)?;
        for (row, &count) in counts.iter().enumerate() {
            for position in 0..length {
                let seen = mask.slice(ndarray::s![row, 0, position, ..]).sum();
                let expected = if self.causal { count.min(position + 1) } else { count };
                every(
                    &format!(
                        "the number of positions that position {position} of row {row} sees, with {}",
                        phrase::tokens(count)
                    ),
                    &expected.to_string(),
                    &judge::contract::arguments::scalar(seen),
                    |seen| seen == expected as f64,
                )?;
            }
        }
        Ok(())
    }

    /// Each entry.
    pub(super) fn entries(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (counts, length) = (Self::counts(scenario), scenario.size("T"));
        let mask = self.of(probe, &counts, length)?;
        let expected = plain_mask(&is_token(&counts, length), self.causal);
        for (at, &wanted) in expected.indexed_iter() {
            let index = [at[0], 0, at[1], at[2]];
            let given = mask[&index[..]];
            if given != wanted {
                let word = |value: f64| if value == 0.0 { "false" } else { "true" };
                let what = format!(
                    "whether position {} of row {} may see position {}, with {}",
                    at[1],
                    at[0],
                    at[2],
                    phrase::tokens(counts[at[0]])
                );
                return Err(broken_rule(&what, &index, word(given), word(wanted)));
            }
        }
        Ok(())
    }

    /// The rows of the batch do not influence each other.
    pub(super) fn batch_independence(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (counts, length) = (Self::counts(scenario), scenario.size("T"));
        let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
        let own = |mask: Array, row: usize| mask.slice(ndarray::s![row..=row, .., .., ..]).to_owned().into_dyn();
        let together = own(self.of(probe, &counts, length)?, which);
        unchanged(
            &format!("giving row {which} of the batch alone"),
            &format!("the mask of row {which}"),
            &together,
            &own(self.of(probe, &counts[which..=which], length)?, 0),
            0.0,
        )
    }
}

/// Masks in plain Rust by a rule on row of the batch's number of tokens, position and column, to try the properties on.
#[cfg(test)]
pub(super) fn of_rule(
    rule: impl Fn(usize, usize, usize) -> bool,
) -> impl FnMut(&Call) -> Result<Tensors, wire::Outcome> {
    move |call| {
        let counts = judge::contract::arguments::array(&call.arguments["num_tokens"]);
        let length = call.arguments["length"].item().unwrap_or_default() as usize;
        let places = (0..length).flat_map(|row| (0..length).map(move |column| (row, column)));
        let of_row = |&count: &f64| {
            let rule = &rule;
            places
                .clone()
                .map(move |(row, column)| rule(count as usize, row, column))
        };
        let values = counts.iter().flat_map(of_row).collect();
        let mask = judge::contract::random::booleans(&[counts.len(), 1, length, length], values);
        Ok(arguments([("mask", mask)]))
    }
}
