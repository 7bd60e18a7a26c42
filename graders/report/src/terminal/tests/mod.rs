//! What a student reads, one snapshot per class of verdict.

mod change;
mod training;
mod width;

use judge::findings::verdict::Verdict;
use judge::findings::{BeforeRun, CallFailed, CompileError, Finding, Impure, Prohibition, Violation, WrongOutput};
use judge::grading::assignment::Visibility;
use judge::grading::judgement::{Check, Ending, Kind, Skip, TaskJudgement};

use super::*;
use crate::build::build;
use crate::page::WIDTH;
use crate::testing::failed as failing;
use crate::testing::{
    assignment, below_threshold, call_of, changed, findings, judgement, misbehaviour, mixed_context, mixed_report,
    not_run, passed, skipped, trained, values,
};

const PLAIN: Look = Look {
    width: None,
    verbose: false,
    colour: false,
};
const VERBOSE: Look = Look {
    width: None,
    verbose: true,
    colour: false,
};

fn report_on(judgement: TaskJudgement, visibility: Visibility) -> Report {
    let portions: Vec<&str> = judgement.portions.iter().map(|portion| portion.name.as_str()).collect();
    let assignment = assignment(&[(judgement.task, &portions)], visibility);
    build(&mixed_context(), &[judgement], &assignment)
}

/// The lines between head and foot.
fn shown(judgement: TaskJudgement) -> String {
    body(&report_on(judgement, Visibility::Public), PLAIN)
}

fn body(report: &Report, look: Look) -> String {
    let text = render(report, look);
    let start = text.find("\n\n").map_or(0, |start| start + 2);
    text[start..].to_owned()
}

fn golden(finding: Finding) -> Check {
    failing("golden-f64/all", Kind::Golden, finding)
}

fn wrong(case: &str) -> Finding {
    Finding::WrongOutput(WrongOutput::Wrong {
        case: case.to_owned(),
        output: "output".to_owned(),
        mismatch: values(&[2, 6, 6], 14, &[0, 2, 3], "0.4183", "0.512", 0.21),
        patterns: Vec::new(),
    })
}

#[test]
fn a_mixed_report_reads_well() {
    insta::assert_snapshot!(render(&mixed_report(), PLAIN));
}

#[test]
fn a_verbose_report_lists_every_check() {
    insta::assert_snapshot!(render(&mixed_report(), VERBOSE));
}

