//! Phrases with a number in them, for the sentences of laws.

/// So many tokens: `1 token`, `3 tokens`.
pub(crate) fn tokens(count: usize) -> String {
    if count == 1 {
        "1 token".to_owned()
    } else {
        format!("{count} tokens")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_is_no_tokens() {
        assert_eq!([0, 1, 2].map(tokens), ["0 tokens", "1 token", "2 tokens"]);
    }
}
