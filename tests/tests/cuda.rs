//! `--device cuda` where it cannot work: every reason has its own message, the exit code is the environment's, and no
//! submission is graded. What it does on a GPU, `scripts/gpu-check` tries.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use tests::{Run, Submission, command, root};

/// Runs `grade` with a folder in place of a full libtorch.
fn with_libtorch(folder: &Path, arguments: &[&str]) -> Run {
    command(arguments).env("LIBTORCH_CUDA", folder).output().unwrap().into()
}

/// The run must end as the environment's fault, with these words and without a report.
fn refused(run: &Run, words: &[&str]) {
    assert_eq!(run.code, Some(3), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.is_empty(), "nothing is reported:\n{}", run.stdout);
    for word in words {
        assert!(run.stderr.contains(word), "`{word}` is missing in:\n{}", run.stderr);
    }
    assert!(
        run.stderr.contains("next:") && !run.stderr.contains("panicked"),
        "{}",
        run.stderr
    );
}

/// A shared library that loads, and brings no GPU with it.
fn library_without_gpu(folder: &Submission) {
    let source = folder.path().join("nothing.c");
    std::fs::create_dir_all(folder.path().join("lib")).unwrap();
    std::fs::write(&source, "int nothing_at_all;\n").unwrap();
    #[expect(clippy::disallowed_methods, reason = "the C compiler, for a library of one line")]
    let status = std::process::Command::new("cc")
        .args(["-shared", "-o"])
        .arg(folder.path().join("lib/libtorch_cuda.so"))
        .arg(&source)
        .status()
        .unwrap();
    assert!(status.success());
}

fn reference() -> String {
    root().join("reference").display().to_string()
}

#[test]
fn without_the_library_it_says_where_it_looked_and_what_to_set() {
    let empty = Submission::empty();
    let looked = empty.path().join("lib/libtorch_cuda.so").display().to_string();
    for arguments in [
        &["--submission", reference().as_str(), "--device", "cuda"][..],
        &["regen", "--check", "--device", "cuda"],
        &["self-test", "--only", "reference", "--device", "cuda"],
    ] {
        let run = with_libtorch(empty.path(), arguments);
        refused(&run, &["there is no libtorch_cuda.so", &looked, "LIBTORCH_CUDA"]);
    }
}

#[test]
fn another_version_of_the_library_is_refused_by_its_number() {
    let other = Submission::empty()
        .with_file("lib/libtorch_cuda.so", "")
        .with_file("version.py", "__version__ = '2.9.1+cu128'\n");
    let run = with_libtorch(other.path(), &["--submission", &reference(), "--device", "cuda"]);
    refused(&run, &["is of libtorch 2.9.1", "2.11.0"]);
}

#[test]
fn a_library_that_cannot_be_loaded_is_told_in_the_loaders_words() {
    let junk = Submission::empty().with_file("lib/libtorch_cuda.so", "junk");
    let run = with_libtorch(junk.path(), &["--submission", &reference(), "--device", "cuda"]);
    refused(&run, &["cannot be loaded", "file too short", "full install"]);
}

#[test]
fn a_missing_gpu_is_found_before_anything_is_judged() {
    let folder = Submission::empty();
    library_without_gpu(&folder);
    let run = with_libtorch(
        folder.path(),
        &["--submission", &reference(), "--device", "cuda", "--task", "rms_norm"],
    );
    refused(&run, &["no GPU is available", "nvidia-smi"]);
    let run = with_libtorch(
        folder.path(),
        &["regen", "--check", "--device", "cuda", "--task", "rms_norm"],
    );
    refused(&run, &["no GPU is available", "nvidia-smi"]);
}

#[test]
fn goldens_are_not_made_on_a_gpu() {
    let run = with_libtorch(Submission::empty().path(), &["regen", "--device", "cuda"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("--check"), "{}", run.stderr);
}

#[test]
fn on_the_processor_the_library_is_not_looked_for() {
    let submission = Submission::reference();
    let path = submission.path().display().to_string();
    let report = submission.path().join("report.json");
    let target = format!("json={}", report.display());
    let arguments = [
        "--submission",
        &path,
        "--task",
        "rms_norm",
        "--device",
        "cpu",
        "--report",
        &target,
        "--min-score",
        "100",
    ];
    let run = with_libtorch(Path::new("/no/such/folder"), &arguments);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(report).unwrap()).unwrap();
    assert_eq!(report["device"], "cpu");
    let sandbox = report["sandbox"].to_string();
    assert!(
        sandbox.contains("limits") && !sandbox.contains("except"),
        "a limit on memory is in force: {sandbox}"
    );
}
