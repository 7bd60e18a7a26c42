//! Which tasks and which assignment a command is about.

use std::path::Path;

use judge::contract::Task;
use judge::grading::assignment::{self, Assignment, AssignmentError};
use judge::grading::parts::{self, parts_first};

use crate::engine::Staged;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;

/// The tasks with these ids, or all where none is named.
pub(crate) fn tasks(ids: &[String]) -> Result<Vec<&'static Task>, Failure> {
    if ids.is_empty() {
        return Ok(tasks::ALL.to_vec());
    }
    ids.iter().map(|id| find(id)).collect()
}

/// The task of this name.
pub(crate) fn find(id: &str) -> Result<&'static Task, Failure> {
    let known = tasks::ALL.iter().map(|task| task.id);
    let unknown = || Failure::usage(format!("there is no task `{id}`")).hint(names::hint(id, known, "choose from"));
    tasks::find(id).ok_or_else(unknown)
}

/// The assignment that was asked for; otherwise the one that the submission names; otherwise the only one there is.
pub(crate) fn assignment(
    folder: &Path,
    asked: Option<&str>,
    named_by_submission: Option<&str>,
) -> Result<Assignment, Failure> {
    let known = assignment::known(folder);
    let id = match (asked.or(named_by_submission), known.as_slice()) {
        (Some(id), _) => id.to_owned(),
        (None, [only]) => only.clone(),
        (None, []) => {
            return Err(
                Failure::environment(format!("{} holds no assignment", folder.display()))
                    .hint("restore fixtures/assignments from version control"),
            );
        }
        (None, several) => {
            return Err(Failure::usage("the submission does not say which assignment it is for")
                .hint(format!("name one with --assignment: {}", several.join(", "))));
        }
    };
    let assignment = Assignment::load(folder, &id, tasks::ALL);
    assignment.map_err(|error| match (asked, &error) {
        // What is wrong with a file of the course's is no matter of who named it.
        (None, AssignmentError::Unknown { known, .. }) if named_by_submission.is_some() => {
            let hint = names::hint(
                &id,
                known.iter().map(String::as_str),
                "name one of them with --assignment",
            );
            let failure = Failure::from(error).hint(hint);
            Failure {
                message: format!("{} (named in the submission's Cargo.toml)", failure.message),
                ..failure
            }
        }
        _ => error.into(),
    })
}

/// The assignment of a submission: asked for, or named by it.
pub(crate) fn assignment_of(folder: &Path, asked: Option<&str>, staged: &Staged) -> Result<Assignment, Failure> {
    assignment(folder, asked, staged.assignment()).map_err(|failure| match staged.broken_manifest() {
        Some(reason) if asked.is_none() && failure.exit == Exit::Usage => Failure {
            message: format!(
                "the submission's Cargo.toml cannot be read, so it does not say which assignment it is for: {reason}"
            ),
            hint: failure.hint.map(|hint| format!("fix Cargo.toml, or {hint}")),
            ..failure
        },
        _ => failure,
    })
}

/// The assignment that was asked for, otherwise every one there is.
pub(crate) fn assignments(folder: &Path, asked: Option<&str>) -> Result<Vec<Assignment>, Failure> {
    let known = assignment::known(folder);
    if asked.is_some() || known.is_empty() {
        return Ok(vec![assignment(folder, asked, None)?]);
    }
    let load = |id: &String| Assignment::load(folder, id, tasks::ALL).map_err(Failure::from);
    known.iter().map(load).collect()
}

/// What is judged and what is shown: with tasks named, their parts are judged as well, since they decide about
/// follow-through, but only the named ones are shown.
pub(crate) struct Chosen {
    /// Parts first.
    pub(crate) judged: Vec<&'static Task>,
    /// The ids that are shown, in the order of the assignment.
    pub(crate) shown: Vec<&'static str>,
}

