//! What a shell or a cluster may have limited for this process and all that it starts, and what grading needs of it.

use std::fmt;
use std::io;
use std::path::Path;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Open files of the judge, and of a compiler that links.
const DESCRIPTORS: u64 = 256;
/// Bytes of a file: the program that is built.
const FILE_SIZE: u64 = 64 << 20;
/// CPU seconds of a process: more than any call may use.
const CPU_SECONDS: u64 = 120;

/// A limit that is too low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lack {
    /// The option of `ulimit` that sets it.
    pub option: char,
    /// What it is about.
    what: &'static str,
    /// Its unit in `ulimit`, in bytes or seconds.
    unit: u64,
    have: u64,
    need: u64,
}

impl fmt::Display for Lack {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the limit on {} is {} (`ulimit -{}`), and grading needs {}",
            self.what,
            self.have / self.unit,
            self.option,
            self.need / self.unit
        )
    }
}

impl Lack {
    /// The command that fixes it.
    pub fn command(&self) -> String {
        format!("ulimit -{} {}", self.option, self.need / self.unit)
    }
}

/// Raises the soft limits of this process as far as that is allowed, and finds the first that is too low even then.
/// `memory_mib`: the address space that a process of a submission gets.
pub fn require(memory_mib: u64) -> Result<(), Lack> {
    let needs = [
        (Resource::Nofile, 'n', "open files", 1, DESCRIPTORS),
        (Resource::As, 'v', "address space in KiB", 1 << 10, memory_mib << 20),
        (Resource::Fsize, 'f', "the size of a file in KiB", 1 << 10, FILE_SIZE),
        (Resource::Cpu, 't', "CPU seconds", 1, CPU_SECONDS),
    ];
    for (resource, option, what, unit, need) in needs {
        let have = raised(resource);
        if have < need {
            return Err(Lack {
                option,
                what,
                unit,
                have,
                need,
            });
        }
    }
    Ok(())
}

/// The hard limit, which the soft one is raised to.
fn raised(resource: Resource) -> u64 {
    let Rlimit { current, maximum } = getrlimit(resource);
    if current != maximum {
        // What cannot be raised is found below.
        let _ = setrlimit(
            resource,
            Rlimit {
                current: maximum,
                maximum,
            },
        );
    }
    getrlimit(resource).current.unwrap_or(u64::MAX)
}

/// What a folder offers to who builds and starts programs there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that may still be written.
    pub free: u64,
    /// Whether a program there can be started.
    pub executes: bool,
}

impl Space {
    /// Of the file system that holds a folder.
    pub fn of(folder: &Path) -> io::Result<Self> {
        let found = rustix::fs::statvfs(folder)?;
        Ok(Self {
            free: found.f_bavail.saturating_mul(found.f_frsize),
            executes: !found.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_limit_that_is_too_low_is_named_with_the_command_that_mends_it() {
        let lack = Lack {
            option: 'v',
            what: "address space in KiB",
            unit: 1 << 10,
            have: 1 << 30,
            need: 8192 << 20,
        };
        assert_eq!(
            lack.to_string(),
            "the limit on address space in KiB is 1048576 (`ulimit -v`), and grading needs 8388608"
        );
        assert_eq!(lack.command(), "ulimit -v 8388608");
        assert_eq!(require(1), Ok(()));
    }

    #[test]
    fn a_folder_says_how_much_room_it_has_and_whether_programs_start_there() {
        assert!(Space::of(Path::new("/")).unwrap().executes);
        assert!(Space::of(Path::new("/no/such/folder")).is_err());
    }
}
