//! Whoever works on a submission is told what an edit has fixed and broken, against the version that was graded before it.
#![expect(clippy::unwrap_used, reason = "tests")]

use tests::Submission;

const TASKS: [&str; 6] = ["--task", "rms_norm", "--task", "greedy", "--task", "causal_mask"];
const SAMPLING: &str = "src/sampling.rs";
const WRONG: &str = "    logits.argmin(-1, false)";
const RIGHT: &str = "    // Right.\n    logits.argmax(-1, false)";

/// What the terminal says of the version before, and what the page says.
fn said(submission: &Submission, more: &[&str]) -> [Option<String>; 2] {
    let page = submission.path().with_extension("page.html");
    let html = format!("html={}", page.display());
    let (run, report) = submission.graded(&[&TASKS[..], &["--report", &html], more].concat());
    assert!(
        report.get("since").is_none(),
        "data do not depend on what was graded before"
    );
    let text = std::fs::read_to_string(&page).unwrap();
    std::fs::remove_file(&page).unwrap();
    // In the terminal it may take several lines; the sums stand below it.
    let said = |text: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains("since last time"));
        let first = lines.next()?.trim().to_owned();
        let more = lines.take_while(|line| !line.contains("points"));
        Some(more.fold(first, |all, line| format!("{all} {}", line.trim())))
    };
    [said(&run.stdout), said(&text)]
}

/// What both say, as words without the time.
fn told(submission: &Submission, more: &[&str]) -> Option<String> {
    let [terminal, page] = said(submission, more);
    assert_eq!(terminal.is_some(), page.is_some());
    let (before, after) = terminal.as_deref()?.split_once("(less than a minute ago)").unwrap();
    Some(format!("{}{after}", before.trim()))
}

#[test]
fn an_edit_is_told_as_what_it_has_fixed_and_broken_since_the_version_before() {
    let text = format!("\n// {}\n", std::process::id());
    let submission = Submission::reference();
    let file = "src/normalization.rs";
    let normalization = std::fs::read_to_string(submission.path().join(file)).unwrap();
    let submission = submission.with_file(file, &(normalization + &text));
    assert_eq!(told(&submission, &[]), None, "there is no version before");

    let submission = submission.with_body(SAMPLING, "greedy", WRONG);
    let broken = told(&submission, &[]);
    assert_eq!(broken.as_deref(), Some("since last time: broken greedy (-0.5)"));
    let [_, page] = said(&submission, &[]);
    let page = page.unwrap();
    assert!(
        page.contains("broken <a href=\"#task-greedy\">greedy</a> (−0.5)"),
        "{page}"
    );
    assert_eq!(
        told(&submission, &[]),
        broken,
        "the same version says the same once more"
    );
    assert_eq!(told(&submission, &["--fresh"]), broken);
    assert_eq!(
        told(&submission, &["--min-score", "0"]),
        None,
        "others rely on this run"
    );

    let submission = submission.with_body("src/attention.rs", "causal_mask", "    let _ = (queries, device;");
    assert_eq!(
        told(&submission, &[]).as_deref(),
        Some("since last time: broken causal_mask (-1); 1 still wrong")
    );
    let reference = std::fs::read_to_string(tests::root().join("reference/src/attention.rs")).unwrap();
    let submission = submission
        .with_file("src/attention.rs", &reference)
        .with_body(SAMPLING, "greedy", RIGHT);
    assert_eq!(
        told(&submission, &[]).as_deref(),
        Some("since last time: fixed causal_mask (+1), greedy (+0.5)")
    );
    let submission = submission.with_body(SAMPLING, "greedy", &format!("    // Again.\n{RIGHT}"));
    assert_eq!(told(&submission, &[]), None, "nothing is fixed or broken");
}
