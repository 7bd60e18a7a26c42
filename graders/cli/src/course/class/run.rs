//! `grade class run`, `retry` and `regrade`: from a folder to a file in which everything is graded.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Instant;

use class::database::{Attempt, Conditions, Database, Run, Scan, Settings};
use class::layout::{self, Found};
use class::{Lock, Roster, Trouble};
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;

use super::work::{Job, Work};
use super::{machine, reading, status};
use crate::arguments::{Attempts, ClassHow, ClassRegrade, ClassRetry, ClassRun};
use crate::course_root::CourseRoot;
use crate::engine::device::Device;
use crate::engine::grading::Grading;
use crate::engine::{Grader, Reference, RunConfig, WorkerConfig, sandbox_check};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;
use crate::selection::{self, Chosen};

/// Grades a folder.
pub(super) fn run(options: &ClassRun, output: &Output) -> Result<Exit, Failure> {
    let course = Course::look(&options.folder, &options.into, &options.how)?;
    let mut lock = Lock::take(&options.into, &machine::holder())?;
    let _ground = machine::ground(&mut lock)?;
    let mut database = Database::open_or_make(&options.into)?;
    require_assignment(&database, &course.settings.assignment)?;
    course.note(&mut database)?;
    let class = Class {
        grader: &course.grader,
        assignment: &course.assignment,
        settings: &course.settings,
        jobs: machine::jobs(options.how.jobs),
    };
    class.grade(&mut database, What::Missing, output)
}

/// What a command names of a course, looked at before anything is opened or made.
pub(super) struct Course {
    pub(super) grader: Grader,
    pub(super) assignment: Assignment,
    pub(super) settings: Settings,
    found: Found,
    roster: Option<Roster>,
}

impl Course {
    /// Looks at it.
    pub(super) fn look(folder: &Path, class: &Path, how: &ClassHow) -> Result<Self, Failure> {
        let roster = how.roster.as_deref().map(Roster::read).transpose()?;
        let found = found(folder, class)?;
        if how.require_sandbox {
            sandbox_check::require(Device::Cpu)?;
        }
        let grader = Grader::open(CourseRoot::find()?)?;
        let assignment = assignment(&grader, &how.assignment)?;
        let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let settings = Settings {
            assignment: assignment.id.clone(),
            folder: absolute(folder),
            roster: how.roster.as_deref().map(absolute),
            attempts: match how.attempts {
                Attempts::Last => class::database::Attempts::Last,
                Attempts::Best => class::database::Attempts::Best,
                Attempts::All => class::database::Attempts::All,
            },
            tasks: how.tasks.clone(),
            training: how.training || (assignment.training.for_the_course() && !how.no_training),
            seed: how.seed,
        };
        // Named before a file is made.
        selection::of_assignment(&assignment, &settings.tasks)?;
        Ok(Self {
            grader,
            assignment,
            settings,
            found,
            roster,
        })
    }

    /// Notes in a file who handed in what.
    pub(super) fn note(&self, database: &mut Database) -> Result<(), Failure> {
        database.scan(&Scan {
            settings: &self.settings,
            found: &self.found,
            roster: self.roster.as_ref(),
        })?;
        Ok(())
    }

    /// By what shards of it know each other.
    pub(super) fn plan_name(&self) -> String {
        class::shard::plan_name(&self.settings, &self.found, self.roster.as_ref())
    }
}

/// Refuses a file that holds another assignment.
pub(super) fn require_assignment(database: &Database, assignment: &str) -> Result<(), Failure> {
    match database.settings()? {
        Some(before) if before.assignment != assignment => Err(Failure::usage(format!(
            "{} holds the assignment `{}`",
            database.path().display(),
            before.assignment
        ))
        .hint("name another file for another assignment")),
        _ => Ok(()),
    }
}

/// Grades what a shard's file lists and lacks, and says whether a fault of ours came in the way.
pub(super) fn shard(
    database: &mut Database,
    jobs: Option<std::num::NonZeroUsize>,
    output: &Output,
) -> Result<(), Failure> {
    let settings = database.settings()?.unwrap_or_default();
    let grader = Grader::open(CourseRoot::find()?)?;
    let assignment = assignment(&grader, &settings.assignment)?;
    let class = Class {
        grader: &grader,
        assignment: &assignment,
        settings: &settings,
        jobs: machine::jobs(jobs),
    };
    class.graded(database, What::Missing, output)?;
    Ok(())
}

/// Tries faults again, in the folder and as it was graded before.
pub(super) fn retry(options: &ClassRetry, output: &Output) -> Result<Exit, Failure> {
    again(&options.file, options.jobs, None, output)
}

