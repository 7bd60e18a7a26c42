//! The report for a person at a terminal: as wide as that is, readable without colour; what is wrong stands at the top,
//! and its names once more at the end.

mod change;

use std::collections::BTreeSet;

use anstyle::{AnsiColor, Style};
use judge::findings::verdict::Verdict;

use crate::model::{CheckKind, CheckReport, Counterexample, Evidence, Remark, Report, Seen, TaskReport};
use crate::page::{LABEL, Page};
use crate::steps;
use crate::triage::{self, Triage};
use crate::words::{self, title};
use crate::wrap::{length, wrap};

pub use change::{Change, render_change, says_the_same};

/// Different findings of a task that are shown unless all are asked for.
const SHOWN: usize = 3;
/// Columns of a task's row before its summary.
const ROW: usize = 2 + 28 + 1 + 5 + 3 + 4 + 1 + 15 + 2;
/// Columns before what stands below a finding's words.
const BELOW: usize = 6 + LABEL;
/// Columns kept free for the seconds.
const SECONDS: usize = 9;
/// Columns below which a verdict has no column of its own.
const NARROW: usize = 50;
/// Failing tasks that are repeated at the end; of more, their number is told.
const REPEATED: usize = 12;
/// How the report looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether every check is listed, also those that hold.
    pub verbose: bool,
    /// Whether styles are inserted.
    pub colour: bool,
    /// Columns of the terminal, where there is one; no more than 140 are used.
    pub width: Option<usize>,
}

/// The report as text.
pub fn render(report: &Report, look: Look) -> String {
    let mut sections = Sections::new(look);
    sections.head(report);
    let Triage { open, passed } = triage::triage(report);
    for task in open {
        sections.task(task);
    }
    sections.passed(&passed);
    sections.foot(report);
    sections.page.text()
}

/// The line of a task whose verdict is final, as long as others are still judged.
pub fn row(task: &TaskReport, look: Look) -> String {
    let mut sections = Sections::new(look);
    if sections.page.width() < ROW {
        let verdict = sections.page.paint(colour(task.verdict), title(task.verdict));
        let id = sections.page.paint(Style::new().bold(), &task.id);
        return format!("  {id}: {verdict}");
    }
    sections.row(task);
    sections.page.text().trim_end().to_owned()
}

/// The sections of the report, in order.
struct Sections<'a> {
    page: Page,
    verbose: bool,
    /// Said once: a file that does not compile concerns all of its tasks.
    compiler_messages: BTreeSet<&'a str>,
    /// Whether a counterexample was shown without its values.
    values_left_out: bool,
    /// Whether a finding was shown without the test that reproduces it.
    snippets_left_out: bool,
}

impl<'a> Sections<'a> {
    fn new(look: Look) -> Self {
        Self {
            page: Page::new(look.colour, look.width),
            verbose: look.verbose,
            compiler_messages: BTreeSet::new(),
            values_left_out: false,
            snippets_left_out: false,
        }
    }

    /// Title, and the answer: what is wrong and what it costs.
    fn head(&mut self, report: &Report) {
        let title = format!("{} ({})", report.assignment.title, report.assignment.id);
        self.bold(0, &title);
        self.page.paragraph(0, &words::answer(report));
        for note in &report.notes {
            self.page.labelled(0, "note", note);
        }
        self.page.blank();
    }

    fn bold(&mut self, indent: usize, text: &str) {
        for line in wrap(text, self.page.beside(indent)) {
            let line = self.page.paint(Style::new().bold(), &line);
            self.page.line(&format!("{:indent$}{line}", ""));
        }
    }

    fn task(&mut self, task: &'a TaskReport) {
        let is_said = self.row(task);
        self.diagnosis(task);
        if !is_said {
            self.page.paragraph(4, &task.summary);
        }
        if let Some(deducted) = words::deducted(task) {
            self.page.paragraph(4, &deducted);
        }
        let remarks = task.remarks();
        let unwritten = triage::is_unwritten(task);
        let shown = match (self.verbose, unwritten) {
            (_, true) => 0,
            (true, false) => remarks.len(),
            (false, false) => SHOWN,
        };
        let mut hints = BTreeSet::new();
        for remark in remarks.iter().take(shown) {
            self.remark(remark, &mut hints);
        }
        let left = remarks.iter().skip(shown).map(|remark| remark.others + 1).sum();
        if left > 0 && !unwritten {
            self.page.paragraph(4, &words::more(left));
        }
        if self.verbose && !unwritten {
            self.others(task);
        }
    }

