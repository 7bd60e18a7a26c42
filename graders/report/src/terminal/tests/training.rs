//! Tasks that train.

use super::*;

#[test]
fn a_task_whose_training_was_not_asked_for_is_not_run_and_its_points_need_training() {
    insta::assert_snapshot!(shown(not_run("rms_norm", false)));
    insta::assert_snapshot!(shown(not_run("rms_norm", true)));
}

#[test]
fn weights_below_the_threshold_show_what_was_measured_and_needed() {
    insta::assert_snapshot!(shown(below_threshold("rms_norm", 1.75)));
}

#[test]
fn a_training_that_takes_too_long_is_not_told_as_golden_cases() {
    let mut judgement = below_threshold("rms_norm", 1.75);
    judgement.verdict = Verdict::TimedOut;
    let finding = Finding::CallFailed(CallFailed::TimedOut {
        cpu: 25.1,
        wall: 26.0,
        by_cpu: true,
    });
    judgement.checks[0].ending = Ending::Failed {
        finding,
        counterexample: None,
    };
    let text = shown(judgement);
    assert!(text.contains("timed out        training fails"), "{text}");
}

#[test]
fn a_training_without_a_number_says_so() {
    insta::assert_snapshot!(shown(below_threshold("rms_norm", f64::NAN)));
}

#[test]
fn a_trial_that_holds_shows_what_it_has_measured_where_all_is_shown() {
    let report = report_on(trained("rms_norm"), Visibility::Public);
    insta::assert_snapshot!(body(&report, VERBOSE));
}

#[test]
fn a_trial_through_a_wrong_part_says_what_to_fix() {
    let mut judgement = not_run("rms_norm", false);
    let skip = Skip::DependsOn(vec!["causal_mask".to_owned()]);
    judgement.checks[0].ending = Ending::Skipped(skip);
    let judgement = TaskJudgement {
        verdict: Verdict::Skipped,
        max_points: 2.0,
        training_points: 0.0,
        ..judgement
    };
    insta::assert_snapshot!(shown(judgement));
}
