//! What crosses the border between the judge and a worker: plain tensors, messages, frames.
//!
//! Both sides use this crate, so it knows nothing of libtorch, of tasks or of points. Whatever comes from a worker is
//! hostile until it has been decoded here: lengths are capped before anything is allocated, and every malformation
//! has its own error.

#![warn(missing_docs)]

pub mod control;
pub mod frame;
pub mod layout;
pub mod message;
pub mod observed;
pub mod tensor;

pub use control::Control;
pub use frame::{Decoder, Frame, FrameError};
pub use layout::LayoutError;
pub use message::{
    Call, ChildReply, ChildRequest, Device, Ended, Hello, MemoryLayout, Outcome, ServerReply, ServerRequest,
};
pub use observed::Observed;
pub use tensor::{DType, Data, Tensor, Tensors};

/// Version of the conversation. Both sides state it first; a difference ends the conversation.
pub const PROTOCOL: u32 = 5;

/// The variable in a child's environment that says which of the variants in its program it is, by its number from 1.
pub const VARIANT: &str = "GRADE_VARIANT";
