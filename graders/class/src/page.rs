//! The class on one page that loads nothing.

use report::html::{Html, page};

use crate::similarity::{LIMITS, Pair};
use crate::summary::{Alike, Group, Made, Summary, TaskSummary, Ungraded};

/// Height of the tallest bar of the distribution.
const TALLEST: f64 = 120.0;
const BAR: f64 = 44.0;
const STEP: f64 = 52.0;

/// The page. `name` is what students are called.
pub fn render(title: &str, subtitle: &str, summary: &Summary, name: &dyn Fn(&str) -> String) -> String {
    page(title, "", |html| {
        html.element("header", &[], |html| {
            html.leaf("h1", &[], title);
            html.leaf("p", &[], subtitle);
        });
        html.element("main", &[], |html| {
            figures(html, summary);
            distribution(html, summary);
            tasks(html, &summary.tasks);
            mistakes(html, &summary.mistakes, name);
            unnamed(html, &summary.unnamed, name);
            ungraded(html, &summary.ungraded, name);
            people(html, summary, name);
            alike(html, summary.alike.as_ref(), name);
            slowest(html, summary, name);
        });
    })
}

fn figures(html: &mut Html, summary: &Summary) {
    let points = &summary.points;
    let mean = points.iter().sum::<f64>() / points.len().max(1) as f64;
    html.leaf(
        "p",
        &[],
        &format!(
            "{} students, {} attempts, {} different contents graded. Of {} points: mean {mean:.2}, median {:.2}.",
            summary.students,
            summary.attempts,
            summary.contents,
            summary.max_points,
            median(points)
        ),
    );
    html.leaf(
        "p",
        &[],
        &format!(
            "Not graded: {}. Without a submission: {}. Late: {}.",
            summary.ungraded.len(),
            summary.missing.len(),
            summary.late.len()
        ),
    );
}

/// The middle of numbers in ascending order.
fn median(ascending: &[f64]) -> f64 {
    let at = |position: usize| ascending.get(position).copied().unwrap_or(0.0);
    let half = ascending.len() / 2;
    if ascending.len() % 2 == 1 {
        at(half)
    } else {
        f64::midpoint(at(half.saturating_sub(1)), at(half))
    }
}

fn section(html: &mut Html, title: &str, content: impl FnOnce(&mut Html)) {
    html.element("section", &[], |html| {
        html.leaf("h2", &[], title);
        content(html);
    });
}

fn distribution(html: &mut Html, summary: &Summary) {
    let most = summary.distribution.iter().copied().max().unwrap_or(0).max(1);
    section(html, "Points", |html| {
        let width = STEP * summary.distribution.len() as f64;
        let view = format!("0 0 {width} {}", TALLEST + 44.0);
        let label = words_of(&summary.distribution);
        html.element(
            "svg",
            &[
                ("viewBox", &view),
                ("role", &"img"),
                ("aria-label", &label),
                ("class", &"bars"),
                ("width", &width),
            ],
            |html| {
                for (at, count) in summary.distribution.iter().enumerate() {
                    let height = TALLEST * *count as f64 / most as f64;
                    let left = STEP * at as f64;
                    html.shape(
                        "rect",
                        &[
                            ("x", &left),
                            ("y", &(18.0 + TALLEST - height)),
                            ("width", &BAR),
                            ("height", &height.max(1.0)),
                            ("fill", &"currentColor"),
                            ("opacity", &"0.6"),
                        ],
                    );
                    let middle = left + BAR / 2.0;
                    text(html, middle, 18.0 + TALLEST - height - 4.0, &count.to_string());
                    text(html, middle, TALLEST + 36.0, &format!("{}%", at * 10));
                }
            },
        );
    });
}

fn text(html: &mut Html, x: f64, y: f64, words: &str) {
    html.element(
        "text",
        &[
            ("x", &x),
            ("y", &y),
            ("text-anchor", &"middle"),
            ("font-size", &13),
            ("fill", &"currentColor"),
        ],
        |html| html.text(words),
    );
}

/// The picture in words.
fn words_of(distribution: &[usize]) -> String {
    let tenth = |(at, count): (usize, &usize)| format!("from {} percent: {count}", at * 10);
    let all: Vec<String> = distribution.iter().enumerate().map(tenth).collect();
    format!("students by share of the points; {}", all.join(", "))
}

fn table(html: &mut Html, head: &[&str], lines: Vec<Vec<String>>) {
    html.element("div", &[("class", &"scroll")], |html| {
        html.element("table", &[], |html| {
            html.element("thead", &[], |html| {
                html.element("tr", &[], |html| {
                    for name in head {
                        html.leaf("th", &[("scope", &"col")], name);
                    }
                });
            });
            html.element("tbody", &[], |html| {
                for line in lines {
                    html.element("tr", &[], |html| {
                        for cell in line {
                            html.leaf("td", &[], &cell);
                        }
                    });
                }
            });
        });
    });
}

