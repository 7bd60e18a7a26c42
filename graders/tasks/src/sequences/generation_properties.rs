//! What generation has to keep, behind a prompt and behind an encoded prefix.

use judge::checks::assertions::{broken_rule, equal, every};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, with};
use judge::contract::scenario::{self, Scenario};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, concatenate, s};
use wire::{DType, Tensor, Tensors};

use super::generation_inputs::{
    LARGEST_NUMBER, batch, continuation, ending, model_call, prefix_call, sampled, setting, vocabulary,
    with_reached_end,
};
use super::inputs::{Sizes, more_padding, with_tokens};
use crate::transformer::inputs::{drawn, filled};

/// Sizes of the properties: tokens of the prompt or positions of the prefix, and steps.
pub(super) const SIZES: scenario::Sizes = &[("B", 1, 3), ("T", 1, 3), ("steps", 1, 4)];
/// Sizes of properties in which one step is not enough.
pub(super) const FROM_TWO: scenario::Sizes = &[("B", 1, 3), ("T", 1, 3), ("steps", 2, 5)];

/// Which of the two functions generates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Generator {
    pub(super) task: &'static str,
    /// Whether it continues an encoded prefix.
    pub(super) prefixed: bool,
}

impl Generator {
    /// A greedy call.
    fn given(self, scenario: &Scenario) -> Tensors {
        self.given_with(scenario, 5)
    }

    fn given_with(self, scenario: &Scenario, vocabulary: usize) -> Tensors {
        let [batch, length, steps] = ["B", "T", "steps"].map(|name| scenario.size(name));
        let layers = 1 + scenario.random("layers").integer(0, 2) as usize;
        let sizes = |length: usize| Sizes {
            positions: length + steps,
            layers,
            vocabulary,
            ..Sizes::new(batch, length, 2, 2)
        };
        drawn(scenario, |random| {
            if self.prefixed {
                prefix_call(random, sizes(1), length, steps)
            } else {
                model_call(random, sizes(length), steps)
            }
        })
    }

    fn given_sampled(self, scenario: &Scenario) -> Tensors {
        self.given_sampled_with(scenario, 5)
    }

    fn given_sampled_with(self, scenario: &Scenario, vocabulary: usize) -> Tensors {
        let temperature = [0.5, 1.5, 2.0][scenario.random("temperature").integer(0, 3) as usize];
        let given = self.given_with(scenario, vocabulary);
        let mut random = scenario.random("uniforms");
        judge::contract::call::arguments_in(scenario.dtype(), &sampled(&mut random, &given, temperature))
    }

    /// The new tokens, of whatever shape they are.
    fn any(self, probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
        let new = probe.tensor(self.task, given, "new")?;
        let (rows, steps) = (batch(given), setting(given, "count") as usize);
        let length = new.shape().get(1).copied().unwrap_or_default();
        if new.shape().len() == 2 && new.shape()[0] == rows && (1..=steps).contains(&length) {
            return judge::checks::probe::typed(
                &Tensors::from([("new".to_owned(), new)]),
                "new",
                DType::I64,
                &[rows, length],
            );
        }
        let rule = format!("[{rows}, L] with L from 1 to {steps}: the new tokens alone, one per step");
        Err(broken_rule(
            "the shape of `new`",
            &[],
            &format!("{:?}", new.shape()),
            &rule,
        ))
    }

    /// What the definition gives, where every choice is clear, against what comes.
    fn as_defined(self, probe: &mut Probe<'_>, given: &Tensors, what: &str) -> Holds {
        let new = self.any(probe, given)?;
        let Some(expected) = continuation(given) else {
            return Ok(());
        };
        if new.shape() != expected.shape() {
            let (end, rule) = (setting(given, "end"), format!("{:?}", expected.shape()));
            let what = format!("the shape of `new`, where END is {end} and the tokens to come are {expected}");
            return Err(broken_rule(&what, &[], &format!("{:?}", new.shape()), &rule));
        }
        equal("the new tokens", what, &expected, &new, 0.0)
    }

    /// Only what was generated comes back: one step gives one token.
    pub(super) fn new_only(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = with(&self.given(scenario), "count", Tensor::integer(1));
        let new = self.any(probe, &given)?;
        let size = vocabulary(&given);
        every("a token", &format!("from 0 to {}", size - 1), &new, |token| {
            (0.0..size as f64).contains(&token)
        })
    }

    pub(super) fn greedy(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let what = "the most likely token after those before it, again and again";
        self.as_defined(probe, &self.given(scenario), what)
    }

    pub(super) fn by_numbers(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let what = "those that the given numbers choose by the cumulative probabilities";
        self.as_defined(probe, &self.given_sampled(scenario), what)
    }

    /// A row is tokens, END, and then -1 only; nothing is generated once all rows have ended.
    pub(super) fn ends(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let steps = scenario.integer("steps");
        let step = scenario.random("step").integer(0, steps - 1) as usize;
        let Some(given) = with_reached_end(&self.given(scenario), step) else {
            return Ok(());
        };
        let end = setting(&given, "end");
        let new = self.any(probe, &given)?;
        let mut ended = 0;
        for (row, tokens) in new.outer_iter().enumerate() {
            let after = tokens.iter().position(|&token| token == end).map(|place| place + 1);
            ended += usize::from(after.is_some());
            let after = after.unwrap_or(tokens.len());
            for (place, &token) in tokens.iter().enumerate() {
                let (fits, rule) = if place < after {
                    (token >= 0.0, "a token: the row has not ended")
                } else {
                    (token == -1.0, "-1: the row has ended")
                };
                if !fits {
                    let what = format!("a new token, where END is {end}");
                    return Err(broken_rule(&what, &[row, place], &token.to_string(), rule));
                }
            }
        }
        let length = new.shape()[1];
        let goes_on = length == steps as usize || ended == new.shape()[0];
        if !goes_on {
            let what =
                format!("the number of rows that had ended when generation stopped after {length} of {steps} steps");
            return Err(broken_rule(&what, &[], &ended.to_string(), "all of them"));
        }
        self.as_defined(probe, &given, "those of each row up to its END, and then -1")
    }

