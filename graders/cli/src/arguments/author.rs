//! The options of what the authors of tasks use.

use std::path::PathBuf;

use clap::Args;

use super::values::TaskName;
use crate::engine::device::Device;

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
    /// Leave out of the review what becomes of the corpus's verdicts
    #[arg(long, conflicts_with = "check")]
    pub(crate) no_corpus: bool,
    /// Regenerate the fingerprints of all known mistakes, also where nothing they come from has changed (slow)
    #[arg(long)]
    pub(crate) all: bool,
    /// Where the reference computes; on cuda only with --check, within the tolerances
    #[arg(long, value_enum, value_name = "DEVICE", default_value_t)]
    pub(crate) device: Device,
    /// Only these tasks (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
}

/// Options of `new-task`.
#[derive(Debug, Args)]
pub(crate) struct NewTask {
    /// The name of the task and of its function: `layer_norm`
    pub(crate) name: String,
    /// The folder of `graders/tasks/src` that it goes into
    #[arg(long)]
    pub(crate) topic: String,
    /// The assignment that asks for it
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: String,
    /// The heading of the assignment under which it counts; otherwise the last one
    #[arg(long, value_name = "ID")]
    pub(crate) heading: Option<String>,
    /// Its signature: `fn layer_norm(input: &Tensor, epsilon: f64) -> Tensor`
    #[arg(long, value_name = "RUST")]
    pub(crate) signature: Option<String>,
}

/// Options of `calibrate`.
#[derive(Debug, Args)]
pub(crate) struct Calibrate {
    /// Only these tasks; the tolerances of all others stay as they are (repeatable)
    #[arg(long = "task", value_name = "ID", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) tasks: Vec<String>,
}

/// Options of `self-test`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct SelfTest {
    /// Only submissions with this name (repeatable)
    #[arg(long, value_name = "NAME")]
    pub(crate) only: Vec<String>,
    /// Only the tasks of this assignment; otherwise those of every assignment
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: Option<String>,
    /// Run trials as well, where a submission is about a task that trains (slow)
    #[arg(long)]
    pub(crate) training: bool,
    /// Seed of properties and fresh inputs in place of the assignment's: what is correct has to hold with any
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
    /// Leave a property or the differential check out, to see that the self-test notices
    #[arg(long, value_name = "TASK/PROPERTY")]
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

impl SelfTest {
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

/// Options of `template`.
#[derive(Debug, Args)]
pub(crate) struct Template {
    /// Write nothing; fail where the template is not current
    #[arg(long)]
    pub(crate) check: bool,
}
