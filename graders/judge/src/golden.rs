//! Golden cases: stored inputs against stored outputs.

use statrs::distribution::{ChiSquared, ContinuousCDF};
use wire::{DType, Data, Tensor, Tensors};

use crate::answer::Answer;
use crate::compare::{Mismatch, compare, without_leading_axes};
use crate::finding::Finding;
use crate::fixtures::StoredCase;
use crate::pattern::{Pattern, edges, patterns};
use crate::probe::{Probe, Stop};
use crate::subject::Call;
use crate::task::{Case, Expect, Task};
use crate::tolerance::Tolerances;

/// Draws per sampled case in f64.
const DRAWS: usize = 100_000;
/// Draws per sampled case in f32: the distribution has been judged in f64, and what f32 could spoil shows in fewer.
const DRAWS_F32: usize = 10_000;
/// A sampled case fails where draws this far off have a smaller probability; this is the rate of false alarms.
pub const ALARM: f64 = 1e-6;
/// Cells of the chi-square statistic with a smaller expectation are merged.
const SMALLEST_CELL: f64 = 5.0;
/// The argument that makes a distribution a nucleus.
const MASS: &str = "p";
/// The suffix of a stored distribution's name.
const DISTRIBUTION: &str = "distribution";

/// Draws per sampled case in a dtype.
pub fn draws(dtype: DType) -> usize {
    match dtype {
        DType::F32 => DRAWS_F32,
        DType::F64 | DType::I64 | DType::Bool => DRAWS,
    }
}

/// The arguments as the submission gets them: floats in `dtype`, settings untouched.
pub fn arguments_in(dtype: DType, stored: &Tensors) -> Tensors {
    let convert = |tensor: &Tensor| {
        if tensor.dtype() == DType::F32 {
            tensor.to_float(dtype)
        } else {
            tensor.clone()
        }
    };
    stored
        .iter()
        .map(|(name, tensor)| (name.clone(), convert(tensor)))
        .collect()
}

/// The call of a golden case; `seed` is the generator's.
pub fn case_call(task: &Task, case: &Case, stored: &Tensors, dtype: DType) -> Call {
    let mut arguments = arguments_in(dtype, stored);
    if let Expect::Draws { tiled, .. } = case.expect
        && let Some(row) = arguments.get(tiled)
    {
        let tall = tile(row, draws(dtype));
        arguments.insert(tiled.to_owned(), tall);
    }
    Call {
        seed: 1,
        ..Call::new(task.id, arguments)
    }
}

/// The name under which the probabilities of a sampled output are stored.
pub fn distribution_name(output: &str) -> String {
    format!("{output}.{DISTRIBUTION}")
}

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
        Expect::Outputs => judge_values(task, case, stored, tolerances, dtype, outputs),
        Expect::Draws { output, .. } => judge_draws(case, output, stored, draws(dtype), outputs),
        Expect::Verified(verify) => {
            let inputs = arguments_in(dtype, &stored.inputs);
            verify(&Answer::new(case.name, &inputs, outputs)).err()
        }
    }
}

fn judge_values(
    task: &Task,
    case: &Case,
    stored: &StoredCase,
    tolerances: &Tolerances,
    dtype: DType,
    outputs: &Tensors,
) -> Option<Finding> {
    let nan_in_padding = task.nan_in_padding;
    if let Some(found) = nan_in_padding.and_then(|look| look(Some(case.name), &stored.inputs, outputs)) {
        return Some(found);
    }
    stored.expected.iter().find_map(|(output, expected)| {
        let Some(actual) = outputs.get(output) else {
            return Some(Finding::MissingOutput { output: output.clone() });
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
                Some(imprecise @ Finding::Imprecise { .. }) => return Some(imprecise),
                Some(_) => {}
            }
        }
        let is_right_in_another_dtype =
            matches!(mismatch, Mismatch::DType { .. }) && compare(expected, actual, actual.dtype(), loose).is_none();
        let found = wrong(case, output, mismatch, loose, dtype);
        Some(with_patterns(found, || {
            let missing = edges::missing_self_loops(&stored.expected, outputs);
            // How values differ says nothing where it is only the dtype that does.
            let others = (!is_right_in_another_dtype).then(|| patterns(expected, actual, &stored.inputs, tight));
            missing.into_iter().chain(others.into_iter().flatten()).collect()
        }))
    })
}

fn extra_axes(case: &Case, output: &str, expected: &Tensor, actual: &Tensor) -> Finding {
    Finding::ExtraAxes {
        case: case.name.to_owned(),
        output: output.to_owned(),
        expected: expected.shape().to_vec(),
        actual: actual.shape().to_vec(),
    }
}

/// A wrong output, or merely an imprecise one: in f64, but only as good as f32.
fn wrong(case: &Case, output: &str, mismatch: Mismatch, loose: f64, dtype: DType) -> Finding {
    let (case, output) = (case.name.to_owned(), output.to_owned());
    match mismatch {
        Mismatch::Values(difference) if dtype == DType::F64 && difference.error <= loose => Finding::Imprecise {
            case,
            output,
            difference,
        },
        mismatch => Finding::Wrong {
            case,
            output,
            mismatch,
            patterns: Vec::new(),
        },
    }
}

/// A wrong output with the patterns in which it differs.
fn with_patterns(finding: Finding, found: impl FnOnce() -> Vec<Pattern>) -> Finding {
    match finding {
        Finding::Wrong {
            case,
            output,
            mismatch,
            patterns: _,
        } => Finding::Wrong {
            case,
            output,
            mismatch,
            patterns: found(),
        },
        other => other,
    }
}

