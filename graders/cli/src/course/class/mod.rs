//! `grade class`: hundreds of submissions into one file, and what a course makes of it. The file, layouts, the roster and
//! all formats are the crate `class`; here submissions are graded, and words printed.

mod cluster;
mod cross;
mod machine;
mod merge;
mod paths;
mod reading;
mod run;
mod shard;
mod show;
mod similar;
mod slurm;
mod status;
mod work;
mod written;

use crate::arguments::ClassCommand;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Runs the command.
pub(crate) fn class(command: &ClassCommand, output: &Output) -> Result<Exit, Failure> {
    match command {
        ClassCommand::Run(options) => run::run(options, output),
        ClassCommand::Retry(options) => run::retry(options, output),
        ClassCommand::Regrade(options) => run::regrade(options, output),
        ClassCommand::Status(options) => status::status(options, output),
        ClassCommand::Show(options) => show::show(options, output),
        ClassCommand::Export(options) => written::export(options, output),
        ClassCommand::Feedback(options) => written::feedback(options, output),
        ClassCommand::Report(options) => written::report(options, output),
        ClassCommand::Compare(options) => written::compare(options, output),
        ClassCommand::Cluster(options) => cluster::cluster(options, output),
        ClassCommand::Cross(options) => cross::cross(options, output),
        ClassCommand::Similar(options) => similar::similar(options, output),
        ClassCommand::Slurm(options) => slurm::slurm(options, output),
        ClassCommand::Shard(options) => shard::shard(options, output),
        ClassCommand::Merge(options) => merge::merge(&options.shards, &options.into, output),
    }
}
