//! The search for a culprit: sources are built with some files and without others, until the trouble is gone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::compiler::Compiler;
use super::model::{BuildError, Built, Request, Stop};
use super::program::{self, Linked};
use super::{salvage, suspicion};
use crate::stage::is_given;

/// Files that cause trouble only together.
const MOST_TOGETHER: usize = 3;
/// A try may take this many times what the template takes: every honest submission is far below.
const OF_TEMPLATE: f64 = 8.0;
/// It may take this share of a run's time in any case.
const OF_RUN: u64 = 4;

/// Where the trouble is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage<'a> {
    /// In building the submission's crate.
    Student,
    /// In building the program.
    Program,
    /// In a call of the task's function, whatever its own file holds.
    Call { task: &'a str, home: &'a str },
}

/// Why a search goes no further.
pub(super) enum Halt {
    OutOfTime,
    Failed(BuildError),
}

impl From<BuildError> for Halt {
    fn from(error: BuildError) -> Self {
        Self::Failed(error)
    }
}

pub(super) struct Search<'a> {
    request: &'a Request<'a>,
    compiler: Compiler<'a>,
    stage: Stage<'a>,
    /// All sources as they were before.
    texts: BTreeMap<&'a str, Vec<u8>>,
    /// The submission's own files that are not the template's: the suspicious ones last, and among equals helpers first,
    /// since others use them.
    own: Vec<&'a str>,
    /// What came of the tries, by the files that were there: what was lost on the way, or the trouble.
    tried: BTreeMap<BTreeSet<&'a str>, Result<usize, Stop>>,
    pub(super) builds: u32,
}

impl<'a> Search<'a> {
    pub(super) fn new(request: &'a Request<'a>, compiler: Compiler<'a>, stage: Stage<'a>) -> Result<Self, BuildError> {
        let mut texts = BTreeMap::new();
        for file in &request.staged.files {
            let path = request.staged.source.join(file);
            texts.insert(file.as_str(), fs::read(&path).map_err(BuildError::io(&path))?);
        }
        let mut own = Vec::new();
        for (file, text) in texts.iter().filter(|(file, _)| !is_given(file)) {
            if salvage::replacement(request, file)? != *text {
                own.push(*file);
            }
        }
        own.sort_by_cached_key(|file| {
            let is_helper = !request.template.join("src").join(file).is_file();
            let suspicion = match stage {
                Stage::Student | Stage::Program => suspicion::busy(&texts[file]),
                Stage::Call { .. } => suspicion::reaching(&texts[file]),
            };
            (suspicion, !is_helper)
        });
        Ok(Self {
            request,
            compiler,
            stage,
            texts,
            own,
            tried: BTreeMap::new(),
            builds: 0,
        })
    }

    /// The sources as they were.
    pub(super) fn restore(&self) -> Result<(), BuildError> {
        self.write(&self.own.iter().copied().collect())
    }

    /// The sources with some of the own files, and without the others.
    fn write(&self, kept: &BTreeSet<&str>) -> Result<(), BuildError> {
        for (file, text) in &self.texts {
            if self.own.contains(file) && !kept.contains(file) {
                salvage::replace(self.request, file)?;
            } else {
                let path = self.request.staged.source.join(file);
                fs::write(&path, text).map_err(BuildError::io(&path))?;
            }
        }
        Ok(())
    }

    /// Builds with some of the own files: what was lost on the way, or the trouble where it is there. Errors that name
    /// their file are no trouble.
    fn try_with(&mut self, kept: &[&'a str]) -> Result<Result<usize, Stop>, Halt> {
        let kept: BTreeSet<&str> = kept.iter().copied().collect();
        if let Some(known) = self.tried.get(&kept) {
            return Ok(known.clone());
        }
        self.write(&kept)?;
        let mut built = Built::default();
        let result = match self.stage {
            Stage::Student => salvage::compile(self.request, &self.compiler, None, &mut built)?,
            Stage::Program => self.program(self.request.tasks, &mut built)?,
            Stage::Call { task, .. } => self.call(task, &mut built)?,
        };
        self.builds += built.builds;
        let lost = built.files.len() + built.signatures.len();
        let result = match result {
            Err(Stop::Exhausted { .. }) => return Err(Halt::OutOfTime),
            result => result.map(|()| lost),
        };
        self.tried.insert(kept, result.clone());
        Ok(result)
    }

    fn program(&self, tasks: &[&str], built: &mut Built) -> Result<Result<(), Stop>, BuildError> {
        if let Err(stop) = salvage::compile(self.request, &self.compiler, None, built)? {
            return Ok(Err(stop));
        }
        let request = Request { tasks, ..*self.request };
        Ok(match program::compile(&request, &self.compiler, None, built)? {
            Linked::Program(_) | Linked::Changed => Ok(()),
            Linked::Stopped(stop) => Err(stop),
        })
    }

    /// Whether the function can be called. Any other trouble is not looked for here.
    fn call(&self, task: &str, built: &mut Built) -> Result<Result<(), Stop>, BuildError> {
        let tasks: Vec<&str> = self
            .request
            .tasks
            .iter()
            .filter(|wanted| **wanted == task)
            .copied()
            .collect();
        let result = self.program(&tasks, built)?;
        let refused = built.signatures.iter().find(|failure| failure.task == task);
        Ok(match (refused, result) {
            (Some(failure), _) => Err(Stop::Errors {
                message: String::new(),
                given: None,
                rendered: failure.rendered.clone(),
            }),
            (None, Err(stop @ Stop::Exhausted { .. })) => Err(stop),
            (None, _) => Ok(()),
        })
    }

    /// The files that may be to blame.
    fn candidates(&self) -> Vec<&'a str> {
        let may_be = |file: &&&str| !matches!(self.stage, Stage::Call { home, .. } if home == **file);
        self.own.iter().filter(may_be).copied().collect()
    }

