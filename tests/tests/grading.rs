//! Whole gradings: the template, the reference, and a mistake copied by hand.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tests::Submission;

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    report["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["id"] == id)
        .unwrap()
}

fn check<'a>(report: &'a Value, id: &str, name: &str) -> &'a Value {
    task(report, id)["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["name"] == name)
        .unwrap()
}

fn is_only_trained(task: &Value) -> bool {
    task["checks"]
        .as_array()
        .unwrap()
        .iter()
        .all(|check| check["kind"] == "trial")
}

#[test]
fn the_template_earns_nothing_and_every_task_is_not_attempted() {
    // A function that is not written ends its training at once; without it, nothing would be known of such a task.
    let (run, report) = Submission::template().graded(&["--training"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(report["totals"]["points"], 0.0);
    assert_eq!(report["totals"]["training_points"], 0.0);
    for task in report["tasks"].as_array().unwrap() {
        // A task that is only trained is skipped where the parts that it trains through are not written.
        let skipped = task["verdict"] == "skipped" && is_only_trained(task);
        assert!(skipped || task["verdict"] == "not_attempted", "{task:#}");
    }
}

#[test]
fn the_reference_gets_full_marks_and_the_second_run_says_the_same() {
    let submission = Submission::reference();
    let (run, mut first) = submission.graded(&["--min-score", "100"]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    assert_eq!(first["totals"]["percent"], 100.0);
    let (_, mut fresh) = submission.graded(&["--min-score", "100", "--fresh"]);
    let (_, mut stored) = submission.graded(&["--min-score", "100"]);
    for report in [&mut first, &mut fresh, &mut stored] {
        report.as_object_mut().unwrap().remove("times");
    }
    assert_eq!(
        first, fresh,
        "the same submission, grader and seed give the same report"
    );
    assert_eq!(fresh, stored, "a stored result is the same report");
}

#[test]
fn what_training_would_earn_is_counted_only_where_it_runs() {
    let submission = Submission::template();
    let (_, without) = submission.graded(&["--no-training"]);
    let (_, with) = submission.graded(&["--training"]);
    let points = |report: &Value, name: &str| report["totals"][name].as_f64().unwrap();
    let all = points(&with, "max_points");
    assert_eq!(
        points(&without, "max_points") + points(&without, "training_points"),
        all
    );
    for task in without["tasks"].as_array().unwrap() {
        let is_trained = task["training_points"].as_f64().unwrap() > 0.0;
        assert!(
            !is_trained || task["verdict"] != "passed",
            "{} is shown as passed",
            task["id"]
        );
    }
}

#[test]
fn a_score_below_the_minimum_is_told_by_the_exit_code() {
    let (run, _) = Submission::template().graded(&["--min-score", "1"]);
    assert_eq!(run.code, Some(1));
}

/// Merging the heads twice: the transposed heads are reshaped, so that positions and heads are mixed.
#[test]
fn a_layer_that_leaks_the_future_loses_causality_with_a_small_counterexample() {
    let (run, report) = mistaken("attention-heads-merged-twice", "src/attention.rs").graded(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let causality = check(&report, "causal_self_attention", "causality");
    assert_eq!(causality["verdict"], "wrong");
    let sizes = causality["counterexample"]["sizes"].as_array().unwrap();
    let tokens = sizes.iter().find(|size| size["name"] == "T").unwrap();
    assert!(tokens["value"].as_i64().unwrap() <= 3, "{sizes:?}");
    for task in report["tasks"].as_array().unwrap() {
        if task["id"] != "causal_self_attention" {
            assert_eq!(task["points"], task["max_points"], "{} keeps its points", task["id"]);
        }
    }
    assert!(
        run.stdout.contains("causality"),
        "the terminal report names the property:\n{}",
        run.stdout
    );
}

#[test]
fn a_mistake_in_a_part_costs_that_part_only() {
    let submission = Submission::reference().with_body(
        "src/rotary.rs",
        "rotary_embedding",
        "    let _ = start;\n    (query * 0.5, key * 0.5)",
    );
    let (_, report) = submission.graded(&[]);
    assert_eq!(task(&report, "rotary_embedding")["verdict"], "wrong");
    let layer = task(&report, "causal_self_attention");
    assert_eq!(layer["points"], layer["max_points"], "{layer:#}");
    assert_eq!(layer["answered_by_reference"], serde_json::json!(["rotary_embedding"]));
}

#[test]
fn only_the_tasks_that_were_asked_for_are_shown() {
    let (_, report) = Submission::reference().graded(&["--task", "rms_norm"]);
    let ids: Vec<&str> = report["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["rms_norm"]);
}

#[test]
fn the_report_is_valid_by_its_schema() {
    let schema = std::fs::read_to_string(tests::root().join("graders/report/report.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let (_, report) = Submission::template().graded(&[]);
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

/// A submission that is right but for a file of the corpus.
fn mistaken(name: &str, file: &str) -> Submission {
    let wrong = tests::root().join("fixtures/submissions/wrong").join(name).join(file);
    Submission::reference().with_file(file, &std::fs::read_to_string(wrong).unwrap())
}

#[test]
fn golden_cases_learnt_by_heart_are_told_from_understanding_by_fresh_inputs() {
    let submission = mistaken("rms-norm-learnt-with-least-epsilon", "src/normalization.rs");
    let (_, report) = submission.graded(&["--task", "rms_norm"]);
    assert_eq!(check(&report, "rms_norm", "golden-f64/all")["verdict"], "passed");
    let differential = check(&report, "rms_norm", "differential");
    assert_eq!(differential["verdict"], "wrong", "{differential:#}");
    assert_eq!(differential["counterexample"]["seed"], report["fresh_seed"]);
    let task = task(&report, "rms_norm");
    assert!(task["points"].as_f64() < task["max_points"].as_f64(), "it costs points");
    let (_, other) = submission.graded(&["--task", "rms_norm", "--seed", "5"]);
    assert_eq!(other["seed"], 5);
    assert_eq!(other["fresh_seed"], 5);
    assert_eq!(check(&other, "rms_norm", "differential")["verdict"], "wrong");
}

#[test]
fn fresh_inputs_are_others_for_every_submission_and_the_same_for_the_same() {
    let seed = |submission: &Submission| submission.graded(&["--task", "causal_mask"]).1["fresh_seed"].clone();
    let changed = Submission::reference().replacing("src/normalization.rs", "//!", "//! Changed.\n//!");
    assert_eq!(seed(&Submission::reference()), seed(&Submission::reference()));
    assert_ne!(seed(&Submission::reference()), seed(&changed));
}

#[test]
fn a_grader_without_the_reference_says_that_fresh_inputs_are_not_tried_and_takes_nothing() {
    let course = tests::course(|folder| std::fs::remove_dir_all(folder.join("reference")).unwrap());
    let (run, report) = Submission::reference().graded_in(&course, &["--task", "rms_norm"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let differential = check(&report, "rms_norm", "differential");
    assert_eq!(differential["verdict"], "skipped");
    assert!(
        differential["message"]
            .as_str()
            .unwrap()
            .contains("without the reference")
    );
    let task = task(&report, "rms_norm");
    assert_eq!(task["verdict"], "passed");
    assert_eq!(task["points"], task["max_points"]);
}

#[test]
fn a_report_with_findings_has_the_same_bytes_each_time_but_for_its_times_whatever_the_order_of_tasks() {
    let submission = mistaken("attention-heads-merged-twice", "src/attention.rs");
    let (one, other) = ("causal_self_attention", "rms_norm");
    let bytes = |arguments: &[&str]| {
        let (_, mut report) = submission.graded(arguments);
        report.as_object_mut().unwrap().remove("times");
        serde_json::to_string_pretty(&report).unwrap()
    };
    let first = bytes(&["--task", one, "--task", other, "--fresh"]);
    assert!(first.contains("counterexample"), "something has been found");
    assert_eq!(first, bytes(&["--task", one, "--task", other, "--fresh"]));
    assert_eq!(first, bytes(&["--task", other, "--task", one, "--fresh"]));
}
