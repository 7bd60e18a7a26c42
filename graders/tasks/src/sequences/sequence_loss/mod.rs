//! `sequence_loss`: what a decoder is trained with.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, scalar, tensor, tensor_like, vector, with};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{self, Scenario};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use super::inputs::{counted, counts, more_padding as lengthened, padded_counts, padded_tokens, with_tokens};
use super::oracle::loss as plain_loss;
use crate::attention::inputs::CLOSELY;
use crate::transformer::inputs::{drawn, filled, multiplied, token_tensor};

const ID: &str = "sequence_loss";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "encoder_decoder.rs",
    signature: "fn sequence_loss(logits: &Tensor, tokens: &Tensor) -> Result<Tensor, InvalidInput>",
    functions: &["sequence_loss"],
    definition: "The mean negative logarithm of the probability that the logits at each token, past the cache, give to the token after it; padding is left out.",
    formula: "mean over b and t = 0, ..., T - 2 with tokens[b, t + 1] != -1 of -log softmax(logits[b, K + t])[tokens[b, t + 1]],  K = length of logits - T",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part",
    conventions: &[
        "the logits at a token say what the next token is; those of the cache predict nothing, nor does the last position",
        "the first token is predicted by nobody",
        "a next token of -1 is left out, of the sum and of the number that it is divided by",
        "the mean is over all tokens of the batch that are left, not over rows first",
        "the result is a tensor without axes",
        "where no token follows another, it is an error",
    ],
    misreadings: &[
        "the mean over all positions, with zeros at padding, is a smaller number",
        "logits and tokens at the same place compare a token with itself",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["loss"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "full_rows",
        portion: "without_cache",
        arguments: |random| batches(random, &[&[5, 5], &[5, 5], &[5, 5]], 5, 0),
        expect: Expect::Outputs,
    },
    Case {
        name: "padded_rows",
        portion: "without_cache",
        arguments: |random| batches(random, &[&[6, 2, 1, 4], &[1, 1, 2, 5], &[3, 6, 6, 1]], 6, 0),
        expect: Expect::Outputs,
    },
    Case {
        name: "behind_a_cache",
        portion: "past_the_cache",
        arguments: |random| batches(random, &[&[4, 3], &[5, 1], &[2, 5]], 5, 3),
        expect: Expect::Outputs,
    },
    Case {
        name: "two_tokens_behind_a_long_cache",
        portion: "past_the_cache",
        arguments: |random| batches(random, &[&[2, 1, 2], &[2, 2, 2], &[1, 1, 2]], 2, 6),
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of rows, positions, tokens and cached states",
        sizes: &[("B", 1, 40), ("T", 1, 30), ("V", 2, 70), ("K", 0, 20)],
        arguments: |scenario| {
            let counts = counts(&mut scenario.random("counts"), scenario.size("B"), scenario.size("T"));
            of_counts(scenario, &counts)
        },
    },
    Domain {
        name: "rows of one token each, but for one that may have another",
        sizes: &[("B", 1, 5), ("T", 2, 6), ("V", 2, 5), ("K", 0, 3), ("another", 0, 1)],
        arguments: |scenario| {
            let mut counts = vec![1; scenario.size("B")];
            counts[0] += scenario.size("another");
            of_counts(scenario, &counts)
        },
    },
    Domain {
        name: "logits of any size",
        sizes: &[("T", 2, 9), ("V", 2, 9), ("K", 0, 2), ("digits of the logits", 0, 4)],
        arguments: |scenario| {
            let factor = 10.0_f64.powi(scenario.integer("digits of the logits") as i32);
            multiplied(&of_counts(scenario, &[scenario.size("T")]), "logits", factor)
        },
    },
    Domain {
        name: "logits that are closer to each other than f32 can tell",
        sizes: &[("T", 2, 9), ("V", 2, 9), ("K", 0, 2)],
        arguments: |scenario| {
            let given = of_counts(scenario, &[scenario.size("T")]);
            let close = array(&given["logits"]).mapv(|logit| 1000.0 + 1e-6 * logit);
            with(&given, "logits", tensor(&close))
        },
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("T", 5, 5), ("V", 3000, 3000), ("K", 3, 3)],
        arguments: |scenario| of_counts(scenario, &[scenario.size("T"), 1]),
    },
    Domain {
        name: "more positions and cached states than usual models have",
        sizes: &[("T", 1100, 1100), ("V", 3, 3), ("K", 1030, 1030)],
        arguments: |scenario| of_counts(scenario, &[scenario.size("T")]),
    },
];

