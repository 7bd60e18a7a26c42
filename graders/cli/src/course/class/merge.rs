//! `grade class merge`: one file of all shards, once none of them is lost or half done.

use std::fs;
use std::path::{Path, PathBuf};

use class::database::Database;
use class::shard::{self, Lack, Part};
use class::{Lock, Trouble};

use super::{machine, paths, run, status};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Merges. Nothing is written as long as a shard is missing or not done.
pub(super) fn merge(named: &[PathBuf], into: &Path, output: &Output) -> Result<Exit, Failure> {
    let files = files(named)?;
    let ground = crate::temporary::gather()?;
    // A shard lies where every machine reaches it, which is no place for a database.
    let mut shards = Vec::new();
    for (number, file) in files.iter().enumerate() {
        let local = ground.path().join(format!("{number}.class"));
        fs::copy(file, &local).map_err(|error| {
            Failure::environment(format!("cannot read the shard {}: {error}", file.display()))
                .hint("name the files, or the folder, that `grade class slurm` has made; see that the disk has room")
        })?;
        let database = Database::open(&local).map_err(|trouble| of_shard(trouble, &local, file))?;
        shards.push((Part::read(&database, file)?, database));
    }
    let (parts, databases): (Vec<Part>, Vec<Database>) = shards.into_iter().unzip();
    let lacking = shard::lacking(&parts)?;
    if !lacking.is_empty() {
        return Err(not_whole(&lacking, &parts, &files, into));
    }
    let standings = || parts.iter().filter_map(|part| part.standing.as_ref());
    let assignment = match standings().next() {
        Some(standing) => status::assignment_of(standing)?,
        None => return Ok(Exit::Done),
    };
    let mut lock = Lock::take(into, &machine::holder())?;
    lock.works_in(ground.path())?;
    let mut database = Database::open_or_make(into)?;
    run::require_assignment(&database, &assignment.id)?;
    let mut merged = None;
    for shard in &databases {
        merged = Some(database.absorb(shard)?);
    }
    if let Some(run) = merged {
        let cpu = standings().map(|standing| standing.run.cpu_seconds).sum();
        let wall = standings().map(|standing| standing.run.wall_seconds).sum();
        database.cost(run, cpu, wall)?;
    }
    status::say(&database, merged, &assignment, output)
}

/// The shards' files; of a folder those in it.
fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in named {
        if !path.is_dir() {
            files.push(path.clone());
            continue;
        }
        let entries = fs::read_dir(path).map_err(|error| {
            Failure::environment(format!("cannot read the folder {}: {error}", path.display()))
                .hint("name the folder that `grade class slurm` has made")
        })?;
        let before = files.len();
        files.extend(
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| paths::is_shard(path)),
        );
        if files.len() == before {
            return Err(Failure::environment(format!("{} holds no shard yet", path.display()))
                .hint(format!("run them: sbatch {}", paths::script(path).display())));
        }
        files[before..].sort();
    }
    Ok(files)
}

/// The trouble with a copy, told of the file itself.
fn of_shard(trouble: Trouble, local: &Path, file: &Path) -> Failure {
    let failure = Failure::from(trouble);
    let words = |text: &str| text.replace(&local.display().to_string(), &file.display().to_string());
    Failure {
        message: words(&failure.message),
        hint: Some(format!("remove {}, and run that shard again", file.display())),
        exit: failure.exit,
    }
}

/// Which shards have to be run again, and how.
fn not_whole(lacking: &[Lack], parts: &[Part], files: &[PathBuf], into: &Path) -> Failure {
    let count = parts.first().map_or(0, |part| part.shard.count);
    let reasons: Vec<String> = lacking
        .iter()
        .map(|lack| format!("shard {} {}", lack.number, lack.reason))
        .collect();
    let folder = files.first().and_then(|file| file.parent()).unwrap_or(Path::new("."));
    let numbers: Vec<String> = lacking.iter().map(|lack| lack.number.to_string()).collect();
    Failure::environment(format!(
        "{} of {count} shards are not done, and nothing was merged: {}",
        lacking.len(),
        reasons.join("; ")
    ))
    .hint(format!(
        "run them again: sbatch --array={} {}; then: grade class merge {} --into {}",
        numbers.join(","),
        paths::script(folder).display(),
        folder.display(),
        into.display()
    ))
}
