//! Cases of generation, and what has to come of them, in plain arithmetic.

use judge::contract::arguments::{Array, array, with};
use judge::contract::random::Random;
use ndarray::{Axis, IxDyn, concatenate};
use wire::{Tensor, Tensors};

use super::inputs::{Sizes, encoder_decoder_call, padded_tokens, settings, transformer};
use super::oracle::{Transformer, encoded, headed};
use crate::sampling::inputs::{descending, softmax};

/// Logits closer than this are as good as equal: another token would be no mistake.
const GAP: f64 = 1e-3;
/// A number closer than this to a cumulative probability may fall on either side of it.
const MARGIN: f64 = 1e-4;
/// An END that no model can choose: the plain continuation then never ends.
const NEVER: f64 = -2.0;
/// The largest number below 1 that f64 has.
pub(crate) const LARGEST_NUMBER: f64 = 1.0 - f64::EPSILON / 2.0;
/// How often a case is drawn again until it shows what it is to show.
const DRAWS: usize = 5000;

/// The arguments of `generate_sequence`: greedy, and token 0 ends.
pub(crate) fn model_call(random: &mut Random, sizes: Sizes, count: usize) -> Tensors {
    let mut given = transformer(random, sizes, "");
    given.extend(settings(sizes.heads));
    given.insert("head".to_owned(), random.normal(&[sizes.vocabulary, sizes.width()]));
    let rows = vec![sizes.length; sizes.batch];
    given.insert(
        "tokens".to_owned(),
        padded_tokens(random, &rows, sizes.length, sizes.vocabulary),
    );
    generated(&given, count)
}

/// The arguments of `prefix_generate`: greedy, token 0 ends, and token 1 begins.
pub(crate) fn prefix_call(random: &mut Random, sizes: Sizes, prefix_length: usize, count: usize) -> Tensors {
    let mut given = encoder_decoder_call(random, sizes, prefix_length);
    given.remove("target");
    let prefix = given.remove("source").unwrap_or_else(|| Tensor::integer(0));
    given.insert("prefix".to_owned(), prefix);
    given.insert("start".to_owned(), Tensor::integer(1));
    generated(&given, count)
}

fn generated(given: &Tensors, count: usize) -> Tensors {
    let counted = with(given, "count", Tensor::integer(count as i64));
    with(&counted, "end", Tensor::integer(0))
}

/// The same with numbers that decide.
pub(crate) fn sampled(random: &mut Random, given: &Tensors, temperature: f64) -> Tensors {
    let shape = [setting(given, "count") as usize, batch(given)];
    let warm = with(given, "temperature", Tensor::real(temperature));
    with(&warm, "uniforms", random.uniform(&shape, 0.0, 1.0))
}

/// The same with another END.
pub(crate) fn ending(given: &Tensors, end: f64) -> Tensors {
    with(given, "end", Tensor::integer(end as i64))
}

/// The same with an END that no model can choose.
pub(crate) fn unending(given: &Tensors) -> Tensors {
    ending(given, NEVER)
}

pub(crate) fn setting(given: &Tensors, name: &str) -> f64 {
    given[name].item().unwrap_or_default()
}

pub(crate) fn batch(given: &Tensors) -> usize {
    let name = if given.contains_key("prefix") {
        "prefix"
    } else {
        "tokens"
    };
    given[name].shape()[0]
}

pub(crate) fn vocabulary(given: &Tensors) -> usize {
    given["head"].shape()[0]
}

/// What the decoder's sequence begins with.
pub(crate) fn beginning(given: &Tensors) -> Array {
    if given.contains_key("prefix") {
        Array::from_elem(IxDyn(&[batch(given), 1]), setting(given, "start"))
    } else {
        array(&given["tokens"])
    }
}

