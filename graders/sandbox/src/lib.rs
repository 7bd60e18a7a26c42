//! From a folder of sources to a process that answers calls: stage, build, launch, talk.
//!
//! The only crate that starts processes. It knows nothing of tasks' meaning, goldens or points, and it believes nothing
//! that comes back: it measures times itself, and an answer is handed on as the facts in `wire::Observed`.
//!
//! - `stage`: copies a submission's sources, and nothing else, into a fresh folder
//! - `toolkit`: what submissions are compiled against, found once after the grader's own build
//! - `build`: drives `rustc`; a compile error costs only the file or the signature that it is in
//! - `launch`: starts a program so that nothing of it survives; `confine` is where its rights are taken away
//! - `talk`: a worker, its children, calls with deadlines

pub mod build;
pub mod confine;
pub mod launch;
pub mod machine;
pub mod spent;
pub mod stage;
pub mod talk;
pub mod toolkit;
