//! One finding: rule, what was seen, pictures, the input that shows it, the hint.

use judge::findings::verdict::Verdict;

use super::calls;
use super::heat::{self, Subject};
use super::markup::Html;
use super::{ROOM, curve, graph};
use crate::model::{CheckKind, CheckReport, Evidence, Relation, Remark, Seen, Window};
use crate::words::picture::{self, Labels};
use crate::words::{self, html as said};

/// Tasks whose outputs are adjacency matrices.
const ADJACENCY: &[&str] = &["adjacency_matrix", "figure_6"];
/// The output that holds attention weights.
const WEIGHTS: &str = "weights";

/// How far a finding is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// At once, with pictures and the input.
    Open,
    /// Folded, with pictures and the input.
    Folded,
    /// Folded, in words.
    Words,
}

/// How much of a finding is shown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) task: &'a str,
    /// How much of it.
    pub(super) extent: Extent,
    /// Whether its input is the first one of the task, which is unfolded.
    pub(super) unfolded: bool,
    /// The hint, where none of the task's earlier findings has it.
    pub(super) hint: Option<&'a str>,
    /// Whether the compiler's text is shown.
    pub(super) compiler: bool,
}

/// A finding, with an address of its own: task and check.
pub(super) fn article(html: &mut Html, remark: &Remark<'_>, shown: &Shown<'_>) {
    let name = format!("{}/{}", shown.task, remark.check.name);
    html.element("article", &[("class", &"finding"), ("id", &name)], |html| {
        if shown.extent == Extent::Open {
            heading(html, remark, Some(&name));
            content(html, remark.check, shown);
        } else {
            html.element("details", &[], |html| {
                // A link within what unfolds could not be reached.
                html.element("summary", &[], |html| heading(html, remark, None));
                content(html, remark.check, shown);
            });
        }
    });
}

fn heading(html: &mut Html, remark: &Remark<'_>, name: Option<&str>) {
    let check = remark.check;
    html.element("h3", &[], |html| {
        html.text(&words::check_title(check));
        let also = [said::kind(check).map(str::to_owned), words::alike(remark.others)];
        let also: Vec<String> = also.into_iter().flatten().collect();
        if !also.is_empty() {
            html.leaf("span", &[("class", &"small")], &format!(" ({})", also.join(", ")));
        }
        let Some(name) = name else { return };
        html.text(" ");
        let target = format!("#{name}");
        let attributes: super::markup::Attributes<'_> = &[
            ("class", &"here"),
            ("href", &target),
            ("aria-label", &said::link_to(name)),
        ];
        html.leaf("a", attributes, "#");
    });
}

fn content(html: &mut Html, check: &CheckReport, shown: &Shown<'_>) {
    in_words(html, check, shown);
    if shown.extent != Extent::Words {
        pictures(html, check, shown);
    }
    if let Some(counterexample) = check.counterexample.as_ref().filter(|_| shown.extent != Extent::Words) {
        calls::listing(html, counterexample, shown.unfolded);
    }
    snippet(html, check);
}

/// The finding as a test for the student's own crate, folded.
fn snippet(html: &mut Html, check: &CheckReport) {
    if let Some(why) = &check.snippet_left_out {
        html.leaf("p", &[("class", &"small soft")], &said::no_test(why));
    }
    let Some(text) = &check.snippet else { return };
    if html.len() > ROOM {
        html.leaf("p", &[("class", &"small soft")], &said::no_test(words::SNIPPETS_FULL));
        return;
    }
    html.element("details", &[], |html| {
        html.leaf("summary", &[], &said::test(&check.name));
        super::scrolling(html, &said::test(&check.name), |html| html.leaf("pre", &[], text));
    });
}

