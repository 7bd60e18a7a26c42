//! What the sources are searched for, and what is found.

use crate::operators::Family;

/// What the tasks may not call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Operators that some task may not call.
    pub families: Vec<Family>,
    /// All tasks, graded or not.
    pub tasks: Vec<TaskRules>,
    /// The file through which a task calls the functions of others.
    pub parts: &'static str,
}

/// What a task may not call, beside what no task may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRules {
    pub task: &'static str,
    /// The file of the submission that holds it.
    pub file: &'static str,
    /// The names of its functions; names that are none do no harm.
    pub functions: Vec<String>,
    /// The names of the families.
    pub forbidden: Vec<&'static str>,
}

impl TaskRules {
    /// Whether a family is forbidden; none stands for what is forbidden for all tasks.
    pub(crate) fn forbids(&self, family: Option<&str>) -> bool {
        family.is_none_or(|family| self.forbidden.contains(&family))
    }
}

/// Why something may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An operator of this family is the answer of the task.
    Answer(&'static str),
    /// It is of another crate than `tch` and `std`.
    Crates,
    Environment,
    /// Files and paths.
    Files,
    /// Code that is not Rust, or not of this submission.
    ForeignCode,
    /// A macro could make anything of the name.
    HiddenName,
    /// Brackets that are nested too deeply to be read.
    Nesting,
    Network,
    /// Other processes.
    Processes,
    /// Interfaces of the operating system.
    System,
    /// Names that stand for names that stand for names.
    Tangled,
    /// Stored programs of libtorch.
    TorchScript,
    /// Sources that are too large in all, or that the compiler reads and this crate does not.
    Unreadable,
    /// Code that the compiler cannot check.
    UnsafeCode,
}

/// A task that uses what it may not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    pub task: &'static str,
    /// The file of the submission.
    pub file: String,
    pub line: usize,
    /// What is used, as it is written.
    pub item: String,
    /// The helper that uses it, where it is not the task's own function.
    pub inside: Option<String>,
    /// Why it may not be used.
    pub reason: Reason,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub file: String,
    /// The line of the trouble.
    pub line: usize,
}

/// What a look at the sources has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// At most one for each task.
    pub breaches: Vec<Breach>,
    /// Files that should not be given to the compiler, since they are made to break it.
    pub set_aside: Vec<String>,
    /// Files that are left to the compiler. One that it accepts all the same is refused.
    pub unread: Vec<Unreadable>,
}
