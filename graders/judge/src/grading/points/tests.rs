//! What single checks cost.

use super::*;
use crate::findings::{BeforeRun, Finding};

const DEDUCTIONS: Deductions = Deductions {
    property: 0.25,
    purity: 0.1,
    precision: 0.1,
};

fn check(kind: Kind, holds: bool) -> Check {
    let finding = Finding::BeforeRun(BeforeRun::NotAttempted);
    let failed = Ending::Failed {
        finding,
        counterexample: None,
    };
    let ending = if holds { Ending::Passed } else { failed };
    Check::new("", kind, "", ending)
}

fn portion(points: f64, earned: bool) -> Portion {
    Portion {
        name: String::new(),
        points,
        checks: Vec::new(),
        earned,
        lost: Vec::new(),
        not_run: false,
    }
}

#[test]
fn properties_that_hold_give_nothing() {
    assert_eq!(
        points(&[portion(4.0, false)], &[check(Kind::Property, true)], DEDUCTIONS),
        0.0
    );
}

#[test]
fn a_failed_property_takes_a_share_of_what_was_earned() {
    let portions = [portion(4.0, true), portion(4.0, false)];
    assert_eq!(points(&portions, &[check(Kind::Property, false)], DEDUCTIONS), 3.0);
}

#[test]
fn a_portion_that_is_lost_in_f64_is_not_charged_again_in_f32_and_none_pays_for_another() {
    let named = |name: &str, earned| Portion {
        name: name.to_owned(),
        ..portion(4.0, earned)
    };
    let single = |name: &str| Check {
        name: golden_name(DType::F32, name),
        ..check(Kind::Single, false)
    };
    let portions = [named("left", true), named("right", false)];
    assert_eq!(points(&portions, &[single("right")], DEDUCTIONS), 4.0);
    assert_eq!(points(&portions, &[single("left")], DEDUCTIONS), 3.0);
    let portions = [named("left", true), named("right", true)];
    assert_eq!(points(&portions, &[single("left")], DEDUCTIONS), 7.0);
}

#[test]
fn points_never_fall_below_zero() {
    let checks = vec![check(Kind::Property, false); 9];
    assert_eq!(points(&[portion(4.0, true)], &checks, DEDUCTIONS), 0.0);
}
