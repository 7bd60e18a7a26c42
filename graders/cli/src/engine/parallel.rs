//! Judging the tasks of one submission by several threads, each with a worker of its own: a submission that brings down
//! its worker while one task is judged must not reach another. The judgements come in the order of the tasks, whoever
//! made them.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use judge::contract::Task;
use judge::contract::subject::{Spent, Subject};
use judge::findings::verdict::Verdict;
use judge::findings::{BeforeRun, Finding};
use judge::grading::judgement::{Check, GradingContext, TaskJudgement, charge_parts, charged, judge_task};
use judge::grading::parts::Broken;
use judge::grading::schedule::{Schedule, Turn};

use super::prepared::Prepared;
use crate::failure::Failure;

/// A submission that has used this share of the time that all of it may take, or slept this share of its calls away, has
/// itself used it up.
const OWN_SHARE: f64 = 0.4;

/// What a grading tells while it is at work.
#[derive(Debug)]
pub(crate) enum Step<'a> {
    /// A task is begun.
    Begun(&'a Task),
    /// What was found of a task can change no more.
    Settled(Box<TaskJudgement>),
    /// The same of a task that is not judged.
    Stands(&'a Task),
    /// The calls of a task have used this.
    Called(Spent),
}

/// What the threads of one grading share.
pub(crate) struct Board<'a> {
    context: &'a GradingContext<'a>,
    tasks: &'a [&'a Task],
    prepared: &'a Prepared,
    told: &'a (dyn Fn(Step<'_>) + Sync),
    state: Mutex<State<'a>>,
    changed: Condvar,
}

struct State<'a> {
    schedule: Schedule<'a>,
    judgements: Vec<Option<TaskJudgement>>,
    /// The tasks of which it was told that they are.
    settled: Vec<bool>,
    /// What the submission's calls have used, for all tasks that have ended.
    spent: Spent,
    /// Some thread has given up: the others stop after what they are at.
    stopped: bool,
}

