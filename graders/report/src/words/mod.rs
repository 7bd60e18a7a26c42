//! Every word on a finding: what was seen, and what to do next.
//!
//! A message is lower case, has no final period, names what was asked, what was seen and where; it never advises. A
//! hint is the next step. The matches have no wildcard: a new finding does not compile until it has its words.

mod area;
mod diagnosis;
mod draws;
mod figures;
pub(crate) mod html;
mod law;
mod mismatch;
mod next;
mod pattern;
pub(crate) mod picture;
mod process;
mod report;
mod snippet;
mod source;
mod summary;
mod trial;
pub(crate) mod watch;

use judge::compare::Difference;
use judge::contract::limits::Limits;
use judge::findings::verdict::Verdict;
use judge::findings::{Behaviour, Finding, OnlyInF32};
use judge::grading::assignment::Hints;

use crate::clean::{clean, clean_libtorch};
use mismatch::Frame;

pub(crate) use area::area;
pub(crate) use diagnosis::diagnosis;
pub(crate) use law::sizes;
pub(crate) use next::next;
pub(crate) use report::{
    BY_HAND, DETAILS_LEFT_OUT, alike, call, decided, earned, earned_of, grader_failed, is_judged, left_out, more,
    more_findings, not_graded, points, setting, totals, verbose, with_alike, withheld, worth,
};
pub use report::{in_time_by_own_date, late};
pub(crate) use snippet::{
    REPRODUCES, SNIPPET_ASKED, SNIPPET_BLIND, SNIPPET_DIFFERENT, SNIPPET_NAN, SNIPPET_TOO_LONG, SNIPPETS_FULL,
    snippet_accepted, snippet_changed, snippet_command, snippet_head, snippet_never, snippet_pieces, snippet_share,
    snippet_unequal, snippet_value,
};
pub(crate) use summary::{loss, skip, summary, title};
pub(crate) use trial::{bar, measured, value};

/// What is said of a failed or skipped check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Words {
    /// What was seen.
    pub(crate) message: String,
    /// The next step, where there is one.
    pub(crate) hint: Option<String>,
}

impl Words {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// As much of it as an assignment allows: without hints, what was seen and no advice.
    pub(crate) fn within(self, hints: Hints) -> Self {
        match hints {
            Hints::None => Self { hint: None, ..self },
            Hints::Area | Hints::Named => self,
        }
    }
}

/// Where a finding was made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The task.
    pub(crate) task: &'a str,
    /// The limits of a call.
    pub(crate) limits: Limits,
}

impl Place<'_> {
    fn explain(&self) -> String {
        format!("`grade explain {}`", self.task)
    }
}

/// The words on a finding.
pub(crate) fn finding(finding: &Finding, place: Place<'_>) -> Words {
    match finding {
        Finding::NotAttempted => not_attempted(place),
        Finding::DidNotCompile(error) => source::did_not_compile(error),
        Finding::Forbidden {
            file,
            line,
            item,
            inside,
            why,
        } => source::forbidden((file, *line), item, inside.as_deref(), *why),
        Finding::Panicked { message, location } => process::panicked(message, location.as_deref()),
        Finding::Crashed { how } => process::crashed(*how),
        Finding::TimedOut {
            cpu: _,
            wall: _,
            by_cpu,
        } => process::timed_out(*by_cpu, place.limits),
        Finding::TimeIsUp { seconds } => process::time_is_up(*seconds),
        Finding::UsedUp { seconds, slept } => process::used_up(*seconds, *slept),
        Finding::TooManyThreads { limit } => process::too_many_threads(*limit),
        Finding::OutOfMemory { limit } => process::out_of_memory(*limit),
        Finding::Malformed { reason } => malformed(reason),
        Finding::RefusedValid { reason } => refused_valid(reason, place),
        Finding::AcceptedInvalid { input } => accepted_invalid(input),
        Finding::MissingOutput { output } => missing_output(output),
        Finding::Unusable { output, reason } => unusable(output, reason),
        Finding::WrongDevice {
            output,
            expected,
            actual,
        } => wrong_device(output, expected, actual),
        Finding::NoGradient { reason } => no_gradient(reason),
        Finding::Wrong {
            case,
            output,
            mismatch,
            patterns,
        } => mismatch::wrong(case, output, mismatch, patterns, place),
        Finding::NanInPadding {
            case,
            output,
            index,
            blank,
        } => nan_in_padding(case.as_deref(), output, index, *blank),
        Finding::Differs {
            case,
            output,
            mismatch,
            seed,
        } => mismatch::differs(case, output, mismatch, *seed, place),
        Finding::Imprecise {
            case,
            output,
            difference,
        } => imprecise(case, output, difference),
        Finding::SingleOnly { case, how } => single_only(case.as_deref(), how),
        Finding::ExtraAxes {
            case,
            output,
            expected,
            actual,
        } => mismatch::extra_axes(case, output, expected, actual),
        Finding::Misbehaves { case, behaviour } => misbehaves(case, behaviour, place),
        Finding::OutsideSupport {
            case,
            token,
            count,
            possible,
            mass,
        } => draws::outside_support(case, (*token, *count), possible, *mass, place),
        Finding::WrongDistribution {
            case,
            token,
            expected,
            observed,
            p_value,
            alarm: _,
        } => draws::wrong_distribution(case, *token, (*expected, *observed), *p_value, place),
        Finding::BelowBar { measurements } => trial::below_bar(measurements, place),
        Finding::LawBroken(violation) => law::broken(violation, place),
        Finding::FailsAsPart { task, finding } => fails_as_part(task, finding.as_deref(), place),
        Finding::ArgumentModified { argument } => argument_modified(argument),
        Finding::NotDeterministic { output, mismatch } => Words::new(
            format!(
                "two equal calls gave different `{}`: {}",
                clean(output),
                mismatch::difference(mismatch, Frame::Twice)
            ),
            "draw random numbers from libtorch's generator only (it is seeded anew before each call), and keep \
             nothing from one call to the next",
        ),
        Finding::OrderDependent { output, mismatch } => Words::new(
            format!(
                "`{}` depends on the calls made before: {}",
                clean(output),
                mismatch::difference(mismatch, Frame::Order)
            ),
            "keep nothing from one call to the next: look for statics, caches and thread-local values",
        ),
    }
}

