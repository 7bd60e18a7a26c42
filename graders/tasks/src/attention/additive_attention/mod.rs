//! `additive_attention`: energies from a hidden layer, softmax over positions, weighted sum of the encoder states.

mod inputs;
mod properties;

use judge::contract::arguments::with;
use judge::contract::domain::{Contract, Domain};
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{case, far_from_zero};

pub(crate) static TASK: Task = Task {
    id: "additive_attention",
    file: "additive_attention.rs",
    signature: "fn additive_attention(state: &Tensor, hidden: &Tensor, weights: &AdditiveAttentionWeights) -> (Tensor, Tensor)",
    functions: &["additive_attention"],
    definition: "The attention of a decoder state over encoder states: a softmax over the positions of energies that a hidden layer gives, and the sum of the encoder states, each times its weight.",
    formula: "e_j = v . tanh(W s + U h_j); alpha = softmax(e); context = sum over j of alpha_j h_j",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, Eq. 1 to 3; Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, section 3.1 and appendix A.1.2",
    conventions: &[
        "W is [A, D], U is [A, H], v is [A]; there are no biases",
        "the softmax runs over the encoder positions, each row of the batch on its own",
        "the energies are not divided by anything",
        "the context sums the encoder states themselves, not their projections",
    ],
    misreadings: &[
        "the state meets every position: its projection is added to each of theirs",
        "the tanh is taken of the sum, not of each projection",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["context", "weights"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "batch",
        portion: "all",
        arguments: |random| case(random, [3, 5, 4, 6, 7], 1.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "square",
        portion: "all",
        arguments: |random| case(random, [4, 4, 4, 4, 4], 1.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_unit",
        portion: "all",
        arguments: |random| case(random, [2, 6, 3, 2, 1], 2.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "saturated",
        portion: "all",
        arguments: |random| case(random, [2, 4, 5, 3, 6], 4.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "long",
        portion: "all",
        arguments: |random| case(random, [2, 17, 3, 4, 5], 1.0),
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[("B", 1, 9), ("S", 1, 140), ("D", 1, 17), ("H", 1, 17), ("A", 1, 17)],
        arguments: |scenario| {
            let sizes = ["B", "S", "D", "H", "A"].map(|name| scenario.size(name));
            case(&mut scenario.random("case"), sizes, 1.0)
        },
    },
    Domain {
        name: "energies of any size",
        sizes: &[("digits", -8, 20)],
        arguments: |scenario| {
            let mut random = scenario.random("case");
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            let given = case(&mut random, [3, 5, 2, 4, 3], 1.0);
            with(&given, "energy_weight", random.scaled(&[3], size))
        },
    },
    Domain {
        name: "energies that all lie far from zero",
        sizes: &[("hundreds", -100, 100)],
        arguments: |scenario| far_from_zero(&mut scenario.random("case"), 100 * scenario.integer("hundreds")),
    },
    Domain {
        name: "encoder states of any size",
        sizes: &[("digits", -8, 4)],
        arguments: |scenario| {
            let mut random = scenario.random("case");
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            let given = case(&mut random, [3, 5, 2, 4, 3], 1.0);
            with(&given, "hidden", random.scaled(&[3, 5, 4], size))
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("S", 2060, 2060)],
        arguments: |scenario| case(&mut scenario.random("case"), [1, scenario.size("S"), 2, 2, 2], 1.0),
    },
];

const SIZES: Sizes = &[("B", 1, 3), ("S", 1, 6), ("D", 1, 4), ("H", 1, 4), ("A", 1, 5)];
const FROM_TWO: Sizes = &[("B", 1, 3), ("S", 2, 6), ("D", 1, 4), ("H", 1, 4), ("A", 1, 5)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "weights-are-distributions",
        "the weights are above 0 and sum to 1 over the positions of each row",
        SIZES,
        properties::weights_are_distributions,
    ),
    Property::new(
        "energies-of-weights",
        "the logarithms of the weights are v . tanh(W s + U h_j), up to a constant per row",
        FROM_TWO,
        properties::energies_of_weights,
    ),
    Property::new(
        "context-is-weighted-sum",
        "the context is the sum of the encoder states, each times its weight",
        SIZES,
        properties::context_is_weighted_sum,
    ),
    Property::new(
        "hull",
        "every channel of the context lies between the extremes of that channel over the positions",
        SIZES,
        properties::hull,
    ),
    Property::new(
        "no-energies-mean",
        "with v = 0 the context is the mean of the encoder states",
        SIZES,
        properties::no_energies_mean,
    )
    .few(),
    Property::new(
        "equal-states",
        "where all encoder states are equal, the weights are uniform and the context is that state",
        SIZES,
        properties::equal_states,
    )
    .few(),
    Property::new(
        "position-permutation",
        "permuting the positions permutes the weights and leaves the context",
        FROM_TWO,
        properties::position_permutation,
    ),
    Property::new(
        "batch-independence",
        "changing one row of the batch changes no other",
        &[("B", 2, 3), ("S", 1, 4), ("D", 1, 3), ("H", 1, 3), ("A", 1, 4)],
        properties::batch_independence,
    ),
    Property::new(
        "bounded-energies",
        "however large the states, two weights of a row differ at most by the factor exp(2 |v|)",
        FROM_TWO,
        properties::bounded_energies,
    ),
    Property::new(
        "large-energies",
        "energies of 1e3 and more give finite weights that sum to 1, in f32",
        FROM_TWO,
        properties::large_energies,
    )
    .in_f32()
    .few(),
];

#[cfg(test)]
mod tests;
