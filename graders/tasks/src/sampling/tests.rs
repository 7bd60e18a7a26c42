//! Right and wrong `greedy` and `nucleus` in plain Rust: the properties accept the right ones and reject the wrong ones.

use judge::contract::arguments::arguments;
use judge::contract::random::integers;
use judge::contract::subject::Call;
use wire::{Data, Outcome, Tensor, Tensors};

use super::inputs::{descending, rows};
use super::{greedy, nucleus};
use crate::testing::{failed_properties, telling_cases};

pub(super) type Answer = Result<Tensors, Outcome>;

pub(super) fn setting(call: &Call, name: &str) -> f64 {
    call.arguments[name].item().expect("a single value")
}

pub(super) fn tokens(tokens: Vec<i64>) -> Tensors {
    arguments([("token", integers(&[tokens.len()], tokens))])
}

pub(super) fn greedy_by(choose: impl Fn(&[f64]) -> usize) -> impl Fn(&Call) -> Answer {
    move |call| {
        Ok(tokens(
            rows(&call.arguments["logits"])
                .iter()
                .map(|row| choose(row) as i64)
                .collect(),
        ))
    }
}

pub(super) fn first_of_largest(row: &[f64]) -> usize {
    descending(row)[0]
}

fn last_of_largest(row: &[f64]) -> usize {
    let reversed: Vec<f64> = row.iter().rev().copied().collect();
    row.len() - 1 - first_of_largest(&reversed)
}

#[test]
fn greedy_is_the_lowest_index_of_the_largest_logit() {
    let right = greedy_by(first_of_largest);
    assert_eq!(failed_properties(&greedy::TASK, &right), Vec::<&str>::new());

    let last = greedy_by(last_of_largest);
    assert_eq!(failed_properties(&greedy::TASK, &last), ["ties-to-the-lowest"]);
    assert_eq!(telling_cases(&greedy::TASK, &right, last), ["ties"]);

    let smallest = greedy_by(|row| first_of_largest(&row.iter().map(|logit| -logit).collect::<Vec<f64>>()));
    assert!(failed_properties(&greedy::TASK, &smallest).contains(&"ties-to-the-lowest"));

    let by_size = greedy_by(|row| first_of_largest(&row.iter().map(|logit| logit.abs()).collect::<Vec<f64>>()));
    assert!(failed_properties(&greedy::TASK, &by_size).contains(&"ties-to-the-lowest"));
    assert!(telling_cases(&greedy::TASK, &right, by_size).contains(&"negative"));
}

#[test]
fn greedy_looks_at_one_row_at_a_time() {
    let of_first_row = |call: &Call| {
        let rows = rows(&call.arguments["logits"]);
        Ok(tokens(vec![first_of_largest(&rows[0]) as i64; rows.len()]))
    };
    let broken = failed_properties(&greedy::TASK, of_first_row);
    assert!(broken.contains(&"rows-independent") && broken.contains(&"ties-to-the-lowest"));
    let kept_axis = |call: &Call| {
        let answer = greedy_by(first_of_largest)(call)?;
        let Data::I64(values) = answer["token"].data() else {
            unreachable!("tokens are integers")
        };
        Ok(arguments([("token", integers(&[values.len(), 1], values.clone()))]))
    };
    assert!(failed_properties(&greedy::TASK, kept_axis).contains(&"rows-independent"));
}

/// Which tokens of a row are kept, given their descending order.
pub(super) type Keep = fn(row: &[f64], order: &[usize], p: f64) -> Vec<bool>;

pub(super) fn keep_by_mass_before(row: &[f64], order: &[usize], p: f64) -> Vec<bool> {
    let mut kept = vec![false; row.len()];
    let mut before = 0.0;
    for &token in order {
        kept[token] = before < p;
        before += row[token];
    }
    kept
}

pub(super) fn nucleus_row(row: &[f64], p: f64, keep: Keep) -> Vec<f64> {
    let kept = keep(row, &descending(row), p);
    let mass: f64 = row
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| **kept)
        .map(|(value, _)| value)
        .sum();
    row.iter()
        .zip(kept)
        .map(|(value, kept)| if kept { value / mass } else { 0.0 })
        .collect()
}

fn nucleus_by(row_to_row: impl Fn(&[f64], f64) -> Vec<f64>) -> impl Fn(&Call) -> Answer {
    move |call| {
        let p = setting(call, "p");
        let output: Vec<f64> = rows(&call.arguments["probabilities"])
            .iter()
            .flat_map(|row| row_to_row(row, p))
            .collect();
        let shape = call.arguments["probabilities"].shape().to_vec();
        Ok(arguments([(
            "output",
            Tensor::new(shape, Data::F64(output)).expect("as many values as given"),
        )]))
    }
}

