//! Grading a submission: which tasks in which order, the checks of each, and what they are worth.

pub mod assignment;
pub mod check_names;
pub mod judgement;
pub mod parts;
pub mod points;
pub mod schedule;
