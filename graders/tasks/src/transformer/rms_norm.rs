//! `rms_norm`: root mean square normalisation of the last axis.

use judge::checks::assertions::{ROUNDING, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, tensor_like, with};
use judge::contract::domain::{Contract, Domain};
use judge::contract::forbidden::Family;
use judge::contract::random::{Random, floats};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use wire::{Tensor, Tensors};

/// Bound on a relation between values of order one: a step in f32 costs precision, and not a property as well.
const CLOSELY: f64 = 1e-5;

pub(crate) static TASK: Task = Task {
    id: "rms_norm",
    file: "normalization.rs",
    signature: "fn rms_norm(input: &Tensor, weight: &Tensor, epsilon: f64) -> Tensor",
    functions: &["rms_norm"],
    definition: "Divides each row of the last axis by its root mean square and multiplies by the weight.",
    formula: "y = x / sqrt(mean(x^2) + epsilon) * weight, the mean over the last axis",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.3 (a); Zhang and Sennrich, Root Mean Square Layer Normalization, Eq. 4",
    conventions: &[
        "epsilon is added to the mean square, under the root",
        "the mean is not subtracted first",
        "the result has the shape, dtype and device of the input",
    ],
    misreadings: &[
        "the L2 norm is the root of the sum of squares, not of their mean",
        "with epsilon outside the root, rows of small values come out too small",
    ],
    cases: &[
        Case {
            name: "batch",
            portion: "all",
            arguments: |random| case(random, &[2, 5, 6], 1.0, 1e-5),
            expect: Expect::Outputs,
        },
        Case {
            name: "row",
            portion: "all",
            arguments: |random| case(random, &[7], 1.0, 1e-5),
            expect: Expect::Outputs,
        },
        Case {
            name: "square",
            portion: "all",
            arguments: |random| case(random, &[4, 4], 1.0, 1e-6),
            expect: Expect::Outputs,
        },
        Case {
            name: "small",
            portion: "all",
            arguments: |random| case(random, &[3, 8], 1e-3, 1e-5),
            expect: Expect::Outputs,
        },
        Case {
            name: "offset",
            portion: "all",
            arguments: offset,
            expect: Expect::Outputs,
        },
        Case {
            name: "large",
            portion: "all",
            arguments: |random| case(random, &[2, 8], 1e4, 1e-5),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new(
            "unit-mean-square",
            "the mean of (y / weight)^2 is ms / (ms + epsilon), ms being the mean square of the row",
            SIZES,
            unit_mean_square,
        ),
        Property::new("odd", "negating the input negates the output", SIZES, odd),
        Property::new(
            "zero-row",
            "a row of zeros gives a row of zeros, never NaN",
            SIZES,
            zero_row,
        ),
        Property::new(
            "linear-in-weight",
            "the output is linear in the weight",
            SIZES,
            linear_in_weight,
        ),
        Property::new(
            "token-wise",
            "changing one row leaves all other rows the same",
            SIZES,
            token_wise,
        ),
        Property::new(
            "scale-invariant",
            "where the mean square is far above epsilon, scaling the input changes nothing",
            SIZES,
            scale_invariant,
        ),
        Property::new(
            "not-shift-invariant",
            "adding a constant to the input changes the output: the mean is not subtracted",
            SIZES,
            not_shift_invariant,
        )
        .few(),
        Property::new(
            "finite-when-large",
            "values of 1e18 are normalised in f32 as any others are: nothing overflows",
            SIZES,
            finite_when_large,
        )
        .in_f32()
        .few(),
    ],
    forbidden_operators: &[Family::RmsNorm],
    contract: Contract {
        smooth: &["output"],
        normalised: &["input"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const SIZES: Sizes = &[("B", 1, 3), ("T", 1, 6), ("C", 1, 9)];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "rows behind any number of axes",
        sizes: &[("axes", 1, 5), ("rows", 1, 3), ("C", 1, 40)],
        arguments: |scenario| {
            let mut shape = vec![scenario.size("rows"); scenario.size("axes") - 1];
            shape.push(scenario.size("C"));
            case(&mut scenario.random("rows"), &shape, 1.0, 1e-5)
        },
    },
    Domain {
        name: "any epsilon, beside rows of any size",
        sizes: &[("digits of epsilon", 0, 12), ("digits of the rows", 0, 8)],
        arguments: |scenario| {
            let power = |name| 10.0_f64.powi(-(scenario.integer(name) as i32));
            let spread = 1e4 * power("digits of the rows");
            case(
                &mut scenario.random("rows"),
                &[3, 5],
                spread,
                power("digits of epsilon"),
            )
        },
    },
    Domain {
        name: "rows of zeros among others",
        sizes: &[("T", 1, 4), ("zero rows", 0, 4)],
        arguments: |scenario| {
            let length = scenario.size("T");
            let arguments = case(&mut scenario.random("rows"), &[length, 6], 1.0, 1e-5);
            let mut rows = array(&arguments["input"]);
            for row in 0..length.min(scenario.size("zero rows")) {
                rows.index_axis_mut(ndarray::Axis(0), row).fill(0.0);
            }
            with_input(&arguments, &rows)
        },
    },
];

/// Rows of the given spread, and weights that are all different and none of them 1.
fn case(random: &mut Random, shape: &[usize], spread: f64, epsilon: f64) -> Tensors {
    let width = shape[shape.len() - 1];
    arguments([
        ("input", random.scaled(shape, spread)),
        ("weight", random.uniform(&[width], 0.5, 1.5)),
        ("epsilon", Tensor::real(epsilon)),
    ])
}

/// Rows with a mean far from zero.
fn offset(random: &mut Random) -> Tensors {
    let input = random.fill(&[3, 6], |random| random.normal_value() + 3.0);
    with(&case(random, &[3, 6], 1.0, 1e-5), "input", input)
}

fn shape(scenario: &Scenario) -> [usize; 3] {
    [scenario.size("B"), scenario.size("T"), scenario.size("C")]
}

/// Rows of order one, positive and negative weights, epsilon large enough to be seen.
fn inputs(scenario: &Scenario) -> Tensors {
    let shape = shape(scenario);
    arguments([
        ("input", scenario.normal("input", &shape)),
        ("weight", scenario.uniform("weight", &shape[2..], 0.5, 1.5)),
        ("epsilon", Tensor::real(0.01)),
    ])
}

fn input(arguments: &Tensors) -> Array {
    array(&arguments["input"])
}

fn with_input(arguments: &Tensors, input: &Array) -> Tensors {
    with(arguments, "input", tensor_like(&arguments["input"], input))
}

fn normalised(probe: &mut Probe<'_>, arguments: &Tensors) -> Result<Array, judge::findings::stop::Broken> {
    let shape = arguments["input"].shape();
    probe.array("rms_norm", arguments, "output", shape)
}

/// The mean square of every row.
fn mean_square(values: &Array) -> Array {
    let width = values.shape()[2] as f64;
    values.mapv(|value| value * value).sum_axis(ndarray::Axis(2)) / width
}

fn unit_mean_square(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario);
    let output = normalised(probe, &arguments)?;
    let after = mean_square(&(output / array(&arguments["weight"])));
    let expected = mean_square(&input(&arguments)).mapv(|square| square / (square + 0.01));
    equal(
        "the mean square of y / weight, per row",
        "ms / (ms + epsilon)",
        &expected,
        &after,
        CLOSELY,
    )
}

fn odd(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario);
    let output = normalised(probe, &arguments)?;
    let negated = normalised(probe, &with_input(&arguments, &-input(&arguments)))?;
    equal(
        "the output for the negated input",
        "the negated output",
        &-output,
        &negated,
        ROUNDING,
    )
}

