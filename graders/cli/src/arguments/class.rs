//! The options of `class`.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::values::TaskName;

/// Options of `class`.
#[derive(Debug, Args)]
pub(crate) struct Class {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: ClassCommand,
}

/// What can be done with a class.
#[derive(Debug, Subcommand)]
pub(crate) enum ClassCommand {
    /// Grade a folder of submissions into one file; the same command again grades what is missing
    Run(ClassRun),
    /// Try again what failed through no fault of a submission, and grade what is missing, as the newest run did
    Retry(ClassRetry),
    /// Grade some tasks of everybody again, as a run of its own on top of the newest
    Regrade(ClassRegrade),
    /// Say how it stands: graded, not graded and why, who is missing
    Status(ClassStatus),
    /// Show a student's attempts, and the report of the one that counts
    Show(ClassShow),
    /// Write the grades for a platform or a program
    Export(ClassExport),
    /// Write a page and a Markdown file for each student, ready to send back
    Feedback(ClassFeedback),
    /// Write one page about the class: points, tasks, mistakes and who makes them
    Report(ClassReport),
    /// Say whose points differ between two runs, and by which checks
    Compare(ClassCompare),
    /// Group what is wrong without a name by equal behaviour, and make of a group a candidate for the corpus
    Cluster(ClassCluster),
    /// Try what broke one submission on all that passed the same check, and list who fails it
    Cross(ClassCross),
    /// List submissions that are alike, for a person to look at; nothing about it takes points
    Similar(ClassSimilar),
    /// Divide a class into shards that Slurm grades on other machines
    Slurm(ClassSlurm),
    /// Grade one shard of `class slurm`, on the machine that has its turn
    Shard(ClassShard),
    /// Make one file of all shards: nothing lost, nothing twice
    Merge(ClassMerge),
}

/// Options of `class run`.
#[derive(Debug, Args)]
pub(crate) struct ClassRun {
    /// The folder of submissions: a download of Canvas or Moodle, a Gradescope export, clones, folders, archives
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The file of the class: made where there is none, continued where there is one
    #[arg(long, value_name = "FILE")]
    pub(crate) into: PathBuf,
    /// How it is graded
    #[command(flatten)]
    pub(crate) how: ClassHow,
}

/// How a class is graded.
#[derive(Debug, Args)]
pub(crate) struct ClassHow {
    /// The assignment
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: String,
    /// The roster: a CSV file with the columns id, name, and where there are any email, extension, `handed_in`
    #[arg(long, value_name = "FILE")]
    pub(crate) roster: Option<PathBuf>,
    /// Which attempt of a student counts; with `last` no other is graded
    #[arg(long, value_name = "WHICH", value_enum, default_value_t)]
    pub(crate) attempts: Attempts,
    /// Judge only these tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
    /// Run trials as well: training, which takes a while
    #[arg(long, overrides_with = "no_training")]
    pub(crate) training: bool,
    /// Run no trials, even where the assignment asks for them of what is handed in
    #[arg(long, overrides_with = "training")]
    pub(crate) no_training: bool,
    /// Seed of properties and fresh inputs, in place of the assignment's and the submissions' own
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// How many are graded at once; otherwise as many as cores and memory allow
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Refuse to grade where this machine cannot confine a submission in full
    #[arg(long)]
    pub(crate) require_sandbox: bool,
}

/// Which attempt counts.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(crate) enum Attempts {
    /// The last one
    #[default]
    Last,
    /// The one with the most points, lateness included
    Best,
    /// The last one; all are graded and shown
    All,
}

/// Options of `class retry`.
#[derive(Debug, Args)]
pub(crate) struct ClassRetry {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How many are graded at once; otherwise as many as cores and memory allow
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

/// Options of `class regrade`.
#[derive(Debug, Args)]
pub(crate) struct ClassRegrade {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true, required = true)]
    pub(crate) tasks: Vec<String>,
    /// How many are graded at once; otherwise as many as cores and memory allow
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
}

/// Options of `class status`.
#[derive(Debug, Args)]
pub(crate) struct ClassStatus {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
}

