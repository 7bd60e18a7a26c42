//! What `grade watch` shows after a file was saved: what has changed, in full, and everything else in a line or two.

use std::collections::BTreeMap;

use judge::findings::verdict::Verdict;

use super::{Look, Sections};
use crate::model::{Evidence, Report, Seen, TaskReport};
use crate::words::watch as words;

/// What was saved, and what has come of it.
#[derive(Debug, Clone, Copy)]
pub struct Change<'a> {
    /// The files that were saved; none at the first look.
    pub saved: &'a [String],
    /// The tasks that were judged again.
    pub judged: &'a [&'a str],
    /// The tasks that go through one that does not compile, and are judged when it does.
    pub waiting: &'a [&'a str],
    /// The tasks that are being judged still.
    pub unfinished: &'a [&'a str],
    /// Of the tasks that were judged again, those about which there is nothing new to say.
    pub same: &'a [&'a str],
}

/// Whether a task says the same as before: verdict, points, and what is found.
pub fn says_the_same(before: &TaskReport, now: &TaskReport) -> bool {
    let said = |task: &TaskReport| {
        let failed = task.checks.iter().filter(|check| check.failed());
        let failed: Vec<_> = failed
            .map(|check| (check.name.clone(), check.message.clone()))
            .collect();
        (task.verdict, task.summary.clone(), failed)
    };
    before.points == now.points && said(before) == said(now)
}

/// A report of what has changed.
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
        let same = |task: &TaskReport| change.same.contains(&task.id.as_str());
        for task in others.iter().copied().filter(|task| !same(task)) {
            self.task(task);
        }
        self.list(words::UNFINISHED, change.unfinished);
        let again = others.iter().filter(|task| same(task));
        let again: Vec<String> = again.map(|task| words::again(&task.id, task.verdict)).collect();
        self.list(words::SAME, &again.iter().map(String::as_str).collect::<Vec<_>>());
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

    /// The other tasks, counted by their verdicts.
    fn as_before(&mut self, report: &'a Report, change: &Change<'_>) {
        let new = |task: &&TaskReport| {
            let id = task.id.as_str();
            [change.judged, change.waiting, change.unfinished]
                .iter()
                .any(|ids| ids.contains(&id))
        };
        let others = report.tasks.iter().filter(|task| !new(task));
        let mut counted: BTreeMap<Verdict, usize> = BTreeMap::new();
        for task in others {
            *counted.entry(task.verdict).or_default() += 1;
        }
        if !counted.is_empty() {
            self.page.blank();
            self.page.paragraph(2, &words::as_before(&counted));
        }
    }
}
