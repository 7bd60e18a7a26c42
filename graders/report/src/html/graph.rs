//! Small graphs as drawings: nodes on a circle, edges as arrows, what differs with a mark of its own.

use std::collections::BTreeSet;
use std::f64::consts::TAU;

use super::markup::{Attributes, Html};
use crate::model::{Argument, Call, Number, Window};
use crate::words::picture;

/// Nodes of a drawing at most; more of them are a ball of wool.
const MOST_NODES: usize = 16;
/// Edges of a drawing at most.
const MOST_EDGES: usize = 120;
/// Width and height of a drawing.
const SIDE: f64 = 260.0;
/// Radius of the circle of nodes.
const CIRCLE: f64 = 92.0;
/// Radius of a node.
const NODE: f64 = 11.0;

/// From and to.
type Edge = (usize, usize);
type Edges = BTreeSet<Edge>;
type Point = (f64, f64);

/// Where an edge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Both,
    Missing,
    Extra,
}

impl Kind {
    fn classes(self) -> (&'static str, &'static str) {
        match self {
            Self::Both => ("edge", "arrow"),
            Self::Missing => ("edge missing", "arrow arrow-missing"),
            Self::Extra => ("edge extra", "arrow arrow-extra"),
        }
    }

    fn mark(self) -> &'static str {
        match self {
            Self::Both => "",
            Self::Missing => "?",
            Self::Extra => "+",
        }
    }
}

/// Two adjacency matrices as one drawing, where they are whole and small; says whether it was drawn.
pub(super) fn adjacency(html: &mut Html, window: &Window, shape: &[usize]) -> bool {
    let [rows, columns] = *shape else {
        return false;
    };
    let whole = window.expected.len() == rows && window.expected.first().map_or(0, Vec::len) == columns;
    let (expected, actual) = (edges(&window.expected), edges(&window.actual));
    let drawable = rows == columns && whole && rows <= MOST_NODES && expected.union(&actual).count() <= MOST_EDGES;
    if !drawable {
        return false;
    }
    let listed = |one: &Edges, other: &Edges| one.difference(other).copied().collect::<Vec<_>>();
    let (missing, extra) = (listed(&expected, &actual), listed(&actual, &expected));
    html.element("figure", &[("class", &"beside")], |html| {
        drawing(html, rows, &expected, &actual, picture::GRAPHS);
        html.element("figcaption", &[], |html| {
            html.text(&format!("{} {} ", picture::GRAPHS, picture::LINES));
            html.text(&picture::edges("Missing", &missing));
            html.text(" ");
            html.text(&picture::edges("Too many", &extra));
        });
    });
    true
}

/// The graph that a call was given, where it was given one that is small.
pub(super) fn of_call(html: &mut Html, call: &Call) {
    let Some((nodes, edges)) = given(call) else {
        return;
    };
    html.element("figure", &[("class", &"beside")], |html| {
        drawing(html, nodes, &edges, &edges, picture::INPUT_GRAPH);
        html.leaf("figcaption", &[], picture::INPUT_GRAPH);
    });
}

/// Nodes and edges of a call's `edge_index`.
fn given(call: &Call) -> Option<(usize, Edges)> {
    let argument = |name: &str| call.arguments.iter().find(|argument| argument.name == name);
    let list = argument("edge_index")?;
    let values: Vec<usize> = list
        .values
        .iter()
        .map(|value| value.parse().ok())
        .collect::<Option<_>>()?;
    let [2, count] = *list.shape.as_slice() else {
        return None;
    };
    let (sources, destinations) = values.split_at_checked(count)?;
    let edges: Edges = sources.iter().copied().zip(destinations.iter().copied()).collect();
    let stated = argument("num_nodes").and_then(|nodes| nodes.values.first()?.parse().ok());
    let rows = |argument: &Argument| argument.shape.first().copied();
    let nodes = stated.or_else(|| rows(argument("features")?)).unwrap_or(0);
    let reached = edges.iter().map(|&(from, to)| from.max(to) + 1).max().unwrap_or(0);
    let nodes = nodes.max(reached);
    ((1..=MOST_NODES).contains(&nodes) && edges.len() <= MOST_EDGES).then_some((nodes, edges))
}

