//! Encoder and decoder over padded sequences.

pub(crate) mod decoder_mask;
pub(crate) mod embedding;
pub(crate) mod encoder_decoder;
pub(crate) mod encoder_mask;
pub(crate) mod generate_sequence;
mod generation_domain;
pub(crate) mod generation_inputs;
mod generation_properties;
pub(crate) mod generic_self_attention;
pub(crate) mod generic_transformer;
pub(crate) mod inputs;
mod mask_properties;
pub(crate) mod oracle;
mod padding;
pub(crate) mod prefix_generate;
pub(crate) mod sequence_loss;
