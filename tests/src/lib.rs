//! What end-to-end tests share: the built program, submissions made from the reference, a clean environment.

pub mod archives;
pub mod class;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Mutex;
use std::{fs, iter, thread};

use tempfile::TempDir;

/// The repository.
pub fn root() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    folder.parent().unwrap_or(folder).to_owned()
}

/// The built `grade` program.
///
/// # Panics
/// Where it has not been built: the tests judge the program that users run.
pub fn program() -> PathBuf {
    let program = root().join("target/release/grade");
    assert!(
        program.is_file(),
        "{} is missing: run scripts/build first",
        program.display()
    );
    program
}

/// What a run of the program gave.
#[derive(Debug)]
pub struct Run {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub stdout: String,
    /// What it said of errors and progress.
    pub stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// Runs `grade` with these arguments, in an environment that holds only what it needs.
///
/// # Panics
/// Where the program cannot be started.
pub fn grade<I, A>(arguments: I) -> Run
where
    I: IntoIterator<Item = A>,
    A: AsRef<std::ffi::OsStr>,
{
    command(arguments).output().expect("the program starts").into()
}

/// The command that `grade` runs, to be changed before it is started.
pub fn command<I, A>(arguments: I) -> Command
where
    I: IntoIterator<Item = A>,
    A: AsRef<std::ffi::OsStr>,
{
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test; submissions are started by its sandbox"
    )]
    let mut command = Command::new(program());
    command.args(arguments).env_clear().stdin(Stdio::null());
    for name in [
        "PATH",
        "HOME",
        "LIBTORCH",
        "GRADE_CACHE",
        "XDG_CACHE_HOME",
        "RUSTUP_HOME",
        "CARGO_HOME",
    ] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// A submission in a folder of its own.
#[derive(Debug)]
pub struct Submission {
    folder: TempDir,
}

impl Submission {
    /// A copy of the reference.
    pub fn reference() -> Self {
        Self::copy_of(&root().join("reference"))
    }

    /// A copy of the template.
    pub fn template() -> Self {
        Self::copy_of(&root().join("student_template"))
    }

