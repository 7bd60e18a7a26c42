//! The grader of a release: its sources without their tests, the adapters of the assignment's tasks, the scripts, and a
//! workspace with fewer members.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::files::Files;
use super::fixtures::Handout;
use super::strip::strip;
use crate::author::template::lock;
use crate::course_root::CourseRoot;
use crate::failure::Failure;

/// Packages of every copy of the grader, in folders of the same place as here.
const MEMBERS: [&str; 11] = [
    "student", "wire", "worker", "files", "policy", "sandbox", "judge", "tasks", "report", "class", "grade",
];
const REFERENCE: &str = "reference";
const TESTS: &str = "tests";
/// Files that are handed out as they are.
const COPIED: [&str; 16] = [
    "LICENSE",
    "rust-toolchain.toml",
    ".gitignore",
    ".devcontainer/Dockerfile",
    ".devcontainer/devcontainer.json",
    ".devcontainer/ready.sh",
    "scripts/build",
    "scripts/grade",
    "scripts/libtorch-wheels.txt",
    "scripts/setup",
    "scripts/lib/cargo_configuration.sh",
    "scripts/lib/grader.sh",
    "scripts/lib/libtorch.sh",
    "scripts/lib/load.sh",
    "scripts/lib/messages.sh",
    "scripts/lib/tools.sh",
];
const UNPACKER: &str = "scripts/lib/unpack_libtorch.py";
const ADAPTERS: &str = "graders/worker/adapters";

/// Adds what students get.
pub(super) fn add(place: &CourseRoot, handout: &Handout, files: &mut Files) -> Result<(), Failure> {
    add_workspace(place.root(), false, files)?;
    add_graders(place.root(), Some(handout), files)
}

/// Adds what the course itself grades with on another machine: the reference is there, and the adapters of all tasks.
pub(super) fn add_course(place: &CourseRoot, files: &mut Files) -> Result<(), Failure> {
    add_workspace(place.root(), true, files)?;
    add_graders(place.root(), None, files)
}

fn add_workspace(root: &Path, with_reference: bool, files: &mut Files) -> Result<(), Failure> {
    for name in COPIED.into_iter().chain([UNPACKER]) {
        files.insert(name.into(), read(&root.join(name))?.into_bytes());
    }
    let (mut members, mut left_out) = (MEMBERS.to_vec(), vec![TESTS]);
    if with_reference { &mut members } else { &mut left_out }.push(REFERENCE);
    let manifest = workspace(&read(&root.join("Cargo.toml"))?, &left_out);
    files.insert("Cargo.toml".into(), manifest.into_bytes());
    let lock = locked(root, &members)?;
    files.insert("Cargo.lock".into(), lock.into_bytes());
    Ok(())
}

/// The lock file for these packages.
fn locked(root: &Path, members: &[&str]) -> Result<String, Failure> {
    lock::prune(&read(&root.join("Cargo.lock"))?, members)
        .ok_or_else(|| Failure::environment("Cargo.lock is not as cargo writes it").hint("run cargo build"))
}

