//! The options of what teaching staff use.

use std::path::PathBuf;

use clap::Args;

use super::values::percent;

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
