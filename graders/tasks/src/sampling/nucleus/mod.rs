//! `nucleus`: the most likely tokens up to a mass, renormalised.

mod domain;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{heavy_first_token, impossible_tokens, little_mass, rows_near, ties_and_exact_mass};

pub(crate) static TASK: Task = Task {
    id: "nucleus",
    file: "sampling.rs",
    signature: "fn nucleus(probabilities: &Tensor, p: f64) -> Tensor",
    functions: &["nucleus"],
    definition: "Keeps the most likely tokens of every row until their mass reaches p, sets all others to zero and \
                 divides by the kept mass.",
    formula: "token j is kept where the mass of the tokens strictly before it (descending, equal ones by index) is < p; \
              q[j] = probabilities[j] / (sum over kept k of probabilities[k]), 0 where j is not kept",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.8 (a); Holtzman et al., The Curious Case of \
             Neural Text Degeneration, Eq. 2 and 3",
    conventions: &[
        "the token that crosses p is kept, so at least one token always remains",
        "where the mass reaches p exactly, the next token is dropped",
        "of equally likely tokens the one with the lower index comes first",
        "every token stands at its own index of the vocabulary; nothing is drawn",
    ],
    misreadings: &[
        "\"mass at most p\" drops the crossing token, and every token where the first alone exceeds p",
        "after sorting, position and token are different things: removals found in sorted order belong to tokens",
        "each row has a nucleus of its own",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        bounded: &["probabilities"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "batch",
        portion: "all",
        arguments: |random| rows_near(random, 3, 8, 0.7),
        expect: Expect::Outputs,
    },
    Case {
        name: "vocabulary",
        portion: "all",
        arguments: |random| rows_near(random, 4, 50, 0.9),
        expect: Expect::Outputs,
    },
    Case {
        name: "square",
        portion: "all",
        arguments: |random| rows_near(random, 5, 5, 0.5),
        expect: Expect::Outputs,
    },
    Case {
        name: "nearly_all",
        portion: "all",
        arguments: |random| rows_near(random, 2, 9, 0.95),
        expect: Expect::Outputs,
    },
    Case {
        name: "little_mass",
        portion: "all",
        arguments: little_mass,
        expect: Expect::Outputs,
    },
    Case {
        name: "heavy_first_token",
        portion: "all",
        arguments: heavy_first_token,
        expect: Expect::Outputs,
    },
    Case {
        name: "ties_and_exact_mass",
        portion: "all",
        arguments: ties_and_exact_mass,
        expect: Expect::Outputs,
    },
    Case {
        name: "impossible_tokens",
        portion: "all",
        arguments: impossible_tokens,
        expect: Expect::Outputs,
    },
];

const SIZES: Sizes = &[("B", 1, 3), ("V", 2, 9)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "minimal",
        "the kept tokens reach the mass p, and without the least likely of them they do not",
        SIZES,
        properties::minimal,
    ),
    Property::new(
        "most-likely-first",
        "no dropped token is more likely than a kept one",
        SIZES,
        properties::most_likely_first,
    ),
    Property::new(
        "renormalised",
        "kept tokens have their probability divided by the kept mass, all others exactly 0",
        SIZES,
        properties::renormalised,
    ),
    Property::new(
        "mass-one-keeps-all",
        "p = 1 gives the distribution back",
        SIZES,
        properties::mass_one_keeps_all,
    ),
    Property::new(
        "heavy-first-token",
        "where the first token alone reaches p it is the only one, and nothing is NaN or infinite",
        SIZES,
        properties::heavy_first_token,
    ),
    Property::new(
        "grows-with-p",
        "a larger p keeps every token that a smaller one keeps",
        SIZES,
        properties::grows_with_p,
    ),
    Property::new(
        "permutation-equivariant",
        "permuting the vocabulary permutes the result in the same way",
        SIZES,
        properties::permutation_equivariant,
    ),
    Property::new(
        "rows-independent",
        "a row alone gives what it gives in a batch",
        &[("B", 2, 3), ("V", 3, 8)],
        properties::rows_independent,
    ),
    Property::new(
        "ties-to-the-lowest",
        "of equally likely tokens those with the lowest indices are kept",
        &[("bits", 1, 3), ("k", 1, 7)],
        properties::ties_to_the_lowest,
    ),
];
