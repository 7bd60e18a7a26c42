//! What goes wrong in submissions without malice, and a little with it: each costs what it should and no more.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::{Submission, course, grade, tight_course};

/// `greedy`, a task that calls it, one of the same file, and one of another.
const TASKS: [&str; 8] = [
    "--task",
    "greedy",
    "--task",
    "generate",
    "--task",
    "nucleus",
    "--task",
    "causal_mask",
];

/// Grades the reference with another body of `greedy`, and gives the report's verdict on it. Every other task must keep
/// its points, whatever that body does.
fn verdict_of_greedy(body: &str) -> (String, Value) {
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", body);
    judged(submission.graded(&TASKS))
}

/// The same where the body may call `crate::parts::given`: the given files are the course's, and no policy holds there, so
/// that what stands behind the policy can be seen.
fn verdict_of_greedy_with(given: &str, body: &str) -> (String, Value) {
    let course = course(|root| {
        let path = root.join("student_template/src/parts.rs");
        let text = std::fs::read_to_string(&path).unwrap();
        let function = format!("\n/// Given for a test.\npub fn given() -> String {{\n{given}\n}}\n");
        std::fs::write(path, text + &function).unwrap();
    });
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", body);
    judged(submission.graded_in(&course, &TASKS))
}

fn judged((run, report): (tests::Run, Value)) -> (String, Value) {
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let mut verdict = String::new();
    for task in report["tasks"].as_array().unwrap() {
        if task["id"] == "greedy" {
            task["verdict"].as_str().unwrap().clone_into(&mut verdict);
        } else {
            assert_eq!(task["points"], task["max_points"], "{} keeps its points", task["id"]);
        }
    }
    (verdict, report)
}

