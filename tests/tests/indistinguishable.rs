//! What a function can see of a call does not tell it what the call is for.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use tests::Submission;

/// What a draw from the generator is in each check of a task that panics with it.
fn draws(file: &str, function: &str, task: &str) -> BTreeSet<String> {
    let body =
        "panic!(\"drew {}.\", Tensor::randint(1_000_000, [1], (tch::Kind::Int64, tch::Device::Cpu)).int64_value(&[0]))";
    let submission = Submission::template().with_body(file, function, body);
    let (run, report) = submission.graded(&["--assignment", "uva-dl1-a2", "--task", task]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let checks = report["tasks"][0]["checks"].as_array().unwrap();
    let failed: Vec<&str> = checks.iter().filter_map(|check| check["message"].as_str()).collect();
    let kinds: BTreeSet<&str> = checks
        .iter()
        .filter(|check| check["message"].as_str().is_some_and(|text| text.contains("drew ")))
        .filter_map(|check| check["kind"].as_str())
        .collect();
    assert!(
        kinds.contains("golden") && kinds.contains("property"),
        "{kinds:?} {failed:?}"
    );
    let drawn = failed
        .iter()
        .filter_map(|text| text.split("drew ").nth(1)?.split('.').next());
    drawn.map(str::to_owned).collect()
}

#[test]
fn a_draw_is_the_same_in_golden_cases_and_properties() {
    for (file, function, task) in [
        ("src/normalization.rs", "rms_norm", "rms_norm"),
        (
            "src/attention.rs",
            "scaled_dot_product_attention",
            "scaled_dot_product_attention",
        ),
        ("src/graph_convolution.rs", "message", "message"),
    ] {
        let draws = draws(file, function, task);
        assert_eq!(draws.len(), 1, "{task}: {draws:?}");
    }
}