/// The entries of a matrix that are not zero: row i, column j is an edge from j to i.
fn edges(matrix: &[Vec<Number>]) -> Edges {
    let row = |(to, row): (usize, &Vec<Number>)| {
        let set = row.iter().enumerate().filter(|(_, number)| number.0 != 0.0);
        set.map(move |(from, _)| (from, to)).collect::<Vec<_>>()
    };
    matrix.iter().enumerate().flat_map(row).collect()
}

fn drawing(html: &mut Html, nodes: usize, expected: &Edges, actual: &Edges, label: &str) {
    let view = format!("0 0 {SIDE} {SIDE}");
    let attributes: Attributes<'_> = &[
        ("class", &"graph"),
        ("role", &"img"),
        ("aria-label", &label),
        ("width", &SIDE),
        ("height", &SIDE),
        ("viewBox", &view),
    ];
    html.element("svg", attributes, |html| {
        for &edge in expected.union(actual) {
            let kind = match (expected.contains(&edge), actual.contains(&edge)) {
                (true, true) => Kind::Both,
                (true, false) => Kind::Missing,
                _ => Kind::Extra,
            };
            let bent = expected.contains(&(edge.1, edge.0)) || actual.contains(&(edge.1, edge.0));
            arrow(html, edge, nodes, kind, bent);
        }
        for number in 0..nodes {
            let (x, y) = place(number, nodes);
            html.shape(
                "circle",
                &[("class", &"node"), ("cx", &short(x)), ("cy", &short(y)), ("r", &NODE)],
            );
            let y = short(y + 4.0);
            html.leaf(
                "text",
                &[("x", &short(x)), ("y", &y), ("text-anchor", &"middle")],
                &number.to_string(),
            );
        }
    });
}

/// Where a node is.
fn place(number: usize, nodes: usize) -> Point {
    let angle = TAU * (number as f64 / nodes as f64 - 0.25);
    (SIDE / 2.0 + CIRCLE * angle.cos(), SIDE / 2.0 + CIRCLE * angle.sin())
}

fn arrow(html: &mut Html, (from, to): Edge, nodes: usize, kind: Kind, bent: bool) {
    let (line, head, middle) = if from == to {
        loop_at(place(from, nodes))
    } else {
        curve(place(from, nodes), place(to, nodes), if bent { 13.0 } else { 0.0 })
    };
    let (class, arrow) = kind.classes();
    html.element("g", &[], |html| {
        html.leaf("title", &[], &format!("{from} → {to}"));
        html.shape("path", &[("class", &class), ("d", &line)]);
        html.shape("path", &[("class", &arrow), ("d", &head)]);
        if kind != Kind::Both {
            let (x, y) = (short(middle.0), short(middle.1 + 4.0));
            html.leaf(
                "text",
                &[("class", &"mark"), ("x", &x), ("y", &y), ("text-anchor", &"middle")],
                kind.mark(),
            );
        }
    });
}

/// A line from one node's rim to another's, its head, and its middle.
fn curve(from: Point, to: Point, bend: f64) -> (String, String, Point) {
    let along = unit((to.0 - from.0, to.1 - from.1));
    let middle = (
        f64::midpoint(from.0, to.0) - along.1 * 2.0 * bend,
        f64::midpoint(from.1, to.1) + along.0 * 2.0 * bend,
    );
    let start = rim(from, middle, NODE);
    let end = rim(to, middle, NODE + 2.0);
    let back = rim(to, middle, NODE + 8.0);
    let line = format!(
        "M{} {}Q{} {} {} {}",
        short(start.0),
        short(start.1),
        short(middle.0),
        short(middle.1),
        short(back.0),
        short(back.1)
    );
    // The middle of the curve itself lies half way to the point that bends it.
    let label = (
        f64::midpoint(middle.0, f64::midpoint(from.0, to.0)),
        f64::midpoint(middle.1, f64::midpoint(from.1, to.1)),
    );
    (line, head(back, end), label)
}

/// A loop at the far side of a node.
fn loop_at(node: Point) -> (String, String, Point) {
    let out = unit((node.0 - SIDE / 2.0, node.1 - SIDE / 2.0));
    let side = (-out.1, out.0);
    let at = |far: f64, aside: f64| {
        (
            node.0 + out.0 * far + side.0 * aside,
            node.1 + out.1 * far + side.1 * aside,
        )
    };
    let (start, end, back) = (at(9.0, -7.0), at(9.0, 8.0), at(14.0, 11.0));
    let (one, other) = (at(34.0, -20.0), at(34.0, 22.0));
    let points = [start, one, other, back].map(|(x, y)| format!("{} {}", short(x), short(y)));
    let line = format!("M{}C{} {} {}", points[0], points[1], points[2], points[3]);
    (line, head(back, end), at(29.0, 0.0))
}

