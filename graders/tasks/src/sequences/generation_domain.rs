//! What generation is for: any number of rows, steps and tokens, numbers at their bounds, and positions that run out.

use judge::contract::arguments::{Array, array, tensor, tensor_like, with};
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use ndarray::IxDyn;
use wire::{Tensor, Tensors};

use super::generation_inputs::{
    LARGEST_NUMBER, batch, beginning, continuation, ending, model_call, next_logits, prefix_call, sampled, setting,
    unending, vocabulary, with_reached_end,
};
use super::inputs::{Sizes, first_rows, more_padding};
use crate::sampling::inputs::softmax;
use crate::transformer::inputs::{hardly_apart_in_the_head, token_tensor};

/// The domain of `generate_sequence`.
pub(super) const AFTER_A_PROMPT: &[Domain] = &[
    Domain {
        name: GREEDY,
        sizes: ANY,
        arguments: |scenario| greedy(scenario, false),
    },
    Domain {
        name: SAMPLED,
        sizes: ANY_TEMPERATURE,
        arguments: |scenario| by_numbers(scenario, false),
    },
    Domain {
        name: HARDLY_APART,
        sizes: SMALL,
        arguments: |scenario| hardly_apart(scenario, false),
    },
    Domain {
        name: AS_SPREAD,
        sizes: ANY_TEMPERATURE,
        arguments: |scenario| as_spread(scenario, false),
    },
    Domain {
        name: AT_THE_BOUNDS,
        sizes: FEW,
        arguments: |scenario| at_the_bounds(scenario, false),
    },
    Domain {
        name: TO_THE_LAST_POSITION,
        sizes: RUNNING_OUT,
        arguments: |scenario| to_the_last_position(scenario, false),
    },
    Domain {
        name: ANY_LOGITS,
        sizes: &[
            ("B", 1, 3),
            ("T", 1, 4),
            ("V", 2, 9),
            ("steps", 1, 4),
            ("digits", -200, 200),
        ],
        arguments: |scenario| {
            let given = given(scenario, false);
            let head = array(&given["head"]) * 10.0_f64.powi(scenario.integer("digits") as i32);
            with(&given, "head", tensor(&head))
        },
    },
    Domain {
        name: NEXT_TO_A_BOUND,
        sizes: &[("B", 1, 3), ("T", 1, 4), ("V", 2, 9), ("steps", 1, 1), ("beyond", 0, 1)],
        arguments: |scenario| next_to_a_bound(scenario, false),
    },
    Domain {
        name: ENDING_IN_TIME,
        sizes: ALONE,
        arguments: |scenario| ending_in_time(scenario, false),
    },
    Domain {
        name: ANY_NUMBER,
        sizes: ENDLESS,
        arguments: |scenario| {
            let most = Tensor::integer(1 << scenario.integer("log2 of the count"));
            with(&ending_in_time(scenario, false), "count", most)
        },
    },
];

/// The domain of `prefix_generate`.
pub(super) const BEHIND_A_PREFIX: &[Domain] = &[
    Domain {
        name: GREEDY,
        sizes: ANY,
        arguments: |scenario| greedy(scenario, true),
    },
    Domain {
        name: SAMPLED,
        sizes: ANY_TEMPERATURE,
        arguments: |scenario| by_numbers(scenario, true),
    },
    Domain {
        name: HARDLY_APART,
        sizes: SMALL,
        arguments: |scenario| hardly_apart(scenario, true),
    },
    Domain {
        name: AS_SPREAD,
        sizes: ANY_TEMPERATURE,
        arguments: |scenario| as_spread(scenario, true),
    },
    Domain {
        name: AT_THE_BOUNDS,
        sizes: FEW,
        arguments: |scenario| at_the_bounds(scenario, true),
    },
    Domain {
        name: TO_THE_LAST_POSITION,
        sizes: RUNNING_OUT,
        arguments: |scenario| to_the_last_position(scenario, true),
    },
    Domain {
        name: ANY_LOGITS,
        sizes: &[
            ("B", 1, 3),
            ("T", 1, 4),
            ("V", 2, 9),
            ("steps", 1, 4),
            ("digits", -200, 200),
        ],
        arguments: |scenario| {
            let given = given(scenario, true);
            let head = array(&given["head"]) * 10.0_f64.powi(scenario.integer("digits") as i32);
            with(&given, "head", tensor(&head))
        },
    },
    Domain {
        name: NEXT_TO_A_BOUND,
        sizes: &[("B", 1, 3), ("T", 1, 4), ("V", 2, 9), ("steps", 1, 1), ("beyond", 0, 1)],
        arguments: |scenario| next_to_a_bound(scenario, true),
    },
    Domain {
        name: ENDING_IN_TIME,
        sizes: ALONE,
        arguments: |scenario| ending_in_time(scenario, true),
    },
    Domain {
        name: ANY_NUMBER,
        sizes: ENDLESS,
        arguments: |scenario| {
            let most = Tensor::integer(1 << scenario.integer("log2 of the count"));
            with(&ending_in_time(scenario, true), "count", most)
        },
    },
    Domain {
        name: "a prefix that is longer than the known positions by padding alone",
        sizes: RUNNING_OUT,
        arguments: prefix_with_padding,
    },
];

