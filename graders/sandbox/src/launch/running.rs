//! The judge's half: starts a launcher, waits for the program or ends it.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use command_fds::{CommandFdExt, FdMapping};
use wire::Ended;

use super::capture::{Capture, Captured, Drain, Words};
use super::live::Entry;
use super::policy::{LaunchPolicy, LauncherMessage};
use crate::confine::SandboxStatus;

/// How long a launcher has to start, or to kill everything. It takes milliseconds, and on a machine with hundreds of
/// processes that want to run, seconds.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often one is looked at that is on its way out.
const LOOK: Duration = Duration::from_millis(10);
/// How long an output may still be open after its program is gone.
const DRAIN: Duration = Duration::from_millis(500);

/// Why a program could not be started or watched: faults of this machine or of this grader.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The launcher itself could not be started.
    #[error("cannot start the launcher {program}: {source}")]
    Launcher {
        /// The launcher.
        program: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The launcher could not start the program.
    #[error("the launcher failed: {0}")]
    Failed(String),
    /// The launcher said nothing that makes sense, or nothing at all.
    #[error("the launcher broke off: {0}")]
    Silent(String),
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The program that acts as launcher: normally the grader itself.
#[derive(Debug, Clone)]
pub struct Launcher {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl Launcher {
    /// This very program, which must call `launcher_main` when its first argument is `SUBCOMMAND`.
    pub fn this() -> io::Result<Self> {
        Ok(Self::of(&env::current_exe()?))
    }

    /// Another program that does.
    pub fn of(program: &Path) -> Self {
        Self {
            program: program.to_owned(),
            arguments: vec![super::SUBCOMMAND.into()],
        }
    }

    /// Starts a program. `control` becomes its descriptor 3, if the policy says so.
    pub fn start(
        &self,
        policy: &LaunchPolicy,
        control: Option<OwnedFd>,
        capture: Capture,
    ) -> Result<Running, LaunchError> {
        let (lifeline, end) = UnixStream::pair()?;
        let entry = Entry::new(&lifeline)?;
        let words = serde_json::to_string(policy).map_err(io::Error::from)?;
        let mut command = super::command(&self.program);
        command.args(&self.arguments).arg(words).env_clear();
        command
            .stdin(OwnedFd::from(end))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mapping = control.map(|parent_fd| FdMapping { parent_fd, child_fd: 3 });
        command
            .fd_mappings(mapping.into_iter().collect())
            .map_err(io::Error::other)?;
        let mut process = command.spawn().map_err(|source| LaunchError::Launcher {
            program: self.program.clone(),
            source,
        })?;
        // The command holds this side's copies of what the launcher has inherited.
        drop(command);
        let stdout = process.stdout.take().map(|output| Drain::start(output, capture));
        let stderr = process.stderr.take().map(|output| Drain::start(output, capture));
        let words = BufReader::new(lifeline);
        let mut running = Running {
            process,
            words,
            stdout,
            stderr,
            pid: 0,
            sandbox_status: None,
            _entry: entry,
        };
        running.await_start()?;
        Ok(running)
    }
}

/// A program that has been started. Dropped, it is ended.
#[derive(Debug)]
pub struct Running {
    process: Child,
    words: BufReader<UnixStream>,
    stdout: Option<Drain>,
    stderr: Option<Drain>,
    pid: i32,
    sandbox_status: Option<SandboxStatus>,
    _entry: Entry,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Exit status or signal of the program itself.
    pub ended: Ended,
    /// CPU time of the program and of all that it has waited for.
    pub cpu: Duration,
    /// Whether it was ended because its time was over.
    pub timed_out: bool,
    /// What it wrote to standard output.
    pub stdout: Captured,
    /// What it wrote to standard error.
    pub stderr: Captured,
}

impl Running {
    /// The program's process id.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// What holds the program back.
    pub fn sandbox_status(&self) -> Option<&SandboxStatus> {
        self.sandbox_status.as_ref()
    }

    /// Standard error while the program runs.
    pub(crate) fn stderr(&self) -> Words {
        self.stderr.as_ref().map(Drain::words).unwrap_or_default()
    }

    /// Waits for the program's end, and brings it about after `patience`.
    pub fn wait(mut self, patience: Duration) -> Result<Finished, LaunchError> {
        let mut timed_out = false;
        let word = if let Some(word) = self.next_word(patience)? {
            word
        } else {
            timed_out = true;
            self.hang_up()?
        };
        let _ = self.process.wait();
        match word {
            LauncherMessage::Ended { how, cpu_ms } => Ok(Finished {
                ended: how,
                cpu: Duration::from_millis(cpu_ms),
                timed_out,
                stdout: self
                    .stdout
                    .as_ref()
                    .map(|drain| drain.finish(DRAIN))
                    .unwrap_or_default(),
                stderr: self
                    .stderr
                    .as_ref()
                    .map(|drain| drain.finish(DRAIN))
                    .unwrap_or_default(),
            }),
            LauncherMessage::Failed(reason) => Err(LaunchError::Failed(reason)),
            LauncherMessage::Started { .. } => Err(LaunchError::Silent("it started twice".to_owned())),
        }
    }

    /// Ends the program and everything that it has started.
    pub fn stop(self) -> Result<Finished, LaunchError> {
        self.wait(Duration::ZERO)
    }

    fn await_start(&mut self) -> Result<(), LaunchError> {
        match self.next_word(PATIENCE)? {
            Some(LauncherMessage::Started { pid, sandbox_status }) => {
                self.pid = pid;
                self.sandbox_status = Some(sandbox_status);
                Ok(())
            }
            Some(LauncherMessage::Failed(reason)) => Err(LaunchError::Failed(reason)),
            Some(LauncherMessage::Ended { .. }) => Err(LaunchError::Silent("it ended before it started".to_owned())),
            None => Err(LaunchError::Silent("it took too long".to_owned())),
        }
    }

    /// Lets go of the lifeline; the launcher ends everything and says how the program ended.
    fn hang_up(&mut self) -> Result<LauncherMessage, LaunchError> {
        let _ = self.words.get_ref().shutdown(Shutdown::Write);
        match self.next_word(PATIENCE)? {
            Some(word) => Ok(word),
            None => Err(LaunchError::Silent("it does not come to an end".to_owned())),
        }
    }

    /// The launcher's next word, or `None` where it says nothing within `patience`.
    fn next_word(&mut self, patience: Duration) -> Result<Option<LauncherMessage>, LaunchError> {
        let deadline = Instant::now() + patience;
        let mut line = String::new();
        loop {
            let left = deadline
                .saturating_duration_since(Instant::now())
                .max(Duration::from_micros(1));
            self.words.get_ref().set_read_timeout(Some(left))?;
            match self.words.read_line(&mut line) {
                Ok(0) => return Err(LaunchError::Silent(self.farewell())),
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() >= deadline => {
                    return Ok(None);
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let word = serde_json::from_str(&line);
        word.map(Some)
            .map_err(|error| LaunchError::Silent(format!("{error} in {line:?}")))
    }

    fn farewell(&self) -> String {
        let stderr = self
            .stderr
            .as_ref()
            .map(|drain| drain.finish(DRAIN))
            .unwrap_or_default();
        format!("its last words: {:?}", stderr.text())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(Some(_))) {
            return;
        }
        // A launcher that is late is not killed: what it has started would be left. It sees the lifeline's end, and goes
        // when everything else has gone.
        if self.hang_up().is_err() {
            let deadline = Instant::now() + PATIENCE;
            while Instant::now() < deadline {
                if !matches!(self.process.try_wait(), Ok(None)) {
                    return;
                }
                thread::sleep(LOOK);
            }
            let _ = self.process.kill();
        }
        let _ = self.process.wait();
    }
}
