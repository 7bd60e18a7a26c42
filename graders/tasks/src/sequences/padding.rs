//! NaN in padded rows: what comes of a mask in which the rows of padding see nothing.
//!
//! It is looked for before values are compared. A softmax over nothing is NaN, and a layer later every row has it, so that
//! a number somewhere in the result would say nothing about the cause.

use judge::contract::arguments::{Array, arguments, array, tensor, tensor_like};
use judge::findings::{Finding, WrongOutput};
use ndarray::{Axis, s};
use wire::{DType, Tensor, Tensors};

/// The first row of a mask that sees nothing, where all such rows are of padding: a token that sees nothing is another
/// mistake.
pub(super) fn in_mask(case: Option<&str>, inputs: &Tensors, outputs: &Tensors) -> Option<Finding> {
    let counts = inputs.get("num_tokens").map(Tensor::to_f64).unwrap_or_default();
    let rows = blank_rows(outputs);
    let is_token = |(_, row): &Place| match row[..] {
        [sequence, .., position] => counts.get(sequence).is_some_and(|&count| (position as f64) < count),
        _ => false,
    };
    if rows.iter().any(is_token) {
        return None;
    }
    Some(finding(case, rows.into_iter().next()?, true))
}

/// The first NaN at padding in the hidden states of a transformer.
pub(super) fn in_hidden(case: Option<&str>, inputs: &Tensors, outputs: &Tensors) -> Option<Finding> {
    let rows = [cache_rows(inputs), token_rows(inputs, "tokens")?];
    Some(finding(case, nan_row("hidden", &rows, outputs)?, false))
}

/// The first NaN at padding in the logits of encoder and decoder together.
pub(super) fn in_logits(case: Option<&str>, inputs: &Tensors, outputs: &Tensors) -> Option<Finding> {
    let rows = [token_rows(inputs, "source")?, token_rows(inputs, "target")?];
    Some(finding(case, nan_row("logits", &rows, outputs)?, false))
}

/// The hidden states of a transformer, those at padding evened out: nobody reads them.
pub(super) fn read_hidden(inputs: &Tensors, outputs: Tensors) -> Tensors {
    let rows = token_rows(inputs, "tokens").map(|tokens| [cache_rows(inputs), tokens]);
    evened_out("hidden", rows, outputs)
}

/// The logits of encoder and decoder together, those at padding evened out: nobody reads them.
pub(super) fn read_logits(inputs: &Tensors, outputs: Tensors) -> Tensors {
    let rows = token_rows(inputs, "source").zip(token_rows(inputs, "target"));
    evened_out("logits", rows.map(<[IsToken; 2]>::from), outputs)
}

/// The same of hidden states alone.
pub(super) fn hidden_as_read(inputs: &Tensors, hidden: &Array) -> Array {
    array(&read_hidden(inputs, arguments([("hidden", tensor(hidden))]))["hidden"])
}

/// The same of logits alone.
pub(super) fn logits_as_read(inputs: &Tensors, logits: &Array) -> Array {
    array(&read_logits(inputs, arguments([("logits", tensor(logits))]))["logits"])
}

/// An output `[B, positions, channels]` with zeros for whatever number stands at padding.
fn evened_out(output: &str, spans: Option<[IsToken; 2]>, mut outputs: Tensors) -> Tensors {
    let given = outputs
        .get(output)
        .filter(|given| given.dtype().is_float() && given.shape().len() == 3);
    let Some((spans, given)) = spans.zip(given) else {
        return outputs;
    };
    let values = array(given);
    let rows: Vec<Vec<bool>> = (0..values.shape()[0]).map(|row| of_row(&spans, row)).collect();
    let even = Array::from_shape_fn(values.raw_dim(), |at| {
        let is_padding = rows[at[0]].get(at[1]) == Some(&false);
        if is_padding && values[&at].is_finite() {
            0.0
        } else {
            values[&at]
        }
    });
    let even = tensor_like(given, &even);
    outputs.insert(output.to_owned(), even);
    outputs
}

/// Which positions of a row hold tokens, the spans one after the other.
fn of_row(spans: &[IsToken], row: usize) -> Vec<bool> {
    let own = spans.iter().filter_map(|span| span.get(row));
    own.flatten().copied().collect()
}

