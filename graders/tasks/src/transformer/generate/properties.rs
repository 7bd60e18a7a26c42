//! Properties of `generate`. A property over draws says how often it would fail a correct function.

use judge::checks::assertions::{equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::compare::statistics::chi_square_p_value;
use judge::contract::arguments::{Array, array, scalar, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, concatenate, s};
use wire::{DType, Tensor, Tensors};

use super::inputs::{case, sampled};
use crate::sampling::inputs::{clear_mass, descending, kept, softmax};
use crate::transformer::inputs::{Sizes, drawn, filled, token_tensor};
use crate::transformer::oracle::next_logits;

const TASK: &str = "generate";
/// Logits closer than this are as good as equal: another token would be no mistake.
const GAP: f64 = 1e-2;
/// Rows of one kind, where draws are counted.
const ROWS: usize = 1000;
/// A distribution this unlikely is no accident. Over the few cases of the property, less than 1e-6 in all.
const ALARM: f64 = 1e-7;

/// The value of a size, where the property has it.
fn size(scenario: &Scenario, name: &str, otherwise: usize) -> usize {
    let declared = scenario.sizes().iter().any(|size| size.0 == name);
    if declared { scenario.size(name) } else { otherwise }
}

/// A small model and a prompt; B is 1, and there is room for two more tokens, where a property has no such size.
fn given(scenario: &Scenario) -> Tensors {
    let length = size(scenario, "T", 3);
    of_length(scenario, length)
}

fn of_length(scenario: &Scenario, length: usize) -> Tensors {
    let sizes = Sizes {
        block_size: size(scenario, "block_size", length + 2),
        layers: 1 + scenario.random("layers").integer(0, 2) as usize,
        ..Sizes::new(size(scenario, "B", 1), length, 2, 2)
    };
    let sizes = if scenario.random("rotary").unit() < 0.5 {
        sizes.rotated()
    } else {
        sizes
    };
    drawn(scenario, |random| case(random, sizes, size(scenario, "new", 4) as i64))
}

fn vocabulary(given: &Tensors) -> usize {
    given["head"].shape()[0]
}

fn with_count(given: &Tensors, count: usize) -> Tensors {
    with(given, "count", Tensor::integer(count as i64))
}

fn with_prompt(given: &Tensors, tokens: &Array) -> Tensors {
    with(given, "tokens", token_tensor(tokens))
}

/// The same prompt in every row.
fn repeated(given: &Tensors, rows: usize) -> Tensors {
    let prompt = array(&given["tokens"]);
    let tall = Array::from_shape_fn(IxDyn(&[rows, prompt.shape()[1]]), |at| prompt[[0, at[1]]]);
    with_prompt(given, &tall)
}

/// Prompt and continuation.
fn tokens(probe: &mut Probe<'_>, given: &Tensors, seed: i64) -> Result<Array, Broken> {
    let prompt = given["tokens"].shape();
    let count = given["count"].item().unwrap_or_default() as usize;
    let call = Call {
        seed,
        ..Call::new(TASK, given.clone())
    };
    probe.typed(&call, "tokens", DType::I64, &[prompt[0], prompt[1] + count])
}

/// The tokens after the prompt.
fn new(all: &Array, given: &Tensors) -> Array {
    all.slice(s![.., given["tokens"].shape()[1]..]).to_owned().into_dyn()
}

/// The prompt continued by the most likely tokens; `None` where two are nearly equally likely.
pub(super) fn greedy_continuation(given: &Tensors, prompt: &Array, count: usize) -> Option<Array> {
    let mut sequence = prompt.clone();
    for _ in 0..count {
        let mut next = Vec::new();
        for row in next_logits(given, &sequence) {
            let order = descending(&row);
            if row[order[0]] - row[order[1]] < GAP {
                return None;
            }
            next.push(order[0] as f64);
        }
        let next = Array::from_shape_vec(IxDyn(&[next.len(), 1]), next).ok()?;
        sequence = concatenate(Axis(1), &[sequence.view(), next.view()]).ok()?;
    }
    Some(sequence)
}

/// What greedy generation has to give for `given`, if that is clear.
fn expected(given: &Tensors) -> Option<Array> {
    let count = given["count"].item().unwrap_or_default() as usize;
    greedy_continuation(given, &array(&given["tokens"]), count)
}

pub(super) fn starts_with_prompt(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    for (how, given) in [("greedy", given.clone()), ("sampled", sampled(&given, 0.9, 1.0))] {
        let all = tokens(probe, &given, 1)?;
        let length = given["tokens"].shape()[1];
        equal(
            &format!("the first {length} tokens of the {how} result"),
            "the prompt",
            &array(&given["tokens"]),
            &all.slice(s![.., ..length]).to_owned().into_dyn(),
            0.0,
        )?;
        let size = vocabulary(&given);
        every("a token", &format!("from 0 to {}", size - 1), &all, |token| {
            (0.0..size as f64).contains(&token)
        })?;
    }
    Ok(())
}

pub(super) fn nothing_to_add(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = with_count(&given(scenario), 0);
    equal(
        "the result for a count of 0",
        "the prompt",
        &array(&given["tokens"]),
        &tokens(probe, &given, 0)?,
        0.0,
    )
}

pub(super) fn greedy_iterates_forward(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let all = tokens(probe, &given, 0)?;
    let Some(expected) = expected(&given) else {
        return Ok(());
    };
    equal(
        "the result",
        "the prompt, continued by the most likely token after the last block_size ones, again and again",
        &expected,
        &all,
        0.0,
    )
}

pub(super) fn window(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let before = scenario.size("before");
    let given = of_length(scenario, scenario.size("block_size") + before);
    let mut prompt = array(&given["tokens"]);
    let size = vocabulary(&given) as f64;
    prompt
        .slice_mut(s![.., ..before])
        .mapv_inplace(|token| (token + 1.0) % size);
    let first = tokens(probe, &given, 0)?;
    unchanged(
        &format!("changing the first {before} tokens of the prompt, after which there are block_size more"),
        "the new tokens",
        &new(&first, &given),
        &new(&tokens(probe, &with_prompt(&given, &prompt), 0)?, &given),
        0.0,
    )
}

pub(super) fn in_steps(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let count = scenario.size("new");
    let first = scenario.random("first").integer(1, count as i64) as usize;
    if expected(&given).is_none() {
        return Ok(());
    }
    let begun = tokens(probe, &with_count(&given, first), 0)?;
    let continued = tokens(probe, &with_count(&with_prompt(&given, &begun), count - first), 0)?;
    equal(
        &format!("the result of {first} new tokens and then {} more", count - first),
        &format!("the result of {count} new tokens at once"),
        &tokens(probe, &given, 0)?,
        &continued,
        0.0,
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    if expected(&given).is_none() {
        return Ok(());
    }
    let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let own = |values: &Array| values.slice_axis(Axis(0), (which..=which).into()).to_owned();
    let alone = with_prompt(&given, &own(&array(&given["tokens"])));
    equal(
        &format!("the result for prompt {which} in a batch"),
        "the result for that prompt alone",
        &tokens(probe, &alone, 0)?,
        &own(&tokens(probe, &given, 0)?),
        0.0,
    )
}

/// With rates of 0.9, dropout that is active changes some token of six in nearly every case.
pub(super) fn evaluation_mode(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = with_count(&given(scenario), 6);
    let rates = |rate: f64| {
        ["attention_dropout", "residual_dropout", "embedding_dropout"]
            .iter()
            .fold(given.clone(), |given, name| with(&given, name, Tensor::real(rate)))
    };
    unchanged(
        "raising all dropout rates from 0 to 0.9",
        "the greedy result",
        &tokens(probe, &rates(0.0), 1)?,
        &tokens(probe, &rates(0.9), 2)?,
        0.0,
    )?;
    unchanged(
        "raising all dropout rates from 0 to 0.9",
        "the result of draws with the same generator seed",
        &tokens(probe, &sampled(&rates(0.0), 1.0, 1.0), 1)?,
        &tokens(probe, &sampled(&rates(0.9), 1.0, 1.0), 1)?,
        0.0,
    )
}

/// Another token has a probability of at most e^-100, since logits are at least 0.01 apart.
pub(super) fn cold_is_greedy(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let Some(expected) = expected(&given) else {
        return Ok(());
    };
    equal(
        "the result for p = 1 and temperature 0.0001",
        "that of the most likely tokens",
        &expected,
        &tokens(probe, &sampled(&given, 1.0, 1e-4), 1)?,
        0.0,
    )
}

/// Powers of two round nothing: what is drawn from is the same to the last bit.
pub(super) fn logits_by_temperature(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let before = tokens(probe, &sampled(&given, 0.9, 1.0), 1)?;
    for power in [-60, -8] {
        let factor = 2.0_f64.powi(power);
        let head = array(&given["head"]) * factor;
        let scaled = with(&given, "head", tensor_like(&given["head"], &head));
        equal(
            &format!("the draws with the head and the temperature multiplied by 2^{power}"),
            "those with the same generator seed before",
            &before,
            &tokens(probe, &sampled(&scaled, 0.9, factor), 1)?,
            0.0,
        )?;
    }
    Ok(())
}

/// The nucleus is taken a little larger than it is, so that rounding decides nothing.
pub(super) fn support(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const ROUNDING: f64 = 1e-4;
    let given = given(scenario);
    let mut settings = scenario.random("settings");
    let (p, temperature) = (0.2 + 0.6 * settings.unit(), 0.5 * settings.integer(1, 4) as f64);
    let all = tokens(probe, &sampled(&given, p, temperature), 1)?;
    let length = scenario.size("T");
    for place in length..all.shape()[1] {
        let before = all.slice(s![.., ..place]).to_owned().into_dyn();
        for (row, logits) in next_logits(&given, &before).iter().enumerate() {
            let kept = kept(&softmax(logits, temperature), p + ROUNDING);
            let nucleus: Vec<usize> = (0..kept.len()).filter(|&token| kept[token]).collect();
            every(
                &format!(
                    "new token {} of row {row}, p = {p:.3}, temperature {temperature}",
                    place - length
                ),
                &format!("in the nucleus {nucleus:?} after the tokens before it"),
                &scalar(all[[row, place]]),
                |token| nucleus.iter().any(|&kept| kept as f64 == token),
            )?;
        }
    }
    Ok(())
}

/// False alarms: at most 1e-7 a case, by the chi-square statistic.
pub(super) fn distribution(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const TEMPERATURE: f64 = 2.0;
    let given = with_count(&given(scenario), 1);
    let probabilities = softmax(&next_logits(&given, &array(&given["tokens"])).concat(), TEMPERATURE);
    let p = clear_mass(std::slice::from_ref(&probabilities), 0.85);
    let kept = kept(&probabilities, p);
    let all = tokens(probe, &sampled(&repeated(&given, ROWS), p, TEMPERATURE), 1)?;
    let mut counts = vec![0.0; probabilities.len()];
    for &token in all.index_axis(Axis(1), all.shape()[1] - 1) {
        if let Some(count) = counts.get_mut(token as usize) {
            *count += 1.0;
        }
    }
    let mass: f64 = (0..kept.len())
        .filter(|&token| kept[token])
        .map(|token| probabilities[token])
        .sum();
    let share = |token: usize| if kept[token] { probabilities[token] / mass } else { 0.0 };
    let expected: Vec<f64> = (0..kept.len()).map(share).collect();
    let outside: f64 = (0..kept.len())
        .filter(|&token| !kept[token])
        .map(|token| counts[token])
        .sum();
    every(
        "the number of draws outside the nucleus",
        "0",
        &scalar(outside),
        |count| count == 0.0,
    )?;
    every(
        &format!(
            "the chance that {ROWS} right draws from the nucleus of mass {p} at temperature {TEMPERATURE} are as uneven as \
             these"
        ),
        "above 1e-7",
        &scalar(chi_square_p_value(&expected, &counts)),
        |p_value| p_value > ALARM,
    )
}

/// A model whose logits are all equal.
fn indifferent(scenario: &Scenario) -> Tensors {
    sampled(&filled(&given(scenario), "head", 0.0), 1.0, 1.0)
}

fn different(values: &Array) -> f64 {
    let mut values: Vec<f64> = values.iter().copied().collect();
    values.sort_by(f64::total_cmp);
    values.dedup();
    values.len() as f64
}

/// Eleven equally likely tokens all agree in 12 draws with probability 11^-11 = 4e-12.
pub(super) fn draws_anew(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const DRAWS: usize = 12;
    let given = indifferent(scenario);
    let one_row = with_count(&given, DRAWS);
    let new_tokens = new(&tokens(probe, &one_row, 1)?, &one_row);
    every(
        &format!("the number of different tokens among {DRAWS} new ones where all are equally likely"),
        "above 1",
        &scalar(different(&new_tokens)),
        |count| count > 1.0,
    )?;
    let rows = with_count(&repeated(&given, DRAWS), 1);
    let new_tokens = new(&tokens(probe, &rows, 1)?, &rows);
    every(
        &format!("the number of different first tokens in {DRAWS} rows where all are equally likely"),
        "above 1",
        &scalar(different(&new_tokens)),
        |count| count > 1.0,
    )
}

/// Two sets of 12 draws from eleven tokens agree with probability 11^-12 = 3e-13.
pub(super) fn follows_seed(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = with_count(&indifferent(scenario), 12);
    let first = tokens(probe, &given, 3)?;
    equal(
        "the result of a second call with the same generator seed",
        "the result of the first",
        &first,
        &tokens(probe, &given, 3)?,
        0.0,
    )?;
    let other = tokens(probe, &given, 4)?;
    let differing = first.iter().zip(&other).filter(|(one, other)| one != other).count();
    every(
        "the number of tokens that differ under another generator seed",
        "above 0",
        &scalar(differing as f64),
        |count| count > 0.0,
    )
}
