//! The fork server: starting it, asking it for children, and restarting it when a submission has brought it down.

use std::fs;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use wire::message::CudaTrouble;
use wire::{Control, Ended, FrameError, Hello, PROTOCOL, ServerReply, ServerRequest};

use super::settings::{Limits, Settings};
use crate::launch::{Capture, LaunchError, Running, Words};

/// How much of a worker's output is kept.
const KEPT: Capture = Capture::Last(64 << 10);
/// How often a server is restarted after a submission's child has run in it.
const MAX_RESTARTS: u32 = 50;
/// How many children may be dead and not reaped.
const MAX_KILLED: usize = 8;
const SIGKILL: i32 = 9;

/// Why a worker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program could not be started.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The program speaks another version of the conversation.
    #[error("the worker speaks version {theirs} of the protocol, the judge version {PROTOCOL}: run scripts/build")]
    Protocol {
        /// The worker's version.
        theirs: u32,
    },
    /// The program did not say hello in time, or died before.
    #[error("the worker did not say hello ({reason}); its last words: {stderr:?}")]
    NoHello {
        /// What happened instead.
        reason: String,
        /// The end of its standard error.
        stderr: String,
    },
    /// Calls were to compute on CUDA, and cannot.
    #[error("no call can compute on CUDA: {0}")]
    Cuda(CudaTrouble),
    /// The program runs and gives no child.
    #[error("the worker gives no child: {0}")]
    NoChild(String),
    /// A child cannot be confined as it must be before a submission's code runs in it.
    #[error("this machine does not let a submission be confined: {0}")]
    Unconfined(String),
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Faults of the judge's side. None of them says anything about a submission.
#[derive(Debug, thiserror::Error)]
pub enum TalkError {
    /// The fork server is gone although no submission's code has run below it, or too often.
    #[error("the worker is gone ({reason}); its last words: {stderr:?}")]
    ServerDied {
        /// How that was noticed.
        reason: String,
        /// The end of its standard error.
        stderr: String,
    },
    /// The fork server could not be restarted.
    #[error("the worker cannot be started again: {0}")]
    Restart(#[source] StartError),
    /// The fork server could not make a child.
    #[error("the worker cannot start a child: {0}")]
    CannotFork(String),
    /// A child cannot be confined as it must be before a submission's code runs in it.
    #[error("this machine does not let a submission be confined: {0}")]
    Unconfined(String),
    /// A child cannot compute on CUDA.
    #[error("the worker cannot compute on CUDA: {0}")]
    Cuda(CudaTrouble),
    /// A child was asked that has ended: a mistake of the caller.
    #[error("the child has ended and cannot be asked again")]
    Gone,
    /// The request cannot be sent.
    #[error("the request cannot be sent: {0}")]
    Request(#[source] FrameError),
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What children keep of their worker.
#[derive(Debug)]
pub(super) struct Shared {
    program: PathBuf,
    pub(super) settings: Settings,
    server: Mutex<Server>,
    /// Whether a submission's code may have run since the server was started.
    called: AtomicBool,
}

#[derive(Debug)]
pub(super) struct Server {
    pub(super) running: Running,
    control: Control,
    pub(super) tasks: Vec<String>,
    /// Children that have been killed and not been reaped.
    killed: Vec<i32>,
    /// Counts starts, so that a child knows whether its server is still there.
    pub(super) generation: u32,
}

/// `VmHWM` of a process.
pub(super) fn peak_memory_kib(pid: i32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

impl Shared {
    /// Starts a program and waits until its server has said hello.
    pub(super) fn start(program: &Path, settings: Settings) -> Result<Self, StartError> {
        let program = std::path::absolute(program)?;
        let server = Mutex::new(Server::start(&program, &settings, 0)?);
        Ok(Self {
            program,
            settings,
            server,
            called: AtomicBool::new(false),
        })
    }

    pub(super) fn server(&self) -> MutexGuard<'_, Server> {
        // A panic elsewhere leaves at worst a reply unread, and the next request finds that out.
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn limits(&self) -> Limits {
        self.settings.limits
    }

    /// A submission's code is about to run.
    pub(super) fn note_call(&self) {
        self.called.store(true, Ordering::Relaxed);
    }

    /// How a child has ended. One whose server is gone was killed together with it.
    pub(super) fn reap(&self, pid: i32, generation: u32) -> Ended {
        let mut server = self.server();
        if server.generation != generation {
            return Ended::Signalled(SIGKILL);
        }
        match server.request(ServerRequest::Reap { pid }, None) {
            Ok((ServerReply::Reaped(ended), _)) => ended,
            _ => Ended::Signalled(SIGKILL),
        }
    }

    /// Leaves a killed child to be reaped when there is time.
    pub(super) fn reap_later(&self, pid: i32, generation: u32) {
        let mut server = self.server();
        if server.generation == generation {
            server.killed.push(pid);
        }
    }

    pub(super) fn restart(&self, server: &mut Server, reason: String) -> Result<(), TalkError> {
        if !self.called.load(Ordering::Relaxed) || server.generation >= MAX_RESTARTS {
            let stderr = server.running.stderr().so_far().text();
            return Err(TalkError::ServerDied { reason, stderr });
        }
        *server = Server::start(&self.program, &self.settings, server.generation + 1).map_err(TalkError::Restart)?;
        self.called.store(false, Ordering::Relaxed);
        Ok(())
    }
}

/// Why the server gave no child.
pub(super) enum Refusal {
    /// It says that it cannot.
    Failed(String),
    /// It says nothing that makes sense.
    Broken(String),
}

impl Server {
    fn start(program: &Path, settings: &Settings, generation: u32) -> Result<Self, StartError> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(settings.patience))?;
        let policy = settings.policy(program.to_owned());
        let running = settings.launcher.start(&policy, Some(theirs.into()), KEPT)?;
        let mut control = Control::new(ours);
        let hello = match control.receive() {
            Ok(Some((ServerReply::Hello(hello), _))) => hello,
            other => return Err(no_hello(running, &other)),
        };
        let Hello { protocol, tasks } = hello;
        if protocol != PROTOCOL {
            return Err(StartError::Protocol { theirs: protocol });
        }
        Ok(Self {
            running,
            control,
            tasks,
            killed: Vec::new(),
            generation,
        })
    }

    /// A child's stream, its descriptor and its number.
    pub(super) fn start_child(&mut self, variant: Option<u32>) -> Result<(UnixStream, OwnedFd, i32), Refusal> {
        while self.killed.len() > MAX_KILLED {
            // The oldest first: those killed last may still be on their way out, and nobody should wait for them.
            let pid = self.killed.remove(0);
            self.request(ServerRequest::Reap { pid }, None)?;
        }
        let (ours, theirs) = UnixStream::pair().map_err(|error| Refusal::Failed(error.to_string()))?;
        match self.request(ServerRequest::Start { variant }, Some(&theirs))? {
            (ServerReply::Started { pid }, Some(pidfd)) => Ok((ours, pidfd, pid)),
            (ServerReply::Failed { reason }, _) => Err(Refusal::Failed(reason)),
            (other, _) => Err(Refusal::Broken(format!("it answered {other:?}"))),
        }
    }

    fn request(
        &mut self,
        request: ServerRequest,
        stream: Option<&UnixStream>,
    ) -> Result<(ServerReply, Option<OwnedFd>), Refusal> {
        let broken = |error: FrameError| Refusal::Broken(error.to_string());
        self.control.send(request, stream.map(AsFd::as_fd)).map_err(broken)?;
        let reply = self.control.receive().map_err(broken)?;
        reply.ok_or_else(|| Refusal::Broken("it has closed the control socket".to_owned()))
    }
}

fn no_hello<T>(running: Running, received: &Result<Option<T>, FrameError>) -> StartError {
    let reason = match received {
        Ok(Some(_)) => "it said something else".to_owned(),
        Ok(None) => "it has ended".to_owned(),
        Err(FrameError::Io(error)) if error.kind() == io::ErrorKind::WouldBlock => "it took too long".to_owned(),
        Err(error) => error.to_string(),
    };
    match running.stop() {
        Ok(finished) => StartError::NoHello {
            reason,
            stderr: finished.stderr.text(),
        },
        Err(error) => StartError::Launch(error),
    }
}

/// What a child needs of the server that made it.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) generation: u32,
    pub(super) stderr: Words,
}
