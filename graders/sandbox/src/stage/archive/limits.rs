//! How large an archive may be, and what is in it.

use crate::stage::tree::MAX_ALL;

/// What an archive may be large.
pub(super) const MAX_PACKED: u64 = 16 << 20;
/// What all its files may be large together.
pub(super) const MAX_UNPACKED: u64 = MAX_ALL;
/// How many times larger than packed something may become; sources become five times larger, zeros a thousand times.
pub(super) const MAX_RATIO: u64 = 100;
/// What is no bomb, however well it was packed.
const HARMLESS: u64 = 1 << 20;

/// What so many bytes may become.
pub(super) fn most(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).max(HARMLESS)
}
