//! What a saved file has changed.

use super::*;

#[test]
fn what_a_saved_file_touches_stands_on_top_and_the_rest_as_it_was() {
    let change = Change {
        saved: &["attention.rs".to_owned()],
        judged: &["scaled_dot_product_attention"],
        waiting: &[],
        unfinished: &["graph_attention"],
        same: &[],
    };
    insta::assert_snapshot!(render_change(&mixed_report(), PLAIN, &change));
}

#[test]
fn what_was_judged_again_and_says_the_same_is_named_and_not_shown_again() {
    let change = Change {
        saved: &["attention.rs".to_owned()],
        judged: &["scaled_dot_product_attention", "causal_self_attention", "rms_norm"],
        waiting: &[],
        unfinished: &[],
        same: &["causal_self_attention", "rms_norm"],
    };
    let text = render_change(&mixed_report(), PLAIN, &change);
    assert!(
        text.contains("  judged again, with nothing new: causal_self_attention (wrong), rms_norm\n  (passed)\n"),
        "{text}"
    );
    let rows = text.lines().filter(|line| line.contains(" / 2 "));
    assert_eq!(rows.count(), 1, "{text}");
    assert!(text.lines().count() < 25, "{text}");
}

#[test]
fn a_task_says_the_same_while_verdict_points_and_findings_stay() {
    let report = mixed_report();
    let task = |id: &str| report.tasks.iter().find(|task| task.id == id).expect("a task");
    let before = task("scaled_dot_product_attention");
    assert!(says_the_same(before, before));
    let other_value = crate::model::CheckReport {
        message: Some("another value".to_owned()),
        ..before.checks[0].clone()
    };
    let now = TaskReport {
        checks: [vec![other_value], before.checks[1..].to_vec()].concat(),
        ..before.clone()
    };
    assert!(!says_the_same(before, &now));
    assert!(!says_the_same(
        before,
        &TaskReport {
            points: 0.0,
            ..before.clone()
        }
    ));
}

#[test]
fn a_saved_file_that_does_not_compile_is_shown_with_the_compilers_text() {
    let change = Change {
        saved: &["sampling.rs".to_owned()],
        judged: &["greedy", "nucleus"],
        waiting: &["degree_matrix"],
        unfinished: &[],
        same: &[],
    };
    insta::assert_snapshot!(render_change(&mixed_report(), PLAIN, &change));
}

#[test]
fn the_first_look_names_no_file() {
    let report = mixed_report();
    let all: Vec<&str> = report.tasks.iter().map(|task| task.id.as_str()).collect();
    let change = Change {
        saved: &[],
        judged: &all,
        waiting: &[],
        unfinished: &[],
        same: &[],
    };
    let text = render_change(&report, PLAIN, &change);
    assert!(text.starts_with("first look: 9 tasks judged, 1.4 s\n"), "{text}");
    assert!(
        !text.contains("as before") && text.lines().all(|line| length(line) <= WIDTH),
        "{text}"
    );
}
