//! Every exit code of the program, in one place.

use std::process::ExitCode;

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// What was asked for was done; for grading: whatever the score, unless `--min-score` asks for more.
    Done,
    /// The score is below `--min-score`.
    BelowMinimum,
    /// The command line, or a path in it, makes no sense.
    Usage,
    /// This machine lacks something: libtorch, the toolchain, a readable fixture.
    Environment,
    /// This grader failed; no submission is to blame.
    JudgeFault,
    /// A check of the grader itself found a deviation: drift of fixtures, a self-test that does not hold.
    Deviation,
    /// Another run holds the file of a class.
    Held,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::BelowMinimum => 1,
            Self::Usage => 2,
            Self::Environment => 3,
            Self::JudgeFault => 4,
            Self::Deviation => 5,
            Self::Held => 6,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// The codes as the help shows them.
pub(crate) const HELP: &str = "Exit codes:
  0  done (for grading: whatever the score, unless --min-score asks for more)
  1  the score is below --min-score
  2  usage: the command line, or a path in it, makes no sense
  3  environment: libtorch, the toolchain or a fixture is missing or broken, or a layer of the sandbox
  4  judge fault: this grader failed, no submission is to blame
  5  deviation: `regen --check`, `template --check` or `self-test` found a difference, `regen` one that nobody has accepted,
     `doctor` an attack that was not blocked
  6  held: another run is writing the file of the class";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_lists_every_code() {
        use Exit::{BelowMinimum, Deviation, Done, Environment, Held, JudgeFault, Usage};
        for exit in [Done, BelowMinimum, Usage, Environment, JudgeFault, Deviation, Held] {
            assert!(HELP.contains(&format!("\n  {}  ", exit.code())), "{exit:?} is missing");
        }
    }
}
