//! What it takes to see a finding again outside of the grader: the calls with their arguments, and what they claim.
//!
//! Facts only; the `report` crate makes Rust of them. A finding that no plain test can show has none: what does not
//! compile, what is forbidden, a training, an answer that is tried out (it comes with its table), and whatever is
//! hidden.

mod golden;
pub mod model;
mod property;
mod relation;
mod replay;

pub(crate) use golden::{of_case, of_purity};
pub use model::{Claim, Element, Place, Quantity, Relation, Reproduction, Step, Sum};
pub(crate) use property::{by_reference, of_property};
