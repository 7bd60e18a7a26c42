//! The judge: what a task is, by which checks a submission is graded, and what it is worth. It knows no task.
//!
//! Nothing here links libtorch, starts a process or prints. Facts (what a call gave), findings (what is wrong with it),
//! verdicts (what that means) and points are kept apart, each step a pure function of the one before.
//!
//! - `contract`: what a task is, what is asked of a submission and what it answers
//! - `compare`: outputs against what they should be, and the patterns in which they differ
//! - `findings`: what is wrong, and the verdict that it stands for
//! - `fixtures`: what is stored: golden cases, tolerances, fingerprints
//! - `checks`: golden cases, properties, purity, fresh inputs, trainings
//! - `goldens`: making golden cases, and answers without understanding that they must not accept
//! - `diagnosis`, `reproduction`: which known mistake it is, and what it takes to see it again
//! - `grading`: assignments, the way through all tasks, points

pub mod checks;
pub mod compare;
pub mod contract;
pub mod diagnosis;
pub mod findings;
pub mod fixtures;
pub mod goldens;
pub mod grading;
pub mod reproduction;
