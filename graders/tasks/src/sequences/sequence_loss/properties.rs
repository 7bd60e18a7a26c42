//! Properties of `sequence_loss`.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, scalar, tensor_like, vector, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use super::ID;
use super::inputs::{alone, of_vocabulary};
use crate::attention::inputs::CLOSELY;
use crate::sequences::inputs::{
    counted, counts, more_padding as lengthened, padded_counts, padded_tokens, with_tokens,
};
use crate::sequences::oracle::loss as plain_loss;
use crate::transformer::inputs::{drawn, filled};

/// The first row is full, so that there is something to predict.
fn given(scenario: &Scenario) -> Tensors {
    let [batch, length, vocabulary, cached] = ["B", "T", "V", "K"].map(|name| scenario.size(name));
    let counts = counts(&mut scenario.random("counts"), batch, length);
    drawn(scenario, |random| {
        of_vocabulary(random, &counts, length, cached, vocabulary)
    })
}

fn loss(probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let losses = probe.array(ID, &alone(given), "loss", &[1])?;
    Ok(losses.index_axis_move(Axis(0), 0))
}

fn expected(given: &Tensors) -> Array {
    scalar(plain_loss(&array(&given["logits"]), &array(&given["tokens"])).unwrap_or_default())
}

fn with_logits(given: &Tensors, logits: &Array) -> Tensors {
    with(given, "logits", tensor_like(&given["logits"], logits))
}

/// The logits, changed at the positions of a row for which `which` holds.
fn changed(given: &Tensors, which: impl Fn(usize, usize) -> bool) -> Tensors {
    let mut logits = array(&given["logits"]);
    for (at, value) in logits.indexed_iter_mut() {
        if which(at[0], at[1]) {
            *value = 1.0 - 2.0 * *value;
        }
    }
    with_logits(given, &logits)
}

pub(super) fn next_tokens(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    equal(
        "the loss",
        "the mean of -log p of every token that follows another",
        &expected(&given),
        &loss(probe, &given)?,
        CLOSELY,
    )
}

pub(super) fn padding_left_out(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let [batch, length, cached] = ["B", "T", "K"].map(|name| scenario.size(name));
    let mut counts = padded_counts(&mut scenario.random("padded"), batch, length);
    counts[0] = counts[0].max(2);
    let vocabulary = scenario.size("V");
    let tokens = padded_tokens(&mut scenario.random("tokens"), &counts, length, vocabulary);
    let given = with(&given, "tokens", tokens);
    let moved = changed(&given, |row, position| position + 1 >= cached + counts[row]);
    unchanged(
        &format!("changing the logits from the last token of each row on, after {counts:?} tokens"),
        "the loss",
        &loss(probe, &given)?,
        &loss(probe, &moved)?,
        1e-12,
    )
}

pub(super) fn cache_left_out(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, cached, length) = (given(scenario), scenario.size("K"), scenario.size("T"));
    let moved = changed(&given, |_, position| {
        position < cached || position + 1 == cached + length
    });
    unchanged(
        &format!("changing the logits at the {cached} positions of the cache and at the last position"),
        "the loss",
        &loss(probe, &given)?,
        &loss(probe, &moved)?,
        1e-12,
    )
}

pub(super) fn more_padding(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let logits = array(&given["logits"]);
    let longer = Array::from_shape_fn(
        IxDyn(&[logits.shape()[0], logits.shape()[1] + 1, logits.shape()[2]]),
        |at| logits.get(&at).copied().unwrap_or(at[2] as f64),
    );
    let padded = with_tokens(&given, "tokens", &lengthened(&array(&given["tokens"]), 1));
    equal(
        "the loss with one more position of padding",
        "the loss without",
        &loss(probe, &given)?,
        &loss(probe, &with_logits(&padded, &longer))?,
        CLOSELY,
    )
}

pub(super) fn repeated_batch(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let twice = |name: &str| {
        let values = array(&given[name]);
        ndarray::concatenate(Axis(0), &[values.view(), values.view()]).expect("equal shapes")
    };
    let repeated = with_tokens(&given, "tokens", &twice("tokens"));
    equal(
        "the loss of the same rows twice",
        "the loss of the rows",
        &loss(probe, &given)?,
        &loss(probe, &with_logits(&repeated, &twice("logits")))?,
        CLOSELY,
    )
}

pub(super) fn uniform(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = filled(&given(scenario), "logits", 1.5);
    equal(
        "the loss where all logits are equal",
        "ln V",
        &scalar((scenario.size("V") as f64).ln()),
        &loss(probe, &given)?,
        CLOSELY,
    )
}

pub(super) fn shift(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let before = loss(probe, &given)?;
    for size in [3.0, 1000.0] {
        let mut logits = array(&given["logits"]);
        let shifts = array(&scenario.uniform("shift", &logits.shape()[..2], -size, size));
        for (at, value) in logits.indexed_iter_mut() {
            *value += shifts[[at[0], at[1]]];
        }
        equal(
            &format!("the loss where numbers up to {size} are added to all logits of a position"),
            "the loss without them",
            &before,
            &loss(probe, &with_logits(&given, &logits))?,
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let (logits, tokens) = (array(&given["logits"]), array(&given["tokens"]));
    let cotangents = Tensors::from([("loss".to_owned(), tensor_like(&given["logits"], &vector(vec![1.0])))]);
    let cached = scenario.size("K");
    let count: usize = counted(&tokens).iter().map(|count| count - 1).sum();
    let expected = Array::from_shape_fn(logits.raw_dim(), |at| {
        let next = (at[1] + 1).checked_sub(cached).filter(|&next| next > 0);
        let next = next
            .and_then(|next| tokens.get(&[at[0], next][..]))
            .filter(|&&token| token >= 0.0);
        next.map_or(0.0, |&token| {
            let own = logits.slice(s![at[0], at[1], ..]);
            let total: f64 = own.iter().map(|logit| logit.exp()).sum();
            let probability = own[[at[2]]].exp() / total;
            (probability - f64::from(u8::from(token as usize == at[2]))) / count as f64
        })
    });
    equal(
        "the gradient of the loss by the logits",
        "(softmax less one at the next token) over the number of tokens that follow another, 0 elsewhere",
        &expected,
        &probe
            .gradient(ID, &alone(&given), "logits", cotangents)?
            .index_axis_move(Axis(0), 0),
        CLOSELY,
    )
}

pub(super) fn nothing_to_predict(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let [batch, length, vocabulary, cached] = ["B", "T", "V", "K"].map(|name| scenario.size(name));
    let given = drawn(scenario, |random| {
        of_vocabulary(random, &vec![1; batch], length, cached, vocabulary)
    });
    probe.refused(&Call::new(ID, alone(&given)), "rows of one token each")
}
