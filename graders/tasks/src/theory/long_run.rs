//! `long_run`: what the spectral radius says about the hidden state.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, vector};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use wire::{DType, Tensors};

use super::spectral::{Block, blocks, sheared, square, stack, stack_in};

const ID: &str = "long_run";
/// The number of each fate.
const VANISHES: f64 = 0.0;
const STAYS: f64 = 1.0;
const EXPLODES: f64 = 2.0;

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "hidden_states.rs",
    signature: "fn long_run(weights: &Tensor) -> LongRun",
    functions: &["long_run"],
    definition: "Whether the state of h_t = W^T h_{t-1} vanishes, stays or explodes in the long run, by the spectral radius of W.",
    formula: "Vanishes where rho(W) < 1, Explodes where rho(W) > 1, Stays where rho(W) = 1 within 1e-4",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 5",
    conventions: &[
        "a radius of 1 is met within 1e-4, on either side of it",
        "matrices of radius 1 have a basis of eigenvectors here, so that their states stay",
        "in the report 0 stands for Vanishes, 1 for Stays, 2 for Explodes",
    ],
    misreadings: &[
        "a norm above 1 is no explosion: the state may grow at first, and vanish all the same",
        "in floating point a radius is hardly ever exactly 1",
    ],
    cases: &[
        Case {
            name: "norms_mislead",
            portion: "all",
            arguments: norms_mislead,
            expect: Expect::Outputs,
        },
        Case {
            name: "turning",
            portion: "all",
            arguments: turning,
            expect: Expect::Outputs,
        },
    ],
    properties: PROPERTIES,
    contract: Contract {
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const DOMAIN: &[Domain] = &[
    Domain {
        name: "radii just within 1e-4 of 1, and just beyond",
        sizes: &[("reals", 0, 4), ("pairs", 0, 3), ("basis", 0, 1)],
        arguments: |scenario| {
            let mut set = vec![Block::Real(-1.0)];
            set.extend((0..scenario.size("reals")).map(|number| Block::Real(0.8 - 0.3 * number as f64)));
            set.extend((0..scenario.size("pairs")).map(|pair| Block::Pair(1.0, 0.5 + 0.8 * pair as f64)));
            let mut matrix = blocks(&set);
            if scenario.size("basis") == 1 {
                matrix = sheared(&mut scenario.random("basis"), matrix);
            }
            let near = [-200.0, -1.2, -0.8, 0.0, 0.8, 1.2, 200.0].map(|steps| &matrix * (1.0 + 1e-4 * steps));
            arguments([("weights", stack_in(&near, DType::F64))])
        },
    },
    Domain {
        name: "matrices of any width and size, zeros and nilpotent ones",
        sizes: &[("d", 1, 10), ("power of ten", -6, 6)],
        arguments: |scenario| {
            let width = scenario.size("d");
            let size = 10.0_f64.powi(scenario.integer("power of ten") as i32);
            let drawn = array(&scenario.random("entries").scaled(&[width, width], 0.3 * size));
            let shift = Array::from_shape_fn(vec![width, width], |at| size * f64::from(u8::from(at[1] == at[0] + 1)));
            let matrices = [Array::zeros(vec![width, width]), shift, drawn];
            arguments([("weights", stack(&matrices))])
        },
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "by-the-radius",
        "a matrix of radius 0.9 vanishes, one of radius 1.1 explodes, and one of radius 1 stays",
        &[("reals", 1, 3), ("pairs", 0, 1)],
        by_the_radius,
    ),
    Property::new(
        "quarter-turns",
        "a quarter turn stays; times 0.9 it vanishes, times 1.1 it explodes",
        &[],
        quarter_turns,
    )
    .few(),
];

/// Radii below 1 under norms above 1, negative eigenvalues, radii of 1.
fn norms_mislead(random: &mut Random) -> Tensors {
    let shear = square(&[0.6, 40.0, 0.0, 0.0, 0.5, -30.0, 0.0, 0.0, 0.4]);
    let diagonal = |values: [f64; 3]| blocks(&values.map(Block::Real));
    let mut sheared = |values| sheared(random, diagonal(values));
    let matrices = [
        shear,
        sheared([-1.2, 0.5, 0.3]),
        sheared([1.0, 0.5, -0.2]),
        sheared([-0.9, -0.8, 0.1]),
        sheared([1.02, 0.1, 0.1]),
        sheared([-1.0, 0.4, 0.6]),
    ];
    arguments([("weights", stack(&matrices))])
}

/// Complex eigenvalues, whose real parts say nothing.
fn turning(random: &mut Random) -> Tensors {
    let mut pair = |radius, angle, other| sheared(random, blocks(&[Block::Pair(radius, angle), Block::Real(other)]));
    let matrices = [
        pair(1.3, 1.5, 0.5),
        pair(1.0, 0.7, 0.2),
        pair(0.95, 0.1, -0.6),
        pair(1.1, 1.2, 0.9),
        pair(0.7, 2.0, 0.1),
    ];
    arguments([("weights", stack(&matrices))])
}

fn fates(probe: &mut Probe<'_>, matrices: &[Array], wanted: &[f64]) -> Holds {
    let call = Call::new(ID, arguments([("weights", stack_in(matrices, DType::F64))]));
    let found = probe.typed(&call, "fate", DType::I64, &[matrices.len()])?;
    let what = "the fate (0 vanishes, 1 stays, 2 explodes)";
    equal(what, "what the radius says", &vector(wanted.to_vec()), &found, 0.0)
}

fn by_the_radius(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = &mut scenario.random("eigenvalues");
    let mut set = vec![Block::Real(if random.unit() < 0.5 { 1.0 } else { -1.0 })];
    set.extend((1..scenario.size("reals")).map(|_| Block::Real(0.9 * random.unit())));
    for _ in 0..scenario.size("pairs") {
        set.push(Block::Pair(0.9 * random.unit(), 0.3 + 2.5 * random.unit()));
    }
    let matrix = sheared(random, blocks(&set));
    let matrices = [0.9, 1.1, 1.0].map(|factor| &matrix * factor);
    fates(probe, &matrices, &[VANISHES, EXPLODES, STAYS])
}

fn quarter_turns(_: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let matrices = [1.0, 0.9, 1.1].map(|scale| square(&[0.0, -scale, scale, 0.0]));
    fates(probe, &matrices, &[STAYS, VANISHES, EXPLODES])
}
