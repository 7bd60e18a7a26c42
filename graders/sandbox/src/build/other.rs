//! Which file is to blame where the call of a task's function does not compile, and the function is as it should be.
//!
//! Adapters and the given files use what all files share: types that are given, their methods, the traits in scope. A
//! file that implements something for them can break the call of a function that it has nothing to do with. So the call
//! is tried with the template's version of the function's own file; where it still does not compile, another file is the
//! cause, and is looked for.

use super::compiler::Compiler;
use super::diagnostics::{Diagnostic, rendered};
use super::model::{Breaks, BuildError, Built, CompileFailure, Request};
use super::salvage;
use super::search::{Halt, Search, Stage};

/// Puts another file away over which the call of a task does not compile, and notes it in `built`. Whether there is one.
pub(super) fn inquire(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    task: &str,
    errors: &[&Diagnostic],
    built: &mut Built,
) -> Result<bool, BuildError> {
    let Some(home) = (request.home)(task) else {
        return Ok(false);
    };
    let mut search = Search::new(request, compiler.checking(), Stage::Call { task, home })?;
    let found = search.other();
    built.builds += search.builds;
    search.restore()?;
    let file = match found {
        Ok(Some(file)) => file,
        Ok(None) | Err(Halt::OutOfTime) => return Ok(false),
        Err(Halt::Failed(error)) => return Err(error),
    };
    salvage::replace(request, file)?;
    built.files.push(CompileFailure {
        file: file.to_owned(),
        line: None,
        code: errors.first().and_then(|error| error.code()),
        message: errors.first().map(|error| error.message.clone()).unwrap_or_default(),
        rendered: rendered(errors.iter().copied()),
        errors: errors.len(),
        breaks: Some(Breaks::Call(task.to_owned())),
    });
    Ok(true)
}
