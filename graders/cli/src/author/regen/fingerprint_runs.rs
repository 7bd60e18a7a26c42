//! Building submissions of the corpus and seeing what they do with the golden cases.

use std::collections::BTreeMap;

use judge::contract::Task;
use judge::contract::subject::Subject;
use judge::diagnosis::behaviour::{Behaviour, Measure};
use judge::diagnosis::fingerprint::{Nothing, telling};
use judge::findings::fault::Fault;
use judge::fixtures::Fixtures;

use crate::author::corpus::Wrong;
use crate::author::self_test::joint::Member;
use crate::author::self_test::plan::joined_file;
use crate::author::self_test::programs::{TOGETHER, build_together};
use crate::engine::parallel_map::parallel_map;
use crate::engine::reach::{self, Known};
use crate::engine::{Grader, OWN_LIMITS, Prepared, Reference, Running, WorkerConfig};
use crate::failure::Failure;
use crate::output::Output;

/// A submission that has to be built, and the tasks in which it is looked at.
pub(crate) struct Order<'a> {
    pub(crate) wrong: &'a Wrong,
    pub(crate) tasks: Vec<&'static Task>,
}

impl Order<'_> {
    fn wants(&self, task: &str) -> bool {
        self.tasks.iter().any(|wanted| wanted.id == task)
    }
}

/// What a mistake does in the cases in which it is wrong, or why that is no fingerprint.
pub(crate) type Made = Result<BTreeMap<String, Behaviour>, Nothing>;
/// By task and mistake.
type AllMade = BTreeMap<(&'static str, String), Made>;

/// What submissions are built and compared with.
pub(crate) struct Making<'a> {
    grader: &'a Grader,
    fixtures: &'a Fixtures,
    reference: Reference<'a>,
}

impl<'a> Making<'a> {
    /// Makes fingerprints against these goldens.
    pub(crate) fn new(grader: &'a Grader, fixtures: &'a Fixtures) -> Self {
        Self {
            grader,
            fixtures,
            reference: Reference::new(grader),
        }
    }

