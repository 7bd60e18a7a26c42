//! `grade watch`: judges again what a saved file touches, for as long as somebody works on a submission.
//!
//! The submission is looked at a few times a second; nothing in it is followed or executed before it has been staged
//! like any other. The reference, the fixtures and the assignment stay loaded between two rounds.

mod round;
mod saved;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::arguments::Watch;
use crate::engine::Grader;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use round::Rounds;
use saved::Saved;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Exit status of a program that the keyboard has ended, as shells have it.
const INTERRUPTED: i32 = 130;

/// Runs the command until it is interrupted.
pub(crate) fn watch(grader: &Grader, options: &Watch, output: &Output) -> Result<Exit, Failure> {
    interrupt::expect_end();
    let stop = stop_flag()?;
    let mut saved = Saved::look(&options.submission);
    let mut rounds = Rounds::open(grader, options)?;
    rounds.first(output)?;
    let waiting = format!("watching {}; Ctrl-C ends", options.submission.display());
    output.line(&waiting);
    while !stop.load(Ordering::Relaxed) {
        thread::sleep(LOOK);
        let now = Saved::look(&options.submission);
        if now == saved {
            continue;
        }
        // What is saved while a round is at work differs from this, and makes the next one.
        saved = now;
        if let Err(failure) = rounds.next(output, &stop) {
            // What was running has been ended together with this program.
            if stop.load(Ordering::Relaxed) {
                break;
            }
            output.error(&failure.to_string());
        }
        output.line(&waiting);
    }
    output.progress_done();
    Ok(Exit::Done)
}

/// Set by the first Ctrl-C, so that what is temporary can be removed; the second one ends the program at once.
fn stop_flag() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, INTERRUPTED, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| Failure::environment(format!("cannot listen for Ctrl-C: {error}")))?;
    }
    Ok(stop)
}