#[test]
fn a_passed_task_is_one_line() {
    let judgement = judgement(
        "rms_norm",
        Verdict::Passed,
        &[("all", true)],
        vec![passed("golden-f64/all", Kind::Golden), passed("odd", Kind::Property)],
    );
    insta::assert_snapshot!(shown(judgement), @r"
    rms_norm                         2 / 2    passed           2 checks

    ./student on cpu, f64 and f32, libtorch 2.11.0; sandbox: none

    2 of 2 points graded here
    ");
}

#[test]
fn an_answer_that_is_tried_out_shows_its_steps() {
    let (case, behaviour) = ("all".to_owned(), misbehaviour());
    let judgement = judgement(
        "rms_norm",
        Verdict::Wrong,
        &[("all", false)],
        vec![golden(Finding::WrongOutput(WrongOutput::Misbehaves {
            case,
            behaviour,
        }))],
    );
    insta::assert_snapshot!(shown(judgement), @r"
    rms_norm                         0 / 2    wrong
      expected values do not hold
      expected values (f64)
        got        for the bits 10: C after step 2 is 0, must be 1 (case all)
                   step  x  forget  C  parity
                   1     1  0       1  1
                   2     0  0       0  1
        hint       follow the table to the first row that is not as you meant it;
                   `grade explain rms_norm` gives the rules

    ./student on cpu, f64 and f32, libtorch 2.11.0; sandbox: none

    wrong            rms_norm (-2): expected values do not hold
    0 of 2 points graded here
    next       grade explain rms_norm
    ");
}

#[test]
fn a_task_that_is_not_written_is_one_line() {
    let checks = vec![
        golden(Finding::BeforeRun(BeforeRun::NotAttempted)),
        skipped("odd", Kind::Property, Skip::NothingToJudge),
    ];
    insta::assert_snapshot!(shown(judgement(
        "rms_norm",
        Verdict::NotAttempted,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_wrong_task_shows_three_findings_and_counts_the_rest() {
    let checks = vec![
        golden(wrong("batch")),
        failing("golden-f32/all", Kind::Single, wrong("row")),
        failing("causality", Kind::Property, changed()),
        failing(
            "rows-sum-to-one",
            Kind::Property,
            Finding::PropertyFailed(Violation::Value {
                what: "the sum of the weights".to_owned(),
                index: vec![0, 1],
                value: "0.75".to_owned(),
                rule: "1".to_owned(),
            }),
        ),
        failing(
            "deterministic",
            Kind::Purity,
            Finding::Impure(Impure::NotDeterministic {
                output: "output".to_owned(),
                mismatch: values(&[3], 1, &[1], "0.25", "0.31", 0.06),
            }),
        ),
    ];
    insta::assert_snapshot!(shown(judgement(
        "scaled_dot_product_attention",
        Verdict::Wrong,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_crash_that_fails_every_check_is_told_once() {
    let panic = || {
        Finding::CallFailed(CallFailed::Panicked {
            message:
                "called `Result::unwrap()` on an `Err` value: Torch(\"The size of tensor a (3) must match the size of \
                  tensor b (2) at non-singleton dimension 1\\nException raised from infer_size_impl at \
                  expand.cpp:31 (most recent call first):\\n\")"
                    .to_owned(),
            location: Some("src/attention.rs:41:22".to_owned()),
        })
    };
    let checks = vec![
        golden(panic()),
        failing("golden-f32/all", Kind::Single, panic()),
        failing("causality", Kind::Property, call_of(panic())),
    ];
    insta::assert_snapshot!(shown(judgement(
        "causal_self_attention",
        Verdict::Crashed,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_task_without_time_names_the_limit() {
    let slow = Finding::CallFailed(CallFailed::TimedOut {
        cpu: 0.3,
        wall: 50.2,
        by_cpu: false,
    });
    let checks = vec![golden(slow), skipped("odd", Kind::Property, Skip::TimeUsedUp)];
    insta::assert_snapshot!(shown(judgement(
        "nucleus",
        Verdict::TimedOut,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_task_that_computes_for_too_long_names_the_limit() {
    let slow = || {
        Finding::CallFailed(CallFailed::TimedOut {
            cpu: 5.02,
            wall: 5.31,
            by_cpu: true,
        })
    };
    let checks = vec![
        golden(slow()),
        failing("golden-f32/all", Kind::Single, slow()),
        skipped("odd", Kind::Property, Skip::TimeUsedUp),
    ];
    insta::assert_snapshot!(shown(judgement(
        "nucleus",
        Verdict::TimedOut,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_file_that_does_not_compile_is_told_with_the_compilers_message() {
    let error = CompileError {
        file: "sampling.rs".to_owned(),
        line: Some(41),
        code: Some("E0308".to_owned()),
        message: "mismatched types: expected `Tensor`, found `()`".to_owned(),
        rendered: String::new(),
        expected: None,
        breaks: None,
    };
    let checks = vec![failing(
        "build",
        Kind::Golden,
        Finding::BeforeRun(BeforeRun::DidNotCompile(error)),
    )];
    insta::assert_snapshot!(shown(judgement(
        "nucleus",
        Verdict::DidNotCompile,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_process_that_ends_itself_is_told_by_its_signal() {
    let checks = vec![golden(Finding::CallFailed(CallFailed::Crashed {
        how: wire::Ended::Signalled(11),
    }))];
    insta::assert_snapshot!(shown(judgement("nucleus", Verdict::Crashed, &[("all", false)], checks)));
}

#[test]
fn a_hidden_task_gives_no_test_that_would_hold_its_inputs() {
    let text = |visibility| {
        let (mut assignment, judgements) = crate::testing::mixed();
        assignment
            .tasks
            .iter_mut()
            .for_each(|entry| entry.visibility = visibility);
        render(&build(&mixed_context(), &judgements, &assignment), VERBOSE)
    };
    assert!(text(Visibility::Public).contains("#[test]"));
    assert!(!text(Visibility::Hidden).contains("#[test]"));
}

#[test]
fn a_task_without_memory_names_the_limit() {
    let checks = vec![golden(Finding::CallFailed(CallFailed::OutOfMemory { limit: 4096 }))];
    insta::assert_snapshot!(shown(judgement(
        "nucleus",
        Verdict::OutOfMemory,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_changed_signature_names_the_expected_one() {
    let error = CompileError {
        file: "sampling.rs".to_owned(),
        line: Some(12),
        code: Some("E0308".to_owned()),
        message: "mismatched types: expected fn pointer, found fn item".to_owned(),
        rendered: String::new(),
        expected: Some("fn nucleus(probabilities: &Tensor, p: f64) -> Tensor".to_owned()),
        breaks: None,
    };
    let checks = vec![failing(
        "build",
        Kind::Golden,
        Finding::BeforeRun(BeforeRun::DidNotCompile(error)),
    )];
    insta::assert_snapshot!(shown(judgement(
        "nucleus",
        Verdict::DidNotCompile,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_forbidden_item_is_named_with_its_line() {
    let used = Finding::BeforeRun(BeforeRun::Forbidden {
        file: "attention.rs".to_owned(),
        line: 12,
        item: "Tensor::scaled_dot_product_attention".to_owned(),
        inside: None,
        why: Prohibition::Answer,
    });
    let checks = vec![failing("policy", Kind::Golden, used)];
    insta::assert_snapshot!(shown(judgement(
        "scaled_dot_product_attention",
        Verdict::RefusedByPolicy,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_task_that_depends_on_a_wrong_one_is_not_judged() {
    let depends = || Skip::DependsOn(vec!["causal_mask".to_owned()]);
    let checks = vec![
        skipped("golden-f64/all", Kind::Golden, depends()),
        skipped("causality", Kind::Property, depends()),
    ];
    insta::assert_snapshot!(shown(judgement(
        "causal_self_attention",
        Verdict::Skipped,
        &[("all", false)],
        checks
    )));
}

#[test]
fn a_fault_of_the_grader_costs_nothing_and_says_so() {
    let faulted = TaskJudgement {
        fault: Some("the worker could not be started: no space left on device".to_owned()),
        ..judgement("rms_norm", Verdict::JudgeFault, &[("all", false)], Vec::new())
    };
    insta::assert_snapshot!(shown(faulted));
}

#[test]
fn a_hidden_task_says_only_what_holds() {
    let checks = vec![
        golden(wrong("batch")),
        failing("golden-f32/all", Kind::Single, wrong("row")),
        failing("causality", Kind::Property, changed()),
    ];
    let judgement = judgement("causal_self_attention", Verdict::Wrong, &[("all", false)], checks);
    insta::assert_snapshot!(body(&report_on(judgement, Visibility::Hidden), PLAIN));
}