    /// A file without which the trouble is gone that is there with the template's version of the task's own; none where
    /// it is then gone already, or comes without any of the files.
    pub(super) fn other(&mut self) -> Result<Option<&'a str>, Halt> {
        let candidates = self.candidates();
        if candidates.is_empty() || !self.is_bad(&candidates)? || self.is_template_bad()? {
            return Ok(None);
        }
        self.culprit(&candidates)
    }

    fn is_bad(&mut self, kept: &[&'a str]) -> Result<bool, Halt> {
        Ok(self.try_with(kept)?.is_err())
    }

    /// The files to put away, each with what comes of it; none where it is not the files' fault, or too hard to say.
    pub(super) fn culprits(&mut self, stop: &Stop, found: &mut Vec<(&'a str, Stop)>) -> Result<(), Halt> {
        if self.own.is_empty() || self.is_template_bad()? {
            return Ok(());
        }
        let mut next = stop.clone();
        loop {
            let is_found = |file: &&&str| found.iter().any(|(culprit, _)| culprit == *file);
            let left: Vec<&str> = self.own.iter().filter(|file| !is_found(file)).copied().collect();
            if !found.is_empty() {
                match self.try_with(&left)? {
                    Ok(_) => break,
                    Err(stop) => next = stop,
                }
            }
            let Some(culprit) = self.culprit(&left)? else {
                break;
            };
            // What comes of all of them may be another's; what comes of it alone is its own.
            let alone = self.tried.get(&BTreeSet::from([culprit]));
            found.push((
                culprit,
                alone.cloned().and_then(Result::err).unwrap_or_else(|| next.clone()),
            ));
        }
        if let [(_, only)] = found.as_mut_slice() {
            only.clone_from(stop);
        }
        Ok(())
    }

    /// Whether the trouble comes without any of the own files; otherwise every later try may take as long as makes sense.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few seconds, above zero"
    )]
    fn is_template_bad(&mut self) -> Result<bool, Halt> {
        let before = self.compiler.meter().used();
        let is_bad = self.is_bad(&[])?;
        let taken = self.compiler.meter().used() - before;
        let seconds = (OF_TEMPLATE * taken).ceil() as u64;
        let least = self.request.cpu_seconds.div_ceil(OF_RUN).max(2);
        self.compiler = self.compiler.within(seconds.max(least));
        Ok(is_bad)
    }

    /// One file of these, over which the trouble comes.
    fn culprit(&mut self, left: &[&'a str]) -> Result<Option<&'a str>, Halt> {
        let mut candidates = left.to_vec();
        let mut together: Vec<&str> = Vec::new();
        loop {
            let Some(last) = self.last(&candidates, &together)? else {
                return Ok(None);
            };
            together.push(candidates[last]);
            candidates.truncate(last);
            if candidates.is_empty() || together.len() == MOST_TOGETHER || self.is_bad(&together)? {
                break;
            }
        }
        self.cheapest(left, &together)
    }

    /// The last of the files that the trouble takes beside those in `together`: with all before it, and with it, the
    /// trouble is there, and without it not.
    fn last(&mut self, candidates: &[&'a str], together: &[&'a str]) -> Result<Option<usize>, Halt> {
        let (mut fine, mut bad) = (0, candidates.len());
        let mut likely = [1, 2].iter();
        while bad - fine > 1 {
            // The most suspicious are the last.
            let middle = match likely.next() {
                Some(step) if bad - fine > 2 * step => bad - step,
                _ => fine.midpoint(bad),
            };
            let kept = [&candidates[..middle], together].concat();
            if self.is_bad(&kept)? {
                bad = middle;
            } else {
                fine = middle;
            }
        }
        Ok(bad.checked_sub(1))
    }

    fn cheapest(&mut self, left: &[&'a str], together: &[&'a str]) -> Result<Option<&'a str>, Halt> {
        if let [only] = together {
            return Ok(Some(only));
        }
        let mut best: Option<(usize, &str)> = None;
        for file in together {
            let kept: Vec<&str> = left.iter().copied().filter(|own| own != file).collect();
            if let Ok(lost) = self.try_with(&kept)?
                && best.is_none_or(|(least, _)| lost < least)
            {
                best = Some((lost, *file));
            }
        }
        // Where there is trouble without each of them, it is another's as well, which is looked for next.
        Ok(best.map(|(_, file)| file).or(together.first().copied()))
    }

    /// The files that are neither found nor among the most that are known to compile together.
    pub(super) fn not_cleared(&self, found: &[(&'a str, Stop)]) -> Vec<&'a str> {
        let fine = self.tried.iter().filter(|(_, result)| result.is_ok());
        let cleared = fine.map(|(kept, _)| kept).max_by_key(|kept| kept.len());
        let is_found = |file: &str| found.iter().any(|(culprit, _)| *culprit == file);
        let is_cleared = |file: &str| cleared.is_some_and(|kept| kept.contains(file));
        self.own
            .iter()
            .filter(|file| !is_found(file) && !is_cleared(file))
            .copied()
            .collect()
    }
}
