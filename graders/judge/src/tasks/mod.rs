//! The tasks, one per file, in the order of the documents.

use crate::task::Task;

mod rms_norm;

mod attention_inputs;
mod causal_mask;
mod merge_heads;
mod rotary_embedding;
mod rotary_embedding_laws;
mod split_heads;

#[cfg(test)]
mod testing;

/// All tasks.
pub static ALL: &[&Task] = &[
    &rms_norm::TASK,
    &causal_mask::TASK,
    &split_heads::TASK,
    &merge_heads::TASK,
    &rotary_embedding::TASK,
];

/// The task with this id.
pub fn find(id: &str) -> Option<&'static Task> {
    ALL.iter().copied().find(|task| task.id == id)
}
