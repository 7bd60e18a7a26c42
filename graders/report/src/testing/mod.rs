//! Hand-made judgements for the tests of every format.

mod mixed;
mod samples;
mod scene;
mod trained;

pub(crate) use mixed::{heads_merged_twice, mixed, mixed_context, mixed_report};
pub(crate) use samples::{findings, misbehaviour, mismatches, prohibitions, skips, violations};
pub(crate) use scene::{assignment, at, call_of, changed, failed, judgement, passed, skipped, values};
pub(crate) use trained::{below_threshold, not_run, trained};
