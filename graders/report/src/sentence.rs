//! Findings in single sentences, for the tables of `self-test`, `regen` and `calibrate`.

use judge::contract::limits::Limits;
use judge::findings::{Counterexample, Finding};

use crate::words::{self, Place};

/// What a finding says, without its hint.
pub fn sentence(finding: &Finding, task: &str, limits: Limits) -> String {
    words::finding(finding, Place { task, limits }).message
}

/// The sizes of a counterexample.
pub fn sizes(counterexample: &Counterexample) -> String {
    words::sizes(counterexample)
}
