//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use report::Format;

use crate::engine::device::Device;
use crate::exit;
use crate::student::completions::{ReportName, TaskName};
use crate::student::init::Init;

/// Grade a deep-learning submission: golden tensors, laws with shrunk counterexamples, named mistakes.
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

/// Grade one submission.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Grade {
    /// The submission: a crate with `src`, a folder of `.rs` files, or either as zip, tar or tar.gz
    #[arg(long, value_name = "DIR", required = true)]
    pub(crate) submission: PathBuf,
    /// The assignment; otherwise the one that the submission's Cargo.toml names, or the only one there is
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: Option<String>,
    /// Judge only these tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
    /// Write a report as well, for example json=report.json; github=- prints it (repeatable)
    #[arg(long = "report", value_name = "FORMAT=PATH", value_parser = ReportName, hide_possible_values = true)]
    pub(crate) reports: Vec<ReportTarget>,
    /// Exit with 1 below this share of the programmable points; 100 also asks that no task is wrong
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub(crate) min_score: Option<f64>,
    /// Run trials as well: training, which takes a while
    #[arg(long, overrides_with = "no_training")]
    pub(crate) training: bool,
    /// Run no trials, even where the assignment asks for them
    #[arg(long, overrides_with = "training")]
    pub(crate) no_training: bool,
    /// Gradescope's file about the submission: whether it is late goes into the report
    #[arg(long, value_name = "FILE")]
    pub(crate) gradescope_metadata: Option<PathBuf>,
    /// Points that people gave: a file of the course's, or a folder of such files, named as submissions are
    #[arg(long, value_name = "FILE")]
    pub(crate) manual: Option<PathBuf>,
    /// Seed of laws and fresh inputs, in place of the assignment's and the submission's own
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Where the submission computes
    #[arg(long, value_enum, value_name = "DEVICE", default_value_t)]
    pub(crate) device: Device,
    /// Begin no task after so many seconds: what is left counts as timed out where earlier functions used up the time
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) time_limit: Option<f64>,
    /// Refuse to grade where this machine cannot confine a submission in full; `grade doctor` says what it can
    #[arg(long)]
    pub(crate) require_sandbox: bool,
    /// Judge again even where this very submission has been judged before
    #[arg(long)]
    pub(crate) fresh: bool,
    /// List every check, also those that hold
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

impl Grade {
    /// Whether trials are run: what the command line says, otherwise what the assignment says.
    pub(crate) fn trains(&self, assignment: bool) -> bool {
        self.training || (assignment && !self.no_training)
    }
}

/// What else the program does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the golden files anew from the reference: shows what changes, and asks before it writes
    Regen(Regen),
    /// Derive the tolerances from correct formulations (slow), before `regen`
    Calibrate(Calibrate),
    /// Grade the grader: template, reference, and every submission of the bank
    Kit(Kit),
    /// Explain a task or one of its checks
    Explain(Explain),
    /// Make the student template anew from the reference
    Template(Template),
    /// Make a crate for an assignment, anywhere; or make a crate that is there work with cargo and an editor
    Init(Init),
    /// Make the repository that students get for an assignment, and make sure that it gives nothing away
    Release(Release),
    /// Make the zip for Gradescope's autograder
    Gradescope(Gradescope),
    /// Print the completions of a shell, to be put where that shell looks for them
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Measure what grading costs: seconds, ratios, round trips, memory
    Bench(Bench),
    /// Show what confines a submission on this machine, and try every attack of the bank against it
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

/// Options of `regen`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Regen {
    /// Write nothing; fail with a table where the fixtures would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Write what has changed without asking
    #[arg(long, conflicts_with = "check")]
    pub(crate) accept: bool,
    /// Leave out of the review what becomes of the bank's verdicts
    #[arg(long, conflicts_with = "check")]
    pub(crate) no_bank: bool,
    /// Make the fingerprints of all known mistakes anew, also where nothing they come from has changed (slow)
    #[arg(long)]
    pub(crate) all: bool,
    /// Where the reference computes; on cuda only with --check, within the tolerances
    #[arg(long, value_enum, value_name = "DEVICE", default_value_t)]
    pub(crate) device: Device,
    /// Only these tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
}

/// Options of `calibrate`.
#[derive(Debug, Args)]
pub(crate) struct Calibrate {
    /// Only these tasks; the tolerances of all others stay as they are (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
}

