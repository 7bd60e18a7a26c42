//! The options of what students use.

use std::path::PathBuf;

use clap::Args;
use report::Format;

use super::values::{ReportName, ReportTarget, TaskName, percent, seconds};
use crate::engine::device::Device;

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
    /// Seed of properties and fresh inputs, in place of the assignment's and the submission's own
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
    /// Judge all of it, also what an earlier run has judged and no edit since can have touched
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

impl Grade {
    /// Whether tasks may be taken over from the run before, and are compared with the version before: where somebody
    /// works on a submission, and not where points, a limit, the sandbox or somebody else's report depend on this run.
    pub(crate) fn takes_over(&self) -> bool {
        let is_for_others =
            |target: &ReportTarget| matches!(target.format, Format::Gradescope | Format::Github | Format::Junit);
        self.min_score.is_none()
            && self.gradescope_metadata.is_none()
            && self.manual.is_none()
            && self.time_limit.is_none()
            && !self.require_sandbox
            && !self.reports.iter().any(is_for_others)
    }
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// A task, or a task and a check: `nucleus`, `rms_norm/odd`
    #[arg(value_name = "TASK[/CHECK]", value_parser = TaskName, hide_possible_values = true)]
    pub(crate) subject: String,
}

/// Options of `init`.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// The folder of the crate: a new one, or one that has a Cargo.toml, whose files stay as they are
    #[arg(value_name = "FOLDER")]
    pub(crate) folder: PathBuf,
    /// The assignment; otherwise the only one there is
    #[arg(long, value_name = "ID")]
    pub(crate) assignment: Option<String>,
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
