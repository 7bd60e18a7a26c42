//! `rotary_embedding`: queries and keys turned by their positions.

mod inputs;
mod properties;

use judge::contract::domain::{Contract, Domain};
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{case, of};

pub(crate) static TASK: Task = Task {
    id: "rotary_embedding",
    file: "rotary.rs",
    signature: "fn rotary_embedding(query: &Tensor, key: &Tensor, start: i64) -> (Tensor, Tensor)",
    functions: &["rotary_embedding"],
    definition: "Rotates pairs of channels of queries and keys by angles that grow with the position, so that scores depend on distances.",
    formula: "(a, b) at channels (2i, 2i + 1) of position m becomes (a cos - b sin, a sin + b cos) of the angle m * 10000^(-2i/d)",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, question 2.6 (a); RoFormer: Enhanced Transformer with Rotary Position Embedding, Eq. 15",
    conventions: &[
        "pairs are neighbouring channels (2i, 2i + 1), i from 0",
        "d, in the exponent and in the number of pairs, is the size of the last axis: the dimension of one head",
        "row t of the axis before the last has position start + t; positions count from 0",
        "the rotation is counter-clockwise, angles are in radians",
        "queries and keys undergo the same map; all axes before the last two are alike",
        "cosines and sines have the dtype of the input",
    ],
    misreadings: &[
        "another common layout pairs channel i with channel i + d/2: its weights are not interchangeable with these",
        "position 0 is not rotated at all",
        "the exponent holds 2i, the first channel of the pair, not the number of the pair",
    ],
    cases: &[
        Case {
            name: "three_heads",
            portion: "all",
            arguments: |random| case(random, &[2, 3, 5, 8], 0),
            expect: Expect::Outputs,
        },
        Case {
            name: "three_heads_later",
            portion: "all",
            // As large as the case before: a table that is kept from one call to the next is the wrong one here.
            arguments: |random| case(random, &[2, 3, 5, 8], 11),
            expect: Expect::Outputs,
        },
        Case {
            name: "from_position_seven",
            portion: "all",
            arguments: |random| case(random, &[2, 2, 4, 4], 7),
            expect: Expect::Outputs,
        },
        Case {
            name: "one_pair",
            portion: "all",
            arguments: |random| case(random, &[1, 2, 6, 2], 0),
            expect: Expect::Outputs,
        },
        Case {
            name: "one_row_far_out",
            portion: "all",
            arguments: |random| case(random, &[2, 3, 1, 8], 120),
            expect: Expect::Outputs,
        },
        Case {
            name: "long",
            portion: "all",
            arguments: |random| case(random, &[1, 1, 130, 4], 0),
            expect: Expect::Outputs,
        },
        Case {
            name: "two_axes",
            portion: "all",
            arguments: |random| case(random, &[6, 6], 0),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new(
            "position-zero",
            "position 0 is not rotated",
            &[("B", 1, 2), ("heads", 1, 3), ("T", 1, 4), ("pairs", 1, 4)],
            properties::position_zero,
        ),
        Property::new(
            "pair-norm",
            "the length of every pair of neighbouring channels is kept",
            SIZES,
            properties::pair_norm,
        ),
        Property::new(
            "neighbouring-pairs",
            "a unit vector in one channel moves only within its pair of channels (2i, 2i + 1)",
            PROBED,
            properties::neighbouring_pairs,
        ),
        Property::new(
            "basis-probe",
            "a unit vector in channel 2i becomes (cos, sin) of m * 10000^(-2i/d), one in channel 2i + 1 becomes (-sin, cos)",
            PROBED,
            properties::basis_probe,
        ),
        Property::new(
            "relative-position",
            "the score of a rotated query and a rotated key depends on the difference of their positions only",
            &[("T", 2, 8), ("pairs", 1, 4), ("start", 0, 100)],
            properties::relative_position,
        ),
        Property::new(
            "same-map",
            "queries and keys are rotated by the same map, independently of one another",
            SIZES,
            properties::same_map,
        ),
        Property::new(
            "start-offset",
            "rotating from position s gives what rotating from 0 gives in the rows from s on",
            &[("T", 1, 4), ("pairs", 1, 3), ("start", 1, 12)],
            properties::start_offset,
        ),
        Property::new(
            "leading-axes",
            "every batch entry and every head is rotated as it would be alone",
            SIZES,
            properties::leading_axes,
        ),
    ],
    contract: Contract {
        smooth: &["key", "query"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const SIZES: Sizes = &[
    ("B", 1, 2),
    ("heads", 1, 3),
    ("T", 2, 6),
    ("pairs", 1, 4),
    ("start", 0, 20),
];
const DOMAIN: &[Domain] = &[
    Domain {
        name: "rows behind any number of axes",
        sizes: &[("axes", 2, 5), ("T", 1, 140), ("pairs", 1, 20), ("start", 0, 1)],
        arguments: |scenario| {
            let mut shape = vec![2; scenario.size("axes") - 2];
            shape.extend([scenario.size("T"), 2 * scenario.size("pairs")]);
            case(&mut scenario.random("rows"), &shape, scenario.integer("start"))
        },
    },
    Domain {
        name: "positions far from the first",
        sizes: &[("heads", 1, 9), ("T", 1, 5), ("pairs", 1, 6), ("start", 0, 140_000)],
        arguments: |scenario| {
            let [heads, length, pairs] = ["heads", "T", "pairs"].map(|name| scenario.size(name));
            let shape = [1, heads, length, 2 * pairs];
            case(&mut scenario.random("rows"), &shape, scenario.integer("start"))
        },
    },
    Domain {
        name: "rows of any size",
        sizes: &[("digits", -8, 8)],
        arguments: |scenario| {
            let mut random = scenario.random("rows");
            let mut rows = || random.scaled(&[2, 3, 4], 10.0_f64.powi(scenario.integer("digits") as i32));
            of(rows(), rows(), 3)
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 2060, 2060)],
        arguments: |scenario| case(&mut scenario.random("rows"), &[1, 2, scenario.size("T"), 2], 0),
    },
    Domain {
        name: "heads of any even number of channels",
        sizes: &[("T", 1, 3), ("pairs", 20, 130)],
        arguments: |scenario| {
            let shape = [1, 1, scenario.size("T"), 2 * scenario.size("pairs")];
            case(&mut scenario.random("rows"), &shape, 1)
        },
    },
    Domain {
        name: "heads whose number of channels is no sum of few powers of two",
        sizes: &[("which", 0, 4)],
        arguments: |scenario| {
            let pairs = [49, 98, 103, 107, 196][scenario.size("which")];
            case(&mut scenario.random("rows"), &[1, 1, 2, 2 * pairs], 1)
        },
    },
];

const PROBED: Sizes = &[("T", 2, 6), ("pairs", 1, 4), ("start", 0, 20)];

#[cfg(test)]
mod tests {
    #![expect(clippy::unnecessary_wraps, reason = "the shape of a submission's function")]

    use judge::contract::arguments::{Array, arguments, array, tensor};
    use judge::contract::subject::Call;
    use wire::{Outcome, Tensors};

    use super::*;
    use crate::attention::inputs::angle;
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    type Answer = Result<Tensors, Outcome>;
    type Mistake = fn(&Call) -> Answer;

    /// Maps both tensors; `turn` gives, for a channel at a place, its partner and cosine and sine to use.
    fn with_layout(call: &Call, turn: impl Fn(&[usize], usize, usize, f64) -> (usize, f64, f64)) -> Answer {
        let start = call.arguments["start"].item().unwrap_or_default();
        let rotate = |name: &str| {
            let input = array(&call.arguments[name]);
            let axes = input.ndim();
            let (length, dimension) = (input.shape()[axes - 2], input.shape()[axes - 1]);
            let output = Array::from_shape_fn(input.raw_dim(), |at| {
                let at = ndarray::Dimension::slice(&at).to_vec();
                let (partner, cosine, sine) = turn(&at, length, dimension, start);
                let mut other = at.clone();
                other[axes - 1] = partner;
                input[at.as_slice()] * cosine + input[other.as_slice()] * sine
            });
            tensor(&output)
        };
        Ok(arguments([("query", rotate("query")), ("key", rotate("key"))]))
    }

    /// The angle and the direction (-1 for the first of a pair) of neighbouring channels.
    fn neighbours(at: &[usize], dimension: usize, position: f64) -> (usize, f64, f64) {
        let channel = at[at.len() - 1];
        let angle = angle(1, channel / 2, dimension) * position;
        let sign = if channel.is_multiple_of(2) { -1.0 } else { 1.0 };
        (channel ^ 1, angle.cos(), sign * angle.sin())
    }

    fn right(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            neighbours(at, dimension, start + at[at.len() - 2] as f64)
        })
    }

    fn half_split(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            let (channel, half) = (at[at.len() - 1], dimension / 2);
            let angle = angle(1, channel % half, dimension) * (start + at[at.len() - 2] as f64);
            let sign = if channel < half { -1.0 } else { 1.0 };
            ((channel + half) % dimension, angle.cos(), sign * angle.sin())
        })
    }

    fn clockwise(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            let (partner, cosine, sine) = neighbours(at, dimension, start + at[at.len() - 2] as f64);
            (partner, cosine, -sine)
        })
    }

    fn positions_from_one(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            neighbours(at, dimension, start + at[at.len() - 2] as f64 + 1.0)
        })
    }

    fn start_ignored(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, _| {
            neighbours(at, dimension, at[at.len() - 2] as f64)
        })
    }

    fn heads_as_positions(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            let position = if at.len() > 2 { at[at.len() - 3] } else { at[0] };
            neighbours(at, dimension, start + position as f64)
        })
    }

    fn exponent_of_pair_number(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            neighbours(at, 2 * dimension, start + at[at.len() - 2] as f64)
        })
    }

    /// The table of one layout with the rotation of the other.
    fn half_split_table(call: &Call) -> Answer {
        with_layout(call, |at, _, dimension, start| {
            let (channel, position) = (at[at.len() - 1], start + at[at.len() - 2] as f64);
            let angle = angle(1, channel % (dimension / 2), dimension) * position;
            let sign = if channel.is_multiple_of(2) { -1.0 } else { 1.0 };
            (channel ^ 1, angle.cos(), sign * angle.sin())
        })
    }

    fn identity(call: &Call) -> Answer {
        let both = ["query", "key"].map(|name| (name, call.arguments[name].clone()));
        Ok(arguments(both))
    }

    fn query_only(call: &Call) -> Answer {
        let mut outputs = right(call)?;
        outputs.insert("key".to_owned(), call.arguments["key"].clone());
        Ok(outputs)
    }

    #[test]
    fn the_rotation_has_all_properties() {
        assert_eq!(failed_properties(&TASK, right), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right), [""; 0]);
    }

    #[test]
    fn every_known_mistake_fails_the_property_that_names_it() {
        let mistakes: [(Mistake, &str); 9] = [
            (half_split, "neighbouring-pairs"),
            (half_split_table, "pair-norm"),
            (clockwise, "basis-probe"),
            (positions_from_one, "position-zero"),
            (start_ignored, "start-offset"),
            (heads_as_positions, "leading-axes"),
            (exponent_of_pair_number, "basis-probe"),
            (identity, "basis-probe"),
            (query_only, "same-map"),
        ];
        for (mistake, property) in mistakes {
            let broken = failed_properties(&TASK, mistake);
            assert!(broken.contains(&property), "{property} holds; broken are {broken:?}");
            assert!(
                !telling_cases(&TASK, right, mistake).is_empty(),
                "no golden case shows what breaks {property}"
            );
        }
    }

    #[test]
    fn the_other_layout_shrinks_to_two_pairs_and_names_the_stray_channel() {
        let (sizes, finding) = smallest_case(&TASK, "neighbouring-pairs", half_split).expect("it is broken");
        assert_eq!(sizes, [2, 2, 0]);
        assert!(
            finding.contains("channel 2 of the rotated query that was 1 in channel 0 only, row 1"),
            "{finding}"
        );
    }
}
