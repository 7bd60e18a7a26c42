//! What this machine is, what it carries, and what has been spent on it.

use std::fs;
use std::num::NonZeroUsize;
use std::thread;

use class::Lock;
use sandbox::spent::CpuSeconds;
use tempfile::TempDir;

use crate::failure::Failure;
use crate::temporary;

/// MiB of memory for one submission at work: its compiler, its workers, and the grader's share.
const MEMORY_OF_ONE: u64 = 2048;

/// How many submissions are graded at once: as many as were asked for, otherwise as cores and free memory allow.
pub(super) fn jobs(asked: Option<NonZeroUsize>) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let carried = free_memory().map_or(cores, |free| usize::try_from(free / MEMORY_OF_ONE).unwrap_or(cores));
    asked.map_or(cores.min(carried).max(1), usize::from)
}

/// MiB of memory that are free.
fn free_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes >> 10)
}

/// CPU seconds of this program and of all that it has started and seen end.
pub(super) fn cpu_seconds() -> f64 {
    CpuSeconds::now().all()
}

/// The machine's name.
pub(super) fn name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    report::clean(name.trim())
}

/// How others read who holds a file.
pub(super) fn holder() -> String {
    format!("process {} on {}", std::process::id(), name())
}

/// A place to work in, noted in the lock; what a run that was killed has left is removed.
pub(super) fn ground(lock: &mut Lock) -> Result<TempDir, Failure> {
    if let Some(left) = lock.left() {
        temporary::remove_gathered(left);
    }
    let ground = temporary::gather()?;
    lock.works_in(ground.path())?;
    Ok(ground)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_at_once_as_were_asked_for_and_at_least_one() {
        assert_eq!(jobs(NonZeroUsize::new(7)), 7);
        assert!(jobs(None) >= 1);
    }
}
