//! The report: one model, one renderer per format, and every word that a student reads.
//!
//! `build` turns judgements into the model; what an assignment hides is left out there, so that no renderer can show
//! it. Renderers hold no judgement of their own, return text and print nothing.

mod bound;
mod build;
mod by_hand;
mod clean;
mod diagnosis;
mod evidence;
pub mod github;
pub mod gradescope;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod junit;
mod location;
pub mod markdown;
pub mod model;
mod named;
mod order;
mod page;
mod refusal;
mod regraded;
mod sentence;
mod since;
mod snippet;
mod steps;
pub mod terminal;
#[cfg(test)]
mod testing;
mod triage;
mod visibility;
mod words;
mod wrap;

use std::fmt;
use std::str::FromStr;

pub use build::{Context, OneByOne, build};
pub use by_hand::{Scores, apply as give_by_hand};
pub use clean::{clean, is_hidden};
pub use model::{Conclusion, Report, Source, Stage, Times};
pub use refusal::{Refusal, Refused, refused};
pub use regraded::with_tasks_of;
pub use sentence::{sentence, sizes};
pub use since::{outcome, since};
pub use terminal::Look;
pub use words::watch::untouched;
pub use words::{in_time_by_own_date, late};
pub use wrap::wrap_hanging;

/// A format in which a report can be written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// What the terminal shows, without colour.
    Terminal,
    /// The whole model.
    Json,
    /// The whole model as a stream, a task as soon as it is judged.
    Jsonl,
    /// For the summary of a job or a comment.
    Markdown,
    /// For whatever reads test results.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Gradescope's results.
    Gradescope,
    /// A page with pictures.
    Html,
}

impl Format {
    /// All formats.
    pub const ALL: &[Self] = &[
        Self::Terminal,
        Self::Json,
        Self::Jsonl,
        Self::Markdown,
        Self::Junit,
        Self::Github,
        Self::Gradescope,
        Self::Html,
    ];

    /// Bytes of a report with all its details.
    fn most_bytes(self) -> usize {
        match self {
            // What a summary of a job, and a log with its annotations, take.
            Self::Markdown => 1 << 20,
            Self::Github => 256 << 10,
            Self::Terminal | Self::Junit | Self::Gradescope => 4 << 20,
            Self::Json | Self::Jsonl | Self::Html => 16 << 20,
        }
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Markdown => "markdown",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gradescope => "gradescope",
            Self::Html => "html",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

/// A format that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat {
    /// What was asked for.
    pub name: String,
}

impl fmt::Display for UnknownFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<&str> = Format::ALL.iter().map(|format| format.name()).collect();
        write!(
            formatter,
            "there is no format `{}`; known are: {}",
            clean::clean(&self.name),
            known.join(", ")
        )
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|format| format.name() == name);
        found.ok_or_else(|| UnknownFormat { name: name.to_owned() })
    }
}

/// The report in a format, as it is written to a file: with all details where it has room for them.
pub fn render(report: &Report, format: Format) -> String {
    let text = whole(report, format);
    if text.len() <= format.most_bytes() {
        text
    } else {
        whole(&bound::without_details(report), format)
    }
}

fn whole(report: &Report, format: Format) -> String {
    match format {
        Format::Terminal => terminal::render(report, Look::default()),
        Format::Json => json::render(report),
        Format::Jsonl => jsonl::render(report),
        Format::Markdown => markdown::render(report),
        Format::Junit => junit::render(report),
        Format::Github => github::render(report),
        Format::Gradescope => gradescope::render(report),
        Format::Html => html::render(report),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_known_by_its_name() {
        for &format in Format::ALL {
            assert_eq!(format.name().parse(), Ok(format));
        }
    }

    #[test]
    fn an_unknown_format_names_those_that_exist() {
        let message = "yaml".parse::<Format>().map_err(|error| error.to_string());
        assert_eq!(
            message,
            Err(
                "there is no format `yaml`; known are: terminal, json, jsonl, markdown, junit, github, gradescope, html"
                    .to_owned()
            )
        );
    }
}
