//! The words on a mistake that is recognised.

use crate::model::Diagnosis;

/// What stands before a diagnosis, and what it says.
pub(crate) struct Line {
    /// What stands before it.
    pub(crate) label: &'static str,
    /// What it says.
    pub(crate) text: String,
}

/// Diagnoses shown unless all are asked for.
const SHOWN: usize = 3;

/// A line for each mistake, or region, that it may be.
pub(crate) fn diagnosis(found: &[Diagnosis], all: bool) -> Vec<Line> {
    let shown = if all { found.len() } else { SHOWN };
    let mut lines: Vec<Line> = found.iter().take(shown).enumerate().map(line).collect();
    let left = found.len().saturating_sub(shown);
    if left > 0 {
        lines.push(Line {
            label: "or",
            text: format!("{left} more that the golden cases do not tell apart"),
        });
    }
    lines
}

fn line((number, diagnosis): (usize, &Diagnosis)) -> Line {
    let first = number == 0;
    let (like, at) = match (first, diagnosis.beside_another) {
        (true, _) => ("looks like", "look at"),
        (false, true) => ("and like", "and at"),
        (false, false) => ("or like", "or at"),
    };
    let beside = if first && diagnosis.beside_another {
        ", beside another mistake"
    } else {
        ""
    };
    match (&diagnosis.mistake, &diagnosis.explanation) {
        (Some(mistake), Some(explanation)) => Line {
            label: like,
            text: format!("{mistake}{beside}: {}", phrase(explanation)),
        },
        _ => Line {
            label: at,
            text: diagnosis.area.clone().unwrap_or_default(),
        },
    }
}

/// A sentence as the end of another: without its capital, unless that belongs to the word, and without its period.
fn phrase(sentence: &str) -> String {
    let sentence = sentence.strip_suffix('.').unwrap_or(sentence);
    let mut letters = sentence.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(mistake: &str, explanation: &str) -> Diagnosis {
        Diagnosis {
            area: None,
            mistake: Some(mistake.to_owned()),
            explanation: Some(explanation.to_owned()),
            cases: Vec::new(),
            beside_another: false,
        }
    }

    fn lines(found: &[Diagnosis], all: bool) -> String {
        let lines = diagnosis(found, all).into_iter();
        let lines: Vec<String> = lines.map(|line| format!("{}  {}\n", line.label, line.text)).collect();
        lines.concat()
    }

    #[test]
    fn mistakes_that_cannot_be_told_apart_are_given_together() {
        let found = [
            named("no mask", "Attends without a mask."),
            named("A D^-1", "D^-1 stands on the right."),
            named("third", "Is the third."),
            named("fourth", "Is the fourth."),
        ];
        insta::assert_snapshot!(lines(&found, false), @r"
        looks like  no mask: attends without a mask
        or like  A D^-1: D^-1 stands on the right
        or like  third: is the third
        or  1 more that the golden cases do not tell apart
        ");
        assert!(lines(&found, true).contains("or like  fourth: is the fourth"));
    }

    #[test]
    fn two_mistakes_at_once_are_both_named() {
        let beside = |mistake, explanation| Diagnosis {
            beside_another: true,
            ..named(mistake, explanation)
        };
        let found = [
            beside("no mask", "Attends without a mask."),
            beside("no scale", "Leaves the scale out."),
        ];
        insta::assert_snapshot!(lines(&found, false), @r"
        looks like  no mask, beside another mistake: attends without a mask
        and like  no scale: leaves the scale out
        ");
        insta::assert_snapshot!(
            lines(&found[..1], false),
            @"looks like  no mask, beside another mistake: attends without a mask"
        );
    }

    #[test]
    fn a_region_is_named_without_the_mistake() {
        let area = |area: &str| Diagnosis {
            area: Some(area.to_owned()),
            mistake: None,
            explanation: None,
            cases: Vec::new(),
            beside_another: false,
        };
        insta::assert_snapshot!(lines(&[area("the mask"), area("the scale")], false), @r"
        look at  the mask
        or at  the scale
        ");
    }
}
