//! Which file is to blame where the compiler does not say.
//!
//! A compiler that breaks down, takes too long or needs too much memory names no file, and neither do some errors. Of the
//! submission's own files the smallest set is looked for over which the trouble comes, the likely ones first and the rest by
//! halves; of that set the file goes without which the least is lost. When the time for that is over, the files stay that
//! are known to compile, and all others go.

use super::compiler::Compiler;
use super::model::{Breaks, BuildError, Built, CompileFailure, Request, Stop};
use super::salvage;
use super::search::{Halt, Search, Stage};

/// What came of looking for a culprit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Files are put away, and the trouble is gone.
    Found,
    /// It is not the files' fault, or too hard to say.
    Nobody,
    /// The time is over: all files are put away that are not known to compile.
    OutOfTime,
}

/// Finds the files without which `stop` does not come, puts them away, and notes that in `built`.
pub(super) fn put_away(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    trouble: (Stage<'_>, &Stop),
    built: &mut Built,
) -> Result<Outcome, BuildError> {
    let (stage, stop) = trouble;
    let mut search = Search::new(request, compiler.clone(), stage)?;
    let mut found = Vec::new();
    let result = search.culprits(stop, &mut found);
    built.builds += search.builds;
    search.restore()?;
    let outcome = match result {
        Ok(()) if found.is_empty() => Outcome::Nobody,
        Ok(()) => Outcome::Found,
        Err(Halt::Failed(error)) => return Err(error),
        Err(Halt::OutOfTime) => {
            let suspects = search.not_cleared(&found);
            // Over those that were found the rest has not been looked at to the end.
            let stop = &if found.is_empty() {
                stop.clone()
            } else {
                Stop::Exhausted {
                    seconds: compiler.meter().all(),
                }
            };
            let message = suspected(suspects.len(), stop);
            for file in suspects {
                salvage::replace(request, file)?;
                built.files.push(failure(file, message.clone(), stop));
            }
            Outcome::OutOfTime
        }
    };
    for (file, stop) in found {
        salvage::replace(request, file)?;
        built.files.push(failure(file, message(&stop), &stop));
    }
    Ok(outcome)
}

fn failure(file: &str, message: String, stop: &Stop) -> CompileFailure {
    let (given, rendered) = match stop {
        Stop::Errors { given, rendered, .. } => (given.clone(), rendered.clone()),
        _ => (None, String::new()),
    };
    CompileFailure {
        file: file.to_owned(),
        line: None,
        code: None,
        message,
        rendered,
        errors: 1,
        breaks: given.map(Breaks::Given),
    }
}

fn message(stop: &Stop) -> String {
    match stop {
        // Told as what the file breaks.
        Stop::Errors {
            message,
            given: Some(_),
            ..
        } => message.clone(),
        Stop::Errors { .. } => "errors that name no file, and that are gone without this one".to_owned(),
        Stop::TimedOut { seconds } => format!("the compiler takes more than {seconds} s over this file"),
        Stop::Exhausted { seconds } => {
            format!(
                "all runs of the compiler take more than {seconds} s, and by then this file was not known to compile"
            )
        }
        Stop::OutOfMemory => "the compiler needs more memory for this file than it may".to_owned(),
        Stop::Crashed { .. } => "the compiler breaks down on this file".to_owned(),
    }
}

/// What is said of files that could not be cleared.
fn suspected(files: usize, stop: &Stop) -> String {
    if files == 1 {
        return message(stop);
    }
    let trouble = match stop {
        Stop::Errors { .. } => "errors that name no file come".to_owned(),
        Stop::TimedOut { seconds } => format!("the compiler takes more than {seconds} s"),
        Stop::Exhausted { seconds } => format!("all runs of the compiler together take more than {seconds} s"),
        Stop::OutOfMemory => "the compiler needs more memory than it may".to_owned(),
        Stop::Crashed { .. } => "the compiler breaks down".to_owned(),
    };
    format!("{trouble}, and the time was too short to tell over which of {files} files; this is one of them")
}
