//! Frames: a fixed preamble, a JSON header, a block of tensors.
//!
//! `magic (4 bytes) | header length (u32) | body length (u64) | header | body`, little-endian. A reader grows only as
//! bytes arrive, so a claimed length costs nothing.

use std::io::{self, Read, Write};

use serde::{Serialize, de::DeserializeOwned};

use crate::layout::{self, LayoutError};
use crate::tensor::Tensors;

const MAGIC: [u8; 4] = *b"DLG1";
const PREAMBLE: usize = 16;
/// The longest JSON header: messages are short, and a long panic text is cut before it is sent.
pub const MAX_HEADER: usize = 1 << 20;
/// The longest body that is accepted unless the reader says otherwise.
pub const MAX_BODY: usize = 256 << 20;

/// Why bytes are not a frame.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The first bytes are not a frame's.
    #[error("the stream does not begin with a frame")]
    Magic,
    /// The header is longer than allowed.
    #[error("a header of {0} bytes is longer than allowed ({MAX_HEADER})")]
    HeaderTooLong(u64),
    /// The body is longer than allowed.
    #[error("a body of {length} bytes is longer than allowed ({limit})")]
    BodyTooLong {
        /// What the preamble claims.
        length: u64,
        /// What the reader allows.
        limit: usize,
    },
    /// The header is not the message that is due here.
    #[error("the header is no message of this protocol: {0}")]
    Header(String),
    /// The body is not a block of tensors.
    #[error(transparent)]
    Body(#[from] LayoutError),
    /// The stream ended inside a frame.
    #[error("the stream ended inside a frame")]
    Cut,
    /// The operating system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// One decoded frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame<M> {
    /// The message.
    pub message: M,
    /// The tensors that belong to it.
    pub tensors: Tensors,
}

impl<M> Frame<M> {
    /// A message with its tensors.
    pub fn new(message: M, tensors: Tensors) -> Self {
        Self { message, tensors }
    }
}

impl<M: Serialize> Frame<M> {
    /// The frame as bytes.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        let header = serde_json::to_vec(&self.message).map_err(|error| FrameError::Header(error.to_string()))?;
        let body = if self.tensors.is_empty() {
            Vec::new()
        } else {
            layout::encode(&self.tensors)?
        };
        let length = u32::try_from(header.len())
            .ok()
            .filter(|&length| length as usize <= MAX_HEADER)
            .ok_or(FrameError::HeaderTooLong(header.len() as u64))?;
        let mut bytes = Vec::with_capacity(PREAMBLE + header.len() + body.len());
        bytes.extend(MAGIC);
        bytes.extend(length.to_le_bytes());
        bytes.extend((body.len() as u64).to_le_bytes());
        bytes.extend(header);
        bytes.extend(body);
        Ok(bytes)
    }

    /// Writes the frame and flushes.
    pub fn write(&self, writer: &mut impl Write) -> Result<(), FrameError> {
        writer.write_all(&self.encode()?)?;
        Ok(writer.flush()?)
    }
}

/// Collects bytes as they come and gives frames as they are complete.
#[derive(Debug)]
pub struct Decoder {
    bytes: Vec<u8>,
    max_body: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new(MAX_BODY)
    }
}

impl Decoder {
    /// A decoder that accepts bodies up to `max_body` bytes.
    pub fn new(max_body: usize) -> Self {
        Self {
            bytes: Vec::new(),
            max_body,
        }
    }

    /// Adds bytes that have arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether bytes wait that belong to no complete frame yet.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The next frame, or `None` until more bytes have arrived. After an error the stream is of no more use.
    pub fn next_frame<M: DeserializeOwned>(&mut self) -> Result<Option<Frame<M>>, FrameError> {
        let Some((header, end)) = self.lengths()? else {
            return Ok(None);
        };
        if self.bytes.len() < end {
            return Ok(None);
        }
        let message = serde_json::from_slice(&self.bytes[PREAMBLE..header])
            .map_err(|error| FrameError::Header(error.to_string()))?;
        let tensors = layout::decode(&self.bytes[header..end])?;
        self.bytes.drain(..end);
        Ok(Some(Frame { message, tensors }))
    }

