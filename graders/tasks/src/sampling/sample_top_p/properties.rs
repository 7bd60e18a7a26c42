//! The properties of `sample_top_p`. A property over draws says how often it would fail a correct function.

use judge::checks::assertions::{equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::compare::statistics::evenness_p_value;
use judge::contract::arguments::{Array, arguments, scalar, vector};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor, Tensors};

use crate::sampling::inputs::{clear_mass, kept, logits, matrix, most_likely, softmax};

/// Enough rows of equal logits that two independent sets of draws do not agree by chance.
pub(super) const MANY_ROWS: Sizes = &[("B", 48, 64), ("V", 3, 8)];
/// A place in a small batch.
pub(super) const ANY_PLACE: Sizes = &[("B", 1, 3), ("V", 1, 6)];
/// Rows of one kind in a batch.
const REPEATS: usize = 48;
/// Rows of so many equal logits.
const EVEN_ROWS: usize = 4000;
const EQUAL: usize = 8;

type Rows = Vec<Vec<f64>>;

fn case(scenario: &Scenario, rows: &[Vec<f64>], p: f64, temperature: f64) -> Tensors {
    arguments([
        ("logits", matrix(rows).to_float(scenario.dtype())),
        ("p", Tensor::real(p)),
        ("temperature", Tensor::real(temperature)),
    ])
}

/// One token per row of the logits.
fn tokens(probe: &mut Probe<'_>, given: Tensors, seed: i64) -> Result<Array, Broken> {
    let rows = given["logits"].shape()[0];
    let call = Call {
        seed,
        ..Call::new("sample_top_p", given)
    };
    probe.typed(&call, "token", DType::I64, &[rows])
}

/// A generator seed for a case.
fn seed(scenario: &Scenario) -> i64 {
    scenario.random("generator").integer(1, 1 << 30)
}

fn drawn(scenario: &Scenario, count: usize, gap: f64) -> Rows {
    let mut random = scenario.random("logits");
    (0..count)
        .map(|_| logits(&mut random, scenario.size("V"), gap))
        .collect()
}

/// Many rows of equal logits.
fn equal_logits(scenario: &Scenario) -> Tensors {
    case(
        scenario,
        &vec![vec![0.5; scenario.size("V")]; scenario.size("B")],
        1.0,
        1.0,
    )
}

pub(super) fn same_seed_same_tokens(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let seed = seed(scenario);
    let first = tokens(probe, equal_logits(scenario), seed)?;
    let second = tokens(probe, equal_logits(scenario), seed)?;
    equal(
        "what a second call draws with the same generator seed",
        "what the first drew",
        &first,
        &second,
        0.0,
    )
}

/// Among 48 rows of at least three equal logits a correct function gives equal tokens for all with probability
/// 3^-48 = 1e-23.
pub(super) fn different_seeds_differ(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let seed = seed(scenario);
    let first = tokens(probe, equal_logits(scenario), seed)?;
    let second = tokens(probe, equal_logits(scenario), seed + 1)?;
    let differing = first.iter().zip(&second).filter(|(one, other)| one != other).count();
    every(
        &format!(
            "the number of tokens out of {} that differ under another generator seed",
            first.len()
        ),
        "above 0",
        &scalar(differing as f64),
        |count| count > 0.0,
    )
}

pub(super) fn one_token_per_row(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario, scenario.size("B"), 0.25);
    let tokens = tokens(probe, case(scenario, &rows, 0.9, 1.0), seed(scenario))?;
    let vocabulary = scenario.size("V") as f64;
    every("a token", "an index of the vocabulary", &tokens, |token| {
        (0.0..vocabulary).contains(&token)
    })
}

pub(super) fn support(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let different = drawn(scenario, scenario.size("rows"), 0.3);
    let mut settings = scenario.random("settings");
    let temperature = 0.5 * settings.integer(1, 5) as f64;
    let probabilities: Rows = different.iter().map(|row| softmax(row, temperature)).collect();
    let p = clear_mass(&probabilities, 0.2 + 0.6 * settings.unit());
    let batch: Rows = (0..REPEATS).flat_map(|_| different.clone()).collect();
    let tokens = tokens(probe, case(scenario, &batch, p, temperature), seed(scenario))?;
    for (row, probabilities) in probabilities.iter().enumerate() {
        let own: Vec<f64> = tokens.iter().skip(row).step_by(different.len()).copied().collect();
        let kept = kept(probabilities, p);
        let nucleus: Vec<usize> = (0..kept.len()).filter(|&token| kept[token]).collect();
        every(
            &format!("a token drawn for row {row} with p = {p} and temperature {temperature}"),
            &format!("in the nucleus {nucleus:?}"),
            &vector(own),
            |token| nucleus.iter().any(|&kept| kept as f64 == token),
        )?;
    }
    Ok(())
}

