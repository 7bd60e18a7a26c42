//! A hash of what all submissions of a run are judged with.

use std::fmt::Write;

use files::sha256;
use judge::grading::judgement::GradingContext;

use crate::engine::WorkerConfig;
use crate::engine::reach::{Known, Texts};
use crate::failure::Failure;

/// A hash of everything that has a say in all results of a run, but for the grader.
pub(super) fn base(
    contexts: &[GradingContext<'_>],
    settings: &[WorkerConfig],
    known: &Known,
    template: &Texts,
) -> Result<String, Failure> {
    let mut all = format!("{settings:?}\n{}\n{}\n", hash_of(known.reference()), hash_of(template));
    for context in contexts {
        let assignment = serde_json::to_string(context.assignment).map_err(Failure::fault)?;
        let GradingContext {
            seed,
            fresh_seed,
            without,
            fixtures,
            ..
        } = context;
        let _ = writeln!(all, "{assignment}\n{seed} {fresh_seed} {without:?} {}", fixtures.hash);
    }
    Ok(sha256(all.as_bytes()))
}

/// A hash of texts and their names.
pub(super) fn hash_of(texts: &Texts) -> String {
    let mut all = String::new();
    for (name, text) in texts {
        let _ = writeln!(all, "{name} {}", sha256(text.as_bytes()));
    }
    sha256(all.as_bytes())
}
