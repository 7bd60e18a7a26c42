//! Reading what was handed in: each attempt's content, or why it cannot be graded. Nothing is built here.

use std::path::Path;

use class::database::{Attempt, Entry};
use judge::contract::Task;

use super::paths::without_folder;
use crate::engine::Grader;
use crate::engine::parallel_map::parallel_map;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;

/// Reads these attempts, on all processors. The entries come in their order.
pub(super) fn read(
    grader: &Grader,
    folder: &Path,
    attempts: &[Attempt],
    judged: &[&'static Task],
    output: &Output,
) -> Result<Vec<(i64, Entry)>, Failure> {
    let total = attempts.len();
    parallel_map(
        attempts,
        || Ok(()),
        |(), position, attempt| {
            interrupt::check()?;
            output.progress(&format!("reading {} of {total}", position + 1));
            Ok((attempt.id, entry(grader, folder, attempt, judged)))
        },
    )
}

fn entry(grader: &Grader, folder: &Path, attempt: &Attempt, judged: &[&'static Task]) -> Entry {
    match grader.stage(&folder.join(&attempt.path), None) {
        Ok(staged) => Entry {
            content: Some(staged.hash().to_owned()),
            notes: staged.notes(judged),
            ..Entry::default()
        },
        Err(failure) => {
            let words = |text: &str| report::clean(&without_folder(text, folder));
            let message = words(&failure.message);
            if failure.exit == Exit::Usage {
                Entry {
                    refused: Some(message),
                    next: failure.hint.as_deref().map(words),
                    ..Entry::default()
                }
            } else {
                Entry {
                    fault: Some(message),
                    ..Entry::default()
                }
            }
        }
    }
}
