//! What this machine's shell or cluster allows, asked before anything is judged.

use super::constants::OWN_LIMITS;
use crate::failure::Failure;

/// An error that names the limit which is too low, and how to raise it.
pub(crate) fn require() -> Result<(), Failure> {
    sandbox::machine::require(OWN_LIMITS.memory_mib).map_err(|lack| {
        Failure::environment(lack).hint(format!(
            "raise it in the shell or the job that starts this: {}",
            lack.command()
        ))
    })
}
