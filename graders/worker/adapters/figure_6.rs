//! `matrix`, which says which of the four functions is called, to `matrix`, its rows as an int64 tensor.

use student::figure_6::{left_adjacency, left_adjacency_squared, right_adjacency, right_laplacian};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

/// In the order of the file, which is the numbering of the argument.
const ANSWERS: [fn() -> Vec<Vec<i64>>; 4] = [left_adjacency, right_adjacency, left_adjacency_squared, right_laplacian];

/// The adapter of `figure_6`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "figure_6", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let number = usize::try_from(arguments.integer("matrix")?).ok();
    let answer = number
        .and_then(|number| ANSWERS.get(number))
        .ok_or_else(|| Problem::BadRequest("there is no matrix of this number".to_owned()))?;
    Ok(Returned::one("matrix", tensor(arguments, &answer())?))
}

/// Rows as a tensor; rows of different lengths are none.
fn tensor(arguments: &Arguments, rows: &[Vec<i64>]) -> Result<Tensor, Problem> {
    let lengths: Vec<usize> = rows.iter().map(Vec::len).collect();
    let width = lengths.first().copied().unwrap_or(0);
    if lengths.iter().any(|&length| length != width) {
        return Err(Problem::unusable(
            "matrix",
            format!("rows of lengths {lengths:?}, not a matrix"),
        ));
    }
    Ok(arguments
        .values(&rows.concat())
        .reshape([rows.len() as i64, width as i64]))
}
