//! Right and wrong curves in plain Rust: the properties accept the right ones and reject the wrong ones.

#![expect(
    clippy::unnecessary_wraps,
    reason = "functions that refuse and functions that do not have one type"
)]

use judge::contract::arguments::{arguments, tensor_like, vector, with};
use judge::contract::subject::Call;
use wire::{DType, Outcome, Tensors};

use super::TASK;
use crate::convolution::oracle::{Mode, scores};
use crate::convolution::rotation_oracle::{ANGLES, rotated};
use crate::testing::{failed_properties, telling_cases, trivial_cases};
use crate::training::measures::accuracy;

type Answer = Result<Tensors, Outcome>;
type Function = fn(&Call) -> Answer;

/// The accuracy at each of these angles, mapped.
fn curve(call: &Call, angles: &[f64], map: fn(f64, usize) -> f64) -> Answer {
    let given = &call.arguments;
    let classes = given["classes"].to_f64();
    let share = |&degrees: &f64| {
        let turned = with(given, "images", rotated(&given["images"], degrees));
        let scores: Vec<f64> = scores(&turned, Mode::of(given)).iter().copied().collect();
        map(accuracy(&scores, &classes), classes.len())
    };
    let accuracies = vector(angles.iter().map(share).collect());
    Ok(arguments([("accuracies", tensor_like(&given["images"], &accuracies))]))
}

fn right(call: &Call) -> Answer {
    curve(call, &ANGLES, |share, _| share)
}

fn percent(call: &Call) -> Answer {
    curve(call, &ANGLES, |share, _| 100.0 * share)
}

fn counts(call: &Call) -> Answer {
    curve(call, &ANGLES, |share, count| share * count as f64)
}

fn clockwise(call: &Call) -> Answer {
    curve(call, &ANGLES.map(|degrees| -degrees), |share, _| share)
}

fn radians(call: &Call) -> Answer {
    curve(call, &ANGLES.map(f64::to_radians), |share, _| share)
}

fn upright(call: &Call) -> Answer {
    curve(call, &[0.0; ANGLES.len()], |share, _| share)
}

fn twelve(call: &Call) -> Answer {
    curve(call, &ANGLES[..12], |share, _| share)
}

fn doubles(call: &Call) -> Answer {
    let mut outputs = right(call)?;
    let other = match call.arguments["images"].dtype() {
        DType::F64 => DType::F32,
        _ => DType::F64,
    };
    outputs.insert("accuracies".to_owned(), outputs["accuracies"].to_float(other));
    Ok(outputs)
}

#[test]
fn properties_reject_what_goes_wrong() {
    assert_eq!(failed_properties(&TASK, right), Vec::<&str>::new());
    assert_eq!(trivial_cases(&TASK, right), Vec::<&str>::new());
    let mistakes: [(Function, &str); 7] = [
        (percent, "one-answer"),
        (counts, "one-answer"),
        (clockwise, "definition"),
        (radians, "quarter-turn"),
        (upright, "quarter-turn"),
        (twelve, "full-turn"),
        (doubles, "definition"),
    ];
    for (place, (wrong, property)) in mistakes.into_iter().enumerate() {
        let broken = failed_properties(&TASK, wrong);
        assert!(
            broken.contains(&property),
            "mistake {place} breaks {broken:?}, not {property}"
        );
    }
    // These give shares as the right one does; only a curve that varies tells them apart.
    for wrong in [clockwise as Function, upright] {
        assert_eq!(telling_cases(&TASK, right, wrong).len(), TASK.cases.len());
    }
}