    /// The tasks of which nothing is to be said: one line for many, and one for each where all is asked for.
    fn passed(&mut self, tasks: &[&'a TaskReport]) {
        let folds = tasks.len() > 1 && !self.verbose;
        if folds {
            let verdict = self.page.paint(colour(Verdict::Passed), &words::passed(tasks));
            self.page.line(&format!("  {verdict}"));
            return;
        }
        for task in tasks {
            self.task(task);
        }
    }

    /// The mistakes that it looks like.
    fn diagnosis(&mut self, task: &TaskReport) {
        for line in words::diagnosis(&task.diagnosis, self.verbose) {
            let head = format!("{:<LABEL$}", line.label);
            let head = self.page.paint(AnsiColor::Cyan.on_default(), &head);
            self.page.hanging(4, &head, LABEL, &line.text);
        }
    }

    /// Name, points, verdict, and the summary where there is room for it; says whether there was.
    fn row(&mut self, task: &TaskReport) -> bool {
        let (earned, most) = words::earned_of(task);
        let id = self.page.paint(Style::new().bold(), &format!("{:<28}", task.id));
        let verdict = self
            .page
            .paint(colour(task.verdict), &format!("{:<15}", title(task.verdict)));
        if self.page.width() < ROW {
            self.page.line(&format!("  {id}"));
            self.page.line(&format!("    {earned} / {most}  {verdict}"));
            return false;
        }
        let row = format!("  {id} {earned:>5} / {most:<4} {verdict}");
        let fits = length(&task.summary) <= self.page.width() - ROW;
        if fits {
            self.page.line(&format!("{row}  {}", task.summary));
        } else {
            self.page.line(&row);
        }
        fits
    }

    fn remark(&mut self, remark: &Remark<'a>, hints: &mut BTreeSet<&'a str>) {
        let check = remark.check;
        let message = check.message.as_deref().unwrap_or_default();
        if check.verdict == Verdict::DidNotCompile && !self.compiler_messages.insert(message) {
            return;
        }
        self.check_name(remark);
        // A crash breaks no rule that is worth reading.
        if check.verdict == Verdict::Wrong && matches!(check.kind, CheckKind::Property | CheckKind::Purity) {
            self.page.labelled(6, words::RULE, &check.statement);
        }
        self.page.labelled(6, words::SEEN, message);
        for line in steps::lines(check) {
            self.page.line(&format!("{:BELOW$}{line}", ""));
        }
        if let Some(counterexample) = &check.counterexample {
            self.counterexample(counterexample);
        }
        self.compiler_text(check);
        if let Some(hint) = check.hint.as_deref().filter(|hint| hints.insert(hint)) {
            self.page.labelled(6, words::HINT, hint);
        }
        self.snippet(check);
    }

    /// The finding as a test; its lines are code, and stay as they are.
    fn snippet(&mut self, check: &CheckReport) {
        if let Some(why) = check.snippet_left_out.as_deref().filter(|_| self.verbose) {
            self.page.labelled(6, words::TEST, why);
        }
        let Some(snippet) = &check.snippet else { return };
        if !self.verbose {
            self.snippets_left_out = true;
            return;
        }
        self.page.labelled(6, words::TEST, words::REPRODUCES);
        for line in snippet.lines() {
            self.page.line(format!("      {line}").trim_end());
        }
    }

    fn counterexample(&mut self, counterexample: &Counterexample) {
        if !counterexample.summary.is_empty() {
            self.page.labelled(6, words::INPUT, &counterexample.summary);
        }
        if self.verbose {
            for call in &counterexample.calls {
                self.page.labelled(6, words::CALL, &words::call(call));
            }
        } else {
            self.values_left_out = true;
        }
    }

    fn check_name(&mut self, remark: &Remark<'_>) {
        let name = self
            .page
            .paint(AnsiColor::Yellow.on_default(), &words::check_name(remark.check));
        self.page.paragraph(4, &words::with_alike(&name, remark.others));
    }

    /// What the compiler says, as it says it.
    fn compiler_text(&mut self, check: &CheckReport) {
        if let Some(Evidence {
            seen: Seen::Compiler { text, .. },
            ..
        }) = &check.evidence
        {
            for line in text.trim_end().lines() {
                self.page.line(format!("{:BELOW$}{line}", "").trim_end());
            }
        }
    }

    /// The checks that did not fail, one a line.
    fn others(&mut self, task: &TaskReport) {
        for check in task.checks.iter().filter(|check| !check.failed()) {
            let verdict = self
                .page
                .paint(colour(check.verdict), &format!("{:<10}", title(check.verdict)));
            let said = check.message.as_ref().unwrap_or(&check.statement);
            let measured = words::measured(&check.measured);
            let text = format!("{}: {said}{measured}", words::check_name(check));
            for (number, line) in wrap(&text, self.page.beside(15)).into_iter().enumerate() {
                let head = if number == 0 { &verdict } else { "          " };
                self.page.line(&format!("    {head} {line}"));
            }
        }
    }

    fn foot(&mut self, report: &Report) {
        self.page.blank();
        self.by_hand(report);
        self.page.paragraph(2, &words::setting(report));
        if let Some(taken_over) = words::taken_over(report) {
            self.page.paragraph(2, &taken_over);
        }
        self.page.blank();
        self.failing(report);
        if let Some(since) = &report.since {
            self.page.paragraph(2, &words::since::since(since));
        }
        self.end(report, report.next.as_deref());
    }

    /// The failing tasks once more, each in a line: whoever sees the end only sees what is wrong.
    fn failing(&mut self, report: &Report) {
        let failing = triage::triage(report).open;
        let failing: Vec<&TaskReport> = failing.into_iter().filter(|task| triage::is_failing(task)).collect();
        for task in failing.iter().take(REPEATED) {
            if self.page.width() < NARROW {
                let text = format!("{}: {}", title(task.verdict), words::failing(task));
                self.page.paragraph(2, &text);
                continue;
            }
            let label = format!("{:<15}  ", title(task.verdict));
            let columns = length(&label);
            let label = self.page.paint(colour(task.verdict), &label);
            self.page.hanging(2, &label, columns, &words::failing(task));
        }
        if failing.len() > REPEATED {
            let more = words::more_tasks(failing.len() - REPEATED);
            self.page.paragraph(2, &more);
        }
    }

    /// The sums, and the next thing to do.
    fn end(&mut self, report: &Report, next: Option<&str>) {
        self.totals(report);
        if let Some(more) = words::verbose(self.values_left_out, self.snippets_left_out) {
            self.page.labelled(2, "more", more);
        }
        if let Some(next) = next {
            self.page.labelled(2, "next", next);
        }
    }

    /// What people grade, an item a line: its number, what it is, its points.
    fn by_hand(&mut self, report: &Report) {
        let items = words::by_hand(report);
        let Some(widest) = items.iter().map(|item| length(&item.item)).max() else {
            return;
        };
        self.page.line(&format!("  {}", words::BY_HAND));
        for item in items {
            let mut number = item.item.as_str();
            for line in wrap(&words::item(item), self.page.beside(widest + 6)) {
                self.page.line(&format!("    {number:<widest$}  {line}"));
                number = "";
            }
        }
        self.page.blank();
    }

    /// The sums, and the seconds at the right edge.
    fn totals(&mut self, report: &Report) {
        let lines = wrap(&words::totals(&report.totals), self.page.beside(2 + SECONDS));
        let seconds = report.times.as_ref().map(|times| format!("{:.1} s", times.total));
        let seconds = seconds.unwrap_or_default();
        let last = lines.len().saturating_sub(1);
        for (number, line) in lines.iter().enumerate() {
            let room = self.page.width().saturating_sub(2 + length(line));
            let right = if number == last { seconds.as_str() } else { "" };
            let line = self.page.paint(Style::new().bold(), line);
            self.page.line(&format!("  {line}{right:>room$}"));
        }
    }
}

fn colour(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Passed => AnsiColor::Green.on_default(),
        Verdict::NotRun | Verdict::Skipped | Verdict::NotAttempted => AnsiColor::Yellow.on_default(),
        Verdict::Wrong
        | Verdict::OutOfMemory
        | Verdict::TimedOut
        | Verdict::Crashed
        | Verdict::RefusedByPolicy
        | Verdict::DidNotCompile => AnsiColor::Red.on_default(),
        Verdict::JudgeFault => AnsiColor::Magenta.on_default(),
    }
}

#[cfg(test)]
mod tests;
