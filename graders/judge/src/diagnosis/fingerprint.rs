//! What one known mistake does with the golden cases of one task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wire::{DType, Tensor};

use super::area::Area;
use super::behaviour::{Behaviour, Behaviours, Measure};
use crate::compare::error;
use crate::contract::tolerance::STILL;

/// A mistake's behaviour on the golden cases of a task.
#[derive(Debug, Clone, PartialEq)]
pub struct Fingerprint {
    /// The name of the corpus's submission that makes it.
    pub name: String,
    /// The mistake in a few words.
    pub mistake: String,
    /// What the code does instead of what it should, in a sentence.
    pub explanation: String,
    /// The region of the task that it is in.
    pub area: Option<Area>,
    /// The checks of the task that it fails, as far as the corpus names them.
    pub loses: Vec<String>,
    /// What it does in each case in which it is wrong.
    pub cases: BTreeMap<String, Behaviour>,
}

/// Why a mistake has no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nothing {
    /// Every golden case holds, at least to f32: it is seen by other checks.
    GoldensHold,
    /// It breaks down or gives nothing wherever it is wrong, as other mistakes do.
    BreaksDown,
    /// Two runs do not give the same.
    Varies,
    /// It is not run: it does not compile, or uses what it may not use.
    NotRun,
}

/// The cases that make a fingerprint, from two runs; or why there is none.
pub fn telling(
    measure: &Measure<'_>,
    first: &Behaviours,
    second: &Behaviours,
) -> Result<BTreeMap<String, Behaviour>, Nothing> {
    let wrong = |behaviours: &Behaviours| -> BTreeMap<String, Behaviour> {
        let wrong = behaviours.iter();
        wrong
            .filter_map(|(case, behaviour)| Some((case.clone(), behaviour.clone()?)))
            .collect()
    };
    let (first, second) = (wrong(first), wrong(second));
    if first.is_empty() && second.is_empty() {
        return Err(Nothing::GoldensHold);
    }
    let same = |case: &String| match (first.get(case), second.get(case)) {
        (Some(first), Some(second)) => (first.is_unknown() && second.is_unknown()) || measure.is_same(first, second),
        _ => false,
    };
    if first.len() != second.len() || !first.keys().all(same) {
        return Err(Nothing::Varies);
    }
    if !first.values().any(Behaviour::is_telling) || first.values().any(Behaviour::is_unknown) {
        return Err(Nothing::BreaksDown);
    }
    Ok(first)
}

/// Whether a fingerprint that was made again is the stored one, at the bound at which goldens are: the last bits of f64
/// differ between instruction sets, and so do all digits that f32 does not have.
pub fn is_still(
    measure: &Measure<'_>,
    stored: &BTreeMap<String, Behaviour>,
    made: &BTreeMap<String, Behaviour>,
) -> bool {
    let same = |(case, stored): (&String, &Behaviour)| {
        made.get(case).is_some_and(|made| match (stored, made) {
            (Behaviour::Answered(before), Behaviour::Answered(after)) => {
                measure.is_same(stored, made) && before.iter().all(|(name, before)| is_close(before, &after[name]))
            }
            (stored, made) => stored == made,
        })
    };
    stored.len() == made.len() && stored.iter().all(same)
}

fn is_close(before: &Tensor, after: &Tensor) -> bool {
    before.dtype() != DType::F64 || error(before, after) <= STILL
}