/// Grades tasks again.
pub(super) fn regrade(options: &ClassRegrade, output: &Output) -> Result<Exit, Failure> {
    again(&options.file, options.jobs, Some(&options.tasks), output)
}

fn again(
    file: &Path,
    jobs: Option<std::num::NonZeroUsize>,
    tasks: Option<&[String]>,
    output: &Output,
) -> Result<Exit, Failure> {
    Database::open(file)?;
    let mut lock = Lock::take(file, &machine::holder())?;
    let _ground = machine::ground(&mut lock)?;
    let mut database = Database::open(file)?;
    // That there is something to go on from is said by whoever reads all of it.
    let settings = database.standing(None)?.settings;
    let grader = Grader::open(CourseRoot::find()?)?;
    let assignment = assignment(&grader, &settings.assignment)?;
    let class = Class {
        grader: &grader,
        assignment: &assignment,
        settings: &settings,
        jobs: machine::jobs(jobs),
    };
    class.grade(&mut database, tasks.map_or(What::Faults, What::Again), output)
}

pub(super) fn assignment(grader: &Grader, id: &str) -> Result<Assignment, Failure> {
    selection::assignment(&grader.course_root().assignments(), Some(id), None)
}

/// What the folder holds; the class's own file may lie in it.
fn found(folder: &Path, class: &Path) -> Result<Found, Trouble> {
    let mut found = layout::discover(folder)?;
    let own = class.file_name().unwrap_or_default().to_string_lossy().into_owned();
    found.ignored.retain(|(name, _)| !name.starts_with(&own));
    Ok(found)
}

/// What is graded.
#[derive(Clone, Copy)]
enum What<'a> {
    /// Whatever the newest conditions have no grading of.
    Missing,
    /// The same, as long as the conditions are those of the newest run.
    Faults,
    /// These tasks, on top of the newest run.
    Again(&'a [String]),
}

/// A class about to be graded.
pub(super) struct Class<'a> {
    pub(super) grader: &'a Grader,
    pub(super) assignment: &'a Assignment,
    pub(super) settings: &'a Settings,
    pub(super) jobs: usize,
}

impl Class<'_> {
    /// Grades what was asked for, and says how it stands.
    fn grade(&self, database: &mut Database, what: What<'_>, output: &Output) -> Result<Exit, Failure> {
        let run = self.graded(database, what, output)?;
        status::say(database, Some(run), self.assignment, output)
    }

    /// Grades what was asked for, and keeps each grading as it ends. Gives the run.
    fn graded(&self, database: &mut Database, what: What<'_>, output: &Output) -> Result<i64, Failure> {
        let whole = selection::of_assignment(self.assignment, &self.settings.tasks)?;
        let again = match what {
            What::Missing | What::Faults => None,
            What::Again(tasks) => Some(self.again(&whole, tasks)?),
        };
        let fixtures = Fixtures::load(&self.grader.course_root().fixtures(), &whole.judged)?;
        let conditions = self.conditions(&fixtures, &whole);
        let newest = database.runs()?.pop();
        if let (What::Faults, Some(newest)) = (what, &newest) {
            require_same(database.path(), newest, &conditions)?;
        }
        let regraded = again
            .as_ref()
            .zip(newest.as_ref())
            .map(|(chosen, newest)| (chosen.shown.join(" "), newest.id));
        let machine = machine::name();
        let run = database.run(
            &conditions,
            regraded.as_ref().map(|(tasks, id)| (tasks.as_str(), *id)),
            &machine,
        )?;
        let base = database
            .runs()?
            .into_iter()
            .find(|known| known.id == run)
            .and_then(|run| run.based_on);
        say_if_new(database.path(), newest.as_ref(), run, output);

        let (begun, spent) = (Instant::now(), machine::cpu_seconds());
        let mut attempts = wanted(database.attempts()?, self.settings.attempts);
        if let Some(shard) = database.shard()? {
            attempts.retain(|attempt| shard.paths.contains(&attempt.path));
        }
        let entries = reading::read(self.grader, &self.settings.folder, &attempts, &whole.judged, output)?;
        database.enter(run, &entries)?;
        let jobs = jobs(database, run, &attempts, &entries)?;

        let reference = Reference::new(self.grader).remembering().with_kept_answers();
        let work = Work {
            whole: self.grading(&fixtures, &whole, &reference),
            again: again
                .as_ref()
                .map(|chosen| self.grading(&fixtures, chosen, &reference))
                .zip(base),
            folder: &self.settings.folder,
            run,
            machine: &machine,
            threads: self.jobs,
        };
        let ended = work.grade(&jobs, database, output);
        reference.keep_answers();
        database.spend(run, machine::cpu_seconds() - spent, begun.elapsed().as_secs_f64())?;
        if interrupt::check().is_err() {
            output.note("stopped; what was graded is kept, and the same command grades the rest");
        }
        ended?;
        Ok(run)
    }

    /// How each submission is graded: by one thread, since there are others to grade meanwhile.
    pub(super) fn grading<'a>(
        &'a self,
        fixtures: &'a Fixtures,
        chosen: &'a Chosen,
        reference: &'a Reference<'a>,
    ) -> Grading<'a> {
        Grading {
            grader: self.grader,
            assignment: self.assignment,
            fixtures,
            judged: &chosen.judged,
            shown: &chosen.shown,
            seed: self.settings.seed,
            training: self.settings.training,
            min_score: None,
            reference,
            run_config: RunConfig {
                threads: 1,
                setting: WorkerConfig::default(),
            },
            // Each content is graded once.
            builds_again: true,
            carried: &[],
        }
    }

    /// The tasks of a regrading: those of the class, and no others.
    fn again(&self, whole: &Chosen, tasks: &[String]) -> Result<Chosen, Failure> {
        let chosen = selection::of_assignment(self.assignment, tasks)?;
        match chosen.shown.iter().find(|task| !whole.shown.contains(task)) {
            None => Ok(chosen),
            Some(task) => Err(Failure::usage(format!("this class was not graded in `{task}`"))
                .hint(format!("choose from: {}", whole.shown.join(", ")))),
        }
    }

    pub(super) fn conditions(&self, fixtures: &Fixtures, whole: &Chosen) -> Conditions {
        // What lateness costs is reckoned when grades are read, and when students see what is not asked here.
        let grades = Assignment {
            late: None,
            ..self.assignment.clone()
        };
        Conditions {
            grader: self.grader.hash().to_owned(),
            fixtures: fixtures.hash.clone(),
            assignment: serde_json::to_string(&grades).unwrap_or_default(),
            tasks: whole.shown.iter().map(|&task| task.to_owned()).collect(),
            training: self.settings.training,
            seed: self.settings.seed,
            device: self.grader.device().to_owned(),
            reference: self.grader.course_root().has_reference(),
        }
    }
}

