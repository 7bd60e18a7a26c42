//! The options of what is about this machine.

use std::path::PathBuf;

use clap::Args;

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