/// The workspace's manifest without the packages that are left out; the students' crates are workspaces of their own.
fn workspace(text: &str, left_out: &[&str]) -> String {
    let is_left_out = |line: &str| {
        left_out.iter().any(|name| {
            line.trim() == format!("\"{name}\",") || line.trim_start().starts_with(&format!("{name}.opt-level"))
        })
    };
    let lines = text.lines().filter(|line| !is_left_out(line));
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

fn add_graders(root: &Path, handout: Option<&Handout>, files: &mut Files) -> Result<(), Failure> {
    let mut modules_of_tests: BTreeSet<PathBuf> = BTreeSet::new();
    let mut found = Files::new();
    for path in listing(&root.join("graders"))? {
        let relative = path.strip_prefix(root).unwrap_or(&path).to_owned();
        if is_unwanted(&relative, handout) {
            continue;
        }
        let text = read(&path)?;
        let narrowed = handout.filter(|_| relative.starts_with(ADAPTERS) && relative.ends_with("main.rs"));
        let text = if let Some(handout) = narrowed {
            adapters(&text, handout)
        } else if relative.extension().is_some_and(|extension| extension == "rs") {
            let stripped = strip(&text);
            modules_of_tests.extend(stripped.modules.iter().map(|module| module_path(&relative, module)));
            stripped.text
        } else if relative.ends_with("Cargo.toml") {
            without_test_programs(&text)
        } else {
            text
        };
        found.insert(relative, text.into_bytes());
    }
    let is_of_tests = |path: &Path| {
        let stem = path.with_extension("");
        stem.ancestors().any(|folder| modules_of_tests.contains(folder))
    };
    found.retain(|path, _| !is_of_tests(path));
    files.extend(found);
    Ok(())
}

/// A manifest without `[[test]]` tables: their sources are not handed out.
fn without_test_programs(text: &str) -> String {
    let mut inside = false;
    let lines = text.lines().filter(|line| {
        if line.starts_with('[') {
            inside = *line == "[[test]]";
        }
        !inside
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// The place of a module that a file declares, without an ending.
fn module_path(file: &Path, module: &str) -> PathBuf {
    let folder = file.parent().unwrap_or(Path::new(""));
    match file.file_stem().and_then(|stem| stem.to_str()) {
        None | Some("lib" | "main" | "mod") => folder.join(module),
        Some(stem) => folder.join(stem).join(module),
    }
}

/// Integration tests, the page for authors, and adapters of other tasks.
fn is_unwanted(path: &Path, handout: Option<&Handout>) -> bool {
    let is_test = path.components().nth(2).is_some_and(|part| part.as_os_str() == "tests");
    let is_page = path.extension().is_some_and(|extension| extension == "md") && path.components().count() == 2;
    let is_other_adapter = path.starts_with(ADAPTERS) && {
        let stem = path.file_stem().and_then(|stem| stem.to_str());
        let is_kept = |stem: &str| {
            stem == "main" || handout.is_none_or(|handout| handout.tasks.iter().any(|task| task.id == stem))
        };
        stem.is_some_and(|stem| !is_kept(stem))
    };
    is_test || is_page || is_other_adapter
}

/// The list of adapters, with those of the assignment.
fn adapters(text: &str, handout: &Handout) -> String {
    let task_of = |line: &str| {
        let line = line.trim();
        let module = line.strip_prefix("mod ").and_then(|line| line.strip_suffix(';'));
        module.or_else(|| line.strip_suffix("::ADAPTER,")).map(str::to_owned)
    };
    let keeps = |line: &&str| task_of(line).is_none_or(|id| handout.tasks.iter().any(|task| task.id == id));
    text.lines().filter(keeps).collect::<Vec<_>>().join("\n") + "\n"
}

fn listing(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry =
            entry.map_err(|error| Failure::environment(format!("cannot read {}: {error}", folder.display())))?;
        if entry.file_type().is_file() {
            paths.push(entry.into_path());
        }
    }
    Ok(paths)
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| {
        Failure::environment(format!("cannot read {}: {error}", path.display()))
            .hint("restore the file from version control")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_loses_what_stays_with_the_course() {
        let text = "[workspace]\nresolver = \"3\"\nmembers = [\n    \"reference\",\n    \"graders/wire\",\n    \"tests\",\n]\n\
            [profile.release.package]\njudge.opt-level = 1\nreference.opt-level = 1\ntests.opt-level = 1\n";
        let expected = "[workspace]\nresolver = \"3\"\nmembers = [\n    \"graders/wire\",\n]\n\
            [profile.release.package]\njudge.opt-level = 1\n";
        assert_eq!(workspace(text, &["reference", "tests"]), expected);
    }

    #[test]
    fn a_manifest_loses_its_test_programs_and_nothing_else() {
        let text = "[package]\nname = \"a\"\n\n[[test]]\nname = \"b\"\nharness = false\n\n[dependencies]\nc = \"1\"\n";
        let expected = "[package]\nname = \"a\"\n\n[dependencies]\nc = \"1\"\n";
        assert_eq!(without_test_programs(text), expected);
    }

    #[test]
    fn a_module_lies_beside_a_root_and_below_any_other_file() {
        let path = |file: &str| module_path(Path::new(file), "tests");
        assert_eq!(path("a/src/lib.rs"), Path::new("a/src/tests"));
        assert_eq!(path("a/src/x/mod.rs"), Path::new("a/src/x/tests"));
        assert_eq!(path("a/src/x.rs"), Path::new("a/src/x/tests"));
    }
}
