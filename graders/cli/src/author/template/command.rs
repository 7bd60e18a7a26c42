//! `grade template`: the students' template, made again or checked.

use std::path::Path;

use super::error::TemplateError;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Writes the template, or with `check` says where it is not current.
pub(crate) fn run(root: &Path, check: bool, output: &Output) -> Result<Exit, Failure> {
    if check {
        let drifts = super::drift(root).map_err(failed)?;
        for drift in &drifts {
            output.line(&format!("student_template/{drift}"));
        }
        if drifts.is_empty() {
            output.line("the template is current");
            return Ok(Exit::Done);
        }
        output.line("next: run `grade template`; the template is made from the reference and not edited by hand");
        return Ok(Exit::Deviation);
    }
    let changed = super::write(root).map_err(failed)?;
    for drift in &changed {
        output.line(&format!("wrote student_template/{}", drift.path.display()));
    }
    output.line(&format!("{} files changed", changed.len()));
    Ok(Exit::Done)
}

fn failed(error: TemplateError) -> Failure {
    let hint = match &error {
        TemplateError::File { .. } => "restore the file from version control, or fix its permissions",
        TemplateError::Manifest { .. } => "fix the manifest",
        TemplateError::Lock { .. } => "run cargo build",
        TemplateError::Assignment(_) => "fix the assignment, or restore it from version control",
        TemplateError::Source { .. } => {
            "fix the marker; graders/cli/src/author/template/mod.rs says how they are written"
        }
    };
    Failure::environment(error).hint(hint)
}