    /// Another token has a probability of at most e^-100, since logits are at least 0.001 apart.
    pub(super) fn cold_is_greedy(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = self.given(scenario);
        let Some(expected) = continuation(&given) else {
            return Ok(());
        };
        let cold = sampled(&mut scenario.random("uniforms"), &given, 1e-5);
        let cold = judge::contract::call::arguments_in(scenario.dtype(), &cold);
        let new = self.any(probe, &cold)?;
        let shape = |values: &Array| {
            judge::contract::arguments::vector(values.shape().iter().map(|&size| size as f64).collect())
        };
        let at = "the greedy ones";
        equal(
            "the shape of the new tokens at a temperature of 0.00001",
            at,
            &shape(&expected),
            &shape(&new),
            0.0,
        )?;
        equal("the new tokens at a temperature of 0.00001", at, &expected, &new, 0.0)
    }

    /// With a head of zeros all logits are 0.
    pub(super) fn ties(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = ending(&filled(&self.given(scenario), "head", 0.0), 1.0);
        let new = self.any(probe, &given)?;
        every("a new token where all logits are equal", "0", &new, |token| {
            token == 0.0
        })
    }

    /// The number 0 is below the first probability, whatever that is.
    pub(super) fn smallest_number(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = ending(&filled(&self.given_sampled(scenario), "uniforms", 0.0), 1.0);
        let new = self.any(probe, &given)?;
        every("a new token where all numbers are 0", "0", &new, |token| token == 0.0)
    }

    /// With a head of zeros all probabilities are equal. Seven sevenths, added up one after the other, are less than 1 in
    /// f64, and less than the number.
    pub(super) fn largest_number(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = filled(&self.given_sampled_with(scenario, 7), "head", 0.0);
        let given = ending(&filled(&given, "uniforms", LARGEST_NUMBER), 0.0);
        let new = self.any(probe, &given)?;
        let what = "a new token of 7, where all numbers are as close to 1 as they can be";
        every(what, "6", &new, |token| token == 6.0)
    }

    pub(super) fn batch_independence(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = self.given(scenario);
        let step = scenario.random("step").integer(0, scenario.integer("steps")) as usize;
        let Some(given) = with_reached_end(&given, step) else {
            return Ok(());
        };
        let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
        let own = |values: &Array| values.slice_axis(Axis(0), (which..=which).into()).to_owned();
        let name = if self.prefixed { "prefix" } else { "tokens" };
        let alone = with_tokens(&given, name, &own(&array(&given[name])));
        let together = own(&self.any(probe, &given)?);
        let alone = self.any(probe, &alone)?;
        // Alone, a row stops where it ends; in the batch it may be continued by -1.
        let padded = more_padding(&alone, together.shape()[1].saturating_sub(alone.shape()[1]));
        let cut = padded.slice(s![.., ..together.shape()[1]]).to_owned().into_dyn();
        equal(
            &format!("the new tokens of row {which} in the batch"),
            "those of that row alone, continued by -1",
            &cut,
            &together,
            0.0,
        )
    }

    /// One row, whose first new tokens become part of the prompt.
    pub(super) fn in_steps(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = self.given(scenario);
        let count = scenario.size("steps");
        let first = scenario.random("first").integer(1, count as i64) as usize;
        // Token 0 ends; where it comes, there is nothing to continue.
        let Some(whole) = continuation(&given).filter(|new| new.iter().all(|&token| token > 0.0)) else {
            return Ok(());
        };
        let begun = whole.slice(s![.., ..first]).to_owned().into_dyn();
        let prompt = concatenate(Axis(1), &[array(&given["tokens"]).view(), begun.view()]).expect("equal batches");
        let rest = with(
            &with_tokens(&given, "tokens", &prompt),
            "count",
            Tensor::integer((count - first) as i64),
        );
        equal(
            &format!("the new tokens after a prompt with the first {first} of {count} added"),
            "the others of them",
            &whole.slice(s![.., first..]).to_owned().into_dyn(),
            &self.any(probe, &rest)?,
            0.0,
        )
    }

    /// Padding of the prefix decides nothing.
    pub(super) fn more_padding(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = self.given(scenario);
        if continuation(&given).is_none() {
            return Ok(());
        }
        let padded = with_tokens(&given, "prefix", &more_padding(&array(&given["prefix"]), 1));
        let (before, after) = (self.any(probe, &given)?, self.any(probe, &padded)?);
        let shared = before.shape()[1].min(after.shape()[1]);
        let cut = |values: &Array| values.slice(s![.., ..shared]).to_owned().into_dyn();
        equal(
            "the new tokens with one more position of padding in the prefix",
            "those without",
            &cut(&before),
            &cut(&after),
            0.0,
        )
    }

    /// A prompt or a prefix that is longer than the positions that are known.
    pub(super) fn too_long(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let given = self.given(scenario);
        let (name, table) = if self.prefixed {
            ("prefix", "encoder_position_embedding")
        } else {
            ("tokens", "position_embedding")
        };
        let known = given[table].shape()[0];
        let tokens = Array::zeros(ndarray::IxDyn(&[batch(&given), known + 1]));
        let call = Call::new(self.task, with_tokens(&given, name, &tokens));
        probe.refused(&call, &format!("{} positions, where {known} are known", known + 1))
    }
}
