//! The properties of `nucleus`.
//!
//! Probabilities are exact binary fractions and p lies between partial sums, so that no order of summation matters,
//! but for the two properties that are about reaching p exactly.

use judge::checks::assertions::{equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, scalar, vector};
use judge::contract::scenario::Scenario;
use judge::findings::stop::{Broken, Holds};
use wire::Tensor;

use crate::sampling::inputs::{clear_mass, distribution, kept, matrix, most_likely};

/// Bound on a relation between probabilities. A step in f32 keeps it: the check of precision asks for more, once.
const CLOSELY: f64 = 1e-5;

type Rows = Vec<Vec<f64>>;

fn drawn(scenario: &Scenario) -> Rows {
    let mut random = scenario.random("probabilities");
    (0..scenario.size("B"))
        .map(|_| distribution(&mut random, scenario.size("V")))
        .collect()
}

/// Any mass, away from all partial sums.
fn any_mass(scenario: &Scenario, rows: &[Vec<f64>]) -> f64 {
    clear_mass(rows, 0.1 + 0.85 * scenario.random("p").unit())
}

fn nucleus(scenario: &Scenario, probe: &mut Probe<'_>, rows: &[Vec<f64>], p: f64) -> Result<Rows, Broken> {
    let probabilities = matrix(rows).to_float(scenario.dtype());
    let shape = probabilities.shape().to_vec();
    let given = arguments([("probabilities", probabilities), ("p", Tensor::real(p))]);
    let output = probe.array("nucleus", &given, "output", &shape)?;
    Ok(output.outer_iter().map(|row| row.iter().copied().collect()).collect())
}

fn array(rows: &[Vec<f64>]) -> Array {
    let shape = vec![rows.len(), rows.first().map_or(0, Vec::len)];
    Array::from_shape_vec(shape, rows.concat()).expect("rows of equal length")
}

/// What the definition gives.
fn expected(rows: &[Vec<f64>], p: f64) -> Rows {
    let of = |row: &Vec<f64>| {
        let kept = kept(row, p);
        let mass: f64 = row
            .iter()
            .zip(&kept)
            .filter(|(_, kept)| **kept)
            .map(|(value, _)| value)
            .sum();
        row.iter()
            .zip(&kept)
            .map(|(value, kept)| if *kept { value / mass } else { 0.0 })
            .collect()
    };
    rows.iter().map(of).collect()
}

/// Zero everywhere but for a one at the most likely token.
fn only_the_most_likely(rows: &[Vec<f64>]) -> Rows {
    let of = |row: &Vec<f64>| {
        let mut certain = vec![0.0; row.len()];
        certain[most_likely(row)] = 1.0;
        certain
    };
    rows.iter().map(of).collect()
}

/// The probabilities of the tokens whose output is not zero.
fn kept_probabilities(row: &[f64], output: &[f64]) -> Vec<f64> {
    let pairs = row.iter().zip(output);
    pairs
        .filter(|(_, output)| **output != 0.0)
        .map(|(value, _)| *value)
        .collect()
}

