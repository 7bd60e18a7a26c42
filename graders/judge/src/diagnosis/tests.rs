//! Recognising mistakes of a task that halves two numbers.

use std::collections::BTreeMap;

use wire::{DType, Observed, Outcome, Tensor, Tensors};

use super::behaviour::{Behaviour, Behaviours, Measure};
use super::fingerprint::{Fingerprint, Nothing, is_still, telling};
use super::*;
use crate::contract::random::floats;
use crate::contract::subject::{Call, Subject};
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::fault::Fault;
use crate::fixtures::case::StoredCase;

const CASES: &[Case] = &[case("plus"), case("minus")];
static HALF: Task = Task {
    id: "half",
    cases: CASES,
    ..Task::BLANK
};

const fn case(name: &'static str) -> Case {
    Case {
        name,
        portion: "all",
        arguments: |_| Tensors::new(),
        expect: Expect::Outputs,
    }
}

fn stored(sign: f32) -> StoredCase {
    let tensors = |name: &str, values: Vec<f32>| Tensors::from([(name.to_owned(), floats(&[2], values))]);
    StoredCase {
        inputs: tensors("x", vec![sign * 2.0, sign * 6.0]),
        expected: Tensors::from([(
            "y".to_owned(),
            floats(&[2], vec![sign, sign * 3.0]).to_float(DType::F64),
        )]),
    }
}

/// What a function makes of a number; nothing where it refuses.
type Function = fn(f64) -> Option<f64>;

struct Pupil(Function);

