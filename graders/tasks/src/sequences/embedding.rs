//! `embedding`: tokens and positions as vectors.

use judge::checks::assertions::{ROUNDING, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::{Random, integers};
use judge::contract::scenario::{self, Scenario};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::{Tensor, Tensors};

use super::inputs::{Sizes, counts, moved_rows, padded_counts, padded_tokens};
use super::oracle::Transformer;
use crate::transformer::inputs::drawn;

const ID: &str = "embedding";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "sequence_embedding.rs",
    signature: "fn embedding(tokens: &Tensor, weights: &EmbeddingWeights) -> Result<Tensor, InvalidInput>",
    functions: &["embedding"],
    definition: "Adds the embedding of each token and that of its position.",
    formula: "x[b, t] = E[tokens[b, t]] + P[t], and P[t] where tokens[b, t] = -1; [B, T] -> [B, T, C]",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part; Attention Is All You Need, sections 3.4 and 3.5",
    conventions: &[
        "padding (-1) has no embedding of its own: the result there is the position embedding alone",
        "positions count from 0 in every row",
        "the sum is not scaled, and there is no dropout",
        "a sequence longer than the position embedding is an error; one exactly as long is not",
    ],
    misreadings: &[
        "-1 is no index: it has to be replaced before it is looked up",
        "the embedding of some token in place of padding is no embedding of padding",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "room_for_more",
        portion: "tokens",
        arguments: |random| full(random, Sizes::new(2, 5, 3, 2)),
        expect: Expect::Outputs,
    },
    Case {
        name: "as_long_as_possible",
        portion: "tokens",
        arguments: |random| {
            full(
                random,
                Sizes {
                    positions: 6,
                    vocabulary: 11,
                    ..Sizes::new(3, 6, 2, 2)
                },
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "rows_of_different_lengths",
        portion: "padding",
        arguments: |random| padded(random, Sizes::new(3, 6, 2, 3)),
        expect: Expect::Outputs,
    },
    Case {
        name: "padding_in_every_row",
        portion: "padding",
        arguments: |random| {
            let sizes = Sizes::new(4, 5, 1, 4);
            let counts = padded_counts(random, sizes.batch, sizes.length);
            case(random, sizes, &counts)
        },
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of rows, positions, tokens and channels",
        sizes: &[
            ("B", 1, 9),
            ("T", 1, 140),
            ("more positions", 0, 5),
            ("V", 1, 300),
            ("C", 1, 12),
        ],
        arguments: |scenario| {
            let sizes = Sizes {
                positions: scenario.size("T") + scenario.size("more positions"),
                vocabulary: scenario.size("V"),
                ..Sizes::new(scenario.size("B"), scenario.size("T"), 1, scenario.size("C"))
            };
            padded(&mut scenario.random("case"), sizes)
        },
    },
    Domain {
        name: "sequences of as many positions as are known, and of one more",
        sizes: &[("known", 1, 6), ("more", 0, 1), ("tokens", 1, 7)],
        arguments: |scenario| {
            let known = scenario.size("known");
            let sizes = Sizes {
                positions: known,
                ..Sizes::new(2, known + scenario.size("more"), 1, 2)
            };
            // Padding counts: its positions would need an embedding as well.
            let counts = [sizes.length.min(scenario.size("tokens")), 1];
            case(&mut scenario.random("case"), sizes, &counts)
        },
    },
    Domain {
        name: "more positions and tokens than usual models have",
        sizes: &[("T", 2060, 2060), ("V", 3000, 3000)],
        arguments: |scenario| {
            let [length, vocabulary] = ["T", "V"].map(|name| scenario.size(name));
            let sizes = Sizes {
                positions: length,
                vocabulary,
                ..Sizes::new(1, length, 1, 2)
            };
            padded(&mut scenario.random("case"), sizes)
        },
    },
];

const SIZES: scenario::Sizes = &[("B", 1, 3), ("T", 1, 5), ("C", 1, 4)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "sum",
        "at every token the result is its embedding plus that of its position, from 0",
        SIZES,
        sum,
    ),
    Property::new(
        "padding",
        "at padding the result is the position embedding alone",
        &[("B", 1, 3), ("T", 2, 5), ("C", 1, 4)],
        padding,
    ),
    Property::new(
        "position-rows",
        "the rows of the position embedding from T on make no difference",
        SIZES,
        position_rows,
    )
    .few(),
    Property::new(
        "longest",
        "a sequence exactly as long as the position embedding is accepted",
        SIZES,
        longest,
    )
    .few(),
    Property::new(
        "too-long",
        "a sequence longer than the position embedding is an error",
        &[("positions", 1, 4), ("more", 1, 3)],
        too_long,
    )
    .few(),
    Property::new(
        "gradient",
        "a token's embedding gets the gradients of all places of that token, a position's those of all rows",
        SIZES,
        gradient,
    )
    .differentiating(),
];

fn case(random: &mut Random, sizes: Sizes, counts: &[usize]) -> Tensors {
    arguments([
        ("token_embedding", random.normal(&[sizes.vocabulary, sizes.width()])),
        (
            "position_embedding",
            random.scaled(&[sizes.positions, sizes.width()], 0.7),
        ),
        ("tokens", padded_tokens(random, counts, sizes.length, sizes.vocabulary)),
    ])
}

fn full(random: &mut Random, sizes: Sizes) -> Tensors {
    case(random, sizes, &vec![sizes.length; sizes.batch])
}

fn padded(random: &mut Random, sizes: Sizes) -> Tensors {
    let counts = counts(random, sizes.batch, sizes.length);
    case(random, sizes, &counts)
}

fn given(scenario: &Scenario) -> Tensors {
    let [batch, length, width] = ["B", "T", "C"].map(|name| scenario.size(name));
    drawn(scenario, |random| padded(random, Sizes::new(batch, length, 1, width)))
}

fn output(probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let (tokens, table) = (given["tokens"].shape(), given["token_embedding"].shape());
    probe.array(ID, given, "output", &[tokens[0], tokens[1], table[1]])
}

/// The values at tokens, or at padding; all others 0.
fn at(values: &Array, tokens: &Array, padding: bool) -> Array {
    Array::from_shape_fn(values.raw_dim(), |place| {
        let is_padding = tokens[[place[0], place[1]]] < 0.0;
        if is_padding == padding { values[&place] } else { 0.0 }
    })
}

fn sum(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let tokens = array(&given["tokens"]);
    let expected = Transformer::only(&given).embedded(&tokens);
    equal(
        "the result at tokens",
        "the token's embedding plus that of its position",
        &at(&expected, &tokens, false),
        &at(&output(probe, &given)?, &tokens, false),
        1e-6,
    )
}

fn padding(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let [batch, length] = ["B", "T"].map(|name| scenario.size(name));
    let shape = [batch, length];
    let counts = padded_counts(&mut scenario.random("padded"), batch, length);
    let tokens = Array::from_shape_fn(IxDyn(&shape), |at| if at[1] < counts[at[0]] { 0.0 } else { -1.0 });
    let given = super::inputs::with_tokens(&given, "tokens", &tokens);
    let positions = array(&given["position_embedding"]);
    let output = output(probe, &given)?;
    let expected = Array::from_shape_fn(output.raw_dim(), |at| positions[[at[1], at[2]]]);
    equal(
        "the result at padding",
        "the embedding of the position",
        &at(&expected, &tokens, true),
        &at(&output, &tokens, true),
        1e-6,
    )
}

fn position_rows(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, length) = (given(scenario), scenario.size("T"));
    unchanged(
        &format!("changing the rows of the position embedding from {length} on"),
        "the result",
        &output(probe, &given)?,
        &output(probe, &moved_rows(&given, "position_embedding", length))?,
        ROUNDING,
    )
}