/// Options of `class show`.
#[derive(Debug, Args)]
pub(crate) struct ClassShow {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The student: id, address, or name
    #[arg(value_name = "STUDENT")]
    pub(crate) student: String,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    /// List every check, also those that hold
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

/// Options of `class export`.
#[derive(Debug, Args)]
pub(crate) struct ClassExport {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// canvas, moodle, gradescope, csv or json
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: class::export::Format,
    /// Where to write it; otherwise it is printed
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Canvas' own name of the assignment's column, with its number: `Assignment 2 (1234)`; otherwise the title
    #[arg(long, value_name = "NAME")]
    pub(crate) column: Option<String>,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    /// Only those whose points differ from this run's
    #[arg(long, value_name = "RUN")]
    pub(crate) changed_since: Option<i64>,
}

/// Options of `class feedback`.
#[derive(Debug, Args)]
pub(crate) struct ClassFeedback {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The folder to write; it must not exist yet
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
}

/// Options of `class report`.
#[derive(Debug, Args)]
pub(crate) struct ClassReport {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Where to write the page
    #[arg(long, value_name = "FILE", default_value = "class.html")]
    pub(crate) out: PathBuf,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    /// Numbers in place of names, for whoever must not know them
    #[arg(long)]
    pub(crate) anonymous: bool,
}

/// Options of `class compare`.
#[derive(Debug, Args)]
pub(crate) struct ClassCompare {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The run before
    #[arg(value_name = "RUN")]
    pub(crate) before: i64,
    /// The run after
    #[arg(value_name = "RUN")]
    pub(crate) after: i64,
}

/// Options of `class slurm`.
#[derive(Debug, Args)]
pub(crate) struct ClassSlurm {
    /// The folder of submissions, at the same place on every machine
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The file of the class that the shards become, on a local disk
    #[arg(long, value_name = "FILE")]
    pub(crate) into: PathBuf,
    /// How many shards: jobs of the array
    #[arg(long, value_name = "N")]
    pub(crate) shards: NonZeroUsize,
    /// The folder for shards and script, which every machine can write; it must not exist yet. Otherwise beside the file
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// An option of the cluster's for `sbatch`, such as `--partition=cpu` (repeatable)
    #[arg(long = "sbatch", value_name = "OPTION", allow_hyphen_values = true)]
    pub(crate) options: Vec<String>,
    /// Submit the array, follow it to its end, and merge
    #[arg(long)]
    pub(crate) submit: bool,
    /// How it is graded
    #[command(flatten)]
    pub(crate) how: ClassHow,
}

/// Options of `class shard`.
#[derive(Debug, Args)]
pub(crate) struct ClassShard {
    /// The folder that `class slurm` has made
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Which shard, from 1; what it has graded before is not graded again
    #[arg(value_name = "N")]
    pub(crate) number: NonZeroUsize,
    /// How many are graded at once; otherwise as many as cores and memory allow
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// Refuse to grade where this machine cannot confine a submission in full
    #[arg(long)]
    pub(crate) require_sandbox: bool,
}

/// Options of `class merge`.
#[derive(Debug, Args)]
pub(crate) struct ClassMerge {
    /// The shards: their files, or the folder that holds all of them
    #[arg(value_name = "SHARD", required = true)]
    pub(crate) shards: Vec<PathBuf>,
    /// The file of the class: made where there is none
    #[arg(long, value_name = "FILE")]
    pub(crate) into: PathBuf,
}

/// Options of `class cluster`.
#[derive(Debug, Args)]
pub(crate) struct ClassCluster {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
    /// Only this task
    #[arg(long, value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) task: Option<String>,
    /// The group to write, by its name in the list; otherwise the largest
    #[arg(long, value_name = "NAME", requires = "write")]
    pub(crate) group: Option<String>,
    /// Write a candidate for the corpus here: one submission's file and an `expected.toml` to complete
    #[arg(long, value_name = "DIR")]
    pub(crate) write: Option<PathBuf>,
}

/// Options of `class similar`.
#[derive(Debug, Args)]
pub(crate) struct ClassSimilar {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Percent of the code, boilerplate apart, from which on a pair is listed
    #[arg(long, value_name = "PERCENT", default_value_t = 80, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) above: u8,
    /// A run before the newest
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<i64>,
}

/// Options of `class cross`.
#[derive(Debug, Args)]
pub(crate) struct ClassCross {
    /// The file of the class
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Only these tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
    /// Inputs that are tried of each check, the smallest first
    #[arg(long, value_name = "N", default_value = "3")]
    pub(crate) most: NonZeroUsize,
}
