//! Every adapter over the template, as an ordinary program: so that formatter, lints and compiler see them. What runs a
//! submission is built from the same files by `sandbox::build`, with a list of the tasks that were asked for.

use std::process::ExitCode;

mod accuracy_per_angle;
mod additive_attention;
mod adjacency_matrix;
mod adjacency_power;
mod border_experiment;
mod causal_mask;
mod causal_self_attention;
mod char_tokenizer;
mod conv_net;
mod convolve2d;
mod decoder_block;
mod decoder_mask;
mod degree_matrix;
mod embedding;
mod encoder_decoder;
mod encoder_mask;
mod figure_6;
mod flash_attention;
mod generate;
mod generate_sequence;
mod generic_self_attention;
mod generic_transformer;
mod gpt_forward;
mod graph_attention;
mod greedy;
mod inverted_degree_matrix;
mod laplacian;
mod matrix_graph_convolution;
mod merge_heads;
mod message;
mod nucleus;
mod prefix_generate;
mod rms_norm;
mod rotary_embedding;
mod sample_top_p;
mod scaled_dot_product_attention;
mod sequence_loss;
mod split_heads;
mod train_gpt;
mod train_graph;
mod update;

mod and_neuron;
mod attention_as_gnn;
mod beam_search;
mod complete_graph;
mod gnn_update;
mod hidden_state;
mod long_run;
mod lstm_parity;
mod or_neuron;
mod spectral_radius;
mod xor_network;
mod xor_neuron;

const ADAPTERS: &[worker::Adapter] = &[
    accuracy_per_angle::ADAPTER,
    additive_attention::ADAPTER,
    adjacency_matrix::ADAPTER,
    adjacency_power::ADAPTER,
    border_experiment::ADAPTER,
    causal_mask::ADAPTER,
    causal_self_attention::ADAPTER,
    char_tokenizer::ADAPTER,
    conv_net::ADAPTER,
    convolve2d::ADAPTER,
    decoder_block::ADAPTER,
    decoder_mask::ADAPTER,
    degree_matrix::ADAPTER,
    embedding::ADAPTER,
    encoder_decoder::ADAPTER,
    encoder_mask::ADAPTER,
    figure_6::ADAPTER,
    flash_attention::ADAPTER,
    generate::ADAPTER,
    generate_sequence::ADAPTER,
    generic_self_attention::ADAPTER,
    generic_transformer::ADAPTER,
    gpt_forward::ADAPTER,
    graph_attention::ADAPTER,
    greedy::ADAPTER,
    inverted_degree_matrix::ADAPTER,
    laplacian::ADAPTER,
    matrix_graph_convolution::ADAPTER,
    merge_heads::ADAPTER,
    message::ADAPTER,
    nucleus::ADAPTER,
    prefix_generate::ADAPTER,
    rms_norm::ADAPTER,
    rotary_embedding::ADAPTER,
    sample_top_p::ADAPTER,
    scaled_dot_product_attention::ADAPTER,
    sequence_loss::ADAPTER,
    split_heads::ADAPTER,
    train_gpt::ADAPTER,
    train_graph::ADAPTER,
    update::ADAPTER,
    and_neuron::ADAPTER,
    or_neuron::ADAPTER,
    xor_neuron::ADAPTER,
    xor_network::ADAPTER,
    lstm_parity::ADAPTER,
    beam_search::ADAPTER,
    spectral_radius::ADAPTER,
    hidden_state::ADAPTER,
    long_run::ADAPTER,
    complete_graph::ADAPTER,
    gnn_update::ADAPTER,
    attention_as_gnn::ADAPTER,
];

fn main() -> ExitCode {
    worker::serve(ADAPTERS, student::parts::install)
}
