//! What `sequence_loss` finds of other readings.

use judge::contract::arguments::{Array, arguments, array, tensor, vector};
use judge::contract::subject::Call;
use ndarray::s;
use wire::{Outcome, Tensors};

use super::TASK;
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
