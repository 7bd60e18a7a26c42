//! What every command grades with: staging, building, starting and judging submissions, and what is kept of that.
//!
//! Nothing here knows a command. Others take the types of a grading from here; files of this folder name each other.

pub(crate) mod constants;
pub(crate) mod device;
mod grader;
pub(crate) mod grading;
pub(crate) mod in_order;
pub(crate) mod last_time;
mod lines;
mod machine_limits;
mod parallel;
pub(crate) mod parallel_map;
mod prepared;
pub(crate) mod program_cache;
pub(crate) mod promises;
pub(crate) mod reach;
mod reference;
pub(crate) mod result_cache;
pub(crate) mod rules;
pub(crate) mod run_before;
pub(crate) mod sandbox_check;
mod staged;
mod worker_config;
pub(crate) mod worker_subject;

pub(crate) use constants::{LIBTORCH_VERSION, OWN_LIMITS};
pub(crate) use grader::{Grader, toolkit_path};
pub(crate) use parallel::Step;
pub(crate) use prepared::Prepared;
pub(crate) use reference::Reference;
pub(crate) use staged::Staged;
pub(crate) use worker_config::{RunConfig, WorkerConfig};
pub(crate) use worker_subject::{Answering, Running};
