//! Faults of ours and of the machine: none of them is charged to a submission, and each has its exit code.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tests::{Run, root};

/// The program in a folder of its own, with a toolkit that may be changed.
struct Installation(TempDir);

impl Installation {
    fn with_toolkit(change: impl FnOnce(String) -> String) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let program = tests::program();
        fs::copy(&program, folder.path().join("grade")).unwrap();
        let toolkit = fs::read_to_string(program.with_file_name("toolkit.json")).unwrap();
        fs::write(folder.path().join("toolkit.json"), change(toolkit)).unwrap();
        Self(folder)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn report(&self) -> PathBuf {
        self.path().join("report.json")
    }

    /// What grades the reference in these tasks.
    fn grading(&self, tasks: &[&str]) -> Command {
        #[expect(clippy::disallowed_methods, reason = "the program under test")]
        let mut command = Command::new(self.path().join("grade"));
        command
            .env("GRADE_HOME", root())
            .args(["--assignment", "uva-dl1-a2", "--fresh", "--submission"])
            .arg(root().join("reference"))
            .args(["--report", &format!("json={}", self.report().display())]);
        for task in tasks {
            command.args(["--task", task]);
        }
        command
    }

    /// The verdicts of a report, where there is one.
    fn verdicts(&self) -> Vec<String> {
        let Ok(text) = fs::read_to_string(self.report()) else {
            return Vec::new();
        };
        let report: Value = serde_json::from_str(&text).unwrap();
        // A report that says that nothing was graded has none.
        let tasks = report["tasks"].as_array().into_iter().flatten();
        tasks.map(|task| task["verdict"].as_str().unwrap().to_owned()).collect()
    }
}

/// Runs it. While another test starts a process, that one may still hold open the program that was just written.
fn run(mut command: Command) -> Run {
    loop {
        match command.output() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy => thread::sleep(Duration::from_millis(5)),
            output => return output.unwrap().into(),
        }
    }
}

#[test]
fn a_libtorch_that_is_missing_is_no_students_fault() {
    let toolkit: Value =
        serde_json::from_str(&fs::read_to_string(tests::program().with_file_name("toolkit.json")).unwrap()).unwrap();
    let libtorch = toolkit["libtorch"].as_str().unwrap().to_owned();
    let installation = Installation::with_toolkit(|text| text.replace(&libtorch, "/no/such/libtorch"));
    let run = run(installation.grading(&["rms_norm"]));
    assert_eq!(run.code, Some(3), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("/no/such/libtorch"), "{}", run.stderr);
    assert_eq!(installation.verdicts(), [""; 0]);
}

/// Ends every process of the reference's program as soon as it is there, until told to stop. Says how many there were.
#[expect(
    clippy::disallowed_methods,
    reason = "a signal to what the program under test has started"
)]
fn hunt(folder: &Path, is_over: &AtomicBool) -> usize {
    let needle = folder.join("grade-programs").display().to_string();
    let mut killed = 0;
    while !is_over.load(Ordering::Relaxed) {
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            // The worker itself, not its launcher, which ends by itself then.
            if String::from_utf8_lossy(&words).starts_with(&needle) {
                let process = entry.file_name();
                let status = Command::new("kill").arg("-KILL").arg(process).output().unwrap().status;
                killed += usize::from(status.success());
            }
        }
        thread::sleep(Duration::from_millis(5));
    }
    killed
}

#[test]
fn a_reference_that_is_killed_costs_no_student_anything() {
    let installation = Installation::with_toolkit(|text| text);
    // The first grading keeps the reference's program.
    let before = run(installation.grading(&["rms_norm"]));
    assert_eq!(before.code, Some(0), "{}", before.stderr);
    let (is_over, folder) = (AtomicBool::new(false), installation.path());
    let (run, killed) = thread::scope(|scope| {
        let hunter = scope.spawn(|| hunt(folder, &is_over));
        let run = run(installation.grading(&["rms_norm", "split_heads", "greedy"]));
        is_over.store(true, Ordering::Relaxed);
        (run, hunter.join().unwrap())
    });
    assert!(killed > 0, "the reference was never there");
    assert_eq!(run.code, Some(4), "{}\n{}", run.stdout, run.stderr);
    let verdicts = installation.verdicts();
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict == "passed" || verdict == "judge_fault"),
        "{verdicts:?}"
    );
    assert!(verdicts.iter().any(|verdict| verdict == "judge_fault"), "{verdicts:?}");
}

#[test]
fn a_disk_that_is_full_while_a_submission_is_staged_is_no_students_fault() {
    let installation = Installation::with_toolkit(|text| text);
    let grading = installation.grading(&["rms_norm"]);
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test, with room for a kilobyte in a file"
    )]
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -f 1; exec \"$@\"", "sh"])
        .arg(grading.get_program())
        .args(grading.get_args())
        .env("GRADE_HOME", root());
    let run = run(limited);
    assert_eq!(run.code, Some(3), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stderr.contains("ulimit -f"), "{}", run.stderr);
    assert_eq!(installation.verdicts(), [""; 0]);
}
