//! Building submissions of the corpus and seeing what they do with the golden cases.

use std::collections::BTreeMap;

use judge::contract::Task;
use judge::contract::subject::Subject;
use judge::diagnosis::behaviour::{Behaviour, Measure};
use judge::diagnosis::fingerprint::{Nothing, telling};
use judge::findings::fault::Fault;
use judge::fixtures::Fixtures;

use crate::author::corpus::Wrong;
use crate::engine::parallel_map::parallel_map;
use crate::engine::{Grader, Prepared, Reference, Running, WorkerConfig};
use crate::failure::Failure;
use crate::output::Output;

/// A submission that has to be built, and the tasks in which it is looked at.
pub(crate) struct Order<'a> {
    pub(crate) wrong: &'a Wrong,
    pub(crate) tasks: Vec<&'static Task>,
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

    /// Runs all orders on all processors.
    pub(crate) fn run(&self, orders: &[Order<'_>], output: &Output) -> Result<AllMade, Failure> {
        let made = parallel_map(
            orders,
            || Ok(()),
            |(), position, order| {
                output.progress(&format!("{} of {}: {}", position + 1, orders.len(), order.wrong.name));
                self.order(order)
            },
        )?;
        Ok(made.into_iter().flatten().collect())
    }

    fn order(&self, order: &Order<'_>) -> Result<AllMade, Failure> {
        let staged = self
            .grader
            .stage(&self.grader.course_root().reference(), Some(&order.wrong.folder))?;
        let prepared = self.grader.build(staged, &order.tasks)?;
        let runs = |task: &&&'static Task| prepared.runs(task.id);
        let mut running = match order.tasks.iter().find(runs) {
            Some(_) => Some(self.start(&prepared)?),
            None => None,
        };
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
