//! A Gradescope export: `submission_123` folders, and `submission_metadata.yml`, which says whose they are.
//!
//! Of that file only the submitters and the times are read, line by line: what else is in it, results and what programs
//! printed, is indented further, and none of it can be taken for them.

use std::collections::BTreeMap;
use std::fs;

use jiff::Timestamp;

use super::{Handed, Item, Layout, Who};
use crate::trouble::Trouble;

pub(super) const METADATA: &str = "submission_metadata.yml";
/// Bytes of the file at most.
const LARGEST: u64 = 256 << 20;

/// What the file says, by folder.
#[derive(Debug, Default)]
pub(super) struct Export(BTreeMap<String, Submission>);

#[derive(Debug, Default, Clone, PartialEq, Eq)]
struct Submission {
    submitters: Vec<Who>,
    created: Option<Timestamp>,
}

/// The export's file, where there is one.
pub(super) fn metadata(items: &[Item]) -> Result<Option<Export>, Trouble> {
    let Some(item) = items.iter().find(|item| item.name == METADATA && !item.is_folder) else {
        return Ok(None);
    };
    let size = fs::metadata(&item.path).map_or(0, |found| found.len());
    let text = if size > LARGEST {
        Err(format!("it is larger than {} MiB", LARGEST >> 20))
    } else {
        fs::read(&item.path)
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .map_err(|error| error.to_string())
    };
    let broken = |reason: &str| {
        Trouble::usage(
            format!("cannot read {}: {reason}", item.path.display()),
            "export the submissions from Gradescope again",
        )
    };
    let export = parse(&text.map_err(|reason| broken(&reason))?);
    if export.0.is_empty() {
        return Err(broken("no line of it names a submission, such as `submission_123:`"));
    }
    Ok(Some(export))
}

impl Export {
    /// What an entry of the folder is: none where the export does not know it.
    pub(super) fn of(&self, item: &Item) -> Option<Handed> {
        let known = self.0.get(&item.name)?;
        let mut who = known.submitters.clone();
        if who.is_empty() {
            who.push(super::plain(&item.name));
        }
        Some(Handed {
            path: String::new(),
            layout: Layout::Gradescope,
            who,
            order: item
                .name
                .rsplit('_')
                .next()
                .and_then(|number| number.parse().ok())
                .unwrap_or(0),
            handed_in: known.created,
            flagged_late: false,
        })
    }
}

fn parse(text: &str) -> Export {
    let mut export = Export::default();
    let mut current = None;
    let mut is_about_submitters = false;
    for line in text.lines() {
        let indent = line.len() - line.trim_start_matches(' ').len();
        let (line, is_item) = match line.trim_start().strip_prefix("- ") {
            Some(rest) => (rest.trim_start(), true),
            None => (line.trim_start(), false),
        };
        let Some((key, value)) = line.split_once(':').and_then(|_| entry(line)) else {
            continue;
        };
        if indent == 0 && !is_item {
            is_about_submitters = false;
            current = key.starts_with("submission_").then(|| key.to_owned());
            if let Some(name) = &current {
                export.0.entry(name.clone()).or_default();
            }
            continue;
        }
        let Some(submission) = current.as_ref().and_then(|name| export.0.get_mut(name)) else {
            continue;
        };
        if indent == 2 && !is_item {
            is_about_submitters = key == "submitters";
            if key == "created_at" {
                submission.created = time(&value);
            }
        } else if is_about_submitters && indent <= 6 {
            if is_item {
                submission.submitters.push(Who::default());
            }
            if let Some(who) = submission.submitters.last_mut() {
                fill(who, key, value);
            }
        }
    }
    export
}

fn fill(who: &mut Who, key: &str, value: String) {
    if value.is_empty() {
        return;
    }
    match key {
        "name" => who.name = value,
        "sid" => who.ids.push(value),
        "email" => who.email = Some(value),
        _ => return,
    }
    let own = who.ids.first().or(who.email.as_ref()).unwrap_or(&who.name);
    who.key.clone_from(own);
}

/// A key, without the colon that Ruby puts before it, and its value without quotes.
fn entry(line: &str) -> Option<(&str, String)> {
    let colon = line.get(1..)?.find(':')? + 1;
    let key = line[..colon].trim_start_matches(':').trim();
    Some((key, unquoted(line[colon + 1..].trim())))
}

fn unquoted(value: &str) -> String {
    let within = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    if let Some(text) = within('\'') {
        return text.replace("''", "'");
    }
    if let Some(text) = within('"') {
        // A text with escapes is written as in JSON, nearly always.
        return serde_json::from_str(value).unwrap_or_else(|_| text.to_owned());
    }
    match value {
        "null" | "~" => String::new(),
        value => value.to_owned(),
    }
}

/// A time as Ruby writes it, `2026-11-20 04:05:06.789 Z`, or as standards do.
fn time(value: &str) -> Option<Timestamp> {
    let mut parts = value.split_whitespace();
    match (parts.next(), parts.next(), parts.next()) {
        (Some(whole), None, None) => whole.parse().ok(),
        (Some(day), Some(clock), offset) => format!("{day}T{clock}{}", offset.unwrap_or("Z")).parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TEXT: &str = "---
submission_12:
  :submitters:
  - :name: Ann Example
    :sid: '0012'
    :email: ann@example.org
  - :name: \"Bo \\u00c9xample\"
    :sid: ''
    :email: bo@example.org
  :created_at: 2026-11-20 04:05:06.789000000 Z
  :score: 3.5
  :results:
    output: |
      submission_99:
        :submitters:
        - :name: Mallory
  :history:
  - :id: 7
    :created_at: 2020-01-01 00:00:00 Z
submission_13:
  :submitters:
    - :name: Cy
      :email: cy@example.org
  :created_at: '2026-11-21T04:05:06+01:00'
";

    #[test]
    fn submitters_and_times_are_read_and_nothing_that_a_program_printed() {
        let Export(read) = parse(TEXT);
        assert_eq!(read.keys().collect::<Vec<_>>(), ["submission_12", "submission_13"]);
        let first = &read["submission_12"];
        let names: Vec<(&str, &str)> = first
            .submitters
            .iter()
            .map(|who| (who.key.as_str(), who.name.as_str()))
            .collect();
        assert_eq!(names, [("0012", "Ann Example"), ("bo@example.org", "Bo Éxample")]);
        assert_eq!(first.created.unwrap().to_string(), "2026-11-20T04:05:06.789Z");
        assert_eq!(
            read["submission_13"].created.unwrap().to_string(),
            "2026-11-21T03:05:06Z"
        );
    }

    #[test]
    fn a_file_that_names_no_submission_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(METADATA);
        fs::write(&path, "nonsense: true\n").unwrap();
        let item = Item {
            name: METADATA.to_owned(),
            path,
            is_folder: false,
        };
        let trouble = metadata(&[item]).unwrap_err();
        assert!(
            trouble.message.contains(METADATA) && trouble.message.contains("names a submission"),
            "{trouble}"
        );
    }
}
