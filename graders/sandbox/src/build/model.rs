//! What is asked of a build, and what comes of it.

use std::io;
use std::path::{Path, PathBuf};

use wire::Ended;

use crate::launch::{LaunchError, Launcher};
use crate::spent::Cost;
use crate::stage::{StageError, Staged};
use crate::toolkit::Toolkit;

/// A submission to build.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What to compile against.
    pub toolkit: &'a Toolkit,
    /// What starts the compiler.
    pub launcher: &'a Launcher,
    /// The staged sources; broken files among them are replaced.
    pub staged: &'a Staged,
    /// The folder of the template's crate.
    pub template: &'a Path,
    /// The tasks to build adapters for.
    pub tasks: &'a [&'a str],
    /// The file of a task, by the task's name.
    pub home: fn(&str) -> Option<&'static str>,
    /// Files that the compiler is not given: the template's versions take their place.
    pub set_aside: &'a [String],
    /// Whether `unsafe` compiles. Never for a submission that is graded: only for attacks that have to reach the sandbox.
    pub allows_unsafe: bool,
    /// Whether nothing is put out of the way: then the first error ends the build. What compiles again stays in
    /// `output`, so that of many builds in the same folders each compiles only what differs from the one before.
    pub whole: bool,
    /// CPU time of one run of the compiler; the wall clock stops it at ten times that.
    pub cpu_seconds: u64,
    /// CPU time of all runs of the compiler over the submission together, those that look for a culprit included.
    pub all_cpu_seconds: u64,
    /// Where the program goes; made if need be.
    pub output: &'a Path,
}

/// What came of a build.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// The program; `None` where nothing could be saved.
    pub program: Option<PathBuf>,
    /// Files that do not compile.
    pub files: Vec<CompileFailure>,
    /// Functions that are not as the contract has them.
    pub signatures: Vec<SignatureFailure>,
    /// Why there is no program.
    pub stop: Option<Stop>,
    /// How often the compiler ran.
    pub builds: u32,
    /// What compiling the sources has cost.
    pub compile: Cost,
    /// What compiling the adapters and linking them with the sources has cost.
    pub link: Cost,
    /// Whether a run of the compiler was stopped for its time, or all of them have used more than one may.
    pub took_too_long: bool,
}

impl Built {
    /// The tasks that the program has no adapter for although it was asked for one.
    pub fn dropped_tasks(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|failure| failure.task.as_str())
    }
}

/// A file that does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompileFailure {
    /// The file, relative to the sources.
    pub file: String,
    /// The line of the first error, where the compiler names one.
    pub line: Option<usize>,
    /// The first error's code, such as `E0308`.
    pub code: Option<String>,
    /// The first error in a sentence.
    pub message: String,
    /// The file's errors as the compiler shows them, cut to a bounded length.
    pub rendered: String,
    /// How many errors the file has.
    pub errors: usize,
    /// What does not compile because of it, where that is not the file itself.
    pub breaks: Option<Breaks>,
}

/// Code of ours that does not compile because of a file of the submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Breaks {
    /// The call of the task's function, in a file that is not to blame.
    Call(String),
    /// A file that is given.
    Given(String),
}

/// A function that is not as the contract has it, or that its own file keeps from being called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureFailure {
    /// The task, named like its function.
    pub task: String,
    /// What is wrong with it.
    pub why: Uncallable,
    /// The errors as the compiler shows them, cut to a bounded length.
    pub rendered: String,
}

/// Why a function cannot be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncallable {
    /// Its signature is not this one, which the adapter states.
    Signature(String),
    /// Its signature is right; this error comes of something else in its file.
    Otherwise(String),
}

/// Why a submission has no program. Everything counts as not compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Errors that no file can be charged with, and that come without the submission's files too, or with too many of them.
    Errors {
        /// The first error in a sentence.
        message: String,
        /// The given file that the first error is in.
        given: Option<String>,
        /// The errors as the compiler shows them, cut to a bounded length.
        rendered: String,
    },
    /// The compiler took longer than one run of it may.
    TimedOut {
        /// CPU seconds that it had.
        seconds: u64,
    },
    /// All runs of the compiler together took longer than they may.
    Exhausted {
        /// CPU seconds that they had.
        seconds: u64,
    },
    /// The compiler needed too much memory.
    OutOfMemory,
    /// The compiler broke down.
    Crashed {
        /// How.
        ended: Ended,
    },
}

/// Why nothing can be said about a submission: faults of this machine or installation.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The compiler could not be started.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// Files could not be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
    /// Not even the template builds.
    #[error("the template does not build either: run scripts/build ({0:?})")]
    Toolkit(Stop),
    /// The template cannot be staged.
    #[error(transparent)]
    Template(#[from] StageError),
    /// A task without an adapter was asked for.
    #[error("there is no adapter for `{0}`")]
    NoAdapter(String),
}

impl BuildError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
