//! The report as a stream: one JSON object a line, a task as soon as its verdict is final.
//!
//! `start` says what is graded, each `task` holds what is in the JSON report under `tasks`, in the same order, each
//! `note` one of its notes, and `end` the rest of it. What was streamed while the tasks were judged, and what is written
//! of a whole report, is the same. A stream without `end` is of a run that was stopped, and counts for nothing.

use schemars::JsonSchema;
use serde::Serialize;

use crate::bound;
use crate::model::{
    AssignmentName, Conclusion, Grader, HandedIn, ManualItem, Report, Submission, TaskReport, Times, Totals,
};
use crate::refusal::{Refusal, Refused};
use crate::words;

/// Bytes of all lines with their details; the tasks after that come without.
const MOST_BYTES: usize = 12 << 20;

/// A line of the stream.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub(crate) enum Event<'a> {
    /// The first: what is graded, and with what. Where the submission is refused, it is missing.
    Start(Start<'a>),
    /// A task with its final verdict.
    Task(Task<'a>),
    /// A note of the report.
    Note(Note<'a>),
    /// The last: the sums.
    End(End<'a>),
    /// The last where nothing was graded: why. What the tasks before it say counts for nothing.
    Refused(NotGraded<'a>),
}

/// The name of an event, as the value of its first field.
macro_rules! name {
    ($name:ident) => {
        /// The name of the event.
        #[derive(Debug, Default, Serialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum $name {
            /// The event.
            #[default]
            $name,
        }
    };
}

mod names {
    use schemars::JsonSchema;
    use serde::Serialize;

    name!(Start);
    name!(Task);
    name!(Note);
    name!(End);
}

/// What is graded, and with what.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start<'a> {
    event: names::Start,
    /// Version of this layout, the same as of a report's.
    schema_version: u32,
    /// The grader that judges.
    grader: &'a Grader,
    /// The assignment.
    assignment: &'a AssignmentName,
    /// The submission.
    submission: &'a Submission,
    /// The ids of the tasks that are judged, in the order in which they come.
    tasks: Vec<&'a str>,
    /// SHA-256 of the golden files and their tolerances.
    fixtures_sha256: &'a str,
    /// Seed of the properties.
    seed: u64,
    /// Seed of the fresh inputs of differential runs.
    fresh_seed: u64,
    /// Version of libtorch.
    libtorch: &'a str,
    /// The device that computes.
    device: &'a str,
    /// The dtypes that are judged.
    dtypes: &'a [String],
}

/// A task with its final verdict.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Task<'a> {
    event: names::Task,
    /// The task, as it is in a report.
    task: &'a TaskReport,
}

/// A note of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Note<'a> {
    event: names::Note,
    /// The note.
    note: &'a str,
}

/// The rest of the report.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct End<'a> {
    event: names::End,
    /// What the program's exit status says.
    conclusion: Conclusion,
    /// Sums over the tasks.
    totals: &'a Totals,
    /// What people grade.
    manual: &'a [ManualItem],
    /// What confined the submission; empty where nothing did.
    sandbox: &'a [String],
    /// When it was handed in, where the service that took it says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    handed_in: Option<&'a HandedIn>,
    /// The next thing to do, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
    /// How long it took.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<&'a Times>,
}

/// Why nothing was graded.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NotGraded<'a> {
    event: names::End,
    /// Version of this layout, the same as of a report's.
    schema_version: u32,
    /// Whose doing it is.
    conclusion: Refused,
    /// What was refused, and why.
    reason: &'a str,
    /// The next thing to do, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

/// The lines of a stream, made as what they say becomes known. Each ends in a newline.
#[derive(Debug, Default)]
pub struct Lines {
    started: bool,
    tasks: usize,
    bytes: usize,
    details_left_out: bool,
}

impl Lines {
    /// The first line; `report` need not have its tasks yet.
    pub fn start(&mut self, report: &Report, tasks: &[&str]) -> String {
        self.started = true;
        line(&Event::Start(Start {
            event: names::Start::Start,
            schema_version: report.schema_version,
            grader: &report.grader,
            assignment: &report.assignment,
            submission: &report.submission,
            tasks: tasks.to_vec(),
            fixtures_sha256: &report.fixtures_sha256,
            seed: report.seed,
            fresh_seed: report.fresh_seed,
            libtorch: &report.libtorch,
            device: &report.device,
            dtypes: &report.dtypes,
        }))
    }

    /// The line of the next task.
    pub fn task(&mut self, task: &TaskReport) -> String {
        self.tasks += 1;
        let of = |task: &TaskReport| {
            let event = names::Task::Task;
            line(&Event::Task(Task { event, task }))
        };
        let mut text = of(task);
        if self.bytes + text.len() > MOST_BYTES {
            self.details_left_out = true;
            let mut task = task.clone();
            bound::bare(&mut task);
            text = of(&task);
        }
        self.bytes += text.len();
        text
    }

