//! The control socket between judge and fork server: frames, each with at most one descriptor.
//!
//! A child's stream is handed to the server with `Start`, and the child's pidfd comes back with `Started`. Requests and
//! replies alternate, so a descriptor belongs to the frame that it arrived with.

use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
};
use serde::{Serialize, de::DeserializeOwned};

use crate::frame::{Decoder, Frame, FrameError};

/// Control messages are short and carry no tensors.
const MAX_BODY: usize = 0;

/// One end of the control socket.
#[derive(Debug)]
pub struct Control {
    socket: UnixStream,
    decoder: Decoder,
    descriptor: Option<OwnedFd>,
}

impl Control {
    /// Speaks over `socket`. A read timeout that is set on it bounds `receive`.
    pub fn new(socket: UnixStream) -> Self {
        Self {
            socket,
            decoder: Decoder::new(MAX_BODY),
            descriptor: None,
        }
    }

    /// The socket itself.
    pub fn socket(&self) -> &UnixStream {
        &self.socket
    }

    /// Sends a message, and a descriptor with its first byte.
    pub fn send<M: Serialize>(&self, message: M, descriptor: Option<BorrowedFd<'_>>) -> Result<(), FrameError> {
        let bytes = Frame::new(message, crate::tensor::Tensors::new()).encode()?;
        let mut sent = self.send_bytes(&bytes, descriptor)?;
        while sent < bytes.len() {
            sent += self.send_bytes(&bytes[sent..], None)?;
        }
        Ok(())
    }

    fn send_bytes(&self, bytes: &[u8], descriptor: Option<BorrowedFd<'_>>) -> Result<usize, FrameError> {
        let descriptors = descriptor.map(|descriptor| [descriptor]);
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if let Some(descriptors) = &descriptors {
            ancillary.push(SendAncillaryMessage::ScmRights(descriptors));
        }
        let slices = [IoSlice::new(bytes)];
        retry(|| {
            // A peer that is gone is an error to report, not a signal to die of.
            rustix::net::sendmsg(&self.socket, &slices, &mut ancillary, SendFlags::NOSIGNAL)
        })
    }

    /// The next message with the descriptor that came along; `None` where the peer has closed.
    pub fn receive<M: DeserializeOwned>(&mut self) -> Result<Option<(M, Option<OwnedFd>)>, FrameError> {
        loop {
            if let Some(frame) = self.decoder.next_frame()? {
                return Ok(Some((frame.message, self.descriptor.take())));
            }
            let mut buffer = [0; 4096];
            match self.receive_bytes(&mut buffer)? {
                0 if self.decoder.is_empty() => return Ok(None),
                0 => return Err(FrameError::Cut),
                count => self.decoder.push(&buffer[..count]),
            }
        }
    }

    fn receive_bytes(&mut self, buffer: &mut [u8]) -> Result<usize, FrameError> {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut slices = [IoSliceMut::new(buffer)];
        let received =
            retry(|| rustix::net::recvmsg(&self.socket, &mut slices, &mut ancillary, RecvFlags::CMSG_CLOEXEC))?;
        for message in ancillary.drain() {
            if let RecvAncillaryMessage::ScmRights(descriptors) = message {
                // One is expected; the last wins, and any other is closed here.
                self.descriptor = descriptors.last().or(self.descriptor.take());
            }
        }
        Ok(received.bytes)
    }
}

impl AsFd for Control {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// Repeats a system call that a signal interrupted.
fn retry<T>(mut call: impl FnMut() -> rustix::io::Result<T>) -> Result<T, FrameError> {
    loop {
        match call() {
            Err(rustix::io::Errno::INTR) => {}
            result => return result.map_err(|error| FrameError::Io(io::Error::from(error))),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::io::Read;

    use super::*;

    fn pair() -> (Control, Control) {
        let (one, other) = UnixStream::pair().unwrap();
        (Control::new(one), Control::new(other))
    }

    #[test]
    fn a_descriptor_arrives_with_its_message_and_only_with_it() {
        let (sender, mut receiver) = pair();
        let (mine, theirs) = UnixStream::pair().unwrap();
        sender.send("first", Some(theirs.as_fd())).unwrap();
        sender.send("second", None).unwrap();
        drop(theirs);
        let (message, descriptor) = receiver.receive::<String>().unwrap().unwrap();
        assert_eq!(message, "first");
        std::io::Write::write_all(&mut UnixStream::from(descriptor.unwrap()), b"through").unwrap();
        let mut text = String::new();
        (&mine).read_to_string(&mut text).unwrap();
        assert_eq!(text, "through");
        let (message, descriptor) = receiver.receive::<String>().unwrap().unwrap();
        assert_eq!(message, "second");
        assert!(descriptor.is_none());
    }

    #[test]
    fn a_closed_peer_ends_the_conversation() {
        let (sender, mut receiver) = pair();
        drop(sender);
        assert!(receiver.receive::<String>().unwrap().is_none());
        assert!(receiver.send("late", None).is_err());
    }

    #[test]
    fn a_control_message_has_no_room_for_tensors() {
        let (sender, mut receiver) = pair();
        let tensors = [("x".to_owned(), crate::Tensor::integer(1))].into();
        Frame::new("hello", tensors).write(&mut sender.socket()).unwrap();
        assert!(matches!(
            receiver.receive::<String>(),
            Err(FrameError::BodyTooLong { .. })
        ));
    }
}
