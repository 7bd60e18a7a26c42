//! All words in one place, to be read aloud.

use judge::contract::limits::Limits;
use judge::findings::WrongOutput;
use judge::grading::judgement::Kind;

use super::mismatch::Frame;
use super::*;
use crate::testing::{findings, mismatches, prohibitions, skips, violations};
use crate::wrap::wrap;

const PLACE: Place<'static> = Place {
    task: "nucleus",
    limits: Limits {
        cpu_seconds: 5.0,
        memory_mib: 4096,
        timeouts_per_task: 3,
        compile_seconds: Limits::COMPILE_SECONDS,
    },
};

fn all() -> Vec<Words> {
    let broken = violations().into_iter().map(Finding::LawBroken);
    let wrong = mismatches().into_iter().map(|mismatch| {
        Finding::WrongOutput(WrongOutput::Wrong {
            case: "batch".to_owned(),
            output: "output".to_owned(),
            mismatch,
            patterns: Vec::new(),
        })
    });
    let changed = mismatches().into_iter().map(|mismatch| {
        Finding::LawBroken(judge::findings::Violation::Changed {
            cause: "changing token 2".to_owned(),
            what: "the output".to_owned(),
            mismatch,
        })
    });
    let unequal = mismatches().into_iter().map(|mismatch| {
        Finding::LawBroken(judge::findings::Violation::Unequal {
            what: "the output".to_owned(),
            equals: "its input".to_owned(),
            mismatch,
        })
    });
    let forbidden = prohibitions().into_iter().map(|why| {
        Finding::BeforeRun(BeforeRun::Forbidden {
            file: "rotary.rs".to_owned(),
            line: 7,
            item: "a name".to_owned(),
            inside: None,
            why,
        })
    });
    let found = findings()
        .into_iter()
        .chain(forbidden)
        .chain(broken)
        .chain(wrong)
        .chain(changed)
        .chain(unequal);
    found
        .map(|found| finding(&found, PLACE))
        .chain(skips().iter().map(|why| skip(why, Kind::Law)))
        .chain([skip(&skips()[0], Kind::Trial)])
        .collect()
}

#[test]
fn every_finding_has_words_that_can_be_read_aloud() {
    let mut text = String::new();
    for Words { message, hint } in all() {
        for (label, sentence) in [("seen", Some(&message)), ("hint", hint.as_ref())] {
            for line in sentence.map_or(Vec::new(), |sentence| wrap(sentence, 100)) {
                text.extend([label, "  ", &line, "\n"]);
            }
        }
        text.push('\n');
    }
    insta::assert_snapshot!(text);
}

#[test]
fn words_begin_small_and_end_without_a_period() {
    for Words { message, hint } in all() {
        for sentence in [Some(message), hint].into_iter().flatten() {
            assert!(!sentence.ends_with(['.', '!', ' ', ':']), "{sentence}");
            assert!(!sentence.contains("  ") && !sentence.contains('\n'), "{sentence}");
            let first = sentence.chars().next();
            // Names such as `NaN`, `RUST_BACKTRACE` and error codes keep their capitals.
            assert!(
                first.is_some_and(|first| !first.is_uppercase() || "EN".contains(first)),
                "{sentence}"
            );
        }
    }
}

#[test]
fn values_that_print_alike_are_said_to_be_close() {
    let close = |tolerance: f64| {
        judge::compare::Mismatch::Values(judge::compare::Difference {
            error: 3e-9,
            tolerance,
            ..crate::testing::at(&[2], 1, &[1], "0.4183", "0.4183", 0.0)
        })
    };
    let mut texts = vec![mismatch::difference(&close(1e-10), Frame::Asked)];
    texts.extend([Frame::Asked, Frame::Change, Frame::Twice].map(|frame| mismatch::difference(&close(0.0), frame)));
    insta::assert_snapshot!(texts.join("\n"), @r"
    1 of 2 values differs, at [1]: expected 0.4183, got nearly that (an error of 3e-9 of the largest value, 1e-10 is allowed)
    1 of 2 values differs, at [1]: expected 0.4183, got nearly that (3e-9 of the largest value off)
    0.4183 moved by 3e-9 of the largest value at [1]
    0.4183 both times, but 3e-9 of the largest value apart, at [1]
    ");
}