/// One batch with so many tokens in each row, as a call has it.
fn of_counts(scenario: &Scenario, counts: &[usize]) -> Tensors {
    let [length, vocabulary, cached] = ["T", "V", "K"].map(|name| scenario.size(name));
    alone(&of_vocabulary(
        &mut scenario.random("case"),
        counts,
        length,
        cached,
        vocabulary,
    ))
}

/// Sizes of the properties: positions of the tokens and of the cache.
const SIZES: scenario::Sizes = &[("B", 1, 3), ("T", 2, 5), ("V", 2, 5), ("K", 0, 3)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "next-tokens",
        "the loss is the mean of -log p of every token that follows another, past the cache",
        SIZES,
        next_tokens,
    ),
    Property::new(
        "padding-left-out",
        "logits whose next token is padding make no difference",
        &[("B", 1, 3), ("T", 3, 5), ("V", 2, 5), ("K", 0, 3)],
        padding_left_out,
    )
    .few(),
    Property::new(
        "cache-left-out",
        "the logits of the cache and those at the last position make no difference",
        &[("B", 1, 3), ("T", 2, 5), ("V", 2, 5), ("K", 1, 3)],
        cache_left_out,
    )
    .few(),
    Property::new(
        "more-padding",
        "more padding at the end leaves the loss as it is",
        SIZES,
        more_padding,
    )
    .few(),
    Property::new(
        "repeated-batch",
        "the same rows twice have the same loss",
        SIZES,
        repeated_batch,
    )
    .few(),
    Property::new(
        "uniform",
        "where all logits of a position are equal, the loss is ln V",
        SIZES,
        uniform,
    )
    .few(),
    Property::new(
        "shift",
        "a number added to all logits of a position makes no difference, a thousand neither",
        SIZES,
        shift,
    )
    .few(),
    Property::new(
        "gradient",
        "the gradient by the logits is softmax less one at the next token, over the number of tokens, and 0 elsewhere",
        SIZES,
        gradient,
    )
    .differentiating()
    .few(),
    Property::new(
        "nothing-to-predict",
        "tokens of which none follows another are an error",
        &[("B", 1, 3), ("T", 1, 4), ("V", 2, 4), ("K", 0, 2)],
        nothing_to_predict,
    )
    .few(),
];

/// Several batches, one after the other: a single number could be met without any understanding.
fn batches(random: &mut Random, counts: &[&[usize]], length: usize, cached: usize) -> Tensors {
    let batches: Vec<Tensors> = counts
        .iter()
        .map(|counts| of_vocabulary(random, counts, length, cached, 7))
        .collect();
    let stacked = |name: &str| {
        let arrays: Vec<Array> = batches.iter().map(|batch| array(&batch[name])).collect();
        let views: Vec<_> = arrays.iter().map(|array| array.view()).collect();
        ndarray::stack(Axis(0), &views).expect("equal shapes")
    };
    arguments([
        ("logits", tensor_like(&batches[0]["logits"], &stacked("logits"))),
        ("tokens", token_tensor(&stacked("tokens"))),
    ])
}

/// One batch as a call has it.
fn alone(given: &Tensors) -> Tensors {
    let with_axis = |name: &str| array(&given[name]).insert_axis(Axis(0));
    arguments([
        ("logits", tensor_like(&given["logits"], &with_axis("logits"))),
        ("tokens", token_tensor(&with_axis("tokens"))),
    ])
}

fn of_vocabulary(random: &mut Random, counts: &[usize], length: usize, cached: usize, vocabulary: usize) -> Tensors {
    arguments([
        (
            "logits",
            random.scaled(&[counts.len(), cached + length, vocabulary], 2.0),
        ),
        ("tokens", padded_tokens(random, counts, length, vocabulary)),
    ])
}

/// The first row is full, so that there is something to predict.
fn given(scenario: &Scenario) -> Tensors {
    let [batch, length, vocabulary, cached] = ["B", "T", "V", "K"].map(|name| scenario.size(name));
    let counts = counts(&mut scenario.random("counts"), batch, length);
    drawn(scenario, |random| {
        of_vocabulary(random, &counts, length, cached, vocabulary)
    })
}

fn loss(probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let losses = probe.array(ID, &alone(given), "loss", &[1])?;
    Ok(losses.index_axis_move(Axis(0), 0))
}

fn expected(given: &Tensors) -> Array {
    scalar(plain_loss(&array(&given["logits"]), &array(&given["tokens"])).unwrap_or_default())
}

fn with_logits(given: &Tensors, logits: &Array) -> Tensors {
    with(given, "logits", tensor_like(&given["logits"], logits))
}

