//! What the model holds, and above all what it does not.

mod points;
mod recognised;

use judge::compare::pattern::Pattern;
use judge::compare::window::{Slice, Window};
use judge::compare::{Difference, Mismatch, Worst};
use judge::diagnosis::MistakeMatch;
use judge::diagnosis::area::Area;
use judge::findings::{CallFailed, Impure, OnlyInF32, Violation, WrongOutput};
use judge::grading::assignment::Visibility;
use wire::message::Ended;

use super::*;
use crate::html;
use crate::json;
use crate::terminal::{self, Look};
use crate::testing::{
    assignment, below_threshold, failed as failing, findings, heads_merged_twice, judgement, mixed, mixed_context,
    mixed_report, not_run, passed,
};
use crate::{Format, render};

/// Stands for what nobody may read.
pub(super) const SECRET: &str = "s3cr3t";

fn report_on(checks: Vec<Check>, visibility: Visibility) -> Report {
    let judgement = judgement("rms_norm", Verdict::Wrong, &[("all", false)], checks);
    build(
        &mixed_context(),
        &[judgement],
        &assignment(&[("rms_norm", &["all"])], visibility),
    )
}

/// Everything that a reader could see of a report.
fn everything(report: &Report) -> String {
    let look = Look {
        width: None,
        verbose: true,
        colour: false,
    };
    json::render(report) + &terminal::render(report, look) + &html::render(report)
}

fn secret_difference() -> Difference {
    Difference {
        shape: vec![90_210],
        differing: 90_210,
        worst: Worst {
            index: vec![90_210],
            expected: SECRET.to_owned(),
            actual: SECRET.to_owned(),
        },
        error: 0.902_10,
        tolerance: 0.902_10,
        window: Some(Box::new(Window {
            at: vec![90_210],
            first_row: 90_210,
            first_column: 90_210,
            columns: 1,
            expected: vec![90_210.0],
            actual: vec![90_210.0],
            allowed: 90_210.0,
            differing: vec![90_210],
            others: vec![Slice {
                at: vec![90_210],
                expected: vec![90_210.0],
                actual: vec![90_210.0],
            }],
        })),
    }
}

fn secret() -> String {
    SECRET.to_owned()
}

/// Every finding that a call on secret inputs can end in, with all that it says replaced by the secret.
pub(super) fn talkative() -> Vec<Finding> {
    let mismatch = || Mismatch::Values(secret_difference());
    vec![
        Finding::CallFailed(CallFailed::Panicked {
            message: secret(),
            location: Some(format!("{SECRET}.rs:90210")),
        }),
        Finding::CallFailed(CallFailed::Crashed {
            how: Ended::Exited(90_210),
        }),
        Finding::CallFailed(CallFailed::TimedOut {
            cpu: 90_210.0,
            wall: 90_210.0,
            by_cpu: true,
        }),
        Finding::CallFailed(CallFailed::OutOfMemory { limit: 90_210 }),
        Finding::CallFailed(CallFailed::Malformed { reason: secret() }),
        Finding::CallFailed(CallFailed::RefusedValid { reason: secret() }),
        Finding::CallFailed(CallFailed::AcceptedInvalid { input: secret() }),
        Finding::WrongOutput(WrongOutput::MissingOutput { output: secret() }),
        Finding::CallFailed(CallFailed::Unusable {
            output: secret(),
            reason: secret(),
        }),
        Finding::CallFailed(CallFailed::NoGradient { reason: secret() }),
        Finding::FailsAsPart {
            task: "larger".to_owned(),
            finding: Some(Box::new(Finding::CallFailed(CallFailed::NoGradient {
                reason: secret(),
            }))),
        },
        Finding::WrongOutput(WrongOutput::Wrong {
            case: secret(),
            output: secret(),
            mismatch: mismatch(),
            patterns: vec![Pattern::Argument { name: secret() }],
        }),
        Finding::WrongOutput(WrongOutput::NanInPadding {
            case: Some(secret()),
            output: secret(),
            index: vec![90_210],
            blank: false,
        }),
        Finding::WrongOutput(WrongOutput::Imprecise {
            case: secret(),
            output: secret(),
            difference: secret_difference(),
        }),
        Finding::WrongOutput(WrongOutput::OutsideSupport {
            case: secret(),
            token: 90_210,
            count: 90_210,
            possible: vec![90_210],
            mass: Some(0.902_10),
        }),
        Finding::WrongOutput(WrongOutput::SingleOnly {
            case: Some(secret()),
            how: OnlyInF32::Panic {
                message: secret(),
                location: Some(secret()),
            },
        }),
        Finding::WrongOutput(WrongOutput::SingleOnly {
            case: Some(secret()),
            how: OnlyInF32::Output(secret()),
        }),
        Finding::WrongOutput(WrongOutput::ExtraAxes {
            case: secret(),
            output: secret(),
            expected: vec![90_210],
            actual: vec![1, 90_210],
        }),
        Finding::WrongOutput(WrongOutput::WrongDistribution {
            case: secret(),
            token: 90_210,
            expected: 0.902_10,
            observed: 0.902_10,
            p_value: 0.902_10,
            alarm: 0.902_10,
        }),
        Finding::PropertyFailed(Violation::Value {
            what: secret(),
            index: vec![90_210],
            value: secret(),
            rule: secret(),
        }),
        Finding::Impure(Impure::ArgumentModified { argument: secret() }),
        Finding::Impure(Impure::NotDeterministic {
            output: secret(),
            mismatch: mismatch(),
        }),
        Finding::Impure(Impure::OrderDependent {
            output: secret(),
            mismatch: mismatch(),
        }),
    ]
}