/// All that is said of a golden check that the assignment hides.
pub(crate) fn hidden(verdict: Verdict) -> Words {
    let message = match verdict {
        Verdict::TimedOut => "a call used up its time",
        Verdict::OutOfMemory => "a call used up its memory",
        Verdict::Crashed => "a call panicked or ended its process",
        Verdict::Passed
        | Verdict::NotRun
        | Verdict::Skipped
        | Verdict::Wrong
        | Verdict::RefusedByPolicy
        | Verdict::NotAttempted
        | Verdict::DidNotCompile
        | Verdict::JudgeFault => "it does not hold",
    };
    Words::new(
        format!("{message}; the assignment keeps the cases of this task hidden"),
        "the laws of this task show their inputs; where all of them hold, try sizes and values of your own against \
         the definition",
    )
}

fn not_attempted(place: Place<'_>) -> Words {
    Words::new(
        "ran into a `todo!()`: this is not written yet",
        format!("{} says what it has to compute", place.explain()),
    )
}

fn fails_as_part(larger: &str, found: Option<&Finding>, place: Place<'_>) -> Words {
    let larger = clean(larger);
    let seen = found.map(|found| finding(found, Place { task: &larger, ..place }).message);
    let seen = seen.map(|seen| format!(": {seen}")).unwrap_or_default();
    Words::new(
        format!("right by its own checks, but `{larger}` fails with it, and holds with the reference's{seen}"),
        format!("look at what `{larger}` hands to it: other shapes, views of other tensors, other settings"),
    )
}

fn malformed(reason: &str) -> Words {
    Words::new(
        format!("what came back is no answer: {}", clean(reason)),
        "return the tensors that the signature names, and leave the process's file descriptors alone",
    )
}

fn refused_valid(reason: &str, place: Place<'_>) -> Words {
    let reason = clean(reason);
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Words::new(
        format!("refused a valid input{words}"),
        format!(
            "{} says which inputs are errors; all others need an answer",
            place.explain()
        ),
    )
}

fn accepted_invalid(input: &str) -> Words {
    Words::new(
        format!("accepted {}, which has to be refused", clean(input)),
        "return `Err(InvalidInput)` before computing anything",
    )
}

fn missing_output(output: &str) -> Words {
    Words::new(
        format!("the output `{}` is missing", clean(output)),
        "return every tensor that the signature names",
    )
}

fn unusable(output: &str, reason: &str) -> Words {
    let (output, reason) = (clean(output), clean_libtorch(reason));
    let subject = if output.is_empty() {
        "an output".to_owned()
    } else {
        format!("`{output}`")
    };
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Words::new(
        format!("{subject} cannot be judged{words}"),
        "return dense tensors of dtype f32, f64, int64 or bool, on the device of the input",
    )
}

/// The texts are the worker's, so they may be anything, or nothing where the assignment hides them.
fn wrong_device(output: &str, expected: &str, actual: &str) -> Words {
    let [output, expected, actual] = [output, expected, actual].map(clean);
    let message = if output.is_empty() || expected.is_empty() || actual.is_empty() {
        "an output is on another device than the input".to_owned()
    } else {
        format!("`{output}` is on {actual}, and the input is on {expected}")
    };
    Words::new(
        message,
        "make new tensors with the device of the input (`input.device()`), and return results where they were computed",
    )
}

fn no_gradient(reason: &str) -> Words {
    let reason = clean_libtorch(reason);
    let words = if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    };
    Words::new(
        format!("no gradient flows back{words}"),
        "compute the output from every argument with tensor operations: `detach`, `no_grad`, and values that are read \
         out and put into a new tensor all cut the gradient",
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

fn imprecise(case: &str, output: &str, difference: &Difference) -> Words {
    Words::new(
        format!(
            "in f64 `{}` is right to f32 only (case {}): the error is {} of the largest value, {} is allowed",
            clean(output),
            clean(case),
            figures::brief(difference.error),
            figures::brief(difference.tolerance)
        ),
        "some step runs in f32: look for `Kind::Float`, and for tensors made without the dtype of the input",
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
        steps: _,
    } = behaviour;
    let [case, input, what, expected, actual] = [case, input, what, expected, actual].map(clean);
    Words::new(
        format!("for {input}, {what} is {actual}, it has to be {expected} (case {case})"),
        format!(
            "follow the table, and find the first row that is not as you meant it; {} gives the rules that it keeps",
            place.explain()
        ),
    )
}

fn argument_modified(argument: &str) -> Words {
    Words::new(
        format!("the call changed its argument `{}`", clean(argument)),
        "operations whose names end in an underscore, such as `add_`, change their tensor: use the one without, or \
         work on a copy; views share their values with the original",
    )
}

#[cfg(test)]
mod tests;
