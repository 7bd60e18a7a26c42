//! What is known without any input.

use serde::{Deserialize, Serialize};

/// What is known without any input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BeforeRun {
    /// The function's body is still `todo!()`.
    NotAttempted,
    /// The file of the task does not compile, or the function's signature was changed.
    DidNotCompile(CompileError),
    /// The task uses what it may not use.
    Forbidden {
        /// File of the submission.
        file: String,
        line: usize,
        /// What was used, as it is written.
        item: String,
        /// The helper that uses it, where it is not the task's own function.
        inside: Option<String>,
        /// Why it may not be used.
        why: Prohibition,
    },
    /// The time for the submission as a whole was used up before this task's turn came.
    TimeIsUp {
        /// Seconds by the wall clock.
        seconds: f64,
    },
}

/// Why something may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prohibition {
    /// It is the answer of the task.
    Answer,
    /// It is of another crate than `tch` and `std`.
    Crates,
    /// It reads or changes the environment.
    Environment,
    /// It reads or writes files.
    Files,
    /// It is code that is not Rust, or not of this submission.
    ForeignCode,
    /// What it stands for is hidden by macros or imports.
    HiddenName,
    /// It is nested too deeply to be read.
    Nesting,
    /// It talks to other machines.
    Network,
    /// It starts, ends or looks at processes.
    Processes,
    /// It is an interface of the operating system.
    System,
    /// It runs stored programs of libtorch.
    TorchScript,
    /// What it is cannot be read.
    Unreadable,
    /// The compiler cannot check it.
    UnsafeCode,
}

/// A compiler's complaint, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileError {
    /// File of the submission.
    pub file: String,
    /// Line in it, where known.
    pub line: Option<usize>,
    /// The compiler's code, such as `E0308`.
    pub code: Option<String>,
    /// The compiler's message in one line.
    pub message: String,
    /// The compiler's whole text.
    pub rendered: String,
    /// The signature that was expected, where a changed signature is the cause.
    pub expected: Option<String>,
    /// What does not compile because of the file, where that is not the file itself.
    pub breaks: Option<Breaks>,
}

/// Code that is not the student's and does not compile because of a file of the student's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Breaks {
    /// The call of this task's function, which is in another file.
    Call(String),
    /// This file, which is given.
    Given(String),
}