fn tasks(html: &mut Html, tasks: &[TaskSummary]) {
    section(html, "Tasks", |html| {
        let line = |task: &TaskSummary| {
            vec![
                task.task.clone(),
                task.passed.to_string(),
                task.failed.to_string(),
                task.untouched.to_string(),
                (task.passed + task.failed).to_string(),
                format!("{:.2} of {}", task.mean, task.max_points),
            ]
        };
        let head = ["task", "passed", "failed", "not written", "attempted", "mean points"];
        table(html, &head, tasks.iter().map(line).collect());
    });
}

fn names(students: &[String], name: &dyn Fn(&str) -> String) -> String {
    let all: Vec<String> = students.iter().map(|key| name(key)).collect();
    all.join(", ")
}

fn mistakes(html: &mut Html, mistakes: &[Made], name: &dyn Fn(&str) -> String) {
    section(html, "Mistakes by name", |html| {
        if mistakes.is_empty() {
            html.leaf("p", &[], "No known mistake was recognised.");
            return;
        }
        let line = |made: &Made| {
            vec![
                made.students.len().to_string(),
                made.task.clone(),
                made.name.clone(),
                made.words.clone(),
                names(&made.students, name),
            ]
        };
        let head = ["students", "task", "name", "mistake", "who"];
        table(html, &head, mistakes.iter().map(line).collect());
    });
}

fn unnamed(html: &mut Html, groups: &[Group], name: &dyn Fn(&str) -> String) {
    section(html, "Wrong, and without a name", |html| {
        let words =
            "Those in a line do the same with the golden cases. A large group is the next mistake for the corpus.";
        html.leaf("p", &[], words);
        let line = |group: &Group| {
            vec![
                group.students.len().to_string(),
                group.task.clone(),
                group.checks.join(", "),
                group.message.clone().unwrap_or_default(),
                names(&group.students, name),
            ]
        };
        let head = ["students", "task", "checks", "seen", "who"];
        table(html, &head, groups.iter().map(line).collect());
    });
}

fn ungraded(html: &mut Html, ungraded: &[Ungraded], name: &dyn Fn(&str) -> String) {
    section(html, "Not graded, and why", |html| {
        if ungraded.is_empty() {
            html.leaf("p", &[], "Everything was graded.");
            return;
        }
        let line = |one: &Ungraded| {
            vec![
                name(&one.student),
                one.path.clone(),
                one.state.to_owned(),
                one.reason.clone(),
            ]
        };
        table(
            html,
            &["student", "submission", "state", "reason"],
            ungraded.iter().map(line).collect(),
        );
    });
}

fn people(html: &mut Html, summary: &Summary, name: &dyn Fn(&str) -> String) {
    section(html, "Who handed in what", |html| {
        if !summary.missing.is_empty() {
            html.leaf("p", &[], &format!("Nothing from: {}.", names(&summary.missing, name)));
        }
        let line = |words: String, key: &str| vec![name(key), words];
        let mut lines: Vec<Vec<String>> = Vec::new();
        lines.extend(summary.odd.iter().map(|(key, remark)| line(remark.clone(), key)));
        lines.extend(
            summary
                .several
                .iter()
                .map(|(key, count)| line(format!("{count} attempts"), key)),
        );
        lines.extend(
            summary
                .late
                .iter()
                .map(|(key, days, percent)| line(format!("late, day {days}: {percent} percent are taken away"), key)),
        );
        if !lines.is_empty() {
            table(html, &["student", "remark"], lines);
        }
    });
}

fn alike(html: &mut Html, alike: Option<&Alike>, name: &dyn Fn(&str) -> String) {
    let Some(Alike { found, students }) = alike else { return };
    section(html, "Alike", |html| {
        let words = format!(
            "{} submissions compared by {}; pairs with {:.0} percent or more of one in common.",
            found.submissions, found.tool, found.percent
        );
        html.leaf("p", &[], &words);
        html.leaf("p", &[], LIMITS);
        let line = |(pair, [one, other]): (&Pair, &[Vec<String>; 2])| {
            vec![
                names(one, name),
                names(other, name),
                format!("{:.0} %", pair.percent),
                pair.files.join(", "),
            ]
        };
        if !found.pairs.is_empty() {
            let lines = found.pairs.iter().zip(students).map(line).collect();
            table(html, &["One", "Other", "In common", "Files"], lines);
        }
    });
}

fn slowest(html: &mut Html, summary: &Summary, name: &dyn Fn(&str) -> String) {
    section(html, "Slowest", |html| {
        let line = |(key, seconds): &(String, f64)| vec![name(key), format!("{seconds:.1} s")];
        table(html, &["student", "time"], summary.slowest.iter().map(line).collect());
    });
}
