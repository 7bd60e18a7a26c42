//! One task: its points, its mistake, what was found, and the list of its checks.

use std::collections::BTreeSet;

use judge::findings::verdict::Verdict;

use super::finding::{self, Extent, Shown};
use super::markup::Html;
use super::summary::verdict;
use super::{curve, scrolling};
use crate::model::{CheckReport, TaskReport};
use crate::words::{self, html as said};

/// Findings of a task that are shown with pictures and inputs.
const IN_FULL: usize = 4;
/// Lines of a function that is shown at once.
const SHORT: usize = 16;
/// Findings of a task that are not folded.
const OPEN: usize = 2;

/// The section of a task. `told` are the compiler's messages that an earlier task has shown.
pub(super) fn section<'a>(html: &mut Html, task: &'a TaskReport, told: &mut BTreeSet<&'a str>) {
    let (name, title) = (format!("task-{}", task.id), format!("title-{}", task.id));
    let attributes: super::markup::Attributes<'_> = &[
        ("class", &"task"),
        ("id", &name),
        ("tabindex", &"-1"),
        ("aria-labelledby", &title),
    ];
    html.element("section", attributes, |html| {
        html.element("div", &[("class", &"head")], |html| {
            html.leaf("h2", &[("id", &title)], &task.id);
            html.text(" ");
            verdict(html, task.verdict);
            html.text(" ");
            html.leaf("span", &[("class", &"points number")], &words::earned(task));
        });
        inside(html, task, told);
    });
}

fn inside<'a>(html: &mut Html, task: &'a TaskReport, told: &mut BTreeSet<&'a str>) {
    diagnosis(html, task);
    html.element("p", &[], |html| {
        html.prose(&task.summary);
        if let Some(deducted) = words::deducted(task) {
            html.text(&format!("; {deducted}"));
        }
        html.text(" ");
        html.leaf("span", &[("class", &"small")], &format!("({})", said::place_of(task)));
    });
    portions(html, task);
    source(html, task);
    let remarks = task.remarks();
    let first_input = remarks.iter().position(|remark| remark.check.counterexample.is_some());
    let mut hints = BTreeSet::new();
    for (number, remark) in remarks.iter().enumerate() {
        let shown = Shown {
            task: &task.id,
            extent: match number {
                0..OPEN => Extent::Open,
                OPEN..IN_FULL => Extent::Folded,
                _ => Extent::Words,
            },
            unfolded: first_input == Some(number),
            hint: remark.check.hint.as_deref().filter(|hint| hints.insert(*hint)),
            compiler: remark.check.verdict != Verdict::DidNotCompile
                || told.insert(remark.check.message.as_deref().unwrap_or_default()),
        };
        finding::article(html, remark, &shown);
    }
    curves(html, task);
    checks(html, &task.checks);
}

/// The curves of what was trained and is good enough.
pub(super) fn curves(html: &mut Html, task: &TaskReport) {
    let plotted = |check: &&CheckReport| !check.failed() && !check.series.is_empty();
    for check in task.checks.iter().filter(plotted) {
        html.leaf("h3", &[], &format!("{}: {}", check.name, said::CURVES));
        curve::figures(html, &check.series);
    }
}

/// The known mistakes that it looks like, directly under the task's name.
fn diagnosis(html: &mut Html, task: &TaskReport) {
    if task.diagnosis.is_empty() {
        return;
    }
    html.element("dl", &[("class", &"said mistake-match")], |html| {
        for line in words::diagnosis(&task.diagnosis, true) {
            html.leaf("dt", &[], line.label);
            html.leaf("dd", &[], &line.text);
        }
    });
}

/// The student's own function with the numbers of its lines; those at which something stopped are marked.
fn source(html: &mut Html, task: &TaskReport) {
    let Some(own) = &task.source else { return };
    let marked: BTreeSet<usize> = task
        .checks
        .iter()
        .filter(|check| check.failed())
        .filter_map(|check| check.location.as_ref()?.line)
        .collect();
    let title = said::your_function(&task.file, own.line);
    let content = |html: &mut Html| {
        html.leaf("summary", &[], &title);
        scrolling(html, &title, |html| {
            html.element("pre", &[("class", &"source")], |html| {
                for (number, line) in (own.line..).zip(own.text.lines()) {
                    let mark = if marked.contains(&number) { "→" } else { " " };
                    let text = format!("{mark}{number:>4} | {line}\n");
                    if marked.contains(&number) {
                        html.leaf("strong", &[], &text);
                    } else {
                        html.text(&text);
                    }
                }
            });
        });
    };
    if own.text.lines().count() <= SHORT {
        html.element("details", &[("open", &"")], content);
    } else {
        html.element("details", &[], content);
    }
}

fn portions(html: &mut Html, task: &TaskReport) {
    if task.portions.len() < 2 {
        return;
    }
    html.element("table", &[], |html| {
        html.leaf("caption", &[("class", &"unseen")], said::PORTIONS);
        for portion in &task.portions {
            html.element("tr", &[], |html| {
                html.leaf("th", &[("scope", &"row")], &portion.name.replace('_', " "));
                html.leaf("td", &[("class", &"number")], &words::points(portion.points));
                html.leaf("td", &[], said::portion(portion));
                html.leaf("td", &[("class", &"small")], &portion.lost.join("; "));
            });
        }
    });
}

/// Every check, also those that hold.
fn checks(html: &mut Html, checks: &[CheckReport]) {
    if checks.is_empty() {
        return;
    }
    html.element("details", &[], |html| {
        let title = said::all_checks(checks.len());
        html.leaf("summary", &[], &title);
        scrolling(html, &title, |html| {
            html.element("table", &[], |html| {
                html.leaf("caption", &[("class", &"unseen")], &title);
                for check in checks {
                    html.element("tr", &[], |html| row(html, check));
                }
            });
        });
    });
}

fn row(html: &mut Html, check: &CheckReport) {
    html.leaf("th", &[("scope", &"row")], &words::check_name(check));
    html.element("td", &[], |html| verdict(html, check.verdict));
    let measured = words::measured(&check.measured);
    html.leaf("td", &[], &format!("{}{measured}", check.statement));
}
