//! Output of a program, read as it comes and kept up to a bound, so that a flood costs neither memory nor a blocked
//! pipe.

use std::io::Read;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Which part of an output is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capture {
    /// The first bytes, for a format that is read from its beginning. A program that writes more finds its output
    /// closed: nobody would read it.
    First(usize),
    /// The last bytes, for words of farewell.
    Last(usize),
}

/// What was kept of an output.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captured {
    /// The bytes that were kept.
    pub bytes: Vec<u8>,
    /// How many there were in all.
    pub total: u64,
}

impl Captured {
    /// The kept bytes as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Whether something was left out.
    pub fn is_cut(&self) -> bool {
        self.total > self.bytes.len() as u64
    }

    fn add(&mut self, bytes: &[u8], capture: Capture) {
        self.total += bytes.len() as u64;
        match capture {
            Capture::First(limit) => {
                let room = limit.saturating_sub(self.bytes.len()).min(bytes.len());
                self.bytes.extend_from_slice(&bytes[..room]);
            }
            Capture::Last(limit) => {
                self.bytes.extend_from_slice(bytes);
                let excess = self.bytes.len().saturating_sub(limit);
                self.bytes.drain(..excess);
            }
        }
    }
}

/// An output that is being read.
#[derive(Debug)]
pub(crate) struct Drain {
    captured: Arc<Mutex<Captured>>,
    reader: JoinHandle<()>,
}

impl Drain {
    /// Reads `output` to its end in a thread of its own.
    pub(crate) fn start(mut output: impl Read + Send + 'static, capture: Capture) -> Self {
        let captured = Arc::new(Mutex::new(Captured::default()));
        let shared = Arc::clone(&captured);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 8192];
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                let mut captured = locked(&shared);
                captured.add(&buffer[..count], capture);
                if matches!(capture, Capture::First(_)) && captured.is_cut() {
                    return;
                }
            }
        });
        Self { captured, reader }
    }

    /// What has been kept so far.
    pub(crate) fn so_far(&self) -> Captured {
        self.words().so_far()
    }

    /// A view that outlives this.
    pub(crate) fn words(&self) -> Words {
        Words(Arc::clone(&self.captured))
    }

    /// What has been kept once the output has ended, or after `patience`, should somebody still hold it open.
    pub(crate) fn finish(&self, patience: Duration) -> Captured {
        let deadline = Instant::now() + patience;
        while !self.reader.is_finished() && Instant::now() < deadline {
            thread::sleep(Duration::from_micros(200));
        }
        self.so_far()
    }
}

/// A view of an output while it is being read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words(Arc<Mutex<Captured>>);

impl Words {
    /// What has been kept so far.
    pub(crate) fn so_far(&self) -> Captured {
        locked(&self.0).clone()
    }

    /// How much there has been so far.
    pub(crate) fn total(&self) -> u64 {
        locked(&self.0).total
    }

    /// What was kept of everything after the first `total` bytes.
    pub(crate) fn since(&self, total: u64) -> String {
        let captured = self.so_far();
        let new = usize::try_from(captured.total - total)
            .unwrap_or(usize::MAX)
            .min(captured.bytes.len());
        String::from_utf8_lossy(&captured.bytes[captured.bytes.len() - new..]).into_owned()
    }
}

fn locked(captured: &Mutex<Captured>) -> MutexGuard<'_, Captured> {
    captured.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(capture: Capture) -> Captured {
        Drain::start(&b"abcdefgh"[..], capture).finish(Duration::from_secs(10))
    }

    #[test]
    fn a_flood_is_cut_at_the_end_or_at_the_beginning() {
        let first = captured(Capture::First(3));
        assert_eq!((first.text().as_str(), first.total, first.is_cut()), ("abc", 8, true));
        let last = captured(Capture::Last(3));
        assert_eq!((last.text().as_str(), last.total, last.is_cut()), ("fgh", 8, true));
    }

    #[test]
    fn new_words_are_told_from_old_ones() {
        let words = Words::default();
        locked(&words.0).add(b"old", Capture::Last(5));
        let total = words.total();
        assert_eq!(words.since(total), "");
        locked(&words.0).add(b"new", Capture::Last(5));
        assert_eq!(words.since(total), "new");
        assert_eq!(words.since(0), "ldnew");
    }

    #[test]
    fn a_short_output_is_kept_whole() {
        for capture in [Capture::First(8), Capture::Last(8)] {
            let captured = captured(capture);
            assert_eq!((captured.text().as_str(), captured.is_cut()), ("abcdefgh", false));
        }
    }
}
