//! Scoring in which failing never helps: attacks of the corpus by the points that they get, and what a task is paid that
//! calls wrong parts.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tests::{Submission, copy_tree, course, root};

const ASSIGNMENTS: [&str; 2] = ["uva-dl1-a2", "gt-cs7643-ps3"];

fn attacks() -> Vec<(PathBuf, toml::Table)> {
    let folders = fs::read_dir(root().join("fixtures/submissions/scoring")).unwrap();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    let expected = |folder: &Path| {
        fs::read_to_string(folder.join("expected.toml"))
            .unwrap()
            .parse()
            .unwrap()
    };
    folders
        .into_iter()
        .map(|folder| {
            let expected = expected(&folder);
            (folder, expected)
        })
        .collect()
}

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    let mut tasks = report["tasks"].as_array().unwrap().iter();
    tasks.find(|task| task["id"] == id).unwrap()
}

fn check<'a>(task: &'a Value, name: &str) -> &'a Value {
    let mut checks = task["checks"].as_array().unwrap().iter();
    checks.find(|check| check["name"] == name).unwrap()
}

/// The tasks of an assignment's file.
fn assigned(assignment: &str) -> String {
    fs::read_to_string(root().join("fixtures/assignments").join(format!("{assignment}.toml"))).unwrap()
}

/// What an attack is paid too much, in sentences, and how many tasks it was tried in.
fn overpaid(folder: &Path, expected: &toml::Table) -> (Vec<String>, usize) {
    let submission = Submission::reference();
    copy_tree(folder, submission.path());
    let most = expected["most"].as_table().unwrap();
    let (mut found, mut tried) = (Vec::new(), 0);
    for assignment in ASSIGNMENTS {
        let of = assigned(assignment);
        let ids: Vec<&str> = most.keys().map(String::as_str).collect();
        let ids: Vec<&str> = ids
            .into_iter()
            .filter(|id| of.contains(&format!("id = \"{id}\"")))
            .collect();
        if ids.is_empty() {
            continue;
        }
        let parts = PARTS.iter().filter(|part| of.contains(&format!("id = \"{part}\"")));
        let asked = ids.iter().chain(parts).flat_map(|id| ["--task", id]);
        let arguments: Vec<&str> = ["--assignment", assignment].into_iter().chain(asked).collect();
        let (run, report) = submission.graded(&arguments);
        let name = folder.file_name().unwrap().to_string_lossy();
        if run.code != Some(0) {
            found.push(format!("{name}: exit code {:?}: {}", run.code, run.stderr));
        }
        for id in ids {
            tried += 1;
            let (points, most) = (
                task(&report, id)["points"].as_f64().unwrap(),
                most[id].as_float().unwrap(),
            );
            if points > most {
                found.push(format!("{name}: {id} gets {points} points, and may get {most}"));
            }
        }
    }
    (found, tried)
}

/// Parts in which attacks have a flaw: they have to be judged for the reference to answer for them.
const PARTS: [&str; 4] = [
    "adjacency_matrix",
    "encoder_mask",
    "split_heads",
    "generic_self_attention",
];

/// `grade self-test` tries all of them; here two are graded as a student's submission is, every day others.
#[test]
fn no_attack_on_scoring_is_paid_more_than_it_has_shown() {
    let attacks = attacks();
    assert!(attacks.len() >= 10, "there are only {}", attacks.len());
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let day = usize::try_from(since.as_secs() / 86_400).unwrap();
    for (folder, expected) in attacks.iter().cycle().skip(day * 2 % attacks.len()).take(2) {
        let (overpaid, tried) = overpaid(folder, expected);
        assert!(overpaid.is_empty(), "{overpaid:#?}");
        assert!(tried >= 1, "{} was not tried", folder.display());
    }
}