/// Where an output is blank: its name and the index.
pub(super) type Place = (&'static str, Vec<usize>);

fn finding(case: Option<&str>, (output, index): Place, blank: bool) -> Finding {
    Finding::WrongOutput(WrongOutput::NanInPadding {
        case: case.map(str::to_owned),
        output: output.to_owned(),
        index,
        blank,
    })
}

/// Of each row of the batch, which positions hold tokens.
type IsToken = Vec<Vec<bool>>;

fn token_rows(inputs: &Tensors, name: &str) -> Option<IsToken> {
    let tokens = array(inputs.get(name)?);
    let row = |row: ndarray::ArrayViewD<'_, f64>| row.iter().map(|&token| token >= 0.0).collect();
    Some(tokens.outer_iter().map(row).collect())
}

fn cache_rows(inputs: &Tensors) -> IsToken {
    let (Some(cache), Some(counts)) = (inputs.get("cache"), inputs.get("cache_tokens")) else {
        return Vec::new();
    };
    let positions = cache.shape().get(1).copied().unwrap_or_default();
    let counts = counts.to_f64();
    let row = |count: &f64| (0..positions).map(|position| (position as f64) < *count).collect();
    counts.iter().map(row).collect()
}

/// The rows of a mask `[B, 1, T, T]` that see nothing. Every row that could has at least one token to see.
pub(super) fn blank_rows(outputs: &Tensors) -> Vec<Place> {
    let mask = outputs.get("mask").filter(|mask| mask.dtype() == DType::Bool);
    let Some(mask) = mask.map(array).filter(|mask| mask.ndim() >= 2) else {
        return Vec::new();
    };
    let lanes = mask.lanes(Axis(mask.ndim() - 1));
    let is_blank = |(_, row): &(usize, ndarray::ArrayView1<'_, f64>)| row.iter().all(|&value| value == 0.0);
    let blank = lanes.into_iter().enumerate().filter(is_blank);
    blank
        .map(|(place, _)| ("mask", unravelled(place, &mask.shape()[..mask.ndim() - 1])))
        .collect()
}

/// The first NaN at a position of padding, in an output `[B, positions, channels]`; the spans of positions stand one
/// after the other.
fn nan_row(output: &'static str, spans: &[IsToken], outputs: &Tensors) -> Option<Place> {
    let values = Some(array(outputs.get(output)?)).filter(|values| values.ndim() == 3)?;
    (0..values.shape()[0]).find_map(|row| {
        let is_token = of_row(spans, row);
        let is_padding = |position: &usize| is_token.get(*position) == Some(&false);
        (0..values.shape()[1])
            .filter(is_padding)
            .find_map(|position| nan_at(output, &values, row, position))
    })
}

fn nan_at(output: &'static str, values: &Array, row: usize, position: usize) -> Option<Place> {
    let channels = values.slice(s![row, position, ..]);
    let channel = channels.iter().position(|value| value.is_nan())?;
    Some((output, vec![row, position, channel]))
}

/// The index of the `place`-th entry of an array of this shape.
fn unravelled(place: usize, shape: &[usize]) -> Vec<usize> {
    let mut left = place;
    let mut index: Vec<usize> = shape
        .iter()
        .rev()
        .map(|&size| {
            let own = left % size;
            left /= size;
            own
        })
        .collect();
    index.reverse();
    index
}

#[cfg(test)]
mod tests {
    use judge::contract::arguments::{arguments, tensor};
    use judge::contract::random::{booleans, integers};

    use super::*;

    fn index(finding: Finding) -> Vec<usize> {
        match finding {
            Finding::WrongOutput(WrongOutput::NanInPadding { index, .. }) => index,
            other => panic!("{other:?} is of no padding"),
        }
    }

    #[test]
    fn the_first_blank_row_of_a_mask_is_named() {
        let mask = |values: [bool; 8]| arguments([("mask", booleans(&[2, 1, 2, 2], values.to_vec()))]);
        let right = mask([true, true, true, true, true, false, true, false]);
        assert_eq!(in_mask(None, &Tensors::new(), &right), None);
        let wrong = mask([true, true, true, true, true, false, false, false]);
        let found = in_mask(None, &Tensors::new(), &wrong);
        assert_eq!(found.map(index), Some(vec![1, 0, 1]));
        let counted = |counts: [i64; 2]| arguments([("num_tokens", integers(&[2], counts.to_vec()))]);
        assert!(in_mask(None, &counted([2, 1]), &wrong).is_some());
        assert_eq!(in_mask(None, &counted([2, 2]), &wrong), None, "that row is a token's");
    }

    #[test]
    fn nan_is_looked_for_at_padding_of_the_cache_and_of_the_tokens() {
        let inputs = arguments([
            ("tokens", integers(&[1, 2], vec![3, -1])),
            ("cache", tensor(&Array::zeros(ndarray::IxDyn(&[1, 2, 1])))),
            ("cache_tokens", integers(&[1], vec![1])),
        ]);
        let found = |values: [f64; 4]| {
            let hidden = Array::from_shape_vec(ndarray::IxDyn(&[1, 4, 1]), values.to_vec()).expect("four values");
            in_hidden(None, &inputs, &arguments([("hidden", tensor(&hidden))])).map(index)
        };
        assert_eq!(found([0.0; 4]), None);
        assert_eq!(found([f64::NAN, 0.0, f64::NAN, 0.0]), None, "these hold tokens");
        assert_eq!(found([0.0, f64::NAN, 0.0, f64::NAN]), Some(vec![0, 1, 0]));
        assert_eq!(found([0.0, 0.0, 0.0, f64::NAN]), Some(vec![0, 3, 0]));
    }

    #[test]
    fn states_at_padding_are_as_good_as_any_other() {
        let inputs = arguments([
            ("tokens", integers(&[1, 2], vec![3, -1])),
            ("cache", tensor(&Array::zeros(ndarray::IxDyn(&[1, 2, 1])))),
            ("cache_tokens", integers(&[1], vec![1])),
        ]);
        let hidden = Array::from_shape_vec(ndarray::IxDyn(&[1, 4, 1]), vec![1.0, 2.0, 3.0, 4.0]);
        let hidden = arguments([("hidden", tensor(&hidden.expect("four values")))]);
        assert_eq!(read_hidden(&inputs, hidden)["hidden"].to_f64(), [1.0, 0.0, 3.0, 0.0]);
        let flat = arguments([("hidden", tensor(&Array::zeros(ndarray::IxDyn(&[3]))))]);
        assert_eq!(read_hidden(&inputs, flat.clone()), flat);
    }

    #[test]
    fn outputs_of_another_shape_or_dtype_are_left_to_the_comparison() {
        let float = arguments([("mask", tensor(&Array::zeros(ndarray::IxDyn(&[1, 1, 1, 1]))))]);
        assert_eq!(in_mask(None, &Tensors::new(), &float), None);
        assert_eq!(in_mask(None, &Tensors::new(), &Tensors::new()), None);
        let tokens = arguments([("tokens", integers(&[1, 1], vec![-1]))]);
        let flat = arguments([("hidden", tensor(&Array::from_elem(ndarray::IxDyn(&[1]), f64::NAN)))]);
        assert_eq!(in_hidden(None, &tokens, &flat), None);
    }
}
