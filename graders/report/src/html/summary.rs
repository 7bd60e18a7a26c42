//! What stands above and below the tasks: the answer, the points, what passed, where and how it was graded.

use judge::findings::verdict::Verdict;

use super::markup::Html;
use super::task;
use crate::model::{Report, Since, TaskReport};
use crate::triage::is_failing;
use crate::words::{self, html as said, since as told};

/// Title, score, what is wrong, and the next thing to do.
pub(super) fn header(html: &mut Html, report: &Report) {
    html.leaf(
        "h1",
        &[],
        &format!("{} ({})", report.assignment.title, report.assignment.id),
    );
    html.leaf("p", &[("class", &"total")], &words::totals(&report.totals));
    bar(html, report);
    answer(html, report);
    if let Some(since) = &report.since {
        changes(html, since);
    }
    if let Some(next) = &report.next {
        html.element("p", &[("class", &"next")], |html| {
            html.leaf("strong", &[], said::NEXT);
            html.leaf("code", &[], next);
        });
    }
    if !report.notes.is_empty() {
        html.element("ul", &[("class", &"notes")], |html| {
            for note in &report.notes {
                html.element("li", &[], |html| html.prose(note));
            }
        });
    }
}

/// The score as a bar; how long its parts are is in the style of this page.
fn bar(html: &mut Html, report: &Report) {
    if report.totals.max_points <= 0.0 {
        return;
    }
    let attributes: super::markup::Attributes<'_> = &[
        ("class", &"scored"),
        ("role", &"img"),
        ("aria-label", &words::score(report)),
    ];
    html.element("div", attributes, |html| {
        html.element("span", &[("class", &"earned")], |_| {});
    });
}

/// How much of the bar is filled, as a rule of the style sheet.
pub(super) fn filled(report: &Report) -> String {
    format!(
        ".scored .earned{{width:{:.2}%}}\n",
        report.totals.percent.clamp(0.0, 100.0)
    )
}

/// What is wrong: each task a link, with what it loses and the name of its mistake.
fn answer(html: &mut Html, report: &Report) {
    if !report.tasks.iter().any(is_failing) {
        html.leaf("p", &[("class", &"answer good")], &words::answer(report));
        return;
    }
    for piece in words::pieces(report) {
        html.leaf("p", &[("class", &"answer")], &piece.count);
        if piece.named.is_empty() {
            continue;
        }
        html.element("ul", &[("class", &"failing")], |html| {
            for task in &piece.named {
                html.element("li", &[], |html| failing(html, task));
            }
            if piece.others > 0 {
                html.leaf("li", &[], &words::more_of(piece.others));
            }
        });
    }
}

fn failing(html: &mut Html, task: &TaskReport) {
    html.leaf("a", &[("href", &format!("#task-{}", task.id))], &task.id);
    let lost = words::lost(task);
    if !lost.is_empty() {
        html.text(" ");
        html.leaf("strong", &[("class", &"number")], &lost.replace('-', "−"));
    }
    html.text(" ");
    match words::mistake(task) {
        Some(mistake) => html.leaf("span", &[("class", &"mistake")], &mistake),
        None => html.element("span", &[("class", &"soft")], |html| html.prose(&words::brief(task))),
    }
}

/// What has been fixed and broken since the version before: each task a link.
fn changes(html: &mut Html, since: &Since) {
    html.element("p", &[("class", &"since")], |html| {
        html.leaf("strong", &[], told::SINCE);
        html.text(&format!(" {}: ", told::earlier(since)));
        for (number, group) in told::groups(since).iter().enumerate() {
            html.text(&format!("{}{} ", if number == 0 { "" } else { "; " }, group.change));
            for (number, changed) in group.named.iter().enumerate() {
                html.text(if number == 0 { "" } else { ", " });
                html.leaf("a", &[("href", &format!("#task-{}", changed.task))], &changed.task);
                if let Some(gained) = told::gained(changed) {
                    html.text(&format!(" ({})", gained.replace('-', "−")));
                }
            }
            if let Some(others) = &group.others {
                html.text(&format!(", {others}"));
            }
        }
        if let Some(still) = told::still_wrong(since) {
            html.text(&format!("; {still}"));
        }
    });
}

/// Tasks in a table, a row each: what has no more to say.
pub(super) fn rows(html: &mut Html, caption: &str, tasks: &[&TaskReport]) {
    html.element("table", &[("class", &"overview")], |html| {
        html.leaf("caption", &[("class", &"unseen")], caption);
        html.element("thead", &[], |html| {
            html.element("tr", &[], |html| {
                for title in said::COLUMNS {
                    html.leaf("th", &[("scope", &"col")], title);
                }
            });
        });
        html.element("tbody", &[], |html| {
            for task in tasks {
                row(html, task);
            }
        });
    });
}

fn row(html: &mut Html, task: &TaskReport) {
    let name = format!("task-{}", task.id);
    html.element("tr", &[("id", &name)], |html| {
        html.leaf("th", &[("scope", &"row")], &task.id);
        html.leaf("td", &[("class", &"number")], &words::earned(task));
        html.element("td", &[], |html| verdict(html, task.verdict));
        html.element("td", &[], |html| {
            html.prose(&task.summary);
            if let Some(deducted) = words::deducted(task) {
                html.text(&format!("; {deducted}"));
            }
        });
    });
}

/// What passed: one line that unfolds to a table, and to the curves of what was trained.
pub(super) fn passed(html: &mut Html, tasks: &[&TaskReport]) {
    if tasks.is_empty() {
        return;
    }
    html.element(
        "section",
        &[("class", &"passed"), ("aria-labelledby", &"passed")],
        |html| {
            html.element("details", &[], |html| {
                html.element("summary", &[], |html| {
                    html.leaf("h2", &[("id", &"passed")], &words::passed(tasks));
                });
                rows(html, &words::passed(tasks), tasks);
                for one in tasks {
                    task::curves(html, one);
                }
            });
        },
    );
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
    let items = words::by_hand(report);
    if items.is_empty() {
        return;
    }
    html.element("section", &[("aria-labelledby", &"by-hand")], |html| {
        html.leaf("h2", &[("id", &"by-hand")], said::BY_HAND);
        html.element("ul", &[], |html| {
            for item in items {
                html.leaf("li", &[], &format!("{} {}", item.item, words::item(item)));
            }
        });
    });
}

/// Everything that has a say in the result, for whoever asks how it came about.
pub(super) fn setting(html: &mut Html, report: &Report) {
    html.element("p", &[("class", &"small")], |html| html.text(&words::setting(report)));
    html.element("details", &[], |html| {
        html.leaf("summary", &[], said::SETTING);
        html.element("dl", &[("class", &"said setting")], |html| {
            for (label, value) in said::setting(report) {
                html.leaf("dt", &[], label);
                html.leaf("dd", &[], &value);
            }
        });
    });
}
