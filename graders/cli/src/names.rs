//! Names that are nearly right.

/// How alike two names have to be, from 0 to 1, for one to be meant by the other.
const ALIKE: f64 = 0.8;

/// The known name that was most likely meant, where one is near enough.
pub(crate) fn nearest<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let asked = plain(asked);
    let alike = |name: &&str| strsim::jaro_winkler(&asked, &plain(name));
    let scored = known.into_iter().map(|name| (alike(&name), name));
    let best = scored.max_by(|one, other| one.0.total_cmp(&other.0));
    best.filter(|(alike, _)| *alike >= ALIKE).map(|(_, name)| name)
}

/// The hint for an unknown name: the one that was meant, otherwise all that there are.
pub(crate) fn hint<'a>(asked: &str, known: impl IntoIterator<Item = &'a str> + Clone, opening: &str) -> String {
    match nearest(asked, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("{opening}: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

/// Without what people leave out or write otherwise: capitals, and the signs between words.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(|letter| letter.is_alphanumeric() || *letter == '/');
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn a_name_that_is_nearly_right_is_understood() {
        let known = || tasks::ALL.iter().map(|task| task.id);
        for (asked, meant) in [
            ("rms_nrom", "rms_norm"),
            ("RMSNorm", "rms_norm"),
            ("top_p", "nothing"),
            ("causal-self-attention", "causal_self_attention"),
            ("graph_atention", "graph_attention"),
            ("sample_topp", "sample_top_p"),
            ("rms", "rms_norm"),
            ("xyzzy", "nothing"),
        ] {
            assert_eq!(nearest(asked, known()).unwrap_or("nothing"), meant, "{asked}");
        }
    }

    #[test]
    fn what_nobody_can_guess_is_answered_with_all_names() {
        assert_eq!(hint("xyzzy", ["one", "two"], "choose from"), "choose from: one, two");
        assert_eq!(hint("twoo", ["one", "two"], "choose from"), "did you mean `two`?");
    }
}
