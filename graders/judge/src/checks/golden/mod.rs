//! Golden cases: stored inputs against stored outputs.

use wire::{DType, Data, Tensor, Tensors};

use crate::checks::probe::Probe;
use crate::compare::pattern::{Pattern, edges, patterns};
use crate::compare::statistics::{ALARM, chi_square_p_value, counts};
use crate::compare::{Mismatch, compare, without_leading_axes};
use crate::contract::answer::Answer;
use crate::contract::call::{arguments_in, case_call, distribution_name, draws};
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::stop::Stop;
use crate::findings::{Finding, WrongOutput};
use crate::fixtures::case::StoredCase;

/// The argument that makes a distribution a nucleus.
const MASS: &str = "p";

/// Judges one golden case in one dtype. `None` where it holds.
pub fn judge_case(
    task: &Task,
    case: &Case,
    stored: &StoredCase,
    tolerances: &Tolerances,
    dtype: DType,
    probe: &mut Probe<'_>,
) -> Result<Option<Finding>, Stop> {
    let returned = probe.call(&case_call(task, case, &stored.inputs, dtype))?;
    Ok(judge_outputs(task, case, stored, tolerances, dtype, &returned.outputs))
}

/// Judges the outputs of a golden case. `None` where they hold.
pub fn judge_outputs(
    task: &Task,
    case: &Case,
    stored: &StoredCase,
    tolerances: &Tolerances,
    dtype: DType,
    outputs: &Tensors,
) -> Option<Finding> {
    match case.expect {
        Expect::Outputs => judge_values(task, Some(case.name), stored, tolerances, dtype, outputs),
        Expect::Draws { output, .. } => judge_draws(case, output, stored, draws(dtype), outputs),
        Expect::Verified(verify) => {
            let inputs = arguments_in(dtype, &stored.inputs);
            verify(&Answer::new(case.name, &inputs, outputs)).err()
        }
    }
}

/// Judges outputs in f64 by what the reference gives for the same inputs. `None` where they hold.
pub fn judge_by_reference(
    task: &Task,
    known: &StoredCase,
    tolerances: &Tolerances,
    outputs: &Tensors,
) -> Option<Finding> {
    judge_values(task, None, known, tolerances, DType::F64, outputs)
}

fn judge_values(
    task: &Task,
    case: Option<&str>,
    stored: &StoredCase,
    tolerances: &Tolerances,
    dtype: DType,
    outputs: &Tensors,
) -> Option<Finding> {
    let nan_in_padding = task.nan_in_padding;
    if let Some(found) = nan_in_padding.and_then(|look| look(case, &stored.inputs, outputs)) {
        return Some(found);
    }
    let case = case.unwrap_or_default();
    let (expected, outputs) = (
        &task.read(&stored.inputs, &stored.expected),
        &task.read(&stored.inputs, outputs),
    );
    expected.iter().find_map(|(output, expected)| {
        let Some(actual) = outputs.get(output) else {
            return Some(Finding::WrongOutput(WrongOutput::MissingOutput {
                output: output.clone(),
            }));
        };
        // Expected floats are stored in f64; the submission answers in the dtype of its inputs.
        let dtype = if expected.dtype().is_float() {
            dtype
        } else {
            expected.dtype()
        };
        let tight = tolerances.of(task.id, output, dtype);
        let mismatch = compare(expected, actual, dtype, tight)?;
        let loose = tolerances.of(task.id, output, DType::F32);
        if let Some(bare) = without_leading_axes(actual, expected.shape().len()) {
            // Right values behind axes of size 1 are no wrong answer; that they are only right to f32 is told first.
            match compare(expected, &bare, dtype, tight).map(|mismatch| wrong(case, output, mismatch, loose, dtype)) {
                None => return Some(extra_axes(case, output, expected, actual)),
                Some(imprecise @ Finding::WrongOutput(WrongOutput::Imprecise { .. })) => return Some(imprecise),
                Some(_) => {}
            }
        }
        let is_right_in_another_dtype =
            matches!(mismatch, Mismatch::DType { .. }) && compare(expected, actual, actual.dtype(), loose).is_none();
        let edge = edges::edge_of(&stored.expected, output, &mismatch);
        let found = wrong(case, output, mismatch, loose, dtype);
        Some(with_patterns(found, || {
            let missing = edges::missing_self_loops(&stored.expected, outputs);
            // How values differ says nothing where it is only the dtype that does.
            let others = (!is_right_in_another_dtype).then(|| patterns(expected, actual, &stored.inputs, tight));
            missing
                .into_iter()
                .chain(others.into_iter().flatten())
                .chain(edge)
                .collect()
        }))
    })
}

