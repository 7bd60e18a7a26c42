//! System calls that a child gives up before a submission's code runs in it, beyond those that the launcher has taken
//! from the whole worker: what the fork server needs, a submission does not. On CUDA nothing is filtered, and libraries
//! go on opening files.

use std::collections::BTreeMap;
use std::io;

use rustix::thread::SecureComputingMode;
use seccompiler::{
    BackendError, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch,
};

/// Processes, descriptors that come with a message, filters.
const GIVEN_UP: [libc::c_long; 9] = [
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_wait4,
    libc::SYS_waitid,
    libc::SYS_pidfd_open,
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_unshare,
    libc::SYS_seccomp,
];

/// Whatever takes a path. All libraries are loaded by now and have looked at the machine, so a submission computes without
/// any: it cannot even learn which files there are, of which size and how old, which Landlock tells everybody.
const PATHS: [libc::c_long; 8] = [
    libc::SYS_openat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
];

/// Older forms of some of these.
#[cfg(target_arch = "x86_64")]
const PATHS_HERE: &[libc::c_long] = &[
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
];
#[cfg(not(target_arch = "x86_64"))]
const PATHS_HERE: &[libc::c_long] = &[];

/// What a child may still set about itself: names.
const SETTINGS: [libc::c_int; 3] = [libc::PR_SET_NAME, libc::PR_GET_NAME, libc::PR_SET_VMA];

/// Gives them up for good, for this process and all threads that it will have. A worker that runs without a filter goes
/// on without this one: whoever started it has said so.
pub(crate) fn give_up() -> io::Result<()> {
    match rustix::thread::secure_computing_mode()? {
        SecureComputingMode::Filter => {}
        _ => return Ok(()),
    }
    let own = rustix::process::getpid().as_raw_nonzero().get();
    let filter = filter(own.cast_unsigned()).map_err(io::Error::other)?;
    let program: seccompiler::BpfProgram = filter.try_into().map_err(io::Error::other)?;
    match seccompiler::apply_filter(&program) {
        // The filter that is in force is not the launcher's, which allows this: something around the grader lets nobody
        // filter, and the launcher, which has asked the same way, has said that there is no filter.
        Err(seccompiler::Error::Seccomp(error)) if error.raw_os_error() == Some(libc::ENOSYS) => Ok(()),
        Err(seccompiler::Error::Seccomp(error) | seccompiler::Error::Prctl(error)) => Err(error),
        result => result.map_err(io::Error::other),
    }
}

fn filter(own: u32) -> Result<SeccompFilter, BackendError> {
    let whole = GIVEN_UP.iter().chain(&PATHS).chain(PATHS_HERE);
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = whole.map(|call| (*call, Vec::new())).collect();
    // A thread is a clone that shares its process; everything else would be a new process.
    let thread = u64::from(libc::CLONE_THREAD.cast_unsigned());
    let process = condition(0, SeccompCmpOp::MaskedEq(thread), 0)?;
    rules.insert(libc::SYS_clone, vec![SeccompRule::new(vec![process])?]);
    // `abort` sends its signal to a thread of its own process.
    let other = condition(0, SeccompCmpOp::Ne, u64::from(own))?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![other])?]);
    let others = SETTINGS
        .iter()
        .map(|setting| condition(0, SeccompCmpOp::Ne, *setting as u64));
    let settings = SeccompRule::new(others.collect::<Result<_, _>>()?)?;
    rules.insert(libc::SYS_prctl, vec![settings]);
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        TargetArch::try_from(std::env::consts::ARCH)?,
    )
}

fn condition(argument: u8, operation: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operation, value)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::thread;

    use super::*;

    /// A filter that forbids nothing, in so many steps.
    fn filler(steps: u16) -> seccompiler::BpfProgram {
        let allow = |code| seccompiler::sock_filter {
            code,
            jt: 0,
            jf: 0,
            k: libc::SECCOMP_RET_ALLOW,
        };
        let (load, end) = (0x00, 0x06);
        let mut program: seccompiler::BpfProgram = (1..steps).map(|_| allow(load)).collect();
        program.push(allow(end));
        program
    }

    /// The kernel bounds the length of all filters of a thread together; here there is room for some and not for one more.
    #[test]
    fn a_filter_that_the_kernel_does_not_take_is_an_error_and_nothing_less() {
        let refused = thread::spawn(|| {
            let mut taken = 0;
            for steps in [4000, 400, 40, 4] {
                while seccompiler::apply_filter(&filler(steps)).is_ok() {
                    taken += 1;
                }
            }
            (taken, give_up())
        });
        let (taken, given_up) = refused.join().unwrap();
        assert!(taken > 4, "{taken}");
        assert_eq!(given_up.unwrap_err().raw_os_error(), Some(libc::ENOMEM));
    }
}
