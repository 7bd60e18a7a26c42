//! What is about this machine: its libraries, its sandbox, what grading costs on it.

pub(crate) mod bench;
pub(crate) mod doctor;
pub(crate) mod prepare;
