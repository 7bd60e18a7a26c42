//! The signatures by topic.

mod attention;
mod graphs;
mod layers;
mod sequences;
mod theory;

pub(super) use attention::attention;
pub(super) use graphs::graphs;
pub(super) use layers::layers;
pub(super) use sequences::sequences;
pub(super) use theory::theory;
