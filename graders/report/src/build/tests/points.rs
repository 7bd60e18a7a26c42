//! How points add up.

use super::*;

#[test]
fn points_of_a_judge_fault_are_lost_to_nobody() {
    let assignment = assignment(
        &[("rms_norm", &["all"]), ("greedy", &["all"]), ("nucleus", &["all"])],
        Visibility::Public,
    );
    let judgements = [
        judgement("rms_norm", Verdict::Passed, &[("all", true)], Vec::new()),
        TaskJudgement {
            points: 0.0,
            ..judgement("greedy", Verdict::JudgeFault, &[("all", false)], Vec::new())
        },
    ];
    let report = build(&mixed_context(), &judgements, &assignment);
    let expected = Totals {
        points: 2.0,
        max_points: 2.0,
        training_points: 0.0,
        fault_points: 2.0,
        unasked_points: 2.0,
        manual_points: 0.0,
        by_hand: None,
        percent: 100.0,
    };
    assert_eq!(report.totals, expected);
    assert_eq!(report.conclusion, Conclusion::JudgeFault);
}

#[test]
fn points_that_need_training_are_counted_apart() {
    let assignment = assignment(
        &[("rms_norm", &["training"]), ("greedy", &["values", "training"])],
        Visibility::Public,
    );
    let judgements = [not_run("rms_norm", false), not_run("greedy", true)];
    let context = Context {
        min_score: Some(100.0),
        ..mixed_context()
    };
    let report = build(&context, &judgements, &assignment);
    let totals = report.totals;
    assert_eq!((totals.points, totals.max_points, totals.percent), (2.0, 2.0, 100.0));
    assert_eq!((totals.training_points, totals.unasked_points), (4.0, 0.0));
    assert_eq!(report.conclusion, Conclusion::Graded);
    assert_eq!(report.tasks[0].verdict, Verdict::NotRun);
    assert_eq!(report.next.as_deref(), Some("grade again with --training"));
}

#[test]
fn full_marks_with_a_wrong_task_are_below_a_minimum_of_a_hundred() {
    let full = TaskJudgement {
        points: 2.0,
        ..judgement("rms_norm", Verdict::Wrong, &[("all", true)], Vec::new())
    };
    let assignment = assignment(&[("rms_norm", &["all"])], Visibility::Public);
    let conclude = |min_score: Option<f64>| {
        let context = Context {
            min_score,
            ..mixed_context()
        };
        build(&context, std::slice::from_ref(&full), &assignment).conclusion
    };
    assert_eq!(conclude(None), Conclusion::Graded);
    assert_eq!(conclude(Some(99.0)), Conclusion::Graded);
    assert_eq!(conclude(Some(100.0)), Conclusion::BelowMinimum);
}

#[test]
fn a_percentage_is_never_rounded_up() {
    assert_eq!(percent(2.0, 2.0), 100.0);
    assert_eq!(percent(21.999, 22.0), 99.99);
    assert_eq!(percent(0.3, 0.3), 100.0);
    assert_eq!(percent(5.7, 22.0), 25.9);
    assert_eq!(percent(0.0, 0.0), 0.0);
}