/// The tip of an arrow from `back` to `end`.
fn head(back: Point, end: Point) -> String {
    let along = unit((end.0 - back.0, end.1 - back.1));
    let wing = |side: f64| (back.0 - side * along.1 * 4.0, back.1 + side * along.0 * 4.0);
    let (one, other) = (wing(1.0), wing(-1.0));
    format!(
        "M{} {}L{} {} {} {}Z",
        short(end.0),
        short(end.1),
        short(one.0),
        short(one.1),
        short(other.0),
        short(other.1)
    )
}

/// The point at this distance from a node in the direction of another point.
fn rim(node: Point, towards: Point, distance: f64) -> Point {
    let along = unit((towards.0 - node.0, towards.1 - node.1));
    (node.0 + along.0 * distance, node.1 + along.1 * distance)
}

fn unit((x, y): Point) -> Point {
    let length = x.hypot(y);
    // A single node stands above the middle; anything else has a direction.
    if length == 0.0 {
        (0.0, -1.0)
    } else {
        (x / length, y / length)
    }
}

/// A coordinate to a tenth.
fn short(coordinate: f64) -> f64 {
    (coordinate * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Relation;

    fn matrix(rows: &[&[f64]]) -> Vec<Vec<Number>> {
        rows.iter()
            .map(|row| row.iter().copied().map(Number).collect())
            .collect()
    }

    fn window(expected: &[&[f64]], actual: &[&[f64]]) -> Window {
        Window {
            at: Vec::new(),
            first_row: 0,
            first_column: 0,
            allowed: 0.0,
            relation: Relation::Asked,
            expected: matrix(expected),
            actual: matrix(actual),
            differing: Vec::new(),
            others: Vec::new(),
        }
    }

    #[test]
    fn a_reversed_edge_is_missing_one_way_and_too_many_the_other() {
        let window = window(&[&[0.0, 0.0], &[1.0, 0.0]], &[&[0.0, 1.0], &[0.0, 0.0]]);
        let mut html = Html::default();
        assert!(adjacency(&mut html, &window, &[2, 2]));
        let text = html.finish();
        assert!(text.contains("Missing: 0 to 1. Too many: 1 to 0."), "{text}");
        assert_eq!(text.matches("class=\"edge missing\"").count(), 1);
        assert_eq!(text.matches("class=\"edge extra\"").count(), 1);
    }

    #[test]
    fn a_piece_of_a_matrix_is_not_drawn_as_a_graph() {
        let window = window(&[&[0.0, 1.0]], &[&[0.0, 0.0]]);
        let mut html = Html::default();
        assert!(!adjacency(&mut html, &window, &[1, 2]) && !adjacency(&mut html, &window, &[20, 20]));
        assert!(!adjacency(&mut html, &window, &[1, 1, 2]));
        assert_eq!(html.finish(), "");
    }

    #[test]
    fn a_call_shows_its_graph_with_isolated_nodes() {
        let argument = |name: &str, shape: &[usize], values: &[&str]| Argument {
            name: name.to_owned(),
            dtype: "int64".to_owned(),
            shape: shape.to_vec(),
            values: values.iter().map(ToString::to_string).collect(),
        };
        let list = argument("edge_index", &[2, 2], &["0", "1", "1", "1"]);
        let call = |more: Argument| Call {
            task: "message".to_owned(),
            arguments: vec![list.clone(), more],
        };
        assert_eq!(
            given(&call(argument("num_nodes", &[], &["4"]))),
            Some((4, Edges::from([(0, 1), (1, 1)])))
        );
        assert_eq!(
            given(&call(argument("features", &[3, 2], &[]))).map(|(nodes, _)| nodes),
            Some(3)
        );
        let cut = argument("edge_index", &[2, 9], &["0", "1"]);
        let alone = Call {
            task: String::new(),
            arguments: vec![cut],
        };
        assert_eq!(given(&alone), None);
    }
}
