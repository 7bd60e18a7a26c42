//! One task: its points, what was found, and the list of its checks. Passed tasks are folded.

use std::collections::BTreeSet;

use judge::findings::verdict::Verdict;

use super::finding::{self, Shown};
use super::markup::Html;
use super::summary::verdict;
use super::{curve, scrolling};
use crate::model::{CheckReport, TaskReport};
use crate::words::{self, html as said};

/// Findings of a task that are shown with pictures and unfolded inputs.
const IN_FULL: usize = 6;

/// The section of a task. `told` are the compiler's messages that an earlier task has shown.
pub(super) fn section<'a>(html: &mut Html, task: &'a TaskReport, told: &mut BTreeSet<&'a str>) {
    let name = format!("task-{}", task.id);
    html.element("section", &[("class", &"task"), ("id", &name)], |html| {
        let content = |html: &mut Html| inside(html, task, told);
        if task.verdict == Verdict::Passed || task.verdict == Verdict::NotRun {
            html.element("details", &[], content);
        } else {
            html.element("details", &[("open", &"")], content);
        }
    });
}

fn inside<'a>(html: &mut Html, task: &'a TaskReport, told: &mut BTreeSet<&'a str>) {
    html.element("summary", &[], |html| {
        html.leaf("span", &[("class", &"points number")], &words::earned(task));
        html.leaf("h2", &[], &task.id);
        html.text(" ");
        verdict(html, task.verdict);
    });
    html.element("p", &[], |html| html.prose(&task.summary));
    html.leaf("p", &[("class", &"small soft")], &said::place_of(task));
    portions(html, task);
    diagnosis(html, task);
    let remarks = task.remarks();
    let first_input = remarks.iter().position(|remark| remark.check.counterexample.is_some());
    let mut hints = BTreeSet::new();
    for (number, remark) in remarks.iter().enumerate() {
        let shown = Shown {
            task: &task.id,
            in_full: number < IN_FULL,
            unfolded: first_input == Some(number),
            hint: remark.check.hint.as_deref().filter(|hint| hints.insert(*hint)),
            compiler: remark.check.verdict != Verdict::DidNotCompile
                || told.insert(remark.check.message.as_deref().unwrap_or_default()),
        };
        finding::article(html, remark, &shown);
    }
    for check in task
        .checks
        .iter()
        .filter(|check| !check.failed() && !check.series.is_empty())
    {
        html.leaf("h4", &[], &format!("{}: {}", check.name, said::CURVES));
        curve::figures(html, &check.series);
    }
    checks(html, &task.checks);
}

/// The known mistakes that it looks like, before the findings that they explain.
fn diagnosis(html: &mut Html, task: &TaskReport) {
    if task.diagnosis.is_empty() {
        return;
    }
    html.element("dl", &[("class", &"said likeness")], |html| {
        for line in words::diagnosis(&task.diagnosis, true) {
            html.leaf("dt", &[], line.label);
            html.leaf("dd", &[], &line.text);
        }
    });
}

fn portions(html: &mut Html, task: &TaskReport) {
    if task.portions.len() < 2 {
        return;
    }
    html.element("table", &[("aria-label", &said::PORTIONS)], |html| {
        for portion in &task.portions {
            html.element("tr", &[], |html| {
                html.leaf("th", &[("scope", &"row")], &portion.name);
                html.leaf("td", &[("class", &"number")], &words::points(portion.points));
                html.leaf("td", &[], said::portion(portion));
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
        html.leaf("summary", &[], &said::all_checks(checks.len()));
        scrolling(html, &said::all_checks(checks.len()), |html| {
            html.element("table", &[], |html| {
                for check in checks {
                    html.element("tr", &[], |html| row(html, check));
                }
            });
        });
    });
}

fn row(html: &mut Html, check: &CheckReport) {
    html.element("td", &[], |html| verdict(html, check.verdict));
    html.element("td", &[], |html| html.leaf("code", &[], &check.name));
    html.leaf("td", &[("class", &"small soft")], said::kind(check.kind));
    let measured = words::measured(&check.measured);
    html.leaf("td", &[], &format!("{}{measured}", check.statement));
}
