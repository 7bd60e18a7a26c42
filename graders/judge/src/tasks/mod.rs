//! The tasks, one per file, in the order of the documents.

use crate::task::Task;

mod rms_norm;

mod attention_inputs;
mod attention_layer;
mod causal_mask;
mod causal_self_attention;
mod causal_self_attention_dropout;
mod causal_self_attention_laws;
mod merge_heads;
mod rotary_embedding;
mod rotary_embedding_laws;
mod scaled_dot_product_attention;
mod scaled_dot_product_attention_laws;
mod split_heads;

mod greedy;
mod nucleus;
mod nucleus_laws;
mod sample_top_p;
mod sample_top_p_laws;
mod sampling_inputs;

mod adjacency_matrix;
mod degree_matrix;
mod graph_attention;
mod graph_attention_gradient;
mod graph_attention_inputs;
mod graph_attention_laws;
mod graph_inputs;
mod graph_laws;
mod inverted_degree_matrix;

#[cfg(test)]
mod attention_testing;
#[cfg(test)]
mod causal_self_attention_tests;
#[cfg(test)]
mod graph_attention_tests;
#[cfg(test)]
mod graph_tests;
#[cfg(test)]
mod sample_top_p_tests;
#[cfg(test)]
mod sampling_tests;
#[cfg(test)]
mod scaled_dot_product_attention_tests;
#[cfg(test)]
mod testing;

/// All tasks.
pub static ALL: &[&Task] = &[
    &rms_norm::TASK,
    &causal_mask::TASK,
    &scaled_dot_product_attention::TASK,
    &split_heads::TASK,
    &merge_heads::TASK,
    &causal_self_attention::TASK,
    &rotary_embedding::TASK,
    &greedy::TASK,
    &nucleus::TASK,
    &sample_top_p::TASK,
    &adjacency_matrix::TASK,
    &degree_matrix::TASK,
    &inverted_degree_matrix::TASK,
    &graph_attention::TASK,
];

/// The task with this id.
pub fn find(id: &str) -> Option<&'static Task> {
    ALL.iter().copied().find(|task| task.id == id)
}
