//! `sample_top_p`: drawing the next token from the nucleus.

mod domain;
mod inputs;
mod properties;

use judge::contract::arguments::arguments;
use judge::contract::domain::Contract;
use judge::contract::{Case, Expect, Property, Task};
use wire::{Data, Tensor, Tensors};

use self::inputs::{certain_at, one_allowed_token, row, ties, with_mass, won_by};
use super::inputs::{rows, softmax};

pub(crate) static TASK: Task = Task {
    id: "sample_top_p",
    file: "sampling.rs",
    signature: "fn sample_top_p(logits: &Tensor, p: f64, temperature: f64) -> Result<Tensor, InvalidInput>",
    functions: &["sample_top_p"],
    definition: "Draws one token per row from the nucleus of mass p of the softmax of the logits divided by the \
                 temperature.",
    formula: "token[b] drawn from nucleus(softmax(logits[b] / temperature), p)",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.8 (a); Holtzman et al., The Curious Case of \
             Neural Text Degeneration, Eq. 2, 3 and 4",
    conventions: &[
        "the order is fixed: temperature, softmax, nucleus, draw",
        "the result is int64 of shape [B], without an axis of length 1",
        "the draws come from libtorch's generator, so that equal seeds give equal tokens",
        "a logit of minus infinity forbids its token",
        "NaN, plus infinity, a row of nothing but minus infinity, and settings out of range are errors: p outside (0, 1], \
         a temperature that is not positive and finite",
    ],
    misreadings: &[
        "a temperature applied after the softmax, or after the nucleus, gives another distribution",
        "a small temperature makes quotients far larger than what can be exponentiated directly",
        "each row has a draw of its own",
    ],
    parts: &["nucleus"],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "little_mass",
        portion: "determined",
        arguments: |random| won_by(random, 8, &[3, 0, 6, 5, 1], 0.02, 1.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "cold",
        portion: "determined",
        arguments: |random| won_by(random, 12, &[7, 11, 2, 4], 1.0, 1e-4),
        expect: Expect::Outputs,
    },
    Case {
        name: "sharpened_by_temperature",
        portion: "determined",
        arguments: |random| certain_at(random, 0.25),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_allowed_token",
        portion: "determined",
        arguments: one_allowed_token,
        expect: Expect::Outputs,
    },
    Case {
        name: "ties",
        portion: "determined",
        arguments: ties,
        expect: Expect::Outputs,
    },
    Case {
        name: "mass_90",
        portion: "distribution",
        arguments: |random| row(random, 9, 0.9, 1.0),
        expect: NUCLEUS,
    },
    Case {
        name: "cool_with_little_mass",
        portion: "distribution",
        arguments: |random| row(random, 7, 0.6, 0.7),
        expect: NUCLEUS,
    },
    Case {
        name: "warm_with_all_mass",
        portion: "distribution",
        arguments: |random| with_mass(&row(random, 6, 0.9, 1.5), 1.0),
        expect: NUCLEUS,
    },
    Case {
        name: "warm_with_mass_80",
        portion: "distribution",
        arguments: |random| row(random, 8, 0.8, 1.5),
        expect: NUCLEUS,
    },
];

const NUCLEUS: Expect = Expect::Draws {
    tiled: "logits",
    output: "token",
    probabilities: nucleus_of_softmax,
};

const PROPERTIES: &[Property] = &[
    Property::new(
        "same-seed-same-tokens",
        "equal generator seeds give equal tokens",
        properties::MANY_ROWS,
        properties::same_seed_same_tokens,
    )
    .few(),
    Property::new(
        "different-seeds-differ",
        "different generator seeds give different tokens somewhere",
        properties::MANY_ROWS,
        properties::different_seeds_differ,
    )
    .few(),
    Property::new(
        "one-token-per-row",
        "the result is int64 of shape [B] and holds indices of the vocabulary, also for B = 1 and V = 1",
        &[("B", 1, 3), ("V", 1, 4)],
        properties::one_token_per_row,
    )
    .few(),
    Property::new(
        "support",
        "every token lies in the nucleus of its own row",
        &[("rows", 1, 3), ("V", 3, 8)],
        properties::support,
    ),
    Property::new(
        "any-token-of-many",
        "of the whole mass over hundreds of tokens the less likely half is drawn from as well",
        &[("V", 200, 300)],
        properties::any_token_of_many,
    )
    .few(),
    Property::new(
        "rows-independent",
        "a row with one likely token gives that token, while its neighbour with equal logits gives several, independently of others",
        &[("V", 3, 8)],
        properties::rows_independent,
    )
    .few(),
    Property::new(
        "cold-is-greedy",
        "a temperature towards 0 gives the index of the largest logit",
        &[("B", 1, 4), ("V", 2, 8)],
        properties::cold_is_greedy,
    ),
    Property::new(
        "logits-by-temperature",
        "logits and temperature multiplied by the same number, however large or small, give the same draws",
        &[("B", 1, 4), ("V", 2, 8)],
        properties::logits_by_temperature,
    ),
    Property::new(
        "temperature-before-softmax",
        "the temperature divides the logits before softmax and nucleus",
        &[("V", 4, 8)],
        properties::temperature_before_softmax,
    )
    .few(),
    Property::new(
        "shift-invariant",
        "adding a constant to all logits of a row changes no token, equal seeds given",
        &[("V", 3, 8)],
        properties::shift_invariant,
    )
    .few(),
    Property::new(
        "forbidden-tokens",
        "a token with a logit of minus infinity is never drawn",
        &[("V", 2, 8)],
        properties::forbidden_tokens,
    )
    .few(),
    Property::new(
        "nan-refused",
        "a NaN among the logits is an error",
        properties::ANY_PLACE,
        properties::nan_refused,
    )
    .few(),
    Property::new(
        "plus-infinity-refused",
        "a logit of plus infinity is an error",
        properties::ANY_PLACE,
        properties::plus_infinity_refused,
    )
    .few(),
    Property::new(
        "settings-refused",
        "a p outside (0, 1] and a temperature that is not positive and finite are errors",
        &[("V", 2, 4)],
        properties::settings_refused,
    )
    .few(),
];

/// The nucleus of the softmax of the logits over the temperature: what is drawn from.
fn nucleus_of_softmax(drawn: &Tensors) -> (&'static str, Tensors, &'static str) {
    let temperature = drawn["temperature"].item().unwrap_or(1.0);
    let probabilities = rows(&drawn["logits"]).concat();
    let probabilities = softmax(&probabilities, temperature);
    let shape = vec![1, probabilities.len()];
    let probabilities = Tensor::new(shape, Data::F64(probabilities)).expect("a probability per logit");
    let given = arguments([("probabilities", probabilities), ("p", drawn["p"].clone())]);
    ("nucleus", given, "output")
}

#[cfg(test)]
mod tests;
