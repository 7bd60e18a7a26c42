//! Generating, writing and comparing a template of one topic.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

const TOPIC: &str = "//! A topic.\n\n/// Adds one.\npub fn increment(number: i64) -> i64 {\n    \
    // solution:begin add one\n    number + 1\n    // solution:end\n}\n";

/// A workspace with a reference of one topic.
fn workspace() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let files = [
        (
            "Cargo.toml",
            "[workspace.package]\nedition = \"2024\"\nrust-version = \"1.95\"\n\
            [workspace.dependencies]\ntch = { version = \"=0.24.0\", default-features = false }\n",
        ),
        (
            "reference/Cargo.toml",
            "[package.metadata.grade]\nassignment = \"an-assignment\"\n",
        ),
        (
            "reference/src/lib.rs",
            "//! About the reference.\n\npub mod topic;\npub mod types;\n",
        ),
        ("reference/src/types.rs", "//! Types.\n"),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"student\"\nversion = \"0.1.0\"\n",
        ),
        ("reference/src/topic.rs", TOPIC),
    ];
    for (path, text) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    root
}

#[test]
fn a_solution_becomes_a_todo_and_the_library_opens_for_students() {
    let files = generate(workspace().path(), &Scope::Everything).unwrap();
    let names: Vec<_> = files.keys().map(|path| path.to_string_lossy()).collect();
    let expected = [
        "Cargo.lock",
        "Cargo.toml",
        "README.md",
        "src/lib.rs",
        "src/topic.rs",
        "src/types.rs",
    ];
    assert_eq!(names, expected);
    let topic = &files[Path::new("src/topic.rs")];
    assert!(topic.ends_with("-> i64 {\n    todo!(\"add one\")\n}\n"), "{topic}");
    let library = &files[Path::new("src/lib.rs")];
    assert!(library.starts_with("//! Your solution."), "{library}");
    assert!(
        library.ends_with("\n#![allow(unused_variables)]\n\npub mod topic;\npub mod types;\n"),
        "{library}"
    );
}

#[test]
fn what_was_written_is_current_and_every_departure_is_found() {
    let root = workspace();
    assert_eq!(write(root.path()).unwrap().len(), 6);
    assert_eq!(drift(root.path()).unwrap(), []);

    let template = root.path().join("student_template");
    fs::write(template.join("src/topic.rs"), "//! A topic.\n\npub fn other() {}\n").unwrap();
    fs::write(template.join("src/old.rs"), "").unwrap();
    fs::remove_file(template.join("README.md")).unwrap();
    let found: Vec<_> = drift(root.path()).unwrap().iter().map(Drift::to_string).collect();
    let expected = [
        "student_template/README.md is missing",
        "student_template/src/topic.rs differs from line 3",
        "student_template/src/old.rs does not belong to the template",
    ];
    assert_eq!(found, expected);

    assert_eq!(write(root.path()).unwrap().len(), 3);
    assert_eq!(drift(root.path()).unwrap(), []);
}

#[test]
fn a_flaw_in_the_marks_names_file_and_line() {
    let root = workspace();
    let unclosed = TOPIC.replace("    // solution:end\n", "");
    fs::write(root.path().join("reference/src/topic.rs"), unclosed).unwrap();
    let error = generate(root.path(), &Scope::Everything).unwrap_err().to_string();
    assert_eq!(
        error,
        "reference/src/topic.rs:5: the region that begins here has no end"
    );
}

#[test]
fn a_missing_reference_is_an_error_that_names_the_file() {
    let root = tempfile::tempdir().unwrap();
    let error = drift(root.path()).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read") && error.contains("Cargo.toml"),
        "{error}"
    );
}
