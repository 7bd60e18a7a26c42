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

mod additive_attention;
mod additive_attention_laws;
mod char_tokenizer;
mod decoder_block;
mod decoder_block_dropout;
mod decoder_block_laws;
mod flash_attention;
mod flash_attention_laws;
mod generate;
mod generate_laws;
mod gpt_forward;
mod gpt_forward_dropout;
mod gpt_forward_laws;
mod transformer_inputs;
mod transformer_plain;

mod adjacency_matrix;
mod adjacency_power;
mod degree_matrix;
mod figure_6;
mod graph_attention;
mod graph_attention_gradient;
mod graph_attention_inputs;
mod graph_attention_laws;
mod graph_convolution_inputs;
mod graph_convolution_laws;
mod graph_inputs;
mod graph_laws;
mod inverted_degree_matrix;
mod laplacian;
mod matrix_graph_convolution;
mod message;
mod update;

mod accuracy_per_angle;
mod accuracy_per_angle_laws;
mod border_experiment;
mod conv_net;
mod conv_net_laws;
mod convolution_plain;
mod convolve2d;
mod convolve2d_laws;
mod rotation_plain;

mod train_gpt;
mod train_graph;
mod training;

mod and_neuron;
mod attention_as_gnn;
mod attention_graph_inputs;
mod beam_plain;
mod beam_search;
mod beam_search_laws;
mod complete_graph;
mod gnn_update;
mod hidden_state;
mod long_run;
mod lstm_parity;
mod or_neuron;
mod spectral_inputs;
mod spectral_radius;
mod thresholds;
mod xor_network;
mod xor_neuron;

mod decoder_mask;
mod embedding;
mod encoder_decoder;
mod encoder_decoder_laws;
mod encoder_mask;
mod generate_sequence;
mod generic_self_attention;
mod generic_self_attention_laws;
mod generic_transformer;
mod generic_transformer_laws;
mod prefix_generate;
mod sequence_generation_inputs;
mod sequence_generation_laws;
mod sequence_inputs;
mod sequence_loss;
mod sequence_mask_laws;
mod sequence_padding;
mod sequence_plain;

pub(crate) use sequence_padding::nan_in_padding;

#[cfg(test)]
mod accuracy_per_angle_tests;
#[cfg(test)]
mod attention_testing;
#[cfg(test)]
mod causal_self_attention_tests;
#[cfg(test)]
mod convolution_tests;
#[cfg(test)]
mod graph_attention_tests;
#[cfg(test)]
mod graph_convolution_tests;
#[cfg(test)]
mod graph_tests;
#[cfg(test)]
mod sample_top_p_tests;
#[cfg(test)]
mod sampling_tests;
#[cfg(test)]
mod scaled_dot_product_attention_tests;
#[cfg(test)]
mod sequence_testing;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod transformer_testing;

#[cfg(test)]
mod beam_tests;
#[cfg(test)]
mod recurrence_tests;
#[cfg(test)]
mod theory_tests;

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
    &flash_attention::TASK,
    &decoder_block::TASK,
    &gpt_forward::TASK,
    &generate::TASK,
    &additive_attention::TASK,
    &char_tokenizer::TASK,
    &figure_6::TASK,
    &adjacency_matrix::TASK,
    &adjacency_power::TASK,
    &laplacian::TASK,
    &message::TASK,
    &update::TASK,
    &degree_matrix::TASK,
    &inverted_degree_matrix::TASK,
    &matrix_graph_convolution::TASK,
    &graph_attention::TASK,
    &convolve2d::TASK,
    &conv_net::TASK,
    &border_experiment::TASK,
    &accuracy_per_angle::TASK,
    &train_gpt::TASK,
    &train_graph::TASK,
    &and_neuron::TASK,
    &or_neuron::TASK,
    &xor_neuron::TASK,
    &xor_network::TASK,
    &lstm_parity::TASK,
    &beam_search::TASK,
    &spectral_radius::TASK,
    &hidden_state::TASK,
    &long_run::TASK,
    &complete_graph::TASK,
    &gnn_update::TASK,
    &attention_as_gnn::TASK,
    &embedding::TASK,
    &generic_self_attention::TASK,
    &encoder_mask::TASK,
    &decoder_mask::TASK,
    &generic_transformer::TASK,
    &encoder_decoder::TASK,
    &sequence_loss::TASK,
    &generate_sequence::TASK,
    &prefix_generate::TASK,
];

/// The task with this id.
pub fn find(id: &str) -> Option<&'static Task> {
    ALL.iter().copied().find(|task| task.id == id)
}
