//! Naming a mistake: what a submission does with the golden cases, compared with what known mistakes do.
//!
//! The behaviours of the corpus's wrong submissions are stored beside the goldens as fingerprints. A mistake is named where
//! a submission does the same on every case: wrong in the same way where the mistake is wrong, and right where it is
//! right. Mistakes that no case tells apart are given together, as far as the other checks do not rule one out
//! (`ruling`). Two mistakes at once are named where each shows in a case in which the other is right (`pairs`).

pub mod area;
pub mod behaviour;
pub mod fingerprint;
pub mod library;
pub mod mistake_match;
mod pairs;
mod ruling;

pub use mistake_match::{MistakeMatch, are_alike, mistake_matches};
pub use pairs::pairs;
pub use ruling::not_ruled_out;

#[cfg(test)]
mod tests;
