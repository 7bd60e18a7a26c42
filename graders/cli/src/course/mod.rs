//! What teaching staff use: what is handed out and packed, and points that people give.

pub(crate) mod by_hand;
pub(crate) mod gradescope;
pub(crate) mod release;
mod training;
