//! Curves of a trial as line plots. Curves with the same axes share a plot; each has a dash and a marker of its own.

use std::fmt::Write as _;

use super::markup::{Attributes, Html};
use crate::model::Series;
use crate::words::picture;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 260.0;
/// Room at the left, at the right and above, below.
const LEFT: f64 = 56.0;
const EDGE: f64 = 14.0;
const BELOW: f64 = 42.0;
/// Points of a curve up to which each has a marker.
const MARKED: usize = 40;
/// Curves that have a dash of their own.
const STYLES: usize = 4;

/// All curves of a check.
pub(super) fn figures(html: &mut Html, series: &[Series]) {
    let mut left: Vec<&Series> = series.iter().collect();
    while let Some(&first) = left.first() {
        let alike = |other: &&Series| (&other.x_label, &other.y_label) == (&first.x_label, &first.y_label);
        let (together, others): (Vec<&Series>, Vec<&Series>) = left.into_iter().partition(alike);
        figure(html, &together);
        left = others;
    }
}

/// One axis: its ends and its ticks.
#[derive(Debug, Clone, PartialEq)]
struct Axis {
    low: f64,
    high: f64,
    ticks: Vec<f64>,
}

impl Axis {
    /// Round numbers around all values.
    fn over(values: impl Iterator<Item = f64>) -> Option<Self> {
        let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let span = high - low;
        if !span.is_finite() {
            return None;
        }
        let step = round_step(if span > 0.0 { span } else { high.abs().max(1.0) } / 5.0);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let last = if first == last { first + 1.0 } else { last };
        let ticks: Vec<f64> = (0..=(last - first) as i32)
            .map(|tick| (first + f64::from(tick)) * step)
            .collect();
        Some(Self {
            low: first * step,
            high: last * step,
            ticks,
        })
    }

    /// Where a value stands between the ends, from 0 to 1.
    fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// The next 1, 2 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    let factor = [1.0, 2.0, 5.0]
        .into_iter()
        .find(|factor| factor * power >= step * 0.999);
    factor.unwrap_or(10.0) * power
}

fn points(series: &Series) -> impl Iterator<Item = Option<(f64, f64)>> + '_ {
    series.x.iter().zip(&series.y).map(|(x, y)| Some(((*x)?, (*y)?)))
}

fn figure(html: &mut Html, series: &[&Series]) {
    let all = || series.iter().flat_map(|series| points(series)).flatten();
    let axes = Axis::over(all().map(|point| point.0)).zip(Axis::over(all().map(|point| point.1)));
    let (Some((across, up)), Some(first)) = (axes, series.first()) else {
        return;
    };
    let names: Vec<&str> = series.iter().map(|series| series.name.as_str()).collect();
    let label = picture::plotted(&names, &first.x_label, &first.y_label);
    let view = format!("0 0 {WIDTH} {HEIGHT}");
    let attributes: Attributes<'_> = &[
        ("role", &"img"),
        ("aria-label", &label),
        ("width", &WIDTH),
        ("height", &HEIGHT),
        ("viewBox", &view),
    ];
    html.element("figure", &[], |html| {
        html.element("svg", attributes, |html| {
            frame(html, &across, &up);
            words(html, first);
            for (number, series) in series.iter().enumerate() {
                line(html, series, number, &across, &up);
            }
        });
        html.element("figcaption", &[], |html| {
            for (number, name) in names.iter().enumerate() {
                key(html, number, name);
            }
        });
    });
}

/// Position on the page.
fn at(across: &Axis, up: &Axis, (x, y): (f64, f64)) -> (f64, f64) {
    let (width, height) = (WIDTH - LEFT - EDGE, HEIGHT - BELOW - EDGE);
    let tenth = |coordinate: f64| (coordinate * 10.0).round() / 10.0;
    (
        tenth(LEFT + across.share(x) * width),
        tenth(EDGE + (1.0 - up.share(y)) * height),
    )
}

fn frame(html: &mut Html, across: &Axis, up: &Axis) {
    let (right, bottom) = (WIDTH - EDGE, HEIGHT - BELOW);
    for &tick in &up.ticks {
        let y = at(across, up, (across.low, tick)).1;
        html.shape("path", &[("class", &"grid"), ("d", &format!("M{LEFT} {y}H{right}"))]);
        let attributes: Attributes<'_> = &[
            ("class", &"axis"),
            ("x", &(LEFT - 6.0)),
            ("y", &(y + 3.5)),
            ("text-anchor", &"end"),
        ];
        html.leaf("text", attributes, &picture::short(tick));
    }
    for &tick in &across.ticks {
        let x = at(across, up, (tick, up.low)).0;
        html.shape("path", &[("class", &"grid"), ("d", &format!("M{x} {EDGE}V{bottom}"))]);
        let attributes: Attributes<'_> = &[
            ("class", &"axis"),
            ("x", &x),
            ("y", &(bottom + 14.0)),
            ("text-anchor", &"middle"),
        ];
        html.leaf("text", attributes, &picture::short(tick));
    }
    html.shape(
        "path",
        &[("class", &"frame"), ("d", &format!("M{LEFT} {EDGE}V{bottom}H{right}"))],
    );
}

