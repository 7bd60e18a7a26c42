//! What `grade watch` shows after a file was saved: what was judged anew on top, everything else as it stands.

use judge::verdict::Verdict;

use super::{Look, Sections};
use crate::model::{Evidence, Report, Seen, TaskReport};
use crate::words::watch as words;

/// What was saved, and what has come of it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The files that were saved; none at the first look.
    pub saved: &'a [String],
    /// The tasks that were judged anew.
    pub judged: &'a [&'a str],
    /// The tasks that go through one that does not compile, and are judged when it does.
    pub waiting: &'a [&'a str],
    /// The tasks that are being judged still.
    pub unfinished: &'a [&'a str],
}

/// A report whose judged tasks stand at the top, in full.
pub fn render_change(report: &Report, look: Look, change: &Change<'_>) -> String {
    let mut sections = Sections::new(look);
    sections.judged(report, change);
    sections.as_before(report, change);
    sections.page.blank();
    sections.end(report, next(report, change).as_deref());
    sections.page.text()
}

/// What to do next about what was judged; where there is nothing, about the rest.
fn next(report: &Report, change: &Change<'_>) -> Option<String> {
    let judged = report
        .tasks
        .iter()
        .filter(|task| change.judged.contains(&task.id.as_str()));
    let judged: Vec<TaskReport> = judged.cloned().collect();
    crate::words::next(&judged).or_else(|| report.next.clone())
}

impl<'a> Sections<'a> {
    fn judged(&mut self, report: &'a Report, change: &Change<'_>) {
        let seconds = report.times.as_ref().map(|times| times.total);
        self.page
            .paragraph(0, &words::saved(change.saved, change.judged.len(), seconds));
        self.page.blank();
        let judged = |task: &&TaskReport| change.judged.contains(&task.id.as_str());
        let (broken, others): (Vec<_>, Vec<_>) = report
            .tasks
            .iter()
            .filter(judged)
            .partition(|task| task.verdict == Verdict::DidNotCompile);
        for task in &broken {
            self.compile_error(task);
        }
        if !broken.is_empty() {
            let ids: Vec<&str> = broken.iter().map(|task| task.id.as_str()).collect();
            self.list(words::NOT_COMPILED, &ids);
        }
        self.list(words::WAITING, change.waiting);
        for task in others {
            self.task(task);
        }
        self.list(words::UNFINISHED, change.unfinished);
    }

    /// The compiler's own text, once for all tasks of its file.
    fn compile_error(&mut self, task: &'a TaskReport) {
        let Some(check) = task.checks.iter().find(|check| check.verdict == Verdict::DidNotCompile) else {
            return;
        };
        let message = check.message.as_deref().unwrap_or_default();
        if !self.compiler_messages.insert(message) {
            return;
        }
        self.page.paragraph(2, message);
        if let Some(Evidence {
            seen: Seen::Compiler { text, .. },
            ..
        }) = &check.evidence
        {
            self.page.blank();
            for line in text.lines() {
                self.page.line(&format!("    {line}"));
            }
            self.page.blank();
        }
    }

    fn list(&mut self, what: &str, ids: &[&str]) {
        if !ids.is_empty() {
            self.page.paragraph(2, &format!("{what}: {}", ids.join(", ")));
        }
    }

    /// The other tasks, a row each.
    fn as_before(&mut self, report: &'a Report, change: &Change<'_>) {
        let new = |task: &&TaskReport| {
            let id = task.id.as_str();
            [change.judged, change.waiting, change.unfinished]
                .iter()
                .any(|ids| ids.contains(&id))
        };
        let others: Vec<&TaskReport> = report.tasks.iter().filter(|task| !new(task)).collect();
        if others.is_empty() {
            return;
        }
        self.page.blank();
        self.page.line(&format!("  {}", words::AS_BEFORE));
        for task in others {
            self.row(task);
        }
    }
}
