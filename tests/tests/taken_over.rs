//! After an edit, what it cannot have touched is taken over from the run before, and the report is the one that judging
//! everything gives.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tests::{Submission, root};

/// Properties and fresh inputs with this seed: then two reports of the same submission are equal, whatever was taken over.
const TASKS: [&str; 20] = [
    "--seed",
    "5",
    "--task",
    "rms_norm",
    "--task",
    "causal_mask",
    "--task",
    "scaled_dot_product_attention",
    "--task",
    "rotary_embedding",
    "--task",
    "causal_self_attention",
    "--task",
    "split_heads",
    "--task",
    "merge_heads",
    "--task",
    "greedy",
    "--task",
    "nucleus",
];
const SAMPLING: &str = "src/sampling.rs";
const ATTENTION: &str = "src/attention.rs";

/// A copy of the reference that nobody has graded before: what is stored of others has no say.
fn reference() -> Submission {
    let copy = Submission::reference();
    let file = "src/normalization.rs";
    let text = std::fs::read_to_string(copy.path().join(file)).unwrap();
    let mark = format!("\n// {}\n", copy.path().display());
    copy.with_file(file, &(text + &mark))
}

/// Grades as whoever works on a submission does: how many tasks were taken over. The report is held against that of a run
/// that judges all of them.
fn taken_over(submission: &Submission) -> Option<u64> {
    let (run, mut report) = submission.graded(&TASKS);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let number = report["times"]["taken_over"].as_u64();
    assert_eq!(
        run.stdout.contains("taken over from the run before"),
        number.is_some(),
        "{}",
        run.stdout
    );
    let elsewhere = Submission::empty();
    tests::copy_tree(submission.path(), elsewhere.path());
    let (_, mut whole) = elsewhere.graded(&[&TASKS[..], &["--fresh"]].concat());
    assert_eq!(whole["times"]["taken_over"], Value::Null);
    for report in [&mut report, &mut whole] {
        report["times"].take();
        report["submission"]["path"].take();
    }
    assert_eq!(report, whole);
    number
}

#[test]
fn an_edit_of_one_function_judges_what_it_touches() {
    let submission = reference();
    assert_eq!(taken_over(&submission), None, "there is no run before");
    let submission = submission.with_body(SAMPLING, "greedy", "    logits.argmin(-1, false)");
    assert_eq!(taken_over(&submission), Some(8));
    let submission = submission.with_body(SAMPLING, "greedy", "    // Right.\n    logits.argmax(-1, false)");
    assert_eq!(taken_over(&submission), Some(8));
}

#[test]
fn an_edit_of_a_helper_judges_all_that_use_it() {
    let with_helper = |submission: Submission, body: &str| {
        let text = std::fs::read_to_string(root().join("reference").join(ATTENTION)).unwrap();
        let helper = format!("\nfn same(input: &Tensor) -> Tensor {{\n    {body}\n}}\n");
        submission
            .with_file(ATTENTION, &(text + &helper))
            .with_body(
                ATTENTION,
                "split_heads",
                "    same(&input.unflatten(-1, [heads, -1]).transpose(1, 2))",
            )
            .with_body(
                ATTENTION,
                "merge_heads",
                "    same(input).transpose(1, 2).flatten(-2, -1)",
            )
    };
    let submission = with_helper(reference(), "input.shallow_clone()");
    assert_eq!(taken_over(&submission), None);
    // Beside the two, what calls them.
    assert_eq!(taken_over(&with_helper(submission, "input * 2.0")), Some(6));
}

#[test]
fn a_part_that_a_larger_task_has_charged_is_judged_with_it() {
    let once = "    if input.size() == [3, 12, 10] { return (input * 2.0).unflatten(-1, [heads, -1]).transpose(1, 2); }
    input.unflatten(-1, [heads, -1]).transpose(1, 2)";
    let right = "    input.unflatten(-1, [heads, -1]).transpose(1, 2)";
    let submission = reference();
    assert_eq!(taken_over(&submission), None);
    let submission = submission.with_body(ATTENTION, "split_heads", once);
    assert_eq!(taken_over(&submission), Some(7));
    // The charge stands beside an edit elsewhere.
    let submission = submission.with_body(SAMPLING, "greedy", "    logits.argmin(-1, false)");
    assert_eq!(taken_over(&submission), Some(8));
    let submission = submission.with_body(ATTENTION, "split_heads", right);
    assert_eq!(taken_over(&submission), Some(7));
}

#[test]
fn a_part_that_nothing_charged_before_does_not_stand_where_a_larger_task_charges_it() {
    let once = "    if input.size() == [3, 12, 10] { return (input * 2.0).unflatten(-1, [heads, -1]).transpose(1, 2); }
    input.unflatten(-1, [heads, -1]).transpose(1, 2)";
    let plain = "fn plain(input: &Tensor, heads: i64) -> Tensor {
    input.unflatten(-1, [heads, -1]).transpose(1, 2)\n}\n";
    let submission = reference().with_body(ATTENTION, "split_heads", once);
    let through_parts = std::fs::read_to_string(submission.path().join(ATTENTION)).unwrap() + plain;
    let past_them = through_parts.replace("parts::split_heads(", "plain(");
    assert_ne!(past_them, through_parts);
    let submission = submission.with_file(ATTENTION, &past_them);
    assert_eq!(taken_over(&submission), None);
    assert_eq!(taken_over(&submission.with_file(ATTENTION, &through_parts)), None);
}

#[test]
fn what_does_not_compile_takes_nothing_over_and_is_nothing_to_build_on() {
    let submission = reference();
    let text = std::fs::read_to_string(submission.path().join(SAMPLING)).unwrap();
    assert_eq!(taken_over(&submission), None);
    let submission = submission.with_body(SAMPLING, "greedy", "    let x: u8 = logits;");
    assert_eq!(taken_over(&submission), None);
    // It is the run before that one which is built on.
    let moved = text.replace("pub fn greedy", "\n\npub fn greedy");
    assert_eq!(taken_over(&submission.with_file(SAMPLING, &moved)), Some(9));
}

#[test]
fn a_run_that_others_rely_on_judges_everything() {
    let submission = reference();
    assert_eq!(taken_over(&submission), None);
    let mut submission = submission;
    for (number, more) in [["--min-score", "1"], ["--time-limit", "600"]].iter().enumerate() {
        submission = submission.with_body(
            SAMPLING,
            "greedy",
            &format!("    let _ = {number};\n    logits.argmax(-1, false)"),
        );
        let (_, report) = submission.graded(&[&TASKS[..], more].concat());
        assert_eq!(report["times"]["taken_over"], Value::Null, "{more:?}");
    }
}
