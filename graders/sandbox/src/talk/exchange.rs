//! Bytes to and from a child that may do anything: never block on it, never read more than is allowed.

use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec};
use wire::{ChildReply, Decoder, Frame, FrameError, LayoutError};

use super::clock::{Clock, Overdue};

/// A child's stream, and its process to be watched.
#[derive(Debug)]
pub(super) struct Exchange {
    stream: UnixStream,
    pidfd: OwnedFd,
    decoder: Decoder,
    buffer: Vec<u8>,
}

/// At most so much is read at a time.
const BUFFER: usize = 64 << 10;

/// Why there is no reply.
#[derive(Debug)]
pub(super) enum NoReply {
    /// The call took too long.
    Overdue(Overdue),
    /// The process has ended, or closed its stream.
    Closed,
    /// What arrived is no reply.
    Malformed(String),
    /// The operating system refused: a fault of this side.
    Io(io::Error),
}

impl From<io::Error> for NoReply {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Exchange {
    pub(super) fn new(stream: UnixStream, pidfd: OwnedFd, answer_bytes: usize) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            pidfd,
            decoder: Decoder::new(answer_bytes),
            buffer: vec![0; BUFFER],
        })
    }

    pub(super) fn pidfd(&self) -> &OwnedFd {
        &self.pidfd
    }

    /// Whether bytes have arrived that nobody has asked for.
    pub(super) fn refuse_early_words(&mut self) -> Result<(), NoReply> {
        match self.fill()? {
            Filled::Closed => Err(NoReply::Closed),
            Filled::Nothing => self.refuse_more(),
            Filled::Bytes => Err(NoReply::Malformed("it spoke before it was asked".to_owned())),
        }
    }

    /// Whether bytes follow the reply that was read last.
    pub(super) fn refuse_more(&self) -> Result<(), NoReply> {
        if self.decoder.is_empty() {
            Ok(())
        } else {
            Err(NoReply::Malformed("more follows the answer".to_owned()))
        }
    }

    /// Sends a request and waits for the reply.
    pub(super) fn ask(&mut self, request: &[u8], clock: &mut Clock) -> Result<Frame<ChildReply>, NoReply> {
        let mut left = request;
        loop {
            self.send(&mut left)?;
            let filled = self.fill()?;
            match self.decoder.next_frame() {
                Ok(Some(reply)) => return Ok(reply),
                Ok(None) => {}
                Err(FrameError::Io(error)) => return Err(NoReply::Io(error)),
                Err(error) => return Err(NoReply::Malformed(words(&error))),
            }
            match filled {
                Filled::Bytes => {
                    clock.heard();
                    look(clock)?;
                }
                Filled::Closed if self.decoder.is_empty() => return Err(NoReply::Closed),
                Filled::Closed => return Err(NoReply::Malformed(FrameError::Cut.to_string())),
                Filled::Nothing => self.wait(!left.is_empty(), clock)?,
            }
        }
    }

    /// Writes as much as the stream takes. A closed stream is found when reading.
    fn send(&mut self, left: &mut &[u8]) -> Result<(), NoReply> {
        while !left.is_empty() {
            match self.stream.write(left) {
                Ok(count) => *left = &left[count..],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if is_gone(&error) => *left = &[],
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Reads what has arrived, but not more than a buffer at a time.
    fn fill(&mut self) -> Result<Filled, NoReply> {
        loop {
            match self.stream.read(&mut self.buffer) {
                Ok(0) => return Ok(Filled::Closed),
                Ok(count) => {
                    self.decoder.push(&self.buffer[..count]);
                    return Ok(Filled::Bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Filled::Nothing),
                Err(error) if is_gone(&error) => return Ok(Filled::Closed),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Until there is something to read or to write, or the process has ended, or it is time to look at the clock.
    fn wait(&mut self, to_write: bool, clock: &mut Clock) -> Result<(), NoReply> {
        let interest = if to_write {
            PollFlags::IN | PollFlags::OUT
        } else {
            PollFlags::IN
        };
        let mut events = [
            PollFd::new(&self.stream, interest),
            PollFd::new(&self.pidfd, PollFlags::IN),
        ];
        let nap = Timespec::try_from(clock.nap()).map_err(io::Error::other)?;
        match rustix::event::poll(&mut events, Some(&nap)) {
            Ok(0) => look(clock),
            Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(NoReply::Io(error.into())),
            Ok(_) if !events[0].revents().is_empty() => Ok(()),
            // The process is gone and somebody else holds its stream open: nothing more that counts will come.
            Ok(_) => Err(NoReply::Closed),
        }
    }
}

fn look(clock: &mut Clock) -> Result<(), NoReply> {
    match clock.look_if_due() {
        Some(overdue) => Err(NoReply::Overdue(overdue)),
        None => Ok(()),
    }
}

/// What reading once has given.
#[derive(Clone, Copy)]
enum Filled {
    Bytes,
    Nothing,
    Closed,
}

/// What is wrong with a frame, for a student: a reader's own words, with its lines and columns, say nothing to them.
fn words(error: &FrameError) -> String {
    match error {
        FrameError::Header(_) => "its header is no message of this protocol".to_owned(),
        FrameError::Body(LayoutError::Format(_)) => "its body is no block of tensors".to_owned(),
        other => other.to_string(),
    }
}

fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset)
}
