//! The signatures by topic.

mod attention;
mod graphs;
mod layers;
mod sequences;
mod theory;

use judge::reproduction::Step;

use super::signature::Signature;

/// The signature of the function that a step calls; `None` where no test of a few lines can call it.
pub(super) fn of(step: &Step) -> Option<Signature> {
    attention::attention(step)
        .or_else(|| layers::layers(step))
        .or_else(|| graphs::graphs(step))
        .or_else(|| sequences::sequences(step))
        .or_else(|| theory::theory(step))
}
