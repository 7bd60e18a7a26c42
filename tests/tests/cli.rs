//! The command line: help, and every kind of bad input with its message and exit code.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use tests::{Submission, command, course, grade, root};

#[test]
fn the_help_names_commands_and_exit_codes() {
    let run = grade(["--help"]);
    assert_eq!(run.code, Some(0));
    for word in [
        "--submission",
        "--min-score",
        "regen",
        "self-test",
        "explain",
        "Exit codes:",
        "judge fault",
    ] {
        assert!(run.stdout.contains(word), "{word} is missing:\n{}", run.stdout);
    }
    let hidden = run.stdout.contains("prepare") || run.stdout.contains("__launch");
    assert!(!hidden, "internal commands are not shown");
}

#[test]
fn an_explanation_gives_the_definition_and_every_property() {
    let run = grade(["explain", "nucleus"]);
    assert_eq!(run.code, Some(0));
    assert!(
        run.stdout.contains("nucleus") && run.stdout.contains("checks"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_program_links_no_libtorch() {
    #[expect(clippy::disallowed_methods, reason = "a look at the program's libraries")]
    let output = std::process::Command::new("ldd")
        .arg(tests::program())
        .output()
        .unwrap();
    let libraries = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(libraries.contains("libc.so"), "{libraries}");
    assert!(
        !libraries.contains("torch") && !libraries.contains("c10"),
        "{libraries}"
    );
}

/// Bad input: what is given, what the message says, and the exit code.
fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let run = grade(arguments);
    assert_eq!(run.code, Some(code), "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.is_empty(), "nothing is reported:\n{}", run.stdout);
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` is missing in:\n{}", run.stderr);
    }
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

#[test]
fn a_missing_folder_is_named() {
    refused(&["--submission", "/no/such/folder"], 2, &["/no/such/folder", "next:"]);
}

#[test]
fn a_folder_that_is_no_crate_is_refused() {
    let empty = Submission::empty().with_file("notes.txt", "nothing here");
    refused(&["--submission", empty.path().to_str().unwrap()], 2, &["src", "next:"]);
}

#[test]
fn a_file_in_place_of_a_folder_is_refused() {
    let file = Submission::empty().with_file("attention.rs", "");
    refused(
        &["--submission", file.path().join("attention.rs").to_str().unwrap()],
        2,
        &["attention.rs"],
    );
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    let submission = Submission::template();
    let path = submission.path().to_str().unwrap();
    refused(
        &["--submission", path, "--assignment", "cs-101"],
        2,
        &["cs-101", "uva-dl1-a2"],
    );
    refused(
        &["--submission", path, "--assignment", "../uva-dl1-a2"],
        2,
        &["uva-dl1-a2"],
    );
    refused(&["--submission", path, "--task", "rms"], 2, &["`rms`", "rms_norm"]);
    refused(&["explain", "rms"], 2, &["rms_norm"]);
    refused(
        &["--submission", path, "--task", "RMSNorm"],
        2,
        &["did you mean `rms_norm`?"],
    );
    refused(&["explain", "rms_norm/zero_row"], 2, &["did you mean `zero-row`?"]);
    refused(&["self-test", "--only", "no-such"], 2, &["no-such"]);
    // By its old name.
    refused(&["kit", "--only", "no-such"], 2, &["no-such"]);
    refused(&["self-test", "--without", "rms_norm/no-such"], 2, &["no-such"]);
}

#[test]
fn an_unknown_assignment_in_the_manifest_is_said_to_come_from_there() {
    let manifest = "[package]\nname = \"x\"\n[package.metadata.grade]\nassignment = \"cs-101\"\n";
    let submission = Submission::template().with_file("Cargo.toml", manifest);
    refused(
        &["--submission", submission.path().to_str().unwrap()],
        2,
        &["cs-101", "Cargo.toml"],
    );
}

#[test]
fn options_that_make_no_sense_are_usage_errors() {
    refused(&["--submission", ".", "--min-score", "120"], 2, &["between 0 and 100"]);
    refused(&["--submission", ".", "--report", "yaml=x"], 2, &["yaml", "json"]);
    refused(&[], 2, &[]);
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_of_the_environment() {
    let submission = Submission::template();
    let run = grade([
        "--submission",
        submission.path().to_str().unwrap(),
        "--report",
        "json=/no/such/place/r.json",
    ]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("/no/such/place/r.json"), "{}", run.stderr);
}

#[test]
fn every_format_is_written_and_a_dash_prints_it() {
    let submission = Submission::template();
    let folder = Submission::empty();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let run = grade([
        "--submission",
        submission.path().to_str().unwrap(),
        "--task",
        "rms_norm",
        "--report",
        &format!("markdown={}", path("summary.md")),
        "--report",
        &format!("junit={}", path("junit.xml")),
        "--report",
        &format!("gradescope={}", path("results.json")),
        "--report",
        "github=-",
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let read = |name: &str| fs::read_to_string(path(name)).unwrap();
    assert!(read("summary.md").contains("not attempted"));
    assert!(read("junit.xml").starts_with("<?xml"));
    let results: serde_json::Value = serde_json::from_str(&read("results.json")).unwrap();
    assert_eq!(results["tests"][0]["name"], "rms_norm");
    let notices = run.stdout.lines().filter(|line| line.starts_with("::notice file="));
    assert_eq!(notices.count(), 1, "{}", run.stdout);
}

fn graded_in(course: &Submission, arguments: &[&str]) -> tests::Run {
    command(arguments)
        .env("GRADE_HOME", course.path())
        .output()
        .unwrap()
        .into()
}

#[test]
fn a_truncated_fixture_is_named_and_costs_no_student_anything() {
    let course = course(|root| {
        let path = root.join("fixtures/golden/rms_norm/expected.safetensors");
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    });
    let run = graded_in(&course, &["--submission", root().join("reference").to_str().unwrap()]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(
        run.stderr.contains("rms_norm/expected.safetensors") && run.stderr.contains("next:"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_missing_manifest_and_a_broken_assignment_are_named() {
    let no_manifest = course(|root| fs::remove_file(root.join("fixtures/calibration.toml")).unwrap());
    let run = graded_in(
        &no_manifest,
        &["--submission", root().join("reference").to_str().unwrap()],
    );
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("calibration.toml"), "{}", run.stderr);

    let broken = course(|root| fs::write(root.join("fixtures/assignments/uva-dl1-a2.toml"), "id = 3").unwrap());
    let run = graded_in(&broken, &["--submission", root().join("reference").to_str().unwrap()]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("uva-dl1-a2.toml is broken"), "{}", run.stderr);
}

#[test]
fn a_home_without_a_course_is_an_error_of_the_environment() {
    let empty = Submission::empty();
    let run = graded_in(&empty, &["--submission", "."]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stderr.contains("GRADE_HOME"), "{}", run.stderr);
}

#[test]
fn a_changed_constant_in_the_reference_is_drift_that_names_the_cases() {
    let course = course(|root| {
        let path = root.join("reference/src/rotary.rs");
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("10000.0") || text.contains("10_000.0"),
            "the base is in the file"
        );
        fs::write(
            &path,
            text.replace("10_000.0", "10_007.0").replace("10000.0", "10007.0"),
        )
        .unwrap();
    });
    let run = graded_in(&course, &["regen", "--check"]);
    assert_eq!(run.code, Some(5), "{}\n{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("rotary_embedding") && run.stdout.contains("tolerances"),
        "{}",
        run.stdout
    );
    assert!(
        !run.stdout.contains("rms_norm"),
        "only what has changed is named:\n{}",
        run.stdout
    );
}

#[test]
fn regenerating_twice_changes_nothing() {
    let course = course(|_| {});
    let before = tree(&course.path().join("fixtures"));
    for _ in 0..2 {
        let run = graded_in(&course, &["regen"]);
        assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    }
    assert_eq!(before, tree(&course.path().join("fixtures")));
}

fn tree(folder: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}

#[test]
fn the_self_test_notices_a_property_that_is_left_out() {
    let wrong = "attention-heads-merged-twice";
    let whole = grade(["self-test", "--only", wrong]);
    assert_eq!(whole.code, Some(0), "{}\n{}", whole.stdout, whole.stderr);
    let lamed = grade([
        "self-test",
        "--only",
        wrong,
        "--without",
        "causal_self_attention/causality",
    ]);
    assert_eq!(lamed.code, Some(5), "{}\n{}", lamed.stdout, lamed.stderr);
    assert!(
        lamed.stdout.contains("causal_self_attention/causality holds"),
        "{}",
        lamed.stdout
    );
}

/// What bash offers for the last of these words.
fn offered(words: &[&str]) -> String {
    let script = grade(["completions", "bash"]).stdout;
    let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
    let all = words.join("' '");
    let ask = format!(
        "{script}\ncompopt() {{ :; }}\nCOMP_WORDS=('{all}')\nCOMP_CWORD={}\n_grade_and_paths grade '{last}' '{before}'\n\
         printf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        words.len() - 1
    );
    #[expect(clippy::disallowed_methods, reason = "the shell that is to complete")]
    let run = std::process::Command::new("bash")
        .args(["--noprofile", "--norc", "-c", &ask])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(run.stderr.is_empty(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8_lossy(&run.stdout).trim().to_owned()
}

#[test]
fn bash_completes_tasks_formats_and_the_paths_of_reports() {
    assert_eq!(offered(&["grade", "--task", "rms"]), "rms_norm");
    assert_eq!(offered(&["grade", "explain", "causal_s"]), "causal_self_attention");
    assert_eq!(offered(&["grade", "--report", "mark"]), "markdown=");
    assert_eq!(offered(&["grade", "--report", "jsonl"]), "jsonl=");
    // The sign between format and path parts words in bash.
    assert_eq!(offered(&["grade", "--report", "json", "=", "READM"]), "README.md");
    assert!(offered(&["grade", "--report", "json", "="]).contains("README.md"));
    assert!(offered(&["grade", "--min"]).contains("--min-score"));
}

#[test]
fn what_grading_costs_is_measured_for_an_assignment_without_attention_too() {
    let template = root().join("student_template");
    let measured = grade([
        "bench",
        "--submission",
        template.to_str().unwrap(),
        "--assignment",
        "gt-cs7643-ps3",
        "--runs",
        "1",
    ]);
    assert_eq!(measured.code, Some(0), "{}\n{}", measured.stdout, measured.stderr);
    for row in [
        "grading, nothing stored",
        "round trips of a small attention call",
        "confined / not confined",
    ] {
        assert!(measured.stdout.contains(row), "{}", measured.stdout);
    }
}
