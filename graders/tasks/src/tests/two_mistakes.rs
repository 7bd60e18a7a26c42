//! Two mistakes at once, with the fingerprints that are stored.

use std::path::Path;

use judge::diagnosis::behaviour::{Behaviour, Behaviours, Measure};
use judge::diagnosis::fingerprint::Fingerprint;
use judge::diagnosis::{are_alike, mistake_matches, pairs};
use judge::fixtures::Fixtures;

use crate::ALL;

/// Mistakes that really are two others at once.
const TWO_IN_ONE: &[&str] = &["complete-graph-loops-swapped"];

/// Goes through the tasks that have fingerprints.
fn each_task(mut look: impl FnMut(&Measure<'_>, &[Fingerprint])) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
    let fixtures = Fixtures::load(&root, ALL).expect("the fixtures are there");
    for &task in ALL {
        let measure = Measure {
            task,
            tolerances: &fixtures.tolerances,
        };
        look(&measure, &fixtures.fingerprints(task.id).expect("they can be read"));
    }
}

/// What is seen of both at once: what comes where both are wrong is like neither.
fn together(measure: &Measure<'_>, first: &Fingerprint, second: &Fingerprint) -> Behaviours {
    let of = |case: &str| match (first.cases.get(case), second.cases.get(case)) {
        (None, None) => None,
        (Some(one), None) | (None, Some(one)) => Some(one.clone()),
        (Some(_), Some(_)) => Some(Behaviour::BrokeDown),
    };
    let cases = measure.task.cases.iter();
    cases.map(|case| (case.name.to_owned(), of(case.name))).collect()
}

fn alone(measure: &Measure<'_>, one: &Fingerprint) -> Behaviours {
    let cases = measure.task.cases.iter();
    cases
        .map(|case| (case.name.to_owned(), one.cases.get(case.name).cloned()))
        .collect()
}

#[test]
fn a_mistake_that_is_not_known_is_not_taken_for_two_that_are() {
    each_task(|measure, known| {
        for one in known.iter().filter(|one| !TWO_IN_ONE.contains(&one.name.as_str())) {
            let others: Vec<Fingerprint> = known
                .iter()
                .filter(|other| !are_alike(measure, one, other))
                .cloned()
                .collect();
            let found = pairs(measure, &others, &alone(measure, one));
            assert!(found.is_empty(), "{} is taken for {found:?}", one.name);
        }
    });
}

#[test]
fn of_two_known_mistakes_with_cases_of_their_own_no_other_is_named() {
    let (mut both, mut one, mut none) = (0, 0, 0);
    each_task(|measure, known| {
        for (number, first) in known.iter().enumerate() {
            for second in &known[number + 1..] {
                let has_own = |one: &Fingerprint, other: &Fingerprint| {
                    let mut cases = one.cases.iter();
                    cases.any(|(case, behaviour)| !other.cases.contains_key(case) && behaviour.is_telling())
                };
                let seen = together(measure, first, second);
                let has_a_name = !mistake_matches(measure, known, &seen).is_empty();
                if has_a_name || !has_own(first, second) || !has_own(second, first) {
                    continue;
                }
                let found = pairs(measure, known, &seen);
                for mistake_match in &found {
                    let is_one_of_them = |made: &Fingerprint| {
                        let named = known.iter().find(|known| known.name == mistake_match.name);
                        named.is_some_and(|named| are_alike(measure, named, made))
                    };
                    assert!(
                        is_one_of_them(first) || is_one_of_them(second),
                        "{} and {} are called {}",
                        first.name,
                        second.name,
                        mistake_match.name
                    );
                }
                match found.len() {
                    0 => none += 1,
                    1 => one += 1,
                    _ => both += 1,
                }
            }
        }
    });
    // Most are named; where several pairs explain the same, what they share is.
    assert!(both > 4 * (one + none), "{both} both, {one} one, {none} none");
}
