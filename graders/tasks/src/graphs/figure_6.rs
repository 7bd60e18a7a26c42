//! `figure_6`: the matrices of two drawn graphs, as answers.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor, Tensors};

const ID: &str = "figure_6";
/// There is nothing to draw: the answers are constants.
const NO_SIZES: Sizes = &[];
/// The function of each number, and how many nodes its graph has.
const MATRICES: [(&str, usize); 4] = [
    ("left_adjacency", 5),
    ("right_adjacency", 4),
    ("left_adjacency_squared", 5),
    ("right_laplacian", 4),
];
const LAPLACIAN: i64 = 3;

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "figure_6.rs",
    signature: "fn left_adjacency() -> Vec<Vec<i64>>, and so right_adjacency, left_adjacency_squared and right_laplacian",
    functions: &[
        "left_adjacency",
        "right_adjacency",
        "left_adjacency_squared",
        "right_laplacian",
    ],
    definition: "The adjacency matrices of the two graphs of Figure 6, the square of the left one, and the Laplacian of the right one.",
    formula: "A[i, j] = 1 where an edge joins i and j, else 0; A^2 = A A; L = D - A",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.1, Figure 6",
    conventions: &[
        "left: nodes 1 to 5, edges 1-5, 1-2, 1-3, 2-3, 3-4; right: nodes 1 to 4, edges 2-3, 2-1, 3-1, 3-4, 4-1",
        "row and column 0 belong to node 1",
        "a matrix is a list of its rows",
    ],
    misreadings: &[
        "the edges are undirected: each stands in the matrix twice",
        "the square is the product of the matrix with itself, not the squares of its entries",
    ],
    cases: CASES,
    properties: PROPERTIES,
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "left_adjacency",
        portion: "left_adjacency",
        arguments: |_| number(0),
        expect: Expect::Outputs,
    },
    Case {
        name: "right_adjacency",
        portion: "right_adjacency",
        arguments: |_| number(1),
        expect: Expect::Outputs,
    },
    Case {
        name: "left_adjacency_squared",
        portion: "left_adjacency_squared",
        arguments: |_| number(2),
        expect: Expect::Outputs,
    },
    Case {
        name: "right_laplacian",
        portion: "right_laplacian",
        arguments: |_| number(LAPLACIAN),
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "symmetric",
        "all four matrices are symmetric, since the graphs are undirected",
        NO_SIZES,
        symmetric,
    )
    .few(),
    Property::new(
        "rows-sum-to-zero",
        "the rows of the Laplacian sum to 0",
        NO_SIZES,
        rows_sum_to_zero,
    )
    .few(),
];

fn number(matrix: i64) -> Tensors {
    arguments([("matrix", Tensor::integer(matrix))])
}

/// A matrix, or `None` where there is none of the right size: that costs its own portion. (Where the call is not answered
/// at all, the property does not hold: it has not looked at what it is about.)
fn matrix(probe: &mut Probe<'_>, number: i64) -> Result<Option<Array>, Broken> {
    let (_, nodes) = MATRICES[number as usize];
    let call = Call::new(ID, self::number(number));
    match probe.typed(&call, "matrix", DType::I64, &[nodes, nodes]) {
        Ok(matrix) => Ok(Some(matrix)),
        Err(Broken::Property(_)) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn symmetric(_: &Scenario, probe: &mut Probe<'_>) -> Holds {
    for (number, (name, _)) in (0_i64..).zip(MATRICES) {
        let Some(given) = matrix(probe, number)? else { continue };
        let transposed = given.t().to_owned();
        equal(&format!("the transposed {name}"), "itself", &given, &transposed, 0.0)?;
    }
    Ok(())
}

fn rows_sum_to_zero(_: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let Some(laplacian) = matrix(probe, LAPLACIAN)? else {
        return Ok(());
    };
    let sums = laplacian.sum_axis(ndarray::Axis(1));
    equal(
        "the row sums of right_laplacian",
        "0",
        &Array::zeros(sums.raw_dim()),
        &sums,
        0.0,
    )
}
