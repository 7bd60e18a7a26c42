//! Properties of `rotary_embedding`.

use judge::checks::assertions::{ROUNDING, broken_rule, equal};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::arguments::{Array, array, tensor, tensor_like};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use super::inputs::of;
use crate::attention::inputs::{CLOSELY, angle, rotated};

/// The two tensors, which are arguments and outputs.
const BOTH: [&str; 2] = ["query", "key"];

fn shape(scenario: &Scenario) -> [usize; 4] {
    let [batch, heads, length, pairs] = ["B", "heads", "T", "pairs"].map(|name| scenario.size(name));
    [batch, heads, length, 2 * pairs]
}

/// Different queries and keys.
fn inputs(scenario: &Scenario, start: i64) -> Tensors {
    let shape = shape(scenario);
    of(scenario.normal("query", &shape), scenario.normal("key", &shape), start)
}

/// The rotated query and the rotated key.
fn rotate(probe: &mut Probe<'_>, arguments: &Tensors) -> Result<[Array; 2], Broken> {
    let shape = arguments["query"].shape();
    let call = Call::new("rotary_embedding", arguments.clone());
    probe.arrays(&call, BOTH.map(|name| (name, shape)))
}

pub(super) fn position_zero(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario, 0);
    let outputs = rotate(probe, &arguments)?;
    BOTH.iter().zip(&outputs).try_for_each(|(name, output)| {
        equal(
            &format!("the {name} at position 0"),
            &format!("the {name} as it was"),
            &array(&arguments[*name]).index_axis(Axis(2), 0).to_owned(),
            &output.index_axis(Axis(2), 0).to_owned(),
            ROUNDING,
        )
    })
}

pub(super) fn pair_norm(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario, scenario.integer("start"));
    let outputs = rotate(probe, &arguments)?;
    let norms = |values: &Array| {
        let [first, second] = [0, 1].map(|side| values.slice(s![.., .., .., side..;2]).to_owned());
        (&first * &first + &second * &second).mapv(f64::sqrt).into_dyn()
    };
    BOTH.iter().zip(&outputs).try_for_each(|(name, output)| {
        equal(
            &format!("the length of each pair of channels of the rotated {name}"),
            "the length before",
            &norms(&array(&arguments[*name])),
            &norms(output),
            CLOSELY,
        )
    })
}

/// A unit vector in each channel, at all positions: `[d, T, d]`, first axis the channel that is 1.
fn unit_vectors(scenario: &Scenario) -> Tensors {
    let (length, dimension) = (scenario.size("T"), 2 * scenario.size("pairs"));
    let vectors = Array::from_shape_fn(IxDyn(&[dimension, length, dimension]), |at| {
        f64::from(u8::from(at[0] == at[2]))
    });
    let vectors = tensor(&vectors);
    of(vectors.clone(), vectors, scenario.integer("start"))
}

pub(super) fn neighbouring_pairs(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let outputs = rotate(probe, &unit_vectors(scenario))?;
    for (name, output) in BOTH.iter().zip(&outputs) {
        let strays = |at: &[usize]| at[0] / 2 != at[2] / 2;
        let stray = output
            .indexed_iter()
            .map(|(at, &value)| ([at[0], at[1], at[2]], value))
            .find(|(at, value)| strays(at) && (value.is_nan() || value.abs() > CLOSELY));
        if let Some(([from, row, to], value)) = stray {
            let what = format!("channel {to} of the rotated {name} that was 1 in channel {from} only, row {row}");
            let first = from / 2 * 2;
            let rule = format!("0: channel {from} makes a pair of channels {first} and {}", first + 1);
            return Err(broken_rule(&what, &[row, to], &number(value), &rule));
        }
    }
    Ok(())
}

