//! A pupil in plain Rust, an assignment and fixtures for the tests of judgements.

use std::collections::BTreeMap;

use wire::message::Group;
use wire::{Observed, Outcome, Tensors};

use crate::contract::Task;
use crate::contract::limits::Limits;
use crate::contract::subject::{Call, Subject};
use crate::contract::tolerance::Tolerances;
use crate::diagnosis::library::Library;
use crate::findings::fault::Fault;
use crate::fixtures::{Fixtures, new_manifest};
use crate::goldens::generate::make_case;
use crate::grading::assignment::{Assignment, Deductions, Entry, Gradescope, Hints, Trains, Visibility};
use crate::grading::judgement::{Carried, GradingContext, TaskJudgement, TimeLimit, Training, judge};

/// What a function of a pupil gives.
pub(super) type Answer = Result<Tensors, Outcome>;
/// A function that trains: the call, and what gives the next batch.
pub(super) type Train = fn(&Call, &mut dyn FnMut() -> Option<Tensors>) -> Observed;

/// A submission within this process.
pub(super) struct Pupil {
    pub(super) function: fn(&Call) -> Answer,
    pub(super) train: Train,
    /// The reference that measures, where there is one.
    pub(super) reference: Option<fn(&Call) -> Observed>,
    /// The CPU limits of all trainings.
    pub(super) limits: Vec<Option<f64>>,
    /// How often a process of its own was asked for.
    pub(super) respawns: u32,
}

impl Pupil {
    pub(super) fn new(function: fn(&Call) -> Answer, train: Train) -> Self {
        Self {
            function,
            train,
            reference: None,
            limits: Vec::new(),
            respawns: 0,
        }
    }
}

impl Subject for Pupil {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        Ok(observed(call, (self.function)(call)))
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.limits.push(call.cpu_seconds);
        Ok((self.train)(call, batches))
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        Ok(self.reference.map(|reference| reference(call)))
    }

    fn respawn(&mut self) {
        self.respawns += 1;
    }

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

/// What is seen of an answer.
pub(super) fn observed(call: &Call, answer: Answer) -> Observed {
    let mut tensors = Tensors::new();
    let outcome = match answer {
        Err(outcome) => outcome,
        Ok(outputs) => {
            Group::Output.insert(&mut tensors, outputs);
            Outcome::Returned
        }
    };
    if call.echo {
        Group::Argument.insert(&mut tensors, call.arguments.clone());
    }
    Observed::Answered { outcome, tensors }
}

/// A panic.
pub(super) fn panicked() -> Outcome {
    Outcome::Panicked {
        message: "no".to_owned(),
        location: None,
    }
}

/// An assignment in which every portion is worth two points.
pub(super) fn assignment(tasks: &[&Task]) -> Assignment {
    let entry = |task: &&Task| Entry {
        id: task.id.to_owned(),
        heading: String::new(),
        item: "1".to_owned(),
        visibility: Visibility::Public,
        withheld: false,
        portions: task.portions().into_iter().map(|name| (name.to_owned(), 2.0)).collect(),
    };
    Assignment {
        id: "small".to_owned(),
        title: String::new(),
        seed: 7,
        property_cases: 8,
        training: Trains::Asked,
        gradescope: Gradescope::default(),
        late: None,
        hints: Hints::Named,
        limits: Limits {
            cpu_seconds: 5.0,
            memory_mib: 4096,
            timeouts_per_task: 3,
            compile_seconds: Limits::COMPILE_SECONDS,
        },
        deductions: Deductions {
            property: 0.25,
            purity: 0.1,
            precision: 0.1,
        },
        headings: Vec::new(),
        tasks: tasks.iter().map(entry).collect(),
        manual: Vec::new(),
    }
}

/// Golden cases as `right` answers them.
pub(super) fn fixtures(tasks: &[&Task], right: fn(&Call) -> Answer) -> Fixtures {
    let mut reference = Pupil::new(right, |_, _| unreachable!("golden cases need no training"));
    let mut stored = BTreeMap::new();
    for task in tasks {
        let made = task.cases.iter().map(|case| {
            let made = make_case(task, case, &mut reference).expect("the right function answers every case");
            (case.name.to_owned(), made)
        });
        stored.insert(task.id.to_owned(), made.collect());
    }
    Fixtures {
        tasks: stored,
        tolerances: Tolerances::default(),
        manifest: new_manifest("0"),
        library: Library::empty(),
        hash: String::new(),
    }
}

/// Judges tasks, golden cases being what `right` answers.
pub(super) fn judged(
    tasks: &[&Task],
    right: fn(&Call) -> Answer,
    training: Training<'_>,
    subject: &mut dyn Subject,
) -> Vec<TaskJudgement> {
    judged_within(None, tasks, right, training, subject)
}

/// The same with a limit on the time for all of them.
pub(super) fn judged_within(
    time: Option<TimeLimit>,
    tasks: &[&Task],
    right: fn(&Call) -> Answer,
    training: Training<'_>,
    subject: &mut dyn Subject,
) -> Vec<TaskJudgement> {
    judged_by(time, &[], tasks, right, training, subject)
}

/// The same with what broke other submissions.
pub(super) fn judged_by(
    time: Option<TimeLimit>,
    carried: &[Carried],
    tasks: &[&Task],
    right: fn(&Call) -> Answer,
    training: Training<'_>,
    subject: &mut dyn Subject,
) -> Vec<TaskJudgement> {
    let (assignment, fixtures) = (assignment(tasks), fixtures(tasks, right));
    let context = GradingContext {
        assignment: &assignment,
        fixtures: &fixtures,
        seed: assignment.seed,
        fresh_seed: 1,
        training,
        shrinks: true,
        time,
        without: None,
        carried,
    };
    judge(&context, tasks, &BTreeMap::new(), subject, &mut |_| {}).expect("every case has its fixtures")
}
