//! Neurons by hand, search in a tree, recurrences.

pub(crate) mod and_neuron;
pub(crate) mod beam_search;
pub(crate) mod hidden_state;
pub(crate) mod long_run;
pub(crate) mod lstm_parity;
pub(crate) mod or_neuron;
mod spectral;
pub(crate) mod spectral_radius;
mod thresholds;
pub(crate) mod xor_network;
pub(crate) mod xor_neuron;

#[cfg(test)]
mod tests;
