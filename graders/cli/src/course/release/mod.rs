//! `grade release`: the repository that students get for one assignment.
//!
//! It holds their crate, the golden files that they may see, and the grader, and builds and grades on its own. It does
//! not hold the reference, the corpus (a wrong submission is a solution with one mistake), tests of the grader, and the
//! golden files of tasks that are hidden or withheld. What is about to be handed out is searched for all of that before
//! anything is written; `--check` searches a folder that was handed out.

mod files;
mod fixtures;
mod leaks;
mod sources;
mod strip;

use std::fs;
use std::io;
use std::path::Path;

use judge::grading::assignment::Assignment;

use super::training;
use crate::arguments::Release;
use crate::author::template::{self, Scope};
use crate::course_root::CourseRoot;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

use self::files::read;
pub(crate) use self::files::{Files, write};
use self::fixtures::Handout;
use self::leaks::Secrets;

/// The student's crate, to be worked in, and the same crate as the grader fills up from.
const CRATES: [&str; 2] = ["student", "student_template"];

/// Texts that only a release has.
const TEXTS: [(&str, &str); 3] = [
    ("README.md", include_str!("../../../assets/release/README.md")),
    ("scripts/test", include_str!("../../../assets/release/test.sh")),
    (
        ".github/workflows/grade.yml",
        include_str!("../../../assets/release/grade.yml"),
    ),
];

/// Runs the command.
pub(crate) fn release(place: &CourseRoot, options: &Release, output: &Output) -> Result<Exit, Failure> {
    place.require_reference("grade release")?;
    let assignment = selection::assignment(&place.assignments(), Some(&options.assignment), None)?;
    let handout = Handout::of(&assignment);
    if let Some(folder) = &options.check {
        return check(place, &handout, folder, output);
    }
    let Some(target) = &options.out else {
        return Err(Failure::usage("there is no folder to write to").hint("name one with --out, or one to --check"));
    };
    refuse_occupied(target)?;
    let files = collect(place, &assignment, &handout, options.min_score)?;
    let found = Secrets::read(place, &handout)?.found_in(&files);
    if !found.is_empty() {
        let all = found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ");
        return Err(Failure::fault(format!("the release would give away:\n  {all}"))
            .hint("nothing was written; mark the solution regions, or withhold the task in the assignment file"));
    }
    write(&files, target).map_err(|error| {
        Failure::environment(format!("cannot write {}: {error}", target.display()))
            .hint("name a new folder in one that exists and can be written")
    })?;
    output.line(&summary(&handout, files.len(), target, options.min_score));
    Ok(Exit::Done)
}

fn check(place: &CourseRoot, handout: &Handout, folder: &Path, output: &Output) -> Result<Exit, Failure> {
    let files =
        read(folder).map_err(|error| Failure::environment(format!("cannot read {}: {error}", folder.display())))?;
    let found = Secrets::read(place, handout)?.found_in(&files);
    for leak in &found {
        output.line(&leak.to_string());
    }
    if found.is_empty() {
        output.line(&format!("nothing is given away in {} files", files.len()));
        Ok(Exit::Done)
    } else {
        output.line("next: take these out before anyone sees them; `grade release` would not have written them");
        Ok(Exit::Deviation)
    }
}

fn refuse_occupied(target: &Path) -> Result<(), Failure> {
    let is_free = match fs::read_dir(target) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    };
    if is_free {
        return Ok(());
    }
    Err(Failure::usage(format!("{} is there already", target.display()))
        .hint("name a folder that does not exist: nothing is written over"))
}

/// All files of the release.
fn collect(place: &CourseRoot, assignment: &Assignment, handout: &Handout, min_score: f64) -> Result<Files, Failure> {
    let scope = Scope::Assignment {
        id: &assignment.id,
        tasks: handout.tasks.clone(),
        is_beside_scripts: true,
    };
    let template = template::generate(place.root(), &scope).map_err(Failure::environment)?;
    let mut files = Files::new();
    for folder in CRATES {
        for (path, text) in &template {
            files.insert(Path::new(folder).join(path), text.clone().into_bytes());
        }
    }
    sources::add(place, handout, &mut files)?;
    fixtures::add(place, handout, &mut files)?;
    for (path, text) in TEXTS {
        let text = text
            .replace("{assignment}", &assignment.id)
            .replace("{title}", &assignment.title)
            .replace("{task}", handout.tasks.first().map_or("", |task| task.id))
            .replace("{withheld}", &handout.withheld_in_words())
            .replace("{training_in_words}", training_in_words(assignment))
            .replace("{training}", training::option(assignment))
            .replace("{min_score}", &min_score.to_string());
        files.insert(path.into(), text.into_bytes());
    }
    Ok(files)
}

/// Adds what the course grades with on another machine, fixtures, reference and template apart.
pub(crate) fn add_course(place: &CourseRoot, files: &mut Files) -> Result<(), Failure> {
    sources::add_course(place, files)
}

/// Whether what students hand in is trained, for the README.
fn training_in_words(assignment: &Assignment) -> &'static str {
    if training::Trials::of(assignment).is_empty() {
        "No task of this assignment trains."
    } else if assignment.training.here() {
        "Functions that train are run in each grading; `--no-training` leaves them out."
    } else if assignment.training.for_the_course() {
        "Functions that train are run on pull requests and where you hand in; here `--training` runs them, which takes a while."
    } else {
        "Functions that train are run with `--training`, which takes a while; without it their points are counted nowhere."
    }
}

/// What the gate on pull requests lets pass.
fn bar(min_score: f64) -> String {
    if min_score == 0.0 {
        "gate: never fails, since MIN_SCORE in .github/workflows/grade.yml is 0; set it there, or here with --min-score 80"
            .to_owned()
    } else {
        format!("gate: fails below {min_score} percent (MIN_SCORE in .github/workflows/grade.yml)")
    }
}

fn summary(handout: &Handout, files: usize, target: &Path, min_score: f64) -> String {
    let withheld = if handout.withheld.is_empty() {
        String::new()
    } else {
        format!("not handed out: {}\n", handout.withheld.join(", "))
    };
    format!(
        "{files} files with {} tasks in {}; nothing is given away\n{withheld}{}\n{}\n\
        next: make it a repository, and try its README's two commands there",
        handout.tasks.len(),
        target.display(),
        training::said(&handout.assignment, "on pull requests"),
        bar(min_score)
    )
}
