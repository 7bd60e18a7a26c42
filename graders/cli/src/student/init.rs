//! `grade init`: a crate for an assignment, anywhere on this machine, that cargo and an editor can work with.
//!
//! A crate that is there already keeps all of its files: it gets what is missing for cargo to find libtorch here. So the
//! same command makes a copy of the template work, or a checkout on another machine.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use judge::grading::assignment::{self, Assignment};
use walkdir::WalkDir;

use crate::arguments::Init;
use crate::author::template::{self, Scope};
use crate::course::release::{self, Files};
use crate::course_root::CourseRoot;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// What cargo reads; it names paths of this machine, and is the one that `scripts/setup` has made for the repository.
const CONFIGURATION: &str = ".cargo/config.toml";
/// How the words begin that `scripts/setup` opens its file with.
const MARK: &str = "# Made by scripts/setup";
const TOOLCHAIN: &str = "rust-toolchain.toml";
const MANIFEST: &str = "Cargo.toml";

/// Texts that a crate of a student has beside the template's.
const TEXTS: [(&str, &str); 3] = [
    (".gitignore", include_str!("../../assets/init/gitignore")),
    (".vscode/settings.json", include_str!("../../assets/init/settings.json")),
    (
        ".vscode/extensions.json",
        include_str!("../../assets/init/extensions.json"),
    ),
];

/// Runs the command.
pub(crate) fn init(place: &CourseRoot, options: &Init, output: &Output) -> Result<Exit, Failure> {
    let folder = &options.folder;
    let surroundings = surroundings(place)?;
    if folder.join(MANIFEST).is_file() {
        let written = equip(folder, &surroundings)?;
        output.line(&format!(
            "{} is a crate already: {}\n{}",
            folder.display(),
            if written.is_empty() {
                "all that it needs here is there".to_owned()
            } else {
                format!("its files stay as they are; written: {}", written.join(", "))
            },
            next(place, folder)
        ));
        return Ok(Exit::Done);
    }
    refuse_occupied(folder)?;
    let assignment = chosen(place, options.assignment.as_deref())?;
    let mut files = crate_of(place, &assignment)?;
    files.extend(surroundings);
    release::write(&files, folder).map_err(|error| cannot_write(folder, &error))?;
    output.line(&format!(
        "{} is a crate for `{}`: its README.md lists what to write\n{}",
        folder.display(),
        assignment.id,
        next(place, folder)
    ));
    Ok(Exit::Done)
}

/// The assignment that was asked for, or the only one there is.
fn chosen(place: &CourseRoot, asked: Option<&str>) -> Result<Assignment, Failure> {
    let known = assignment::known(&place.assignments());
    if asked.is_none() && known.len() > 1 {
        return Err(Failure::usage("there are several assignments")
            .hint(format!("name one with --assignment: {}", known.join(", "))));
    }
    selection::assignment(&place.assignments(), asked, None)
}

/// What makes a crate work on this machine, and in an editor.
fn surroundings(place: &CourseRoot) -> Result<Files, Failure> {
    let mut files: Files = TEXTS
        .iter()
        .map(|(path, text)| (PathBuf::from(path), text.as_bytes().to_vec()))
        .collect();
    for path in [CONFIGURATION, TOOLCHAIN] {
        let found = place.root().join(path);
        let bytes = fs::read(&found).map_err(|error| {
            Failure::environment(format!("cannot read {}: {error}", found.display())).hint(format!(
                "run {}/scripts/setup, then the same command again",
                place.root().display()
            ))
        })?;
        files.insert(path.into(), bytes);
    }
    Ok(files)
}

/// The crate itself: made from the reference, or, in what students have, the template as they got it.
fn crate_of(place: &CourseRoot, assignment: &Assignment) -> Result<Files, Failure> {
    if !place.has_reference() {
        let template = place.template();
        return read(&template).map_err(|error| {
            Failure::environment(format!("cannot read {}: {error}", template.display()))
                .hint("take student_template again from what you were handed out")
        });
    }
    let tasks = assignment.tasks.iter().filter_map(|entry| tasks::find(&entry.id));
    let scope = Scope::Assignment {
        id: &assignment.id,
        tasks: tasks.collect(),
        is_beside_scripts: false,
    };
    let files = template::generate(place.root(), &scope).map_err(Failure::environment)?;
    Ok(files
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()))
        .collect())
}

