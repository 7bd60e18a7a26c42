//! The words on outputs that are not what they have to be.

use judge::compare::Difference;
use judge::findings::{Behaviour, OnlyInF32, WrongOutput};

use super::{Place, Words, draws, figures, mismatch};
use crate::clean::{clean, clean_libtorch};

/// The words on a wrong output.
pub(super) fn wrong(found: &WrongOutput, place: Place<'_>) -> Words {
    match found {
        WrongOutput::MissingOutput { output } => missing_output(output),
        WrongOutput::Wrong {
            case,
            output,
            mismatch,
            patterns,
        } => mismatch::wrong(case, output, mismatch, patterns, place),
        WrongOutput::NanInPadding {
            case,
            output,
            index,
            blank,
        } => nan_in_padding(case.as_deref(), output, index, *blank),
        WrongOutput::Differs {
            case,
            output,
            mismatch,
            seed,
        } => mismatch::differs(case, output, mismatch, *seed, place),
        WrongOutput::Imprecise {
            case,
            output,
            difference,
        } => imprecise(case, output, difference),
        WrongOutput::SingleOnly { case, how } => single_only(case.as_deref(), how),
        WrongOutput::ExtraAxes {
            case,
            output,
            expected,
            actual,
        } => mismatch::extra_axes(case, output, expected, actual),
        WrongOutput::Misbehaves { case, behaviour } => misbehaves(case, behaviour, place),
        WrongOutput::OutsideSupport {
            case,
            token,
            count,
            possible,
            mass,
        } => draws::outside_support(case, (*token, *count), possible, *mass, place),
        WrongOutput::WrongDistribution {
            case,
            token,
            expected,
            observed,
            p_value,
            alarm: _,
        } => draws::wrong_distribution(case, *token, (*expected, *observed), *p_value, place),
    }
}

fn missing_output(output: &str) -> Words {
    Words::new(
        format!("the output `{}` is missing", clean(output)),
        "return every tensor that the signature names",
    )
}

/// A row of a mask that sees nothing is told by what it leads to, and so is the NaN that has come of one.
fn nan_in_padding(case: Option<&str>, output: &str, index: &[usize], blank: bool) -> Words {
    let case = case.map(|case| format!(" (case {})", clean(case))).unwrap_or_default();
    let (output, index) = (clean(output), figures::index(index));
    let message = if blank {
        format!("NaN in padded rows: row {index} of `{output}` sees no token, and a softmax over nothing is NaN{case}")
    } else {
        format!("NaN in padded rows: `{output}` is NaN at {index}, a position of padding{case}")
    };
    Words::new(
        message,
        "let the rows of padding see the tokens as all other rows do, and hide the columns of padding only: what such \
         a row computes is not looked at, but NaN spreads from it",
    )
}

/// A step in f32 rounds nearly every value. Where a few are off, something else has lost their digits, and of a single value
/// nobody can say.
fn imprecise(case: &str, output: &str, difference: &Difference) -> Words {
    let values: usize = difference.shape.iter().product();
    let (what, fix) = if values <= 1 {
        (
            "is not exact".to_owned(),
            "digits are lost: by a step in f32 (look for `Kind::Float`), by a small number that is added, or by a method that \
             only comes close to the result",
        )
    } else if 2 * difference.differing > values {
        (
            "is only as exact as f32".to_owned(),
            "some step runs in f32: look for `Kind::Float`, and for tensors made without the dtype of the input",
        )
    } else {
        (
            format!("is not exact at {} of {values} values", difference.differing),
            "digits are lost there: look for a small number that is added, for a large one that is taken from another large \
             one, and for a method that only comes close to the result",
        )
    };
    Words::new(
        format!(
            "in f64 `{}` {what} (case {}): off by {} x the largest value (tolerance {})",
            clean(output),
            clean(case),
            figures::brief(difference.error),
            figures::brief(difference.tolerance)
        ),
        fix,
    )
}

/// A step that is in f32 whatever the input, so that nothing comes of f64.
fn single_only(case: Option<&str>, how: &OnlyInF32) -> Words {
    let case = case.map(|case| format!(" (case {})", clean(case))).unwrap_or_default();
    let seen = match how {
        OnlyInF32::Output(output) => format!("for f64 inputs `{}` is f32{case}", clean(output)),
        OnlyInF32::Panic { message, location } => {
            let (message, place) = (clean_libtorch(message), location.as_deref().map(clean));
            let place = place.map(|place| format!(" at {place}")).unwrap_or_default();
            format!("for f64 inputs a step meets f32 beside f64{place}{case}: {message}")
        }
    };
    Words::new(
        format!("{seen}; in f32 the same cases are right"),
        "some step is in f32 whatever the input: look for `Kind::Float`, as in `softmax(-1, Kind::Float)`, and give \
         `None` or the input's `kind()` in its place; tch's `cross_entropy_for_logits` has one inside, \
         `log_softmax(-1, None)` with `nll_loss` has not",
    )
}

fn misbehaves(case: &str, behaviour: &Behaviour, place: Place<'_>) -> Words {
    let Behaviour {
        input,
        what,
        expected,
        actual,
        said,
        steps: _,
    } = behaviour;
    let said = said.as_deref().map(clean);
    let [case, input, what, expected, actual] = [case, input, what, expected, actual].map(clean);
    let said = said.unwrap_or_else(|| format!("{what} is {actual}, must be {expected}"));
    Words::new(
        format!("for {input}: {said} (case {case})"),
        format!(
            "follow the table to the first row that is not as you meant it; {} gives the rules",
            place.explain()
        ),
    )
}