/// The logits, changed at the positions of a row for which `which` holds.
fn changed(given: &Tensors, which: impl Fn(usize, usize) -> bool) -> Tensors {
    let mut logits = array(&given["logits"]);
    for (at, value) in logits.indexed_iter_mut() {
        if which(at[0], at[1]) {
            *value = 1.0 - 2.0 * *value;
        }
    }
    with_logits(given, &logits)
}

fn next_tokens(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    equal(
        "the loss",
        "the mean of -log p of every token that follows another",
        &expected(&given),
        &loss(probe, &given)?,
        CLOSELY,
    )
}

fn padding_left_out(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let [batch, length, cached] = ["B", "T", "K"].map(|name| scenario.size(name));
    let mut counts = padded_counts(&mut scenario.random("padded"), batch, length);
    counts[0] = counts[0].max(2);
    let vocabulary = scenario.size("V");
    let tokens = padded_tokens(&mut scenario.random("tokens"), &counts, length, vocabulary);
    let given = with(&given, "tokens", tokens);
    let moved = changed(&given, |row, position| position + 1 >= cached + counts[row]);
    unchanged(
        &format!("changing the logits from the last token of each row on, after {counts:?} tokens"),
        "the loss",
        &loss(probe, &given)?,
        &loss(probe, &moved)?,
        1e-12,
    )
}

fn cache_left_out(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, cached, length) = (given(scenario), scenario.size("K"), scenario.size("T"));
    let moved = changed(&given, |_, position| {
        position < cached || position + 1 == cached + length
    });
    unchanged(
        &format!("changing the logits at the {cached} positions of the cache and at the last position"),
        "the loss",
        &loss(probe, &given)?,
        &loss(probe, &moved)?,
        1e-12,
    )
}

fn more_padding(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let logits = array(&given["logits"]);
    let longer = Array::from_shape_fn(
        IxDyn(&[logits.shape()[0], logits.shape()[1] + 1, logits.shape()[2]]),
        |at| logits.get(&at).copied().unwrap_or(at[2] as f64),
    );
    let padded = with_tokens(&given, "tokens", &lengthened(&array(&given["tokens"]), 1));
    equal(
        "the loss with one more position of padding",
        "the loss without",
        &loss(probe, &given)?,
        &loss(probe, &with_logits(&padded, &longer))?,
        CLOSELY,
    )
}

fn repeated_batch(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let twice = |name: &str| {
        let values = array(&given[name]);
        ndarray::concatenate(Axis(0), &[values.view(), values.view()]).expect("equal shapes")
    };
    let repeated = with_tokens(&given, "tokens", &twice("tokens"));
    equal(
        "the loss of the same rows twice",
        "the loss of the rows",
        &loss(probe, &given)?,
        &loss(probe, &with_logits(&repeated, &twice("logits")))?,
        CLOSELY,
    )
}

fn uniform(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = filled(&given(scenario), "logits", 1.5);
    equal(
        "the loss where all logits are equal",
        "ln V",
        &scalar((scenario.size("V") as f64).ln()),
        &loss(probe, &given)?,
        CLOSELY,
    )
}

fn shift(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let before = loss(probe, &given)?;
    for size in [3.0, 1000.0] {
        let mut logits = array(&given["logits"]);
        let shifts = array(&scenario.uniform("shift", &logits.shape()[..2], -size, size));
        for (at, value) in logits.indexed_iter_mut() {
            *value += shifts[[at[0], at[1]]];
        }
        equal(
            &format!("the loss where numbers up to {size} are added to all logits of a position"),
            "the loss without them",
            &before,
            &loss(probe, &with_logits(&given, &logits))?,
            CLOSELY,
        )?;
    }
    Ok(())
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let (logits, tokens) = (array(&given["logits"]), array(&given["tokens"]));
    let cotangents = Tensors::from([("loss".to_owned(), tensor_like(&given["logits"], &vector(vec![1.0])))]);
    let cached = scenario.size("K");
    let count: usize = counted(&tokens).iter().map(|count| count - 1).sum();
    let expected = Array::from_shape_fn(logits.raw_dim(), |at| {
        let next = (at[1] + 1).checked_sub(cached).filter(|&next| next > 0);
        let next = next
            .and_then(|next| tokens.get(&[at[0], next][..]))
            .filter(|&&token| token >= 0.0);
        next.map_or(0.0, |&token| {
            let own = logits.slice(s![at[0], at[1], ..]);
            let total: f64 = own.iter().map(|logit| logit.exp()).sum();
            let probability = own[[at[2]]].exp() / total;
            (probability - f64::from(u8::from(token as usize == at[2]))) / count as f64
        })
    });
    equal(
        "the gradient of the loss by the logits",
        "(softmax less one at the next token) over the number of tokens that follow another, 0 elsewhere",
        &expected,
        &probe
            .gradient(ID, &alone(&given), "logits", cotangents)?
            .index_axis_move(Axis(0), 0),
        CLOSELY,
    )
}

