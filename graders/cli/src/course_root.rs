//! Where the course's files are: fixtures, reference, template.

use std::env;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The folder that holds `fixtures`, `graders` and the rest.
#[derive(Debug, Clone)]
pub(crate) struct CourseRoot(PathBuf);

/// Files by which the folder is known: one of them is enough.
const LANDMARKS: [&str; 2] = ["fixtures/manifest.json", "graders/ARCHITECTURE.md"];

impl CourseRoot {
    /// `GRADE_HOME`, or the folder above this program that holds the fixtures.
    pub(crate) fn find() -> Result<Self, Failure> {
        if let Some(home) = env::var_os("GRADE_HOME") {
            let home = PathBuf::from(home);
            if is_place(&home) {
                return Ok(Self(home));
            }
            let message = format!(
                "GRADE_HOME names {}, which holds no `fixtures` and no `graders`",
                home.display()
            );
            return Err(Failure::environment(message).hint("set GRADE_HOME to the folder of the course's repository"));
        }
        let program =
            env::current_exe().map_err(|error| Failure::environment(format!("cannot find myself: {error}")))?;
        let found = program.ancestors().find(|folder| is_place(folder));
        found.map(|folder| Self(folder.to_owned())).ok_or_else(|| {
            Failure::environment(format!("no course repository above {}", program.display()))
                .hint("start the program from the repository's target folder, or set GRADE_HOME to the repository")
        })
    }

    /// A folder that a test has made.
    #[cfg(test)]
    pub(crate) fn at(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The repository's root.
    pub(crate) fn root(&self) -> &Path {
        &self.0
    }

    /// The folder of fixtures.
    pub(crate) fn fixtures(&self) -> PathBuf {
        self.0.join("fixtures")
    }

    /// The folder of assignment files.
    pub(crate) fn assignments(&self) -> PathBuf {
        self.fixtures().join("assignments")
    }

    /// The corpus of submissions.
    pub(crate) fn corpus(&self) -> PathBuf {
        self.fixtures().join("submissions")
    }

    /// The reference, an ordinary submission.
    pub(crate) fn reference(&self) -> PathBuf {
        self.0.join("reference")
    }

    /// Whether the reference is here. It is not in what students get.
    pub(crate) fn has_reference(&self) -> bool {
        self.reference().join("src").is_dir()
    }

    /// Refuses `command` where the reference is not here.
    pub(crate) fn require_reference(&self, command: &str) -> Result<(), Failure> {
        if self.has_reference() {
            return Ok(());
        }
        let message = format!(
            "`{command}` needs the course's repository: {} has no reference",
            self.0.display()
        );
        Err(Failure::environment(message).hint("here you can grade, and have tasks explained: grade --help"))
    }

    /// The template that students start from.
    pub(crate) fn template(&self) -> PathBuf {
        self.0.join("student_template")
    }
}

fn is_place(folder: &Path) -> bool {
    LANDMARKS.iter().any(|landmark| folder.join(landmark).is_file())
}