fn longest(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, length) = (given(scenario), scenario.size("T"));
    let table = array(&given["position_embedding"]);
    let cut = table.slice(s![..length, ..]).to_owned().into_dyn();
    let like = &given["position_embedding"];
    let exact = judge::contract::arguments::with(
        &given,
        "position_embedding",
        judge::contract::arguments::tensor_like(like, &cut),
    );
    unchanged(
        &format!("cutting the position embedding to the {length} rows that are used"),
        "the result",
        &output(probe, &given)?,
        &output(probe, &exact)?,
        0.0,
    )
}

fn too_long(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let positions = scenario.size("positions");
    let length = positions + scenario.size("more");
    let sizes = Sizes {
        positions,
        ..Sizes::new(1, length, 1, 2)
    };
    let given = drawn(scenario, |random| full(random, sizes));
    let input = format!("a sequence of {length} positions, where {positions} are known");
    probe.refused(&Call::new(ID, given.clone()), &input)?;
    // Padding counts: its positions would need an embedding as well.
    let mut tokens = array(&given["tokens"]);
    tokens.slice_mut(s![.., 1..]).fill(-1.0);
    let values = tokens
        .index_axis(Axis(0), 0)
        .iter()
        .map(|&token| token as i64)
        .collect();
    let tokens: Tensor = integers(&[1, length], values);
    let padded = judge::contract::arguments::with(&given, "tokens", tokens);
    probe.refused(&Call::new(ID, padded), &format!("{input}, padding included"))
}

