//! Building a submission: `rustc` driven directly, on libraries compiled once.
//!
//! Two crates are compiled: the staged sources as `student`, then the adapters of the tasks in question with a `main` of
//! three lines as the program. **A compile error costs only what it is in**: a file that does not compile is replaced by
//! the template's, a function whose signature was changed is left out, and the rest is built again. Where the compiler does
//! not say which file that is, `blame` finds it out, and `other` where one file breaks the call of another's function.
//! All of it shares one allowance of CPU time (`meter`).

mod blame;
mod compiler;
mod diagnostics;
mod meter;
mod model;
mod other;
mod program;
mod salvage;
mod search;
mod suspicion;

use std::fs;
use std::path::PathBuf;

use crate::spent::Cost;
use crate::stage;

use blame::Outcome;
use compiler::Compiler;
use meter::Meter;
pub use model::{Breaks, BuildError, Built, CompileFailure, Request, SignatureFailure, Stop, Uncallable};
use program::{Inquire, Linked};
use search::Stage;

/// Builds a submission's program for the tasks in question.
pub fn build(request: &Request<'_>) -> Result<Built, BuildError> {
    fs::create_dir_all(request.output).map_err(BuildError::io(request.output))?;
    for file in request.set_aside {
        salvage::replace(request, file)?;
    }
    let mut built = Built::default();
    let result = attempt(request, &mut built)?;
    match result {
        Ok(program) => built.program = Some(program),
        Err(stop) => {
            if !request.whole {
                control(request)?;
            }
            built.stop = Some(stop);
        }
    }
    Ok(built)
}

fn attempt(request: &Request<'_>, built: &mut Built) -> Result<Result<PathBuf, Stop>, BuildError> {
    let meter = Meter::new(request.all_cpu_seconds, request.cpu_seconds);
    let compiler = Compiler::new(request, &meter)?;
    let result = salvaged(request, &compiler, built);
    built.took_too_long |= meter.is_exceeded();
    result
}

/// The program without what stands in its way. Each round puts a file away, so there is an end.
fn salvaged(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    built: &mut Built,
) -> Result<Result<PathBuf, Stop>, BuildError> {
    loop {
        let (stage, stop) = match once(request, compiler, built)? {
            Ok(program) => return Ok(Ok(program)),
            Err(trouble) => trouble,
        };
        if request.whole {
            return Ok(Err(stop));
        }
        match blame::put_away(request, compiler, (stage, &stop), built)? {
            Outcome::Found => {}
            Outcome::Nobody => return Ok(Err(stop)),
            Outcome::OutOfTime => break,
        }
    }
    // What is left is known to compile.
    compiler.meter().release();
    Ok(once(request, compiler, built)?.map_err(|(_, stop)| stop))
}

fn once(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    built: &mut Built,
) -> Result<Result<PathBuf, (Stage<'static>, Stop)>, BuildError> {
    let inquire = Some(other::inquire as Inquire);
    loop {
        let (compiled, cost) = Cost::of(|| salvage::compile(request, compiler, inquire, built));
        built.compile += cost;
        if let Err(stop) = compiled? {
            return Ok(Err((Stage::Student, stop)));
        }
        let (linked, cost) = Cost::of(|| program::compile(request, compiler, inquire, built));
        built.link += cost;
        match linked? {
            Linked::Program(program) => return Ok(Ok(program)),
            Linked::Stopped(stop) => return Ok(Err((Stage::Program, stop))),
            Linked::Changed => {}
        }
    }
}

/// Builds the template, which compiles where anything does. A submission is blamed only after that.
fn control(request: &Request<'_>) -> Result<(), BuildError> {
    let folder = tempfile::tempdir_in(request.output).map_err(BuildError::io(request.output))?;
    let staged = stage::stage(request.template, request.template, &folder.path().join("src"))?;
    let request = Request {
        staged: &staged,
        set_aside: &[],
        output: folder.path(),
        ..*request
    };
    match attempt(&request, &mut Built::default())? {
        Ok(_) => Ok(()),
        Err(stop) => Err(BuildError::Toolkit(stop)),
    }
}