pub(super) fn basis_probe(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = unit_vectors(scenario);
    let outputs = rotate(probe, &arguments)?;
    let (start, dimension) = (scenario.size("start"), 2 * scenario.size("pairs"));
    let expected = rotated(&array(&arguments["query"]), start);
    for (name, output) in BOTH.iter().zip(&outputs) {
        for channel in 0..dimension {
            let (pair, frequency) = (channel / 2, angle(1, channel / 2, dimension));
            let turned = if channel % 2 == 0 { "(cos, sin)" } else { "(-sin, cos)" };
            equal(
                &format!("the rotated {name} that was 1 in channel {channel} only, rows from position {start}"),
                &format!(
                    "{turned} of the position times {} in channels {} and {}",
                    number(frequency),
                    2 * pair,
                    2 * pair + 1
                ),
                &expected.index_axis(Axis(0), channel).to_owned(),
                &output.index_axis(Axis(0), channel).to_owned(),
                CLOSELY,
            )?;
        }
    }
    Ok(())
}

pub(super) fn relative_position(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (length, dimension) = (scenario.size("T"), 2 * scenario.size("pairs"));
    let everywhere = |label| {
        let row = array(&scenario.normal(label, &[1, dimension]));
        tensor(
            &row.broadcast(IxDyn(&[length, dimension]))
                .unwrap_or(row.view())
                .to_owned(),
        )
    };
    let arguments = of(everywhere("query"), everywhere("key"), scenario.integer("start"));
    let [query, key] = rotate(probe, &arguments)?;
    let scores = Array::from_shape_fn(IxDyn(&[length, length]), |at| {
        (0..dimension)
            .map(|channel| query[[at[0], channel]] * key[[at[1], channel]])
            .sum()
    });
    equal(
        "the score of the query at row m + 1 and the key at row n + 1",
        "the score of the same query at row m and the same key at row n",
        &scores.slice(s![..length - 1, ..length - 1]).to_owned().into_dyn(),
        &scores.slice(s![1.., 1..]).to_owned().into_dyn(),
        CLOSELY,
    )
}

pub(super) fn same_map(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = inputs(scenario, scenario.integer("start"));
    let exchanged = of(
        arguments["key"].clone(),
        arguments["query"].clone(),
        scenario.integer("start"),
    );
    let [query, key] = rotate(probe, &arguments)?;
    let [key_as_query, query_as_key] = rotate(probe, &exchanged)?;
    let judge = |what, equals, expected, actual| equal(what, equals, expected, actual, CLOSELY);
    judge(
        "a tensor rotated as key",
        "the same tensor rotated as query",
        &query,
        &query_as_key,
    )?;
    judge(
        "a tensor rotated as query",
        "the same tensor rotated as key",
        &key,
        &key_as_query,
    )
}

pub(super) fn start_offset(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (length, start) = (scenario.size("T"), scenario.size("start"));
    let shape = [start + length, 2 * scenario.size("pairs")];
    let whole = of(scenario.normal("query", &shape), scenario.normal("key", &shape), 0);
    let later = |name: &str| {
        let rows = array(&whole[name]).slice(s![start.., ..]).to_owned().into_dyn();
        tensor_like(&whole[name], &rows)
    };
    let part = of(later("query"), later("key"), start as i64);
    let (from_zero, from_start) = (rotate(probe, &whole)?, rotate(probe, &part)?);
    (0..2).try_for_each(|which| {
        equal(
            &format!("the {} rotated from start = {start}", BOTH[which]),
            &format!("rows {start} and later of the {} rotated from start = 0", BOTH[which]),
            &from_zero[which].slice(s![start.., ..]).to_owned().into_dyn(),
            &from_start[which],
            CLOSELY,
        )
    })
}

pub(super) fn leading_axes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let start = scenario.integer("start");
    let arguments = inputs(scenario, start);
    let mut which = scenario.random("which");
    let batch = which.integer(0, scenario.integer("B")) as usize;
    let head = which.integer(0, scenario.integer("heads")) as usize;
    let slice = |values: &Array| values.slice(s![batch, head, .., ..]).to_owned().into_dyn();
    let [query, key] = BOTH.map(|name| tensor_like(&arguments[name], &slice(&array(&arguments[name]))));
    let (together, alone) = (rotate(probe, &arguments)?, rotate(probe, &of(query, key, start))?);
    (0..2).try_for_each(|index| {
        equal(
            &format!("head {head} of batch entry {batch} of the rotated {}", BOTH[index]),
            "that head rotated alone",
            &alone[index],
            &slice(&together[index]),
            CLOSELY,
        )
    })
}
