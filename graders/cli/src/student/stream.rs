//! What is told of a submission while it is judged: lines of the reports that are streams, and of the terminal.
//!
//! A stream is a file that grows, since somebody may read along. One that is not finished, because the program is told
//! to stop or there is no room, is removed.

use std::fs::{self, File};
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use report::jsonl::Lines;
use report::model::TaskReport;
use report::{Format, Look, Refusal, Report, terminal};

use super::reports::{cannot, is_output, is_special};
use crate::arguments::ReportTarget;
use crate::engine::in_order::Listener;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;

/// What is told of one run.
pub(crate) struct Stream<'a> {
    output: &'a Output,
    /// Whether tasks are told as they are judged; otherwise at the end, with the rest.
    is_live: bool,
    /// How tasks look on the terminal, where results go to one and nothing else has it to itself.
    look: Option<Look>,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    lines: Lines,
    sinks: Vec<Sink<'a>>,
    /// Whether a task stands on the terminal.
    has_rows: bool,
    /// What kept a stream from being written.
    trouble: Option<Failure>,
}

/// Where a stream goes to.
struct Sink<'a> {
    target: &'a ReportTarget,
    /// Opened at the first line.
    file: Option<File>,
    is_broken: bool,
}

impl<'a> Stream<'a> {
    /// Streams to these targets, and rows on the terminal where it is given how they look.
    pub(crate) fn new(
        targets: impl Iterator<Item = &'a ReportTarget>,
        look: Option<Look>,
        is_live: bool,
        output: &'a Output,
    ) -> Self {
        let sink = |target| Sink {
            target,
            file: None,
            is_broken: false,
        };
        let state = State {
            lines: Lines::default(),
            sinks: targets.map(sink).collect(),
            has_rows: false,
            trouble: None,
        };
        Self {
            output,
            is_live,
            look,
            state: Mutex::new(state),
        }
    }

    /// Writes what has not been told of the report. The error is of a stream that could not be written.
    pub(crate) fn finish(&self, report: &Report) -> Result<(), Failure> {
        let mut state = self.state();
        let lines = std::mem::take(&mut state.lines);
        state.write(&lines.rest(report), self.output);
        if std::mem::take(&mut state.has_rows) {
            self.output.row("");
        }
        state.trouble.take().map_or(Ok(()), Err)
    }

    /// Ends every stream by saying that nothing was graded. Nobody reads what a run has said that was told to stop.
    pub(crate) fn refuse(&self, refusal: &Refusal) {
        let mut state = self.state();
        if interrupt::check().is_err() {
            for sink in &mut state.sinks {
                sink.remove();
            }
        } else if let Some(text) = report::refused(refusal, Format::Jsonl) {
            state.write(&text, self.output);
        }
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Stream<'_> {
    fn doing(&self, what: &str) {
        self.output.progress(what);
    }

    fn begun(&self, report: &Report, tasks: &[&str]) {
        if self.is_live {
            let mut state = self.state();
            let text = state.lines.start(report, tasks);
            state.write(&text, self.output);
        }
    }

    fn task(&self, task: &TaskReport) {
        if !self.is_live {
            return;
        }
        let mut state = self.state();
        let text = state.lines.task(task);
        state.write(&text, self.output);
        if let Some(look) = self.look {
            state.has_rows = true;
            self.output.row(&terminal::row(task, look));
        }
    }
}

impl State<'_> {
    /// Adds whole lines to every stream.
    fn write(&mut self, text: &str, output: &Output) {
        for sink in self.sinks.iter_mut().filter(|sink| !sink.is_broken) {
            if let Err(error) = sink.write(text, output) {
                self.trouble = Some(cannot(sink.target)(error));
                sink.remove();
            }
        }
    }
}

impl Sink<'_> {
    fn write(&mut self, text: &str, output: &Output) -> io::Result<()> {
        if is_output(self.target) {
            output.piece(text);
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(File::create(&self.target.path)?),
        };
        file.write_all(text.as_bytes())
    }

    /// Leaves nothing in part.
    fn remove(&mut self) {
        self.is_broken = true;
        if self.file.take().is_some() && !is_special(&self.target.path) {
            let _ = fs::remove_file(&self.target.path);
        }
    }
}
