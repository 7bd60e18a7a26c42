//! The command line.

mod author;
mod class;
mod course;
mod machine;
mod student;
mod values;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::exit;

pub(crate) use author::{Calibrate, Mutate, NewTask, Regen, SelfTest, Template};
pub(crate) use class::{
    Attempts, Class, ClassCluster, ClassCommand, ClassCompare, ClassCross, ClassExport, ClassFeedback, ClassHow,
    ClassRegrade, ClassReport, ClassRetry, ClassRun, ClassShard, ClassShow, ClassSimilar, ClassSlurm, ClassStatus,
};
pub(crate) use course::{Gradescope, Release};
pub(crate) use machine::{Bench, Doctor};
pub(crate) use student::{Explain, Grade, Init, Watch};
pub(crate) use values::ReportTarget;

/// Grade a deep-learning submission: golden tensors, properties with shrunk counterexamples, named mistakes.
#[derive(Debug, Parser)]
#[command(
    name = "grade",
    version,
    after_help = exit::HELP,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    subcommand_value_name = "COMMAND",
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) grade: Option<Grade>,
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Regenerate the golden files from the reference: shows what changes, and asks before it writes
    Regen(Regen),
    /// Derive the tolerances from correct formulations (slow), before `regen`
    Calibrate(Calibrate),
    /// Grade the grader: template, reference, and every submission of the corpus
    #[command(alias = "kit")]
    SelfTest(SelfTest),
    /// Write the skeleton of a task into every file that has to know it, and say what is left to write
    NewTask(NewTask),
    /// Explain a task or one of its checks
    Explain(Explain),
    /// Regenerate the student template from the reference
    Template(Template),
    /// Make a crate for an assignment, anywhere; or make a crate that is there work with cargo and an editor
    Init(Init),
    /// Make the repository that students get for an assignment, and make sure that it gives nothing away
    Release(Release),
    /// Make the zip for Gradescope's autograder
    Gradescope(Gradescope),
    /// Grade a whole class into one file, and make of it what a course needs
    Class(Class),
    /// Print the completions of a shell, to be put where that shell looks for them
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Measure what grading costs: seconds, ratios, round trips, memory
    Bench(Bench),
    /// Show what confines a submission on this machine, and try every attack of the corpus against it
    Doctor(Doctor),
    /// Change the reference's solutions in small ways, and see that some check notices (called by scripts/mutate)
    #[command(hide = true)]
    Mutate(Mutate),
    /// Judge again whatever a saved file touches, until Ctrl-C
    Watch(Watch),
    /// Note where the prebuilt libraries are (called by scripts/build)
    #[command(hide = true)]
    Prepare {
        /// What `cargo build --message-format=json` printed
        messages: PathBuf,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_argument_and_command_has_a_help_text() {
        fn walk(command: &clap::Command) {
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {}",
                    command.get_name(),
                    argument.get_id()
                );
            }
            for subcommand in command.get_subcommands() {
                assert!(subcommand.get_about().is_some(), "{}", subcommand.get_name());
                walk(subcommand);
            }
        }
        walk(&Arguments::command());
    }

    #[test]
    fn the_command_line_decides_about_training_and_its_last_word_counts() {
        let trains = |words: &[&str], assignment| {
            let all = ["grade", "--submission", "."].iter().chain(words);
            let options = Arguments::try_parse_from(all).map(|arguments| arguments.grade);
            options.ok().flatten().map(|grade| grade.trains(assignment))
        };
        assert_eq!(trains(&[], false), Some(false));
        assert_eq!(trains(&[], true), Some(true));
        assert_eq!(trains(&["--training"], false), Some(true));
        assert_eq!(trains(&["--no-training"], true), Some(false));
        assert_eq!(trains(&["--training", "--no-training"], true), Some(false));
        assert_eq!(trains(&["--no-training", "--training"], false), Some(true));
    }
}
