//! The crate `student`: what does not compile is put out of the way, file by file, until the rest does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::compiler::{Compiler, Trouble};
use super::diagnostics::{Diagnostic, Place, rendered, uncharged};
use super::model::{BuildError, Built, CompileFailure, Request, SignatureFailure, Stop, Uncallable};
use super::program::{self, Inquire};
use crate::stage::{PARTS, ROOT, is_given};

/// What an error is charged to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Charge {
    /// A file of the submission.
    File(String),
    /// A task whose function is not as `parts.rs` calls it.
    Signature(String),
}

/// Compiles the staged sources, and notes in `built` what had to be left out. Before a task is charged with a call that
/// does not compile, `inquire` looks whether another file is to blame.
pub(super) fn compile(
    request: &Request<'_>,
    compiler: &Compiler<'_>,
    inquire: Option<Inquire>,
    built: &mut Built,
) -> Result<Result<(), Stop>, BuildError> {
    let sources = Sources {
        folder: &request.staged.source,
        files: &request.staged.files,
    };
    let mut charged = BTreeSet::new();
    for _ in 0..request.staged.files.len() + 2 {
        built.builds += 1;
        let errors = match compiler.student()? {
            Ok(()) => return Ok(Ok(())),
            Err(Trouble::Stop(stop)) => return Ok(Err(stop)),
            Err(Trouble::Errors(errors)) => errors,
        };
        let charges = charges(&sources, &errors)?;
        // What was charged before has been replaced; errors that stay cannot be its fault alone.
        if request.whole || charges.is_empty() || charges.keys().any(|charge| charged.contains(charge)) {
            return Ok(Err(uncharged(&errors)));
        }
        for (charge, errors) in charges {
            if let (Charge::Signature(task), Some(inquire)) = (&charge, inquire) {
                let errors: Vec<&Diagnostic> = errors.iter().map(|(_, error)| *error).collect();
                if inquire(request, compiler, task, &errors, built)? {
                    // What else there is may have been the same file's fault.
                    break;
                }
            }
            put_away(request, &charge, &errors, built)?;
            charged.insert(charge);
        }
    }
    Ok(Err(uncharged(&[])))
}

/// The staged sources as the compiler names them.
struct Sources<'a> {
    folder: &'a Path,
    files: &'a [String],
}

type Charges<'a> = BTreeMap<Charge, Vec<(Place, &'a Diagnostic)>>;

/// What to put out of the way next: files with errors of grammar first, because other errors may follow from those.
fn charges<'a>(sources: &Sources<'_>, errors: &'a [Diagnostic]) -> Result<Charges<'a>, BuildError> {
    let mut all = Charges::new();
    let mut syntax = Charges::new();
    for error in errors {
        let Some((charge, place)) = sources.charge(&error.places())? else {
            continue;
        };
        if error.is_syntax() {
            syntax.entry(charge.clone()).or_default().push((place.clone(), error));
        }
        all.entry(charge).or_default().push((place, error));
    }
    Ok(if syntax.is_empty() { all } else { syntax })
}

impl Sources<'_> {
    fn charge(&self, places: &[Place]) -> Result<Option<(Charge, Place)>, BuildError> {
        // An error in a file that is ours is the fault of some other file.
        let is_theirs = |place: &&Place| !is_given(&place.file) && self.files.contains(&place.file);
        let theirs = places
            .iter()
            .find(is_theirs)
            .map(|place| (Charge::File(place.file.clone()), place.clone()));
        match places.iter().find(|place| self.files.contains(&place.file)) {
            Some(place) if place.file == PARTS => {
                let task = function_around(&self.read(PARTS)?, place.line);
                Ok(task.map(|task| (Charge::Signature(task), place.clone())).or(theirs))
            }
            Some(place) if place.file == ROOT && theirs.is_none() => {
                let file = self.module_at(&self.read(ROOT)?, place.line);
                Ok(file.map(|file| (Charge::File(file.clone()), Place { file, line: 1 })))
            }
            _ => Ok(theirs),
        }
    }

    fn read(&self, name: &str) -> Result<String, BuildError> {
        let path = self.folder.join(name);
        fs::read_to_string(&path).map_err(BuildError::io(&path))
    }

    /// The file of the module that the root declares on a line.
    fn module_at(&self, root: &str, line: usize) -> Option<String> {
        let module = root
            .lines()
            .nth(line.checked_sub(1)?)?
            .strip_prefix("pub mod ")?
            .strip_suffix(';')?;
        let module = module.strip_prefix("r#").unwrap_or(module);
        let names = [format!("{module}.rs"), format!("{module}/mod.rs")];
        names.into_iter().find(|name| self.files.contains(name))
    }
}

