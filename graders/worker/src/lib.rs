//! The process that runs a submission: a fork server, and one adapter per task.
//!
//! This library is compiled once; only the adapters and a `main` of three lines are compiled against each submission
//! (`sandbox::build`). It depends on libtorch and on `wire`, and must never reach the judge, the reference or the
//! fixtures: everything in this process is within a submission's reach, so nothing worth reading may be here.
//!
//! - `adapter`: what an adapter is, its arguments and what it returns
//! - `server`: loads libtorch once and forks children on request
//! - `child`, `call`, `substitute`: a child answers calls, and asks the judge for parts
//! - `cuda`: loads the CUDA kernels into a child, where calls are to compute on a GPU
//! - `jacobian`: derivatives across the border
//! - `convert`: tensors across the border; `panics`: panics as data; `kernel`: the calls that are unsafe

#![warn(missing_docs)]

mod adapter;
mod call;
mod calls;
mod child;
mod convert;
mod cuda;
mod jacobian;
mod kernel;
mod panics;
mod server;
mod substitute;
mod warm;

pub use adapter::{Adapter, Arguments, Problem, Returned};
pub use server::serve;
pub use substitute::Substitute;
