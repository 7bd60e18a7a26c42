//! What several crates do with files. It knows nothing of grading.
//!
//! - `whole`: a file or a folder appears under its name whole or not at all, however many write it at a time
//! - `copy`: a folder laid over another one
//! - `oldest`: the oldest files of a folder make room
//! - `hash`: SHA-256 in hexadecimal

mod copy;
mod hash;
mod oldest;
mod whole;

pub use copy::{lay_over, write_all};
pub use hash::{hex, sha256};
pub use oldest::forget_oldest;
pub use whole::{beside, copy, write, write_folder};