/// The public function that a line belongs to.
fn function_around(text: &str, line: usize) -> Option<String> {
    let above = text.lines().take(line).filter_map(|line| line.strip_prefix("pub fn "));
    let name = above.last()?.split(['(', '<']).next()?;
    // A private function in between would not be found, but `install` is no task and gives itself away.
    (name != "install").then(|| name.to_owned())
}

fn put_away(
    request: &Request<'_>,
    charge: &Charge,
    errors: &[(Place, &Diagnostic)],
    built: &mut Built,
) -> Result<(), BuildError> {
    let text = rendered(errors.iter().map(|(_, error)| *error));
    match charge {
        Charge::File(file) => {
            replace(request, file)?;
            built.files.extend(errors.first().map(|(place, error)| CompileFailure {
                file: file.clone(),
                line: Some(place.line),
                code: error.code(),
                message: error.message.clone(),
                rendered: text,
                errors: errors.len(),
                breaks: None,
            }));
        }
        Charge::Signature(task) => {
            cut_call(&request.staged.source.join(PARTS), task)?;
            let expected = program::expected(request.toolkit, task)?;
            built.signatures.push(SignatureFailure {
                task: task.clone(),
                why: Uncallable::Signature(expected),
                rendered: text,
            });
        }
    }
    Ok(())
}

/// Puts the template's version of a file in its place; nothing, where the template has none.
pub(super) fn replace(request: &Request<'_>, file: &str) -> Result<(), BuildError> {
    let path = request.staged.source.join(file);
    fs::write(&path, replacement(request, file)?).map_err(BuildError::io(&path))
}

/// What is there where a file is put out of the way.
pub(super) fn replacement(request: &Request<'_>, file: &str) -> Result<Vec<u8>, BuildError> {
    let given = request.template.join("src").join(file);
    if given.is_file() {
        fs::read(&given).map_err(BuildError::io(&given))
    } else {
        Ok(Vec::new())
    }
}

/// Takes the call of a task's function out of `parts.rs`, so that a changed signature costs this task only.
fn cut_call(parts: &PathBuf, task: &str) -> Result<(), BuildError> {
    let text = fs::read_to_string(parts).map_err(BuildError::io(parts))?;
    let cut = without_call(&text, task).unwrap_or(text);
    fs::write(parts, cut).map_err(BuildError::io(parts))
}

/// Replaces `crate::module::task(...)` by a panic that says why.
fn without_call(text: &str, task: &str) -> Option<String> {
    let name = text.find(&format!("::{task}("))?;
    let start = text[..name].rfind("crate::")?;
    let open = name + text[name..].find('(')?;
    let mut depth = 0;
    let end = text[open..].char_indices().find_map(|(position, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(open + position + 1)
    })?;
    let panic = format!("panic!(\"`{task}` does not have the signature of the contract\")");
    Some(format!("{}{panic}{}", &text[..start], &text[end..]))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const TEXT: &str = "pub fn install() {}\n\npub fn nucleus(p: f64) -> Tensor {\n    match ask(\"nucleus\") {\n        \
        Some([output]) => output,\n        None => crate::sampling::nucleus(probabilities, f(p)),\n    }\n}\n";

    #[test]
    fn an_error_in_the_given_file_is_charged_to_the_task_whose_function_is_called() {
        assert_eq!(function_around(TEXT, 6).as_deref(), Some("nucleus"));
        assert_eq!(function_around(TEXT, 1), None);
        assert_eq!(function_around("", 1), None);
    }

    #[test]
    fn the_call_of_a_function_that_has_changed_is_cut_out() {
        let text = without_call(TEXT, "nucleus").unwrap();
        assert!(
            text.contains("None => panic!(\"`nucleus` does not have the signature of the contract\"),"),
            "{text}"
        );
        assert_eq!(without_call(TEXT, "merge_heads"), None);
    }

    #[test]
    fn the_root_tells_which_file_a_module_is() {
        let files = ["helper/mod.rs".to_owned(), "attention.rs".to_owned()];
        let sources = Sources {
            folder: Path::new(""),
            files: &files,
        };
        let root = "//! Made.\npub mod attention;\npub mod helper;\n";
        assert_eq!(sources.module_at(root, 2).as_deref(), Some("attention.rs"));
        assert_eq!(sources.module_at(root, 3).as_deref(), Some("helper/mod.rs"));
        assert_eq!(sources.module_at(root, 1), None);
    }
}
