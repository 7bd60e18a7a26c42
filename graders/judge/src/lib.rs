//! The judge: what a task is, by which checks a submission is graded, and what it is worth. It knows no task.
//!
//! Nothing here links libtorch, starts a process or prints. Facts (what a call gave), findings (what is wrong with it),
//! verdicts (what that means) and points are kept apart, each step a pure function of the one before.

pub mod answer;
pub mod arguments;
pub mod assignment;
pub mod compare;
pub mod diagnosis;
pub mod differential;
pub mod finding;
pub mod fixtures;
pub mod forbidden;
pub mod golden;
#[cfg(test)]
mod golden_tests;
pub mod hygiene;
pub mod impostor;
pub mod judgement;
pub mod law;
pub mod making;
pub mod pattern;
pub mod points;
pub mod probe;
pub mod random;
pub mod reproduction;
pub mod scenario;
pub mod schedule;
pub mod subject;
pub mod task;
pub mod tolerance;
pub mod trainer;
pub mod trial;
pub mod verdict;
pub mod window;
