//! Values on the command line, read once for all commands. What a shell completes, names of tasks and formats of
//! reports, is known to the parser for that purpose only: a name that is unknown is refused where it is used, in words
//! that name the one that was meant.

use std::path::PathBuf;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

use report::Format;

/// A report to write.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ReportTarget {
    pub(crate) format: Format,
    pub(crate) path: PathBuf,
}

fn report_target(text: &str) -> Result<ReportTarget, String> {
    let (format, path) = text
        .split_once('=')
        .ok_or("write FORMAT=PATH, for example json=report.json")?;
    if path.is_empty() {
        return Err("the path is missing: write FORMAT=PATH".to_owned());
    }
    Ok(ReportTarget {
        format: format.parse().map_err(|error| format!("{error}"))?,
        path: path.into(),
    })
}

pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (1.0..=86400.0).contains(&value) {
        Ok(value)
    } else {
        Err("a number of seconds lies between 1 and 86400".to_owned())
    }
}

pub(super) fn percent(text: &str) -> Result<f64, String> {
    let value: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=100.0).contains(&value) {
        Ok(value)
    } else {
        Err("a percentage lies between 0 and 100".to_owned())
    }
}

/// The name of a task.
#[derive(Debug, Clone)]
pub(crate) struct TaskName;

impl TypedValueParser for TaskName {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &std::ffi::OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(tasks::ALL.iter().map(|task| PossibleValue::new(task.id))))
    }
}

/// A format and a path.
#[derive(Debug, Clone)]
pub(crate) struct ReportName;

impl TypedValueParser for ReportName {
    type Value = ReportTarget;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<ReportTarget, Error> {
        let text = StringValueParser::new().parse_ref(command, argument, value)?;
        report_target(&text).map_err(|reason| {
            let words = format!("invalid value '{text}' for '--report <FORMAT=PATH>': {reason}\n");
            Error::raw(ErrorKind::ValueValidation, words).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            Format::ALL.iter().map(|format| PossibleValue::new(opening(*format))),
        ))
    }
}

/// How a report is asked for, up to its path.
fn opening(format: Format) -> &'static str {
    match format {
        Format::Terminal => "terminal=",
        Format::Json => "json=",
        Format::Jsonl => "jsonl=",
        Format::Markdown => "markdown=",
        Format::Junit => "junit=",
        Format::Github => "github=",
        Format::Gradescope => "gradescope=",
        Format::Html => "html=",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_needs_a_format_and_a_path() {
        assert!(report_target("json=out.json").is_ok());
        assert!(report_target("json").is_err());
        assert!(report_target("json=").is_err());
        assert!(report_target("yaml=x").is_err());
    }
}