/// The logits at the last position of `sequence`, one row per row.
pub(crate) fn next_logits(given: &Tensors, sequence: &Array) -> Vec<Vec<f64>> {
    let last = sequence.shape()[1] - 1;
    let hidden = if given.contains_key("prefix") {
        let (cache, counts) = encoded(given, &array(&given["prefix"]));
        let decoder = Transformer {
            given,
            prefix: "decoder_",
        };
        let hidden = decoder.hidden(sequence, true, Some((&cache, &counts)));
        hidden.slice_axis(Axis(1), (cache.shape()[1]..).into()).to_owned()
    } else {
        Transformer::only(given).hidden(sequence, true, None)
    };
    let logits = headed(given, &hidden);
    let last = logits.index_axis(Axis(1), last);
    last.outer_iter().map(|row| row.iter().copied().collect()).collect()
}

/// The token that a row of logits gives in a step; `None` where another one would be no mistake.
fn chosen(given: &Tensors, logits: &[f64], step: usize, row: usize) -> Option<f64> {
    let Some(uniforms) = given.get("uniforms") else {
        let order = descending(logits);
        let clear = logits[order[0]] - logits[order[1]] > GAP;
        return clear.then_some(order[0] as f64);
    };
    let number = array(uniforms)[[step, row]];
    let mut sum = 0.0;
    let mut token = None;
    for (place, probability) in softmax(logits, setting(given, "temperature")).into_iter().enumerate() {
        sum += probability;
        if (sum - number).abs() < MARGIN && place + 1 < logits.len() {
            return None;
        }
        if sum > number && token.is_none() {
            token = Some(place as f64);
        }
    }
    token
}

/// The new tokens `[B, L]`; `None` where some choice is not clear.
pub(crate) fn continuation(given: &Tensors) -> Option<Array> {
    let end = setting(given, "end");
    let first = beginning(given);
    let mut sequence = first.clone();
    let mut ended = vec![false; first.shape()[0]];
    for step in 0..setting(given, "count") as usize {
        let logits = next_logits(given, &sequence);
        let mut next = Vec::new();
        for (row, logits) in logits.iter().enumerate() {
            let token = if ended[row] {
                -1.0
            } else {
                chosen(given, logits, step, row)?
            };
            ended[row] |= token == end;
            next.push(token);
        }
        let next = Array::from_shape_vec(IxDyn(&[next.len(), 1]), next).ok()?;
        sequence = concatenate(Axis(1), &[sequence.view(), next.view()]).ok()?;
        if ended.iter().all(|&ended| ended) {
            break;
        }
    }
    Some(sequence.slice_axis(Axis(1), (first.shape()[1]..).into()).to_owned())
}

/// The step in which each row of a continuation that never ends first has this token.
fn ends(continuation: &Array, token: f64) -> Vec<Option<usize>> {
    let of_row = |row: ndarray::ArrayViewD<'_, f64>| row.iter().position(|&other| other == token);
    continuation.outer_iter().map(of_row).collect()
}

/// Draws a case again until some token, which is then END, comes in steps that `suits` accepts, and all choices are clear.
///
/// # Panics
/// Where no draw does: a slip in a task's definition.
pub(crate) fn with_ends(
    random: &mut Random,
    mut make: impl FnMut(&mut Random) -> Tensors,
    suits: impl Fn(&[Option<usize>]) -> bool,
) -> Tensors {
    for _ in 0..DRAWS {
        let given = make(random);
        let Some(free) = continuation(&unending(&given)) else {
            continue;
        };
        let end = (0..vocabulary(&given)).find(|&token| suits(&ends(&free, token as f64)));
        if let Some(end) = end
            && varied(&free)
        {
            return ending(&given, end as f64);
        }
    }
    panic!("no draw of the case ends as it should");
}

/// Whether at least three different tokens occur.
fn varied(tokens: &Array) -> bool {
    let mut different: Vec<i64> = tokens.iter().map(|&token| token as i64).collect();
    different.sort_unstable();
    different.dedup();
    different.len() >= 3
}

/// The same call with an END that some row has in the middle of its continuation; `None` where no choice is clear.
pub(crate) fn with_reached_end(given: &Tensors, step: usize) -> Option<Tensors> {
    let free = continuation(&unending(given))?;
    Some(ending(given, free[[0, step]]))
}