/// The rows of equal logits all give one token with probability at most 3^-47 = 4e-23 in a correct function.
/// The less likely half has a share of 0.37 of each row: a correct function fails once in 6e9 cases.
pub(super) fn any_token_of_many(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = scenario.size("V");
    let ranks = scenario.random("ranks").permutation(vocabulary);
    let row: Vec<f64> = ranks.iter().map(|&rank| -(rank as f64) / vocabulary as f64).collect();
    let tokens = tokens(probe, case(scenario, &vec![row; REPEATS], 1.0, 1.0), seed(scenario))?;
    let lowest = tokens
        .iter()
        .filter_map(|&token| ranks.get(token as usize).copied())
        .max()
        .unwrap_or(0);
    every(
        &format!("the rank of the least likely of {REPEATS} tokens, by probability and from 0"),
        &format!("{} or more: p = 1 leaves none of {vocabulary} out", vocabulary / 2),
        &scalar(lowest as f64),
        |rank| rank >= (vocabulary / 2) as f64,
    )
}

pub(super) fn rows_independent(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = scenario.size("V");
    let winner = scenario.random("winner").integer(0, vocabulary as i64) as usize;
    let mut certain = vec![0.0; vocabulary];
    certain[winner] = 12.0;
    let batch: Rows = (0..REPEATS)
        .flat_map(|_| [certain.clone(), vec![0.0; vocabulary]])
        .collect();
    let tokens = tokens(probe, case(scenario, &batch, 0.99, 1.0), seed(scenario))?;
    let of = |first: usize| -> Vec<f64> { tokens.iter().skip(first).step_by(2).copied().collect() };
    every(
        "a token of a row in which one token has more than p",
        &format!("{winner}, that token"),
        &vector(of(0)),
        |token| token == winner as f64,
    )?;
    let mut different = of(1);
    different.sort_by(f64::total_cmp);
    different.dedup();
    every(
        &format!("the number of different tokens in {REPEATS} rows of {vocabulary} equal logits"),
        "above 1",
        &scalar(different.len() as f64),
        |count| count > 1.0,
    )?;
    as_uneven_as_draws(scenario, probe)
}

/// Rows that share one random number among them come out more even than independent ones. A correct function fails with
/// probability 1e-7.
fn as_uneven_as_draws(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let batch = vec![vec![0.0; EQUAL]; EVEN_ROWS];
    let tokens = tokens(probe, case(scenario, &batch, 1.0, 1.0), seed(scenario))?;
    let mut counts = vec![0.0; EQUAL];
    for token in tokens {
        if let Some(count) = counts.get_mut(token as usize) {
            *count += 1.0;
        }
    }
    every(
        &format!("the chance that {EVEN_ROWS} independent draws from {EQUAL} equal logits are as even as these"),
        "above 1e-7",
        &scalar(evenness_p_value(&[1.0 / EQUAL as f64; EQUAL], &counts)),
        |p_value| p_value > 1e-7,
    )
}

pub(super) fn cold_is_greedy(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    // Logits that are close show a temperature that is kept from becoming small.
    for spacing in [0.5, 0.01] {
        let rows = drawn(scenario, scenario.size("B"), spacing);
        let greedy = vector(rows.iter().map(|row| most_likely(row) as f64).collect());
        for (p, temperature) in [(1.0, 1e-4), (0.9, 1e-3)] {
            let tokens = tokens(probe, case(scenario, &rows, p, temperature), seed(scenario))?;
            equal(
                &format!("the draw for temperature {temperature} and p = {p}"),
                "the index of the largest logit of each row",
                &greedy,
                &tokens,
                0.0,
            )?;
        }
    }
    Ok(())
}

/// Powers of two round nothing: what is drawn from is the same to the last bit.
pub(super) fn logits_by_temperature(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario, 40, 0.5);
    let before = tokens(probe, case(scenario, &rows, 0.9, 1.0), seed(scenario))?;
    for power in [-60, 60] {
        let factor = 2.0_f64.powi(power);
        let scaled: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| row.iter().map(|logit| logit * factor).collect())
            .collect();
        unchanged(
            &format!("multiplying logits and temperature by 2^{power}, with the same generator seed"),
            "the draws",
            &before,
            &tokens(probe, case(scenario, &scaled, 0.9, factor), seed(scenario))?,
            0.0,
        )?;
    }
    Ok(())
}

