//! Names that golden cases leave open, and other checks do not.

use std::collections::BTreeSet;

use super::fingerprint::Fingerprint;
use super::mistake_match::MistakeMatch;
use crate::grading::judgement::model::{Check, Ending};

/// The mistake matches without those that a check rules out: one whose mistake has to fail a check that holds, and one that
/// leaves a failed check unexplained which another explains.
pub fn not_ruled_out(found: &[MistakeMatch], fingerprints: &[Fingerprint], checks: &[Check]) -> Vec<MistakeMatch> {
    let loses = |mistake_match: &MistakeMatch| -> BTreeSet<&str> {
        let known = fingerprints.iter().find(|known| known.name == mistake_match.name);
        known
            .into_iter()
            .flat_map(|known| &known.loses)
            .map(String::as_str)
            .collect()
    };
    let named = |is: fn(&Check) -> bool| -> BTreeSet<&str> {
        checks
            .iter()
            .filter(|check| is(check))
            .map(|check| check.name.as_str())
            .collect()
    };
    let held = named(|check| check.ending == Ending::Passed);
    let failed = named(|check| matches!(check.ending, Ending::Failed { .. }));
    let possible: Vec<&MistakeMatch> = found
        .iter()
        .filter(|mistake_match| loses(mistake_match).is_disjoint(&held))
        .collect();
    let explained = |mistake_match: &MistakeMatch| -> BTreeSet<&str> {
        loses(mistake_match).intersection(&failed).copied().collect()
    };
    let is_left = |mistake_match: &&&MistakeMatch| {
        let own = explained(mistake_match);
        let explains_more =
            |other: &&MistakeMatch| own.len() < explained(other).len() && own.is_subset(&explained(other));
        !possible.iter().any(explains_more)
    };
    possible
        .iter()
        .filter(is_left)
        .map(|mistake_match| (*mistake_match).clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::{BeforeRun, Finding};
    use crate::grading::judgement::model::Kind;
    use std::collections::BTreeMap;

    fn fingerprint(name: &str, loses: &[&str]) -> Fingerprint {
        Fingerprint {
            name: name.to_owned(),
            mistake: String::new(),
            explanation: String::new(),
            area: None,
            loses: loses.iter().map(ToString::to_string).collect(),
            cases: BTreeMap::new(),
        }
    }

    fn check(name: &str, holds: bool) -> Check {
        let failed = Ending::Failed {
            finding: Finding::BeforeRun(BeforeRun::NotAttempted),
            counterexample: None,
        };
        Check::new(name, Kind::Property, "", if holds { Ending::Passed } else { failed })
    }

    fn left(known: &[Fingerprint], checks: &[Check]) -> Vec<String> {
        let found: Vec<MistakeMatch> = known
            .iter()
            .map(|known| super::super::mistake_match::mistake_match(known, Vec::new()))
            .collect();
        let left = not_ruled_out(&found, known, checks);
        left.into_iter().map(|mistake_match| mistake_match.name).collect()
    }

    #[test]
    fn a_name_is_left_out_whose_mistake_fails_a_check_that_holds() {
        let known = [
            fingerprint("ignored", &["golden", "shift"]),
            fingerprint("other-axis", &["golden"]),
        ];
        let golden = check("golden", false);
        assert_eq!(left(&known, &[golden.clone(), check("shift", true)]), ["other-axis"]);
        let skipped = Check::new(
            "shift",
            Kind::Property,
            "",
            Ending::Skipped(crate::grading::judgement::model::Skip::TimeUsedUp),
        );
        assert_eq!(left(&known, &[golden, skipped]), ["ignored", "other-axis"]);
    }

    #[test]
    fn a_name_is_left_out_that_explains_less_than_another() {
        let known = [
            fingerprint("ignored", &["golden", "shift"]),
            fingerprint("other-axis", &["golden"]),
        ];
        let failed = [check("golden", false), check("shift", false)];
        assert_eq!(left(&known, &failed), ["ignored"]);
    }

    #[test]
    fn names_that_no_check_tells_apart_stay_together() {
        let known = [
            fingerprint("one", &["golden"]),
            fingerprint("two", &["golden"]),
            fingerprint("old", &["golden"]),
        ];
        let checks = [check("golden", false), check("shift", false)];
        assert_eq!(left(&known, &checks), ["one", "two", "old"]);
        let known = [
            fingerprint("one", &["golden", "shift"]),
            fingerprint("two", &["golden", "scale"]),
        ];
        let checks = [check("golden", false), check("shift", false), check("scale", false)];
        assert_eq!(left(&known, &checks), ["one", "two"]);
    }
}
