//! `causal_mask`: which position may attend to which.

use judge::checks::assertions::{broken_rule, equal};
use judge::checks::probe::Probe;
use judge::compare::Mismatch;
use judge::contract::arguments::{Array, arguments};
use judge::contract::domain::{Contract, Domain};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::Violation;
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor, Tensors};

pub(crate) static TASK: Task = Task {
    id: "causal_mask",
    file: "attention.rs",
    signature: "fn causal_mask(length: i64, device: Device) -> Tensor",
    functions: &["causal_mask"],
    definition: "Says for every pair of positions whether the first, as a query, may attend to the second, as a key.",
    formula: "mask[i, j] = true where j <= i, false elsewhere; [T, T]",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, question 2.2; Attention Is All You Need, section 3.2.3",
    conventions: &[
        "true means: may attend",
        "the dtype is bool, not a float of zeros and ones or of zeros and minus infinities",
        "the row is the query, the column is the key",
        "every length from 1 is valid",
    ],
    misreadings: &[
        "a position sees itself: were the diagonal false, position 0 would see nothing",
        "many operators that fill masked scores take the opposite mask, true where nothing may be seen",
    ],
    cases: &[
        Case {
            name: "two",
            portion: "all",
            arguments: |_| of_length(2),
            expect: Expect::Outputs,
        },
        Case {
            name: "five",
            portion: "all",
            arguments: |_| of_length(5),
            expect: Expect::Outputs,
        },
        Case {
            name: "sixteen",
            portion: "all",
            arguments: |_| of_length(16),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new("boolean", "the mask is a tensor of dtype bool", &[("T", 1, 8)], boolean).few(),
        Property::new(
            "sees-itself",
            "every position may attend to itself, in a sequence of any length from 1",
            &[("T", 1, 40)],
            sees_itself,
        ),
        Property::new(
            "past-only",
            "a position may attend to those before it, and to none after it",
            &[("T", 2, 40)],
            past_only,
        ),
        Property::new(
            "prefix",
            "the mask of a shorter sequence is the upper left corner of a longer one's",
            PREFIX,
            prefix,
        )
        .few(),
    ],
    contract: Contract {
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const PREFIX: Sizes = &[("T", 1, 20), ("more", 1, 20)];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of positions",
        sizes: &[("T", 1, 300)],
        arguments: |scenario| of_length(scenario.size("T")),
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 2060, 2060)],
        arguments: |scenario| of_length(scenario.size("T")),
    },
];

fn of_length(length: usize) -> Tensors {
    arguments([("length", Tensor::integer(length as i64))])
}

fn mask(probe: &mut Probe<'_>, length: usize) -> Result<Array, Broken> {
    probe.array("causal_mask", &of_length(length), "mask", &[length, length])
}

fn boolean(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let dtype = probe
        .tensor("causal_mask", &of_length(scenario.size("T")), "mask")?
        .dtype();
    if dtype == DType::Bool {
        return Ok(());
    }
    Err(Violation::Unequal {
        what: "the dtype of the mask".to_owned(),
        equals: "bool".to_owned(),
        mismatch: Mismatch::DType {
            expected: DType::Bool.to_string(),
            actual: dtype.to_string(),
        },
    }
    .into())
}

fn sees_itself(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let length = scenario.size("T");
    let mask = mask(probe, length)?;
    (0..length).try_for_each(|position| judge_entry(&mask, position, position))
}

fn past_only(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let length = scenario.size("T");
    let mask = mask(probe, length)?;
    let pairs = (0..length).flat_map(|row| (0..length).map(move |column| (row, column)));
    pairs
        .filter(|(row, column)| row != column)
        .try_for_each(|(row, column)| judge_entry(&mask, row, column))
}

/// Fails where the entry is not what it has to be, in words about positions.
fn judge_entry(mask: &Array, row: usize, column: usize) -> Holds {
    let (expected, actual) = (column <= row, mask[[row, column]]);
    if actual == f64::from(u8::from(expected)) {
        return Ok(());
    }
    let value = match actual {
        0.0 => "false".to_owned(),
        1.0 => "true".to_owned(),
        other => other.to_string(),
    };
    let what = format!("whether position {row} may attend to position {column}");
    Err(broken_rule(&what, &[row, column], &value, &expected.to_string()))
}

fn prefix(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (short, long) = (scenario.size("T"), scenario.size("T") + scenario.size("more"));
    let corner = mask(probe, long)?.slice(ndarray::s![..short, ..short]).to_owned();
    let alone = mask(probe, short)?;
    equal(
        &format!("the mask of length {short}"),
        &format!("the corner of the mask of length {long}"),
        &corner.into_dyn(),
        &alone,
        0.0,
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unnecessary_wraps, reason = "the shape of a submission's function")]

    use judge::contract::arguments::{array, tensor};
    use judge::contract::random::booleans;
    use judge::contract::subject::Call;
    use wire::Outcome;

    use super::*;
    use crate::attention::inputs::lower_triangle;
    use crate::testing::{failed_properties, trivial_cases};

    fn length(call: &Call) -> usize {
        call.arguments["length"].item().unwrap_or_default() as usize
    }

    fn right(call: &Call) -> Result<Tensors, Outcome> {
        Ok(arguments([("mask", lower_triangle(length(call)))]))
    }

    fn of(call: &Call, may: impl Fn(usize, usize) -> bool) -> Result<Tensors, Outcome> {
        let length = length(call);
        let values = (0..length * length).map(|place| may(place / length, place % length));
        Ok(arguments([("mask", booleans(&[length, length], values.collect()))]))
    }

    #[test]
    fn the_triangle_has_all_properties() {
        assert_eq!(failed_properties(&TASK, right), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right), [""; 0]);
    }

    #[test]
    fn a_strict_triangle_hides_a_position_from_itself() {
        let strict = |call: &Call| of(call, |row, column| column < row);
        assert_eq!(failed_properties(&TASK, strict), ["sees-itself"]);
    }

    #[test]
    fn a_transposed_inverted_or_full_mask_shows_the_future() {
        assert_eq!(
            failed_properties(&TASK, |call| of(call, |row, column| column >= row)),
            ["past-only"]
        );
        assert_eq!(
            failed_properties(&TASK, |call| of(call, |row, column| column > row)),
            ["sees-itself", "past-only"]
        );
        assert_eq!(failed_properties(&TASK, |call| of(call, |_, _| true)), ["past-only"]);
    }

    #[test]
    fn a_window_of_the_recent_past_is_found() {
        let window = |call: &Call| of(call, |row, column| column <= row && column + 2 >= row);
        assert_eq!(failed_properties(&TASK, window), ["past-only"]);
    }

    #[test]
    fn rows_counted_from_the_end_are_found_by_the_prefix_too() {
        let from_the_end = |call: &Call| {
            let length = length(call);
            of(call, |row, column| column + row < length)
        };
        assert_eq!(
            failed_properties(&TASK, from_the_end),
            ["sees-itself", "past-only", "prefix"]
        );
    }

    #[test]
    fn a_float_mask_is_not_boolean() {
        let float = |call: &Call| Ok(arguments([("mask", tensor(&array(&lower_triangle(length(call)))))]));
        assert_eq!(failed_properties(&TASK, float), ["boolean"]);
    }
}