/// Trying faults again must not turn into regrading everybody.
pub(super) fn require_same(path: &Path, newest: &Run, conditions: &Conditions) -> Result<(), Failure> {
    if newest.conditions == conditions.hash() {
        return Ok(());
    }
    let file = path.display();
    Err(Failure::usage(format!(
        "the grader, the golden files or the assignment have changed since run {} of {file}: its faults cannot be tried again as they were",
        newest.id
    ))
    .hint(format!("regrade everybody, as a run of its own: grade class run FOLDER --into {file} --assignment ID")))
}

fn say_if_new(path: &Path, before: Option<&Run>, run: i64, output: &Output) {
    if let Some(before) = before.filter(|before| before.id < run) {
        output.note(&format!(
            "run {run}: the grader, the golden files or what is asked for differ from run {}, which stays; \
             compare them with `grade class compare {} {} {run}`",
            before.id,
            path.display(),
            before.id
        ));
    }
}

/// The attempts that are graded: of each student the last, unless others can count or are shown.
pub(super) fn wanted(attempts: Vec<Attempt>, which: class::database::Attempts) -> Vec<Attempt> {
    if which != class::database::Attempts::Last {
        return attempts;
    }
    let mut last: BTreeMap<String, Attempt> = BTreeMap::new();
    for attempt in attempts {
        // They come by number.
        last.insert(attempt.student.clone(), attempt);
    }
    last.into_values().collect()
}

/// What is left to grade: each content once, in the order of the students.
fn jobs(
    database: &Database,
    run: i64,
    attempts: &[Attempt],
    entries: &[(i64, class::database::Entry)],
) -> Result<Vec<Job>, Failure> {
    let known = database.contents(run)?;
    let mut taken = BTreeSet::new();
    let mut jobs: Vec<Job> = Vec::new();
    for (attempt, (_, entry)) in attempts.iter().zip(entries) {
        let Some(content) = &entry.content else { continue };
        let is_wanted = known.get(content).is_none_or(|is_fault| *is_fault);
        if is_wanted && taken.insert(content.clone()) {
            jobs.push(Job {
                content: content.clone(),
                path: attempt.path.clone(),
                student: attempt.student.clone(),
            });
        }
    }
    Ok(jobs)
}