impl<'a> Board<'a> {
    /// A grading of these tasks, given with parts first; `told` is told of each task as it begins and as it is settled.
    pub(crate) fn new(
        context: &'a GradingContext<'a>,
        tasks: &'a [&'a Task],
        prepared: &'a Prepared,
        told: &'a (dyn Fn(Step<'_>) + Sync),
    ) -> Self {
        let mut schedule = Schedule::new(tasks);
        for (position, task) in tasks.iter().enumerate() {
            if let Some(is_right) = prepared.standing.get(task.id) {
                let verdict = if *is_right { Verdict::Passed } else { Verdict::Wrong };
                schedule.end(position, Some(verdict));
            }
        }
        let state = State {
            schedule,
            judgements: vec![None; tasks.len()],
            settled: vec![false; tasks.len()],
            spent: Spent::default(),
            stopped: false,
        };
        Self {
            context,
            tasks,
            prepared,
            told,
            state: Mutex::new(state),
            changed: Condvar::new(),
        }
    }

    /// Judges with one subject here, and with one in each of `helpers` further threads, which start them.
    pub(crate) fn judge<S: Subject>(
        self,
        helpers: usize,
        start: &(dyn Fn() -> Result<S, Failure> + Sync),
        own: impl FnOnce() -> Result<S, Failure>,
    ) -> Result<Vec<TaskJudgement>, Failure> {
        let settled = self.settle(&mut self.state());
        self.tell(settled);
        thread::scope(|scope| {
            let board = &self;
            let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(move || board.work(start))).collect();
            let own = board.work(own);
            let ended = helpers
                .into_iter()
                .map(|helper| helper.join().map_err(|_| Failure::fault("a thread panicked"))?);
            let ended = ended.collect::<Result<Vec<()>, Failure>>();
            own.and(ended.map(drop))
        })?;
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut judgements: Vec<TaskJudgement> = state.judgements.into_iter().flatten().collect();
        charge_parts(self.context, &mut judgements);
        // Who has used up a limit of the compiler has used the time as well.
        if !self.prepared.took_too_long {
            refuse_slow_machine(&judgements, state.spent)?;
        }
        Ok(judgements)
    }

    /// Judges whatever is next until nothing is left.
    fn work<S: Subject>(&self, start: impl FnOnce() -> Result<S, Failure>) -> Result<(), Failure> {
        let leaving = Leaving(self);
        let mut subject = start()?;
        while let Some((position, broken, is_over)) = self.take() {
            let task = self.tasks[position];
            (self.told)(Step::Begun(task));
            let before = subject.spent();
            let judgement = if is_over {
                let seconds = self.context.assignment.limits.submission_seconds();
                let over = BTreeMap::from([(task.id, Finding::BeforeRun(BeforeRun::TimeIsUp { seconds }))]);
                let rejected = if self.prepared.rejected.contains_key(task.id) {
                    &self.prepared.rejected
                } else {
                    &over
                };
                judge_task(self.context, task, &broken, rejected, &mut subject)?
            } else {
                judge_task(self.context, task, &broken, &self.prepared.rejected, &mut subject)?
            };
            self.put(position, judgement, subject.spent().since(before));
        }
        // Nothing has gone wrong.
        std::mem::forget(leaving);
        Ok(())
    }

    /// The next task with what is wrong among its parts, and whether the submission has used up its time.
    fn take(&self) -> Option<(usize, Broken, bool)> {
        let mut state = self.state();
        let most = self.context.assignment.limits.submission_seconds();
        loop {
            if state.stopped {
                return None;
            }
            match state.schedule.next_turn() {
                Turn::Task { position, broken } => return Some((position, broken, state.spent.own() >= most)),
                Turn::Over => return None,
                Turn::Wait => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn put(&self, position: usize, judgement: Option<TaskJudgement>, spent: Spent) {
        let mut state = self.state();
        state.spent = state.spent.plus(spent);
        let verdict = judgement.as_ref().map(|judgement| judgement.verdict);
        state.schedule.end(position, verdict);
        state.judgements[position] = judgement;
        let settled = self.settle(&mut state);
        self.changed.notify_all();
        drop(state);
        (self.told)(Step::Called(spent));
        self.tell(settled);
    }

    fn tell(&self, settled: Vec<Step<'_>>) {
        for step in settled {
            (self.told)(step);
        }
    }

    /// The tasks that are settled by now and were not before, with what those that call them have found. A task that
    /// stands and is charged all the same has to be judged: nothing is told of it.
    fn settle(&self, state: &mut State<'a>) -> Vec<Step<'a>> {
        let is_new = |&position: &usize| !state.settled[position] && state.schedule.is_settled(position);
        let positions: Vec<usize> = (0..self.tasks.len()).filter(is_new).collect();
        for &position in &positions {
            state.settled[position] = true;
        }
        let judged = || state.judgements.iter().flatten();
        let step = |position: usize| {
            if let Some(own) = &state.judgements[position] {
                return Some(Step::Settled(Box::new(charged(self.context, own.clone(), judged()))));
            }
            let task = self.tasks[position];
            let stands = self.prepared.standing.contains_key(task.id) && !is_charged(task.id, judged());
            stands.then_some(Step::Stands(task))
        };
        positions.into_iter().filter_map(step).collect()
    }

    fn state(&self) -> MutexGuard<'_, State<'a>> {
        // A panic while it is held ends the grading, and nothing of it is used.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether one of these has found something of a part.
pub(super) fn is_charged<'a>(part: &str, mut judged: impl Iterator<Item = &'a TaskJudgement>) -> bool {
    judged.any(|larger| larger.blames.iter().any(|blame| blame.part == part))
}

/// Dropped where a thread gives up, by an error or a panic: nobody may wait for its task for ever.
struct Leaving<'a, 'b>(&'b Board<'a>);

impl Drop for Leaving<'_, '_> {
    fn drop(&mut self) {
        self.0.state().stopped = true;
        self.0.changed.notify_all();
    }
}

/// Where the time for all of it was too short, either the submission has used it, computing or asleep, or the machine is
/// too slow: then nobody is charged.
fn refuse_slow_machine(judgements: &[TaskJudgement], spent: Spent) -> Result<(), Failure> {
    let findings = || {
        judgements
            .iter()
            .flat_map(|task| &task.checks)
            .filter_map(Check::finding)
    };
    let limit = findings().find_map(|finding| match finding {
        Finding::BeforeRun(BeforeRun::TimeIsUp { seconds }) => Some(*seconds),
        _ => None,
    });
    let has_exhausted = findings()
        .any(|finding| finding.is_exhaustion() && !matches!(finding, Finding::BeforeRun(BeforeRun::TimeIsUp { .. })));
    let is_own = |seconds: f64| spent.own() >= OWN_SHARE * seconds || spent.slept > OWN_SHARE * spent.wall;
    match limit {
        Some(seconds) if !has_exhausted && !is_own(seconds) => Err(Failure::environment(format!(
            "{seconds} s were not enough to grade a submission that used up no limit of its own"
        ))
        .hint("give the grader a faster machine, or a larger --time-limit")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use judge::fixtures::Fixtures;
    use judge::goldens::baseline::{KINDS, TrivialBaseline};
    use judge::grading::assignment::Assignment;
    use judge::grading::judgement::{Ending, Training};
    use judge::grading::parts::parts_first;

    use super::*;

    /// A grading of which the last task was not reached in 20 s.
    fn late(spent: Spent) -> Result<(), Failure> {
        let mut judgements = judged(0, &["rms_norm", "split_heads"]);
        for judgement in &mut judgements {
            judgement.checks.truncate(1);
            judgement.checks[0].ending = Ending::Failed {
                finding: Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: 20.0 }),
                counterexample: None,
            };
        }
        refuse_slow_machine(&judgements, spent)
    }

    #[test]
    fn who_sleeps_or_computes_the_time_away_is_charged_and_a_busy_machine_charges_nobody() {
        let spent = |cpu, slept, wall| Spent { cpu, slept, wall };
        assert!(late(spent(2.0, 0.0, 30.0)).is_err(), "the machine was busy with others");
        assert!(late(spent(0.1, 4.0, 5.0)).is_ok(), "it slept most of its time");
        assert!(late(spent(12.0, 0.0, 13.0)).is_ok(), "it computed");
    }

    /// Judgements of a subject that answers without understanding, by this many threads.
    fn judged(helpers: usize, order: &[&str]) -> Vec<TaskJudgement> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        let assignment = Assignment::load(&root.join("assignments"), "uva-dl1-a2", tasks::ALL).expect("an assignment");
        let chosen: Vec<&Task> = order.iter().filter_map(|id| tasks::find(id)).collect();
        let chosen = parts_first(&chosen);
        let fixtures = Fixtures::load(&root, &chosen).expect("fixtures");
        let context = GradingContext {
            assignment: &assignment,
            fixtures: &fixtures,
            seed: 1,
            fresh_seed: 1,
            training: Training::NotAsked,
            shrinks: true,
            time: None,
            without: None,
            carried: &[],
        };
        let prepared = Prepared::kept("unused".into(), String::new());
        let board = Board::new(&context, &chosen, &prepared, &|_| {});
        let start = || Ok(TrivialBaseline::new(KINDS[0], tasks::ALL, &fixtures));
        board.judge(helpers, &start, start).expect("nothing fails")
    }

    #[test]
    fn what_comes_of_a_task_does_not_depend_on_the_number_of_threads_or_the_order_of_tasks() {
        let order = ["rms_norm", "split_heads", "merge_heads", "decoder_block", "update"];
        let alone = judged(0, &order);
        assert_eq!(alone.len(), order.len());
        assert_eq!(alone, judged(3, &order));
        let turned: Vec<&str> = order.iter().rev().copied().collect();
        let by_id = |mut judgements: Vec<TaskJudgement>| {
            judgements.sort_by_key(|judgement| judgement.task);
            judgements
        };
        assert_eq!(by_id(alone), by_id(judged(1, &turned)));
    }
}
