//! A class: where submissions lie and whose they are, one file with all gradings, and what a course makes of them.
//!
//! Nothing here starts a process or judges: the program `grade` does, and puts what came of it into the file.

pub mod comparison;
pub mod database;
pub mod export;
pub mod feedback;
pub mod layout;
mod lock;
pub mod outcome;
pub mod page;
mod roster;
pub mod shard;
pub mod similarity;
pub mod standing;
pub mod summary;
#[cfg(test)]
mod testing;
mod trouble;

pub use lock::Lock;
pub use roster::{Extension, Match, Roster, Student};
pub use trouble::{Kind, Trouble};
