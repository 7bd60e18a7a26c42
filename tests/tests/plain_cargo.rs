//! Plain cargo, as a student and an editor run it: without a variable set by hand it finds libtorch, in a copy of the
//! template below this repository and in a crate made elsewhere, and it recompiles nothing that the scripts have
//! built.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::{Run, copy_tree, grade, root};

const FILE: &str = "src/normalization.rs";
const TODO: &str = "todo!(\"divide each row by its root mean square, then multiply by the weight\")";
const WRONG: &str = "input / input.square().mean_dim(-1, true, None).sqrt() * weight + epsilon * 0.0";
const RIGHT: &str = "input / (input.square().mean_dim(-1, true, None) + epsilon).sqrt() * weight";

/// Runs cargo in a folder, with nothing in its environment that says where libtorch is.
fn cargo(folder: &Path, arguments: &[&str]) -> Run {
    #[expect(clippy::disallowed_methods, reason = "what a student runs by hand")]
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(folder).env_clear();
    for name in ["PATH", "HOME", "RUSTUP_HOME", "CARGO_HOME", "CARGO_INCREMENTAL"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.output().unwrap().into()
}

/// The same in a student's crate. With the profile and the folder of the grader's own build, the libraries that are there
/// serve it too; otherwise each run of this test would compile the bindings, for minutes.
fn cargo_in_crate(folder: &Path, arguments: &[&str]) -> Run {
    let target = root().join("target");
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, profile) = manifest.split_once("[profile.release]").unwrap();
    let place = tempfile::NamedTempFile::with_suffix_in(".toml", &target).unwrap();
    fs::write(&place, format!("[profile.release]{profile}")).unwrap();
    let target = format!("build.target-dir=\"{}\"", target.display());
    let shared = [place.path().to_str().unwrap(), &target];
    let mut all = arguments[..1].to_vec();
    all.extend(["--release", "--offline"]);
    all.extend(shared.iter().flat_map(|setting| ["--config", setting]));
    all.extend(&arguments[1..]);
    cargo(folder, &all)
}

fn write(folder: &Path, body: &str) {
    let template = fs::read_to_string(root().join("student_template").join(FILE)).unwrap();
    assert!(template.contains(TODO), "{template}");
    fs::write(folder.join(FILE), template.replace(TODO, body)).unwrap();
}

/// A test that the report gives for the crate, with its name.
fn test_of_report(folder: &Path) -> (String, String) {
    let report = folder.join("report.json");
    let target = format!("json={}", report.display());
    let run = grade([
        "--submission",
        folder.to_str().unwrap(),
        "--task",
        "rms_norm",
        "--report",
        &target,
    ]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let report: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    let checks = report["tasks"][0]["checks"].as_array().unwrap();
    let text = checks.iter().find_map(|check| check["snippet"].as_str()).unwrap();
    // The command stands on a line of its own.
    let name = text.lines().find_map(|line| line.strip_prefix("// cargo test --test "));
    (name.unwrap().to_owned(), text.to_owned())
}

#[test]
fn a_test_of_a_report_fails_in_a_copy_of_the_template_and_passes_after_the_fix() {
    assert!(root().join(".cargo/config.toml").is_file(), "run scripts/setup first");
    let place = tempfile::tempdir_in(root().join("target")).unwrap();
    let folder = place.path().join("mine");
    copy_tree(&root().join("student_template"), &folder);
    write(&folder, WRONG);
    let (name, text) = test_of_report(&folder);
    fs::create_dir(folder.join("tests")).unwrap();
    fs::write(folder.join("tests").join(format!("{name}.rs")), text).unwrap();

    let failing = cargo_in_crate(&folder, &["test", "--locked", "--test", &name]);
    assert_eq!(failing.code, Some(101), "{}\n{}", failing.stdout, failing.stderr);
    assert!(
        failing.stdout.contains("test result: FAILED. 0 passed; 1 failed"),
        "{}",
        failing.stdout
    );
    write(&folder, RIGHT);
    let passing = cargo_in_crate(&folder, &["test", "--locked", "--test", &name]);
    assert_eq!(passing.code, Some(0), "{}\n{}", passing.stdout, passing.stderr);
    assert!(
        passing.stdout.contains("test result: ok. 1 passed"),
        "{}",
        passing.stdout
    );
}

#[test]
fn a_crate_made_anywhere_is_checked_by_plain_cargo_and_graded() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("a2");
    let path = folder.to_str().unwrap();
    let made = grade(["init", path, "--assignment", "uva-dl1-a2"]);
    assert_eq!(made.code, Some(0), "{}\n{}", made.stdout, made.stderr);
    let readme = fs::read_to_string(folder.join("README.md")).unwrap();
    assert!(
        readme.contains("`uva-dl1-a2`") && !readme.contains("gt-cs7643-ps3"),
        "{readme}"
    );
    assert!(!folder.join("src/beam_search.rs").exists(), "another assignment's");
    let checked = cargo_in_crate(&folder, &["check", "--locked", "--all-targets"]);
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stdout, checked.stderr);
    let graded = grade(["--submission", path, "--task", "rms_norm"]);
    assert_eq!(graded.code, Some(0), "{}\n{}", graded.stdout, graded.stderr);
    assert!(graded.stdout.contains("not attempted"), "{}", graded.stdout);
}

