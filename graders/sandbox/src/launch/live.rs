//! Every program that this process has started and that is still there, so that a judge who is told to stop can end them
//! all before it goes.

use std::collections::BTreeMap;
use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Mutex, MutexGuard, PoisonError};

static LIVE: Mutex<Live> = Mutex::new(Live {
    lifelines: BTreeMap::new(),
    next: 0,
    stopped: false,
});

struct Live {
    lifelines: BTreeMap<u64, UnixStream>,
    next: u64,
    /// Nothing is started any more.
    stopped: bool,
}

/// A program's entry. Dropped, it is taken out.
#[derive(Debug)]
pub(super) struct Entry(u64);

impl Entry {
    /// Enters a program by its lifeline; an error once everything has been told to end.
    pub(super) fn new(lifeline: &UnixStream) -> io::Result<Self> {
        let lifeline = lifeline.try_clone()?;
        let mut live = live();
        if live.stopped {
            return Err(io::Error::other("the grader has been told to stop"));
        }
        live.next += 1;
        let number = live.next;
        live.lifelines.insert(number, lifeline);
        Ok(Self(number))
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        live().lifelines.remove(&self.0);
    }
}

/// Ends every program, and lets none be started from now on. Whoever waits for one sees it end.
pub fn end_all() {
    let mut live = live();
    live.stopped = true;
    for lifeline in live.lifelines.values() {
        // One that is gone already is what we want.
        let _ = lifeline.shutdown(Shutdown::Write);
    }
}

fn live() -> MutexGuard<'static, Live> {
    // Nothing is half done between two lines of this file.
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}
