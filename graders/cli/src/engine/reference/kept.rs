//! The reference's answers from run to run: files beside its program, where no submission can write.
//!
//! A file holds what one run has learnt. It is written whole at the end of that run and never changed: for each answer a
//! key of 64 letters, the CPU seconds that it took (f64), its length (u64), all little-endian, and a frame. Where the
//! inputs are the same for every submission, runs after that ask the reference nothing.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use files::sha256;
use wire::{Decoder, Frame, Observed, Outcome};

use super::memory::Answer;

/// Files kept at most, of this reference and of others, and bytes of all of them; the oldest go first.
const KEPT: usize = 24;
const MOST_BYTES: u64 = 256 << 20;
/// Bytes of what one run has learnt.
const MOST_BYTES_OF_ONE: usize = 48 << 20;
/// A run that was asked for so many times as much as it had to learn leaves it at that: the rest was its own.
const WORTH_IT: usize = 2;
/// Letters of a key.
const KEY: usize = 64;
/// A key with what follows it.
const HEAD: usize = KEY + 16;

/// Answers of runs before, and what is new.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    /// What the names of this reference's files begin with.
    prefix: String,
    files: Vec<Vec<u8>>,
    /// Where an answer's head begins, by its key.
    places: BTreeMap<String, (usize, usize)>,
    learnt: Vec<u8>,
    /// How many answers are new, and how many were at hand.
    new: usize,
    recalled: usize,
}

impl Kept {
    /// What there is in a folder in files whose names begin like this; nothing where there is none.
    pub(super) fn open(folder: PathBuf, prefix: String) -> Self {
        let mut kept = Self {
            files: in_order(&folder, &prefix).iter().flat_map(fs::read).collect(),
            folder,
            prefix,
            places: BTreeMap::new(),
            learnt: Vec::new(),
            new: 0,
            recalled: 0,
        };
        for (number, bytes) in kept.files.iter().enumerate() {
            let mut at = 0;
            while let Some(record) = Record::at(bytes, at) {
                kept.places.insert(record.key.to_owned(), (number, at));
                at = record.body.end;
            }
        }
        kept
    }

    /// An answer of a run before.
    pub(super) fn recall(&mut self, key: &str) -> Option<Answer> {
        let &(file, at) = self.places.get(key)?;
        let bytes = &self.files[file];
        let record = Record::at(bytes, at)?;
        let mut decoder = Decoder::default();
        decoder.push(bytes.get(record.body)?);
        // What cannot be read is asked again.
        let frame: Frame<Outcome> = decoder.next_frame().ok().flatten()?;
        self.recalled += 1;
        Some(Answer {
            observed: Observed::Answered {
                outcome: frame.message,
                tensors: frame.tensors,
            },
            seconds: record.seconds,
        })
    }

    /// Takes in what runs to come should know.
    pub(super) fn learn(&mut self, key: &str, answer: &Answer) {
        self.new += 1;
        let Observed::Answered { outcome, tensors } = &answer.observed else {
            return;
        };
        let Ok(frame) = Frame::new(outcome.clone(), tensors.clone()).encode() else {
            return;
        };
        if key.len() != KEY || self.learnt.len() + HEAD + frame.len() > MOST_BYTES_OF_ONE {
            return;
        }
        self.learnt.extend(key.as_bytes());
        self.learnt.extend(answer.seconds.to_le_bytes());
        self.learnt.extend((frame.len() as u64).to_le_bytes());
        self.learnt.extend(frame);
    }

    /// Writes what is new, where much of it was asked for. A folder that cannot be written is no reason to fail: the next
    /// run asks again.
    pub(super) fn keep(&mut self) {
        if self.learnt.is_empty() || self.recalled > WORTH_IT * self.new {
            return;
        }
        let written = fs::create_dir_all(&self.folder).and_then(|()| {
            let name = format!("{}{}", self.prefix, sha256(&self.learnt));
            files::write(&self.folder.join(name), &self.learnt)?;
            files::forget_oldest(&self.folder, KEPT, MOST_BYTES)
        });
        if written.is_ok() {
            self.learnt.clear();
        }
    }
}

/// The files of a folder whose names begin like this, by their names.
fn in_order(folder: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let mut paths: Vec<PathBuf> = ours.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// One answer as it is in a file.
struct Record<'a> {
    key: &'a str,
    seconds: f64,
    body: Range<usize>,
}

impl<'a> Record<'a> {
    /// The answer whose head begins there; `None` at the end of a file.
    fn at(bytes: &'a [u8], at: usize) -> Option<Self> {
        let head = bytes.get(at..at + HEAD)?;
        let (key, numbers) = head.split_at(KEY);
        let (seconds, length) = numbers.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length.first_chunk::<8>()?)).ok()?;
        let start = at + HEAD;
        let end = start.checked_add(length).filter(|&end| end <= bytes.len())?;
        Some(Self {
            key: std::str::from_utf8(key).ok()?,
            seconds: f64::from_le_bytes(*seconds),
            body: start..end,
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use wire::{Tensor, Tensors};

    use super::*;

    fn answer(value: f64) -> Answer {
        let tensors: Tensors = [("y".to_owned(), Tensor::real(value))].into();
        let outcome = Outcome::Returned;
        Answer {
            observed: Observed::Answered { outcome, tensors },
            seconds: value / 2.0,
        }
    }

    fn open(folder: &Path) -> Kept {
        Kept::open(folder.to_owned(), "a-".to_owned())
    }

    fn key(number: usize) -> String {
        sha256(number.to_string().as_bytes())
    }

    #[test]
    fn what_one_run_learns_the_next_recalls() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = open(&folder.path().join("answers"));
        assert_eq!(first.recall(&key(0)), None);
        for number in 0..10 {
            first.learn(&key(number), &answer(number as f64));
        }
        first.keep();
        let mut next = open(&folder.path().join("answers"));
        for number in 0..10 {
            assert_eq!(next.recall(&key(number)), Some(answer(number as f64)));
        }
        assert_eq!(next.recall(&key(10)), None);
        let mut of_another = Kept::open(folder.path().join("answers"), "b-".to_owned());
        assert_eq!(of_another.recall(&key(0)), None);
    }

    #[test]
    fn a_run_that_knew_most_of_it_writes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let count = || fs::read_dir(folder.path()).unwrap().count();
        let mut first = open(folder.path());
        first.learn(&key(0), &answer(1.0));
        first.keep();
        assert_eq!(count(), 1);
        let mut next = open(folder.path());
        for _ in 0..=WORTH_IT {
            next.recall(&key(0)).unwrap();
        }
        next.learn(&key(1), &answer(1.0));
        next.keep();
        assert_eq!(count(), 1);
    }

    #[test]
    fn a_file_that_is_cut_or_is_something_else_gives_what_can_be_read() {
        let folder = tempfile::tempdir().unwrap();
        let mut first = open(folder.path());
        first.learn(&key(0), &answer(1.0));
        first.learn(&key(1), &answer(2.0));
        first.keep();
        let path = in_order(folder.path(), "a-").remove(0);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
        let mut next = open(folder.path());
        assert_eq!(next.recall(&key(0)), Some(answer(1.0)));
        assert_eq!(next.recall(&key(1)), None);
        fs::write(&path, "no answers\n").unwrap();
        assert_eq!(open(folder.path()).recall(&key(0)), None);
    }
}