/// Three tokens only, so that the first of them and repeated ones are there.
fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let [batch, length, width] = ["B", "T", "C"].map(|name| scenario.size(name));
    let sizes = Sizes {
        vocabulary: 3,
        ..Sizes::new(batch, length, 1, width)
    };
    let given = drawn(scenario, |random| padded(random, sizes));
    let cotangent = scenario.normal("cotangent", &[batch, length, width]);
    let [of_tokens, of_positions] = gathered(&given, &array(&cotangent));
    let by = ["token_embedding", "position_embedding"];
    let [by_tokens, by_positions] = probe.gradients(ID, &given, by, arguments([("output", cotangent)]))?;
    equal(
        "the gradient by the token embedding",
        "the sum of the output's gradients over the places of each token",
        &of_tokens,
        &by_tokens,
        1e-6,
    )?;
    equal(
        "the gradient by the position embedding",
        "the sum of the output's gradients over the rows of the batch",
        &of_positions,
        &by_positions,
        1e-6,
    )
}

/// The gradients by both embeddings: a value that was added gets the gradients of all the sums that it is in.
fn gathered(given: &Tensors, cotangent: &Array) -> [Array; 2] {
    let tokens = array(&given["tokens"]);
    let [mut of_tokens, mut of_positions] =
        ["token_embedding", "position_embedding"].map(|name| Array::zeros(given[name].shape()));
    for (at, value) in cotangent.indexed_iter() {
        let token = tokens[[at[0], at[1]]];
        if token >= 0.0 {
            of_tokens[[token as usize, at[2]]] += value;
        }
        of_positions[[at[1], at[2]]] += value;
    }
    [of_tokens, of_positions]
}

#[cfg(test)]
mod tests {
    use wire::Outcome;

    use super::*;
    use crate::testing::{failed_properties, telling_cases, trivial_cases};

    /// Token embedding of what `replace` makes of a token (`None`: zeros), plus position `place` of it.
    fn as_if(
        replace: fn(f64) -> Option<usize>,
        place: fn(usize, usize) -> usize,
    ) -> impl FnMut(&Call) -> Result<Tensors, Outcome> {
        move |call| {
            let given = &call.arguments;
            let (tokens, token) = (array(&given["tokens"]), array(&given["token_embedding"]));
            let position = array(&given["position_embedding"]);
            if tokens.shape()[1] > position.shape()[0] {
                return Err(Outcome::Refused { reason: String::new() });
            }
            let rows = position.shape()[0];
            let shape = IxDyn(&[tokens.shape()[0], tokens.shape()[1], token.shape()[1]]);
            let output = Array::from_shape_fn(shape, |at| {
                let own = replace(tokens[[at[0], at[1]]]).map_or(0.0, |id| token[[id, at[2]]]);
                own + position[[place(at[0], at[1]) % rows, at[2]]]
            });
            Ok(arguments([("output", judge::contract::arguments::tensor(&output))]))
        }
    }

    fn own(token: f64) -> Option<usize> {
        (token >= 0.0).then_some(token as usize)
    }

    fn right() -> impl FnMut(&Call) -> Result<Tensors, Outcome> {
        as_if(own, |_, position| position)
    }

    #[test]
    fn the_sum_has_all_properties() {
        assert_eq!(failed_properties(&TASK, right()), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right()), [""; 0]);
    }

    #[test]
    fn padding_that_is_some_token_is_found() {
        let first = || as_if(|token| Some(token.max(0.0) as usize), |_, position| position);
        assert_eq!(failed_properties(&TASK, first()), ["padding", "gradient"]);
        assert_eq!(
            telling_cases(&TASK, right(), first()),
            ["rows_of_different_lengths", "padding_in_every_row"]
        );
    }

    #[test]
    fn positions_from_one_or_over_the_batch_are_found() {
        let from_one = as_if(own, |_, position| position + 1);
        assert_eq!(
            failed_properties(&TASK, from_one),
            ["sum", "padding", "position-rows", "longest", "gradient"]
        );
        let over_batch = as_if(own, |row, _| row);
        assert!(failed_properties(&TASK, over_batch).contains(&"sum"));
    }

    #[test]
    fn a_sequence_that_is_cut_instead_of_refused_is_found() {
        let any_length = |call: &Call| {
            let mut call = Call::new(call.task, call.arguments.clone());
            let rows = call.arguments["position_embedding"].shape()[0];
            let tokens = array(&call.arguments["tokens"]);
            let kept = tokens.shape()[1].min(rows);
            let tokens = tokens.slice(s![.., ..kept]).to_owned().into_dyn();
            call.arguments = crate::sequences::inputs::with_tokens(&call.arguments, "tokens", &tokens);
            right()(&call)
        };
        assert_eq!(failed_properties(&TASK, any_length), ["too-long"]);
    }
}
