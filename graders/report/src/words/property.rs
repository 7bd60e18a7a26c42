//! The words on a failed property and its counterexample.

use judge::compare::Mismatch;
use judge::findings::{Counterexample, Measure, Violation};

use super::figures::{and, comma, index};
use super::mismatch::{self, Frame};
use super::{Place, Words};
use crate::clean::clean;

/// The words on what fails a property.
pub(super) fn broken(violation: &Violation, place: Place<'_>) -> Words {
    match violation {
        Violation::Changed { cause, what, mismatch } => changed(&clean(cause), &clean(what), mismatch),
        Violation::Unequal { what, equals, mismatch } => unequal(&clean(what), &clean(equals), mismatch, place),
        Violation::Gradient {
            argument,
            others,
            measure,
            alone,
            mismatch,
        } => {
            let others: Vec<String> = others.iter().map(|other| clean(other)).collect();
            gradient((&clean(argument), *alone), &others, measure, mismatch, place)
        }
        Violation::Value {
            what,
            index,
            value,
            rule,
        } => of_value(&clean(what), index, &clean(value), &clean(rule), place),
        Violation::Call(finding) => super::finding(finding, place),
    }
}

fn changed(cause: &str, what: &str, mismatch: &Mismatch) -> Words {
    // What is set off by a comma is closed by one.
    let has_clause = [", after", ", for", ", where", ", which", ", with"]
        .iter()
        .any(|clause| cause.contains(clause));
    let comma = if has_clause { "," } else { "" };
    Words::new(
        format!(
            "{cause}{comma} changed {what}, which must not depend on it: {}",
            mismatch::difference(mismatch, Frame::Change)
        ),
        format!(
            "look for the step by which it can reach {what}: a mask, the axis of a softmax or of a mean, or a `view` \
             that mixes axes, as where heads are split and merged"
        ),
    )
}

fn unequal(what: &str, equals: &str, mismatch: &Mismatch, place: Place<'_>) -> Words {
    let message = match mismatch {
        // The quantity is then the shape or dtype itself, and `equals` has no more to say than the value.
        Mismatch::Shape { expected, actual } => {
            format!("{what} is {}, must be {}", index(actual), index(expected))
        }
        Mismatch::DType { expected, actual } => format!("{what} is {actual}, must be {expected}"),
        Mismatch::NotFinite(_) | Mismatch::Values(_) => format!(
            "{what} must be {equals}: {}",
            mismatch::difference(mismatch, Frame::Asked)
        ),
    };
    let hint = match mismatch {
        Mismatch::Values(_) => mismatch::by_hand(place),
        Mismatch::DType { .. } | Mismatch::Shape { .. } | Mismatch::NotFinite(_) => mismatch::hint(mismatch, place),
    };
    Words::new(message, hint)
}

fn gradient(
    (argument, alone): (&str, bool),
    others: &[String],
    measure: &Measure,
    mismatch: &Mismatch,
    place: Place<'_>,
) -> Words {
    let difference = mismatch::difference(mismatch, Frame::Asked);
    let (subject, moved, figures) = if others.is_empty() {
        let name = format!("`{argument}`");
        let only = if alone {
            ", where nothing else requires one,"
        } else {
            ""
        };
        (format!("the gradient by {name}{only}"), name, String::new())
    } else {
        let all = std::iter::once(argument).chain(others.iter().map(String::as_str));
        let names: Vec<String> = all.map(|name| format!("`{name}`")).collect();
        let subject = format!("the gradients by {}", and(&names));
        (subject, "one of them".to_owned(), format!(", by `{argument}`"))
    };
    let message = match measure {
        Measure::Reference => format!("{subject} must be the reference's{figures}: {difference}"),
        Measure::Derivative { settings } => {
            let settings = if settings.is_empty() {
                String::new()
            } else {
                format!(" ({})", clean(settings))
            };
            let does = if others.is_empty() { "does" } else { "do" };
            format!(
                "{subject} {does} not say how your own result changes when {moved} moves a little in one \
                 direction{settings}{figures}: {difference}"
            )
        }
    };
    let hint = match mismatch {
        Mismatch::DType { .. } | Mismatch::Shape { .. } => mismatch::hint(mismatch, place),
        Mismatch::Values(difference) if difference.worst.expected.parse() == Ok(0.0) => format!(
            "nothing there depends on `{argument}`, yet a gradient says it does: look for values that should not take \
             part, such as masked ones"
        ),
        Mismatch::NotFinite(_) => format!(
            "a gradient by `{argument}` that is no number comes from a root, a logarithm or a quotient of zero, also where \
             its value is not used"
        ),
        Mismatch::Values(difference) if difference.worst.actual.parse() == Ok(0.0) => format!(
            "look for a path from `{argument}` to the result that carries no gradient: `detach`, `no_grad`, values \
             that are read out and put into a new tensor, an index without gradient (`padding_idx`), or a change in place"
        ),
        Mismatch::Values(_) => format!(
            "where the outputs are wrong too, fix these first; otherwise a part of the gradient by `{argument}` is missing \
             or counted otherwise: look for one of several paths that is cut (`detach`, `no_grad`), a change in place, or \
             a gradient that is scaled (`scale_grad_by_freq`)"
        ),
    };
    Words::new(message, hint)
}

fn of_value(what: &str, at: &[usize], value: &str, rule: &str, place: Place<'_>) -> Words {
    let at = if at.is_empty() {
        String::new()
    } else {
        format!(" at {}", index(at))
    };
    let hint = if what.contains("draw") {
        "which values come, and how often, must be as the definition says: draw a thousand times from one input, and count"
            .to_owned()
    } else {
        mismatch::by_hand(place)
    };
    Words::new(format!("{what}{at} is {value}, must be {rule}"), hint)
}

/// The kind of a counterexample's input, where there are several, and its sizes.
pub(crate) fn input(counterexample: &Counterexample) -> String {
    let kind = clean(&counterexample.kind);
    let pieces = [kind, sizes(counterexample)];
    let told: Vec<String> = pieces.into_iter().filter(|piece| !piece.is_empty()).collect();
    told.join("; ")
}

/// The sizes of a counterexample, such as `T = 3 (shrunk from T = 11)`; empty where the property has no sizes.
pub(crate) fn sizes(counterexample: &Counterexample) -> String {
    let list = |sizes: &[(String, i64)]| comma(sizes.iter().map(|(name, value)| format!("{name} = {value}")));
    let smallest = list(&counterexample.sizes);
    if counterexample.found_at == counterexample.sizes || counterexample.found_at.is_empty() {
        smallest
    } else {
        format!("{smallest} (shrunk from {})", list(&counterexample.found_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_an_input_stands_before_its_sizes() {
        let mut given = Counterexample {
            kind: "a mask of one row for all queries".to_owned(),
            sizes: vec![("S".to_owned(), 2)],
            found_at: Vec::new(),
            seed: 1,
            calls: Vec::new(),
        };
        insta::assert_snapshot!(input(&given), @"a mask of one row for all queries; S = 2");
        given.kind.clear();
        insta::assert_snapshot!(input(&given), @"S = 2");
    }
}
