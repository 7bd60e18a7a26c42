//! Talking to a worker: children on request, calls with deadlines, and facts about how they ended.
//!
//! A worker is one process that has loaded libtorch and forks a child whenever one is asked for. Nothing that comes from
//! a child is believed beyond its form; times are measured here, and only here is a child killed.

mod child;
mod clock;
mod exchange;
mod server;
mod settings;
mod worker;

pub use child::{Batches, CallOptions, Child, PartAnswer, Parts};
pub use server::{StartError, TalkError};
pub use settings::{Limits, Settings};
pub use worker::Worker;

/// What a call has used, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Used {
    /// CPU time: its own, that of what its process did since the call before, and that of whoever answered its parts.
    pub cpu: f64,
    /// Time in which it waited for something other than a processor or a disk, as far as that was seen.
    pub slept: f64,
    /// Time by the wall clock.
    pub wall: f64,
}
