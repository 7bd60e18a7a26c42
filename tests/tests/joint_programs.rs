//! Submissions of the corpus that share a program are judged as they would be alone.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

/// Wrong submissions that are judged twice, next to each other in the corpus, since these have most in common.
const NEIGHBOURS: usize = 3;

/// Every day others: over time each is tried, and a run can be repeated while the day lasts.
fn day() -> usize {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    usize::try_from(since.as_secs() / 86_400).unwrap()
}

#[test]
fn a_sample_of_the_corpus_is_judged_together_as_it_is_alone() {
    let mut names: Vec<String> = fs::read_dir(tests::root().join("fixtures/submissions/wrong"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    // Two places of the corpus, which a step that shares no factor with its size moves on every day.
    let step = names.len() / 2 + 1;
    let places = [day() * 7 % names.len(), (day() * 7 + step) % names.len()];
    let chosen = places
        .iter()
        .flat_map(|&place| names.iter().cycle().skip(place).take(NEIGHBOURS));
    let mut arguments = vec!["self-test".to_owned(), "--agree".to_owned()];
    for name in chosen {
        arguments.extend(["--only".to_owned(), format!("wrong/{name}")]);
    }
    let run = tests::grade(&arguments);
    assert_eq!(run.code, Some(0), "{arguments:?}\n{}\n{}", run.stdout, run.stderr);
    assert!(
        run.stdout.contains("built with others in one program"),
        "{}",
        run.stdout
    );
}