/// The argument's only row, repeated.
fn tile(row: &Tensor, times: usize) -> Tensor {
    let mut shape = row.shape().to_vec();
    if let Some(first) = shape.first_mut() {
        *first = times;
    }
    let data = match row.data() {
        Data::F32(values) => Data::F32(values.repeat(times)),
        Data::F64(values) => Data::F64(values.repeat(times)),
        Data::I64(values) => Data::I64(values.repeat(times)),
        Data::Bool(values) => Data::Bool(values.repeat(times)),
    };
    Tensor::new(shape, data).expect("a row repeated fills the taller shape")
}

fn judge_draws(case: &Case, output: &str, stored: &StoredCase, draws: usize, outputs: &Tensors) -> Option<Finding> {
    let probabilities = stored.expected.get(&distribution_name(output))?.to_f64();
    let Some(drawn) = outputs.get(output) else {
        return Some(Finding::MissingOutput {
            output: output.to_owned(),
        });
    };
    let wrong = |mismatch| {
        Some(Finding::Wrong {
            case: case.name.to_owned(),
            output: output.to_owned(),
            mismatch,
            patterns: Vec::new(),
        })
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
    Some(Finding::OutsideSupport {
        case: case.name.to_owned(),
        token,
        count,
        possible: (0..probabilities.len() as i64)
            .filter(|&token| possible(token))
            .collect(),
        // A nucleus of the mass 1 is the whole distribution.
        mass: mass.filter(|&mass| mass < 1.0),
    })
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
    Some(Finding::WrongDistribution {
        case: case.name.to_owned(),
        token: worst as i64,
        expected: probabilities[worst],
        observed: share(worst),
        p_value,
        alarm: ALARM,
    })
}

fn counts(vocabulary: usize, tokens: &[i64]) -> Vec<f64> {
    let mut counts = vec![0.0; vocabulary];
    for &token in tokens {
        counts[token as usize] += 1.0;
    }
    counts
}

/// The probability of counts at least this far from expectation; 1 where there is only one cell.
pub fn chi_square_p_value(probabilities: &[f64], counts: &[f64]) -> f64 {
    let draws: f64 = counts.iter().sum();
    let mut small = (0.0, 0.0);
    let mut cells = Vec::new();
    for (&probability, &count) in probabilities.iter().zip(counts) {
        let expected = probability * draws;
        if expected >= SMALLEST_CELL {
            cells.push((expected, count));
        } else {
            small = (small.0 + expected, small.1 + count);
        }
    }
    if small.0 >= SMALLEST_CELL {
        cells.push(small);
    }
    let statistic: f64 = cells
        .iter()
        .map(|(expected, count)| (count - expected).powi(2) / expected)
        .sum();
    match ChiSquared::new(cells.len().saturating_sub(1) as f64) {
        Ok(distribution) => distribution.sf(statistic),
        Err(_) => 1.0,
    }
}

/// The probability of two equally long samples from one distribution at least this far apart; 1 where there is only one
/// cell.
pub fn counts_p_value(first: &[f64], second: &[f64]) -> f64 {
    let mut small = (0.0, 0.0);
    let mut cells = Vec::new();
    for (&first, &second) in first.iter().zip(second) {
        if first + second >= 2.0 * SMALLEST_CELL {
            cells.push((first, second));
        } else {
            small = (small.0 + first, small.1 + second);
        }
    }
    if small.0 + small.1 > 0.0 {
        cells.push(small);
    }
    let statistic: f64 = cells
        .iter()
        .map(|(first, second)| (first - second).powi(2) / (first + second))
        .sum();
    match ChiSquared::new(cells.len().saturating_sub(1) as f64) {
        Ok(distribution) => distribution.sf(statistic),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_samples_of_one_distribution_are_near_and_others_are_not() {
        let fair = [25_100.0, 24_950.0, 25_000.0, 24_950.0, 0.0];
        assert!(counts_p_value(&fair, &[24_900.0, 25_050.0, 24_990.0, 25_058.0, 2.0]) > ALARM);
        assert!(counts_p_value(&fair, &[26_500.0, 24_500.0, 24_500.0, 24_500.0, 0.0]) < ALARM);
        assert!(counts_p_value(&fair, &[25_000.0, 25_000.0, 24_900.0, 25_000.0, 100.0]) < ALARM);
        assert_eq!(counts_p_value(&[7.0, 0.0], &[7.0, 0.0]), 1.0);
    }

    #[test]
    fn fair_counts_pass_and_skewed_ones_do_not() {
        let quarters = [0.25; 4];
        assert!(chi_square_p_value(&quarters, &[25_100.0, 24_950.0, 25_000.0, 24_950.0]) > 0.1);
        assert!(chi_square_p_value(&quarters, &[26_500.0, 24_500.0, 24_500.0, 24_500.0]) < ALARM);
    }

    #[test]
    fn a_single_possible_token_is_no_evidence_against_anything() {
        assert_eq!(chi_square_p_value(&[0.0, 1.0], &[0.0, 100.0]), 1.0);
    }

    #[test]
    fn rare_tokens_are_judged_together() {
        let mut probabilities = vec![1e-5; 10];
        probabilities.push(1.0 - 1e-4);
        let mut counts = vec![1.0; 10];
        counts.push(99_990.0);
        assert!(chi_square_p_value(&probabilities, &counts) > 0.5);
    }

    #[test]
    fn a_row_is_repeated_along_the_first_axis() {
        let row = crate::random::floats(&[1, 2], vec![1.0, 2.0]);
        assert_eq!(tile(&row, 3).shape(), [3, 2]);
        assert_eq!(tile(&row, 3).to_f64(), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
    }
}
