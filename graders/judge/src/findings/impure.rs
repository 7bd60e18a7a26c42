//! A call that changed its arguments, or that does not depend on them alone.

use serde::{Deserialize, Serialize};

use crate::compare::Mismatch;

/// A call that changed its arguments, or that does not depend on them alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Impure {
    /// The function changed one of its arguments.
    ArgumentModified {
        /// The argument's name.
        argument: String,
    },
    /// The function switched off the gradients of one of its arguments.
    GradientSwitchedOff {
        /// The argument's name.
        argument: String,
    },
    /// Two equal calls gave different outputs.
    NotDeterministic {
        /// The output's name.
        output: String,
        /// How they differ.
        mismatch: Mismatch,
    },
    /// An output depends on calls made before.
    OrderDependent {
        /// The output's name.
        output: String,
        /// How it differs.
        mismatch: Mismatch,
    },
}