fn extra_axes(case: &str, output: &str, expected: &Tensor, actual: &Tensor) -> Finding {
    Finding::WrongOutput(WrongOutput::ExtraAxes {
        case: case.to_owned(),
        output: output.to_owned(),
        expected: expected.shape().to_vec(),
        actual: actual.shape().to_vec(),
    })
}

/// A wrong output, or merely an imprecise one: in f64, but only as good as f32.
fn wrong(case: &str, output: &str, mismatch: Mismatch, loose: f64, dtype: DType) -> Finding {
    let (case, output) = (case.to_owned(), output.to_owned());
    match mismatch {
        Mismatch::Values(difference) if dtype == DType::F64 && difference.error <= loose => {
            Finding::WrongOutput(WrongOutput::Imprecise {
                case,
                output,
                difference,
            })
        }
        mismatch => Finding::WrongOutput(WrongOutput::Wrong {
            case,
            output,
            mismatch,
            patterns: Vec::new(),
        }),
    }
}

/// A wrong output with the patterns in which it differs.
fn with_patterns(finding: Finding, found: impl FnOnce() -> Vec<Pattern>) -> Finding {
    match finding {
        Finding::WrongOutput(WrongOutput::Wrong {
            case,
            output,
            mismatch,
            patterns: _,
        }) => Finding::WrongOutput(WrongOutput::Wrong {
            case,
            output,
            mismatch,
            patterns: found(),
        }),
        other => other,
    }
}

fn judge_draws(case: &Case, output: &str, stored: &StoredCase, draws: usize, outputs: &Tensors) -> Option<Finding> {
    let probabilities = stored.expected.get(&distribution_name(output))?.to_f64();
    let Some(drawn) = outputs.get(output) else {
        return Some(Finding::WrongOutput(WrongOutput::MissingOutput {
            output: output.to_owned(),
        }));
    };
    let wrong = |mismatch| {
        Some(Finding::WrongOutput(WrongOutput::Wrong {
            case: case.name.to_owned(),
            output: output.to_owned(),
            mismatch,
            patterns: Vec::new(),
        }))
    };
    let Data::I64(tokens) = drawn.data() else {
        let (expected, actual) = (DType::I64.to_string(), drawn.dtype().to_string());
        return wrong(Mismatch::DType { expected, actual });
    };
    if drawn.shape() != [draws] {
        return wrong(Mismatch::Shape {
            expected: vec![draws],
            actual: drawn.shape().to_vec(),
        });
    }
    let mass = stored.inputs.get(MASS).and_then(Tensor::item);
    outside_support(case, &probabilities, tokens, mass).or_else(|| wrong_frequencies(case, &probabilities, tokens))
}

fn outside_support(case: &Case, probabilities: &[f64], tokens: &[i64], mass: Option<f64>) -> Option<Finding> {
    let possible = |token: i64| {
        usize::try_from(token)
            .ok()
            .and_then(|token| probabilities.get(token))
            .is_some_and(|&p| p > 0.0)
    };
    let token = *tokens.iter().find(|&&token| !possible(token))?;
    let count = tokens.iter().filter(|&&other| other == token).count() as u64;
    Some(Finding::WrongOutput(WrongOutput::OutsideSupport {
        case: case.name.to_owned(),
        token,
        count,
        possible: (0..probabilities.len() as i64)
            .filter(|&token| possible(token))
            .collect(),
        // A nucleus of the mass 1 is the whole distribution.
        mass: mass.filter(|&mass| mass < 1.0),
    }))
}

/// Pearson's chi-square over the support, small cells merged.
fn wrong_frequencies(case: &Case, probabilities: &[f64], tokens: &[i64]) -> Option<Finding> {
    let counts = counts(probabilities.len(), tokens);
    let p_value = chi_square_p_value(probabilities, &counts);
    if p_value >= ALARM {
        return None;
    }
    let draws = tokens.len() as f64;
    let share = |token: usize| counts[token] / draws;
    let worst = (0..probabilities.len())
        .max_by(|&a, &b| {
            let off = |token: usize| (share(token) - probabilities[token]).abs();
            off(a).total_cmp(&off(b))
        })
        .unwrap_or(0);
    Some(Finding::WrongOutput(WrongOutput::WrongDistribution {
        case: case.name.to_owned(),
        token: worst as i64,
        expected: probabilities[worst],
        observed: share(worst),
        p_value,
        alarm: ALARM,
    }))
}

#[cfg(test)]
mod tests;
