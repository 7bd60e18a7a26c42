//! Which file is to blame where the compiler does not say: files are put away until the trouble is gone.
//!
//! A compiler that breaks down, takes too long or needs too much memory names no file, and neither do some errors. Of the
//! submission's own files the smallest set is looked for over which the trouble comes, by halves; of that set the file
//! goes without which the least is lost.

use std::collections::BTreeMap;
use std::fs;

use super::compiler::Compiler;
use super::model::{BuildError, Built, CompileFailure, Request, Stop};
use super::{program, salvage};
use crate::stage::is_given;

/// Files that are put away at most: who hands in more of them has no program.
pub(super) const MOST_BLAMED: usize = 3;
/// Builds to find one of them; a few dozen files take ten.
const MOST_TRIES: u32 = 24;
/// Files that cause trouble only together.
const MOST_TOGETHER: usize = 3;

/// How far a build has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// The submission's crate.
    Student,
    /// The program.
    Program,
}

/// Finds a file without which `stop` does not come, puts it away, and notes that in `built`. Whether there is one.
pub(super) fn put_away(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    trouble: (Stage, &Stop),
    built: &mut Built,
) -> Result<bool, BuildError> {
    let (stage, stop) = trouble;
    let mut search = Search::new(request, compiler, stage)?;
    let found = search.culprit()?;
    built.builds += search.builds;
    search.restore()?;
    let Some(file) = found else {
        return Ok(false);
    };
    salvage::replace(request, &file)?;
    built.files.push(CompileFailure {
        file,
        line: None,
        code: None,
        message: message(stop).to_owned(),
        rendered: match stop {
            Stop::Errors { rendered } => rendered.clone(),
            Stop::TimedOut | Stop::OutOfMemory | Stop::Crashed { .. } => String::new(),
        },
        errors: 1,
    });
    Ok(true)
}

fn message(stop: &Stop) -> &'static str {
    match stop {
        Stop::Errors { .. } => "errors that name no file, and that are gone without this one",
        Stop::TimedOut => "the compiler takes longer over this file than it may",
        Stop::OutOfMemory => "the compiler needs more memory for this file than it may",
        Stop::Crashed { .. } => "the compiler breaks down on this file",
    }
}

struct Search<'a> {
    request: &'a Request<'a>,
    compiler: &'a Compiler<'a>,
    stage: Stage,
    /// All sources as they were before.
    texts: BTreeMap<&'a str, Vec<u8>>,
    /// The submission's own files that are not the template's: helpers first, since others use them.
    own: Vec<&'a str>,
    tries: u32,
    builds: u32,
}

impl<'a> Search<'a> {
    fn new(request: &'a Request<'a>, compiler: &'a Compiler<'a>, stage: Stage) -> Result<Self, BuildError> {
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
        own.sort_by_key(|file| request.template.join("src").join(file).is_file());
        Ok(Self {
            request,
            compiler,
            stage,
            texts,
            own,
            tries: 0,
            builds: 0,
        })
    }

    /// The sources as they were.
    fn restore(&self) -> Result<(), BuildError> {
        self.write(&self.own)
    }

    /// The sources with some of the own files, and without the others.
    fn write(&self, kept: &[&str]) -> Result<(), BuildError> {
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

    /// Builds with some of the own files: what was lost on the way, or none where the trouble is there. Errors that name
    /// their file are no trouble.
    fn try_with(&mut self, kept: &[&str]) -> Result<Option<usize>, BuildError> {
        self.tries += 1;
        self.write(kept)?;
        let mut built = Built::default();
        let mut result = salvage::compile(self.request, self.compiler, &mut built)?;
        if self.stage == Stage::Program && result.is_ok() {
            result = program::compile(self.request, self.compiler, &mut built)?.map(|_| ());
        }
        self.builds += built.builds;
        let lost = built.files.len() + built.signatures.len();
        Ok(result.is_ok().then_some(lost))
    }

    fn is_bad(&mut self, kept: &[&str]) -> Result<bool, BuildError> {
        Ok(self.try_with(kept)?.is_none())
    }

    /// The file to put away; none where it is not the files' fault, or too hard to say.
    fn culprit(&mut self) -> Result<Option<String>, BuildError> {
        if self.own.is_empty() || self.is_bad(&[])? {
            return Ok(None);
        }
        let mut candidates = self.own.clone();
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
        self.cheapest(&together)
    }

    /// The last of the files that the trouble takes beside those in `together`: with all before it, and with it, the
    /// trouble is there, and without it not.
    fn last(&mut self, candidates: &[&'a str], together: &[&'a str]) -> Result<Option<usize>, BuildError> {
        let (mut fine, mut bad) = (0, candidates.len());
        while bad - fine > 1 {
            if self.tries >= MOST_TRIES {
                return Ok(None);
            }
            let half = fine.midpoint(bad);
            let kept = [&candidates[..half], together].concat();
            if self.is_bad(&kept)? {
                bad = half;
            } else {
                fine = half;
            }
        }
        Ok(bad.checked_sub(1))
    }

    fn cheapest(&mut self, together: &[&'a str]) -> Result<Option<String>, BuildError> {
        if let [only] = together {
            return Ok(Some((*only).to_owned()));
        }
        let mut best: Option<(usize, &str)> = None;
        for file in together {
            let kept: Vec<&str> = self.own.iter().copied().filter(|own| own != file).collect();
            if let Some(lost) = self.try_with(&kept)?
                && best.is_none_or(|(least, _)| lost < least)
            {
                best = Some((lost, *file));
            }
        }
        // Where there is trouble without each of them, it is another's as well, which is looked for next.
        let file = best.map(|(_, file)| file).or(together.first().copied());
        Ok(file.map(str::to_owned))
    }
}
