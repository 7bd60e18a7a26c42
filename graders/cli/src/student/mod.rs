//! What students use: grading a submission, once or at every save, a crate to begin with, and words about a task.

pub(crate) mod completions;
pub(crate) mod explain;
pub(crate) mod grade;
pub(crate) mod init;
mod late_days;
mod reports;
mod stream;
pub(crate) mod watch;
