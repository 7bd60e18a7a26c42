//! Which system calls a program may make: a list of what a running submission needs, and for the compiler, whose calls
//! differ from version to version, a list of what it never needs.
//!
//! The worker's children add a stricter filter of their own before a submission's code runs (`worker::calls`): what the
//! fork server needs, a submission does not.

use std::collections::BTreeMap;
use std::io;

use libc::c_long;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

/// A program without these could not compute, allocate, wait for its threads, read its libraries, or speak to the judge
/// on the descriptors that it was given. No call here makes a descriptor of any other kind.
const RUNNING: &[c_long] = &[
    // memory
    libc::SYS_brk,
    libc::SYS_mmap,
    libc::SYS_munmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mincore,
    // threads and time
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_get_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_rseq,
    libc::SYS_membarrier,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_getparam,
    libc::SYS_sched_getscheduler,
    libc::SYS_sched_get_priority_max,
    libc::SYS_sched_get_priority_min,
    libc::SYS_getcpu,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getrusage,
    libc::SYS_restart_syscall,
    // signals that a process sends itself
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_tgkill,
    // files that Landlock grants, and descriptors that were given
    libc::SYS_openat,
    libc::SYS_close,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_fcntl,
    libc::SYS_dup,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_ppoll,
    libc::SYS_sendto,
    libc::SYS_recvfrom,
    libc::SYS_sendmsg,
    libc::SYS_recvmsg,
    libc::SYS_shutdown,
    // what a process knows of itself and of the machine
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_gettid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
    libc::SYS_getrandom,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    // the program itself, the server's children, and the end
    libc::SYS_execve,
    libc::SYS_wait4,
    libc::SYS_pidfd_open,
    libc::SYS_seccomp,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Older forms of some of these, which libraries for this processor still use.
#[cfg(target_arch = "x86_64")]
const RUNNING_HERE: &[c_long] = &[
    libc::SYS_arch_prctl,
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_poll,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const RUNNING_HERE: &[c_long] = &[];

/// What a process may set about itself: its parent's death, names, no new privileges; and it may ask for its filter.
const SETTINGS: [libc::c_int; 6] = [
    libc::PR_SET_PDEATHSIG,
    libc::PR_SET_NAME,
    libc::PR_GET_NAME,
    libc::PR_SET_VMA,
    libc::PR_SET_NO_NEW_PRIVS,
    libc::PR_GET_SECCOMP,
];

/// Namespaces of one's own.
const NAMESPACES: libc::c_int = libc::CLONE_NEWNS
    | libc::CLONE_NEWCGROUP
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET;

/// What no compiler needs: sockets, other processes' memory, links, devices, the kernel's settings, shared segments.
const NEVER_BUILDING: &[c_long] = &[
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_bind,
    libc::SYS_connect,
    libc::SYS_listen,
    libc::SYS_accept4,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_pidfd_getfd,
    libc::SYS_linkat,
    libc::SYS_symlinkat,
    libc::SYS_mknodat,
    libc::SYS_fchownat,
    libc::SYS_fchown,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_mount_setattr,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_syslog,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_personality,
    libc::SYS_sched_setscheduler,
    libc::SYS_sched_setattr,
    libc::SYS_setpriority,
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
];

/// Older forms of some of these.
#[cfg(target_arch = "x86_64")]
const NEVER_BUILDING_HERE: &[c_long] = &[
    libc::SYS_accept,
    libc::SYS_link,
    libc::SYS_symlink,
    libc::SYS_mknod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_kexec_file_load,
];
#[cfg(not(target_arch = "x86_64"))]
const NEVER_BUILDING_HERE: &[c_long] = &[];

/// Rules by system call; a call with several rules meets one of them.
type Rules = BTreeMap<c_long, Vec<SeccompRule>>;

/// For a running submission: what is not on the list does not exist. Libraries know kernels that lack a call, and do
/// without; that `clone3` is one of them makes threads come by `clone`, whose flags a filter can read.
pub(super) fn of_a_run() -> io::Result<BpfProgram> {
    let mut rules = listed(&[RUNNING, RUNNING_HERE]);
    add_of_a_run(&mut rules).map_err(io::Error::other)?;
    compile(rules, SeccompAction::Errno(libc::ENOSYS as u32), SeccompAction::Allow)
}

fn add_of_a_run(rules: &mut Rules) -> Result<(), BackendError> {
    rules.insert(libc::SYS_clone, vec![when(0, has_none_of(NAMESPACES), 0)?]);
    // Without an effect, and refused to whoever has more than one thread: the server asks that before it forks.
    rules.insert(
        libc::SYS_unshare,
        vec![when(0, SeccompCmpOp::Eq, libc::CLONE_THREAD as u64)?],
    );
    // Limits are read, of the process itself, and never set.
    let of_itself = condition(0, SeccompCmpOp::Eq, 0)?;
    let reading = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Eq, 0)?;
    rules.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![of_itself, reading])?]);
    let settings = SETTINGS
        .iter()
        .map(|setting| when(0, SeccompCmpOp::Eq, *setting as u64));
    rules.insert(libc::SYS_prctl, settings.collect::<Result<_, _>>()?);
    Ok(())
}

/// For the compiler: everything but what it never needs.
pub(super) fn of_a_build() -> io::Result<BpfProgram> {
    let rules = listed(&[NEVER_BUILDING, NEVER_BUILDING_HERE]);
    compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))
}

fn listed(lists: &[&[c_long]]) -> Rules {
    lists
        .iter()
        .copied()
        .flatten()
        .map(|call| (*call, Vec::new()))
        .collect()
}

/// A rule about one argument of 32 bits.
fn when(argument: u8, operation: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(argument, operation, value)?])
}

fn condition(argument: u8, operation: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operation, value)
}

fn has_none_of(flags: libc::c_int) -> SeccompCmpOp {
    SeccompCmpOp::MaskedEq(u64::from(flags.cast_unsigned()))
}

fn compile(rules: Rules, otherwise: SeccompAction, listed: SeccompAction) -> io::Result<BpfProgram> {
    let architecture = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let filter = SeccompFilter::new(rules, otherwise, listed, architecture).map_err(io::Error::other)?;
    filter.try_into().map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn both_filters_compile() {
        assert!(!of_a_run().unwrap().is_empty());
        assert!(!of_a_build().unwrap().is_empty());
    }

    #[test]
    fn a_submission_gets_no_call_that_makes_a_socket_or_changes_a_file() {
        let forbidden = [
            libc::SYS_socket,
            libc::SYS_socketpair,
            libc::SYS_fchmod,
            libc::SYS_utimensat,
            libc::SYS_kill,
            libc::SYS_ptrace,
        ];
        let listed = listed(&[RUNNING, RUNNING_HERE]);
        assert!(forbidden.iter().all(|call| !listed.contains_key(call)));
    }
}
