//! The fixtures of a release: one assignment, and of its tasks the golden files that a student may have.

use std::fs;
use std::path::{Path, PathBuf};

use judge::contract::{Case, Expect, Task};
use judge::diagnosis::library::{self, Library};
use judge::fixtures::{self, Manifest, StoredTask};
use judge::grading::assignment::{Assignment, Hints, Manual, Visibility};

use super::files::Files;
use crate::course_root::CourseRoot;
use crate::failure::Failure;

/// What of an assignment is handed out.
#[derive(Debug)]
pub(super) struct Handout {
    /// The tasks that students can have graded on their own.
    pub(super) tasks: Vec<&'static Task>,
    /// The tasks that only the course can grade.
    pub(super) withheld: Vec<&'static str>,
    /// The assignment as it is handed out.
    pub(super) assignment: Assignment,
}

impl Handout {
    /// Tasks whose golden files are hidden, or are the answer itself, stay with the course; their points are shown as
    /// graded there, so that the totals add up.
    pub(super) fn of(assignment: &Assignment) -> Self {
        let (mut kept, mut withheld) = (Vec::new(), Vec::new());
        let mut handed_out = assignment.clone();
        handed_out.tasks.clear();
        for entry in &assignment.tasks {
            let Some(task) = tasks::find(&entry.id) else { continue };
            if entry.visibility == Visibility::Hidden || entry.withheld {
                withheld.push(task.id);
                handed_out.manual.push(Manual {
                    heading: entry.heading.clone(),
                    item: entry.item.clone(),
                    title: format!("`{}`, which the course grades", task.id),
                    points: entry.points(),
                    bonus: false,
                });
            } else {
                kept.push(task);
                handed_out.tasks.push(entry.clone());
            }
        }
        Self {
            tasks: kept,
            withheld,
            assignment: handed_out,
        }
    }

    /// The tasks that only the course can grade, for the README.
    pub(super) fn withheld_in_words(&self) -> String {
        if self.withheld.is_empty() {
            return "every task is graded here as it will be graded by the course".to_owned();
        }
        let names: Vec<String> = self.withheld.iter().map(|task| format!("`{task}`")).collect();
        format!("{} is graded by the course only", names.join(", "))
    }
}

/// Adds the assignment file, the tolerances, the manifest and the golden files.
pub(super) fn add(place: &CourseRoot, handout: &Handout, files: &mut Files) -> Result<(), Failure> {
    let scratch =
        tempfile::tempdir().map_err(|error| Failure::fault(format!("cannot make a temporary folder: {error}")))?;
    let (source, target) = (place.fixtures(), scratch.path());
    let mut tolerances = fixtures::load_tolerances(&source)?;
    tolerances
        .0
        .retain(|id, _| handout.tasks.iter().any(|task| task.id == id));
    fixtures::store_tolerances(target, &tolerances)?;
    let mut manifest = fixtures::load_manifest(&source)?
        .ok_or_else(|| Failure::environment("there is no manifest of fixtures").hint("run `grade regen`"))?;
    manifest
        .tasks
        .retain(|id, _| handout.tasks.iter().any(|task| task.id == id));
    let mut golden = Vec::new();
    for task in handout.tasks.iter().filter(|task| !task.cases.is_empty()) {
        let mut stored = fixtures::load_task(&source, &manifest, task)?;
        for case in answers(task, &stored) {
            stored.entry(case.to_owned()).or_default().expected.clear();
        }
        let entry = fixtures::store_task(target, task, &stored)?;
        manifest.tasks.insert(task.id.to_owned(), entry);
        golden.push(fixtures::golden_paths(target, task.id));
    }
    fixtures::store_manifest(target, &manifest)?;
    let root = Path::new("fixtures");
    for path in [fixtures::calibration_path(target), fixtures::manifest_path(target)] {
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        files.insert(root.join(name), read(&path)?);
    }
    for path in golden.iter().flat_map(|(inputs, expected)| [inputs, expected]) {
        let relative = path.strip_prefix(target).unwrap_or(path).to_owned();
        files.insert(root.join(relative), read(path)?);
    }
    add_fingerprints(&source, target, handout, &manifest, files)?;
    let text = toml::to_string(&handout.assignment)
        .map_err(|error| Failure::fault(format!("the assignment cannot be written: {error}")))?;
    let name = format!("assignments/{}.toml", handout.assignment.id);
    files.insert(
        root.join(name),
        format!("# Points, limits, and what failed checks cost.\n\n{text}").into_bytes(),
    );
    Ok(())
}

/// Adds what known mistakes give, so that they are named here as they are by the course; nothing where the assignment
/// does not name them.
fn add_fingerprints(
    source: &Path,
    target: &Path,
    handout: &Handout,
    manifest: &Manifest,
    files: &mut Files,
) -> Result<(), Failure> {
    if handout.assignment.hints != Hints::Named {
        return Ok(());
    }
    let mut index = Library::open(source)?.index()?;
    // Where an answer is left out the golden files are others, for which these were not made.
    let is_current = |id: &str, golden: &str| {
        let entry = manifest.tasks.get(id);
        entry.is_some_and(|entry| entry.sha256() == golden)
    };
    index.tasks.retain(|id, known| is_current(id, &known.golden_sha256));
    let root = Path::new("fixtures");
    for id in index.tasks.keys() {
        let path = library::task_path(source, id);
        if path.exists() {
            let relative = path.strip_prefix(source).unwrap_or(&path).to_owned();
            files.insert(root.join(relative), read(&path)?);
        }
    }
    library::store_index(target, &index)?;
    let path = library::index_path(target);
    files.insert(root.join(path.file_name().unwrap_or_default()), read(&path)?);
    Ok(())
}

/// The cases for which an answer that is right is stored as expected: a constant that is tried out, not compared. It is
/// not needed, and whoever has it need not think.
pub(super) fn answers(task: &Task, stored: &StoredTask) -> Vec<&'static str> {
    let is_answer = |case: &&Case| {
        let has_inputs = stored.get(case.name).is_some_and(|stored| !stored.inputs.is_empty());
        matches!(case.expect, Expect::Verified(_)) && !has_inputs
    };
    task.cases.iter().filter(is_answer).map(|case| case.name).collect()
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| {
        Failure::environment(format!("cannot read {}: {error}", path.display()))
            .hint("restore the file from version control")
    })
}
