//! `grade mutate`: small generic changes to the reference's solutions, each of which some check has to see.
//!
//! Here is the command; `mutants` makes the changes, `joint` puts many of them into one program, `run` grades them,
//! `equivalent` knows which of them change nothing, `journal` keeps what came of earlier runs. A survivor is either a
//! change that makes no difference, which `fixtures/equivalent-mutants.toml` then explains, or a check that is missing.

mod equivalent;
mod joint;
mod journal;
mod mutants;
mod run;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::arguments;
use crate::engine::Grader;
use crate::engine::parallel_map::parallel_map;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::selection;

use equivalent::Equivalents;
use journal::Journal;
use mutants::Mutant;
use run::{Fate, MutantRunner};

/// Runs the command.
pub(crate) fn mutate(grader: &Grader, options: &arguments::Mutate, output: &Output) -> Result<Exit, Failure> {
    let sources = sources(&grader.course_root().reference())?;
    let all = mutants::all(&sources)?;
    let equivalents = Equivalents::load(&grader.course_root().fixtures())?;
    let mut deviations = equivalents.stale(&all);
    let (chosen, trained): (Vec<&Mutant>, Vec<&Mutant>) = chosen(&all, options)?
        .into_iter()
        .partition(|mutant| !equivalents.shows_in_trials_only(mutant));
    if options.list {
        for mutant in &chosen {
            output.line(&mutant.to_string());
        }
        output.line(&format!("{} mutants", chosen.len()));
        return Ok(Exit::Done);
    }
    let laboratory = MutantRunner::new(grader, &sources)?;
    let fates = run_all(&laboratory, &chosen, options.fresh, output)?;
    let tally = Tally::new(&chosen, &fates, &equivalents);
    for mutant in &tally.survivors {
        output.line(&format!("survived  {mutant}"));
    }
    deviations.extend(
        tally
            .killed_equivalents
            .iter()
            .map(|mutant| format!("{mutant} is killed, so fixtures/equivalent-mutants.toml is wrong about it")),
    );
    for deviation in &deviations {
        output.line(&format!("! {deviation}"));
    }
    if !trained.is_empty() {
        output.line(&format!(
            "{} mutants of functions that only trials run are left out",
            trained.len()
        ));
    }
    output.line(&tally.closing());
    let explained = tally.survivors.is_empty() && deviations.is_empty();
    Ok(if explained { Exit::Done } else { Exit::Deviation })
}

/// The reference's topic files by name.
fn sources(reference: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let folder = reference.join("src");
    let cannot = |error| Failure::environment(format!("cannot read {}: {error}", folder.display()));
    let mut texts = BTreeMap::new();
    for entry in fs::read_dir(&folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !sandbox::stage::is_given(&name) {
            texts.insert(name, fs::read_to_string(entry.path()).map_err(cannot)?);
        }
    }
    Ok(texts)
}

/// The mutants of the tasks that were asked for: of their functions, and of the helpers in their files.
fn chosen<'a>(all: &'a [Mutant], options: &arguments::Mutate) -> Result<Vec<&'a Mutant>, Failure> {
    let asked = selection::tasks(&options.tasks)?;
    let is_asked = |mutant: &&Mutant| match tasks::find(&mutant.function) {
        // Nothing is known of a function that only trains, and a trial for each mutant would take hours.
        Some(task) => !task.cases.is_empty() && asked.iter().any(|asked| asked.id == task.id),
        None => asked
            .iter()
            .any(|asked| asked.file == mutant.file && !asked.cases.is_empty()),
    };
    Ok(all.iter().filter(is_asked).collect())
}

/// Mutants of one file that are built into one program: as many as compile in a few seconds.
const TOGETHER: usize = 40;

/// Grades mutants on all processors. What came of each stands at its place, whoever graded it.
fn run_all(
    laboratory: &MutantRunner<'_>,
    chosen: &[&Mutant],
    fresh: bool,
    output: &Output,
) -> Result<Vec<Fate>, Failure> {
    let journal = Journal::open(laboratory.journal(), fresh)?;
    let keys: Vec<String> = chosen.iter().map(|mutant| laboratory.key(mutant)).collect();
    let fates: Mutex<Vec<Option<Fate>>> = {
        let known = keys.iter().map(|key| journal.known(key, laboratory.grader()));
        Mutex::new(known.collect())
    };
    let groups = groups(chosen, &fates.lock().unwrap_or_else(PoisonError::into_inner));
    let ground = || {
        let ground = tempfile::Builder::new().prefix("grade-").tempdir();
        ground.map_err(|error| Failure::fault(format!("cannot make a temporary folder: {error}")))
    };
    parallel_map(&groups, ground, |ground, _, group| {
        let mutants: Vec<&Mutant> = group.iter().map(|&position| chosen[position]).collect();
        let note = |at: usize, fate: Fate| {
            // A mutant that was being judged when a signal came has lost its worker, and was not killed by a check.
            interrupt::check()?;
            let position = group[at];
            let fate = journal.add(&keys[position], laboratory.grader(), fate)?;
            let mutant = chosen[position];
            output.progress(&format!("{} of {}: {mutant}: {fate}", position + 1, chosen.len()));
            fates.lock().unwrap_or_else(PoisonError::into_inner)[position] = Some(fate);
            Ok(())
        };
        laboratory.fates(&mutants, ground.path(), &note)
    })?;
    output.progress_done();
    let fates = fates.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(fates.into_iter().flatten().collect())
}

/// The positions of the mutants of which nothing is known, file by file.
fn groups(chosen: &[&Mutant], fates: &[Option<Fate>]) -> Vec<Vec<usize>> {
    let unknown: Vec<usize> = (0..chosen.len())
        .filter(|&position| fates[position].is_none())
        .collect();
    let of_files = unknown.chunk_by(|&one, &other| chosen[one].file == chosen[other].file);
    of_files
        .flat_map(|group| group.chunks(TOGETHER))
        .map(<[usize]>::to_vec)
        .collect()
}

/// What came of all mutants.
#[derive(Debug, Default)]
struct Tally<'a> {
    killed: usize,
    broken: usize,
    equivalent: usize,
    survivors: Vec<&'a Mutant>,
    killed_equivalents: Vec<&'a Mutant>,
}

impl<'a> Tally<'a> {
    fn new(mutants: &[&'a Mutant], fates: &[Fate], equivalents: &Equivalents) -> Self {
        let mut tally = Self::default();
        for (&mutant, fate) in mutants.iter().zip(fates) {
            match (fate, equivalents.explains(mutant)) {
                (Fate::DoesNotCompile, _) => tally.broken += 1,
                (Fate::Killed { .. }, is_explained) => {
                    tally.killed += 1;
                    tally.killed_equivalents.extend(is_explained.then_some(mutant));
                }
                (Fate::Survived, true) => tally.equivalent += 1,
                (Fate::Survived, false) => tally.survivors.push(mutant),
            }
        }
        tally
    }

    fn closing(&self) -> String {
        format!(
            "{} mutants: {} killed, {} equivalent, {} survived, {} did not compile",
            self.killed + self.equivalent + self.survivors.len() + self.broken,
            self.killed,
            self.equivalent,
            self.survivors.len(),
            self.broken
        )
    }
}

#[cfg(test)]
mod tests;
