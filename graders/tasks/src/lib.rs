//! The tasks, by topic: what is asked, golden cases, properties, trainings.
//!
//! A task is plain data and plain functions over the engine in `judge`, which knows none of them.

use judge::contract::Task;

mod attention;
mod convolution;
mod data;
mod graphs;
mod phrase;
mod sampling;
mod sequences;
mod theory;
mod training;
mod transformer;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

/// All tasks.
pub static ALL: &[&Task] = &[
    &transformer::rms_norm::TASK,
    &attention::causal_mask::TASK,
    &attention::scaled_dot_product_attention::TASK,
    &attention::split_heads::TASK,
    &attention::merge_heads::TASK,
    &attention::causal_self_attention::TASK,
    &attention::rotary_embedding::TASK,
    &sampling::greedy::TASK,
    &sampling::nucleus::TASK,
    &sampling::sample_top_p::TASK,
    &attention::flash_attention::TASK,
    &transformer::decoder_block::TASK,
    &transformer::gpt_forward::TASK,
    &transformer::generate::TASK,
    &attention::additive_attention::TASK,
    &transformer::char_tokenizer::TASK,
    &graphs::figure_6::TASK,
    &graphs::adjacency_matrix::TASK,
    &graphs::adjacency_power::TASK,
    &graphs::laplacian::TASK,
    &graphs::message::TASK,
    &graphs::update::TASK,
    &graphs::degree_matrix::TASK,
    &graphs::inverted_degree_matrix::TASK,
    &graphs::matrix_graph_convolution::TASK,
    &graphs::graph_attention::TASK,
    &convolution::convolve2d::TASK,
    &convolution::conv_net::TASK,
    &training::border_experiment::TASK,
    &convolution::accuracy_per_angle::TASK,
    &training::train_gpt::TASK,
    &training::train_graph::TASK,
    &theory::and_neuron::TASK,
    &theory::or_neuron::TASK,
    &theory::xor_neuron::TASK,
    &theory::xor_network::TASK,
    &theory::lstm_parity::TASK,
    &theory::beam_search::TASK,
    &theory::spectral_radius::TASK,
    &theory::hidden_state::TASK,
    &theory::long_run::TASK,
    &graphs::complete_graph::TASK,
    &graphs::gnn_update::TASK,
    &graphs::attention_as_gnn::TASK,
    &sequences::embedding::TASK,
    &sequences::generic_self_attention::TASK,
    &sequences::encoder_mask::TASK,
    &sequences::decoder_mask::TASK,
    &sequences::generic_transformer::TASK,
    &sequences::encoder_decoder::TASK,
    &sequences::sequence_loss::TASK,
    &sequences::generate_sequence::TASK,
    &sequences::prefix_generate::TASK,
];

/// The task with this id.
pub fn find(id: &str) -> Option<&'static Task> {
    ALL.iter().copied().find(|task| task.id == id)
}
