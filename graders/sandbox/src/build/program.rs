//! The program: adapters of the tasks in question and a `main` that hands them to the worker.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::compiler::{Compiler, Trouble};
use super::diagnostics::{Diagnostic, rendered, uncharged};
use super::model::{BuildError, Built, Request, SignatureFailure, Stop, Uncallable};
use crate::toolkit::Toolkit;

/// What looks whether another file than the task's own is to blame for errors where its function is called; puts that
/// file away, and notes it.
pub(super) type Inquire = fn(&Request<'_>, &Compiler<'_>, &str, &[&Diagnostic], &mut Built) -> Result<bool, BuildError>;

/// What came of the adapters.
pub(super) enum Linked {
    Program(PathBuf),
    /// Nothing.
    Stopped(Stop),
    /// A file was put away: the sources have to be compiled again.
    Changed,
}

/// Compiles and links. An adapter that does not compile shows a function that is not as the contract has it, unless
/// `inquire` finds another file to blame: it is noted in `built` and left out.
pub(super) fn compile(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    inquire: Option<Inquire>,
    built: &mut Built,
) -> Result<Linked, BuildError> {
    for _ in 0..request.tasks.len() + 2 {
        let is_dropped = |task: &&&str| built.dropped_tasks().any(|dropped| dropped == **task);
        let tasks: Vec<&str> = request.tasks.iter().filter(|task| !is_dropped(task)).copied().collect();
        write_main(request.toolkit, &tasks, &compiler.main())?;
        built.builds += 1;
        let errors = match compiler.link()? {
            Ok(()) => return Ok(Linked::Program(compiler.program())),
            Err(Trouble::Stop(stop)) => return Ok(Linked::Stopped(stop)),
            Err(Trouble::Errors(errors)) => errors,
        };
        let charges = charges(request.toolkit, &tasks, &errors);
        if request.whole || charges.is_empty() {
            return Ok(Linked::Stopped(uncharged(&errors)));
        }
        for (task, errors) in charges {
            let is_signature = states_signature(request.toolkit, task, &errors)?;
            if let Some(inquire) = inquire
                && !is_signature
                && inquire(request, compiler, task, &errors, built)?
            {
                return Ok(Linked::Changed);
            }
            let otherwise = errors.iter().find(|error| !is_signature && error.is_behind_names());
            built.signatures.push(SignatureFailure {
                task: task.to_owned(),
                why: match otherwise {
                    Some(error) => Uncallable::Otherwise(error.message.clone()),
                    None => Uncallable::Signature(expected(request.toolkit, task)?),
                },
                rendered: rendered(errors),
            });
        }
    }
    Ok(Linked::Stopped(uncharged(&[])))
}

fn adapter(toolkit: &Toolkit, task: &str) -> PathBuf {
    toolkit.adapters.join(format!("{task}.rs"))
}

fn write_main(toolkit: &Toolkit, tasks: &[&str], path: &Path) -> Result<(), BuildError> {
    let mut text = String::new();
    for task in tasks {
        let file = adapter(toolkit, task);
        if !file.is_file() {
            return Err(BuildError::NoAdapter((*task).to_owned()));
        }
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "#[path = {file:?}]\nmod {task};",
            file = file.display().to_string()
        );
    }
    let adapters: Vec<String> = tasks.iter().map(|task| format!("{task}::ADAPTER")).collect();
    let _ = writeln!(text, "fn main() -> std::process::ExitCode {{");
    let _ = writeln!(
        text,
        "    worker::serve(&[{adapters}], student::parts::install)\n}}",
        adapters = adapters.join(", ")
    );
    fs::write(path, text).map_err(BuildError::io(path))
}

/// Errors by the task whose adapter they are in.
fn charges<'a>(
    toolkit: &Toolkit,
    tasks: &[&'a str],
    errors: &'a [Diagnostic],
) -> BTreeMap<&'a str, Vec<&'a Diagnostic>> {
    let mut charges: BTreeMap<&str, Vec<&Diagnostic>> = BTreeMap::new();
    for error in errors {
        let places = error.places();
        let task = tasks.iter().find(|task| {
            let file = adapter(toolkit, task);
            places.iter().any(|place| Path::new(&place.file) == file)
        });
        if let Some(task) = task {
            charges.entry(task).or_default().push(error);
        }
    }
    charges
}

/// Whether an error is where the adapter states the signature: only the function itself can be the cause of that.
fn states_signature(toolkit: &Toolkit, task: &str, errors: &[&Diagnostic]) -> Result<bool, BuildError> {
    let path = adapter(toolkit, task);
    let text = fs::read_to_string(&path).map_err(BuildError::io(&path))?;
    let lines = lines_of_statement(&text);
    let is_there = |error: &&Diagnostic| {
        let place = error.places().into_iter().next();
        place.is_some_and(|place| Path::new(&place.file) == path && lines.contains(&place.line))
    };
    Ok(errors.iter().any(is_there))
}

/// The lines of the statement, counted from 1.
fn lines_of_statement(text: &str) -> Range<usize> {
    let Some(start) = text.find("const _: ") else {
        return 0..0;
    };
    let before = text[..start].lines().count() + 1;
    let length = text[start..].split(';').next().map_or(0, |text| text.lines().count());
    before..before + length
}

/// The line of an adapter that states the signature: `const _: fn(..) -> .. = function;`.
pub(super) fn expected(toolkit: &Toolkit, task: &str) -> Result<String, BuildError> {
    let path = adapter(toolkit, task);
    let text = fs::read_to_string(&path).map_err(BuildError::io(&path))?;
    let statement = statement(&text);
    statement.ok_or_else(|| BuildError::NoAdapter(task.to_owned()))
}

fn statement(text: &str) -> Option<String> {
    let start = text.find("const _: ")?;
    let end = start + text[start..].find(';')? + 1;
    Some(text[start..end].split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_signature_is_one_line_however_it_is_set() {
        let text = "use x;\n\nconst _: fn(\n    &Tensor,\n) -> Tensor = greedy;\nrest;";
        assert_eq!(
            statement(text).as_deref(),
            Some("const _: fn( &Tensor, ) -> Tensor = greedy;")
        );
        assert_eq!(lines_of_statement(text), 3..6);
        assert_eq!(statement("fn call() {}"), None);
        assert!(lines_of_statement("fn call() {}").is_empty());
    }
}
