//! The queue: contents that have no grading yet go to whichever worker is free, and each result is kept as it comes.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use class::database::Database;
use class::outcome::{Mistake, Outcome};
use judge::grading::judgement::TaskJudgement;
use report::{Conclusion, Report};

use super::machine;
use super::paths::without_folder;
use crate::engine::grading::{Graded, Grading};
use crate::engine::in_order::Nobody;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;

/// Faults of the machine in a row after which the machine is fixed first.
const MOST_IN_A_ROW: usize = 5;

/// A content to be graded, and one place where it lies.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) content: String,
    pub(super) path: String,
    pub(super) student: String,
}

/// How contents are graded, and where to.
pub(super) struct Work<'a> {
    pub(super) whole: Grading<'a>,
    /// Some tasks only, on top of a run.
    pub(super) again: Option<(Grading<'a>, i64)>,
    pub(super) folder: &'a Path,
    pub(super) run: i64,
    pub(super) machine: &'a str,
    pub(super) threads: usize,
}

/// What the workers share.
struct State<'a> {
    waiting: VecDeque<&'a Job>,
    database: &'a mut Database,
    done: usize,
    faults: usize,
    in_a_row: usize,
    stopped: bool,
}

impl Work<'_> {
    /// Grades all of them. The first error that is more than a submission's ends all of it; what was kept stays.
    pub(super) fn grade(&self, jobs: &[Job], database: &mut Database, output: &Output) -> Result<(), Failure> {
        let begun = Instant::now();
        let state = Mutex::new(State {
            waiting: jobs.iter().collect(),
            database,
            done: 0,
            faults: 0,
            in_a_row: 0,
            stopped: false,
        });
        let worker = || -> Result<(), Failure> {
            let result = self.work(&state, jobs.len(), begun, output);
            if result.is_err() {
                locked(&state).stopped = true;
            }
            result
        };
        let results: Vec<Result<(), Failure>> = thread::scope(|scope| {
            let threads = self.threads.min(jobs.len());
            let running: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
            let ended = running.into_iter();
            ended
                .map(|thread| {
                    thread
                        .join()
                        .unwrap_or_else(|_| Err(Failure::fault("a thread panicked")))
                })
                .collect()
        });
        output.progress_done();
        results.into_iter().collect()
    }

    fn work(&self, state: &Mutex<State<'_>>, total: usize, begun: Instant, output: &Output) -> Result<(), Failure> {
        loop {
            interrupt::check()?;
            let job = {
                let mut state = locked(state);
                if state.stopped {
                    return Ok(());
                }
                output.progress(&progress(&state, total, begun));
                match state.waiting.pop_front() {
                    Some(job) => job,
                    None => return Ok(()),
                }
            };
            let base = self.base(job, state)?;
            let (at, spent) = (Instant::now(), machine::cpu_seconds());
            // A grader that panics is a fault of ours like any other: the other submissions go on.
            let graded = catch_unwind(AssertUnwindSafe(|| self.graded(job, base.is_some())));
            // What was judged while the program was told to stop is no result.
            interrupt::check()?;
            let graded = graded.unwrap_or_else(|_| Err(Failure::fault("the grader panicked")));
            let is_machine = matches!(&graded, Err(failure) if failure.exit == Exit::Environment);
            let alone = (self.threads == 1).then(|| machine::cpu_seconds() - spent);
            let outcome = outcome(graded.map_err(|failure| self.words(&failure)), base, at, alone);
            let mut state = locked(state);
            state.database.keep(self.run, &job.content, &outcome, self.machine)?;
            state.done += 1;
            let is_fault = !matches!(&outcome.result, Ok(report) if report.conclusion != Conclusion::JudgeFault);
            state.faults += usize::from(is_fault);
            state.in_a_row = if is_machine { state.in_a_row + 1 } else { 0 };
            output.row(&row(job, &outcome, state.done, total));
            if let (Err(reason), true) = (&outcome.result, state.in_a_row >= MOST_IN_A_ROW) {
                let message = format!("{MOST_IN_A_ROW} submissions in a row failed by this machine: {reason}");
                return Err(Failure::environment(message).hint(
                    "fix that, then run the same command again: it tries them again, and grades what is missing",
                ));
            }
        }
    }

    /// The report that a regrading builds on, where it has one whose points count.
    fn base(&self, job: &Job, state: &Mutex<State<'_>>) -> Result<Option<(Report, Vec<Mistake>)>, Failure> {
        let Some((_, run)) = &self.again else {
            return Ok(None);
        };
        let state = locked(state);
        let report = state.database.report(*run, &job.content)?;
        let report = report.filter(|report| report.conclusion != Conclusion::JudgeFault);
        let Some(report) = report else {
            return Ok(None);
        };
        let mistakes = state.database.mistakes(*run, &job.content)?;
        Ok(Some((report, mistakes)))
    }

    fn graded(&self, job: &Job, on_top: bool) -> Result<Graded, Failure> {
        let begun = Instant::now();
        let whole = &self.whole;
        let grading = self.again.as_ref().filter(|_| on_top).map_or(whole, |(again, _)| again);
        let staged = grading.grader.stage(&self.folder.join(&job.path), None)?;
        if staged.hash() != job.content {
            return Err(Failure::fault("it was changed while the class was graded"));
        }
        grading.grade(staged, &job.path, begun, None, None, &Nobody)
    }

    fn words(&self, failure: &Failure) -> Failure {
        Failure {
            message: report::clean(&without_folder(&failure.message, self.folder)),
            hint: None,
            exit: failure.exit,
        }
    }
}

