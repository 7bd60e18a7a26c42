//! What the engine is made for, and what it grants to code of ours.

use judge::contract::limits::Limits;

/// The libtorch that this program is made for.
pub(crate) const LIBTORCH_VERSION: &str = "2.11.0";

/// Limits of a reference that answers for parts or makes goldens: generous, since it is ours.
pub(crate) const OWN_LIMITS: Limits = Limits {
    cpu_seconds: 60.0,
    memory_mib: 8192,
    timeouts_per_task: 1,
    compile_seconds: Limits::COMPILE_SECONDS,
};