fn in_words(html: &mut Html, check: &CheckReport, shown: &Shown<'_>) {
    html.element("dl", &[("class", &"said")], |html| {
        let mut line = |label: &str, text: &str| {
            html.leaf("dt", &[], label);
            html.element("dd", &[], |html| html.prose(text));
        };
        if check.verdict == Verdict::Wrong && matches!(check.kind, CheckKind::Property | CheckKind::Purity) {
            line(words::RULE, &check.statement);
        }
        line(words::SEEN, check.message.as_deref().unwrap_or_default());
        // In full, the listing of the input says it.
        let counterexample = check.counterexample.as_ref().filter(|_| shown.extent == Extent::Words);
        let counterexample = counterexample.map(|example| example.summary.as_str());
        if let Some(summary) = counterexample.filter(|summary| !summary.is_empty()) {
            line(words::INPUT, summary);
        }
        if let Some(hint) = shown.hint {
            line(words::HINT, hint);
        }
    });
}

fn pictures(html: &mut Html, check: &CheckReport, shown: &Shown<'_>) {
    match &check.evidence {
        Some(Evidence {
            output,
            seen:
                Seen::Values {
                    shape,
                    worst,
                    window: Some(window),
                    ..
                },
            ..
        }) => {
            if html.len() > ROOM {
                html.leaf("p", &[("class", &"small soft")], picture::NO_ROOM);
                return;
            }
            let subject = Subject {
                window,
                shape,
                worst,
                labels: labels(window.relation),
                spoken: true,
                masked: is_about_weights(check, output.as_deref()) && is_masked(window),
            };
            heat::figure(html, subject, &format!("{}/{}", shown.task, check.name));
            if ADJACENCY.contains(&shown.task) {
                graph::adjacency(html, window, shape);
            }
        }
        Some(Evidence {
            seen: Seen::Compiler { text, .. },
            ..
        }) if shown.compiler => compiler(html, text),
        Some(Evidence {
            seen: Seen::Steps { columns, rows, .. },
            ..
        }) if !rows.is_empty() => steps(html, columns, rows),
        _ => {}
    }
    measured(html, check);
    curve::figures(html, &check.series);
}

/// How an answer that is tried out gets to what it gives, a step a row.
fn steps(html: &mut Html, columns: &[String], rows: &[Vec<String>]) {
    super::scrolling(html, said::STEPS, |html| {
        html.element("table", &[("class", &"steps")], |html| {
            html.leaf("caption", &[], said::STEPS);
            html.element("tr", &[], |html| {
                for column in columns {
                    html.leaf("th", &[("scope", &"col")], column);
                }
            });
            for row in rows {
                html.element("tr", &[], |html| {
                    for (number, cell) in row.iter().enumerate() {
                        match number {
                            0 => html.leaf("th", &[("scope", &"row")], cell),
                            _ => html.leaf("td", &[("class", &"number")], cell),
                        }
                    }
                });
            }
        });
    });
}

/// What a trial has measured, a number a line.
fn measured(html: &mut Html, check: &CheckReport) {
    if check.measured.is_empty() {
        return;
    }
    html.element("table", &[], |html| {
        html.leaf("caption", &[], said::MEASURED);
        for measured in &check.measured {
            html.element("tr", &[], |html| {
                html.leaf("th", &[("scope", &"row")], &measured.what);
                html.leaf("td", &[("class", &"number")], &words::value(measured));
                html.leaf("td", &[], &words::threshold(measured));
                html.leaf("td", &[], said::reached(measured.holds));
            });
        }
    });
}

fn compiler(html: &mut Html, text: &str) {
    if !text.is_empty() {
        super::scrolling(html, "the compiler", |html| html.leaf("pre", &[], text));
    }
}

/// Whether the tensors are attention weights: an output has their name, a property says so in its words.
fn is_about_weights(check: &CheckReport, output: Option<&str>) -> bool {
    let named = |message: &str| message.contains(WEIGHTS);
    output.map_or_else(
        || check.message.as_deref().is_some_and(named),
        |output| output == WEIGHTS,
    )
}

/// Weights of several rows that are exactly zero somewhere.
fn is_masked(window: &Window) -> bool {
    window.expected.len() > 1 && window.expected.iter().flatten().any(|number| number.0 == 0.0)
}

/// What the two tensors of a finding are.
fn labels(relation: Relation) -> Labels {
    match relation {
        Relation::Asked => picture::ASKED,
        Relation::Changed => picture::CHANGED,
        Relation::Repeated => picture::TWICE,
        Relation::AfterOthers => picture::ORDER,
    }
}
