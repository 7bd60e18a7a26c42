//! Being told to stop: nothing is left running, no temporary file stays, no report is written.
//!
//! A thread waits for the signals. When one comes it ends every program that was started; whoever waits for one fails,
//! what was temporary is removed on the way out, and `main` ends with the signal's exit code. Nothing that was judged
//! after the signal counts: a program that was ended looks like one that crashed. On a machine so busy that the way out
//! takes longer than it may, the folders are removed here, and the launchers, which see the judge go, end the rest.

use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::failure::Failure;
use crate::temporary;

/// The signal that came; 0: none.
static STOPPED: AtomicI32 = AtomicI32::new(0);
/// Whether a signal is how the program is meant to end.
static IS_THE_END: AtomicBool = AtomicBool::new(false);
/// How long the way out may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// What shells add to a signal's number.
const BY_SIGNAL: i32 = 128;

/// Watches from now on. Where that cannot be, signals end the program at once, as they do by themselves.
pub(crate) fn watch() {
    // A file that grows too large is an error to report, not a signal to die of.
    let too_large = std::sync::Arc::default();
    let _ = signal_hook::flag::register(SIGXFSZ, too_large);
    let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else {
        return;
    };
    thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            STOPPED.store(signal, Ordering::SeqCst);
            sandbox::launch::end_all();
            thread::sleep(PATIENCE);
            temporary::remove_all();
            leave(signal);
        }
    });
}

#[expect(clippy::exit, reason = "the program was told to stop, and the way out leads nowhere")]
fn leave(signal: i32) -> ! {
    std::process::exit(BY_SIGNAL + signal)
}

/// An error once a signal has come: to be asked before anything that was judged is used.
pub(crate) fn check() -> Result<(), Failure> {
    match STOPPED.load(Ordering::SeqCst) {
        0 => Ok(()),
        signal => Err(Failure::fault(format!("stopped by signal {signal}"))),
    }
}

/// From now on a signal is no interruption but the end that is waited for.
pub(crate) fn expect_end() {
    IS_THE_END.store(true, Ordering::SeqCst);
}

/// The exit code, where a signal has come that was not waited for.
pub(crate) fn exit_code() -> Option<u8> {
    match STOPPED.load(Ordering::SeqCst) {
        0 => None,
        _ if IS_THE_END.load(Ordering::SeqCst) => None,
        signal => u8::try_from(BY_SIGNAL + signal).ok(),
    }
}