    /// An empty folder.
    ///
    /// # Panics
    /// Where the system gives no temporary folder.
    pub fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn copy_of(source: &Path) -> Self {
        let submission = Self::empty();
        copy_tree(source, submission.path());
        submission
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file.
    ///
    /// # Panics
    /// Where the system refuses.
    #[must_use]
    pub fn with_file(self, name: &str, text: &str) -> Self {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
        self
    }

    /// Replaces a piece of a file.
    ///
    /// # Panics
    /// Where the piece is not there: the test would otherwise grade an unchanged submission.
    #[must_use]
    pub fn replacing(self, name: &str, old: &str, new: &str) -> Self {
        let text = fs::read_to_string(self.path().join(name)).expect("a file");
        assert!(text.contains(old), "{name} does not contain {old:?}");
        self.with_file(name, &text.replacen(old, new, 1))
    }

    /// Replaces the body of a function.
    ///
    /// # Panics
    /// Where there is no such function.
    #[must_use]
    pub fn with_body(self, name: &str, function: &str, body: &str) -> Self {
        let text = fs::read_to_string(self.path().join(name)).expect("a file");
        let start = text
            .find(&format!("pub fn {function}("))
            .unwrap_or_else(|| panic!("{name} has no {function}"));
        let open = start + text[start..].find("{\n").expect("a body");
        let close = open + text[open..].find("\n}\n").expect("the end of the body");
        let changed = format!("{}{{\n{body}{}", &text[..open], &text[close..]);
        self.with_file(name, &changed)
    }

    /// Grades it, with further arguments, and gives the run with its JSON report.
    ///
    /// # Panics
    /// Where the program writes no report.
    pub fn graded(&self, arguments: &[&str]) -> (Run, serde_json::Value) {
        let report = self.folder.path().with_extension("report.json");
        let target = format!("json={}", report.display());
        let submission = self.path().display().to_string();
        let mut all = vec!["--submission", submission.as_str(), "--report", target.as_str()];
        all.extend(arguments);
        Self::report_of(&report, grade(all))
    }

    /// The same in another course than this repository.
    ///
    /// # Panics
    /// Where the program writes no report.
    pub fn graded_in(&self, course: &Self, arguments: &[&str]) -> (Run, serde_json::Value) {
        let report = self.folder.path().with_extension("report.json");
        let target = format!("json={}", report.display());
        let submission = self.path().display().to_string();
        let mut all = vec!["--submission", submission.as_str(), "--report", target.as_str()];
        all.extend(arguments);
        let output = command(all).env("GRADE_HOME", course.path()).output();
        Self::report_of(&report, output.expect("the program starts").into())
    }

    fn report_of(report: &Path, run: Run) -> (Run, serde_json::Value) {
        let text = fs::read_to_string(report)
            .unwrap_or_else(|error| panic!("no report: {error}\n{}\n{}", run.stdout, run.stderr));
        let _ = fs::remove_file(report);
        let value = serde_json::from_str(&text).expect("a JSON report");
        (run, value)
    }
}

/// A course's repository as far as grading needs it, with something changed.
///
/// # Panics
/// Where the system refuses.
pub fn course(change: impl FnOnce(&Path)) -> Submission {
    let copy = Submission::empty();
    for folder in [
        "fixtures/assignments",
        "fixtures/golden",
        "fixtures/submissions/wrong",
        "reference",
        "student_template",
    ] {
        copy_tree(&root().join(folder), &copy.path().join(folder));
    }
    for file in [
        "fixtures/manifest.json",
        "fixtures/calibration.toml",
        "fixtures/fingerprints.json",
    ] {
        fs::copy(root().join(file), copy.path().join(file)).expect("a file");
    }
    change(copy.path());
    copy
}

/// A course whose assignment is tight, for submissions that use up their limits: these CPU seconds for a call, ten times as
/// much by the clock, six CPU seconds for the compiler, and no second check of a task that was timed out.
///
/// # Panics
/// Where the system refuses, or where the assignment has no such limits.
pub fn tight_course(cpu_seconds: &str) -> Submission {
    course(|root| {
        let path = root.join("fixtures/assignments/uva-dl1-a2.toml");
        let mut text = fs::read_to_string(&path).expect("an assignment");
        let tight = format!("cpu_seconds = {cpu_seconds}\ncompile_seconds = 6");
        for (usual, tight) in [
            ("cpu_seconds = 5.0", tight.as_str()),
            ("timeouts_per_task = 3", "timeouts_per_task = 1"),
        ] {
            assert!(text.contains(usual), "{usual} does not are in the assignment");
            text = text.replace(usual, tight);
        }
        fs::write(path, text).expect("a file");
    })
}

/// How much of what a test does many times is done at once.
const SIDE_BY_SIDE: usize = 2;

/// Does something with each of these, two at a time, begun in their order, and gives what came of them in their order.
///
/// # Panics
/// Where the work panics.
pub fn side_by_side<T: Send, R: Send>(items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let waiting = Mutex::new(items.into_iter().enumerate());
    let next = || waiting.lock().expect("nobody panics while taking one").next();
    let act = || -> Vec<(usize, R)> { iter::from_fn(next).map(|(number, item)| (number, work(item))).collect() };
    let mut done = thread::scope(|scope| {
        let workers: Vec<_> = (0..SIDE_BY_SIDE).map(|_| scope.spawn(act)).collect();
        let done = workers
            .into_iter()
            .flat_map(|worker| worker.join().expect("the work is done"));
        done.collect::<Vec<_>>()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Copies a folder with all that is in it but what cargo has built there.
///
/// # Panics
/// Where the system refuses.
pub fn copy_tree(source: &Path, target: &Path) {
    let entries = walkdir::WalkDir::new(source).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() != 1 || entry.file_name() != "target") {
        let entry = entry.expect("a readable folder");
        let path = target.join(entry.path().strip_prefix(source).expect("a path below the source"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(path).expect("a folder");
        } else {
            fs::copy(entry.path(), path).expect("a file");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_item_is_done_once_and_the_results_keep_the_items_order() {
        let items: Vec<u64> = (0..20).collect();
        let squares = side_by_side(items.clone(), |item| {
            // The first ones are done last.
            thread::sleep(std::time::Duration::from_millis(20 - item));
            item * item
        });
        assert_eq!(squares, items.iter().map(|item| item * item).collect::<Vec<_>>());
    }
}
