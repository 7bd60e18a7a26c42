//! Starting a program so that nothing of it survives.
//!
//! The grader executes itself again as a *launcher*, a small process with a single thread between judge and program. It
//! sets limits, starts the program, and stays until program and all descendants are gone, however the judge ends. The
//! two halves talk over a socket, the *lifeline*, which is the launcher's standard input: when the judge dies, even by
//! SIGKILL, the kernel closes the lifeline, and the launcher kills everything. (A parent-death signal on the launcher
//! would do harm: it would die and leave the program's descendants behind.)

mod capture;
mod descendants;
mod launcher;
mod live;
mod policy;
mod running;
mod tool;

use std::process::Command;

pub(crate) use capture::Words;
pub use capture::{Capture, Captured};
pub use launcher::launcher_main;
pub use live::end_all;
pub use policy::{LaunchPolicy, Resources};
pub use running::{Finished, LaunchError, Launcher, Running};
pub use tool::{ToolOutput, run_tool};

/// The first argument that makes the grader a launcher; the second is the policy.
pub const SUBCOMMAND: &str = "__launch";

/// The one place where a process is started.
#[expect(
    clippy::disallowed_methods,
    reason = "every process of the grader is started by this crate, from here"
)]
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}
