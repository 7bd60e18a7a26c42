//! What a template is made for, and what of the reference belongs to it.

use std::path::Path;

use judge::contract::Task;

use super::marker::Flaw;
use super::narrow;

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

    /// How the program is called from the crate's folder, and where it is to be had from.
    pub(super) fn program(&self) -> (&'static str, &'static str) {
        match self {
            Self::Everything => (
                "grade",
                ", with `grade` on the PATH (`./scripts/install` in the course's repository)",
            ),
            // The crate lies beside the scripts, and nothing has to be installed.
            Self::Assignment { .. } => ("../scripts/grade", ""),
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
