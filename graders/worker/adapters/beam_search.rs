//! `table`, `width`, `end` and `max_length` to `tokens`, `score`, `calls` and `asked`.
//!
//! The model is a table of log-probabilities, a row for each sequence: the empty one, then in order of length and of
//! tokens. It counts how often it is asked, and panics where it is asked about a sequence that is complete. The sequences
//! that it was asked about come in order of length and of tokens, each with -1 behind it: in which order those of a step
//! are asked about is free.

use student::beam_search::beam_search;
use student::sequence_types::{BeamConfig, Hypothesis};
use tch::{Kind, Tensor};
use worker::{Adapter, Arguments, Problem, Returned};

type Model<'a> = &'a mut dyn FnMut(&[i64]) -> Vec<f64>;
const _: fn(Model<'_>, &BeamConfig) -> Hypothesis = beam_search;

/// Sequences that are kept of those that the model was asked about.
const KEPT: usize = 512;

/// The adapter of `beam_search`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "beam_search",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let table = arguments.tensor("table")?;
    let config = BeamConfig {
        width: count(arguments, "width")?,
        end: arguments.integer("end")?,
        max_length: count(arguments, "max_length")?,
    };
    let rows = rows(table)?;
    let mut calls = 0_i64;
    let mut asked: Vec<Vec<i64>> = Vec::new();
    let mut model = |sequence: &[i64]| {
        calls += 1;
        let row = rows[place(sequence, rows[0].len(), &config)].clone();
        if asked.len() < KEPT {
            asked.push(sequence.to_vec());
        }
        row
    };
    let Hypothesis { tokens, score } = beam_search(&mut model, &config);
    asked.sort_by(|one, other| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    let asked: Vec<i64> = asked
        .into_iter()
        .flat_map(|sequence| [sequence, vec![-1]].concat())
        .collect();
    Ok(Returned::many([
        ("tokens", arguments.values(&tokens)),
        (
            "score",
            arguments.values(&[score]).reshape([0_i64; 0]).to_kind(table.kind()),
        ),
        ("calls", arguments.values(&[calls]).reshape([0_i64; 0])),
        ("asked", arguments.values(&asked)),
    ]))
}

fn count(arguments: &Arguments, name: &str) -> Result<usize, Problem> {
    let number = usize::try_from(arguments.integer(name)?)
        .ok()
        .filter(|&number| number > 0);
    number.ok_or_else(|| Problem::BadRequest(format!("`{name}` has to be at least 1")))
}

fn rows(table: &Tensor) -> Result<Vec<Vec<f64>>, Problem> {
    let bad = |error: tch::TchError| Problem::BadRequest(error.to_string());
    let rows = Vec::<Vec<f64>>::try_from(table.to_kind(Kind::Double)).map_err(bad)?;
    if rows.is_empty() {
        return Err(Problem::BadRequest("the table has no row".to_owned()));
    }
    Ok(rows)
}

/// The row of a sequence.
///
/// # Panics
/// Where the sequence is complete, or holds a token that does not exist: the model has nothing to say of it.
fn place(sequence: &[i64], vocabulary: usize, config: &BeamConfig) -> usize {
    let is_token = |&token: &i64| usize::try_from(token).is_ok_and(|token| token < vocabulary);
    assert!(
        sequence.iter().all(is_token),
        "the model was asked about {sequence:?}, which holds no such tokens"
    );
    let is_complete = sequence.contains(&config.end) || sequence.len() >= config.max_length;
    assert!(
        !is_complete,
        "the model was asked what follows {sequence:?}, which is complete"
    );
    sequence
        .iter()
        .fold(0, |row, &token| row * vocabulary + token as usize + 1)
}
