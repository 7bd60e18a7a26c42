//! A judge that is told to stop, that is killed, or that has no room to write: nothing is left, nothing is half done.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use tests::{Submission, command, grade, root};

/// What a kernel may take to end a few processes on a busy machine.
const SOON: Duration = Duration::from_secs(1);

/// A submission whose grading lasts: its call ends only at the limit of CPU time, whatever the machine.
fn endless() -> Submission {
    let body = "    let _ = (input, weight, epsilon);\n    loop {\n        std::hint::spin_loop();\n    }";
    Submission::reference().with_body("src/normalization.rs", "rms_norm", body)
}

fn grading(submission: &Submission, folder: &Path) -> Child {
    let submission = submission.path().display().to_string();
    let report = format!("json={}", report(folder).display());
    let stream = format!("jsonl={}", folder.join("stream.jsonl").display());
    let words = [
        "--submission",
        &submission,
        "--assignment",
        "uva-dl1-a2",
        "--task",
        "rms_norm",
        "--fresh",
        "--report",
        &report,
        "--report",
        &stream,
    ];
    let mut command = command(words);
    command.env("TMPDIR", folder).spawn().unwrap()
}

fn report(folder: &Path) -> PathBuf {
    folder.join("report.json")
}

/// Processes that were started with a path in the folder, the grading itself apart.
fn processes_in(folder: &Path, judge: u32) -> Vec<String> {
    let needle = folder.display().to_string();
    let processes = fs::read_dir("/proc").unwrap().flatten().filter(|entry| {
        let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&words).contains(&needle) && entry.file_name().to_string_lossy() != judge.to_string()
    });
    processes
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

#[expect(clippy::disallowed_methods, reason = "a signal to the program under test")]
fn send(signal: &str, judge: &Child) {
    let status = Command::new("kill").args([signal, &judge.id().to_string()]).status();
    assert!(status.unwrap().success(), "the judge was not there any more");
}

/// Until the grading has something in the folder: a launcher with a compiler, or a worker.
fn await_processes(folder: &Path, judge: u32) {
    let begun = Instant::now();
    while processes_in(folder, judge).is_empty() {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing was ever started");
        thread::sleep(Duration::from_millis(2));
    }
}

fn assert_nothing_runs(folder: &Path, judge: u32) {
    let begun = Instant::now();
    while !processes_in(folder, judge).is_empty() {
        assert!(begun.elapsed() < SOON, "still there: {:?}", processes_in(folder, judge));
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_judge_that_is_told_to_stop_leaves_nothing() {
    let submission = endless();
    for (signal, code, moment) in [("-INT", 130, 0), ("-TERM", 143, 700), ("-HUP", 129, 1500)] {
        let folder = tempfile::tempdir().unwrap();
        let mut judge = grading(&submission, folder.path());
        await_processes(folder.path(), judge.id());
        thread::sleep(Duration::from_millis(moment));
        send(signal, &judge);
        let status = judge.wait().unwrap();
        assert_eq!(status.code(), Some(code), "{signal}");
        assert_nothing_runs(folder.path(), judge.id());
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{signal}: {left:?}");
    }
}

/// As many threads as a submission may have, each of which computes for ever: on a machine that has next to no time for
/// anybody else, a grading that is told to stop still ends, and leaves nothing.
#[test]
fn a_judge_that_is_told_to_stop_under_load_leaves_nothing() {
    let body = "    let _ = (input, weight, epsilon);
    for _ in 0..60 {
        std::thread::spawn(|| loop {
            std::hint::spin_loop();
        });
    }
    loop {
        std::hint::spin_loop();
    }";
    let submission = Submission::reference().with_body("src/normalization.rs", "rms_norm", body);
    let folder = tempfile::tempdir().unwrap();
    let mut judge = grading(&submission, folder.path());
    await_processes(folder.path(), judge.id());
    thread::sleep(Duration::from_millis(2500));
    send("-TERM", &judge);
    assert_eq!(judge.wait().unwrap().code(), Some(143));
    assert_nothing_runs(folder.path(), judge.id());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn nothing_runs_a_second_after_the_judge_was_killed() {
    let submission = endless();
    for moment in [0, 50, 400, 900, 1600] {
        let folder = tempfile::tempdir().unwrap();
        let mut judge = grading(&submission, folder.path());
        await_processes(folder.path(), judge.id());
        thread::sleep(Duration::from_millis(moment));
        judge.kill().unwrap();
        judge.wait().unwrap();
        assert_nothing_runs(folder.path(), judge.id());
        if let Ok(text) = fs::read_to_string(report(folder.path())) {
            assert!(
                serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                "a report in part"
            );
        }
    }
}

#[test]
fn a_disk_without_room_is_the_machines_fault_and_leaves_no_report_that_is_not_of_this_run() {
    let reference = root().join("reference").display().to_string();
    let submission = ["--submission", &reference, "--task", "rms_norm"];
    let full = grade(submission.iter().chain(&["--report", "json=/dev/full"]));
    assert_eq!(full.code, Some(3), "{}", full.stderr);
    assert!(full.stderr.contains("/dev/full"), "{}", full.stderr);

    let folder = tempfile::tempdir().unwrap();
    let report = report(folder.path());
    fs::write(&report, "an older report").unwrap();
    let script = "ulimit -f 1; exec \"$@\"";
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test, with room for a kilobyte in a file"
    )]
    let output = Command::new("sh")
        .args(["-c", script, "sh"])
        .arg(tests::program())
        .args(submission)
        .args(["--report", &format!("json={}", report.display())])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    let left = fs::read_to_string(&report).unwrap_or_default();
    assert!(!left.contains("older"), "{left}");
    assert!(fs::read_dir(folder.path()).unwrap().count() <= 1);
}