impl Subject for Pupil {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        let values: Option<Vec<f64>> = call.arguments["x"].to_f64().into_iter().map(self.0).collect();
        let Some(values) = values else {
            return Ok(Observed::Answered {
                outcome: Outcome::Refused { reason: String::new() },
                tensors: Tensors::new(),
            });
        };
        let y = Tensor::new(vec![2], wire::Data::F64(values)).expect("two values");
        let mut tensors = Tensors::new();
        wire::message::Group::Output.insert(&mut tensors, Tensors::from([("y".to_owned(), y)]));
        let outcome = Outcome::Returned;
        Ok(Observed::Answered { outcome, tensors })
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

fn with_measure<T>(action: impl FnOnce(&Measure<'_>) -> T) -> T {
    action(&Measure {
        task: &HALF,
        tolerances: &Tolerances::default(),
    })
}

fn observe(function: Function) -> Behaviours {
    let stored = [stored(1.0), stored(-1.0)];
    with_measure(|measure| measure.observe(CASES.iter().zip(&stored), &mut Pupil(function)))
        .expect("a pupil is no fault")
}

fn fingerprint(name: &str, function: Function) -> Fingerprint {
    let behaviours = observe(function);
    let cases = with_measure(|measure| telling(measure, &behaviours, &behaviours));
    Fingerprint {
        name: name.to_owned(),
        mistake: name.to_owned(),
        explanation: String::new(),
        area: None,
        loses: Vec::new(),
        cases: cases.expect("a mistake that can be told"),
    }
}

fn names(fingerprints: &[Fingerprint], function: Function) -> Vec<String> {
    let behaviours = observe(function);
    let found = with_measure(|measure| mistake_matches(measure, fingerprints, &behaviours));
    found.into_iter().map(|mistake_match| mistake_match.name).collect()
}

fn known() -> Vec<Fingerprint> {
    vec![
        fingerprint("doubled", |x| Some(x * 2.0)),
        fingerprint("absolute", |x| Some(x.abs() / 2.0)),
        fingerprint("negative-refused", |x| (x > 0.0).then_some(x / 2.0)),
    ]
}

#[test]
fn a_mistake_is_named_however_it_is_written() {
    assert_eq!(names(&known(), |x| Some(x + x)), ["doubled"]);
    assert_eq!(names(&known(), |x| Some((x * x).sqrt() * 0.5)), ["absolute"]);
    assert_eq!(names(&known(), |x| (x >= 0.0).then_some(0.5 * x)), ["negative-refused"]);
}

#[test]
fn nothing_is_named_where_one_case_speaks_against_it() {
    // Doubles positive numbers and halves negative ones: neither `doubled` nor right.
    assert_eq!(
        names(&known(), |x| Some(if x > 0.0 { x * 2.0 } else { x / 2.0 })),
        [""; 0]
    );
    // Wrong where `absolute` is right.
    assert_eq!(names(&known(), |x| Some(if x > 0.0 { x } else { -x / 2.0 })), [""; 0]);
    assert_eq!(names(&known(), |x| Some(x / 2.0)), [""; 0]);
    // Near `doubled`, and not equal to it.
    assert_eq!(names(&known(), |x| Some(x * 2.000_001)), [""; 0]);
}

#[test]
fn mistakes_that_no_case_tells_apart_are_given_together() {
    let mut all = known();
    all.push(fingerprint("added-to-itself", |x| Some(x + x)));
    assert_eq!(names(&all, |x| Some(2.0 * x)), ["added-to-itself", "doubled"]);
    with_measure(|measure| {
        assert!(are_alike(measure, &all[0], &all[3]));
        assert!(!are_alike(measure, &all[0], &all[1]));
    });
}

/// The names given together, where no single mistake explains what is seen.
fn paired(fingerprints: &[Fingerprint], function: Function) -> Vec<String> {
    let behaviours = observe(function);
    let found = with_measure(|measure| pairs(measure, fingerprints, &behaviours));
    assert!(found.iter().all(|mistake_match| mistake_match.beside_another));
    found.into_iter().map(|mistake_match| mistake_match.name).collect()
}

#[test]
fn two_mistakes_at_once_are_named_where_each_has_a_case_of_its_own() {
    let mut all = known();
    all.push(fingerprint("positive-tripled", |x| {
        Some(if x > 0.0 { x * 3.0 } else { x / 2.0 })
    }));
    let both: Function = |x| Some(if x > 0.0 { x * 3.0 } else { -x / 2.0 });
    assert_eq!(names(&all, both), [""; 0]);
    assert_eq!(paired(&all, both), ["absolute", "positive-tripled"]);
    // The negative numbers are wrong in a way of their own.
    assert_eq!(paired(&all, |x| Some(if x > 0.0 { x * 3.0 } else { -x })), [""; 0]);
    // Nothing is left for a second mistake to explain.
    assert_eq!(paired(&all, |x| Some(x.abs() / 2.0)), [""; 0]);
}

#[test]
fn of_several_pairs_only_what_they_share_is_named() {
    let mut all = known();
    all.push(fingerprint("positive-tripled", |x| {
        Some(if x > 0.0 { x * 3.0 } else { x / 2.0 })
    }));
    all.push(fingerprint("nearly-absolute", |x| {
        Some(if x > 0.0 { x / 2.0 } else { -x / 2.0 + 1e-13 })
    }));
    let both: Function = |x| Some(if x > 0.0 { x * 3.0 } else { -x / 2.0 });
    // What no case tells from `absolute` does not count as another.
    assert_eq!(paired(&all, both), ["absolute", "positive-tripled"]);
}

#[test]
fn a_case_of_which_nothing_is_known_speaks_neither_for_nor_against() {
    let mut behaviours = observe(|x| Some(x * 2.0));
    behaviours.insert("minus".to_owned(), Some(Behaviour::Unknown));
    let found = with_measure(|measure| mistake_matches(measure, &known(), &behaviours));
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].name.as_str(), found[0].cases.as_slice()),
        ("doubled", &["plus".to_owned()][..])
    );
}

#[test]
fn what_tells_nothing_makes_no_fingerprint() {
    let of =
        |first: Function, second: Function| with_measure(|measure| telling(measure, &observe(first), &observe(second)));
    assert_eq!(of(|x| Some(x / 2.0), |x| Some(x / 2.0)), Err(Nothing::GoldensHold));
    assert_eq!(
        of(|x| Some(x / 2.0 + 1e-8), |x| Some(x / 2.0)),
        Err(Nothing::GoldensHold)
    );
    assert_eq!(of(|_| Some(f64::NAN), |_| Some(f64::NAN)), Err(Nothing::BreaksDown));
    assert_eq!(of(Some, |x| Some(x * 3.0)), Err(Nothing::Varies));
    assert!(of(Some, Some).is_ok());
}

#[test]
fn a_fingerprint_moves_where_its_values_do() {
    let cases = |function| fingerprint("", function).cases;
    let before = cases(|x| Some(x * 2.0));
    let still = |after: &BTreeMap<String, Behaviour>| with_measure(|measure| is_still(measure, &before, after));
    assert!(still(&cases(|x| Some(x * 2.0 * (1.0 + 1e-15)))));
    assert!(!still(&cases(|x| Some(x * 2.0 * (1.0 + 1e-11)))));
    assert!(!still(&cases(|x| (x > 0.0).then_some(x * 2.0))));
}