#[test]
fn nothing_of_a_hidden_golden_case_reaches_any_format() {
    for kind in [Kind::Golden, Kind::Single, Kind::Precision, Kind::Purity] {
        for finding in talkative() {
            let shown = everything(&report_on(
                vec![failing("check", kind, finding.clone())],
                Visibility::Hidden,
            ));
            assert!(
                !shown.contains(SECRET) && !shown.contains("9021"),
                "{kind:?} {finding:?}: {shown}"
            );
        }
    }
}

#[test]
fn the_same_findings_are_shown_where_the_task_is_public() {
    for finding in talkative() {
        let shown = everything(&report_on(
            vec![failing("check", Kind::Golden, finding.clone())],
            Visibility::Public,
        ));
        assert!(shown.contains(SECRET) || shown.contains("9021"), "{finding:?}");
    }
}

#[test]
fn hidden_tasks_say_what_does_not_compile() {
    let precluding = findings().into_iter().filter(|finding| {
        matches!(
            Verdict::of(finding),
            Verdict::DidNotCompile | Verdict::RefusedByPolicy | Verdict::NotAttempted
        )
    });
    for finding in precluding {
        let checks = || vec![failing("build", Kind::Golden, finding.clone())];
        let hidden = report_on(checks(), Visibility::Hidden).tasks.remove(0).checks;
        assert_eq!(hidden, report_on(checks(), Visibility::Public).tasks.remove(0).checks);
    }
}

#[test]
fn a_property_of_a_hidden_task_keeps_its_figures_and_loses_free_text() {
    let free = [
        Finding::CallFailed(CallFailed::Panicked {
            message: secret(),
            location: Some("attention.rs:41".to_owned()),
        }),
        Finding::CallFailed(CallFailed::RefusedValid { reason: secret() }),
        Finding::CallFailed(CallFailed::Unusable {
            output: secret(),
            reason: secret(),
        }),
        Finding::CallFailed(CallFailed::NoGradient { reason: secret() }),
        Finding::CallFailed(CallFailed::Malformed { reason: secret() }),
    ];
    for finding in free {
        let finding = Finding::PropertyFailed(Violation::Call(Box::new(finding)));
        let shown = everything(&report_on(
            vec![failing("odd", Kind::Property, finding)],
            Visibility::Hidden,
        ));
        assert!(!shown.contains(SECRET), "{shown}");
    }
    let shown = report_on(
        vec![failing("odd", Kind::Property, crate::testing::changed())],
        Visibility::Hidden,
    );
    let check = &shown.tasks[0].checks[0];
    assert!(check.evidence.is_some() && check.counterexample.is_some());
    // One number is no channel; a picture of many would be.
    assert!(!json::render(&shown).contains("\"window\""));
    let public = report_on(
        vec![failing("odd", Kind::Property, crate::testing::changed())],
        Visibility::Public,
    );
    assert!(json::render(&public).contains("\"window\""));
}

#[test]
fn hostile_text_reaches_no_format() {
    let hostile = "\u{1b}[2J\u{1b}[32mpassed\u{7}\u{202e}\r\n\u{9b}31m";
    let panic = Finding::CallFailed(CallFailed::Panicked {
        message: hostile.to_owned(),
        location: Some(hostile.to_owned()),
    });
    let refusal = Finding::CallFailed(CallFailed::RefusedValid {
        reason: hostile.repeat(10_000),
    });
    let shown = everything(&report_on(
        vec![
            failing("one", Kind::Golden, panic),
            failing("two", Kind::Golden, refusal),
        ],
        Visibility::Public,
    ));
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r', '\u{9b}']) && !shown.contains("\\u00"));
    assert!(shown.len() < 60_000);
}

