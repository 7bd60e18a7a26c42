//! Mistakes by name, as far as the assignment allows.

use super::*;

fn recognised(hints: Hints, visibility: Visibility) -> Report {
    let wrong = Finding::WrongOutput(WrongOutput::Wrong {
        case: "one".to_owned(),
        output: "output".to_owned(),
        mismatch: Mismatch::Values(secret_difference()),
        patterns: vec![Pattern::SignFlipped],
    });
    let other = |name: &str, area| MistakeMatch {
        name: name.to_owned(),
        mistake: name.to_owned(),
        area: Some(area),
        ..heads_merged_twice()
    };
    let judgement = TaskJudgement {
        mistake_matches: vec![
            heads_merged_twice(),
            other("heads interleaved", Area::Heads),
            other("no mask", Area::Mask),
        ],
        ..judgement(
            "rms_norm",
            Verdict::Wrong,
            &[("all", false)],
            vec![failing("golden-f64/all", Kind::Golden, wrong)],
        )
    };
    let assignment = Assignment {
        hints,
        ..assignment(&[("rms_norm", &["all"])], visibility)
    };
    build(&mixed_context(), &[judgement], &assignment)
}

#[test]
fn a_mistake_is_named_as_far_as_the_assignment_allows() {
    let said = |hints| everything(&recognised(hints, Visibility::Public));
    let (named, area, none) = (said(Hints::Named), said(Hints::Area), said(Hints::None));
    for words in [
        "looks like heads merged twice: merges",
        "or like    heads interleaved",
        "or like    no mask",
    ] {
        assert!(named.contains(words), "{named}");
    }
    for words in ["look at    how heads are split and merged", "or at      the mask"] {
        assert!(area.contains(words), "{area}");
    }
    for text in [&area, &none] {
        assert!(
            !text.contains("merged twice") && !text.contains("interleaved"),
            "{text}"
        );
    }
    assert!(named.contains("opposite sign") && area.contains("opposite sign"));
    assert!(
        !none.contains("look at") && !none.contains("opposite sign") && !none.contains("sign_flipped"),
        "{none}"
    );
}

#[test]
fn a_hidden_task_is_recognised_by_nobody() {
    for hints in [Hints::None, Hints::Area, Hints::Named] {
        let report = recognised(hints, Visibility::Hidden);
        assert_eq!(report.tasks[0].diagnosis, []);
        let text = everything(&report);
        for secret in [
            "merged",
            "interleaved",
            "no mask",
            "looks like",
            "look at",
            "opposite sign",
            "sign_flipped",
        ] {
            assert!(!text.contains(secret), "{secret}: {text}");
        }
    }
}

#[test]
fn an_assignment_without_hints_leaves_none_standing_in_any_format() {
    let (assignment, judgements) = mixed();
    let silent = Assignment {
        hints: Hints::None,
        ..assignment.clone()
    };
    let of = |assignment: &Assignment| build(&mixed_context(), &judgements, assignment);
    let hints = |report: &Report| {
        report
            .tasks
            .iter()
            .flat_map(|task| &task.checks)
            .filter(|check| check.hint.is_some())
            .count()
    };
    assert!(hints(&of(&assignment)) > 5);
    let report = of(&silent);
    assert_eq!(hints(&report), 0);
    for &format in Format::ALL {
        // The style of the page has a class of that name.
        let text = render(&report, format).replace(".hint", "");
        for said in ["hint", "look for a loop", "looks like", "rows 1 and later"] {
            assert!(!text.contains(said), "{format}: {said}");
        }
    }
}
