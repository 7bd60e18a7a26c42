//! The self-test's rows in the order of its submissions, whoever judges which of them first.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::entries::Entry;
use super::table::{self, Row};
use crate::engine::parallel_map::InOrder;
use crate::output::Output;

/// Rows that are done, printed up to the first that is not.
pub(super) struct Rows<'o, 'a> {
    output: &'o Output,
    prints: bool,
    width: usize,
    of: usize,
    number: AtomicUsize,
    waiting: InOrder<Row<'a>>,
    printed: Mutex<Vec<Row<'a>>>,
}

impl<'o, 'a> Rows<'o, 'a> {
    /// None is done yet.
    pub(super) fn new(entries: &[Entry], prints: bool, output: &'o Output) -> Self {
        Self {
            output,
            prints,
            width: entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0),
            of: entries.len(),
            number: AtomicUsize::new(0),
            waiting: InOrder::new(),
            printed: Mutex::default(),
        }
    }

    /// All rows, in the order of the entries.
    pub(super) fn into_printed(self) -> Vec<Row<'a>> {
        self.printed.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what came of the entry at this position, whenever it is there.
    pub(super) fn add(&self, position: usize, row: Row<'a>) {
        let number = self.number.fetch_add(1, Ordering::Relaxed) + 1;
        self.output.progress(&format!("{number} of {}: {}", self.of, row.name));
        self.waiting.add(position, row, |row| {
            if self.prints {
                self.output.row(&table::line(&row, self.width));
            }
            self.printed.lock().unwrap_or_else(PoisonError::into_inner).push(row);
        });
    }
}
