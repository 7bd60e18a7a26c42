//! What this kernel offers to hold a program back with.

/// From this version on Landlock has all that is asked of it.
pub const FULL_LANDLOCK: u32 = 6;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KernelSupport {
    /// The version of Landlock's interface; 0: none.
    pub landlock: u32,
    /// Whether system calls can be filtered.
    pub filter: bool,
}

/// What each version of Landlock brought, in words that fit behind `Landlock does not keep`.
const BROUGHT: [(u32, &str); 4] = [
    (3, "truncation of files"),
    (4, "TCP (rests on the system call filter alone)"),
    (5, "ioctl on devices (rests on the system call filter alone)"),
    (6, "signals and abstract sockets (rest on the system call filter alone)"),
];

const FILTER: &str = "system call filter";

impl KernelSupport {
    /// Asks the kernel.
    pub fn probe() -> Self {
        Self {
            landlock: landlock(),
            filter: filter(),
        }
    }

    /// What it gives, one thing each.
    pub(super) fn measures(self) -> impl Iterator<Item = String> {
        let landlock = (self.landlock > 0).then(|| format!("Landlock {}", self.landlock));
        landlock.into_iter().chain(self.filter.then(|| FILTER.to_owned()))
    }

    /// What a kernel with everything would give beyond that.
    pub fn missing(self) -> Vec<String> {
        let mut missing = Vec::new();
        if self.landlock == 0 {
            missing.push("Landlock".to_owned());
        } else {
            let lacking = BROUGHT.iter().filter(|(since, _)| self.landlock < *since);
            missing.extend(lacking.map(|(_, what)| format!("Landlock for {what}")));
        }
        if !self.filter {
            missing.push(FILTER.to_owned());
        }
        missing
    }
}

/// Asks for a ruleset that nobody wants made, which the kernel answers with a version.
fn landlock() -> u32 {
    const VERSION: libc::c_ulong = 1;
    // SAFETY: With this flag the kernel reads no memory of ours and makes nothing; the bindings ask the same and keep
    // the answer to themselves.
    #[expect(unsafe_code)]
    let version = unsafe {
        libc::syscall(
            libc::SYS_landlock_create_ruleset,
            std::ptr::null::<libc::c_void>(),
            0_usize,
            VERSION,
        )
    };
    u32::try_from(version).unwrap_or(0)
}

/// Whether the kernel knows filters and the action that ours answers with.
fn filter() -> bool {
    const GET_ACTION_AVAIL: libc::c_ulong = 2;
    let action: u32 = libc::SECCOMP_RET_ERRNO;
    // SAFETY: The kernel reads four bytes, which are there, and changes nothing.
    #[expect(unsafe_code)]
    let answer = unsafe { libc::syscall(libc::SYS_seccomp, GET_ACTION_AVAIL, 0, &raw const action) };
    answer == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_changes_nothing() {
        assert_eq!(KernelSupport::probe(), KernelSupport::probe());
    }
}