/// Options of `kit`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct Kit {
    /// Only submissions with this name (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Only the tasks of this assignment; otherwise those of every assignment
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: Option<String>,
    /// Run trials as well, where a submission is about a task that trains (slow)
    #[arg(long)]
    pub(crate) training: bool,
    /// Seed of laws and fresh inputs in place of the assignment's: what is correct has to hold with any
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Judge every task of every submission, also where the code is the reference's
    #[arg(long)]
    pub(crate) all: bool,
    /// Where submissions compute
    #[arg(long, value_enum, value_name = "DEVICE", default_value_t)]
    pub(crate) device: Device,
    /// Grade reference and correct submissions under every setting of threads and vector instructions
    #[arg(long)]
    pub(crate) settings: bool,
    /// Write the kill table too, as JSON where the name ends in .json, otherwise as Markdown
    #[arg(long, value_name = "FILE")]
    pub(crate) table: Option<PathBuf>,
    /// Renew the kill table in fixtures, with a run over everything
    #[arg(long, conflicts_with_all = ["only", "assignment", "training", "seed", "settings", "without", "device"])]
    pub(crate) write_table: bool,
    /// Leave a law or the differential check out, to see that the kit notices
    #[arg(long, value_name = "TASK/LAW")]
    pub(crate) without: Option<String>,
    /// Judge again what earlier runs have judged
    #[arg(long)]
    pub(crate) fresh: bool,
    /// Build each submission alone, as a student's is, and not many in one program
    #[arg(long)]
    pub(crate) alone: bool,
    /// Judge each submission twice, alone and in a program with others, and fail where that makes a difference
    #[arg(long, conflicts_with_all = ["alone", "settings"])]
    pub(crate) agree: bool,
    /// Only a tenth of the submissions, another one for each text: a date, say
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["only", "write_table"])]
    pub(crate) tenth: Option<String>,
}

impl Kit {
    /// Whether it is a plain run over everything, of which the kill table is made.
    pub(crate) fn is_whole(&self) -> bool {
        let is_part = self.settings || self.training || !self.only.is_empty() || self.tenth.is_some();
        !is_part
            && self.assignment.is_none()
            && self.seed.is_none()
            && self.without.is_none()
            && self.device == Device::Cpu
    }
}

/// Options of `mutate`.
#[derive(Debug, Args)]
pub(crate) struct Mutate {
    /// Only the functions of these tasks, and the helpers in their files (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
    /// List the mutants without grading them
    #[arg(long)]
    pub(crate) list: bool,
    /// Grade again what earlier runs have graded
    #[arg(long)]
    pub(crate) fresh: bool,
}

/// Options of `bench`.
#[derive(Debug, Args)]
pub(crate) struct Bench {
    /// The submission that is graded
    #[arg(long, value_name = "DIR")]
    pub(crate) submission: PathBuf,
    /// The assignment; otherwise the only one there is
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: Option<String>,
    /// Gradings whose medians are given
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub(crate) runs: u32,
}

/// Options of `doctor`.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Only attacks with this name (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Grade so many submissions in a row, hostile and others, and watch for what is left behind
    #[arg(long, value_name = "N")]
    pub(crate) soak: Option<usize>,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A task, or a task and a check: `nucleus`, `rms_norm/odd`
    #[arg(value_name = "TASK[/CHECK]", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) subject: String,
}

/// Options of `template`.
#[derive(Debug, Args)]
pub(crate) struct Template {
    /// Write nothing; fail where the template is not current
    #[arg(long)]
    pub(crate) check: bool,
}

/// Options of `release`.
#[derive(Debug, Args)]
pub(crate) struct Release {
    /// The assignment
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: String,
    /// The folder to write to; it must not exist yet
    #[arg(long, value_name = "DIR", required_unless_present = "check")]
    pub(crate) out: Option<PathBuf>,
    /// The bar of the gate on pull requests, in percent of the programmable points; with 0 it never fails
    #[arg(long, value_name = "PERCENT", value_parser = percent, default_value_t = 0.0)]
    pub(crate) min_score: f64,
    /// Write nothing; search this folder, which was handed out, for what must not be in it
    #[arg(long, value_name = "DIR", conflicts_with = "out")]
    pub(crate) check: Option<PathBuf>,
}

/// Options of `gradescope`.
#[derive(Debug, Args)]
pub(crate) struct Gradescope {
    /// The assignment
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: String,
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "autograder.zip")]
    pub(crate) out: PathBuf,
}

/// Options of `watch`.
#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// The submission: a crate with `src`, a folder of `.rs` files, or either as zip, tar or tar.gz
    #[arg(long, value_name = "DIR")]
    pub(crate) submission: PathBuf,
    /// The assignment; otherwise the one that the submission's Cargo.toml names, or the only one there is
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: Option<String>,
    /// Watch only these tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
    /// Run trials as well: training, which takes a while after each save
    #[arg(long)]
    pub(crate) training: bool,
    /// Where the submission computes
    #[arg(long, value_enum, value_name = "DEVICE", default_value_t)]
    pub(crate) device: Device,
    /// List every check of what was judged, also those that hold
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// A report to write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReportTarget {
    pub(crate) format: Format,
    pub(crate) path: PathBuf,
}

pub(crate) fn report_target(text: &str) -> Result<ReportTarget, String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("write FORMAT=PATH, for example json=report.json")?;
    if path.is_empty() {
        return Err("the path is missing: write FORMAT=PATH".to_owned());
    }
    Ok(ReportTarget {
        format: format.parse().map_err(|error| format!("{error}"))?,
        path: path.into(),
    })
}

fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (1.0..=86400.0).contains(&value) {
        Ok(value)
    } else {
        Err("a number of seconds lies between 1 and 86400".to_owned())
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err("a percentage lies between 0 and 100".to_owned())
    }
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

    #[test]
    fn a_report_needs_a_format_and_a_path() {
        assert!(report_target("json=out.json").is_ok());
        assert!(report_target("json").is_err());
        assert!(report_target("json=").is_err());
        assert!(report_target("yaml=x").is_err());
    }
}
