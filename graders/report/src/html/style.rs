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
        let end = if step < 0 { scale.below } else { scale.above };
        let share = f64::from(step.abs()) / f64::from(STEPS);
        let mix = |channel: usize| (scale.zero[channel] + share * (end[channel] - scale.zero[channel])).round();
        let [red, green, blue] = [mix(0), mix(1), mix(2)];
        let colour = [red, green, blue];
        let ink = if is_light(colour) { "#111" } else { "#fff" };
        let class = class(step);
        let _ = writeln!(
            sheet,
            ".{class}{{fill:rgb({red},{green},{blue})}} .cell.{class}+text{{fill:{ink}}}"
        );
    }
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

    #[test]
    fn numbers_in_cells_stand_out_in_both_lights() {
        for scale in [LIGHT, DARK] {
            for (end, step) in [(scale.below, -STEPS), (scale.zero, 0), (scale.above, STEPS)] {
                let background = luminance(end);
                let ink = if is_light(end) { luminance([17.0; 3]) } else { 1.0 };
                let (high, low) = (background.max(ink), background.min(ink));
                let contrast = (high + 0.05) / (low + 0.05);
                assert!(contrast >= 4.5, "step {step}: {contrast}");
            }
        }
    }

    #[test]
    fn every_step_has_a_colour_in_both_lights_and_nothing_is_loaded() {
        let sheet = sheet();
        for step in -STEPS..=STEPS {
            assert_eq!(sheet.matches(&format!(".{}{{fill:", class(step))).count(), 2, "{step}");
        }
        assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains('<'));
        assert_eq!(sheet.matches('{').count(), sheet.matches('}').count());
    }
}