const GREEDY: &str = "greedy choices, for any number of rows, tokens and steps";
const SAMPLED: &str = "choices by numbers, at any temperature";
const HARDLY_APART: &str = "logits that f32 cannot tell apart";
const AS_SPREAD: &str = "logits as far apart as the temperature is high";
const AT_THE_BOUNDS: &str = "numbers of 0 and just below 1, at a temperature near 0";
const TO_THE_LAST_POSITION: &str = "steps up to the last known position, and one more";
const ANY_NUMBER: &str = "a row that ends, with more steps than anybody has memory for";
const ANY_LOGITS: &str = "logits of any size";
const NEXT_TO_A_BOUND: &str = "numbers next to where one token's share ends and the next one's begins";
const ENDING_IN_TIME: &str = "a row that ends just before the positions do, or just after";

type Named = &'static [(&'static str, i64, i64)];
const ANY: Named = &[("B", 1, 7), ("T", 1, 20), ("V", 2, 60), ("steps", 1, 9)];
const ANY_TEMPERATURE: Named = &[
    ("B", 1, 5),
    ("T", 1, 6),
    ("V", 2, 60),
    ("steps", 1, 6),
    ("digits of the temperature", -2, 2),
];
/// Few choices, so that in none of them two tokens are as good as equal in f64.
const SMALL: Named = &[("B", 1, 3), ("T", 1, 5), ("V", 2, 5), ("steps", 1, 3)];
const FEW: Named = &[("B", 1, 3), ("T", 1, 4), ("V", 2, 9), ("steps", 1, 4)];
const RUNNING_OUT: Named = &[
    ("B", 1, 3),
    ("T", 1, 5),
    ("V", 7, 7),
    ("steps", 2, 6),
    ("missing", 0, 1),
];
/// One row.
const ALONE: Named = &[
    ("B", 1, 1),
    ("T", 1, 5),
    ("V", 7, 7),
    ("steps", 2, 6),
    ("missing", 0, 1),
];
/// One row, with a count that has nothing to do with how many steps there are.
const ENDLESS: Named = &[
    ("B", 1, 1),
    ("T", 1, 3),
    ("V", 7, 7),
    ("steps", 2, 4),
    ("missing", 0, 0),
    ("log2 of the count", 12, 62),
];

/// A greedy call with room for all steps.
fn given(scenario: &Scenario, prefixed: bool) -> Tensors {
    let [rows, length, vocabulary, steps] = ["B", "T", "V", "steps"].map(|name| scenario.size(name));
    let mut random = scenario.random("case");
    let sizes = |length: usize| Sizes {
        positions: length + steps,
        vocabulary,
        ..Sizes::new(rows, length, 2, 3)
    };
    if !prefixed {
        return model_call(&mut random, sizes(length), steps);
    }
    let given = prefix_call(&mut random, sizes(1), length, steps);
    with(&given, "start", Tensor::integer(random.integer(0, vocabulary as i64)))
}

/// With an END that the first row has half way, where the choices are clear.
fn greedy(scenario: &Scenario, prefixed: bool) -> Tensors {
    let given = given(scenario, prefixed);
    with_reached_end(&given, scenario.size("steps") / 2).unwrap_or(given)
}

/// Behind a prefix, start is END: it ends nothing.
fn by_numbers(scenario: &Scenario, prefixed: bool) -> Tensors {
    let temperature = 10.0_f64.powi(scenario.integer("digits of the temperature") as i32);
    let given = sampled(
        &mut scenario.random("uniforms"),
        &given(scenario, prefixed),
        temperature,
    );
    if prefixed {
        let start = setting(&given, "start");
        return ending(&given, start);
    }
    given
}

