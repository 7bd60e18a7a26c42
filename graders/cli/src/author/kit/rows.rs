//! The kit's rows in the order of its submissions, whoever judges which of them first.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::entries::Entry;
use super::table::{self, Row};
use crate::output::Output;

/// Rows that are done, printed up to the first that is not.
pub(super) struct Rows<'o, 'a> {
    output: &'o Output,
    prints: bool,
    width: usize,
    of: usize,
    state: Mutex<Done<'a>>,
}

#[derive(Default)]
struct Done<'a> {
    number: usize,
    waiting: BTreeMap<usize, Row<'a>>,
    printed: Vec<Row<'a>>,
}

impl<'o, 'a> Rows<'o, 'a> {
    /// None is done yet.
    pub(super) fn new(entries: &[Entry], prints: bool, output: &'o Output) -> Self {
        Self {
            output,
            prints,
            width: entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0),
            of: entries.len(),
            state: Mutex::default(),
        }
    }

    /// All rows, in the order of the entries.
    pub(super) fn into_printed(self) -> Vec<Row<'a>> {
        self.state.into_inner().unwrap_or_else(PoisonError::into_inner).printed
    }

    /// Adds what came of the entry at this position, whenever it is there.
    pub(super) fn add(&self, position: usize, row: Row<'a>) {
        let mut state = self.state();
        state.number += 1;
        self.output
            .progress(&format!("{} of {}: {}", state.number, self.of, row.name));
        state.waiting.insert(position, row);
        loop {
            let position = state.printed.len();
            let Some(row) = state.waiting.remove(&position) else {
                return;
            };
            if self.prints {
                self.output.row(&table::line(&row, self.width));
            }
            state.printed.push(row);
        }
    }

    fn state(&self) -> MutexGuard<'_, Done<'a>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
