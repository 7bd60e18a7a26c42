//! The report as one page that teaches: what holds, what does not, and pictures of what differs.
//!
//! The page is one file and loads nothing: no script, no font, no image; its own policy forbids it. It can be read on a
//! phone, with a keyboard, in the dark, and without seeing colours. All text goes through `markup`, which escapes it.

mod calls;
mod curve;
mod finding;
mod graph;
mod heat;
mod markup;
mod style;
mod summary;
mod task;

use std::collections::BTreeSet;

use judge::findings::verdict::Verdict;

use crate::model::{Report, TaskReport};
use crate::refusal::Refusal;
use crate::triage::{Triage, is_failing, is_unwritten, triage};
use crate::words::{self, html as said};
pub use markup::{Attributes, Html};

/// What browsers may load for this page: nothing; only the style in the page itself holds.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
/// Bytes of a page beyond which no more pictures are drawn.
const ROOM: usize = 6 << 20;

/// The report as a page.
pub fn render(report: &Report) -> String {
    let title = format!(
        "{}, {}: {}, {}",
        words::score(report),
        words::answer(report),
        report.assignment.title,
        report.submission.path
    );
    page(&title, &summary::filled(report), |html| body(html, report))
}

/// The page where nothing was graded.
pub(crate) fn refused(refusal: &Refusal) -> String {
    page(refusal.title(), "", |html| {
        html.element("main", &[], |html| {
            html.leaf("h1", &[], refusal.title());
            for line in refusal.text().lines() {
                html.leaf("p", &[], line);
            }
        });
    })
}

/// A page with this title, and with this style beside that of all pages: one file that loads nothing.
pub fn page(title: &str, style: &str, body: impl FnOnce(&mut Html)) -> String {
    let mut html = Html::default();
    html.verbatim("<!doctype html>\n");
    html.element("html", &[("lang", &"en")], |html| {
        head(html, title, style);
        html.element("body", &[], body);
    });
    html.finish()
}

fn head(html: &mut Html, title: &str, style: &str) {
    html.element("head", &[], |html| {
        html.void("meta", &[("charset", &"utf-8")]);
        html.void(
            "meta",
            &[("http-equiv", &"Content-Security-Policy"), ("content", &POLICY)],
        );
        html.void(
            "meta",
            &[
                ("name", &"viewport"),
                ("content", &"width=device-width, initial-scale=1"),
            ],
        );
        html.void("meta", &[("name", &"color-scheme"), ("content", &"light dark")]);
        html.leaf("title", &[], title);
        html.element("style", &[], |html| {
            html.verbatim(&style::sheet());
            html.verbatim(style);
        });
    });
}

fn body(html: &mut Html, report: &Report) {
    let Triage { open, passed } = triage(report);
    if let Some(first) = open.iter().find(|task| is_failing(task)) {
        let target = format!("#task-{}", first.id);
        html.leaf("a", &[("class", &"skip"), ("href", &target)], said::SKIP);
    } else {
        html.leaf("a", &[("class", &"skip"), ("href", &"#tasks")], said::SKIP_TO_TASKS);
    }
    hatching(html);
    html.element("header", &[], |html| summary::header(html, report));
    html.element("main", &[("id", &"tasks"), ("tabindex", &"-1")], |html| {
        let (rows, cards): (Vec<&TaskReport>, Vec<&TaskReport>) = open
            .iter()
            .partition(|task| task.verdict == Verdict::NotRun || is_unwritten(task));
        let mut told = BTreeSet::new();
        for one in cards {
            task::section(html, one, &mut told);
        }
        if !rows.is_empty() {
            html.element("section", &[("aria-labelledby", &"rest")], |html| {
                html.leaf("h2", &[("id", &"rest")], said::REST);
                summary::rows(html, said::REST, &rows);
            });
        }
        summary::passed(html, &passed);
        summary::by_hand(html, report);
    });
    html.element("footer", &[], |html| summary::setting(html, report));
}

/// The pattern of cells whose value is not finite, defined once.
fn hatching(html: &mut Html) {
    let size: markup::Attributes<'_> = &[
        ("id", &"hatch"),
        ("width", &6),
        ("height", &6),
        ("patternUnits", &"userSpaceOnUse"),
        ("patternTransform", &"rotate(45)"),
    ];
    html.element(
        "svg",
        &[
            ("width", &0),
            ("height", &0),
            ("aria-hidden", &"true"),
            ("class", &"defs"),
        ],
        |html| {
            html.element("defs", &[], |html| {
                html.element("pattern", size, |html| {
                    html.shape("path", &[("class", &"hatch"), ("d", &"M0 0V6")]);
                });
            });
        },
    );
}

/// What may be wider than the page scrolls by itself, also with a keyboard.
fn scrolling(html: &mut Html, label: &str, content: impl FnOnce(&mut Html)) {
    let attributes: markup::Attributes<'_> = &[
        ("class", &"scroll"),
        ("tabindex", &0),
        ("role", &"group"),
        ("aria-label", &label),
    ];
    html.element("div", attributes, content);
}

#[cfg(test)]
mod reader;
#[cfg(test)]
mod tests;
