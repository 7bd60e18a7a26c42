//! The tasks, one per file, in the order of the documents.

use crate::task::Task;

mod rms_norm;
#[cfg(test)]
mod testing;

/// All tasks.
pub static ALL: &[&Task] = &[&rms_norm::TASK];

/// The task with this id.
pub fn find(id: &str) -> Option<&'static Task> {
    ALL.iter().copied().find(|task| task.id == id)
}
