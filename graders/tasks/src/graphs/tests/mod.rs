//! Right and wrong functions over graphs, and which properties tell them apart.

mod convolution;
pub(super) mod matrices;
