//! Archives as submissions: graded like the folder that they were made from, or refused in a moment.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tests::archives::{self, Files};
use tests::{Run, grade, root};

/// What a refusal may take, on a machine that does other things as well.
const A_MOMENT: Duration = Duration::from_secs(2);
/// Address space in KiB in which an archive has to be refused: program and libraries included.
const LITTLE_MEMORY: u64 = 256 << 10;

/// Grades something, and gives the report without what may differ: times, and where submission and crate lie.
fn report_of(submission: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let run = grade([
        "--submission",
        &submission.display().to_string(),
        "--assignment",
        "uva-dl1-a2",
        "--task",
        "rms_norm",
        "--task",
        "greedy",
        "--fresh",
        "--report",
        &format!("json={}", report.display()),
    ]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let mut report: Value = serde_json::from_str(&fs::read_to_string(report).unwrap()).unwrap();
    report.as_object_mut().unwrap().remove("times");
    report["submission"].as_object_mut().unwrap().remove("path").unwrap();
    let notes = report["notes"].as_array_mut().unwrap();
    notes.retain(|note| !note.as_str().unwrap().starts_with("graded is the crate in"));
    report
}

#[test]
fn an_archive_of_the_reference_gets_the_report_of_the_folder() {
    let reference = root().join("reference");
    let of_folder = report_of(&reference);
    assert_eq!(of_folder["tasks"][0]["verdict"], "passed", "{of_folder:#}");
    let plain = archives::files_below(&reference, "");
    let mut nested = archives::files_below(&reference, "my-a2/");
    nested.push(("__MACOSX/my-a2/src/._attention.rs".to_owned(), vec![0; 100]));
    nested.push(("my-a2/.DS_Store".to_owned(), vec![0; 100]));
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in [
        ("a2.zip", archives::zip(&nested)),
        ("a2.tar.gz", archives::gzip(&archives::tar(&nested))),
        ("a2.tar", archives::tar(&plain)),
    ] {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        assert_eq!(report_of(&path), of_folder, "{name}");
    }
}

/// Has a submission refused with little memory, and gives the run, and what Gradescope would show.
fn refused(bytes: &[u8]) -> (Run, Value) {
    let folder = tempfile::tempdir().unwrap();
    let (submission, results) = (folder.path().join("a2.zip"), folder.path().join("results.json"));
    fs::write(&submission, bytes).unwrap();
    let begun = Instant::now();
    let script = format!("ulimit -v {LITTLE_MEMORY}; exec \"$@\"");
    #[expect(clippy::disallowed_methods, reason = "the program under test, with little memory")]
    let output = Command::new("sh")
        .args(["-c", &script, "sh"])
        .arg(tests::program())
        .args(["--submission".as_ref(), submission.as_os_str()])
        .args(["--report", &format!("gradescope={}", results.display())])
        .output()
        .unwrap();
    assert!(begun.elapsed() < A_MOMENT, "it took {:?}", begun.elapsed());
    let run = Run::from(output);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
    assert_eq!(left.len(), 2, "{left:?}");
    let results = serde_json::from_str(&fs::read_to_string(results).unwrap()).unwrap();
    (run, results)
}

fn zeros(count: usize) -> Files {
    vec![("src/attention.rs".to_owned(), vec![0; count])]
}

#[test]
fn bombs_are_refused_in_a_moment_with_little_memory_and_the_student_is_told() {
    let layer = archives::gzip(&vec![0; 200 << 20]);
    for bytes in [
        archives::zip(&zeros(200 << 20)),
        archives::gzip(&archives::tar(&zeros(200 << 20))),
        archives::gzip(&archives::tar(&vec![("src/bomb.gz".to_owned(), layer)])),
    ] {
        let (run, results) = refused(&bytes);
        let told = results.to_string();
        let words = ["times its size", "no Rust files"];
        assert!(words.iter().any(|words| run.stderr.contains(words)), "{}", run.stderr);
        assert!(words.iter().any(|words| told.contains(words)), "{told}");
        assert_eq!(results["score"], 0.0, "{results:#}");
    }
}

#[test]
fn half_an_archive_is_refused_with_a_hint() {
    let zip = archives::zip(&archives::files_below(&root().join("reference"), ""));
    let (run, _) = refused(&zip[..zip.len() / 2]);
    assert!(run.stderr.contains("cut off"), "{}", run.stderr);
    assert!(run.stderr.contains("pack the crate again"), "{}", run.stderr);
}
