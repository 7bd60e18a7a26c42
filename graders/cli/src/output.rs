//! The only place that prints: results on stdout, progress and errors on stderr.

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;

/// Empties the screen and what can be scrolled back to, and goes to its first line.
const EMPTY_SCREEN: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// Prints, with colour where the terminal has it, and shows progress where there is a terminal.
#[derive(Debug)]
pub(crate) struct Output {
    bar: Option<ProgressBar>,
    /// Why a result could not be printed.
    trouble: OnceLock<String>,
}

impl Output {
    /// Progress is shown only where stderr is a terminal.
    pub(crate) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        let trouble = OnceLock::new();
        Self { bar, trouble }
    }

    /// An error where some result could not be printed, on a full disk for instance: whoever reads the exit code has to
    /// know that there is no result.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.trouble.get() {
            None => Ok(()),
            Some(error) => Err(
                Failure::environment(format!("cannot write to standard output: {error}"))
                    .hint("make room where it goes to, or send it elsewhere"),
            ),
        }
    }

    /// Columns of the terminal that results go to, or the rest of what is said where `aside`.
    pub(crate) fn width(aside: bool) -> Option<usize> {
        let size = if aside {
            terminal_size::terminal_size_of(io::stderr())
        } else {
            terminal_size::terminal_size_of(io::stdout())
        };
        size.map(|(width, _)| usize::from(width.0))
    }

    fn printed(&self, result: io::Result<()>) {
        match result {
            // A reader that has gone away has read enough.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                let _ = self.trouble.set(error.to_string());
            }
            _ => {}
        }
    }

    /// Says what is being done, until the next result.
    pub(crate) fn progress(&self, message: &str) {
        if let Some(bar) = &self.bar {
            if bar.is_finished() {
                bar.reset();
            }
            bar.set_message(message.to_owned());
        }
    }

    /// Takes the progress display away.
    pub(crate) fn progress_done(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Prints a result. A reader that has gone away is no error.
    pub(crate) fn line(&self, text: &str) {
        self.progress_done();
        if !text.is_empty() {
            let mut out = anstream::stdout();
            let text = harmless(text.trim_end_matches('\n'));
            self.printed(writeln!(out, "{text}").and_then(|()| out.flush()));
        }
    }

    /// Says a result where standard output belongs to something else.
    pub(crate) fn aside(&self, text: &str) {
        self.note(text.trim_end_matches('\n'));
    }

    /// Prints a report as it is: what its format is for may be to give commands.
    pub(crate) fn report(&self, text: &str) {
        self.progress_done();
        let mut out = anstream::stdout();
        self.printed(writeln!(out, "{}", text.trim_end()).and_then(|()| out.flush()));
    }

    /// Prints a piece of a report that goes on, as it is, whole lines of it; progress goes on below it.
    pub(crate) fn piece(&self, text: &str) {
        let print = || {
            let mut out = anstream::stdout();
            self.printed(write!(out, "{text}").and_then(|()| out.flush()));
        };
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Whether results go to a terminal.
    pub(crate) fn is_terminal() -> bool {
        io::stdout().is_terminal()
    }

    /// Prints a result at the top of an empty screen, where there is one.
    pub(crate) fn page(&self, text: &str) {
        self.progress_done();
        let mut screen = std::io::stdout();
        if screen.is_terminal() {
            let _ = screen.write_all(EMPTY_SCREEN.as_bytes());
        }
        self.line(text);
    }

    /// Prints a line of a table that is still growing; progress goes on below it.
    pub(crate) fn row(&self, text: &str) {
        let print = || self.printed(writeln!(anstream::stdout(), "{}", harmless(text)));
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    /// Says what is being done where that takes long, also where no progress is shown; no part of the result.
    pub(crate) fn note(&self, text: &str) {
        self.progress_done();
        let _ = writeln!(anstream::stderr(), "{}", plain(text));
    }

    /// Asks a question that is answered by yes or no, no being what is meant otherwise. `None` where nobody can answer.
    pub(crate) fn confirms(&self, question: &str) -> Option<bool> {
        self.progress_done();
        if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
            return None;
        }
        let _ = write!(anstream::stderr(), "{question} [y/N] ");
        let mut answer = String::new();
        let read = std::io::stdin().read_line(&mut answer);
        Some(read.is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Prints an error.
    pub(crate) fn error(&self, text: &str) {
        self.progress_done();
        let _ = writeln!(anstream::stderr(), "{}", plain(text));
    }
}

/// Text without commands for a terminal: errors have no colours, and what they quote may have anything.
fn plain(text: &str) -> String {
    let visible = |letter: char| match letter {
        '\n' | '\t' => letter,
        letter if letter.is_control() => ' ',
        letter => letter,
    };
    harmless(&text.chars().map(visible).collect::<String>())
}

/// Text in which no line is a command of a workflow: the log of a continuous integration is read for lines that begin
/// with two colons, after any space, and for `##[` anywhere. Compilers and panics quote what a submission says. Letters
/// that reorder what is read are left out.
fn harmless(text: &str) -> String {
    let text: String = text.chars().filter(|letter| !report::is_hidden(*letter)).collect();
    let line = |line: &str| {
        let (space, rest) = line.split_at(line.len() - line.trim_start().len());
        let rest = rest.replace("##[", "## [");
        match rest.strip_prefix("::") {
            Some(after) => format!("{space}: :{after}"),
            None => format!("{space}{rest}"),
        }
    };
    text.split(['\n', '\r']).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{harmless, plain};

    #[test]
    fn what_errors_quote_neither_reorders_what_is_read_nor_commands_a_terminal() {
        assert_eq!(
            plain("no \u{202e}etarc\u{202c}\n\tx\u{1b}[2Jy\u{200b}"),
            "no etarc\n\tx [2Jy"
        );
        assert_eq!(harmless("\u{1b}[1mstyled\u{2066}"), "\u{1b}[1mstyled");
    }

    #[test]
    fn no_line_is_a_command() {
        let text = "a\n  ::error::x\r::stop-commands::y\n\u{a0}::add-mask::z\nb ##[error]c ::d";
        let shown = "a\n  : :error::x\n: :stop-commands::y\n\u{a0}: :add-mask::z\nb ## [error]c ::d";
        assert_eq!(harmless(text), shown);
        assert_eq!(harmless("std::mem\n"), "std::mem\n");
        assert_eq!(
            harmless("a\u{202e}\u{2066}:\u{200f}:b\n\u{202e}::error::x"),
            "a::b\n: :error::x"
        );
    }
}