/// Equally spaced logits 0, -2, -4, ... at temperature 4 and p = 0.8: the three or four most likely tokens are kept,
/// and the first has a share of 0.45 to 0.51 of the draws. Without the temperature, with it in another place, or
/// with its reciprocal the share is 0.86 or 1.
///
/// With 400 draws the share of a correct function leaves these bounds with probability at most
/// 2 exp(-2 * 400 * 0.15^2) = 3e-8 (Hoeffding), in all cases together less than 1e-6.
pub(super) fn temperature_before_softmax(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let order = scenario.random("order").permutation(scenario.size("V"));
    let row: Vec<f64> = order.iter().map(|&rank| -2.0 * rank as f64).collect();
    let likely = most_likely(&row) as f64;
    let tokens = tokens(probe, case(scenario, &vec![row; 400], 0.8, 4.0), seed(scenario))?;
    let share = tokens.iter().filter(|&&token| token == likely).count() as f64 / 400.0;
    every(
        "the share of the most likely token in 400 draws from logits 0, -2, -4, ... with p = 0.8 and temperature 4",
        "between 0.26 and 0.66",
        &scalar(share),
        |share| (0.26..=0.66).contains(&share),
    )
}

/// The logits are exact binary fractions, also when shifted, so that the probabilities agree within 1e-12: a correct
/// function draws another token with a probability below 1e-9.
pub(super) fn shift_invariant(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = vec![drawn(scenario, 1, 0.25).concat(); REPEATS];
    let shifted: Rows = rows
        .iter()
        .map(|row| row.iter().map(|logit| logit + 1024.0).collect())
        .collect();
    let seed = seed(scenario);
    let before = tokens(probe, case(scenario, &rows, 0.95, 1.0), seed)?;
    let after = tokens(probe, case(scenario, &shifted, 0.95, 1.0), seed)?;
    unchanged(
        "adding 1024 to all logits",
        "the tokens drawn with the same seed",
        &before,
        &after,
        0.0,
    )
}

pub(super) fn forbidden_tokens(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let vocabulary = scenario.size("V");
    let allowed = scenario.random("allowed").integer(0, vocabulary as i64) as usize;
    let mut row = drawn(scenario, 1, 0.25).concat();
    for (token, logit) in row.iter_mut().enumerate() {
        // Every second token is forbidden, but for one that is surely allowed.
        if token % 2 == 0 && token != allowed {
            *logit = f64::NEG_INFINITY;
        }
    }
    row[(allowed + 1) % vocabulary] = f64::NEG_INFINITY;
    let tokens = tokens(
        probe,
        case(scenario, &vec![row.clone(); REPEATS], 1.0, 1.0),
        seed(scenario),
    )?;
    every(
        "a drawn token",
        "one whose logit is not minus infinity",
        &tokens,
        |token| row.get(token as usize).is_some_and(|logit| logit.is_finite()),
    )
}

/// A batch with one logit replaced.
fn spoiled(scenario: &Scenario, value: f64) -> Call {
    let mut rows = drawn(scenario, scenario.size("B"), 0.25);
    let mut place = scenario.random("place");
    let row = place.integer(0, scenario.integer("B")) as usize;
    let token = place.integer(0, scenario.integer("V")) as usize;
    rows[row][token] = value;
    Call::new("sample_top_p", case(scenario, &rows, 0.9, 1.0))
}

pub(super) fn nan_refused(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    probe.refused(&spoiled(scenario, f64::NAN), "logits with a NaN")
}

pub(super) fn plus_infinity_refused(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    probe.refused(&spoiled(scenario, f64::INFINITY), "logits with a plus infinity")
}

pub(super) fn settings_refused(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario, 2, 0.25);
    for (p, temperature) in [
        (0.0, 1.0),
        (-0.5, 1.0),
        (1.5, 1.0),
        (f64::NAN, 1.0),
        (0.9, 0.0),
        (0.9, -1.0),
        (0.9, f64::NAN),
        (0.9, f64::INFINITY),
    ] {
        let call = Call::new("sample_top_p", case(scenario, &rows, p, temperature));
        probe.refused(&call, &format!("p = {p} with temperature {temperature}"))?;
    }
    Ok(())
}
