//! The next token from logits.

pub(crate) mod greedy;
pub(crate) mod inputs;
pub(crate) mod nucleus;
pub(crate) mod sample_top_p;

#[cfg(test)]
mod tests;
