//! `grade gradescope`: the zip that is uploaded to Gradescope as an autograder.
//!
//! It holds `setup.sh` and `run_autograder`, and below `course` the grader with the reference, all golden files and the
//! template: there it judges as it does for the course, hidden tasks and right parts in place of wrong ones included. The
//! corpus and the tests stay here.

use std::fs;
use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};

use judge::grading::assignment::{Assignment, Shown};
use walkdir::WalkDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::release::{self, Files};
use super::training;
use crate::arguments::Gradescope;
use crate::course_root::CourseRoot;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

const TEXTS: [(&str, &str); 2] = [
    ("setup.sh", include_str!("../../assets/gradescope/setup.sh")),
    ("run_autograder", include_str!("../../assets/gradescope/run_autograder")),
];
/// The folder of the course's files in the zip.
const COURSE: &str = "course";
/// Folders that are taken whole.
const WHOLE: [&str; 3] = ["reference", "student_template", "fixtures"];
const BANK: &str = "fixtures/submissions";

/// Runs the command.
pub(crate) fn gradescope(place: &CourseRoot, options: &Gradescope, output: &Output) -> Result<Exit, Failure> {
    place.require_reference("grade gradescope")?;
    let assignment = selection::assignment(&place.assignments(), Some(&options.assignment), None)?;
    let files = collect(place, &assignment)?;
    let cannot = |error: &dyn std::fmt::Display| {
        Failure::environment(format!("cannot write {}: {error}", options.out.display()))
            .hint("name a file in a folder that exists and can be written")
    };
    let bytes = pack(&files).map_err(|error| cannot(&error))?;
    files::write(&options.out, &bytes).map_err(|error| cannot(&error))?;
    output.line(&format!(
        "{}: {} files, {} kB, for `{}`\n{}\n{}\n\
        next: on Gradescope, Configure Autograder, upload it; a container with 1 CPU and 2 GB is enough",
        options.out.display(),
        files.len(),
        bytes.len().div_ceil(1000),
        assignment.id,
        training::said(
            &assignment,
            "with every submission, within the 420 s after which no task is begun"
        ),
        results(assignment.gradescope),
    ));
    Ok(Exit::Done)
}

/// When students see results.
fn results(gradescope: judge::grading::assignment::Gradescope) -> String {
    let when = match gradescope.visibility {
        Shown::Visible => "at once",
        Shown::AfterDueDate => "after the due date",
        Shown::AfterPublished => "when grades are published",
        Shown::Hidden => "never",
    };
    let every = gradescope
        .every
        .map(|every| format!("; of each student's submissions, each whose number {every} divides at once"));
    format!("results: shown {when}{}", every.unwrap_or_default())
}

fn collect(place: &CourseRoot, assignment: &Assignment) -> Result<Files, Failure> {
    let mut course = Files::new();
    release::add_course(place, &mut course)?;
    for folder in WHOLE {
        let cannot = |error: &dyn std::fmt::Display| {
            Failure::environment(format!("cannot read {folder}: {error}")).hint("restore it from version control")
        };
        let entries = WalkDir::new(place.root().join(folder)).into_iter();
        for entry in entries.filter_entry(|entry| entry.file_name() != "target") {
            let entry = entry.map_err(|error| cannot(&error))?;
            let relative = entry
                .path()
                .strip_prefix(place.root())
                .unwrap_or(entry.path())
                .to_owned();
            if entry.file_type().is_file() && !relative.starts_with(BANK) {
                course.insert(relative, fs::read(entry.path()).map_err(|error| cannot(&error))?);
            }
        }
    }
    let mut files: Files = course
        .into_iter()
        .map(|(path, bytes)| (Path::new(COURSE).join(path), bytes))
        .collect();
    for (name, text) in TEXTS {
        files.insert(
            PathBuf::from(name),
            text.replace("{assignment}", &assignment.id)
                .replace("{training}", training::option(assignment))
                .into_bytes(),
        );
    }
    Ok(files)
}

/// The same files give the same bytes: no times, no owners.
fn pack(files: &Files) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let mode = if bytes.starts_with(b"#!") { 0o755 } else { 0o644 };
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        let name = path
            .to_str()
            .ok_or_else(|| io::Error::other("a name that is not UTF-8"))?;
        archive.start_file(name, options)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::io::Read as _;

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn the_same_files_give_the_same_archive_and_scripts_can_be_started() {
        let files = Files::from([
            ("a.txt".into(), b"text".to_vec()),
            ("b/run".into(), b"#!/bin/sh\n".to_vec()),
        ]);
        let bytes = pack(&files).unwrap();
        assert_eq!(bytes, pack(&files).unwrap());
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mode = |archive: &mut ZipArchive<_>, name| archive.by_name(name).unwrap().unix_mode().unwrap() & 0o777;
        assert_eq!(mode(&mut archive, "a.txt"), 0o644);
        assert_eq!(mode(&mut archive, "b/run"), 0o755);
        let mut text = String::new();
        archive.by_name("a.txt").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
    }
}