    /// Where header and body of the first frame end; `None` until the preamble is complete.
    fn lengths(&self) -> Result<Option<(usize, usize)>, FrameError> {
        let seen = self.bytes.len().min(MAGIC.len());
        if self.bytes[..seen] != MAGIC[..seen] {
            return Err(FrameError::Magic);
        }
        let Some(preamble) = self.bytes.first_chunk::<PREAMBLE>() else {
            return Ok(None);
        };
        let [_, _, _, _, a, b, c, d, body @ ..] = *preamble;
        let header = u32::from_le_bytes([a, b, c, d]) as usize;
        if header > MAX_HEADER {
            return Err(FrameError::HeaderTooLong(header as u64));
        }
        let length = u64::from_le_bytes(body);
        let body = usize::try_from(length)
            .ok()
            .filter(|&body| body <= self.max_body)
            .ok_or(FrameError::BodyTooLong {
                length,
                limit: self.max_body,
            })?;
        Ok(Some((PREAMBLE + header, PREAMBLE + header + body)))
    }

    /// Reads on until a frame is complete. `Ok(None)` where the stream ends between two frames.
    pub fn read<M: DeserializeOwned>(&mut self, reader: &mut impl Read) -> Result<Option<Frame<M>>, FrameError> {
        let mut buffer = [0; 16 << 10];
        loop {
            if let Some(frame) = self.next_frame()? {
                return Ok(Some(frame));
            }
            match reader.read(&mut buffer) {
                Ok(0) if self.is_empty() => return Ok(None),
                Ok(0) => return Err(FrameError::Cut),
                Ok(count) => self.push(&buffer[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;
    use crate::tensor::Tensor;

    fn frame() -> Frame<String> {
        Frame::new("hello".to_owned(), Tensors::from([("x".to_owned(), Tensor::real(0.5))]))
    }

    #[test]
    fn a_frame_is_read_back_byte_by_byte() {
        let mut decoder = Decoder::default();
        let bytes = frame().encode().unwrap();
        for (position, byte) in bytes.iter().enumerate() {
            assert_eq!(
                decoder.next_frame::<String>().unwrap(),
                None,
                "complete after {position} bytes"
            );
            decoder.push(&[*byte]);
        }
        assert_eq!(decoder.next_frame::<String>().unwrap(), Some(frame()));
        assert!(decoder.is_empty());
    }

    #[test]
    fn the_end_of_the_stream_is_told_apart_from_a_cut_frame() {
        let bytes = frame().encode().unwrap();
        let mut decoder = Decoder::default();
        assert_eq!(decoder.read::<String>(&mut bytes.as_slice()).unwrap(), Some(frame()));
        assert_eq!(decoder.read::<String>(&mut [].as_slice()).unwrap(), None);
        let cut = &bytes[..bytes.len() - 1];
        assert!(matches!(
            Decoder::default().read::<String>(&mut &*cut),
            Err(FrameError::Cut)
        ));
    }

    #[test]
    fn lengths_are_refused_before_anything_is_allocated() {
        let mut bytes = frame().encode().unwrap();
        bytes[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
        let mut decoder = Decoder::default();
        decoder.push(&bytes);
        assert!(matches!(
            decoder.next_frame::<String>(),
            Err(FrameError::BodyTooLong { .. })
        ));
        bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
        let mut decoder = Decoder::default();
        decoder.push(&bytes);
        assert!(matches!(
            decoder.next_frame::<String>(),
            Err(FrameError::HeaderTooLong(_))
        ));
    }

    #[test]
    fn a_foreign_first_byte_is_refused_at_once() {
        let mut decoder = Decoder::default();
        decoder.push(b"P");
        assert!(matches!(decoder.next_frame::<String>(), Err(FrameError::Magic)));
    }

    #[test]
    fn a_header_of_another_message_is_refused() {
        let mut decoder = Decoder::default();
        decoder.push(&frame().encode().unwrap());
        assert!(matches!(decoder.next_frame::<u32>(), Err(FrameError::Header(_))));
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(tail in prop::collection::vec(any::<u8>(), 0..80)) {
            let mut decoder = Decoder::new(1000);
            decoder.push(&MAGIC);
            decoder.push(&tail);
            let _ = decoder.next_frame::<String>();
        }
    }
}
