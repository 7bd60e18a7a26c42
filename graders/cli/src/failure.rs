//! Errors that end the program: what happened, the next step, the exit code.

use std::fmt;

use judge::assignment::AssignmentError;
use judge::fixtures::FixtureError;

use crate::exit::Exit;

/// An error that was foreseen. Anything else is a bug and panics.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What happened, naming the file or the argument.
    pub(crate) message: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
    /// The exit code.
    pub(crate) exit: Exit,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self {
            message: message.to_string(),
            hint: None,
            exit,
        }
    }

    pub(crate) fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn environment(message: impl fmt::Display) -> Self {
        Self::new(Exit::Environment, message)
    }

    pub(crate) fn fault(message: impl fmt::Display) -> Self {
        Self::new(Exit::JudgeFault, message)
    }

    #[must_use]
    pub(crate) fn hint(self, hint: impl fmt::Display) -> Self {
        Self {
            hint: Some(hint.to_string()),
            ..self
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "error: {}", self.message)?;
        match &self.hint {
            Some(hint) => write!(formatter, "\n  next: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<FixtureError> for Failure {
    fn from(error: FixtureError) -> Self {
        let hint = match &error {
            FixtureError::Read { .. } | FixtureError::Broken { .. } | FixtureError::Hash { .. } => {
                "restore the file from version control, or make the fixtures anew with `grade regen`"
            }
            FixtureError::Write { .. } => "free disk space or mend the permissions, then run the same command again",
            FixtureError::Missing { .. } => "make the fixtures with `grade regen`",
        };
        Self::environment(&error).hint(hint)
    }
}

impl From<AssignmentError> for Failure {
    fn from(error: AssignmentError) -> Self {
        match &error {
            AssignmentError::Unknown { .. } => Self::usage(&error).hint("name one of them with --assignment"),
            AssignmentError::Read { .. } | AssignmentError::Broken { .. } => {
                Self::environment(&error).hint("mend the file, or restore it from version control")
            }
        }
    }
}
