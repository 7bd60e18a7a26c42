//! Grading a submission: which tasks in which order, the checks of each, and what they are worth.

pub mod assignment;
pub mod judgement;
pub mod points;
pub mod schedule;