fn right_nucleus(call: &Call) -> Answer {
    nucleus_by(|row, p| nucleus_row(row, p, keep_by_mass_before))(call)
}

#[test]
fn nucleus_properties_accept_several_formulations() {
    let from_below: Keep = |row, order, p| {
        // A token falls where it and all less likely ones have at most the mass 1 - p; the first never does.
        let mut kept = vec![true; row.len()];
        let mut below = 0.0;
        for &token in order[1..].iter().rev() {
            below += row[token];
            kept[token] = below > 1.0 - p;
        }
        kept
    };
    let by_subtraction: Keep = |row, order, p| {
        let mut kept = vec![false; row.len()];
        let mut through = 0.0;
        for &token in order {
            through += row[token];
            kept[token] = through - row[token] < p;
        }
        kept
    };
    for keep in [keep_by_mass_before, from_below, by_subtraction] {
        let nucleus = nucleus_by(move |row, p| nucleus_row(row, p, keep));
        assert_eq!(failed_properties(&nucleus::TASK, &nucleus), Vec::<&str>::new());
        assert_eq!(
            telling_cases(&nucleus::TASK, right_nucleus, nucleus),
            Vec::<&str>::new()
        );
    }
}

/// Known mistakes with a property that each breaks.
const WRONG_KEEPS: &[(&str, Keep, &str)] = &[
    (
        "crossing token dropped",
        |row, order, p| keep_through(row, order, |mass| mass <= p),
        "heavy-first-token",
    ),
    (
        "kept on an exact tie",
        |row, order, p| keep_before(row, order, |mass| mass <= p),
        "ties-to-the-lowest",
    ),
    (
        "one token too many",
        |row, order, p| keep_before(row, order, |mass| mass < p + 0.1),
        "minimal",
    ),
    (
        "ascending order",
        |row, order, p| {
            let ascending: Vec<usize> = order.iter().rev().copied().collect();
            keep_by_mass_before(row, &ascending, p)
        },
        "most-likely-first",
    ),
    (
        "not scattered back",
        |row, order, p| {
            let kept = keep_by_mass_before(row, order, p);
            order.iter().map(|&token| kept[token]).collect()
        },
        "permutation-equivariant",
    ),
    (
        "only the most likely token",
        |row, order, _| (0..row.len()).map(|token| token == order[0]).collect(),
        "mass-one-keeps-all",
    ),
    (
        "threshold on single probabilities",
        |row, _, p| row.iter().map(|value| *value >= 1.0 - p).collect(),
        "minimal",
    ),
    (
        "ties to the highest index",
        |row, _, p| {
            let mut order: Vec<usize> = (0..row.len()).rev().collect();
            order.sort_by(|&one, &other| row[other].total_cmp(&row[one]));
            keep_by_mass_before(row, &order, p)
        },
        "ties-to-the-lowest",
    ),
];

fn keep_before(row: &[f64], order: &[usize], keep: impl Fn(f64) -> bool) -> Vec<bool> {
    let mut kept = vec![false; row.len()];
    let mut before = 0.0;
    for &token in order {
        kept[token] = keep(before);
        before += row[token];
    }
    kept
}

fn keep_through(row: &[f64], order: &[usize], keep: impl Fn(f64) -> bool) -> Vec<bool> {
    let mut kept = vec![false; row.len()];
    let mut through = 0.0;
    for &token in order {
        through += row[token];
        kept[token] = keep(through);
    }
    kept
}

#[test]
fn nucleus_properties_and_cases_reject_what_goes_wrong() {
    for &(mistake, keep, property) in WRONG_KEEPS {
        let wrong = nucleus_by(move |row, p| nucleus_row(row, p, keep));
        let broken = failed_properties(&nucleus::TASK, &wrong);
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
        let telling = telling_cases(&nucleus::TASK, right_nucleus, wrong);
        assert!(!telling.is_empty(), "no golden case tells {mistake}");
    }
}

#[test]
fn a_nucleus_is_renormalised_row_by_row() {
    let not_renormalised = nucleus_by(|row, p| {
        let kept = keep_by_mass_before(row, &descending(row), p);
        row.iter()
            .zip(kept)
            .map(|(value, kept)| if kept { *value } else { 0.0 })
            .collect()
    });
    assert!(failed_properties(&nucleus::TASK, &not_renormalised).contains(&"renormalised"));
    let removals_of_first_row = |call: &Call| {
        let first = rows(&call.arguments["probabilities"])[0].clone();
        let kept = keep_by_mass_before(&first, &descending(&first), setting(call, "p"));
        nucleus_by(|row, _| {
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
        })(call)
    };
    assert!(failed_properties(&nucleus::TASK, removals_of_first_row).contains(&"rows-independent"));
    assert!(!telling_cases(&nucleus::TASK, right_nucleus, removals_of_first_row).is_empty());
}
