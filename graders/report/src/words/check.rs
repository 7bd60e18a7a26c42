//! The names of checks as people say them.

use crate::model::{CheckKind, CheckReport};

/// A property's name that is no everyday word, with what it means.
const PROPERTIES: &[(&str, &str)] = &[
    ("all-gradients", "gradients of all arguments"),
    ("dropout-everywhere", "dropout at every size"),
    ("as-a-part", "as a part of another task"),
    ("call-order", "side effects: on later calls"),
    ("arguments-unmodified", "side effects: on arguments"),
    ("deterministic", "side effects: equal calls differ"),
    ("extra-axes", "axes of size 1 too many"),
    ("hull", "outputs within the range of the values"),
    ("memory-layout", "arguments that are views"),
    ("whole-domain", "all valid arguments"),
    ("build", "compiling"),
    ("policy", "what may be used"),
    ("time", "time"),
];

/// A check's name for people: what it is, not how the grader calls it.
pub(crate) fn check_title(check: &CheckReport) -> String {
    if let Some((_, title)) = PROPERTIES.iter().find(|(name, _)| *name == check.name) {
        return (*title).to_owned();
    }
    match check.kind {
        CheckKind::Golden => of_portion(check, "golden-f64/", "expected values (f64)"),
        CheckKind::Single => of_portion(check, "golden-f32/", "expected values (f32)"),
        CheckKind::Precision => "f64 accuracy".to_owned(),
        CheckKind::Differential => "fresh inputs".to_owned(),
        CheckKind::Property | CheckKind::Purity | CheckKind::Trial => check.name.clone(),
    }
}

fn of_portion(check: &CheckReport, start: &str, title: &str) -> String {
    match check.name.strip_prefix(start) {
        Some("all") => title.to_owned(),
        Some(portion) => format!("{title}, {}", portion.replace('_', " ")),
        None => check.name.clone(),
    }
}

/// The same with the name by which `grade explain` knows it, where that is another.
pub(crate) fn check_name(check: &CheckReport) -> String {
    let title = check_title(check);
    if matches!(check.kind, CheckKind::Property | CheckKind::Trial) && title != check.name {
        format!("{title} ({})", check.name)
    } else {
        title
    }
}
