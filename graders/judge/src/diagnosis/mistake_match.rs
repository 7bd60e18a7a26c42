//! A mistake whose behaviour is that of a submission.

use std::cmp::Reverse;

use super::area::Area;
use super::behaviour::{Behaviours, Measure};
use super::fingerprint::Fingerprint;

/// A known mistake that a submission looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MistakeMatch {
    /// The name of the corpus's submission that makes it.
    pub name: String,
    /// The mistake in a few words.
    pub mistake: String,
    /// What the code does instead of what it should, in a sentence.
    pub explanation: String,
    /// The region of the task that it is in.
    pub area: Option<Area>,
    /// The golden cases that are wrong in the same way.
    pub cases: Vec<String>,
    /// Whether another mistake is made beside it.
    pub beside_another: bool,
}

/// The mistakes whose behaviour is that of a submission, those first that have been seen in most cases.
pub fn mistake_matches(
    measure: &Measure<'_>,
    fingerprints: &[Fingerprint],
    behaviours: &Behaviours,
) -> Vec<MistakeMatch> {
    let mut found: Vec<(usize, MistakeMatch)> = fingerprints
        .iter()
        .filter_map(|fingerprint| {
            let cases = agreement(measure, fingerprint, behaviours)?;
            let unseen = fingerprint.cases.len() - cases.len();
            Some((unseen, mistake_match(fingerprint, cases)))
        })
        .collect();
    found.sort_by_key(|(unseen, mistake_match)| {
        (*unseen, Reverse(mistake_match.cases.len()), mistake_match.name.clone())
    });
    found.into_iter().map(|(_, mistake_match)| mistake_match).collect()
}

/// Whether no golden case tells two mistakes apart.
pub fn are_alike(measure: &Measure<'_>, one: &Fingerprint, other: &Fingerprint) -> bool {
    let same = |case: &String| {
        let both = (one.cases.get(case), other.cases.get(case));
        matches!(both, (Some(one), Some(other)) if measure.is_same(one, other))
    };
    one.cases.len() == other.cases.len() && one.cases.keys().all(same)
}

pub(super) fn mistake_match(fingerprint: &Fingerprint, cases: Vec<String>) -> MistakeMatch {
    MistakeMatch {
        name: fingerprint.name.clone(),
        mistake: fingerprint.mistake.clone(),
        explanation: fingerprint.explanation.clone(),
        area: fingerprint.area,
        cases,
        beside_another: false,
    }
}

/// The cases that are wrong in the same way, where no case that was seen speaks against it and some case is telling.
fn agreement(measure: &Measure<'_>, fingerprint: &Fingerprint, behaviours: &Behaviours) -> Option<Vec<String>> {
    let mut cases = Vec::new();
    let mut is_telling = false;
    for (case, behaviour) in behaviours {
        match (behaviour, fingerprint.cases.get(case)) {
            (None, None) => {}
            (Some(behaviour), _) if behaviour.is_unknown() => {}
            (Some(behaviour), Some(known)) if measure.is_same(known, behaviour) => {
                is_telling |= known.is_telling();
                cases.push(case.clone());
            }
            (None, Some(_)) | (Some(_), _) => return None,
        }
    }
    is_telling.then_some(cases)
}
