//! The fork server: loads libtorch once and forks a child whenever the judge asks for one. It runs no code of a
//! submission itself, so it is there for the next check whatever became of the last one.

use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;

use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, WaitStatus};
use wire::{Control, Ended, FrameError, Hello, PROTOCOL, ServerReply, ServerRequest, VARIANT};

use crate::adapter::Adapter;
use crate::child;
use crate::kernel::{self, Side};
use crate::substitute::Substitute;
use crate::warm;

/// What this process has become when the server's loop ends.
enum Role {
    /// Still the server; the judge has closed the control socket.
    Server,
    /// A child of `server` that is to answer on `stream`.
    Child { stream: UnixStream, server: Pid },
}

/// The whole program: `install` is the submission's `parts::install`.
pub fn serve(adapters: &[Adapter], install: fn(Substitute)) -> ExitCode {
    match run(adapters, install) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(adapters: &[Adapter], install: fn(Substitute)) -> Result<(), FrameError> {
    let mut control = Control::new(kernel::inherited_control()?);
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL)).map_err(io::Error::from)?;
    tch::set_num_threads(1);
    warm::up(tch::Device::Cpu);
    refuse_threads()?;
    let tasks = adapters.iter().map(|adapter| adapter.task.to_owned());
    let hello = Hello {
        protocol: PROTOCOL,
        tasks: tasks.collect(),
    };
    control.send(ServerReply::Hello(hello), None)?;
    match answer_requests(&mut control)? {
        Role::Server => Ok(()),
        Role::Child { stream, server } => {
            drop(control);
            child::serve(stream, server, adapters, install)
        }
    }
}

/// A fork copies one thread only: whatever lock another one holds would stay locked in the child for ever.
fn refuse_threads() -> io::Result<()> {
    if kernel::has_one_thread()? {
        return Ok(());
    }
    Err(io::Error::other("the server has several threads and may have one only"))
}

fn answer_requests(control: &mut Control) -> Result<Role, FrameError> {
    while let Some((request, descriptor)) = control.receive()? {
        let reply = match (request, descriptor) {
            (ServerRequest::Start { variant }, Some(stream)) => match start(stream, variant) {
                Ok(Start::Child(role)) => return Ok(role),
                Ok(Start::Parent { pid, pidfd }) => {
                    let pid = pid.as_raw_nonzero().get();
                    control.send(ServerReply::Started { pid }, Some(pidfd.as_fd()))?;
                    continue;
                }
                Err(error) => failed(&error),
            },
            (ServerRequest::Start { .. }, None) => failed(&"no stream was sent along"),
            (ServerRequest::Reap { pid }, _) => reap(pid),
        };
        control.send(reply, None)?;
    }
    Ok(Role::Server)
}

/// Both sides of a fork.
enum Start {
    Child(Role),
    Parent { pid: Pid, pidfd: OwnedFd },
}

fn start(stream: OwnedFd, variant: Option<u32>) -> io::Result<Start> {
    let server = rustix::process::getpid();
    match kernel::fork()? {
        Side::Child => {
            if let Some(variant) = variant {
                kernel::set_variable(VARIANT, &variant.to_string());
            }
            Ok(Start::Child(Role::Child {
                stream: stream.into(),
                server,
            }))
        }
        Side::Parent(pid) => {
            // The child is not reaped before the judge asks for it, so this id is its own.
            let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
            Ok(Start::Parent { pid, pidfd })
        }
    }
}

fn reap(pid: i32) -> ServerReply {
    let Some(pid) = Pid::from_raw(pid) else {
        return failed(&"no such process id");
    };
    loop {
        match rustix::process::waitpid(Some(pid), WaitOptions::empty()) {
            Ok(Some((_, status))) => {
                return ended(status).map_or_else(|| failed(&"neither exited nor killed"), ServerReply::Reaped);
            }
            Err(rustix::io::Errno::INTR) | Ok(None) => {}
            Err(error) => return failed(&error),
        }
    }
}

fn ended(status: WaitStatus) -> Option<Ended> {
    let exited = status.exit_status().map(Ended::Exited);
    exited.or_else(|| status.terminating_signal().map(Ended::Signalled))
}

fn failed(reason: &dyn std::fmt::Display) -> ServerReply {
    ServerReply::Failed {
        reason: reason.to_string(),
    }
}
