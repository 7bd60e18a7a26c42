//! Talking to a worker: children on request, calls with deadlines, and facts about how they ended.
//!
//! A worker is one process that has loaded libtorch and forks a child whenever one is asked for. Nothing that comes from
//! a child is believed beyond its form; times are measured here, and only here is a child killed.

mod child;
mod clock;
mod exchange;
mod settings;
mod worker;

pub use child::{Batches, Child, Parts, Terms};
pub use settings::{Limits, Settings};
pub use worker::{StartError, TalkError, Worker};