/// What the axes are.
fn words(html: &mut Html, series: &Series) {
    let (x, y) = (f64::midpoint(LEFT, WIDTH - EDGE), HEIGHT - 8.0);
    html.leaf(
        "text",
        &[("x", &x), ("y", &y), ("text-anchor", &"middle")],
        &series.x_label,
    );
    let middle = f64::midpoint(EDGE, HEIGHT - BELOW);
    let turned = format!("rotate(-90 12 {middle})");
    let attributes: Attributes<'_> = &[
        ("x", &12),
        ("y", &middle),
        ("text-anchor", &"middle"),
        ("transform", &turned),
    ];
    html.leaf("text", attributes, &series.y_label);
}

fn line(html: &mut Html, series: &Series, number: usize, across: &Axis, up: &Axis) {
    let mut path = String::new();
    let mut drawing = false;
    for point in points(series) {
        // A value that is not finite tears the line.
        if let Some(point) = point {
            let (x, y) = at(across, up, point);
            // Writing to a string cannot fail.
            let _ = write!(path, "{}{x} {y}", if drawing { 'L' } else { 'M' });
        }
        drawing = point.is_some();
    }
    let style = number % STYLES + 1;
    let class = format!("curve c{style} d{style}");
    html.shape("path", &[("class", &class), ("d", &path)]);
    let all: Vec<(f64, f64)> = points(series).flatten().collect();
    let every = all.len().div_ceil(MARKED).max(1);
    for &(x, y) in all.iter().step_by(every) {
        let said = format!(
            "{} {}: {} {}",
            series.x_label,
            picture::short(x),
            series.y_label,
            judge::compare::number(y)
        );
        html.element("g", &[], |html| {
            html.leaf("title", &[], &said);
            marker(html, style, at(across, up, (x, y)));
        });
    }
}

/// A circle, a square, a triangle or a diamond.
fn marker(html: &mut Html, style: usize, (x, y): (f64, f64)) {
    let class = format!("marker c{style}");
    let path = match style {
        2 => format!("M{} {}h7v7h-7Z", x - 3.5, y - 3.5),
        3 => format!("M{x} {}l4.5 8h-9Z", y - 5.0),
        4 => format!("M{x} {}l5 5l-5 5l-5 -5Z", y - 5.0),
        _ => {
            html.shape("circle", &[("class", &class), ("cx", &x), ("cy", &y), ("r", &3.5)]);
            return;
        }
    };
    html.shape("path", &[("class", &class), ("d", &path)]);
}

/// A piece of the line with its name.
fn key(html: &mut Html, number: usize, name: &str) {
    let style = number % STYLES + 1;
    let class = format!("curve c{style} d{style}");
    html.element("div", &[("class", &"key")], |html| {
        html.element(
            "svg",
            &[
                ("width", &44),
                ("height", &14),
                ("viewBox", &"0 0 44 14"),
                ("aria-hidden", &"true"),
            ],
            |html| {
                html.shape("path", &[("class", &class), ("d", &"M1 7H43")]);
                marker(html, style, (22.0, 7.0));
            },
        );
        html.leaf("span", &[], name);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(name: &str, y: Vec<Option<f64>>, y_label: &str) -> Series {
        Series {
            name: name.to_owned(),
            x_label: "step".to_owned(),
            y_label: y_label.to_owned(),
            x: (0..y.len()).map(|x| Some(x as f64)).collect(),
            y,
        }
    }

    #[test]
    fn axes_have_round_ticks_around_all_values() {
        let axis = Axis::over([0.13, 0.92].into_iter());
        let ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
        let found = axis.map(|axis| axis.ticks).unwrap_or_default();
        assert_eq!(found.len(), ticks.len());
        for (found, tick) in found.iter().zip(ticks) {
            assert!((found - tick).abs() < 1e-12, "{found}");
        }
        assert_eq!(
            Axis::over([3.0, 3.0].into_iter()).map(|axis| (axis.low, axis.high)),
            Some((3.0, 4.0))
        );
        assert_eq!(Axis::over(std::iter::empty()), None);
    }

    #[test]
    fn curves_with_one_pair_of_axes_share_a_plot() {
        let mut html = Html::default();
        let all = [
            series("train", vec![Some(3.0), Some(1.0)], "loss"),
            series("accuracy", vec![Some(0.1), Some(0.9)], "share"),
            series("test", vec![Some(3.2), Some(1.4)], "loss"),
        ];
        figures(&mut html, &all);
        let text = html.finish();
        assert_eq!(text.matches("<figure>").count(), 2);
        assert!(text.contains("aria-label=\"loss over step: train, test\""), "{text}");
    }

    #[test]
    fn a_value_that_is_not_finite_tears_the_line_and_no_values_make_no_plot() {
        let mut html = Html::default();
        figures(
            &mut html,
            &[series("loss", vec![Some(1.0), None, Some(3.0), Some(2.0)], "loss")],
        );
        let text = html.finish();
        let path = text.split(" d=\"").find(|piece| piece.matches('M').count() == 2);
        assert!(path.is_some(), "{text}");
        let mut html = Html::default();
        figures(&mut html, &[series("loss", vec![None, None], "loss")]);
        assert_eq!(html.finish(), "");
    }
}
