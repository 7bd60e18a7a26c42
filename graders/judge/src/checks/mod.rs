//! The checks: how each is made, and what a failure of it is.

pub mod assertions;
pub mod derived;
pub mod differential;
pub mod golden;
pub mod harness;
pub(crate) mod observe;
pub mod probe;
pub mod property;
pub mod purity;
