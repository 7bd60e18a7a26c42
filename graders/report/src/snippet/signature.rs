//! How a task's function is called in Rust: the facts about a signature that a snippet needs.
//!
//! In the texts of a signature, `{name}` stands for the argument of that name: the variable that holds a tensor, or the
//! value of a setting. `{name_as_kind}`, `{name_as_string}`, `{name_as_chars}`, `{name_as_integers}` and
//! `{name_as_padding}` stand for what an argument is in the function's own types.

/// A call in Rust.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signature {
    /// What is imported of the student's crate.
    pub(super) uses: &'static [&'static str],
    /// Lines that come before the call.
    pub(super) before: &'static [&'static str],
    /// Whether the weights are read by name: `weights` is then made of all tensors that `inputs` does not name.
    pub(super) weights: Option<Weights>,
    pub(super) call: &'static str,
    /// Whether the call returns a `Result`.
    pub(super) fallible: bool,
    /// What takes the result.
    pub(super) pattern: Option<&'static str>,
    /// The outputs by name, and each as a tensor made of what the pattern takes; an empty text where it is a tensor.
    pub(super) outputs: &'static [(&'static str, &'static str)],
}

/// Weights that are read by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Weights {
    /// The expression that reads them.
    pub(super) read: &'static str,
    /// The arguments that are no weights.
    pub(super) inputs: &'static [&'static str],
}

impl Signature {
    /// A function that takes what it is given and returns one tensor.
    pub(super) const fn plain(
        uses: &'static [&'static str],
        call: &'static str,
        outputs: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self {
            uses,
            before: &[],
            weights: None,
            call,
            fallible: false,
            pattern: None,
            outputs,
        }
    }

    /// The same, with lines before the call.
    pub(super) const fn after(self, before: &'static [&'static str]) -> Self {
        Self { before, ..self }
    }

    /// The same, with weights that are read by name.
    pub(super) const fn reading(self, read: &'static str, inputs: &'static [&'static str]) -> Self {
        Self {
            weights: Some(Weights { read, inputs }),
            ..self
        }
    }

    /// The same, with a result that may be an error.
    pub(super) const fn fallible(self) -> Self {
        Self { fallible: true, ..self }
    }

    /// The same, with a result that is taken apart.
    pub(super) const fn taking(self, pattern: &'static str) -> Self {
        Self {
            pattern: Some(pattern),
            ..self
        }
    }
}
