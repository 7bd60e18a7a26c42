//! The words in and around pictures.

use judge::compare::number;

use super::figures::{comma, index};

/// What the two tensors of a picture are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Labels {
    /// Above the first.
    pub(crate) first: &'static str,
    /// Above the second.
    pub(crate) second: &'static str,
}

/// What has to be, and what is.
pub(crate) const ASKED: Labels = Labels {
    first: "expected",
    second: "yours",
};
/// Before and after a change that must not show.
pub(crate) const CHANGED: Labels = Labels {
    first: "before",
    second: "after",
};
/// Two equal calls.
pub(crate) const TWICE: Labels = Labels {
    first: "first call",
    second: "second call",
};
/// A call alone, and after others.
pub(crate) const ORDER: Labels = Labels {
    first: "on its own",
    second: "after other calls",
};

pub(crate) const DIFFERENCE: &str = "difference";
/// Before the last value of a legend beyond which others lie.
pub(crate) const BEYOND: &str = "≥ ";
/// The caption of the table of values.
pub(crate) const PAIRS: &str = "where two numbers stand, the second is yours, or the later one";
pub(crate) const AS_TABLE: &str = "the numbers as a table";
pub(crate) const MASK_BORDER: &str = " The dashed line is the border of the mask: what lies beyond it has weight 0.";
/// Instead of a picture that the page has no room for.
pub(crate) const NO_ROOM: &str = "there are too many pictures on this page; graded alone, this task shows its own";

/// A panel for those who cannot see it.
pub(crate) fn described(title: &str, rows: usize, columns: usize, scale: Option<f64>) -> String {
    let reach = match scale {
        None => "all of it 0".to_owned(),
        Some(scale) => format!("values up to {} from 0", number(scale)),
    };
    format!("{title}: {rows} by {columns} cells, {reach}")
}

/// A cell in words.
pub(crate) fn cell(row: Option<usize>, column: usize, (first, second): (f64, f64), labels: Labels) -> String {
    let place = match row {
        None => format!("place {column}"),
        Some(row) => format!("row {row}, column {column}"),
    };
    let Labels {
        first: one,
        second: other,
    } = labels;
    let apart = second - first;
    let apart = if apart.is_finite() && apart != 0.0 {
        format!(", {} apart", number(apart.abs()))
    } else {
        String::new()
    };
    format!("{place}: {one} {}, {other} {}{apart}", number(first), number(second))
}

/// Below the panels: what is shown of the tensor, and what the marks mean.
pub(crate) fn caption(shape: &[usize], at: &[usize], (rows, columns): (usize, usize), numbers: bool) -> String {
    let whole = match shape {
        [] | [_] => columns == shape.iter().product::<usize>(),
        [.., height, width] => rows == *height && columns == *width,
    };
    let mut words = match (whole, at.is_empty()) {
        (true, true) => format!("All of a tensor of shape {}.", index(shape)),
        (true, false) => format!("[{}] of a tensor of shape {}.", slice(at), index(shape)),
        (false, true) => format!(
            "The part around the worst value, of a tensor of shape {}.",
            index(shape)
        ),
        (false, false) => format!(
            "The part of [{}] around the worst value, of a tensor of shape {}.",
            slice(at),
            index(shape)
        ),
    };
    words.push_str(" Outlined: out of tolerance; the thickest outline: the worst.");
    if !numbers {
        words.push_str(" The signs are those of the values.");
    }
    words
}

/// `1, 0, .., ..`
fn slice(at: &[usize]) -> String {
    format!("{}, .., ..", comma(at.iter()))
}

/// Above a choice of slices: how many are wrong, and that one can be chosen.
pub(crate) fn slices(differing: &[usize]) -> String {
    let wrong = differing.iter().filter(|&&differing| differing > 0).count();
    let are = if wrong == 1 { "is" } else { "are" };
    format!(
        "{wrong} of {} slices {are} wrong; choose one to see it",
        differing.len()
    )
}

/// A slice in the strip, with how many of its values differ.
pub(crate) fn slice_of(at: &[usize], differing: usize) -> String {
    let sign = if differing > 0 { "✗" } else { "✓" };
    let number = if differing > 0 {
        format!(" {differing} wrong")
    } else {
        String::new()
    };
    format!("[{}] {sign}{number}", slice(at))
}

