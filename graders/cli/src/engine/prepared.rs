//! A submission that has been built, and what keeps which of its tasks from being run.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use judge::contract::Task;
use judge::findings::{BeforeRun, Breaks, CompileError, Finding};
use policy::Inspection;
use sandbox::build::{self, Built, SignatureFailure, Stop, Uncallable};
use sandbox::spent::Cost;

use super::rules;
use super::staged::Ground;

/// A submission that has been built.
#[derive(Debug)]
pub(crate) struct Prepared {
    // Holds the program. None: the program is kept.
    pub(super) _folder: Option<Ground>,
    pub(super) program: Option<PathBuf>,
    /// Tasks that cannot be judged by running them, and why.
    pub(super) rejected: BTreeMap<&'static str, Finding>,
    /// Tasks that are not judged because what the run before has found still stands, and whether they are right.
    pub(super) standing: BTreeMap<&'static str, bool>,
    /// What compiling the sources, and making a program of them, has cost.
    pub(super) costs: (Cost, Cost),
    /// Whether the compiler has accepted every file as it is, those without a task included, in the time that it has.
    pub(super) is_whole: bool,
    /// Whether the compiler has taken longer over it than one run may.
    pub(super) took_too_long: bool,
    pub(super) hash: String,
    pub(super) notes: Vec<String>,
}

impl Prepared {
    /// A program of ours that was built before, for all tasks.
    pub(crate) fn kept(program: PathBuf, hash: String) -> Self {
        Self {
            _folder: None,
            program: Some(program),
            rejected: BTreeMap::new(),
            standing: BTreeMap::new(),
            costs: (Cost::default(), Cost::default()),
            is_whole: true,
            took_too_long: false,
            hash,
            notes: Vec::new(),
        }
    }

    /// Itself where there is a program with everything in it, or what the compiler says.
    pub(super) fn whole(self) -> Result<Self, String> {
        if self.program.is_some() {
            return Ok(self);
        }
        let rendered = self.rejected.values().find_map(|finding| match finding {
            Finding::BeforeRun(BeforeRun::DidNotCompile(error)) => Some(error.rendered.clone()),
            _ => None,
        });
        Err(rendered.unwrap_or_default())
    }

    /// What is taken over of its tasks, and whether it is right.
    pub(super) fn stand(&mut self, standing: BTreeMap<&'static str, bool>) {
        self.standing = standing;
    }

    /// The program, where there is one.
    pub(crate) fn program(&self) -> Option<&Path> {
        self.program.as_deref()
    }

    /// What compiling its sources, and making a program of them, has cost.
    pub(crate) fn costs(&self) -> (Cost, Cost) {
        self.costs
    }

    /// The tasks that are not run, and why.
    pub(crate) fn rejected(&self) -> &BTreeMap<&'static str, Finding> {
        &self.rejected
    }

    /// SHA-256 of the sources.
    pub(crate) fn hash(&self) -> &str {
        &self.hash
    }

    /// Whether a task can be judged by running it.
    pub(crate) fn runs(&self, task: &str) -> bool {
        self.program.is_some() && !self.rejected.contains_key(task)
    }

    /// What a student should know about how the submission was built.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The tasks whose file or signature the compiler does not accept.
    pub(crate) fn not_compiled(&self) -> BTreeSet<&'static str> {
        let of_compiler = |(_, finding): &(&&'static str, &Finding)| {
            matches!(finding, Finding::BeforeRun(BeforeRun::DidNotCompile(_)))
        };
        self.rejected
            .iter()
            .filter(of_compiler)
            .map(|(task, _)| *task)
            .collect()
    }
}

/// What a student should know of files that the compiler is not given.
pub(super) fn left_out(inspection: &Inspection) -> Vec<String> {
    let left_out = |file: &String| format!("`{file}` is left out: its brackets are nested too deeply to be read");
    inspection.set_aside.iter().map(left_out).collect()
}

/// The tasks that are not run, each with what the policy or the compiler says.
pub(super) fn rejected(
    inspection: &Inspection,
    built: &Built,
    wanted: &[&'static Task],
) -> BTreeMap<&'static str, Finding> {
    let mut found = BTreeMap::new();
    for task in wanted {
        if let Some(finding) = rules::finding(inspection, built, task) {
            found.insert(task.id, finding);
            continue;
        }
        let stop = built.stop.as_ref().map(|stop| stopped(stop, task));
        let file = built
            .files
            .iter()
            .find(|failure| failure.file == task.file)
            .map(|failure| CompileError {
                file: failure.file.clone(),
                line: failure.line,
                code: failure.code.clone(),
                message: failure.message.clone(),
                rendered: failure.rendered.clone(),
                expected: None,
                breaks: failure.breaks.as_ref().map(breaks),
            });
        let signature = built.signatures.iter().find(|failure| failure.task == task.id);
        let signature = signature.map(|failure| uncallable(failure, task));
        if let Some(error) = file.or(signature).or(stop) {
            found.insert(task.id, Finding::BeforeRun(BeforeRun::DidNotCompile(error)));
        }
    }
    found
}

/// A function that cannot be called, as its task's compile error.
fn uncallable(failure: &SignatureFailure, task: &Task) -> CompileError {
    let (message, expected, breaks) = match &failure.why {
        Uncallable::Signature(expected) => (
            format!("the signature of `{}` is not the expected one", task.id),
            Some(expected.clone()),
            None,
        ),
        Uncallable::Otherwise(error) => (error.clone(), None, Some(Breaks::Call(task.id.to_owned()))),
    };
    CompileError {
        file: task.file.to_owned(),
        line: None,
        code: None,
        message,
        rendered: failure.rendered.clone(),
        expected,
        breaks,
    }
}

fn breaks(breaks: &build::Breaks) -> Breaks {
    match breaks {
        build::Breaks::Call(task) => Breaks::Call(task.clone()),
        build::Breaks::Given(file) => Breaks::Given(file.clone()),
    }
}

/// A build that came to nothing, as every task's compile error.
fn stopped(stop: &Stop, task: &Task) -> CompileError {
    let (message, rendered) = match stop {
        Stop::Errors { rendered, .. } => (
            "errors that no single file can be charged with".to_owned(),
            rendered.clone(),
        ),
        Stop::TimedOut { seconds } => (
            format!("the compiler took more than {seconds} s over this submission"),
            String::new(),
        ),
        Stop::Exhausted { seconds } => (
            format!("all runs of the compiler over this submission together took more than {seconds} s"),
            String::new(),
        ),
        Stop::OutOfMemory => ("the compiler needed more memory than it may".to_owned(), String::new()),
        Stop::Crashed { .. } => ("the compiler broke down on this submission".to_owned(), String::new()),
    };
    CompileError {
        file: task.file.to_owned(),
        line: None,
        code: None,
        message,
        rendered,
        expected: None,
        breaks: None,
    }
}
