//! What the authors of tasks use: files made from the reference, and the grader graded.

pub(crate) mod calibrate;
pub(crate) mod corpus;
pub(crate) mod mutate;
pub(crate) mod new_task;
pub(crate) mod regen;
pub(crate) mod self_test;
pub(crate) mod template;
mod variant;
