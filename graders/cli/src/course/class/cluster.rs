//! `grade class cluster`: what several students get wrong in the same way and the corpus has no name for. A group becomes a
//! candidate for the corpus: its code, and all that a person need not write.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use class::database::{Database, Standing};
use class::standing::{self, Row};
use class::summary::{self, Group};
use judge::contract::Task;

use super::status::assignment_of;
use crate::arguments::ClassCluster;
use crate::course_root::CourseRoot;
use crate::engine::{Grader, Staged};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// What a person has to write in a candidate.
const TO_BE_WRITTEN: &str = "to be written";
/// Students that a line names.
const LISTED: usize = 6;

/// Lists the groups, and writes one where it was asked for.
pub(super) fn cluster(options: &ClassCluster, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let standing = database.standing(options.run)?;
    let assignment = assignment_of(&standing)?;
    let rows = standing::rows(&standing, assignment.late.as_ref());
    let mut groups = summary::summary(&standing, &rows).unnamed;
    groups.retain(|group| options.task.as_ref().is_none_or(|task| *task == group.task));
    let Some(folder) = &options.write else {
        output.line(&listed(&groups, &options.file));
        return Ok(Exit::Done);
    };
    let group = chosen(&groups, options.group.as_deref(), &options.file)?;
    let task = tasks::find(&group.task).ok_or_else(|| {
        Failure::usage(format!("this grader has no task `{}`", group.task)).hint("grade the class again")
    })?;
    let grader = Grader::open(CourseRoot::find()?)?;
    grader.course_root().require_reference("class cluster --write")?;
    let (row, others) = representative(&rows, group, task)
        .ok_or_else(|| Failure::usage("the group has no submission").hint("grade the class again: grade class run"))?;
    let staged = staged(&grader, &standing, row)?;
    let text = expected(&rows, group, &others);
    let reference = grader.course_root().reference().join("src");
    files::write_folder(folder, |made| fill(made, &staged, task, &reference, &text)).map_err(|error| {
        Failure::environment(format!("cannot write {}: {error}", folder.display()))
            .hint("name a folder that does not exist yet, in one that can be written")
    })?;
    output.line(&format!(
        "{} holds the code of {} and an expected.toml in which three texts are {TO_BE_WRITTEN}\n\
         next  write them, take out of the code whatever names its author, put the folder into {}, \
         then: grade regen --task {}; grade self-test --only {}",
        folder.display(),
        row.student.key,
        grader.course_root().corpus().join("wrong").display(),
        group.task,
        folder.file_name().unwrap_or_default().to_string_lossy()
    ));
    Ok(Exit::Done)
}

fn listed(groups: &[Group], file: &Path) -> String {
    if groups.is_empty() {
        return "nothing is wrong without a name".to_owned();
    }
    let line = |group: &Group| {
        let shown = &group.students[..group.students.len().min(LISTED)];
        let more = if group.students.len() > LISTED { ", ..." } else { "" };
        let message = group
            .message
            .as_ref()
            .map_or(String::new(), |message| format!("\n        {message}"));
        format!(
            "{:>4}  {}  {}  {}\n        {}{more}{message}",
            group.students.len(),
            group.behaviour,
            group.task,
            group.checks.join(", "),
            shown.join(", ")
        )
    };
    let mut lines: Vec<String> = groups.iter().map(line).collect();
    lines.push(format!(
        "next  grade class cluster {} --group {} --write DIR",
        file.display(),
        groups[0].behaviour
    ));
    lines.join("\n")
}

/// The group of that name; the largest where none is asked for.
fn chosen<'a>(groups: &'a [Group], name: Option<&str>, file: &Path) -> Result<&'a Group, Failure> {
    let found = match name {
        None => groups.first(),
        Some(name) => groups.iter().find(|group| group.behaviour == name),
    };
    found.ok_or_else(|| {
        let message = name.map_or("nothing is wrong without a name".to_owned(), |name| {
            format!("there is no group `{name}`")
        });
        Failure::usage(message).hint(format!("see all groups: grade class cluster {}", file.display()))
    })
}

