//! `grade prepare`: notes what submissions are compiled against, after cargo has built it.

use std::fs;
use std::path::Path;

use sandbox::toolkit;

use crate::course_root::CourseRoot;
use crate::engine::toolkit_path;
use crate::exit::Exit;
use crate::failure::Failure;

/// Reads cargo's messages and writes the toolkit beside the program.
pub(crate) fn prepare(messages: &Path) -> Result<Exit, Failure> {
    let text = fs::read_to_string(messages)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", messages.display())))?;
    let place = CourseRoot::find()?;
    let toolkit = toolkit::prepare(&text, place.root())
        .map_err(|error| Failure::environment(error).hint("run ./scripts/build"))?;
    let program =
        std::env::current_exe().map_err(|error| Failure::environment(format!("cannot find myself: {error}")))?;
    toolkit
        .save(&toolkit_path(&program))
        .map_err(|error| Failure::environment(error).hint("free disk space, then run ./scripts/build again"))?;
    Ok(Exit::Done)
}
