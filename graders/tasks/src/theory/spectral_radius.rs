//! `spectral_radius`: the largest absolute value among the eigenvalues.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, vector};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensors};

use super::spectral::{Block, blocks, radius, sheared, stack, stack_in};
use crate::graphs::inputs::product;

const ID: &str = "spectral_radius";
/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
const CLOSELY: f64 = 1e-4;
const SIZES: Sizes = &[("d", 1, 5)];

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "hidden_states.rs",
    signature: "fn spectral_radius(weights: &Tensor) -> f64",
    functions: &["spectral_radius"],
    definition: "The spectral radius of a square matrix: the largest absolute value among its eigenvalues, complex ones included.",
    formula: "rho(W) = max |lambda| over the eigenvalues lambda of W",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 5",
    conventions: &[
        "an eigenvalue a + bi counts with sqrt(a^2 + b^2), a negative one with its absolute value",
        "the matrix need not be symmetric, nor need it have a basis of eigenvectors",
    ],
    misreadings: &[
        "a norm of the matrix, or its largest singular value, is only a bound for it",
        "the real part of a complex eigenvalue is not its absolute value",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "real",
        portion: "real",
        arguments: |random| {
            let diagonals = [[0.9, -0.4, 0.2], [-1.3, 0.6, 0.5], [0.3, -0.5, 0.1], [1.7, 0.2, -1.1]];
            made(random, &diagonals.map(|values| values.map(Block::Real).to_vec()))
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "triangular",
        portion: "real",
        arguments: |random| {
            let triangular = |random: &mut Random| {
                let mut matrix = array(&random.scaled(&[4, 4], 1.0));
                for (row, column) in (0..4).flat_map(|row| (0..row).map(move |column| (row, column))) {
                    matrix[[row, column]] = 0.0;
                }
                matrix
            };
            weights(&[triangular(random), triangular(random), triangular(random)])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "complex",
        portion: "complex",
        arguments: |random| {
            let sets = [
                vec![Block::Pair(1.2, 1.4), Block::Real(0.7)],
                vec![Block::Pair(0.8, 2.6), Block::Real(-0.3)],
                vec![Block::Pair(0.5, 0.9), Block::Real(-0.9)],
                vec![Block::Pair(1.05, 1.5), Block::Real(1.0)],
            ];
            made(random, &sets)
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "two_pairs",
        portion: "complex",
        arguments: |random| {
            let sets = [
                vec![Block::Pair(1.5, 1.1), Block::Pair(1.1, 0.1)],
                vec![Block::Pair(0.2, 0.4), Block::Pair(0.6, 1.6)],
            ];
            made(random, &sets)
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "without_a_basis",
        portion: "complex",
        arguments: |_| {
            let sets = [
                [Block::Jordan(0.9), Block::Pair(0.4, 1.0)],
                [Block::Jordan(-0.7), Block::Pair(1.3, 2.0)],
            ];
            weights(&sets.map(|set| blocks(&set)))
        },
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "matrices of any width and size",
        sizes: &[("d", 1, 12), ("power of ten", -60, 60)],
        arguments: |scenario| {
            let width = scenario.size("d");
            let size = 10.0_f64.powi(scenario.integer("power of ten") as i32) / (width as f64).sqrt();
            let mut random = scenario.random("entries");
            let matrices = [(); 3].map(|()| array(&random.normal(&[width, width])) * size);
            arguments([("weights", stack_in(&matrices, DType::F64))])
        },
    },
    Domain {
        name: "matrices that are nearly symmetric",
        sizes: &[("d", 2, 9), ("digits of the difference", 1, 8)],
        arguments: |scenario| {
            let width = scenario.size("d");
            let little = 10.0_f64.powi(-(scenario.integer("digits of the difference") as i32));
            let mut random = scenario.random("entries");
            let mut drawn = || array(&random.normal(&[width, width]));
            weights(&[(); 3].map(|()| {
                let (half, difference) = (drawn(), drawn());
                &half + &half.t() + difference * little
            }))
        },
    },
    Domain {
        name: "eigenvalues of one absolute value: positive, negative, complex",
        sizes: &[
            ("positive", 0, 1),
            ("negative", 0, 1),
            ("pairs", 1, 2),
            ("smaller", 0, 2),
        ],
        arguments: |scenario| {
            let mut random = scenario.random("eigenvalues");
            let size = 0.5 + random.unit();
            let mut set = vec![Block::Real(size); scenario.size("positive")];
            set.extend(vec![Block::Real(-size); scenario.size("negative")]);
            set.extend((0..scenario.size("pairs")).map(|pair| Block::Pair(size, 0.4 + 0.8 * pair as f64)));
            set.extend((0..scenario.size("smaller")).map(|number| Block::Real(size * 0.2 * number as f64)));
            made(&mut random, &[set])
        },
    },
    Domain {
        name: "matrices of zeros and nilpotent ones, beside one that is not",
        sizes: &[("d", 1, 6)],
        arguments: |scenario| {
            let width = scenario.size("d");
            let zeros = Array::zeros(vec![width, width]);
            let shift = Array::from_shape_fn(vec![width, width], |at| f64::from(u8::from(at[1] == at[0] + 1)));
            let half = Array::from_shape_fn(vec![width, width], |at| if at[0] + at[1] == 0 { -0.5 } else { 0.0 });
            weights(&[zeros, shift.clone(), shift.t().to_owned(), half])
        },
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "known-eigenvalues",
        "a matrix that is made from known eigenvalues has their largest absolute value",
        &[("reals", 1, 3), ("pairs", 0, 1)],
        known_eigenvalues,
    ),
    Property::new(
        "transposed",
        "the transposed matrix has the same radius",
        SIZES,
        transposed,
    ),
    Property::new(
        "scaled",
        "a matrix times a number has the radius times the number's absolute value",
        SIZES,
        scaled,
    ),
    Property::new(
        "squared",
        "the square of a matrix has the square of its radius",
        SIZES,
        squared,
    ),
];

fn weights(matrices: &[Array]) -> Tensors {
    arguments([("weights", stack(matrices))])
}

fn made(random: &mut Random, sets: &[Vec<Block>]) -> Tensors {
    let matrices: Vec<Array> = sets.iter().map(|set| sheared(random, blocks(set))).collect();
    weights(&matrices)
}

/// The radii of several matrices.
fn radii(scenario: &Scenario, probe: &mut Probe<'_>, matrices: &[Array]) -> Result<Array, Broken> {
    let arguments = arguments([("weights", stack_in(matrices, scenario.dtype()))]);
    probe.array(ID, &arguments, "radius", &[matrices.len()])
}

fn drawn(scenario: &Scenario) -> Array {
    let width = scenario.size("d");
    array(&scenario.normal("weights", &[width, width]))
}

fn known_eigenvalues(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = &mut scenario.random("eigenvalues");
    let mut set: Vec<Block> = (0..scenario.size("reals"))
        .map(|_| Block::Real(random.normal_value()))
        .collect();
    for _ in 0..scenario.size("pairs") {
        set.push(Block::Pair(0.2 + 2.0 * random.unit(), 0.3 + 2.5 * random.unit()));
    }
    let matrix = sheared(random, blocks(&set));
    let found = radii(scenario, probe, &[matrix])?;
    let wanted = vector(vec![radius(&set)]);
    equal(
        "the radius",
        "the largest absolute value of the eigenvalues",
        &wanted,
        &found,
        CLOSELY,
    )
}

fn transposed(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let matrix = drawn(scenario);
    let found = radii(scenario, probe, &[matrix.clone(), matrix.t().to_owned()])?;
    let (own, other) = (vector(vec![found[[0]]]), vector(vec![found[[1]]]));
    equal(
        "the radius of the transposed matrix",
        "that of the matrix",
        &own,
        &other,
        CLOSELY,
    )
}

fn scaled(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (matrix, factor) = (drawn(scenario), -1.75);
    let found = radii(scenario, probe, &[matrix.clone(), matrix * factor])?;
    let (wanted, other) = (vector(vec![1.75 * found[[0]]]), vector(vec![found[[1]]]));
    equal(
        "the radius of -1.75 W",
        "1.75 times that of W",
        &wanted,
        &other,
        CLOSELY,
    )
}

fn squared(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let matrix = drawn(scenario);
    let found = radii(scenario, probe, &[matrix.clone(), product(&matrix, &matrix)])?;
    let (wanted, other) = (vector(vec![found[[0]].powi(2)]), vector(vec![found[[1]]]));
    equal("the radius of W W", "the square of that of W", &wanted, &other, CLOSELY)
}
