//! What nobody may read in any format: the answers of withheld tasks, and what a hidden part has answered.

use judge::findings::Violation;
use judge::grading::assignment::Visibility;
use judge::grading::judgement::TaskJudgement;

use super::tests::{SECRET, talkative};
use super::*;
use crate::terminal::{self, Look};
use crate::testing::{assignment, failed, heads_merged_twice, judgement, mixed_context};
use crate::{github, gradescope, html, json, jsonl, junit, markdown};

/// The report in every format.
fn everywhere(report: &Report) -> String {
    let look = Look {
        verbose: true,
        colour: false,
        width: None,
    };
    [
        json::render(report),
        jsonl::render(report),
        terminal::render(report, look),
        html::render(report),
        markdown::render(report),
        junit::render(report),
        github::render(report),
        gradescope::render(report),
    ]
    .concat()
}

/// A task of an assignment in which it, or what it calls, is kept from students; it has lost a check of this kind.
fn told(assignment: &Assignment, kind: Kind, finding: Finding, substituted: &[&str]) -> String {
    let judgement = TaskJudgement {
        mistake_matches: vec![heads_merged_twice()],
        substituted: substituted.iter().map(ToString::to_string).collect(),
        ..judgement(
            "rms_norm",
            Verdict::Wrong,
            &[("all", false)],
            vec![failed("check", kind, finding)],
        )
    };
    everywhere(&build(&mixed_context(), &[judgement], assignment))
}

fn is_silent(text: &str) -> bool {
    [SECRET, "9021", "90210", "merged twice"]
        .iter()
        .all(|secret| !text.contains(secret))
}

const OF_CASES: [Kind; 5] = [
    Kind::Golden,
    Kind::Single,
    Kind::Precision,
    Kind::Purity,
    Kind::Differential,
];

#[test]
fn nothing_of_a_withheld_tasks_expected_values_reaches_any_format() {
    let mut assignment = assignment(&[("rms_norm", &["all"])], Visibility::Public);
    let shown = told(&assignment, Kind::Golden, talkative().remove(0), &[]);
    assert!(
        !is_silent(&shown),
        "the same task is talked of where it is not withheld"
    );
    assignment.tasks[0].withheld = true;
    for kind in OF_CASES {
        for finding in talkative() {
            let shown = told(&assignment, kind, finding.clone(), &[]);
            assert!(is_silent(&shown), "{kind:?} {finding:?}: {shown}");
        }
    }
}

#[test]
fn nothing_that_a_hidden_part_has_answered_reaches_any_format() {
    let mut assignment = assignment(&[("rms_norm", &["all"]), ("greedy", &["all"])], Visibility::Public);
    let in_properties = talkative()
        .into_iter()
        .map(|finding| Finding::PropertyFailed(Violation::Call(Box::new(finding))));
    let findings: Vec<Finding> = talkative().into_iter().chain(in_properties).collect();
    for (visibility, withheld) in [(Visibility::Hidden, false), (Visibility::Public, true)] {
        assignment.tasks[1].visibility = visibility;
        assignment.tasks[1].withheld = withheld;
        for kind in OF_CASES.into_iter().chain([Kind::Property]) {
            for finding in &findings {
                let shown = told(&assignment, kind, finding.clone(), &["greedy"]);
                assert!(is_silent(&shown), "{kind:?} {finding:?}: {shown}");
            }
        }
    }
    assignment.tasks[1].withheld = false;
    let shown = told(&assignment, Kind::Golden, talkative().remove(0), &["greedy"]);
    assert!(!is_silent(&shown), "a part that everybody may see keeps nobody silent");
}
