//! The two things that Rust cannot check: forking, and taking a descriptor that was there before `main`.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::process::Pid;

/// Where the launcher leaves the control socket.
const CONTROL: i32 = 3;

/// Which side of a fork this is.
pub(crate) enum Side {
    /// The new process.
    Child,
    /// The old one, with the new one's id.
    Parent(Pid),
}

/// The control socket. To be called once, first thing in `main`.
pub(crate) fn inherited_control() -> io::Result<UnixStream> {
    #[expect(
        unsafe_code,
        reason = "the launcher's promise: descriptor 3 is the control socket, and nothing has touched it yet"
    )]
    let descriptor = unsafe { OwnedFd::from_raw_fd(CONTROL) };
    // Fails where nobody kept the promise, and then nothing has been done with the descriptor.
    rustix::io::fcntl_setfd(&descriptor, rustix::io::FdFlags::CLOEXEC)?;
    Ok(UnixStream::from(descriptor))
}

/// Splits the process in two. The server has a single thread, so the child is whole: no lock is held by anybody else.
pub(crate) fn fork() -> io::Result<Side> {
    #[expect(
        unsafe_code,
        reason = "fork copies a process with one thread; the server checks that it has one before it serves"
    )]
    let result = unsafe { libc::fork() };
    match Pid::from_raw(result) {
        Some(pid) if result > 0 => Ok(Side::Parent(pid)),
        None => Ok(Side::Child),
        Some(_) => Err(io::Error::last_os_error()),
    }
}
