//! Programs that hold many variants of the reference, of which each process is one: mutants, and submissions of the corpus.

use wire::VARIANT;

/// What is called to choose; its name is nobody else's.
pub(crate) const CHOOSER: &str = "variant_of_many";

/// The function that says which variant this process is; 0 where it is none.
pub(crate) fn chooser() -> String {
    format!(
        "\nfn {CHOOSER}() -> u32 {{\n    \
         std::env::var(\"{VARIANT}\").ok().and_then(|number| number.parse().ok()).unwrap_or(0)\n}}\n"
    )
}