/// Greedy choices among logits that f32 cannot tell apart, and that rounding in f64 does not exchange.
fn hardly_apart(scenario: &Scenario, prefixed: bool) -> Tensors {
    hardly_apart_in_the_head(&given(scenario, prefixed))
}

/// However cold it is, every number may choose another token.
fn as_spread(scenario: &Scenario, prefixed: bool) -> Tensors {
    let given = by_numbers(scenario, prefixed);
    let temperature = setting(&given, "temperature");
    with(
        &given,
        "head",
        tensor_like(&given["head"], &(array(&given["head"]) * temperature)),
    )
}

/// The real tokens of each row have their positions; the last of the padding has one, or has none.
fn prefix_with_padding(scenario: &Scenario) -> Tensors {
    let given = given(scenario, true);
    let prefix = more_padding(&array(&given["prefix"]), 1);
    let known = prefix.shape()[1] - scenario.size("missing");
    let padded = with(&given, "prefix", token_tensor(&prefix));
    first_rows(&padded, "encoder_position_embedding", known)
}

/// All probability is with one token: no number chooses one without.
fn at_the_bounds(scenario: &Scenario, prefixed: bool) -> Tensors {
    let given = sampled(&mut scenario.random("uniforms"), &given(scenario, prefixed), 1e-9);
    let shape = IxDyn(&[scenario.size("steps"), batch(&given)]);
    let numbers = Array::from_shape_fn(shape, |at| if (at[0] + at[1]) % 2 == 0 { 0.0 } else { LARGEST_NUMBER });
    with(&given, "uniforms", tensor(&numbers))
}

/// A step whose numbers lie so close to a sum of probabilities that f32 cannot tell on which side, and f64 can.
fn next_to_a_bound(scenario: &Scenario, prefixed: bool) -> Tensors {
    const NEAR: f64 = 1e-9;
    let given = sampled(&mut scenario.random("uniforms"), &given(scenario, prefixed), 0.7);
    let side = if scenario.integer("beyond") == 1 { NEAR } else { -NEAR };
    let logits = next_logits(&given, &beginning(&given));
    let number = |row: &Vec<f64>| {
        let half = row.len().div_ceil(2);
        let share: f64 = softmax(row, 0.7).into_iter().take(half).sum();
        (share + side).clamp(0.0, LARGEST_NUMBER)
    };
    let numbers = Array::from_shape_vec(vec![1, batch(&given)], logits.iter().map(number).collect());
    with(&given, "uniforms", tensor(&numbers.expect("a number for each row")))
}

/// With room for so many tokens of the decoder.
fn with_room(given: &Tensors, prefixed: bool, positions: usize) -> Tensors {
    let name = if prefixed {
        "decoder_position_embedding"
    } else {
        "position_embedding"
    };
    first_rows(given, name, positions.max(1))
}

/// How many tokens the last of these steps sees, less those that are missing.
fn room(scenario: &Scenario, prefixed: bool, steps: usize) -> usize {
    let begun = if prefixed { 1 } else { scenario.size("T") };
    begun + steps - 1 - scenario.size("missing")
}

/// No row ends.
fn to_the_last_position(scenario: &Scenario, prefixed: bool) -> Tensors {
    let given = given(scenario, prefixed);
    let chosen = continuation(&unending(&given));
    let is_unused = |token: &usize| {
        let mut chosen = chosen.iter().flatten();
        chosen.all(|&other| other != *token as f64)
    };
    let end = (0..vocabulary(&given)).find(is_unused).unwrap_or_default();
    let room = room(scenario, prefixed, scenario.size("steps"));
    ending(&with_room(&given, prefixed, room), end as f64)
}

/// The row ends half way, and more steps are asked for than there are positions.
fn ending_in_time(scenario: &Scenario, prefixed: bool) -> Tensors {
    let given = given(scenario, prefixed);
    let step = scenario.size("steps") / 2;
    let Some(chosen) = continuation(&unending(&given)) else {
        return given;
    };
    let end = chosen[[0, step]];
    let first = chosen.iter().position(|&token| token == end).unwrap_or(step);
    let room = room(scenario, prefixed, first + 1);
    ending(&with_room(&given, prefixed, room), end)
}
