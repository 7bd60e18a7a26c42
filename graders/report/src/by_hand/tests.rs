//! Points by hand: one total, in every format, and a file that cannot be right is refused.
#![expect(clippy::unwrap_used, reason = "tests")]

use judge::findings::verdict::Verdict;

use super::*;
use crate::testing::{mixed, mixed_report};
use crate::{Conclusion, Format, Look, render, terminal};

fn items() -> Scores {
    Scores {
        items: vec![ItemScore {
            item: "2.1".to_owned(),
            title: None,
            points: 3.5,
            comment: Some("keys and values are exchanged".to_owned()),
        }],
        ..Scores::default()
    }
}

fn decision(task: &str, points: f64, reason: &str) -> Scores {
    Scores {
        overrides: vec![Override {
            task: task.to_owned(),
            points,
            reason: reason.to_owned(),
        }],
        ..Scores::default()
    }
}

fn applied(scores: &Scores) -> Result<Report, String> {
    let mut report = mixed_report();
    apply(&mut report, scores, &mixed().0, None).map(|()| report)
}

fn task<'a>(report: &'a Report, id: &str) -> &'a TaskReport {
    report.tasks.iter().find(|task| task.id == id).unwrap()
}

#[test]
fn without_points_by_hand_nothing_changes() {
    assert_eq!(applied(&Scores::default()).unwrap(), mixed_report());
}

#[test]
fn an_item_graded_by_hand_is_in_the_one_total() {
    let report = applied(&items()).unwrap();
    let sums = report.totals.by_hand.unwrap();
    assert_eq!((sums.points, sums.max_points), (3.5, 4.0));
    assert_eq!((sums.total_points, sums.total_max_points), (9.97, 20.0));
    assert_eq!(report.totals.manual_points, 6.0);
    assert_eq!(
        words::totals(&report.totals),
        "9.97 of 20 points: 6.47 of 16 graded here, 3.5 of 4 by hand; 6 more graded by hand; \
         2 more in tasks that this grader failed on"
    );
}

#[test]
fn a_decision_takes_the_place_of_the_graders_points_and_says_why() {
    let report = applied(&decision("rotary_embedding", 1.5, "on paper, see the regrade request")).unwrap();
    let decided = task(&report, "rotary_embedding");
    assert_eq!((decided.points, decided.verdict), (1.5, Verdict::NotAttempted));
    assert_eq!(
        decided.summary,
        "still `todo!()`; 1.5 points by hand in place of 0: on paper, see the regrade request"
    );
    assert_eq!(report.totals.points, 7.97);
}

#[test]
fn a_decision_on_a_task_that_the_grader_failed_on_makes_it_count() {
    let report = applied(&decision("adjacency_matrix", 2.0, "read by hand")).unwrap();
    assert_eq!((report.totals.max_points, report.totals.fault_points), (18.0, 0.0));
    assert_eq!(report.conclusion, Conclusion::Graded);
    assert_eq!(words::earned(task(&report, "adjacency_matrix")), "2 / 2");
    let said = &task(&report, "adjacency_matrix").summary;
    assert!(said.ends_with("; 2 points by hand: read by hand"), "{said}");
}

#[test]
fn points_by_hand_and_their_reasons_are_in_every_format_that_lists_tasks() {
    let mut scores = items();
    scores.overrides = decision("rotary_embedding", 1.5, "on paper").overrides;
    let report = applied(&scores).unwrap();
    let plain = |text: &str| text.replace('\\', "").split_whitespace().collect::<Vec<_>>().join(" ");
    for format in [Format::Markdown, Format::Html, Format::Gradescope, Format::Json] {
        let text = plain(&render(&report, format));
        for said in [
            "keys and values are exchanged",
            "1.5 points by hand in place of 0",
            "3.5",
        ] {
            assert!(text.contains(said), "{format}: {said}\n{text}");
        }
    }
    let text = plain(&terminal::render(&report, Look::default()));
    assert!(
        text.contains("Meaning of query, key and value: 3.5 / 4 (keys and values are exchanged)"),
        "{text}"
    );
    let xml = plain(&render(&report, Format::Junit));
    assert!(xml.contains("1.5 points by hand in place of 0: on paper"), "{xml}");
    assert!(xml.contains("graded by hand") && xml.contains("\"3.5\""), "{xml}");
}

#[test]
fn gradescope_gets_points_by_hand_as_points_of_tests() {
    let report = applied(&items()).unwrap();
    let value: serde_json::Value = serde_json::from_str(&render(&report, Format::Gradescope)).unwrap();
    let tests = value["tests"].as_array().unwrap();
    let sum: f64 = tests.iter().filter_map(|test| test["score"].as_f64()).sum();
    assert!((sum - report.totals.by_hand.unwrap().total_points).abs() < 1e-9);
    let item = tests.iter().find(|test| test["number"] == "2.1").unwrap();
    assert_eq!(
        (item["score"].as_f64(), item["max_score"].as_f64()),
        (Some(3.5), Some(4.0))
    );
}

#[test]
fn what_cannot_be_right_is_refused_in_words() {
    let refused = |scores: &Scores| applied(scores).unwrap_err();
    let with = |change: fn(&mut ItemScore)| {
        let mut scores = items();
        change(&mut scores.items[0]);
        refused(&scores)
    };
    assert_eq!(with(|item| item.points = 5.0), "item `2.1` has 4 points at most, not 5");
    assert_eq!(
        with(|item| item.points = f64::NAN),
        "item `2.1` has 4 points at most, not NaN"
    );
    assert_eq!(
        with(|item| item.item = "2.2".to_owned()),
        "no item `2.2` is graded by hand; these are: 2.1 (Meaning of query, key and value), 2.9 (Paper review)"
    );
    let mut twice = items();
    twice.items.extend(items().items);
    assert_eq!(refused(&twice), "item `2.1` stands twice");
    assert_eq!(
        refused(&decision("rms_norm", 1.0, " ")),
        "the override of `rms_norm` has no reason"
    );
    assert_eq!(
        refused(&decision("rms_norm", -1.0, "x")),
        "task `rms_norm` has 2 points at most, not -1"
    );
    assert_eq!(
        refused(&decision("laplacian", 1.0, "x")),
        "assignment `small` has no task `laplacian`"
    );
    let other = Scores {
        assignment: Some("large".to_owned()),
        ..Scores::default()
    };
    assert_eq!(refused(&other), "it is for `large`, and this is `small`");
}
