//! A page as wide as the terminal, of 80 columns where there is none, that grows line by line.

use anstyle::Style;

use crate::wrap::wrap;

/// Columns of a page where there is no terminal.
pub(crate) const WIDTH: usize = 80;
/// Columns beyond which lines are too long to be read.
const WIDEST: usize = 140;
/// Columns below which nothing can be read, however narrow the terminal.
const NARROWEST: usize = 24;
/// Columns of text beside whatever it hangs on.
const LEAST: usize = 12;
/// Columns of a label such as `must hold` with the space after it.
pub(crate) const LABEL: usize = 11;

#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    colour: bool,
    width: usize,
}

impl Page {
    /// An empty page; with `colour`, styles become escape sequences. `width`: the terminal's columns, where there is one.
    pub(crate) fn new(colour: bool, width: Option<usize>) -> Self {
        Self {
            text: String::new(),
            colour,
            width: width.unwrap_or(WIDTH).clamp(NARROWEST, WIDEST),
        }
    }

    /// Its columns.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Columns that are left beside so many.
    pub(crate) fn beside(&self, columns: usize) -> usize {
        self.width.saturating_sub(columns).max(LEAST)
    }

    /// What was written.
    pub(crate) fn text(self) -> String {
        self.text
    }

    /// Adds a line.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// Adds an empty line.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Text in a style.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        if self.colour {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }

    /// Adds text that is broken into lines.
    pub(crate) fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrap(text, self.beside(indent)) {
            self.line(&format!("{:indent$}{line}", ""));
        }
    }

    /// Adds a label, and text that hangs beside it.
    pub(crate) fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let label = self.paint(Style::new().dimmed(), &format!("{label:<LABEL$}"));
        self.hanging(indent, &label, LABEL, text);
    }

    /// Adds a head of so many columns, and text that hangs beside it.
    pub(crate) fn hanging(&mut self, indent: usize, head: &str, columns: usize, text: &str) {
        for (number, line) in wrap(text, self.beside(indent + columns)).into_iter().enumerate() {
            let blank = " ".repeat(columns);
            let head = if number == 0 { head } else { &blank };
            self.line(&format!("{:indent$}{head}{line}", ""));
        }
    }
}
