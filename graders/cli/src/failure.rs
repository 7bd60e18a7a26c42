//! Errors that end the program: what happened, the next step, the exit code.

use std::fmt;
use std::path::Path;

use judge::fixtures::FixtureError;
use judge::grading::assignment::AssignmentError;

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
            FixtureError::Read { path, .. } | FixtureError::Broken { path, .. } | FixtureError::Hash { path } => {
                restoring(path)
            }
            FixtureError::Write { .. } => {
                "free disk space or fix the permissions, then run the same command again".to_owned()
            }
            FixtureError::Missing { .. } => "make the fixtures with `grade regen`".to_owned(),
        };
        Self::environment(&error).hint(hint)
    }
}

/// How a file of the fixtures comes back: each is made by a command of its own.
fn restoring(path: &Path) -> String {
    let named = |path: Option<&Path>| Some(path?.file_name()?.to_string_lossy().into_owned());
    let (file, folder) = (
        named(Some(path)).unwrap_or_default(),
        named(path.parent()).unwrap_or_default(),
    );
    let made = match file.as_str() {
        "calibration.toml" => "make it again with `grade calibrate`".to_owned(),
        "inputs.safetensors" | "expected.safetensors" | "fingerprints.safetensors" => {
            format!("make it again with `grade regen --task {folder}`")
        }
        _ => "remove it and make it again with `grade regen`".to_owned(),
    };
    format!("restore the file from version control, or {made}")
}

impl From<class::Trouble> for Failure {
    fn from(trouble: class::Trouble) -> Self {
        let exit = match trouble.kind {
            class::Kind::Usage => Exit::Usage,
            class::Kind::Environment => Exit::Environment,
            class::Kind::Held => Exit::Held,
        };
        Self::new(exit, &trouble.message).hint(&trouble.next)
    }
}

impl From<AssignmentError> for Failure {
    fn from(error: AssignmentError) -> Self {
        match &error {
            AssignmentError::Unknown { .. } => Self::usage(&error).hint("name one of them with --assignment"),
            AssignmentError::Read { .. } | AssignmentError::Broken { .. } => {
                Self::environment(&error).hint("fix the file, or restore it from version control")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_fixtures_that_is_gone_or_broken_comes_with_the_command_that_makes_it() {
        let hint = |path: &str| {
            Failure::from(FixtureError::Hash { path: path.into() })
                .hint
                .unwrap_or_default()
        };
        assert!(hint("fixtures/golden/rms_norm/expected.safetensors").ends_with("`grade regen --task rms_norm`"));
        assert!(hint("fixtures/golden/greedy/fingerprints.safetensors").ends_with("`grade regen --task greedy`"));
        assert!(hint("fixtures/calibration.toml").ends_with("`grade calibrate`"));
        assert!(hint("fixtures/manifest.json").contains("remove it and"));
    }
}