/// The files of a folder, without what cargo has built there.
fn read(folder: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let entries = WalkDir::new(folder).into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() != 1 || entry.file_name() != "target") {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            files.insert(path.to_owned(), fs::read(entry.path())?);
        }
    }
    Ok(files)
}

/// Gives a crate what it lacks, and the names of what was written. Only cargo's configuration is ever written over, where
/// it is ours.
fn equip(folder: &Path, surroundings: &Files) -> Result<Vec<String>, Failure> {
    let mut written = Vec::new();
    for (path, bytes) in surroundings {
        let target = folder.join(path);
        let is_configuration = path == Path::new(CONFIGURATION);
        match fs::read(&target) {
            Ok(found) if found == *bytes || !is_configuration => continue,
            Ok(found) if !found.starts_with(MARK.as_bytes()) => {
                return Err(
                    Failure::usage(format!("{} is a file of yours", target.display())).hint(format!(
                        "add these lines to it, or remove it and run the same command again:\n{}",
                        String::from_utf8_lossy(bytes).trim_end()
                    )),
                );
            }
            _ => {}
        }
        let write = || {
            fs::create_dir_all(target.parent().unwrap_or(folder))?;
            files::write(&target, bytes)
        };
        write().map_err(|error| cannot_write(&target, &error))?;
        written.push(path.display().to_string());
    }
    Ok(written)
}

fn refuse_occupied(folder: &Path) -> Result<(), Failure> {
    let is_free = match fs::read_dir(folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_free {
        return Ok(());
    }
    let message = format!(
        "{} is there already and is no crate: it has no Cargo.toml",
        folder.display()
    );
    Err(Failure::usage(message).hint("name a new folder, or the folder of a crate: nothing is written over"))
}

fn cannot_write(path: &Path, error: &io::Error) -> Failure {
    Failure::environment(format!("cannot write {}: {error}", path.display()))
        .hint("name a folder in one that exists and can be written")
}

fn next(place: &CourseRoot, folder: &Path) -> String {
    format!(
        "next: cargo check in it, and {}/scripts/grade --submission {}",
        place.root().display(),
        folder.display()
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn surroundings() -> Files {
        let configuration = format!("{MARK} for this machine\n[env]\n");
        Files::from([
            (CONFIGURATION.into(), configuration.into_bytes()),
            (".gitignore".into(), b"/target\n".to_vec()),
        ])
    }

    #[test]
    fn a_crate_keeps_its_files_and_gets_what_it_lacks() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(".gitignore"), "mine").unwrap();
        assert_eq!(equip(folder.path(), &surroundings()).unwrap(), [CONFIGURATION]);
        assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "mine");
        assert_eq!(equip(folder.path(), &surroundings()).unwrap(), Vec::<String>::new());
        let path = folder.path().join(CONFIGURATION);
        fs::write(&path, format!("{MARK} for another machine\n")).unwrap();
        assert_eq!(equip(folder.path(), &surroundings()).unwrap(), [CONFIGURATION]);
    }

    #[test]
    fn a_configuration_of_somebody_else_is_not_written_over_and_the_lines_are_given() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join(".cargo")).unwrap();
        fs::write(folder.path().join(CONFIGURATION), "[net]\n").unwrap();
        let failure = equip(folder.path(), &surroundings()).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.to_string().contains("\n[env]"), "{failure}");
        assert_eq!(
            fs::read_to_string(folder.path().join(CONFIGURATION)).unwrap(),
            "[net]\n"
        );
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refuse_occupied(folder.path()).is_ok());
        assert!(refuse_occupied(&folder.path().join("new")).is_ok());
        fs::write(folder.path().join("notes.txt"), "").unwrap();
        assert!(
            refuse_occupied(folder.path())
                .unwrap_err()
                .to_string()
                .contains("no Cargo.toml")
        );
    }
}
