//! What students get: it grades on its own, says what it cannot do, and gives nothing away.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;
use tests::{Submission, command, copy_tree, grade, root};

/// A release in a folder of its own.
struct Release {
    folder: TempDir,
}

impl Release {
    fn of(assignment: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("release");
        let run = grade(["release", "--assignment", assignment, "--out", target.to_str().unwrap()]);
        assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("release")
    }

    /// Grades a submission with this repository's program and the release's files.
    fn graded(&self, submission: &Path, assignment: &str) -> Value {
        let report = self.folder.path().join("report.json");
        let target = format!("json={}", report.display());
        let submission = submission.display().to_string();
        let arguments = [
            "--submission",
            &submission,
            "--assignment",
            assignment,
            "--report",
            &target,
        ];
        let run = command(arguments).env("GRADE_HOME", self.path()).output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap()
    }

    /// What `grade release --check` says.
    fn checked(&self, assignment: &str) -> (Option<i32>, String) {
        let folder = self.path();
        let run = grade([
            "release",
            "--assignment",
            assignment,
            "--check",
            folder.to_str().unwrap(),
        ]);
        (run.code, run.stdout)
    }
}

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    let tasks = report["tasks"].as_array().unwrap();
    tasks.iter().find(|task| task["id"] == id).unwrap()
}

#[test]
fn the_crate_of_a_release_is_graded_by_it_and_nothing_is_written_yet() {
    let release = Release::of("uva-dl1-a2");
    let report = release.graded(&release.path().join("student"), "uva-dl1-a2");
    let tasks = report["tasks"].as_array().unwrap();
    assert!(
        tasks.len() > 20 && tasks.iter().all(|task| task["id"] != "figure_6"),
        "{}",
        tasks.len()
    );
    for task in tasks {
        // What is only trained is not even looked at without training.
        let expected = if task["max_points"] == 0.0 {
            "not_run"
        } else {
            "not_attempted"
        };
        assert_eq!(task["verdict"], expected, "{}", task["id"]);
    }
    let said = report["notes"].to_string();
    assert!(said.contains("this grader has no reference"), "{said}");
    // What only the course grades keeps its points in the totals.
    let manual = report["manual"].to_string();
    assert!(manual.contains("figure_6"), "{manual}");
}

#[test]
fn without_a_reference_a_task_with_a_wrong_part_is_skipped_and_says_so() {
    let release = Release::of("uva-dl1-a2");
    let submission = Submission::reference().with_body(
        "src/attention.rs",
        "merge_heads",
        "    let size = input.size();\n    input.reshape([size[0], size[2], size[1] * size[3]])",
    );
    let report = release.graded(submission.path(), "uva-dl1-a2");
    assert_eq!(task(&report, "merge_heads")["verdict"], "wrong");
    let layer = task(&report, "causal_self_attention");
    assert_eq!(layer["verdict"], "skipped", "{}", layer["summary"]);
    assert_eq!(task(&report, "rms_norm")["verdict"], "passed");
}

#[test]
fn a_known_mistake_is_named_by_a_release_too() {
    let release = Release::of("uva-dl1-a2");
    let submission = Submission::reference();
    let overlay = root().join("fixtures/submissions/wrong/attention-heads-merged-twice/src");
    copy_tree(&overlay, &submission.path().join("src"));
    let report = release.graded(submission.path(), "uva-dl1-a2");
    let diagnosis = task(&report, "causal_self_attention")["diagnosis"].to_string();
    assert!(diagnosis.contains("heads merged twice"), "{diagnosis}");
    let known = fs::read_to_string(release.path().join("fixtures/fingerprints.json")).unwrap();
    assert!(
        !known.contains("figure_6"),
        "what is withheld has no fingerprints there"
    );
}

#[test]
fn the_course_keeps_what_the_course_needs() {
    let release = Release::of("uva-dl1-a2");
    for path in ["reference", "tests", "fixtures/submissions", "fixtures/golden/figure_6"] {
        assert!(!release.path().join(path).exists(), "{path}");
    }
    let run = command(["self-test"])
        .env("GRADE_HOME", release.path())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(3));
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(
        said.contains("`grade self-test` needs the course's repository"),
        "{said}"
    );
}

#[test]
fn a_planted_solution_wrong_submission_or_hidden_tensor_is_found() {
    let release = Release::of("uva-dl1-a2");
    assert_eq!(release.checked("uva-dl1-a2").0, Some(0));

    let notes = release.path().join("student/src/notes.rs");
    let reference = fs::read_to_string(root().join("reference/src/normalization.rs")).unwrap();
    let (_, solution) = reference.split_once("// solution:begin").unwrap();
    let line = solution.lines().skip(1).max_by_key(|line| line.len()).unwrap();
    fs::write(&notes, format!("// fn f() {{\n{line}\n")).unwrap();
    let (code, said) = release.checked("uva-dl1-a2");
    assert_eq!(code, Some(5));
    assert!(said.contains("student/src/notes.rs: line 2 is of a solution"), "{said}");

    let corpus = root().join("fixtures/submissions/wrong/attention-heads-merged-twice/src/attention.rs");
    fs::copy(corpus, &notes).unwrap();
    let (code, said) = release.checked("uva-dl1-a2");
    assert_eq!(code, Some(5));
    assert!(said.contains("attention-heads-merged-twice"), "{said}");
    fs::remove_file(&notes).unwrap();

    let golden = fs::read(root().join("fixtures/golden/figure_6/expected.safetensors")).unwrap();
    fs::write(
        release.path().join("scripts/data.bin"),
        [&b"harmless"[..], &golden, &b"end"[..]].concat(),
    )
    .unwrap();
    let (code, said) = release.checked("uva-dl1-a2");
    assert_eq!(code, Some(5));
    assert!(said.contains("scripts/data.bin: holds `"), "{said}");
}

