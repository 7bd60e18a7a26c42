//! What is known of a task's function beside its golden cases: what its arguments may be, and how its outputs depend on
//! them. The checks of `derived` come from it.

use wire::Tensors;

use crate::contract::scenario::{Scenario, Sizes};

/// What a function takes and promises.
#[derive(Debug, Clone, Copy)]
pub struct Contract {
    /// The outputs through which gradients flow, to every argument of floats that they depend on.
    pub smooth: &'static [&'static str],
    /// Outputs that are data, such as counts: nobody differentiates them, though the reference's have a gradient.
    pub data: &'static [&'static str],
    /// Arguments of floats whose values have bounds, such as probabilities. All others may have any size.
    pub bounded: &'static [&'static str],
    /// The arguments of which the values that are normalised consist: multiplied by a number, these are multiplied by it.
    pub normalised: &'static [&'static str],
    /// The dropout rates of a function that drops values where `train` is set: real numbers from 0 to 1.
    pub rates: &'static [&'static str],
    /// The arguments on which the function is tried, in ways that differ in more than values.
    pub domain: &'static [Domain],
}

impl Contract {
    /// A contract that says nothing.
    pub const BLANK: Self = Self {
        smooth: &[],
        data: &[],
        bounded: &[],
        normalised: &[],
        rates: &[],
        domain: &[],
    };
}

/// One kind of arguments: sizes with bounds, and what follows from them. Where it includes sizes that are just outside
/// of what is valid, the reference refuses them, and so must everybody.
#[derive(Debug, Clone, Copy)]
pub struct Domain {
    /// Its name, unique in the task: what is special about it, in a few words.
    pub name: &'static str,
    /// The sizes, each from its smallest to one that is large for this function.
    pub sizes: Sizes,
    /// The arguments of one case; floats in f32 are given in f64.
    pub arguments: fn(&Scenario) -> Tensors,
}
