//! A task is begun by one command: its skeleton compiles, and the self-test says what is left to write.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tests::{Run, command, copy_tree, root};

/// A copy of the course's repository without the submissions of its corpus.
fn course() -> TempDir {
    let place = tempfile::tempdir_in(root().join("target")).unwrap();
    for folder in [
        "graders",
        "reference",
        "student_template",
        "tests",
        "fixtures/assignments",
    ] {
        copy_tree(&root().join(folder), &place.path().join(folder));
    }
    for file in [
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "fixtures/manifest.json",
    ] {
        fs::copy(root().join(file), place.path().join(file)).unwrap();
    }
    copy_tree(&root().join(".cargo"), &place.path().join(".cargo"));
    place
}

fn new_task(course: &Path, arguments: &[&str]) -> Run {
    let all = [&["new-task"], arguments].concat();
    command(all).env("GRADE_HOME", course).output().unwrap().into()
}

const LAYER: [&str; 9] = [
    "layer_norm",
    "--topic",
    "transformer",
    "--assignment",
    "uva-dl1-a2",
    "--heading",
    "2",
    "--signature",
    "fn layer_norm(input: &Tensor, weight: &Tensor, epsilon: f64) -> Result<Tensor, InvalidInput>",
];

#[test]
fn a_skeleton_compiles_and_is_where_every_list_looks_for_it() {
    let course = course();
    let made = new_task(course.path(), &LAYER);
    assert_eq!(made.code, Some(0), "{}\n{}", made.stdout, made.stderr);
    for path in [
        "reference/src/layer_norm.rs",
        "graders/tasks/src/transformer/layer_norm.rs",
    ] {
        assert!(made.stdout.contains(path), "{}", made.stdout);
        assert!(course.path().join(path).is_file(), "{path}");
    }
    #[expect(clippy::disallowed_methods, reason = "what an author runs by hand")]
    let checked = Command::new("cargo")
        .args([
            "check",
            "--release",
            "--locked",
            "--offline",
            "-p",
            "tasks",
            "-p",
            "report",
            "-p",
            "reference",
        ])
        .env("CARGO_TARGET_DIR", root().join("target"))
        .env_remove("LD_LIBRARY_PATH")
        .current_dir(course.path())
        .output()
        .unwrap();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let again = new_task(course.path(), &LAYER);
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(
        again.stderr.contains("layer_norm.rs is there already"),
        "{}",
        again.stderr
    );
}

#[test]
fn what_makes_no_sense_is_told_and_nothing_is_written() {
    let course = course();
    let said = |at: usize, with: &str| {
        let mut arguments = LAYER;
        arguments[at] = with;
        let run = new_task(course.path(), &arguments);
        assert_eq!(run.code, Some(2), "{}", run.stderr);
        run.stderr
    };
    assert!(said(0, "LayerNorm").contains("is no name of a function"));
    assert!(said(2, "norms").contains("the topics are attention, "));
    assert!(said(4, "a3").contains("cannot read fixtures/assignments/a3.toml"));
    assert!(said(6, "9").contains("no heading `9`; there are "));
    assert!(said(8, "fn layer_norm(input: &[i64]) -> Tensor").contains("a skeleton takes"));
    assert!(!course.path().join("reference/src/layer_norm.rs").exists());
}
