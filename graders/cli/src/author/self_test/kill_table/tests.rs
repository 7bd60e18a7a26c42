//! A small table.

use std::sync::LazyLock;

use judge::findings::verdict::Verdict;
use judge::grading::assignment::Assignment;

use super::*;
use crate::author::self_test::outcome::TaskOutcome;
use crate::author::self_test::table::{Came, Judged};
use crate::engine::WorkerConfig;

static SMALL: LazyLock<Assignment> = LazyLock::new(|| {
    let text = r#"
        id = "small"
        title = "Small"
        seed = 1
        property_cases = 8
        limits = { cpu_seconds = 5.0, memory_mib = 4096, timeouts_per_task = 3 }
        deductions = { property = 0.25, purity = 0.1, precision = 0.1 }
        task = [{ id = "rms_norm", item = "1", portions = { all = 2.0 } }]
    "#;
    Assignment::parse(text, "small", tasks::ALL).expect("a small assignment")
});

fn judged(task: &'static str, lost: &[&str]) -> Judged<'static> {
    let tasks = vec![TaskOutcome {
        task: task.to_owned(),
        verdict: Verdict::Wrong,
        points: 0.0,
        max_points: 2.0,
        lost: lost.iter().map(|name| (*name).to_owned()).collect(),
        has_wrong_golden: false,
        names: Vec::new(),
        fault: None,
    }];
    Judged {
        assignment: &SMALL,
        seed: 0,
        setting: WorkerConfig::default(),
        tasks,
        details: String::new(),
    }
}

fn row(name: &str, lost: &[&str]) -> Row<'static> {
    Row {
        name: format!("wrong/{name}"),
        mistake: None,
        about: Some("rms_norm".to_owned()),
        judged: vec![judged("rms_norm", lost)],
        of: 1,
        deviations: Vec::new(),
        needs_training: false,
        came: Came::Alone,
    }
}

fn table() -> KillTable {
    let task = tasks::find("rms_norm").into_iter().collect::<Vec<_>>();
    let mut untried = row("untried", &[]);
    untried.needs_training = true;
    let rows = [
        row("by-two", &["golden-f64/all", "odd"]),
        row("by-one-property", &["zero-row"]),
        row("by-golden-cases", &["golden-f64/all", "golden-f32/all"]),
        untried,
    ];
    KillTable::new(&rows, &task, false)
}

fn named<'a>(table: &'a KillTable, name: &str) -> &'a Check {
    let found = table.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("there is no check {name}"))
}

#[test]
fn the_golden_cases_of_both_dtypes_count_as_one_check() {
    let table = table();
    let weak: Vec<&str> = table
        .mistakes
        .iter()
        .filter(|mistake| mistake.only.is_some())
        .map(|mistake| mistake.name.as_str())
        .collect();
    assert_eq!(weak, ["by-golden-cases", "by-one-property"]);
    let golden = named(&table, "golden-f64/all");
    assert_eq!((golden.kills, golden.first, golden.alone), (2, 2, 1));
    assert_eq!((named(&table, "odd").kills, named(&table, "odd").alone), (1, 0));
}

#[test]
fn totals_count_mistakes_and_checks() {
    let Totals {
        mistakes,
        killed,
        untried,
        weak,
        checks,
        needed,
        idle,
    } = table().totals;
    assert_eq!((mistakes, killed, untried, weak), (4, 3, 1, 2));
    assert_eq!(needed, 3, "both looks of the golden cases, and the property");
    assert_eq!(idle, checks - 4);
}

#[test]
fn the_page_marks_what_sees_a_mistake_first_and_leaves_out_its_own_task() {
    let page = markdown(&table());
    assert!(page.contains("| by-two | **golden-f64/all**, odd |"), "{page}");
    assert!(page.contains("| untried | training |"), "{page}");
    assert!(page.contains("| by-one-property | rms_norm/zero-row |"), "{page}");
}

#[test]
fn a_snapshot_that_says_something_else_is_out_of_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = snapshot(folder.path());
    assert!(out_of_date(&table(), &path).is_some_and(|words| words.contains("--write-table")));
    table().write(&path).expect("a file");
    assert_eq!(out_of_date(&table(), &path), None);
}