    /// Runs all orders on all processors: those that can share a program in few of them, each of the others in its own.
    pub(crate) fn run(&self, orders: &[Order<'_>], output: &Output) -> Result<AllMade, Failure> {
        let known = Known::load(self.grader)?;
        let joined = |order: &Order<'_>| Ok(joined_file(&known, &reach::sources(&order.wrong.folder.join("src"))?));
        let files: Vec<Option<(String, String)>> = orders.iter().map(joined).collect::<Result<_, Failure>>()?;
        let batches = batches(&files);
        let made = parallel_map(
            &batches,
            || Ok(()),
            |(), _, batch| match batch[..] {
                [alone] => self.order(alone, orders, output),
                _ => self.together(batch, orders, (&known, &files), output),
            },
        )?;
        Ok(made.into_iter().flatten().collect())
    }

    /// Runs orders whose submissions share a program; whom the compiler wants out of it is built alone.
    fn together(
        &self,
        batch: &[usize],
        orders: &[Order<'_>],
        (known, files): (&Known, &[Option<(String, String)>]),
        output: &Output,
    ) -> Result<AllMade, Failure> {
        let number = |position: usize| position as u32 + 1;
        let member = |&position: &usize| {
            let (file, text) = files[position].as_ref()?;
            let number = number(position);
            Some(Member { number, file, text })
        };
        let wants = |number: u32, task: &str| orders[number as usize - 1].wants(task);
        let members = batch.iter().filter_map(member).collect();
        let built = build_together(self.grader, known.reference(), members, &wants)?;
        let shared = match &built {
            Some((program, _)) => {
                let worker = self
                    .grader
                    .start_worker(program, &WorkerConfig::default(), OWN_LIMITS)?;
                Some((program, worker))
            }
            None => None,
        };
        let is_inside = |position| {
            built
                .as_ref()
                .is_some_and(|(_, inside)| inside.contains(&number(position)))
        };
        let mut all = AllMade::new();
        for &position in batch {
            let shared = shared.as_ref().filter(|_| is_inside(position));
            all.extend(match shared {
                Some((program, worker)) => {
                    say(position, orders, output);
                    let variant = worker.variant(Some(number(position)));
                    self.made(
                        &orders[position],
                        program,
                        Some(Running::new(variant, Some(&self.reference))),
                    )?
                }
                None => self.order(position, orders, output)?,
            });
        }
        Ok(all)
    }

    /// Runs an order whose submission is built alone.
    fn order(&self, position: usize, orders: &[Order<'_>], output: &Output) -> Result<AllMade, Failure> {
        say(position, orders, output);
        let order = &orders[position];
        let staged = self
            .grader
            .stage(&self.grader.course_root().reference(), Some(&order.wrong.folder))?;
        let prepared = self.grader.build(staged, &order.tasks)?;
        let runs = |task: &&'static Task| prepared.runs(task.id);
        let running = order
            .tasks
            .iter()
            .any(runs)
            .then(|| self.start(&prepared))
            .transpose()?;
        self.made(order, &prepared, running)
    }

    fn made(
        &self,
        order: &Order<'_>,
        prepared: &Prepared,
        mut running: Option<Running<'_>>,
    ) -> Result<AllMade, Failure> {
        let concerned = order.wrong.expected.concerned();
        let mut all = AllMade::new();
        for task in &order.tasks {
            let made = match &mut running {
                Some(running) if prepared.runs(task.id) => self
                    .observe(task, &concerned, running)
                    .map_err(|fault| Failure::fault(format!("{}: {}", order.wrong.name, fault.0)))?,
                _ => Err(Nothing::NotRun),
            };
            all.insert((task.id, order.wrong.name.clone()), made);
        }
        Ok(all)
    }

    fn start(&self, prepared: &Prepared) -> Result<Running<'_>, Failure> {
        self.grader
            .start(prepared, &WorkerConfig::default(), Some(&self.reference))
    }

    /// Sees twice what a function does. Parts that are wrong as well are the reference's, as they are in grading.
    fn observe(&self, task: &'static Task, wrong: &[String], running: &mut Running<'_>) -> Result<Made, Fault> {
        let is_wrong = |part: &&&str| wrong.iter().any(|id| id == **part);
        let parts: Vec<&'static str> = task.parts.iter().filter(is_wrong).copied().collect();
        running.substitute(&parts)?;
        let measure = Measure {
            task,
            tolerances: &self.fixtures.tolerances,
        };
        let stored = self.fixtures.tasks.get(task.id);
        let cases = || {
            let stored = |name: &str| stored.and_then(|stored| stored.get(name));
            task.cases
                .iter()
                .filter_map(move |case| Some((case, stored(case.name)?)))
        };
        let first = measure.observe(cases(), running)?;
        let second = measure.observe(cases(), running)?;
        Ok(telling(&measure, &first, &second))
    }
}

fn say(position: usize, orders: &[Order<'_>], output: &Output) {
    let name = &orders[position].wrong.name;
    output.progress(&format!("{} of {}: {name}", position + 1, orders.len()));
}

/// The positions of those that are built together, those of the same file beside each other, and of each that is alone.
fn batches(files: &[Option<(String, String)>]) -> Vec<Vec<usize>> {
    let (mut joined, alone): (Vec<usize>, Vec<usize>) = (0..files.len()).partition(|&at| files[at].is_some());
    joined.sort_by_key(|&at| files[at].as_ref().map(|(file, _)| file));
    // Few are two programs, so that two processors have one each.
    let size = joined.len().div_ceil(2).clamp(1, TOGETHER);
    let groups = joined.chunks(size).map(<[usize]>::to_vec);
    groups.chain(alone.into_iter().map(|at| vec![at])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_can_share_a_program_does_and_the_others_are_alone() {
        let file = |name: &str| Some((name.to_owned(), String::new()));
        let files = [file("b"), None, file("a"), file("b"), file("a")];
        assert_eq!(batches(&files), [vec![2, 4], vec![0, 3], vec![1]]);
        assert_eq!(batches(&[None, None]), [[0], [1]]);
        assert!(batches(&[]).is_empty());
    }
}
