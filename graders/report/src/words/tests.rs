//! All words in one place, to be read aloud.

use judge::contract::limits::Limits;
use judge::findings::WrongOutput;
use judge::grading::judgement::{Kind, Loss};

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
    let broken = violations().into_iter().map(Finding::PropertyFailed);
    let wrong = mismatches().into_iter().map(|mismatch| {
        Finding::WrongOutput(WrongOutput::Wrong {
            case: "batch".to_owned(),
            output: "output".to_owned(),
            mismatch,
            patterns: Vec::new(),
        })
    });
    let changed = mismatches().into_iter().map(|mismatch| {
        Finding::PropertyFailed(judge::findings::Violation::Changed {
            cause: "changing token 2".to_owned(),
            what: "the output".to_owned(),
            mismatch,
        })
    });
    let unequal = mismatches().into_iter().map(|mismatch| {
        Finding::PropertyFailed(judge::findings::Violation::Unequal {
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
        .chain(skips().iter().map(|why| skip(why, Kind::Property)))
        .chain([skip(&skips()[0], Kind::Trial)])
        .collect()
}

/// A part of the file of all sentences.
fn part(text: &mut String, title: &str, lines: impl IntoIterator<Item = String>) {
    text.extend(["## ", title, "\n\n"]);
    for line in lines {
        for line in wrap(&line, 100) {
            text.extend([line.as_str(), "\n"]);
        }
    }
    text.push('\n');
}

/// Every sentence that a report can hold, in one file: whoever changes one reads all.
#[test]
fn every_sentence_can_be_read_aloud() {
    let mut text = String::new();
    let said = |Words { message, hint }: Words| {
        let hint = hint.map(|hint| format!("  {HINT}: {hint}"));
        [Some(format!("{SEEN}: {message}")), hint].into_iter().flatten()
    };
    part(&mut text, "Findings", all().into_iter().flat_map(said));
    let losses = [
        Loss::Golden,
        Loss::Fresh,
        Loss::NoPropertyHolds,
        Loss::Trial("unseen-nodes".to_owned()),
    ];
    part(&mut text, "Why points are lost", losses.iter().map(loss));
    let hidden_as = |verdict: &Verdict| said(hidden(*verdict)).collect::<Vec<_>>();
    let verdicts = [
        Verdict::Wrong,
        Verdict::TimedOut,
        Verdict::OutOfMemory,
        Verdict::Crashed,
    ];
    part(&mut text, "Where cases are hidden", verdicts.iter().flat_map(hidden_as));
    let report = crate::testing::mixed_report();
    let of_tasks = report.tasks.iter();
    part(
        &mut text,
        "What is said of a task",
        of_tasks.map(|task| format!("{}: {}", title(task.verdict), task.summary)),
    );
    let around = [
        answer(&report),
        totals(&report.totals),
        setting(&report),
        passed(&report.tasks.iter().collect::<Vec<_>>()),
        more(2),
        more_findings(2),
        left_out(2),
        more_tasks(2),
        grader_failed().to_owned(),
        DETAILS_LEFT_OUT.to_owned(),
        REPRODUCES.to_owned(),
        in_time_by_own_date(),
        late(90_061, true),
    ];
    let around = around
        .into_iter()
        .chain(report.tasks.iter().filter_map(deducted))
        .chain(report.next.clone());
    part(&mut text, "Around the tasks", around);
    let areas = judge::diagnosis::area::Area::ALL.iter();
    part(
        &mut text,
        "Where to look",
        areas.map(|one| format!("look at {}", area(*one))),
    );
    let properties = tasks::ALL.iter().flat_map(|task| task.properties);
    part(
        &mut text,
        "Properties that must hold",
        properties.map(|property| property.statement.to_owned()),
    );
    let derived = judge::checks::derived::ALL.iter();
    part(
        &mut text,
        "Derived properties that must hold",
        derived.map(|check| check.statement.to_owned()),
    );
    let side_effects = judge::checks::purity::ALL.iter();
    part(
        &mut text,
        "Side effects",
        side_effects.map(|check| check.statement.to_owned()),
    );
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
    1 of 2 values differs, at [1]: expected 0.4183, got nearly that: off by 3e-9 x the largest expected value (tolerance 1e-10)
    1 of 2 values differs, at [1]: expected 0.4183, got nearly that: off by 3e-9 x the largest expected value
    0.4183 moved by 3e-9 x the largest value at [1]
    0.4183 both times, but 3e-9 x the largest value apart, at [1]
    ");
}

/// A step in f32 changes nearly every value; nothing is said of one where a few are off.
#[test]
fn a_step_in_f32_is_named_only_where_it_explains_what_is_off() {
    let of = |shape: &[usize], differing| {
        let samples = findings();
        let found = samples.into_iter().find_map(|finding| match finding {
            Finding::WrongOutput(WrongOutput::Imprecise {
                case,
                output,
                mut difference,
            }) => {
                (difference.shape, difference.differing) = (shape.to_vec(), differing);
                Some(Finding::WrongOutput(WrongOutput::Imprecise {
                    case,
                    output,
                    difference,
                }))
            }
            _ => None,
        });
        let words = finding(&found.expect("there is a sample of it"), PLACE);
        format!("{}\n{}", words.message, words.hint.unwrap_or_default())
    };
    insta::assert_snapshot!(of(&[4, 8], 30), @r"
    in f64 `output` is only as exact as f32 (case heads): off by 3.4e-8 x the largest value (tolerance 1e-12)
    some step runs in f32: look for `Kind::Float`, and for tensors made without the dtype of the input
    ");
    insta::assert_snapshot!(of(&[4, 8], 3), @r"
    in f64 `output` is not exact at 3 of 32 values (case heads): off by 3.4e-8 x the largest value (tolerance 1e-12)
    digits are lost there: look for a small number that is added, for a large one that is taken from another large one, and for a method that only comes close to the result
    ");
    insta::assert_snapshot!(of(&[], 1), @r"
    in f64 `output` is not exact (case heads): off by 3.4e-8 x the largest value (tolerance 1e-12)
    digits are lost: by a step in f32 (look for `Kind::Float`), by a small number that is added, or by a method that only comes close to the result
    ");
}