#[test]
fn tasks_stand_in_the_order_of_the_assignment() {
    let (assignment, mut judgements) = mixed();
    judgements.reverse();
    let report = build(&mixed_context(), &judgements, &assignment);
    let ids: Vec<&str> = report.tasks.iter().map(|task| task.id.as_str()).collect();
    let expected: Vec<&str> = assignment.tasks.iter().map(|entry| entry.id.as_str()).collect();
    assert_eq!(ids, expected);
}

#[test]
fn the_worst_finding_stands_first_and_what_holds_last() {
    let wrong = || crate::testing::changed();
    let panic = Finding::CallFailed(CallFailed::Panicked {
        message: String::new(),
        location: None,
    });
    let checks = vec![
        passed("holds", Kind::Golden),
        failing("purity", Kind::Purity, wrong()),
        failing("golden", Kind::Golden, wrong()),
        failing("second golden", Kind::Golden, wrong()),
        failing("property", Kind::Property, wrong()),
        failing("panics", Kind::Single, panic),
    ];
    let report = report_on(checks, Visibility::Public);
    let names: Vec<&str> = report.tasks[0].checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(
        names,
        ["panics", "golden", "property", "second golden", "purity", "holds"]
    );
}

#[test]
fn a_side_effect_stands_first_where_the_golden_cases_hold() {
    let panic = Finding::CallFailed(CallFailed::Panicked {
        message: String::new(),
        location: None,
    });
    let checks = vec![
        passed("golden", Kind::Golden),
        failing("property", Kind::Property, panic),
        failing("purity", Kind::Purity, crate::testing::changed()),
    ];
    let report = report_on(checks, Visibility::Public);
    let names: Vec<&str> = report.tasks[0].checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["purity", "property", "golden"]);
}

#[test]
fn what_is_no_number_of_json_survives_as_none() {
    let assignment = assignment(&[("rms_norm", &["training"])], Visibility::Public);
    let report = build(&mixed_context(), &[below_threshold("rms_norm", f64::NAN)], &assignment);
    let check = &report.tasks[0].checks[0];
    assert_eq!(check.measured[0].value, None);
    assert!(!check.measured[0].holds && check.measured[1].holds);
    assert_eq!(check.series[0].y, [Some(3.3), Some(1.9), None]);
    let read: Report = serde_json::from_str(&json::render(&report)).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(read, report);
}

#[test]
fn a_trial_is_stopped_by_its_own_limit_and_says_so() {
    const TRIALS: &[judge::contract::training::Trial] = &[judge::contract::training::Trial {
        name: "learns-the-grammar",
        portion: "training",
        statement: "it learns",
        cpu_seconds: 25.0,
        run: |_| Ok(judge::findings::measurement::Outcome::default()),
    }];
    let mut late = below_threshold("rms_norm", 1.0);
    late.checks[0].ending = Ending::Failed {
        finding: Finding::CallFailed(CallFailed::TimedOut {
            cpu: 25.1,
            wall: 26.0,
            by_cpu: true,
        }),
        counterexample: None,
    };
    let task = Task {
        id: "rms_norm",
        trials: TRIALS,
        ..Task::BLANK
    };
    let tasks = [&task];
    let context = Context {
        tasks: &tasks,
        ..mixed_context()
    };
    let assignment = assignment(&[("rms_norm", &["training"])], Visibility::Public);
    let report = build(&context, &[late], &assignment);
    let message = report.tasks[0].checks[0].message.clone().unwrap_or_default();
    assert_eq!(message, "no answer within 25 s of CPU time");
}

#[test]
fn two_reports_differ_in_times_only() {
    let mut slower = mixed_report();
    slower.times = None;
    for check in slower.tasks.iter_mut().flat_map(|task| &mut task.checks) {
        if let Some(evidence) = &mut check.evidence
            && let crate::model::Seen::Time { cpu, wall } = &mut evidence.seen
        {
            (*cpu, *wall) = (9.9, 99.9);
        }
    }
    assert_ne!(slower, mixed_report());
    assert_eq!(
        json::render(&slower.without_times()),
        json::render(&mixed_report().without_times())
    );
}