fn greedy(report: &Value) -> &Value {
    report["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|task| task["id"] == "greedy")
        .unwrap()
}

fn messages(report: &Value) -> String {
    let checks = greedy(report)["checks"].as_array().unwrap();
    checks
        .iter()
        .filter_map(|check| check["message"].as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_panic_is_a_crash_with_its_text_and_line() {
    let (verdict, report) = verdict_of_greedy("    let _ = logits;\n    panic!(\"no idea\")");
    assert_eq!(verdict, "crashed");
    let messages = messages(&report);
    assert!(
        messages.contains("no idea") && messages.contains("sampling.rs"),
        "{messages}"
    );
}

#[test]
fn an_unwritten_body_is_not_attempted() {
    let (verdict, _) = verdict_of_greedy("    let _ = logits;\n    todo!()");
    assert_eq!(verdict, "not_attempted");
}

#[test]
fn leaving_the_process_is_a_crash_and_not_a_pass() {
    let (verdict, report) = verdict_of_greedy_with(
        "    println!(\"test result: ok. 99 passed\");\n    std::process::exit(0)",
        "    let _ = logits;\n    panic!(\"{}\", crate::parts::given())",
    );
    assert_eq!(verdict, "crashed");
    assert_eq!(greedy(&report)["points"], 0.0);
    assert!(messages(&report).contains("exit"), "{}", messages(&report));
}

#[test]
fn a_function_that_asks_to_leave_is_refused_before_it_runs() {
    let (verdict, report) = verdict_of_greedy("    let _ = logits;\n    std::process::exit(0)");
    assert_eq!(verdict, "refused_by_policy");
    assert_eq!(greedy(&report)["points"], 0.0);
    assert!(messages(&report).contains("sampling.rs:"), "{}", messages(&report));
}

#[test]
fn an_endless_loop_is_timed_out() {
    let endless = "    let _ = logits;\n    loop {\n        std::hint::spin_loop();\n    }";
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", endless);
    let (verdict, report) = judged(submission.graded_in(&tight_course("2.0"), &TASKS));
    assert_eq!(verdict, "timed_out");
    assert_eq!(greedy(&report)["points"], 0.0);
}

#[test]
fn a_machine_that_is_too_slow_for_the_time_limit_is_not_the_submissions_fault() {
    let submission = Submission::reference();
    let folder = submission.path().to_str().unwrap();
    let report = submission.path().join("results.json");
    let target = format!("gradescope={}", report.display());
    let run = grade([
        "--submission",
        folder,
        "--fresh",
        "--time-limit",
        "1",
        "--report",
        &target,
    ]);
    assert_eq!(run.code, Some(3), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("1 s were not enough"), "{}", run.stderr);
    assert!(!report.exists(), "nobody is charged");
}

#[test]
fn a_wrong_shape_is_told_as_such() {
    let (verdict, report) = verdict_of_greedy("    logits.argmax(-1, true)");
    assert_eq!(verdict, "wrong");
    assert!(messages(&report).contains("shape"), "{}", messages(&report));
}

#[test]
fn a_wrong_dtype_is_told_as_such() {
    let (verdict, report) = verdict_of_greedy("    logits.argmax(-1, false).to_kind(tch::Kind::Float)");
    assert_eq!(verdict, "wrong");
    assert!(messages(&report).contains("f32"), "{}", messages(&report));
}

#[test]
fn nan_is_wrong_and_told_as_such() {
    let submission = Submission::reference().with_body(
        "src/normalization.rs",
        "rms_norm",
        "    input * weight * (f64::NAN + epsilon)",
    );
    let (_, report) = submission.graded(&["--task", "rms_norm"]);
    let task = &report["tasks"][0];
    assert_eq!(task["verdict"], "wrong");
    assert_eq!(task["points"], 0.0);
    assert!(task.to_string().contains("NaN"), "{task:#}");
}

#[test]
fn printed_text_changes_nothing() {
    let noisy = Submission::reference().replacing(
        "src/normalization.rs",
        "// solution:begin",
        "println!(\"{}\", \"PASS \".repeat(100_000));\n    // solution:begin",
    );
    let (run, report) = noisy.graded(&["--task", "rms_norm"]);
    assert_eq!(report["tasks"][0]["verdict"], "passed", "{report:#}");
    assert!(!run.stdout.contains("PASS PASS"));
}

#[test]
fn a_compile_error_costs_the_tasks_of_its_file() {
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", "    let _ = logits;");
    let (run, report) = submission.graded(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    for task in report["tasks"].as_array().unwrap() {
        if task["file"] == "sampling.rs" {
            assert_eq!(task["verdict"], "did_not_compile", "{}", task["id"]);
        } else {
            assert_eq!(task["points"], task["max_points"], "{} keeps its points", task["id"]);
        }
    }
    assert!(messages(&report).contains("E0308"), "{}", messages(&report));
}

#[test]
fn an_error_in_one_file_of_ten_keeps_the_points_of_the_other_nine() {
    let points = |report: &Value, key: &str| -> BTreeMap<String, f64> {
        let mut files = BTreeMap::new();
        for task in report["tasks"].as_array().unwrap() {
            *files.entry(task["file"].as_str().unwrap().to_owned()).or_default() += task[key].as_f64().unwrap();
        }
        files
    };
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", "    let _ = logits;");
    let (_, all) = submission.graded(&["--assignment", "uva-dl1-a2"]);
    // One task of each of ten files, that of the error among them.
    let files: BTreeSet<String> = points(&all, "points").into_keys().collect();
    assert!(files.len() >= 10, "{files:?}");
    let others = files.iter().filter(|file| *file != "sampling.rs").take(9);
    let ten: BTreeSet<&str> = others.map(String::as_str).chain(["sampling.rs"]).collect();
    let (maximum, earned) = (points(&all, "max_points"), points(&all, "points"));
    assert_eq!(earned["sampling.rs"], 0.0);
    for file in ten.iter().filter(|file| **file != "sampling.rs") {
        assert_eq!(earned[*file], maximum[*file], "{file}");
    }
    let sum = |points: &BTreeMap<String, f64>| ten.iter().map(|file| points[*file]).sum::<f64>();
    assert_eq!(sum(&maximum) - sum(&earned), maximum["sampling.rs"]);
    say(&format!(
        "ten files: {} of {} points, all but the {} of sampling.rs",
        sum(&earned),
        sum(&maximum),
        maximum["sampling.rs"]
    ));
}

#[expect(clippy::print_stdout, reason = "a figure for whoever runs this")]
fn say(line: &str) {
    println!("{line}");
}

#[test]
fn a_changed_signature_costs_its_task_and_shows_the_expected_one() {
    let submission = Submission::reference().with_file(
        "src/normalization.rs",
        "use tch::Tensor;\npub fn rms_norm(input: &Tensor) -> Tensor { input.copy() }\n",
    );
    let (_, report) = submission.graded(&["--task", "rms_norm"]);
    let task = &report["tasks"][0];
    assert_eq!(task["verdict"], "did_not_compile");
    assert!(
        task.to_string().contains("f64"),
        "the expected signature is shown: {task:#}"
    );
}

#[test]
fn too_much_memory_is_told_as_such() {
    let (verdict, _) = verdict_of_greedy(
        "    let _ = logits;\n    tch::Tensor::zeros([1 << 33], (tch::Kind::Double, tch::Device::Cpu)).argmax(0, false)",
    );
    assert_eq!(verdict, "out_of_memory");
}

/// What the judge knows must not be in the surroundings of the student's process.
#[test]
fn nothing_of_the_judge_stands_in_environment_arguments_or_descriptors() {
    let given = r#"    let list = |folder: &str| -> Vec<String> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| std::fs::read_link(entry.path()).map(|path| path.display().to_string()).unwrap_or_default()).collect()
    };
    format!(
        "environment {:?} arguments {:?} folder {:?} descriptors {:?}",
        std::env::vars().collect::<Vec<_>>(),
        std::env::args().collect::<Vec<_>>(),
        std::env::current_dir(),
        list("/proc/self/fd")
    )"#;
    let body = "    let _ = logits;\n    panic!(\"{}\", crate::parts::given())";
    let (_, report) = verdict_of_greedy_with(given, body);
    let told = messages(&report);
    // Other lines are the grader's own words.
    let seen = told
        .lines()
        .filter(|line| line.starts_with("panicked"))
        .collect::<Vec<_>>()
        .join("\n");
    assert!(seen.contains("OMP_NUM_THREADS"), "the environment was listed: {seen}");
    let home = std::env::var("HOME").unwrap_or_default();
    for secret in [
        "fixtures",
        "golden",
        "GRADE",
        "seed",
        "tolerance",
        "HOME",
        home.as_str(),
    ] {
        assert!(
            secret.is_empty() || secret == "/" || !seen.contains(secret),
            "`{secret}` is there: {seen}"
        );
    }
}

#[test]
fn a_part_that_is_asked_for_with_senseless_arguments_is_told_as_such() {
    let wrong = "    let _ = edge_index;\n    Tensor::zeros([num_nodes, num_nodes], (kind, device))";
    let senseless = "    let _ = crate::parts::adjacency_matrix(edge_index, -5, kind, device);\n    \
        crate::parts::adjacency_matrix(edge_index, num_nodes, kind, device)";
    let submission = Submission::reference()
        .with_body("src/graph.rs", "adjacency_matrix", wrong)
        .with_body("src/graph_algebra.rs", "laplacian", senseless);
    let (run, report) = submission.graded(&["--task", "laplacian", "--task", "adjacency_matrix", "--fresh"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let tasks = report["tasks"].as_array().unwrap();
    let laplacian = tasks.iter().find(|task| task["id"] == "laplacian").unwrap();
    let summary = laplacian["summary"].as_str().unwrap();
    assert!(summary.contains("to which a correct one has no answer"), "{summary}");
    assert!(!summary.contains("nothing was called"), "{summary}");
}
