//! Graphs: their matrices, and layers that pass messages along edges.

pub(crate) mod adjacency_matrix;
pub(crate) mod adjacency_power;
pub(crate) mod attention_as_gnn;
pub(crate) mod complete_graph;
mod convolution_inputs;
mod convolution_properties;
pub(crate) mod degree_matrix;
mod domain;
pub(crate) mod figure_6;
pub(crate) mod gnn_update;
pub(crate) mod graph_attention;
pub(crate) mod inputs;
pub(crate) mod inverted_degree_matrix;
pub(crate) mod laplacian;
pub(crate) mod matrix_graph_convolution;
pub(crate) mod message;
pub(crate) mod message_passing;
mod properties;
pub(crate) mod update;

#[cfg(test)]
mod tests;