/// The index of a slice along these axes, by its number in row-major order.
pub(crate) fn index_of(mut number: usize, before: &[usize]) -> Vec<usize> {
    let mut index = vec![0; before.len()];
    for (place, &size) in index.iter_mut().zip(before).rev() {
        *place = number % size.max(1);
        number /= size.max(1);
    }
    index
}

/// Two numbers of a table, or one where they are the same.
pub(crate) fn pair((first, second): (f64, f64)) -> String {
    if first == second || (first.is_nan() && second.is_nan()) {
        return number(first);
    }
    let (one, other) = (number(first), number(second));
    if one == other {
        // They differ further behind than six digits reach.
        format!("{first} → {second}")
    } else {
        format!("{one} → {other}")
    }
}

/// A number of at most seven letters, for a cell.
pub(crate) fn short(value: f64) -> String {
    let magnitude = value.abs();
    let text = if value == 0.0 {
        "0".to_owned()
    } else if value.is_nan() {
        "NaN".to_owned()
    } else if value.is_infinite() {
        "∞".to_owned()
    } else if value.fract() == 0.0 && magnitude < 1e5 {
        format!("{magnitude}")
    } else if (0.001..1000.0).contains(&magnitude) {
        let digits = if magnitude < 10.0 { 3 } else { 1 };
        let text = format!("{magnitude:.digits$}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{magnitude:.0e}")
    };
    let sign = if value < 0.0 { "−" } else { "" };
    format!("{sign}{text}")
}

/// The sign of a value in a cell that is too small for a number.
pub(crate) fn sign(value: f64) -> &'static str {
    if value.is_nan() {
        "N"
    } else if value.is_infinite() {
        "∞"
    } else if value > 0.0 {
        "+"
    } else if value < 0.0 {
        "−"
    } else {
        "·"
    }
}

/// The title of a drawing of two graphs.
pub(crate) const GRAPHS: &str = "The same as graphs: an arrow from j to i stands for an entry in row i, column j.";

/// The lines of a drawing in words.
pub(crate) const LINES: &str = "Plain lines are in both; dotted ones with a ? are missing in yours; thick ones with a + \
                                are in yours only.";

/// The title of the drawing of an input graph.
pub(crate) const INPUT_GRAPH: &str = "The graph of this input.";

/// Edges that are in one of two graphs only; `none` where there are none.
pub(crate) fn edges(what: &str, edges: &[(usize, usize)]) -> String {
    let listed: Vec<String> = edges.iter().map(|(from, to)| format!("{from} to {to}")).collect();
    format!(
        "{what}: {}.",
        if listed.is_empty() {
            "none".to_owned()
        } else {
            listed.join(", ")
        }
    )
}

/// A curve for those who cannot see it.
pub(crate) fn plotted(names: &[&str], x_label: &str, y_label: &str) -> String {
    format!("{y_label} over {x_label}: {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_cells_are_short() {
        let values = [
            0.0,
            0.418_3,
            -0.418_3,
            12.0,
            -41.83,
            0.000_012,
            -1_234_567.8,
            f64::NAN,
            f64::NEG_INFINITY,
            99_999.0,
            0.9999,
        ];
        let texts = values.map(short);
        assert_eq!(
            texts,
            [
                "0", "0.418", "−0.418", "12", "−41.8", "1e-5", "−1e6", "NaN", "−∞", "99999", "1"
            ]
        );
        assert!(texts.iter().all(|text| text.chars().count() <= 7));
    }

    #[test]
    fn a_caption_says_which_piece_of_which_tensor_is_shown() {
        assert_eq!(
            caption(&[2, 6, 6], &[0], (6, 6), true),
            "[0, .., ..] of a tensor of shape [2, 6, 6]. Outlined: out of tolerance; the thickest outline: the worst."
        );
        let part = caption(&[40], &[], (1, 16), false);
        assert!(part.starts_with("The part around the worst value, of a tensor of shape [40]."));
        assert!(part.ends_with("The signs are those of the values."));
        assert!(caption(&[3], &[], (1, 3), true).starts_with("All of a tensor of shape [3]."));
    }

    #[test]
    fn a_pair_that_prints_alike_is_told_apart() {
        assert_eq!(pair((0.5, 0.25)), "0.5 → 0.25");
        assert_eq!(pair((f64::NAN, f64::NAN)), "NaN");
        assert_eq!(pair((0.5, 0.500_000_000_1)), "0.5 → 0.5000000001");
    }
}
