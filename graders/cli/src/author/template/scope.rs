//! What a template is made for, and what of the reference belongs to it.

use std::path::Path;

use judge::contract::Task;

use super::marker::Flaw;
use super::narrow;

/// How to get the program where nothing of it lies beside the crate.
const INSTALLED: &str = "\
`grade` is the grader. To get it, run `./scripts/install` once in your checkout of the course's repository: it puts `grade`
on your PATH. The first call builds it, which takes some minutes.";

/// How to get the program where its scripts lie beside the crate: nothing has to be installed.
const BESIDE_SCRIPTS: &str = "\
`../scripts/grade` is the grader. There is nothing to install: the first call builds it, which takes some minutes.";

/// What a template is made for.
#[derive(Debug)]
pub(crate) enum Scope<'a> {
    /// Every assignment: what this repository holds.
    Everything,
    /// One assignment: what its students get.
    Assignment {
        /// The assignment.
        id: &'a str,
        /// Its tasks, as far as they are handed out.
        tasks: Vec<&'static Task>,
        /// Whether the crate lies beside the scripts, and not anywhere on the machine.
        is_beside_scripts: bool,
    },
}

impl Scope<'_> {
    /// A given file as it is handed out; `None` where nothing of it is needed.
    pub(super) fn given(&self, text: String) -> Result<Option<String>, Flaw> {
        match self {
            Self::Everything => Ok(Some(text)),
            Self::Assignment { id, .. } => {
                let text = narrow::narrow(&text, id)?;
                Ok((!narrow::is_empty(&text)).then_some(text))
            }
        }
    }

    /// How the program is called from the crate's folder, and how to get it.
    pub(super) fn program(&self) -> (&'static str, &'static str) {
        match self {
            Self::Assignment {
                is_beside_scripts: true,
                ..
            } => ("../scripts/grade", BESIDE_SCRIPTS),
            Self::Everything | Self::Assignment { .. } => ("grade", INSTALLED),
        }
    }

    /// The tasks that the README may name.
    pub(super) fn tasks(&self) -> Vec<&'static Task> {
        match self {
            Self::Everything => tasks::ALL.to_vec(),
            Self::Assignment { tasks, .. } => tasks.clone(),
        }
    }

    pub(super) fn holds(&self, topic: &Path) -> bool {
        match self {
            Self::Everything => true,
            Self::Assignment { tasks, .. } => tasks.iter().any(|task| topic == Path::new("src").join(task.file)),
        }
    }
}
