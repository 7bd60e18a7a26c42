//! What a report says where nothing was graded: why, and what to do next. It claims no points.
//!
//! Whoever asked for a report and finds one must not find an older one, nor one that looks like a grading.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Format;
use crate::clean::{clean_lines, without_reader};
use crate::model::SCHEMA_VERSION;
use crate::words;
use crate::{github, gradescope, html, json, jsonl, junit, markdown};

/// Why there is no grading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// Version of this layout, the same as of a report's.
    pub schema_version: u32,
    /// Whose doing it is.
    pub conclusion: Refused,
    /// What was refused, and why.
    pub reason: String,
    /// The next thing to do, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Whose doing it is that nothing was graded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// The submission or the command line makes no sense.
    Refused,
    /// This machine or this grader failed; no submission is to blame.
    Failed,
}

impl Refusal {
    /// A refusal with these words, made harmless.
    pub fn new(conclusion: Refused, reason: &str, next: Option<&str>) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            conclusion,
            reason: clean_lines(without_reader(reason)),
            next: next.map(clean_lines),
        }
    }

    /// What happened, in a heading.
    pub(crate) fn title(&self) -> &'static str {
        words::not_graded(self.conclusion)
    }

    /// The reason, and the next step on a line of its own.
    pub(crate) fn text(&self) -> String {
        match &self.next {
            Some(next) => format!("{}\nnext: {next}", self.reason),
            None => self.reason.clone(),
        }
    }
}

/// The refusal in a format. `None` where that format has no way to say it without charging somebody: Gradescope's results
/// always have a score, so that a fault of ours is said there by the absence of any.
pub fn refused(refusal: &Refusal, format: Format) -> Option<String> {
    Some(match format {
        Format::Terminal => format!("{}\n{}\n", refusal.title(), refusal.text()),
        Format::Json => json::refused(refusal),
        Format::Jsonl => jsonl::refused(refusal),
        Format::Markdown => markdown::refused(refusal),
        Format::Junit => junit::refused(refusal),
        Format::Github => github::refused(refusal),
        Format::Gradescope if refusal.conclusion == Refused::Failed => return None,
        Format::Gradescope => gradescope::refused(&refusal.text()),
        Format::Html => html::refused(refusal),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn refusal(conclusion: Refused) -> Refusal {
        Refusal::new(
            conclusion,
            "student has no `src`\n::error::forged <b>&\u{1b}[31m",
            Some("name a crate with `src`"),
        )
    }

    #[test]
    fn every_format_says_what_was_refused_and_claims_no_points() {
        for &format in Format::ALL {
            let text = refused(&refusal(Refused::Refused), format).unwrap();
            assert!(text.contains("student has no"), "{format}: {text}");
            assert!(text.contains("name a crate with"), "{format}: {text}");
            assert!(text.ends_with('\n') && !text.contains('\u{1b}'), "{format}: {text}");
            let claims = ["passed", "points\":", "1.0"].iter().any(|claim| text.contains(claim));
            assert!(
                !claims || format == Format::Html || format == Format::Junit,
                "{format}: {text}"
            );
        }
    }

    #[test]
    fn a_fault_of_ours_is_never_a_score_of_zero() {
        let failed = refusal(Refused::Failed);
        assert_eq!(refused(&failed, Format::Gradescope), None);
        for &format in Format::ALL.iter().filter(|format| **format != Format::Gradescope) {
            let text = refused(&failed, format).unwrap();
            assert!(
                text.contains("no submission is to blame") || [Format::Json, Format::Jsonl].contains(&format),
                "{format}: {text}"
            );
        }
    }

    #[test]
    fn what_is_quoted_is_no_command_no_markup_and_no_element() {
        let of = |format| refused(&refusal(Refused::Refused), format).unwrap();
        let commands = of(Format::Github);
        assert!(
            commands.lines().all(|line| !line.starts_with("::error::forged")),
            "{commands}"
        );
        assert!(!of(Format::Html).contains("<b>"));
        assert!(!of(Format::Markdown).contains("<b>"));
        let xml = of(Format::Junit);
        let document = roxmltree::Document::parse(&xml).unwrap();
        assert_eq!(
            document.descendants().filter(|node| node.has_tag_name("error")).count(),
            1
        );
    }

    #[test]
    fn a_refusal_keeps_to_the_schema_and_is_no_report() {
        let schema = serde_json::from_str(&json::schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let text = refused(&refusal(Refused::Failed), Format::Json).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(validator.is_valid(&value), "{value}");
        assert_eq!(value["conclusion"], "failed");
        assert!(serde_json::from_value::<crate::Report>(value.clone()).is_err());
        value["conclusion"] = "graded".into();
        assert!(!validator.is_valid(&value));
    }
}
