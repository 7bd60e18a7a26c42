//! Every word on a finding: what was seen, and what to do next.
//!
//! A message is lower case, has no final period, names what was asked, what was seen and where; it never advises. A
//! hint is the next step. The matches have no wildcard: a new finding does not compile until it has its words.

mod area;
mod call;
mod check;
mod diagnosis;
mod draws;
mod figures;
mod head;
pub(crate) mod html;
mod mismatch;
mod next;
mod output;
mod pattern;
pub(crate) mod picture;
mod process;
mod property;
mod report;
pub(crate) mod since;
mod snippet;
mod source;
mod summary;
mod trial;
pub(crate) mod watch;

use judge::contract::limits::Limits;
use judge::findings::verdict::Verdict;
use judge::findings::{BeforeRun, Finding, Impure};
use judge::grading::assignment::Hints;

use crate::clean::clean;
use mismatch::Frame;

pub(crate) use area::area;
pub(crate) use check::{check_name, check_title};
pub(crate) use diagnosis::diagnosis;
pub(crate) use head::{Piece, answer, brief, deducted, failing, lost, mistake, more_of, passed, pieces, score};
pub(crate) use next::next;
pub(crate) use property::{input, sizes};
pub(crate) use report::{
    BY_HAND, CALL, DETAILS_LEFT_OUT, HINT, INPUT, RULE, SEEN, TEST, alike, by_hand, by_hand_item, call, decided,
    earned, earned_of, grader_failed, is_judged, item, left_out, more, more_findings, more_tasks, not_graded, points,
    setting, taken_over, totals, verbose, with_alike, withheld,
};
pub use report::{in_time_by_own_date, late};
pub(crate) use snippet::{
    REPRODUCES, SNIPPET_ASKED, SNIPPET_BLIND, SNIPPET_DIFFERENT, SNIPPET_NAN, SNIPPET_TOO_LONG, SNIPPETS_FULL,
    snippet_accepted, snippet_changed, snippet_command, snippet_head, snippet_never, snippet_pieces, snippet_share,
    snippet_unequal, snippet_value,
};
pub(crate) use summary::{loss, skip, summary, title};
pub(crate) use trial::{measured, threshold, value};

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
        Finding::BeforeRun(found) => before_run(found, place),
        Finding::CallFailed(found) => call::failed(found, place),
        Finding::WrongOutput(found) => output::wrong(found, place),
        Finding::Impure(found) => impure(found),
        Finding::BelowBar { measurements } => trial::below_threshold(measurements, place),
        Finding::PropertyFailed(violation) => property::broken(violation, place),
        Finding::FailsAsPart { task, finding } => fails_as_part(task, finding.as_deref(), place),
    }
}

fn before_run(found: &BeforeRun, place: Place<'_>) -> Words {
    match found {
        BeforeRun::NotAttempted => not_attempted(place),
        BeforeRun::DidNotCompile(error) => source::did_not_compile(error),
        BeforeRun::Forbidden {
            file,
            line,
            item,
            inside,
            why,
        } => source::forbidden((file, *line), item, inside.as_deref(), *why),
        BeforeRun::TimeIsUp { seconds } => process::time_is_up(*seconds),
    }
}

fn impure(found: &Impure) -> Words {
    match found {
        Impure::ArgumentModified { argument } => argument_modified(argument),
        Impure::GradientSwitchedOff { argument } => Words::new(
            format!(
                "the call switched off the gradients of its argument `{}`: it no longer requires any",
                clean(argument)
            ),
            "`set_requires_grad` acts on the caller's tensor, through a `shallow_clone` too: compute inside `tch::no_grad`, \
             or with `detach`, which leave the argument as it is",
        ),
        Impure::NotDeterministic { output, mismatch } => Words::new(
            format!(
                "two equal calls gave different `{}`: {}",
                clean(output),
                mismatch::difference(mismatch, Frame::Twice)
            ),
            "draw random numbers from libtorch's generator only (it is seeded again before each call), and keep \
             nothing from one call to the next",
        ),
        Impure::OrderDependent { output, mismatch } => Words::new(
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
        "the properties of this task show their inputs; where all of them hold, try sizes and values of your own against \
         the definition",
    )
}

fn not_attempted(place: Place<'_>) -> Words {
    Words::new(
        "ran into a `todo!()`: not written yet",
        format!("{} says what it must compute", place.explain()),
    )
}

fn fails_as_part(larger: &str, found: Option<&Finding>, place: Place<'_>) -> Words {
    let larger = clean(larger);
    let seen = found.map(|found| finding(found, Place { task: &larger, ..place }).message);
    let seen = seen.map(|seen| format!(": {seen}")).unwrap_or_default();
    Words::new(
        format!("right by its own checks, but `{larger}` fails with it and is right with a correct one{seen}"),
        format!("look at what `{larger}` gives to it: other shapes, views of other tensors, other settings"),
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
