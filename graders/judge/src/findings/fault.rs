//! What goes wrong on our side.

/// A fault of this grader: never charged to a submission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(pub String);
