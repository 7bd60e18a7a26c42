//! Reference solutions of the assignments: readable deep learning on libtorch, one topic per file.
//!
//! The crate is an ordinary submission: it is staged, built and graded like a student's, and must get full marks.
//! What stands between `// solution:begin` and `// solution:end` is cut out to make the template.

pub mod sequence_types;
pub mod types;

pub mod parts;

pub mod additive_attention;
pub mod attention;
pub mod conv_net;
pub mod conv_training;
pub mod convolution;
pub mod encoder_decoder;
pub mod figure_6;
pub mod flash_attention;
pub mod generation;
pub mod gpt_training;
pub mod graph;
pub mod graph_algebra;
pub mod graph_attention;
pub mod graph_convolution;
pub mod graph_training;
pub mod normalization;
pub mod rotary;
pub mod rotation;
pub mod sampling;
pub mod sequence_attention;
pub mod sequence_embedding;
pub mod sequence_generation;
pub mod sequence_masks;
pub mod sequence_transformer;
pub mod tokenizer;
pub mod transformer;

pub mod attention_graph;
pub mod beam_search;
pub mod hidden_states;
pub mod neurons;
pub mod parity_lstm;
