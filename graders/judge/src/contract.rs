//! What is known of a task's function beside its golden cases: what its arguments may be, and how its outputs depend on
//! them. The checks of `derived` come from it.

use wire::Tensors;

use crate::scenario::{Scenario, Sizes};

/// What a function takes and promises.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// The outputs through which gradients flow, to every argument of floats that they depend on.
    pub smooth: &'static [&'static str],
    /// The arguments that are valid, in ways that differ in more than values.
    pub domain: &'static [Domain],
}

impl Contract {
    /// A contract that says nothing.
    pub const BLANK: Self = Self {
        smooth: &[],
        domain: &[],
    };
}

/// One way in which arguments can be valid: sizes with bounds, and what follows from them.
#[derive(Debug, Clone, Copy)]
pub struct Domain {
    /// Its name, unique in the task: what is special about it, in a few words.
    pub name: &'static str,
    /// The sizes, each from the smallest that is valid to one that is large for this function.
    pub sizes: Sizes,
    /// The arguments of one case.
    pub arguments: fn(&Scenario) -> Tensors,
}