fn smallest(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

pub(super) fn minimal(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let p = any_mass(scenario, &rows);
    let output = nucleus(scenario, probe, &rows, p)?;
    let kept: Vec<Vec<f64>> = rows
        .iter()
        .zip(&output)
        .map(|(row, output)| kept_probabilities(row, output))
        .collect();
    let masses: Vec<f64> = kept.iter().map(|kept| kept.iter().sum()).collect();
    every(
        "the mass that the kept tokens of a row have in the input",
        &format!("at least p = {p}"),
        &vector(masses),
        |mass| mass >= p,
    )?;
    let without_least = kept
        .iter()
        .map(|kept| kept.iter().sum::<f64>() - smallest(kept))
        .collect();
    every(
        "the mass of a row's kept tokens without the least likely of them",
        &format!("below p = {p}"),
        &vector(without_least),
        |mass| mass < p,
    )
}

pub(super) fn most_likely_first(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let p = any_mass(scenario, &rows);
    let output = nucleus(scenario, probe, &rows, p)?;
    for (row, output) in rows.iter().zip(&output) {
        let least = smallest(&kept_probabilities(row, output));
        let dropped = row
            .iter()
            .zip(output)
            .map(|(value, output)| if *output == 0.0 { *value } else { 0.0 });
        every(
            "the probability of a dropped token",
            &format!("at most that of the least likely kept token, {least}"),
            &vector(dropped.collect()),
            |value| value <= least,
        )?;
    }
    Ok(())
}

pub(super) fn renormalised(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let p = any_mass(scenario, &rows);
    let output = nucleus(scenario, probe, &rows, p)?;
    let mut off = output.clone();
    for (row, off) in rows.iter().zip(&mut off) {
        for (value, kept) in off.iter_mut().zip(kept(row, p)) {
            *value = if kept { 0.0 } else { *value };
        }
    }
    every("the output of a dropped token", "exactly 0", &array(&off), |value| {
        value == 0.0
    })?;
    equal(
        "the output",
        "probability / kept mass for kept tokens",
        &array(&expected(&rows, p)),
        &array(&output),
        CLOSELY,
    )
}

pub(super) fn mass_one_keeps_all(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let output = nucleus(scenario, probe, &rows, 1.0)?;
    equal(
        "the output for p = 1",
        "the input",
        &array(&rows),
        &array(&output),
        CLOSELY,
    )
}

pub(super) fn heavy_first_token(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let mut rows = drawn(scenario);
    for row in &mut rows {
        for value in &mut *row {
            *value /= 16.0;
        }
        let winner = most_likely(row);
        row[winner] += 0.9375;
    }
    let p = 0.3 + 0.6 * scenario.random("p").unit();
    let output = nucleus(scenario, probe, &rows, p)?;
    every(
        "an output where one token has more than p",
        "finite",
        &array(&output),
        f64::is_finite,
    )?;
    equal(
        "the output where one token has more than p",
        "1 for that token, 0 for all others",
        &array(&only_the_most_likely(&rows)),
        &array(&output),
        CLOSELY,
    )
}

pub(super) fn grows_with_p(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let small = clear_mass(&rows, 0.1 + 0.4 * scenario.random("p").unit());
    let large = clear_mass(&rows, 0.6 + 0.35 * scenario.random("larger p").unit());
    let fewer = nucleus(scenario, probe, &rows, small)?;
    let more = nucleus(scenario, probe, &rows, large)?;
    for (fewer, more) in fewer.iter().zip(&more) {
        let lost: f64 = fewer
            .iter()
            .zip(more)
            .map(|(few, more)| f64::from(*few != 0.0 && *more == 0.0))
            .sum();
        every(
            &format!("the number of tokens of a row that p = {small} keeps and p = {large} drops"),
            "0",
            &scalar(lost),
            |count| count == 0.0,
        )?;
        // Within a smaller set each token has a larger share.
        let grown: Vec<f64> = fewer
            .iter()
            .zip(more)
            .filter(|(few, _)| **few != 0.0)
            .map(|(f, m)| m - f)
            .collect();
        every(
            &format!("the growth of a kept token's output from p = {small} to p = {large}"),
            "at most 0",
            &vector(grown),
            |growth| growth <= CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn permutation_equivariant(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let p = any_mass(scenario, &rows);
    let order = scenario.random("order").permutation(scenario.size("V"));
    let permute = |rows: &[Vec<f64>]| -> Rows {
        rows.iter()
            .map(|row| order.iter().map(|&token| row[token]).collect())
            .collect()
    };
    let output = nucleus(scenario, probe, &rows, p)?;
    let permuted = nucleus(scenario, probe, &permute(&rows), p)?;
    equal(
        "the output for a permuted vocabulary",
        "the output, permuted in the same way",
        &array(&permute(&output)),
        &array(&permuted),
        CLOSELY,
    )
}

pub(super) fn rows_independent(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario);
    let p = any_mass(scenario, &rows);
    let together = nucleus(scenario, probe, &rows, p)?;
    for (row, together) in rows.iter().zip(&together) {
        let alone = nucleus(scenario, probe, std::slice::from_ref(row), p)?;
        unchanged(
            "giving one row of the batch alone",
            "the output of that row",
            &array(std::slice::from_ref(together)),
            &array(&alone),
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn ties_to_the_lowest(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = 1_usize << scenario.size("bits");
    let count = scenario.size("k").min(vocabulary - 1);
    let share = 1.0 / vocabulary as f64;
    let p = share * count as f64;
    let output = nucleus(scenario, probe, &[vec![share; vocabulary]], p)?;
    let expected = (0..vocabulary)
        .map(|token| if token < count { 1.0 / count as f64 } else { 0.0 })
        .collect();
    equal(
        &format!("the output for {vocabulary} equally likely tokens and p = {p}"),
        "an equal share for each of the lowest indices that reach p",
        &array(&[expected]),
        &array(&output),
        CLOSELY,
    )
}
