//! How the page looks: light and dark, narrow and wide, on paper.
//!
//! The colours of heat maps run from blue over a neutral one to orange, which people with any kind of colour blindness
//! tell apart; each step is a class, so that a dark page can have other colours. Nothing is said by colour alone.

use std::fmt::Write;

/// Steps of the colours on each side of zero.
pub(super) const STEPS: i32 = 8;

type Colour = [f64; 3];

/// The colours of one side of the day: far below zero, zero, far above zero.
struct Scale {
    below: Colour,
    zero: Colour,
    above: Colour,
}

const LIGHT: Scale = Scale {
    below: [44.0, 104.0, 172.0],
    zero: [246.0, 246.0, 244.0],
    above: [205.0, 96.0, 20.0],
};
const DARK: Scale = Scale {
    below: [96.0, 172.0, 250.0],
    zero: [38.0, 40.0, 44.0],
    above: [245.0, 150.0, 66.0],
};

/// The whole style sheet.
pub(super) fn sheet() -> String {
    let mut sheet = String::from(BASE);
    steps(&mut sheet, &LIGHT);
    sheet.push_str("@media (prefers-color-scheme: dark) {\n");
    sheet.push_str(DARK_BASE);
    steps(&mut sheet, &DARK);
    sheet.push_str("}\n");
    sheet
}

/// The class of a step between `-STEPS` and `STEPS`.
pub(super) fn class(step: i32) -> String {
    match step {
        0 => "z".to_owned(),
        step if step < 0 => format!("n{}", -step),
        step => format!("p{step}"),
    }
}

fn steps(sheet: &mut String, scale: &Scale) {
    for step in -STEPS..=STEPS {
        let colour = mixed(scale, step);
        let [red, green, blue] = colour;
        let ink = if is_light(colour) { "#000" } else { "#fff" };
        let class = class(step);
        let _ = writeln!(
            sheet,
            ".{class}{{fill:rgb({red},{green},{blue})}} .cell.{class}+text,.cap.{class}{{fill:{ink}}} \
             .off.{class},.worst.{class}{{fill:none;stroke:{ink}}}"
        );
    }
}

/// The colour of a step.
fn mixed(scale: &Scale, step: i32) -> Colour {
    let end = if step < 0 { scale.below } else { scale.above };
    let share = f64::from(step.abs()) / f64::from(STEPS);
    [0, 1, 2].map(|channel: usize| (scale.zero[channel] + share * (end[channel] - scale.zero[channel])).round())
}

/// Whether black is read more easily on it than white, by their contrast.
fn is_light(colour: Colour) -> bool {
    let luminance = luminance(colour);
    let (black, white) = ((luminance + 0.05) / 0.05, 1.05 / (luminance + 0.05));
    black >= white
}

/// Relative luminance as the guidelines on contrast define it.
fn luminance(colour: Colour) -> f64 {
    let linear = colour.map(|channel| {
        let channel = channel / 255.0;
        if channel <= 0.040_45 {
            channel / 12.92
        } else {
            ((channel + 0.055) / 1.055).powf(2.4)
        }
    });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

const BASE: &str = include_str!("style.css");

const DARK_BASE: &str = include_str!("dark.css");

#[cfg(test)]
mod tests {
    use super::*;

    /// A text has to stand out by this much, a line or a shape by that, as the guidelines on contrast say.
    const TEXT: f64 = 4.5;
    const SHAPE: f64 = 3.0;

    fn contrast(one: Colour, other: Colour) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    /// A colour that a style sheet names.
    fn named(sheet: &str, name: &str) -> Colour {
        let start = format!("--{name}: #");
        let digits = sheet.split(&start).nth(1).and_then(|rest| rest.get(..6));
        let digits = digits.unwrap_or_else(|| panic!("the sheet names {name}"));
        [0, 2, 4].map(|at| f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default()))
    }

    #[test]
    fn numbers_and_outlines_stand_out_on_every_step_in_both_lights() {
        for scale in [LIGHT, DARK] {
            for step in -STEPS..=STEPS {
                let colour = mixed(&scale, step);
                let ink = if is_light(colour) { [0.0; 3] } else { [255.0; 3] };
                let contrast = contrast(colour, ink);
                // Numbers, outlines and caps have this ink.
                assert!(contrast >= TEXT, "step {step}: {contrast}");
            }
        }
    }

    #[test]
    fn words_and_lines_stand_out_on_page_and_card_in_both_lights() {
        for sheet in [BASE, DARK_BASE] {
            for ground in ["page", "card", "quiet"] {
                let on = |name: &str| contrast(named(sheet, ground), named(sheet, name));
                for ink in ["ink", "soft", "link", "good", "bad", "warn", "fault"] {
                    assert!(on(ink) >= TEXT, "{ink} on {ground}: {}", on(ink));
                }
                for shape in ["curve-1", "curve-2", "curve-3", "curve-4", "edge"] {
                    assert!(on(shape) >= SHAPE, "{shape} on {ground}: {}", on(shape));
                }
            }
            // The border of a mask runs on a line of the card's colour.
            assert!(contrast(named(sheet, "ink"), named(sheet, "card")) >= SHAPE);
            // The score's bar: what is earned against what is not.
            assert!(contrast(named(sheet, "good"), named(sheet, "quiet")) >= SHAPE);
        }
    }

    #[test]
    fn every_step_has_a_colour_in_both_lights_and_nothing_is_loaded() {
        let sheet = sheet();
        for step in -STEPS..=STEPS {
            assert_eq!(
                sheet.matches(&format!(".{}{{fill:rgb", class(step))).count(),
                2,
                "{step}"
            );
        }
        assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains('<'));
        assert_eq!(sheet.matches('{').count(), sheet.matches('}').count());
    }
}
