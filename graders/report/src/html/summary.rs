//! What stands above and below the tasks: points, the table of verdicts, where and how it was graded.

use judge::findings::verdict::Verdict;

use super::markup::Html;
use crate::model::{Report, TaskReport};
use crate::words::{self, html as said};

/// Title, sums, and the next thing to do.
pub(super) fn header(html: &mut Html, report: &Report) {
    html.leaf(
        "h1",
        &[],
        &format!("{} ({})", report.assignment.title, report.assignment.id),
    );
    html.leaf("p", &[("class", &"soft")], &words::setting(report));
    html.leaf("p", &[("class", &"total")], &words::totals(&report.totals));
    if let Some(next) = &report.next {
        html.element("p", &[("class", &"next")], |html| {
            html.leaf("strong", &[], said::NEXT);
            html.leaf("code", &[], next);
        });
    }
    if !report.notes.is_empty() {
        html.element("ul", &[], |html| {
            for note in &report.notes {
                html.element("li", &[], |html| html.prose(note));
            }
        });
    }
}

/// The table of tasks.
pub(super) fn overview(html: &mut Html, report: &Report) {
    html.element("section", &[("aria-labelledby", &"overview")], |html| {
        html.leaf("h2", &[("id", &"overview")], said::OVERVIEW);
        html.element("table", &[("class", &"overview")], |html| {
            html.element("thead", &[], |html| {
                html.element("tr", &[], |html| {
                    for title in ["task", "points", "verdict", ""] {
                        html.leaf("th", &[("scope", &"col")], title);
                    }
                });
            });
            html.element("tbody", &[], |html| {
                for task in &report.tasks {
                    row(html, task);
                }
            });
        });
    });
}

fn row(html: &mut Html, task: &TaskReport) {
    html.element("tr", &[], |html| {
        html.element("td", &[], |html| {
            html.leaf("a", &[("href", &format!("#task-{}", task.id))], &task.id);
        });
        html.leaf("td", &[("class", &"number")], &words::earned(task));
        html.element("td", &[], |html| verdict(html, task.verdict));
        html.element("td", &[], |html| html.prose(&task.summary));
    });
}

/// A verdict: sign, name and border say it, the colour repeats it.
pub(super) fn verdict(html: &mut Html, verdict: Verdict) {
    let class = format!("verdict {}", class(verdict));
    let text = format!("{} {}", said::sign(verdict), words::title(verdict));
    html.leaf("span", &[("class", &class)], &text);
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "good",
        Verdict::NotRun | Verdict::Skipped | Verdict::NotAttempted => "warn",
        Verdict::Wrong
        | Verdict::OutOfMemory
        | Verdict::TimedOut
        | Verdict::Crashed
        | Verdict::RefusedByPolicy
        | Verdict::DidNotCompile => "bad",
        Verdict::JudgeFault => "fault",
    }
}

/// What people grade.
pub(super) fn by_hand(html: &mut Html, report: &Report) {
    if report.manual.is_empty() {
        return;
    }
    html.element("section", &[("aria-labelledby", &"by-hand")], |html| {
        html.leaf("h2", &[("id", &"by-hand")], said::BY_HAND);
        html.element("ul", &[], |html| {
            for item in &report.manual {
                let text = format!("{} {}: {}", item.item, item.title, words::worth(item));
                html.leaf("li", &[], &text);
            }
        });
    });
}

/// Everything that has a say in the result, for whoever asks how it came about.
pub(super) fn setting(html: &mut Html, report: &Report) {
    html.element("details", &[], |html| {
        html.leaf("summary", &[], said::SETTING);
        html.element("dl", &[("class", &"said")], |html| {
            for (label, value) in said::setting(report) {
                html.leaf("dt", &[], label);
                html.leaf("dd", &[], &value);
            }
        });
    });
}
