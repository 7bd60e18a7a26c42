//! The kill table as a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{KillTable, Mistake, Totals};

const MISTAKES: &str = "## All mistakes";
const TRAINING: &str = "training";
const HEAD: &str = "\
# Kill table

Which mistake of `fixtures/submissions/wrong` is seen by which checks. Made by `grade self-test --write-table`, not edited by
hand; `grade self-test` says where it is out of date. Bold is the check that sees a mistake first, in the order in which checks
are made. The golden cases of a portion in f64 and in f32 look at the same values and count as one check where this page
speaks of one check alone.
";

/// The whole page.
pub(crate) fn markdown(table: &KillTable) -> String {
    let mut text = HEAD.to_owned();
    totals(&mut text, table.totals);
    weak_spots(&mut text, table);
    dead_weight(&mut text, table);
    let _ = writeln!(text, "\n{MISTAKES}");
    for (task, mistakes) in table.by_task() {
        let _ = write!(text, "\n### {task}\n\n| mistake | seen by |\n|---|---|\n");
        for mistake in mistakes {
            let _ = writeln!(text, "| {} | {} |", mistake.name, seen_by(mistake));
        }
    }
    text
}

fn totals(text: &mut String, totals: Totals) {
    let rows = [
        (totals.mistakes, "mistakes"),
        (totals.killed, "are seen by at least one check"),
        (totals.weak, "are seen by one check alone"),
        (totals.untried, "show in training only, which this page leaves out"),
        (totals.checks, "checks"),
        (totals.needed, "see something that no other check sees"),
        (totals.idle, "see no mistake of the corpus"),
    ];
    text.push_str("\n## Totals\n\n| number | of what |\n|---:|---|\n");
    for (number, what) in rows {
        let _ = writeln!(text, "| {number} | {what} |");
    }
}

fn weak_spots(text: &mut String, table: &KillTable) {
    text.push_str("\n## Weak spots\n\nMistakes that one check alone sees: without it, they would pass.\n");
    text.push_str("\n| mistake | seen by |\n|---|---|\n");
    for mistake in &table.mistakes {
        if let Some(only) = &mistake.only {
            let _ = writeln!(text, "| {} | {only} |", mistake.name);
        }
    }
}

fn dead_weight(text: &mut String, table: &KillTable) {
    text.push_str("\n## Dead weight\n\nChecks that see no mistake of the corpus: a mistake is missing, or the check is not needed.\n");
    text.push_str("\n| task | checks |\n|---|---|\n");
    for (task, checks) in table.idle() {
        let _ = writeln!(text, "| {task} | {} |", checks.join(", "));
    }
}

/// The checks with their task where it is another than the mistake's; the first in bold.
fn seen_by(mistake: &Mistake) -> String {
    if mistake.needs_training {
        return TRAINING.to_owned();
    }
    let own = format!("{}/", mistake.task);
    let name = |check: &String| check.strip_prefix(&own).unwrap_or(check).to_owned();
    let mut names: Vec<String> = mistake.lost.iter().map(name).collect();
    if let Some(first) = names.first_mut() {
        *first = format!("**{first}**");
    }
    names.join(", ")
}

/// What the page says of each mistake, with every check's task.
pub(crate) fn read(page: &str) -> BTreeMap<String, BTreeSet<String>> {
    let (_, all) = page.split_once(MISTAKES).unwrap_or_default();
    let mut task = "";
    let mut read = BTreeMap::new();
    for line in all.lines() {
        if let Some(name) = line.strip_prefix("### ") {
            task = name;
        }
        let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
        let row = cells.and_then(|cells| cells.split_once(" | "));
        if let Some((name, seen)) = row.filter(|row| *row != ("mistake", "seen by") && row.1 != TRAINING) {
            let checks = seen.replace("**", "");
            let checks = checks.split(", ").filter(|check| !check.is_empty());
            read.insert(name.to_owned(), checks.map(|check| with_task(task, check)).collect());
        }
    }
    read
}

fn with_task(own: &str, check: &str) -> String {
    match check.split_once('/') {
        Some((task, _)) if tasks::find(task).is_some() => check.to_owned(),
        _ => format!("{own}/{check}"),
    }
}