/// The tasks of an assignment, or those named.
pub(crate) fn of_assignment(assignment: &Assignment, ids: &[String]) -> Result<Chosen, Failure> {
    let own = || assignment.tasks.iter().map(|entry| entry.id.as_str());
    for id in ids {
        // What is nearly the name of a task of this assignment is meant to be that one.
        let near = || names::nearest(id, own());
        let task = find(id).map_err(|failure| match near() {
            Some(name) => failure.hint(format!("did you mean `{name}`?")),
            None => failure.hint(format!("its tasks are: {}", listed(assignment))),
        })?;
        if assignment.entry(task.id).is_none() {
            return Err(
                Failure::usage(format!("assignment `{}` has no task `{id}`", assignment.id))
                    .hint(format!("its tasks are: {}", listed(assignment))),
            );
        }
    }
    let wanted = |id: &str| ids.is_empty() || ids.iter().any(|named| named == id);
    let all: Vec<&'static Task> = assignment
        .tasks
        .iter()
        .filter_map(|entry| tasks::find(&entry.id))
        .collect();
    let shown: Vec<&'static str> = all.iter().map(|task| task.id).filter(|id| wanted(id)).collect();
    let needed = with_parts(&all.iter().copied().filter(|task| wanted(task.id)).collect::<Vec<_>>());
    let judged: Vec<&Task> = all
        .into_iter()
        .filter(|task| needed.iter().any(|needed| needed.id == task.id))
        .collect();
    Ok(Chosen {
        judged: parts_first(&judged),
        shown,
    })
}

/// Tasks with all that they call, directly or through others.
pub(crate) fn with_parts(tasks: &[&'static Task]) -> Vec<&'static Task> {
    parts::with_parts(tasks, tasks::ALL)
}

fn listed(assignment: &Assignment) -> String {
    let ids: Vec<&str> = assignment.tasks.iter().map(|entry| entry.id.as_str()).collect();
    ids.join(", ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fs;

    use super::*;

    const COURSE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/assignments");

    #[test]
    fn a_broken_assignment_file_is_not_charged_to_the_submission_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let text = fs::read_to_string(Path::new(COURSE).join("uva-dl1-a2.toml")).unwrap();
        let text = text.replacen("points = 17.0", "points = 18.0", 1);
        fs::write(folder.path().join("uva-dl1-a2.toml"), text).unwrap();
        let failure = assignment(folder.path(), None, Some("uva-dl1-a2")).unwrap_err();
        assert!(
            failure.message.contains("add up to 17 points, but it has 18"),
            "{failure}"
        );
        assert!(!failure.message.contains("Cargo.toml"), "{failure}");
    }

    #[test]
    fn an_assignment_that_the_submission_names_wrongly_is_charged_to_it() {
        let failure = assignment(Path::new(COURSE), None, Some("uva-dl1-a1")).unwrap_err();
        assert!(
            failure.message.contains("(named in the submission's Cargo.toml)"),
            "{failure}"
        );
        assert!(failure.to_string().contains("did you mean `uva-dl1-a2`?"), "{failure}");
    }

    #[test]
    fn a_task_that_is_nearly_right_is_guessed_among_those_of_the_assignment() {
        let assignment = assignment(Path::new(COURSE), Some("gt-cs7643-ps3"), None).unwrap();
        let said = |id: &str| {
            of_assignment(&assignment, &[id.to_owned()])
                .map(drop)
                .unwrap_err()
                .to_string()
        };
        assert!(said("generic_selfattention").contains("did you mean `generic_self_attention`?"));
        assert!(said("xyzzy").contains("its tasks are: and_neuron"), "{}", said("xyzzy"));
        assert!(said("rms_norm").contains("assignment `gt-cs7643-ps3` has no task `rms_norm`"));
        assert!(
            tasks(&["rms_nrom".to_owned()])
                .unwrap_err()
                .to_string()
                .contains("did you mean `rms_norm`?")
        );
    }
}