#[test]
fn a_part_that_is_wrong_only_where_a_larger_task_calls_it_is_charged_and_the_larger_task_is_not() {
    let once = "    if input.size() == [3, 12, 10] { return (input * 2.0).unflatten(-1, [heads, -1]).transpose(1, 2); }
    input.unflatten(-1, [heads, -1]).transpose(1, 2)";
    let submission = Submission::reference().with_body("src/attention.rs", "split_heads", once);
    let (run, report) = submission.graded(&["--task", "split_heads", "--task", "causal_self_attention"]);
    let layer = task(&report, "causal_self_attention");
    assert_eq!(layer["points"], layer["max_points"], "{layer:#}");
    let summary = layer["summary"].as_str().unwrap();
    assert!(
        summary.contains("your `split_heads` is wrong, so this was checked with a correct one (no points lost here)"),
        "{summary}"
    );
    let part = task(&report, "split_heads");
    assert_eq!(check(part, "golden-f64/all")["verdict"], "passed");
    assert_eq!(check(part, "as-a-part")["verdict"], "wrong");
    let (points, most) = (&part["points"], &part["max_points"]);
    assert!(points.as_f64() < most.as_f64(), "{points} of {most}");
    assert!(
        run.stdout
            .contains("right by its own checks, but `causal_self_attention`"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_lost_portion_says_why() {
    let folder = root().join("fixtures/submissions/scoring/heart-then-todo");
    let submission = Submission::reference();
    copy_tree(&folder, submission.path());
    let (run, report) = submission.graded(&["--task", "rms_norm"]);
    let task = task(&report, "rms_norm");
    assert_eq!(check(task, "golden-f64/all")["verdict"], "passed");
    let portion = &task["portions"][0];
    assert_eq!(portion["earned"], false);
    let why = serde_json::json!(["fresh inputs of its kind are answered wrongly"]);
    assert_eq!(portion["lost"], why);
    assert!(run.stdout.contains("fresh ones are not"), "{}", run.stdout);
}

const CUT: &str = "    input.detach().unflatten(-1, [heads, -1]).transpose(1, 2)";

#[test]
fn a_part_that_cuts_gradients_costs_itself_and_the_larger_task_is_judged_with_the_references_jacobian() {
    let submission = Submission::reference().with_body("src/attention.rs", "split_heads", CUT);
    let (run, report) = submission.graded(&["--task", "split_heads", "--task", "causal_self_attention"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let part = task(&report, "split_heads");
    assert_eq!(part["verdict"], "wrong");
    let layer = task(&report, "causal_self_attention");
    assert_eq!(layer["points"], layer["max_points"], "{layer:#}");
    for property in ["all-gradients", "jacobian-causality"] {
        assert_eq!(check(layer, property)["verdict"], "passed");
    }
}

#[test]
fn a_task_that_goes_round_its_part_is_judged_with_its_own_and_is_told_so() {
    let submission = Submission::reference()
        .with_body(
            "src/attention.rs",
            "split_heads",
            "    input.unflatten(-1, [heads, -1]).transpose(1, 2) * 0.5",
        )
        .replacing(
            "src/attention.rs",
            "parts::split_heads(&projected",
            "split_heads(&projected",
        );
    let (_, report) = submission.graded(&["--task", "split_heads", "--task", "causal_self_attention"]);
    let layer = task(&report, "causal_self_attention");
    assert_eq!(
        (layer["verdict"].as_str(), layer["points"].as_f64()),
        (Some("wrong"), Some(0.0))
    );
    let summary = layer["summary"].as_str().unwrap();
    assert!(
        summary.contains("checked with your own `split_heads`, which is wrong"),
        "{summary}"
    );
}

/// Everything that a student reads of a grading: what is printed, and every format.
fn everything_read(submission: &Submission, course: &Submission, tasks: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let formats = [
        "json",
        "jsonl",
        "markdown",
        "junit",
        "github",
        "gradescope",
        "html",
        "terminal",
    ];
    let path = |format: &str| folder.path().join(format);
    let reports: Vec<String> = formats
        .iter()
        .map(|format| format!("{format}={}", path(format).display()))
        .collect();
    let mut arguments = vec!["--verbose"];
    arguments.extend(reports.iter().flat_map(|report| ["--report", report.as_str()]));
    arguments.extend(tasks.iter().flat_map(|task| ["--task", task]));
    let (run, _) = submission.graded_in(course, &arguments);
    let files = formats.iter().map(|format| fs::read_to_string(path(format)).unwrap());
    files.chain([run.stdout, run.stderr]).collect()
}

#[test]
fn what_a_hidden_part_has_answered_reaches_no_text() {
    let course = course(|folder| {
        let path = folder.join("fixtures/assignments/uva-dl1-a2.toml");
        let text = fs::read_to_string(&path).unwrap();
        let entry = "id = \"degree_matrix\"\n";
        fs::write(
            &path,
            text.replacen(entry, &format!("{entry}visibility = \"hidden\"\n"), 1),
        )
        .unwrap();
    });
    // 317 edges into node 1: nobody but the hidden part counts them.
    let asks = "    let edges = Tensor::ones([2, 317], (Kind::Int64, device));
    let answer = parts::degree_matrix(&edges, 2, Kind::Int64, device).int64_value(&[1, 1]);
    let _ = (edge_index, num_nodes, kind);
    panic!(\"{} part says {answer} and {}\", \"the hidden\", answer * 1001)";
    let submission = Submission::reference()
        .with_body(
            "src/graph.rs",
            "degree_matrix",
            "    Tensor::zeros([num_nodes, num_nodes], (kind, edge_index.device() )).to_device(device)",
        )
        .with_body("src/graph_algebra.rs", "laplacian", asks);
    let text = everything_read(&submission, &course, &["degree_matrix", "laplacian"]);
    for secret in ["says 317", "317317", "the hidden part"] {
        assert!(!text.contains(secret), "{secret} is in {text}");
    }
}

#[test]
fn a_report_on_a_withheld_task_is_the_same_wherever_the_answer_is_wrong() {
    let figure = |wrong: &str| {
        let (from, to) = ("vec![0, 1, 1, 0, 1],", wrong);
        let submission = Submission::reference().replacing("src/figure_6.rs", from, to);
        let (_, report) = submission.graded(&["--task", "figure_6"]);
        task(&report, "figure_6").clone()
    };
    let one = figure("vec![0, 0, 1, 0, 1],");
    assert_eq!(check(&one, "golden-f64/left_adjacency")["verdict"], "wrong");
    let told = |task: &Value| {
        let checks = task["checks"].as_array().unwrap().clone();
        let golden = checks
            .into_iter()
            .filter(|check| check["name"].as_str().unwrap().starts_with("golden"));
        (golden.collect::<Vec<Value>>(), task["diagnosis"].clone())
    };
    assert_eq!(told(&one), told(&figure("vec![0, 1, 0, 0, 1],")));
    assert_eq!(told(&one), told(&figure("vec![7, 7, 7, 7, 7],")));
}
