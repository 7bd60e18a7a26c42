//! A counterexample as a listing: every call with its arguments laid out by their axes, and its graph where it has one.

use super::graph;
use super::markup::Html;
use crate::model::{Argument, Call, Counterexample};
use crate::named::by_name;
use crate::words::html as said;

/// Calls of a counterexample that are listed.
const MOST_CALLS: usize = 6;

/// The input that shows a finding.
pub(super) fn listing(html: &mut Html, counterexample: &Counterexample, open: bool) {
    let content = |html: &mut Html| {
        html.leaf("summary", &[], &said::input(&counterexample.summary));
        let drawn = counterexample.calls.iter().find(|call| takes_a_graph(call));
        if let Some(call) = drawn {
            graph::of_call(html, call);
        }
        for call in counterexample.calls.iter().take(MOST_CALLS) {
            of_call(html, call);
        }
        if let Some(more) = counterexample
            .calls
            .len()
            .checked_sub(MOST_CALLS)
            .filter(|more| *more > 0)
        {
            html.leaf("p", &[("class", &"small")], &said::more_calls(more));
        }
        html.leaf("p", &[("class", &"small")], said::EXACT_ELSEWHERE);
    };
    if open {
        html.element("details", &[("open", &"")], content);
    } else {
        html.element("details", &[], content);
    }
}

fn takes_a_graph(call: &Call) -> bool {
    call.arguments.iter().any(|argument| argument.name == "edge_index")
}

fn of_call(html: &mut Html, call: &Call) {
    html.element("h4", &[], |html| html.leaf("code", &[], &call.task));
    super::scrolling(html, &said::arguments_of(&call.task), |html| {
        html.element("table", &[("class", &"arguments")], |html| {
            html.leaf("caption", &[("class", &"unseen")], &call.task);
            for argument in &call.arguments {
                html.element("tr", &[], |html| {
                    html.element("th", &[("scope", &"row")], |html| {
                        html.leaf("code", &[], &argument.name);
                    });
                    html.leaf("td", &[("class", &"small")], &said::typed(argument));
                    html.element("td", &[], |html| match by_name(call, &argument.name) {
                        Some(named) => html.leaf("pre", &[], &named),
                        None => values(html, argument),
                    });
                });
            }
        });
    });
}

/// Values by their axes: a number, a row, a table, or a table for each index of the axes before the last two.
fn values(html: &mut Html, argument: &Argument) {
    let empty = argument.shape.contains(&0);
    if argument.values.is_empty() {
        html.leaf(
            "span",
            &[("class", &"soft")],
            if empty { said::NO_VALUES } else { said::NOT_KEPT },
        );
        return;
    }
    let (before, rows, columns) = match argument.shape.as_slice() {
        [] => (&[][..], 1, 1),
        [columns] => (&[][..], 1, *columns),
        [before @ .., rows, columns] => (before, *rows, *columns),
    };
    for (number, block) in argument.values.chunks((rows * columns).max(1)).enumerate() {
        if !before.is_empty() {
            html.leaf("div", &[("class", &"small soft")], &said::block(number, before));
        }
        let rounded: Vec<String> = block.iter().map(|value| rounded(value)).collect();
        html.leaf("pre", &[], &table(&rounded, columns.max(1)));
    }
}

fn rounded(value: &str) -> String {
    value.parse().map_or_else(|_| value.to_owned(), judge::compare::number)
}

/// Numbers under each other.
fn table(values: &[String], columns: usize) -> String {
    let widest = values.iter().map(|value| value.chars().count()).max().unwrap_or(0);
    let row = |row: &[String]| {
        let padded: Vec<String> = row.iter().map(|value| format!("{value:>widest$}")).collect();
        padded.join("  ")
    };
    values.chunks(columns).map(row).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(shape: &[usize], values: &[&str]) -> String {
        let mut html = Html::default();
        let argument = Argument {
            name: "input".to_owned(),
            dtype: "f64".to_owned(),
            shape: shape.to_vec(),
            values: values.iter().map(ToString::to_string).collect(),
        };
        super::values(&mut html, &argument);
        html.finish()
    }

    #[test]
    fn values_are_laid_out_by_their_axes() {
        assert_eq!(
            written(&[2, 2], &["0.5", "NaN", "-1", "0.123456789"]),
            "<pre>     0.5       NaN\n      -1  0.123457</pre>"
        );
        let blocks = written(&[2, 1, 1], &["1", "2"]);
        assert!(
            blocks.contains("[0, .., ..]") && blocks.contains("[1, .., ..]"),
            "{blocks}"
        );
        assert_eq!(written(&[], &["3"]), "<pre>3</pre>");
    }

    #[test]
    fn values_that_are_not_there_are_said_to_be_left_out_or_none() {
        assert!(written(&[90, 90], &[]).contains(said::NOT_KEPT));
        assert!(written(&[2, 0], &[]).contains(said::NO_VALUES));
    }
}
