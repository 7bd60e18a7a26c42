//! Two mistakes at once.
//!
//! Where both are made, the cases that only one of them spoils are wrong in its way. What comes where both do, nobody
//! knows. So each has to show in a case of its own, in which the other one is right.

use super::behaviour::{Behaviours, Measure};
use super::fingerprint::Fingerprint;
use super::mistake_match::{MistakeMatch, are_alike, mistake_match};

/// The mistakes that explain a submission together and not alone: both, or the one that is part of every explanation.
pub fn pairs(measure: &Measure<'_>, fingerprints: &[Fingerprint], behaviours: &Behaviours) -> Vec<MistakeMatch> {
    let mut possible: Vec<(&Fingerprint, Vec<String>)> = Vec::new();
    for fingerprint in fingerprints {
        // One that is wrong where the submission is right is not made; one that shows in no case cannot be named.
        let is_made = fingerprint
            .cases
            .keys()
            .all(|case| behaviours.get(case).is_none_or(Option::is_some));
        let cases = same_cases(measure, fingerprint, behaviours);
        let is_new = || !possible.iter().any(|(other, _)| are_alike(measure, fingerprint, other));
        if is_made && !cases.is_empty() && is_new() {
            possible.push((fingerprint, cases));
        }
    }
    let places = 0..possible.len();
    let all = places.flat_map(|first| (first + 1..possible.len()).map(move |second| [first, second]));
    let found: Vec<[usize; 2]> = all
        .filter(|&[first, second]| explain(&possible[first], &possible[second], behaviours))
        .collect();
    let Some(first) = found.first() else { return Vec::new() };
    let in_all = |one: &&usize| found.iter().all(|pair| pair.contains(one));
    let common = first.iter().filter(in_all);
    common
        .map(|&one| MistakeMatch {
            beside_another: true,
            ..mistake_match(possible[one].0, possible[one].1.clone())
        })
        .collect()
}

/// The cases that are wrong in the way of this mistake, as far as that tells anything.
fn same_cases(measure: &Measure<'_>, fingerprint: &Fingerprint, behaviours: &Behaviours) -> Vec<String> {
    let cases = fingerprint.cases.iter().filter(|(case, known)| {
        let behaviour = behaviours.get(*case).and_then(Option::as_ref);
        known.is_telling() && behaviour.is_some_and(|behaviour| measure.is_same(known, behaviour))
    });
    cases.map(|(case, _)| case.clone()).collect()
}

/// Whether every wrong case is one of these two mistakes', or of both, and each has one of its own.
fn explain(
    (first, first_cases): &(&Fingerprint, Vec<String>),
    (second, second_cases): &(&Fingerprint, Vec<String>),
    behaviours: &Behaviours,
) -> bool {
    let mut own = [false; 2];
    for (case, behaviour) in behaviours {
        let is_known = behaviour.as_ref().is_some_and(|behaviour| !behaviour.is_unknown());
        match (first.cases.contains_key(case), second.cases.contains_key(case)) {
            (false, false) if is_known => return false,
            (true, false) if is_known && !first_cases.contains(case) => return false,
            (false, true) if is_known && !second_cases.contains(case) => return false,
            (true, false) if is_known => own[0] = true,
            (false, true) if is_known => own[1] = true,
            _ => {}
        }
    }
    own == [true; 2]
}