/// The member with the fewest other wrong tasks in the same file, and those tasks: a candidate is about one mistake.
fn representative<'a, 'b>(rows: &'a [Row<'b>], group: &Group, task: &Task) -> Option<(&'a Row<'b>, Vec<String>)> {
    let others = |row: &Row<'_>| -> Vec<String> {
        let all = row.grading.into_iter().flat_map(|grading| &grading.tasks);
        let is_beside = |id: &str| id != task.id && tasks::find(id).is_some_and(|other| other.file == task.file);
        all.filter(|other| is_beside(&other.task) && other.verdict != "passed")
            .map(|other| other.task.clone())
            .collect()
    };
    let members = rows
        .iter()
        .filter(|row| group.students.contains(&row.student.key) && row.counted.is_some());
    members
        .map(|row| (row, others(row)))
        .min_by_key(|(_, others)| others.len())
}

/// The submission as it is now, which has to be what was graded.
fn staged(grader: &Grader, standing: &Standing, row: &Row<'_>) -> Result<Staged, Failure> {
    let path = row.counted.map_or("", |attempt| attempt.path.as_str());
    let content = row
        .counted
        .and_then(|attempt| standing.entries.get(&attempt.id)?.content.clone());
    let staged = grader.stage(&standing.settings.folder.join(path), None)?;
    if content.as_deref() == Some(staged.hash()) {
        return Ok(staged);
    }
    Err(Failure::usage(format!("{path} was changed since it was graded")).hint("grade it again: grade class run"))
}

/// What the corpus's `expected.toml` needs, with the checks that every member of the group loses.
fn expected(rows: &[Row<'_>], group: &Group, others: &[String]) -> String {
    let lost = |row: &Row<'_>| -> BTreeSet<String> {
        let findings = row.grading.into_iter().flat_map(|grading| &grading.findings);
        let own = findings.filter(|finding| finding.task == group.task);
        own.map(|finding| format!("{}/{}", finding.task, finding.name))
            .collect()
    };
    let members = rows.iter().filter(|row| group.students.contains(&row.student.key));
    let all = members
        .map(lost)
        .reduce(|one, other| one.intersection(&other).cloned().collect());
    let checks: Vec<String> = all
        .unwrap_or_default()
        .iter()
        .map(|check| format!("{check:?}"))
        .collect();
    let more = if others.is_empty() {
        String::new()
    } else {
        format!(
            "# The file holds more that is wrong: {}. Put the reference's code in its place.\n",
            others.join(", ")
        )
    };
    format!(
        "# A candidate for the corpus: {} students do this, by equal behaviour {}.\n\
         {more}\
         task = {:?}\n\
         # The mistake in a few words.\n\
         mistake = \"{TO_BE_WRITTEN}\"\n\
         # The region of the task, by a name of graders/judge/src/diagnosis/area.rs: {TO_BE_WRITTEN}.\n\
         # area = \"\"\n\
         # What the code does instead of what it should, in a sentence.\n\
         explanation = \"{TO_BE_WRITTEN}\"\n\
         must_lose = [{}]\n",
        group.students.len(),
        group.behaviour,
        group.task,
        checks.join(", ")
    )
}

/// The task's file, and whatever else the submission has and the reference has not.
fn fill(folder: &Path, staged: &Staged, task: &Task, reference: &Path, text: &str) -> io::Result<()> {
    fs::write(folder.join("expected.toml"), text)?;
    let source = folder.join("src");
    fs::create_dir(&source)?;
    for entry in walkdir::WalkDir::new(staged.source()).sort_by_file_name() {
        let entry = entry.map_err(io::Error::from)?;
        let Ok(name) = entry.path().strip_prefix(staged.source()) else {
            continue;
        };
        let is_wanted = name == Path::new(task.file) || !reference.join(name).exists();
        if entry.file_type().is_file() && is_wanted {
            let target = source.join(name);
            target.parent().map_or(Ok(()), fs::create_dir_all)?;
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