/// What is kept of a grading: on top of an older one, where some tasks only were graded again.
fn outcome(
    graded: Result<Graded, Failure>,
    base: Option<(Report, Vec<Mistake>)>,
    begun: Instant,
    cpu_seconds: Option<f64>,
) -> Outcome {
    let (result, mistakes) = match (graded, base) {
        (Err(failure), _) => (Err(failure.message), Vec::new()),
        (Ok(graded), None) => (Ok(graded.report), mistakes(&graded.judgements)),
        (Ok(graded), Some((older, before))) => {
            let is_newer = |mistake: &Mistake| graded.judgements.iter().any(|task| task.task == mistake.task);
            let kept = before.into_iter().filter(|mistake| !is_newer(mistake));
            let mistakes = kept.chain(mistakes(&graded.judgements)).collect();
            (Ok(report::with_tasks_of(older, graded.report)), mistakes)
        }
    };
    Outcome {
        result,
        mistakes,
        cpu_seconds,
        wall_seconds: begun.elapsed().as_secs_f64(),
    }
}

fn mistakes(judgements: &[TaskJudgement]) -> Vec<Mistake> {
    let of = |task: &TaskJudgement| -> Vec<Mistake> {
        let all = task.mistake_matches.iter().map(|mistake_match| Mistake {
            task: task.task.to_owned(),
            name: mistake_match.name.clone(),
            words: mistake_match.mistake.clone(),
        });
        all.collect()
    };
    judgements.iter().flat_map(of).collect()
}

fn locked<'a, 'b>(state: &'a Mutex<State<'b>>) -> MutexGuard<'a, State<'b>> {
    // Nothing panics while it is held; a database that somebody has left is whole all the same.
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn progress(state: &State<'_>, total: usize, begun: Instant) -> String {
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    if state.done == 0 {
        return format!("grading {total}");
    }
    let rate = state.done as f64 / minutes;
    let left = (total - state.done) as f64 / rate;
    format!(
        "{} of {total} graded, {rate:.1} a minute, about {left:.0} minutes left, {} faults",
        state.done, state.faults
    )
}

fn row(job: &Job, outcome: &Outcome, done: usize, total: usize) -> String {
    let what = match &outcome.result {
        Ok(report) if report.conclusion == Conclusion::JudgeFault => {
            "a fault of the grader, kept to be tried again".to_owned()
        }
        Ok(report) => format!("{} of {}", report.totals.points, report.totals.max_points),
        Err(reason) => format!("a fault, kept to be tried again: {reason}"),
    };
    let student = report::clean(&job.student);
    format!(
        "{done:>5}/{total}  {student:<28}  {what}  ({:.1} s)",
        outcome.wall_seconds
    )
}
