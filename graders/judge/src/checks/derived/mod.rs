//! Checks that every task has by what it is, without a line of its own: they follow from its contract, its golden cases and
//! the reference.
//!
//! What is tried first is the same for every seed, so that no verdict hangs on luck; what is tried after it is drawn.

mod derivative;
mod differentiated;
pub mod domain;
pub mod dropout;
pub mod gradient;
pub mod layout;
pub mod model;
mod points;

use crate::contract::Task;

pub use model::{Derived, Failure, Known, Material, Run};

/// All of them, in the order in which they are made.
pub const ALL: &[Derived] = &[domain::CHECK, gradient::CHECK, layout::CHECK, dropout::CHECK];

/// Those that a task has.
pub fn of(task: &Task) -> impl Iterator<Item = &'static Derived> {
    ALL.iter().filter(move |check| (check.applies)(task))
}
