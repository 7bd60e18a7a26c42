//! A call and what it gave.

use wire::Tensors;

use crate::contract::subject::Call;

/// A call and what it gave, where it gave something.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchange {
    pub call: Call,
    /// What it gave.
    pub returned: Option<Returned>,
    /// What is invalid about its input, where it has to be refused.
    pub invalid: Option<String>,
}

/// What a successful call gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// The outputs by name.
    pub outputs: Tensors,
    /// The arguments after the call, where they were asked for.
    pub arguments: Tensors,
    /// The gradients by argument, where they were asked for.
    pub gradients: Tensors,
}