    /// What is left of a report: all of it, where nothing has been said yet.
    pub fn rest(mut self, report: &Report) -> String {
        let mut text = String::new();
        if !self.started {
            let ids: Vec<&str> = report.tasks.iter().map(|task| task.id.as_str()).collect();
            text.push_str(&self.start(report, &ids));
        }
        for task in report.tasks.iter().skip(self.tasks) {
            text.push_str(&self.task(task));
        }
        let left_out = self.details_left_out.then_some(words::DETAILS_LEFT_OUT);
        for note in report.notes.iter().map(String::as_str).chain(left_out) {
            let event = names::Note::Note;
            text.push_str(&line(&Event::Note(Note { event, note })));
        }
        text + &line(&Event::End(End {
            event: names::End::End,
            conclusion: report.conclusion,
            totals: &report.totals,
            manual: &report.manual,
            sandbox: &report.sandbox,
            handed_in: report.handed_in.as_ref(),
            next: report.next.as_deref(),
            times: report.times.as_ref(),
        }))
    }
}

/// The stream of a whole report.
pub fn render(report: &Report) -> String {
    Lines::default().rest(report)
}

/// The last line where nothing was graded.
pub(crate) fn refused(refusal: &Refusal) -> String {
    line(&Event::Refused(NotGraded {
        event: names::End::End,
        schema_version: refusal.schema_version,
        conclusion: refusal.conclusion,
        reason: &refusal.reason,
        next: refusal.next.as_deref(),
    }))
}

fn line(event: &Event<'_>) -> String {
    let mut text = serde_json::to_string(event).expect("plain data with names for keys is always JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use judge::findings::verdict::Verdict;
    use serde_json::{Value, json};

    use super::*;
    use crate::json;
    use crate::testing::mixed_report;

    fn events(text: &str) -> Vec<Value> {
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn the_events_together_are_the_json_report() {
        let report = mixed_report();
        let mut whole = serde_json::Map::new();
        let (mut tasks, mut notes) = (Vec::new(), Vec::new());
        for event in events(&render(&report)) {
            match event["event"].as_str().unwrap() {
                "task" => tasks.push(event["task"].clone()),
                "note" => notes.push(event["note"].clone()),
                _ => whole.extend(event.as_object().unwrap().clone()),
            }
        }
        let ids: Vec<&Value> = tasks.iter().map(|task| &task["id"]).collect();
        assert_eq!(whole["tasks"], json!(ids), "the start names the tasks in their order");
        whole.insert("tasks".to_owned(), tasks.into());
        whole.insert("notes".to_owned(), notes.into());
        whole.remove("event");
        let expected: Value = serde_json::from_str(&json::render(&report)).unwrap();
        assert_eq!(Value::Object(whole), expected);
    }

    #[test]
    fn what_is_streamed_is_what_is_written_of_the_whole() {
        let report = mixed_report();
        let empty = Report {
            tasks: Vec::new(),
            ..report.clone()
        };
        let ids: Vec<&str> = report.tasks.iter().map(|task| task.id.as_str()).collect();
        for streamed in 0..=report.tasks.len() {
            let mut lines = Lines::default();
            let mut text = lines.start(&empty, &ids);
            for task in &report.tasks[..streamed] {
                text.push_str(&lines.task(task));
            }
            assert_eq!(text + &lines.rest(&report), render(&report));
        }
    }

    #[test]
    fn every_event_keeps_to_the_schema_and_none_is_a_report() {
        let schema = serde_json::from_str(&json::schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let refusal = Refusal::new(Refused::Refused, "there is no crate", Some("name one"));
        let text = render(&mixed_report()) + &refused(&refusal);
        for mut event in events(&text) {
            let errors: Vec<String> = validator.iter_errors(&event).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{event}");
            event["event"] = "surprise".into();
            assert!(!validator.is_valid(&event), "{event}");
        }
    }

    #[test]
    fn tasks_beyond_the_bound_come_without_details_and_a_note_says_so() {
        let mut report = mixed_report();
        for check in report.tasks.iter_mut().flat_map(|task| &mut task.checks) {
            check.snippet = Some("let x = 1;\n".repeat(100_000));
        }
        let text = render(&report);
        assert!(text.len() <= 2 * MOST_BYTES, "{}", text.len());
        let events = events(&text);
        assert!(text.contains("are left out: with them") && text.contains("let x = 1;"));
        let verdicts: Vec<&Value> = events.iter().filter(|event| event["event"] == "task").collect();
        for (event, task) in verdicts.iter().zip(&report.tasks) {
            assert_eq!(
                event["task"]["verdict"],
                serde_json::to_value::<Verdict>(task.verdict).unwrap()
            );
        }
    }
}
