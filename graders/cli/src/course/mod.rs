//! What teaching staff use: what is handed out and packed, points that people give, and a whole class.

pub(crate) mod by_hand;
pub(crate) mod class;
pub(crate) mod gradescope;
pub(crate) mod release;
mod training;
