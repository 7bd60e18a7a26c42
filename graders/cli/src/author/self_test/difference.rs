//! Whether it makes a difference that a submission shares its program with others.

use judge::grading::judgement::TaskJudgement;

use super::outcome::TaskOutcome;

/// Everything that was judged, as text.
pub(super) fn judgements<'t>(tasks: impl Iterator<Item = &'t TaskJudgement>) -> Vec<String> {
    tasks.map(|task| own_file(&format!("{task:?}"))).collect()
}

/// What the self-test keeps of it, as text.
pub(super) fn outcomes<'t>(tasks: impl Iterator<Item = &'t TaskJudgement>) -> Vec<String> {
    tasks.map(|task| format!("{:?}", TaskOutcome::of(task))).collect()
}

/// The first place at which two runs differ.
pub(super) fn difference(together: &[String], alone: &[String]) -> Option<String> {
    if together.len() != alone.len() {
        return Some("other tasks are judged with others in one program".to_owned());
    }
    let (one, other) = together.iter().zip(alone).find(|(one, other)| one != other)?;
    let at = one
        .chars()
        .zip(other.chars())
        .take_while(|(one, other)| one == other)
        .count();
    let part = |text: &str| -> String { text.chars().skip(at.saturating_sub(80)).take(200).collect() };
    Some(format!(
        "{} is judged otherwise with others in one program: `{}`, alone: `{}`",
        one.split(',').next().unwrap_or_default(),
        part(one),
        part(other)
    ))
}

/// A text with a member's file called as it would be alone: `attention/variant_17.rs` is `attention.rs`.
fn own_file(text: &str) -> String {
    let mut own = String::new();
    let mut pieces = text.split("/variant_");
    own.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        own.push_str(piece.trim_start_matches(|letter: char| letter.is_ascii_digit()));
    }
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_s_file_is_called_as_it_would_be_alone() {
        let text = "at attention/variant_17.rs:3, at attention/variant_2.rs:4, at other.rs:5";
        assert_eq!(own_file(text), "at attention.rs:3, at attention.rs:4, at other.rs:5");
    }

    #[test]
    fn the_first_difference_is_told_with_what_stands_around_it() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let one = texts(&["Task { task: \"a\", points: 1 }", "Task { task: \"b\", points: 1 }"]);
        assert_eq!(difference(&one, &one), None);
        let other = texts(&["Task { task: \"a\", points: 1 }", "Task { task: \"b\", points: 2 }"]);
        let words = difference(&one, &other).unwrap_or_default();
        assert!(
            words.contains("task: \"b\"") && words.contains("points: 1") && words.contains("points: 2"),
            "{words}"
        );
        assert!(difference(&one, &one[..1]).is_some());
    }
}