#[test]
fn a_folder_that_is_there_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("work.rs"), "mine").unwrap();
    let out = folder.path().to_str().unwrap();
    let run = grade(["release", "--assignment", "uva-dl1-a2", "--out", out]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("is there already"), "{}", run.stderr);
    assert_eq!(fs::read_to_string(folder.path().join("work.rs")).unwrap(), "mine");
}

/// cargo takes the lock file as it is: nothing missing, nothing too much.
#[test]
fn the_lock_file_of_a_release_is_the_one_that_cargo_would_write() {
    let release = Release::of("uva-dl1-a2");
    let copy = tempfile::tempdir().unwrap();
    copy_tree(&release.path(), copy.path());
    #[expect(clippy::disallowed_methods, reason = "cargo, on files of ours")]
    let run = std::process::Command::new("cargo")
        .args(["tree", "--locked", "--offline", "-p", "grade", "--prefix", "none"])
        .current_dir(copy.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}

/// Words between backticks, outside of blocks of commands.
fn quoted(text: &str) -> Vec<&str> {
    let prose = text.split("```").step_by(2);
    prose.flat_map(|prose| prose.split('`').skip(1).step_by(2)).collect()
}

/// The commands of the blocks of a README.
fn commands_in(text: &str) -> Vec<&str> {
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(|block| block.lines().skip(1));
    lines.map(str::trim).filter(|line| !line.is_empty()).collect()
}

#[test]
fn what_the_readmes_of_a_release_name_is_there_and_their_commands_start() {
    for assignment in ["uva-dl1-a2", "gt-cs7643-ps3"] {
        let release = Release::of(assignment);
        for readme in ["README.md", "student/README.md"] {
            let path = release.path().join(readme);
            let folder = path.parent().unwrap();
            let text = fs::read_to_string(&path).unwrap();
            for name in quoted(&text) {
                // A place is written with its folder or its ending; the example of a helper is nobody's file.
                let is_path = Path::new(name).extension().is_some_and(|ending| ending == "rs")
                    || name.starts_with("student")
                    || name.starts_with(".github");
                if is_path && name != "src/helpers.rs" && !name.contains('*') && name != ".rs" {
                    assert!(folder.join(name).exists(), "{assignment}, {readme}: {name}");
                }
            }
            let commands = commands_in(&text);
            assert!(commands.len() > 1, "{readme}");
            for command in commands {
                let program = command.split_whitespace().next().unwrap();
                assert!(folder.join(program).is_file(), "{assignment}, {readme}: {command}");
            }
            let tables = text.lines().zip(text.lines().skip(1));
            let empty = tables
                .filter(|(rule, next)| rule.starts_with("|---") && !next.starts_with('|'))
                .count();
            assert_eq!(empty, 0, "{assignment}, {readme}: a table without a row");
        }
        let ours = fs::read_to_string(release.path().join("student/README.md")).unwrap();
        let other = if assignment == "uva-dl1-a2" {
            "gt-cs7643-ps3"
        } else {
            "uva-dl1-a2"
        };
        assert!(!ours.contains(other), "{assignment}");
    }
}

#[test]
fn a_release_says_whether_training_runs_and_that_its_gate_never_fails() {
    let folder = tempfile::tempdir().unwrap();
    let made = |name: &str, more: &[&str]| {
        let out = folder.path().join(name);
        let mut all = vec!["release", "--assignment", "uva-dl1-a2", "--out", out.to_str().unwrap()];
        all.extend(more);
        let run = grade(all);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        (
            run.stdout,
            fs::read_to_string(out.join(".github/workflows/grade.yml")).unwrap(),
        )
    };
    let (said, workflow) = made("open", &[]);
    assert!(
        said.contains("training: runs on pull requests, for 10 points"),
        "{said}"
    );
    assert!(
        said.contains("gate: never fails, since MIN_SCORE in .github/workflows/grade.yml is 0"),
        "{said}"
    );
    assert!(
        workflow.contains("MIN_SCORE: \"0\"") && workflow.contains("\"$MIN_SCORE\" --training"),
        "{workflow}"
    );
    let (said, workflow) = made("barred", &["--min-score", "80"]);
    assert!(said.contains("gate: fails below 80 percent"), "{said}");
    assert!(workflow.contains("MIN_SCORE: \"80\""), "{workflow}");
}