#[test]
fn a_copy_elsewhere_works_after_one_command_and_keeps_its_files() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("copied");
    copy_tree(&root().join("student_template"), &folder);
    write(&folder, RIGHT);
    let before = fs::read_to_string(folder.join(FILE)).unwrap();
    let made = grade(["init", folder.to_str().unwrap()]);
    assert_eq!(made.code, Some(0), "{}\n{}", made.stdout, made.stderr);
    assert!(made.stdout.contains("its files stay as they are"), "{}", made.stdout);
    let checked = cargo_in_crate(&folder, &["check", "--locked"]);
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stdout, checked.stderr);
    assert_eq!(fs::read_to_string(folder.join(FILE)).unwrap(), before);
}

#[test]
fn in_a_release_the_set_up_is_all_that_plain_cargo_needs() {
    let place = tempfile::tempdir().unwrap();
    let release = place.path().join("dl1-a2");
    let made = grade([
        "release",
        "--assignment",
        "uva-dl1-a2",
        "--out",
        release.to_str().unwrap(),
    ]);
    assert_eq!(made.code, Some(0), "{}\n{}", made.stdout, made.stderr);
    for file in ["Dockerfile", "devcontainer.json", "ready.sh"] {
        assert!(release.join(".devcontainer").join(file).is_file(), "{file}");
    }
    #[expect(clippy::disallowed_methods, reason = "a script of a release")]
    let set_up = Command::new(release.join("scripts/setup")).output().unwrap();
    assert!(set_up.status.success(), "{}", String::from_utf8_lossy(&set_up.stderr));
    let crate_of_student = release.join("student");
    let checked = cargo_in_crate(&crate_of_student, &["check", "--locked", "--all-targets"]);
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stdout, checked.stderr);
    // The grader's own part of the release takes its lock file as it is, too.
    // `tree` reads the packages of this platform alone: those of others need not have been fetched.
    let graders = cargo(&release, &["tree", "--workspace", "--locked", "--offline"]);
    assert_eq!(graders.code, Some(0), "{}", graders.stderr);
}

#[test]
fn plain_cargo_finds_what_the_scripts_have_built_current() {
    let arguments = [
        "build",
        "--release",
        "--locked",
        "--offline",
        "-p",
        "grade",
        "-p",
        "worker",
        "--lib",
        "--bin",
        "grade",
    ];
    let built = cargo(&root(), &arguments);
    assert_eq!(built.code, Some(0), "{}", built.stderr);
    assert!(!built.stderr.contains("Compiling"), "{}", built.stderr);
}

#[test]
fn nothing_under_version_control_names_a_place_of_this_machine() {
    let ignored = fs::read_to_string(root().join(".gitignore")).unwrap();
    assert!(ignored.lines().any(|line| line == "/.cargo/"), "{ignored}");
    let made = fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
    let library = made
        .lines()
        .find_map(|line| line.strip_prefix("LIBTORCH = \""))
        .unwrap();
    let library = Path::new(library.trim_end_matches('"'));
    assert!(library.join("lib/libtorch_cpu.so").is_file(), "{made}");
}
