//! Phrases with a number in them, for the sentences of properties.

use judge::compare::number;

/// So many tokens: `1 token`, `3 tokens`.
pub(crate) fn tokens(count: usize) -> String {
    if count == 1 {
        "1 token".to_owned()
    } else {
        format!("{count} tokens")
    }
}

/// What a mean of values must be: between the extremes of those that it may see, or the only one.
pub(crate) fn within(least: f64, greatest: f64, values: &str) -> String {
    let (least, greatest) = (number(least), number(greatest));
    if least == greatest {
        format!("{least}, the only value {values}")
    } else {
        format!("between {least} and {greatest}, the extremes of the values {values}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_value_has_no_extremes() {
        assert_eq!(
            within(1.23, 1.23, "that it may see"),
            "1.23, the only value that it may see"
        );
        assert_eq!(
            within(-1.0, 2.5, "so far"),
            "between -1 and 2.5, the extremes of the values so far"
        );
    }

    #[test]
    fn one_token_is_no_tokens() {
        assert_eq!([0, 1, 2].map(tokens), ["0 tokens", "1 token", "2 tokens"]);
    }
}
