//! The words on what a trial has measured.

use judge::compare::number;
use judge::findings::measurement::{self, Measurement};

use super::figures::and;
use super::{Place, Words};
use crate::clean::clean;
use crate::model::{Measured, Threshold};

/// The words on training that was not good enough: everything that was measured, what it had to be, and whether it is.
pub(super) fn below_threshold(measurements: &[Measurement], place: Place<'_>) -> Words {
    let phrase = |measurement: &Measurement| {
        let (value, threshold) = (number(measurement.value), needed(measurement.threshold));
        let missed = if measurement.holds() { "reached" } else { "missed" };
        format!("{} is {value}, must be {threshold}: {missed}", clean(&measurement.what))
    };
    let phrases: Vec<String> = measurements.iter().map(phrase).collect();
    let message = if phrases.is_empty() {
        "the training gave nothing that could be measured".to_owned()
    } else {
        phrases.join("; ")
    };
    let explain = place.explain();
    let is_trained = measurements.iter().all(|measurement| measurement.value.is_finite())
        && measurements.iter().any(Measurement::holds);
    let hint = if is_trained {
        format!(
            "something is learnt, but not what was asked for: see that every argument reaches the model, and that your \
             training uses the batches as they are served ({explain})"
        )
    } else {
        format!("{explain} says what is trained and how; train in a test of your own, and see that the loss falls")
    };
    Words::new(message, hint)
}

/// What a trial that holds has measured, as the end of a sentence.
pub(crate) fn measured(measured: &[Measured]) -> String {
    if measured.is_empty() {
        return String::new();
    }
    let phrase = |measured: &Measured| {
        format!(
            "{} is {}, needed is {}",
            measured.what,
            value(measured),
            threshold(measured)
        )
    };
    format!(" ({})", and(&measured.iter().map(phrase).collect::<Vec<_>>()))
}

/// What was measured.
pub(crate) fn value(measured: &Measured) -> String {
    measured.value.map_or("not finite".to_owned(), number)
}

/// What it has to be.
pub(crate) fn threshold(measured: &Measured) -> String {
    needed(match measured.threshold {
        Threshold::AtLeast(least) => measurement::Threshold::AtLeast(least),
        Threshold::AtMost(most) => measurement::Threshold::AtMost(most),
    })
}

fn needed(threshold: measurement::Threshold) -> String {
    match threshold {
        measurement::Threshold::AtLeast(least) => format!("at least {}", number(least)),
        measurement::Threshold::AtMost(most) => format!("at most {}", number(most)),
    }
}
