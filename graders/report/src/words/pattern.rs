//! The words on the pattern in which a wrong output differs.

use judge::compare::number;
use judge::compare::pattern::{Part, Pattern, Power, Region, Size};

use super::figures::and;
use crate::clean::clean;

/// Nodes that are listed.
const NODES: usize = 4;

/// All patterns, as the end of a message; empty where there is none.
pub(super) fn patterns(patterns: &[Pattern]) -> String {
    let all: Vec<String> = patterns.iter().map(|pattern| format!("; {}", words(pattern))).collect();
    all.concat()
}

fn words(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Zeros => "all values are 0".to_owned(),
        Pattern::Argument { name } => format!("these are the values of the argument `{}`", clean(name)),
        Pattern::Negated => "true and false are exchanged".to_owned(),
        Pattern::SignFlipped => "every value has the opposite sign".to_owned(),
        Pattern::Factor { factor, size } => format!(
            "every value is {} times the expected one{}",
            number(*factor),
            size.as_ref().map(explained).unwrap_or_default()
        ),
        Pattern::Offset { offset } if *offset < 0.0 => format!("every value is {} too small", number(-offset)),
        Pattern::Offset { offset } => format!("every value is {} too large", number(*offset)),
        Pattern::Transposed { axes } => format!("right if the axes {} and {} are exchanged", axes[0], axes[1]),
        Pattern::Reshaped => "the values are right, in another shape".to_owned(),
        Pattern::Reversed { axis } => format!("right if axis {axis} is reversed"),
        Pattern::Permuted { axis } => format!("right if the slices along axis {axis} are put in another order"),
        Pattern::Rearranged => "the right values, in the wrong places".to_owned(),
        Pattern::NoSelfLoop { nodes } => no_self_loop(nodes),
        Pattern::OfEdge { from, to } => format!("the worst value is that of edge {from} -> {to}"),
        Pattern::NanForZero => "NaN wherever 0 is expected, and nowhere else".to_owned(),
        Pattern::Only { region } => only(region),
        Pattern::RightInF64 => "in f64 the same cases are right".to_owned(),
    }
}

fn no_self_loop(nodes: &[i64]) -> String {
    let shown: Vec<String> = nodes.iter().take(NODES).map(ToString::to_string).collect();
    match nodes.len() {
        1 => format!("node {} has no self loop", shown.concat()),
        many if many > NODES => format!("{many} nodes have no self loop, among them {}", and(&shown)),
        _ => format!("the nodes {} have no self loop", and(&shown)),
    }
}

fn explained(size: &Size) -> String {
    let argument = clean(&size.argument);
    let axis = format!("{}, the size of axis {} of `{argument}`", size.size, size.axis);
    match size.power {
        Power::Root => format!(" (the root of {axis})"),
        Power::InverseRoot => format!(" (one over the root of {axis})"),
        Power::One => format!(" ({axis})"),
        Power::Inverse => format!(" (one over {axis})"),
    }
}

fn only(region: &Region) -> String {
    match region {
        Region::AboveDiagonal => "values above the diagonal are wrong, all others right".to_owned(),
        Region::BelowDiagonal => "values below the diagonal are wrong, all others right".to_owned(),
        Region::Diagonal => "values on the diagonal are wrong, all others right".to_owned(),
        Region::Axis { axis, rank, part } => of_axis(*axis, *rank, part),
    }
}

/// The last two axes of a tensor are rows and columns; others go by their number.
fn of_axis(axis: usize, rank: usize, part: &Part) -> String {
    let (one, many, along) = match rank - axis {
        1 if rank == 1 => ("value", "values", String::new()),
        1 => ("column", "columns", String::new()),
        2 => ("row", "rows", String::new()),
        _ => ("slice", "slices", format!(" along axis {axis}")),
    };
    match part {
        Part::First => format!("the first {one}{along} is wrong, all others right"),
        Part::Last => format!("the last {one}{along} is wrong, all others right"),
        Part::From(1) => format!("{many} 1 and later{along} are wrong, {one} 0 is right"),
        Part::From(first) => format!("{many} {first} and later{along} are wrong, earlier ones right"),
        Part::UpTo(last) => format!("{many} 0 to {last}{along} are wrong, later ones right"),
        Part::At(places) => format!("{many} {}{along} are wrong, all others right", listed(places)),
    }
}

fn listed(places: &[usize]) -> String {
    and(&places.iter().map(ToString::to_string).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_reads_well_at_the_end_of_a_message() {
        let size = |power| Size {
            argument: "query".to_owned(),
            axis: 3,
            size: 8,
            power,
        };
        let factor = |factor, size| Pattern::Factor { factor, size };
        let only = |axis, rank, part| Pattern::Only {
            region: Region::Axis { axis, rank, part },
        };
        let all = [
            Pattern::Zeros,
            Pattern::Argument { name: "x".to_owned() },
            Pattern::Negated,
            Pattern::SignFlipped,
            factor(3.0, None),
            factor(8_f64.sqrt(), Some(size(Power::Root))),
            factor(0.125, Some(size(Power::Inverse))),
            Pattern::Offset { offset: -0.5 },
            Pattern::Offset { offset: 1.0 },
            Pattern::Transposed { axes: [1, 2] },
            Pattern::Reshaped,
            Pattern::Reversed { axis: 0 },
            Pattern::Permuted { axis: 1 },
            Pattern::Rearranged,
            Pattern::NoSelfLoop { nodes: vec![3] },
            Pattern::NoSelfLoop { nodes: vec![0, 3] },
            Pattern::NoSelfLoop {
                nodes: (0..9).collect(),
            },
            Pattern::OfEdge { from: 2, to: 0 },
            Pattern::NanForZero,
            Pattern::Only {
                region: Region::AboveDiagonal,
            },
            only(1, 3, Part::From(1)),
            only(2, 3, Part::Last),
            only(0, 3, Part::First),
            only(0, 1, Part::At(vec![1, 3])),
            Pattern::RightInF64,
        ];
        let lines: Vec<String> = all.iter().map(words).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        all values are 0
        these are the values of the argument `x`
        true and false are exchanged
        every value has the opposite sign
        every value is 3 times the expected one
        every value is 2.82843 times the expected one (the root of 8, the size of axis 3 of `query`)
        every value is 0.125 times the expected one (one over 8, the size of axis 3 of `query`)
        every value is 0.5 too small
        every value is 1 too large
        right if the axes 1 and 2 are exchanged
        the values are right, in another shape
        right if axis 0 is reversed
        right if the slices along axis 1 are put in another order
        the right values, in the wrong places
        node 3 has no self loop
        the nodes 0 and 3 have no self loop
        9 nodes have no self loop, among them 0, 1, 2 and 3
        the worst value is that of edge 2 -> 0
        NaN wherever 0 is expected, and nowhere else
        values above the diagonal are wrong, all others right
        rows 1 and later are wrong, row 0 is right
        the last column is wrong, all others right
        the first slice along axis 0 is wrong, all others right
        values 1 and 3 are wrong, all others right
        in f64 the same cases are right
        ");
    }
}
