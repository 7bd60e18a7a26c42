//! What is said of a mistake that is recognised: as much as the assignment allows.

use judge::diagnosis::MistakeMatch;
use judge::findings::{Finding, WrongOutput};
use judge::grading::assignment::Hints;

use crate::clean::clean;
use crate::model::Diagnosis;
use crate::visibility::Openness;
use crate::words;

/// The diagnoses of a task. A hidden one has none: they say how its cases are answered, as a difference would.
pub(crate) fn diagnosis(hints: Hints, openness: Openness, mistake_matches: &[MistakeMatch]) -> Vec<Diagnosis> {
    match (openness, hints) {
        (Openness::Hidden | Openness::Closed, _) | (_, Hints::None) => Vec::new(),
        (Openness::Open, Hints::Named) => mistake_matches.iter().map(named).collect(),
        (Openness::Open, Hints::Area) => areas(mistake_matches),
    }
}

fn named(mistake_match: &MistakeMatch) -> Diagnosis {
    Diagnosis {
        area: mistake_match.area.map(words::area).map(str::to_owned),
        mistake: Some(clean(&mistake_match.mistake)),
        explanation: Some(clean(&mistake_match.explanation)),
        cases: mistake_match.cases.clone(),
        beside_another: mistake_match.beside_another,
    }
}

/// The regions only, each once.
fn areas(mistake_matches: &[MistakeMatch]) -> Vec<Diagnosis> {
    let mut found: Vec<Diagnosis> = Vec::new();
    for mistake_match in mistake_matches {
        let area = mistake_match.area.map(words::area).map(str::to_owned);
        if area.is_some() && found.iter().all(|earlier| earlier.area != area) {
            found.push(Diagnosis {
                area,
                mistake: None,
                explanation: None,
                cases: mistake_match.cases.clone(),
                beside_another: mistake_match.beside_another,
            });
        }
    }
    found
}

/// A finding as far as hints are allowed: the pattern in which values differ is one.
pub(crate) fn within(hints: Hints, finding: Finding) -> Finding {
    match (hints, finding) {
        (
            Hints::None,
            Finding::WrongOutput(WrongOutput::Wrong {
                case,
                output,
                mismatch,
                patterns: _,
            }),
        ) => Finding::WrongOutput(WrongOutput::Wrong {
            case,
            output,
            mismatch,
            patterns: Vec::new(),
        }),
        (_, finding) => finding,
    }
}
