//! What a submission does to the compiler costs the file that does it, within limits, and never another file's task.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tests::{Submission, tight_course};

/// A constant that nobody lives to see the end of.
const ENDLESS: &str = "\n#[allow(long_running_const_eval)]\nconst END: u64 = {\n    let mut count = 0_u64;\n    \
    while count < u64::MAX {\n        count += 1;\n    }\n    count\n};\n";
/// The same in a function's body.
const USED: &str = "    panic!(\"{END}\")";
/// A macro that doubles its words until there is no room.
const DOUBLING: &str = "macro_rules! double { ($($word:tt)*) => { double!{$($word)* $($word)*} } }\n\
    pub fn endless() { double!{x y z} }\n";

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    let tasks = report["tasks"].as_array().unwrap();
    tasks.iter().find(|task| task["id"] == id).unwrap()
}

/// That a task did not compile, and that its finding says these words.
fn is_charged(report: &Value, id: &str, words: &[&str]) {
    let task = task(report, id);
    assert_eq!(
        (&task["verdict"], &task["points"]),
        (&"did_not_compile".into(), &0.0.into()),
        "{task:#}"
    );
    let told = task["checks"].to_string();
    for word in words {
        assert!(told.contains(word), "{word:?} is not in {told}");
    }
}

fn passes(report: &Value, id: &str) {
    assert_eq!(task(report, id)["verdict"], "passed", "{:#}", task(report, id));
}

/// The reference with text after a file's own.
fn with_more(submission: Submission, file: &str, more: &str) -> Submission {
    let text = std::fs::read_to_string(submission.path().join(file)).unwrap();
    submission.with_file(file, &(text + more))
}

#[test]
fn a_constant_without_an_end_costs_its_file_within_a_limit_on_time_and_no_other() {
    let submission = Submission::reference().with_body("src/normalization.rs", "rms_norm", USED);
    let submission = with_more(submission, "src/normalization.rs", ENDLESS);
    let course = tight_course("1.0");
    let graded = |seconds| {
        let tasks = ["--task", "rms_norm", "--task", "causal_mask"];
        let (run, report) =
            submission.graded_in(&course, &[&tasks[..], &["--fresh", "--time-limit", seconds]].concat());
        assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
        is_charged(
            &report,
            "rms_norm",
            &["normalization.rs", "the compiler takes more than 6 s"],
        );
        report
    };
    passes(&graded("300"), "causal_mask");
    // Where the time is over before anything is judged, it is the submission that has used it up, and not the machine.
    let late = graded("5");
    let late = task(&late, "causal_mask");
    assert_eq!(late["verdict"], "timed_out", "{late:#}");
}

#[test]
fn each_of_several_files_that_keep_the_compiler_busy_is_found_and_the_others_are_graded() {
    let submission = Submission::reference()
        .with_body("src/rotary.rs", "rotary_embedding", USED)
        .with_body("src/sampling.rs", "greedy", "    logits.nonsense()")
        .with_file("src/zz.rs", DOUBLING);
    let submission = with_more(submission, "src/rotary.rs", ENDLESS);
    let tasks = ["rotary_embedding", "greedy", "causal_mask", "rms_norm"];
    let tasks = tasks.iter().flat_map(|task| ["--task", task]);
    let arguments: Vec<&str> = tasks.chain(["--fresh", "--time-limit", "300"]).collect();
    let (run, report) = submission.graded_in(&tight_course("1.0"), &arguments);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    is_charged(&report, "rotary_embedding", &["rotary.rs", "more than"]);
    is_charged(&report, "greedy", &["E0599"]);
    passes(&report, "causal_mask");
    passes(&report, "rms_norm");
}

/// What a build has put away is not known to whoever takes the program of an earlier grading.
#[test]
fn a_broken_file_without_a_task_costs_nothing_however_often_the_others_are_graded() {
    let folder = Submission::empty();
    let mark = format!("\n// {}\n", folder.path().display());
    let submission = with_more(Submission::reference(), "src/normalization.rs", &mark)
        .with_file("src/scratch.rs", "pub fn scratch( {\n");
    for seed in ["5", "6"] {
        let (run, report) = submission.graded(&["--task", "rms_norm", "--seed", seed]);
        assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
        passes(&report, "rms_norm");
    }
}

/// Grades the reference with text added to its `normalization.rs`.
fn with_more_in_normalization(more: &str, tasks: &[&str]) -> Value {
    let submission = with_more(Submission::reference(), "src/normalization.rs", more);
    let tasks = tasks.iter().flat_map(|task| ["--task", task]);
    let arguments: Vec<&str> = tasks.chain(["--task", "rms_norm", "--fresh"]).collect();
    let (run, report) = submission.graded(&arguments);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    report
}

/// A destructor forbids to move the type's fields out, as the grader's call does.
const DESTRUCTOR: &str = "\nimpl Drop for crate::types::GraphAttention {\n    fn drop(&mut self) {}\n}\n";

#[test]
fn a_file_that_breaks_the_call_of_another_files_function_is_charged_and_the_function_is_graded() {
    let report = with_more_in_normalization(DESTRUCTOR, &["graph_attention", "laplacian"]);
    passes(&report, "graph_attention");
    passes(&report, "laplacian");
    let words = [
        "normalization.rs changes what other files use",
        "the call of `graph_attention`",
        "E0509",
    ];
    is_charged(&report, "rms_norm", &words);
}

#[test]
fn a_file_that_breaks_a_given_file_is_charged_and_no_other() {
    // What has a destructor cannot be `Copy`, which the given type says that it is.
    let destructor = DESTRUCTOR.replace("GraphAttention", "Padding");
    let report = with_more_in_normalization(&destructor, &["split_heads", "convolve2d"]);
    passes(&report, "split_heads");
    passes(&report, "convolve2d");
    is_charged(&report, "rms_norm", &["normalization.rs"]);
}

#[test]
fn a_file_that_breaks_the_call_of_its_own_function_costs_itself_only() {
    let submission = with_more(Submission::reference(), "src/graph_attention.rs", DESTRUCTOR);
    let (_, report) = submission.graded(&["--task", "graph_attention", "--task", "rms_norm", "--fresh"]);
    let words = ["graph_attention.rs changes what other files use", "E0509"];
    is_charged(&report, "graph_attention", &words);
    let told = task(&report, "graph_attention").to_string();
    assert!(!told.contains("is not the expected one"), "{told}");
    passes(&report, "rms_norm");
}
