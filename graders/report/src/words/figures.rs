//! Numbers in sentences.

use judge::compare::number;

/// A measure in two significant digits: nobody reads more of an error.
pub(super) fn brief(value: f64) -> String {
    if !value.is_finite() {
        return "not finite".to_owned();
    }
    if value == 0.0 || (1e-3..1e4).contains(&value.abs()) {
        let digits = if value == 0.0 {
            0
        } else {
            (1 - value.abs().log10().floor() as i32).max(0) as usize
        };
        return number(format!("{value:.digits$}").parse().unwrap_or(value));
    }
    format!("{value:.1e}").replace(".0e", "e")
}

/// A probability that may be too small for a number.
pub(super) fn probability(value: f64) -> String {
    if value < 1e-300 {
        "below 1e-300".to_owned()
    } else {
        format!("{value:.0e}")
    }
}

/// An index, such as `[0, 2, 7]`.
pub(super) fn index(index: &[usize]) -> String {
    format!("[{}]", comma(index.iter()))
}

/// `a, b, c`.
pub(super) fn comma<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// `a, b and c`.
pub(super) fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_have_two_digits() {
        let texts = [0.213_4, 1e-10, 3.44e-8, 12.3, 123.0, 0.0, 2.5e9, f64::INFINITY].map(brief);
        assert_eq!(
            texts,
            ["0.21", "1e-10", "3.4e-8", "12", "123", "0", "2.5e9", "not finite"]
        );
    }

    #[test]
    fn lists_end_in_and() {
        let items = ["a", "b", "c"].map(str::to_owned);
        assert_eq!(and(&items), "a, b and c");
        assert_eq!(and(&items[..2]), "a and b");
        assert_eq!(and(&items[..1]), "a");
    }
}
