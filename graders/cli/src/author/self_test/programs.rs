//! Which submissions are one program, and the work on it: several threads may share a program, each with a worker of its
//! own that becomes one submission after the other.

use std::sync::{Arc, Mutex, PoisonError};

use judge::contract::Task;
use judge::grading::judgement::GradingContext;
use sandbox::talk::Worker;

use super::joint::{Joint, Member};
use super::plan::Plan;
use crate::engine::parallel_map::Queue;
use crate::engine::reach::Texts;
use crate::engine::{Grader, Prepared, WorkerConfig};
use crate::failure::Failure;

/// Submissions that are built into one program at most: as many as compile in a few seconds.
pub(crate) const TOGETHER: usize = 32;

/// A program, and who is judged with it.
#[derive(Debug)]
pub(super) struct Program {
    /// The positions of its submissions.
    members: Vec<usize>,
    /// Whether they are in it together; otherwise there is one, which is built as a student's is.
    pub(super) is_joint: bool,
    queue: Queue,
    built: Mutex<Option<Arc<Built>>>,
}

/// A joint program.
#[derive(Debug, Default)]
pub(super) struct Built {
    prepared: Option<Prepared>,
    /// The positions of those that are in it; the compiler has something against the others.
    inside: Vec<usize>,
}

impl Program {
    fn new(members: Vec<usize>, is_joint: bool) -> Self {
        Self {
            queue: Queue::new(members.len()),
            members,
            is_joint,
            built: Mutex::default(),
        }
    }

    /// The position of the next submission to judge, and its number in a joint program.
    pub(super) fn take(&self) -> Option<(usize, u32)> {
        let at = self.queue.take()?;
        Some((self.members[at], number(at)))
    }

    /// Leaves the rest to nobody.
    pub(super) fn stop(&self) {
        self.queue.stop();
    }

    /// The joint program: built by the first who asks, while the others wait.
    pub(super) fn built(&self, grader: &Grader, reference: &Texts, plans: &[Plan<'_>]) -> Result<Arc<Built>, Failure> {
        let mut slot = self.built.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(built) = &*slot {
            return Ok(Arc::clone(built));
        }
        let built = Arc::new(self.build(grader, reference, plans)?);
        *slot = Some(Arc::clone(&built));
        Ok(built)
    }

    fn build(&self, grader: &Grader, reference: &Texts, plans: &[Plan<'_>]) -> Result<Built, Failure> {
        let member = |(at, &position): (usize, &usize)| {
            let (file, text) = plans[position].member.as_ref()?;
            let number = number(at);
            Some(Member { number, file, text })
        };
        let members: Vec<Member<'_>> = self.members.iter().enumerate().filter_map(member).collect();
        let position = |number: u32| self.members[number as usize - 1];
        let wants = |number: u32, task: &str| plans[position(number)].wants(task);
        Ok(match build_together(grader, reference, members, &wants)? {
            None => Built::default(),
            Some((prepared, inside)) => Built {
                prepared: Some(prepared),
                inside: inside.into_iter().map(position).collect(),
            },
        })
    }
}

/// One program of many submissions, for the tasks that each wants, and the numbers of those that are in it: the compiler
/// has something against the others. `None` where nobody is left.
pub(crate) fn build_together(
    grader: &Grader,
    reference: &Texts,
    mut left: Vec<Member<'_>>,
    wants: &dyn Fn(u32, &str) -> bool,
) -> Result<Option<(Prepared, Vec<u32>)>, Failure> {
    while !left.is_empty() {
        let joint = Joint::new(reference, &left)?;
        let is_wanted = |task: &&&Task| left.iter().any(|member| wants(member.number, task.id));
        let wanted: Vec<&'static Task> = tasks::ALL.iter().filter(is_wanted).copied().collect();
        match build(grader, &joint, &wanted)? {
            Ok(prepared) => return Ok(Some((prepared, left.iter().map(|member| member.number).collect()))),
            Err(rendered) => {
                let charged = joint.charged(&rendered);
                if charged.is_empty() {
                    break;
                }
                left.retain(|member| !charged.contains(&member.number));
            }
        }
    }
    Ok(None)
}

/// The number of a program's submission that stands at this place.
fn number(at: usize) -> u32 {
    at as u32 + 1
}

fn build(grader: &Grader, joint: &Joint, wanted: &[&'static Task]) -> Result<Result<Prepared, String>, Failure> {
    let overlay = tempfile::tempdir().map_err(Failure::fault)?;
    files::write_all(&overlay.path().join("src"), &joint.files).map_err(Failure::fault)?;
    let staged = grader.stage(&grader.course_root().reference(), Some(overlay.path()))?;
    grader.build_joint(staged, wanted)
}

impl Built {
    /// The program, where this submission is in it.
    pub(super) fn holding(&self, position: usize) -> Option<&Prepared> {
        self.prepared.as_ref().filter(|_| self.inside.contains(&position))
    }
}

/// The programs of these submissions: those that take long first, so that no thread is left with one at the end.
pub(super) fn programs(plans: &[Plan<'_>], positions: &[usize], alone: bool) -> Vec<Program> {
    let joins = |position: &usize| !alone && plans[*position].member.is_some();
    let (mut joined, apart): (Vec<usize>, Vec<usize>) = positions.iter().partition(|&position| joins(position));
    joined.sort_by_key(|&position| {
        let plan = &plans[position];
        (!plan.trains, plan.member.as_ref().map(|(file, _)| file))
    });
    let (mut joint, mut single): (Vec<&[usize]>, Vec<usize>) = (Vec::new(), apart);
    for group in joined.chunks(TOGETHER) {
        match group {
            // Nothing is gained where there is nobody to share with.
            [position] => single.push(*position),
            group => joint.push(group),
        }
    }
    single.sort_by_key(|&position| std::cmp::Reverse(plans[position].weight()));
    let mut all: Vec<Program> = single
        .iter()
        .map(|&position| Program::new(vec![position], false))
        .collect();
    all.extend(joint.into_iter().map(|group| Program::new(group.to_vec(), true)));
    all.sort_by_key(|program| !program.members.iter().any(|&position| plans[position].trains));
    all
}

/// A thread's workers of one joint program, by assignment and setting.
#[derive(Debug, Default)]
pub(super) struct Workers {
    started: Vec<(String, WorkerConfig, Worker)>,
}

impl Workers {
    /// A worker whose children are the submission that has this number in the program.
    pub(super) fn of(
        &mut self,
        prepared: &Prepared,
        number: u32,
        context: &GradingContext<'_>,
        setting: &WorkerConfig,
        grader: &Grader,
    ) -> Result<Worker, Failure> {
        Ok(self.worker(prepared, context, setting, grader)?.variant(Some(number)))
    }

    fn worker(
        &mut self,
        prepared: &Prepared,
        context: &GradingContext<'_>,
        setting: &WorkerConfig,
        grader: &Grader,
    ) -> Result<&Worker, Failure> {
        let is_it = |(assignment, own, _): &(String, WorkerConfig, Worker)| {
            *assignment == context.assignment.id && own == setting
        };
        let at = if let Some(at) = self.started.iter().position(is_it) {
            at
        } else {
            let worker = grader.start_worker(prepared, setting, context.assignment.limits)?;
            self.started
                .push((context.assignment.id.clone(), setting.clone(), worker));
            self.started.len() - 1
        };
        Ok(&self.started[at].2)
    }
}