fn nothing_to_predict(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let [batch, length, vocabulary, cached] = ["B", "T", "V", "K"].map(|name| scenario.size(name));
    let given = drawn(scenario, |random| {
        of_vocabulary(random, &vec![1; batch], length, cached, vocabulary)
    });
    probe.refused(&Call::new(ID, alone(&given)), "rows of one token each")
}

#[cfg(test)]
mod tests {
    use wire::Outcome;

    use super::*;
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    /// How far the compared tokens are from the logits, where the logits begin, and how the mean is taken.
    #[derive(Debug, Clone, Copy)]
    #[expect(clippy::struct_excessive_bools, reason = "each is a way of reading the definition")]
    struct Reading {
        ahead: usize,
        skips_cache: bool,
        per_row: bool,
        counts_padding: bool,
        refuses: bool,
    }

    const RIGHT: Reading = Reading {
        ahead: 1,
        skips_cache: true,
        per_row: false,
        counts_padding: false,
        refuses: true,
    };

    fn read_as(reading: Reading) -> impl FnMut(&Call) -> Result<Tensors, Outcome> {
        move |call| {
            let (logits, tokens) = (array(&call.arguments["logits"]), array(&call.arguments["tokens"]));
            let pairs = logits.outer_iter().zip(tokens.outer_iter());
            let losses = pairs.map(|(logits, tokens)| batch_as(reading, &logits.to_owned(), &tokens.to_owned()));
            let losses = losses.collect::<Result<Vec<f64>, Outcome>>()?;
            Ok(arguments([("loss", tensor(&vector(losses)))]))
        }
    }

    fn batch_as(reading: Reading, logits: &Array, tokens: &Array) -> Result<f64, Outcome> {
        let length = tokens.shape()[1];
        let first = if reading.skips_cache {
            logits.shape()[1] - length
        } else {
            0
        };
        let mut rows = Vec::new();
        for row in 0..tokens.shape()[0] {
            let mut losses = Vec::new();
            for place in reading.ahead..length {
                let own = logits.slice(s![row, first + place - reading.ahead, ..]);
                let largest = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let total = own.iter().map(|logit| (logit - largest).exp()).sum::<f64>().ln() + largest;
                let token = tokens[[row, place]];
                if token >= 0.0 {
                    losses.push(total - own[[token as usize]]);
                } else if reading.counts_padding {
                    losses.push(0.0);
                }
            }
            rows.push(losses);
        }
        if rows.iter().all(Vec::is_empty) && reading.refuses {
            return Err(Outcome::Refused { reason: String::new() });
        }
        let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len().max(1) as f64;
        Ok(if reading.per_row {
            mean(&rows.iter().map(|row| mean(row)).collect::<Vec<_>>())
        } else {
            mean(&rows.concat())
        })
    }

    #[test]
    fn the_mean_over_next_tokens_has_all_properties() {
        assert_eq!(failed_properties(&TASK, read_as(RIGHT)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, read_as(RIGHT)), [""; 0]);
    }

    #[test]
    fn other_readings_are_found() {
        for (reading, property) in [
            (Reading { ahead: 0, ..RIGHT }, "next-tokens"),
            (Reading { ahead: 2, ..RIGHT }, "next-tokens"),
            (
                Reading {
                    skips_cache: false,
                    ..RIGHT
                },
                "cache-left-out",
            ),
            (Reading { per_row: true, ..RIGHT }, "next-tokens"),
            (
                Reading {
                    counts_padding: true,
                    ..RIGHT
                },
                "more-padding",
            ),
        ] {
            assert!(
                smallest_case(&TASK, property, read_as(reading)).is_some(),
                "{reading:?}"
            );
            assert!(
                !telling_cases(&TASK, read_as(RIGHT), read_as(reading)).is_empty(),
                "{reading:?}"
            );
        }
    }

    #[test]
    fn a_mean_of_nothing_is_found() {
        let reading = Reading {
            refuses: false,
            ..RIGHT
        };
        assert_eq!(failed_properties(&TASK, read_as(reading)), ["nothing-to-predict"]);
    }
}