fn zero_row(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario);
    let mut rows = input(&arguments);
    rows.index_axis_mut(ndarray::Axis(1), 0).fill(0.0);
    let output = normalised(probe, &with_input(&arguments, &rows))?;
    let row = output.index_axis(ndarray::Axis(1), 0).to_owned();
    equal(
        "the output for a row of zeros",
        "zero",
        &Array::zeros(row.raw_dim()),
        &row,
        0.0,
    )
}

fn linear_in_weight(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let first = inputs(scenario);
    let weight = array(&first["weight"]);
    let other = array(&scenario.normal("other weight", &shape(scenario)[2..]));
    let of = |probe: &mut Probe<'_>, weight: &Array| {
        normalised(probe, &with(&first, "weight", tensor_like(&first["weight"], weight)))
    };
    let sum = of(probe, &(&weight * 2.0 + &other))?;
    let expected = of(probe, &weight)? * 2.0 + of(probe, &other)?;
    equal(
        "the output for 2 u + v as weight",
        "2 times the output for u plus the output for v",
        &expected,
        &sum,
        CLOSELY,
    )
}

fn token_wise(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario);
    let before = normalised(probe, &arguments)?;
    let changed = scenario.random("which").integer(0, scenario.integer("T")) as usize;
    let mut rows = input(&arguments);
    rows.slice_mut(ndarray::s![0, changed, ..])
        .mapv_inplace(|value| value * 3.0 + 1.0);
    let mut after = normalised(probe, &with_input(&arguments, &rows))?;
    // The changed row itself may differ.
    after
        .slice_mut(ndarray::s![0, changed, ..])
        .assign(&before.slice(ndarray::s![0, changed, ..]));
    unchanged(
        &format!("changing row {changed} of the first sequence"),
        "every other row of the output",
        &before,
        &after,
        ROUNDING,
    )
}

fn scale_invariant(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let shape = shape(scenario);
    let away_from_zero = scenario.normal("input", &shape);
    let large = array(&away_from_zero).mapv(|value| value + value.signum() * 1.0);
    let arguments = with(&with_input(&inputs(scenario), &large), "epsilon", Tensor::real(1e-6));
    let before = normalised(probe, &arguments)?;
    let after = normalised(probe, &with_input(&arguments, &(large * 8.0)))?;
    unchanged("scaling the input", "the output", &before, &after, 1e-4)
}

fn not_shift_invariant(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let mut arguments = inputs(scenario);
    let row = floats(&[1, 1, 4], vec![1.0, -1.0, 2.0, 0.5]).to_float(scenario.dtype());
    arguments.insert(
        "weight".to_owned(),
        floats(&[4], vec![1.0; 4]).to_float(scenario.dtype()),
    );
    arguments.insert("input".to_owned(), row);
    let before = normalised(probe, &arguments)?;
    let after = normalised(probe, &with_input(&arguments, &(input(&arguments) + 2.0)))?;
    let largest = (&after - &before)
        .iter()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let change = Array::from_elem(ndarray::IxDyn(&[]), largest);
    judge::checks::assertions::every(
        "the change of the output when 2 is added to the input",
        "above 0.1",
        &change,
        |value| value > 0.1,
    )
}

fn finite_when_large(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario);
    let large = with_input(
        &arguments,
        &(input(&arguments).mapv(|value| value + value.signum()) * 1e18),
    );
    let output = normalised(probe, &large)?;
    judge::checks::assertions::every("an output for inputs of about 1e18", "finite", &output, f64::is_finite)?;
    // A root that is infinite makes every output 0, which is finite as well.
    equal(
        "the mean square of y / weight, per row of inputs of about 1e18",
        "1",
        &Array::ones(ndarray::IxDyn(&shape(scenario)[..2])),
        &mean_square(&(output / array(&arguments["weight"]))),
        1e-4,
    )
}
