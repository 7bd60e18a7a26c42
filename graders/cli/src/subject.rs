//! A submission's worker as the judge's `Subject`: children, call ids, and parts that the reference answers.

use std::sync::{Mutex, MutexGuard, PoisonError};

use judge::subject::{Call, Fault, Subject};
use sandbox::talk::{Child, Worker};
use wire::message::Group;
use wire::{Device, Observed, Outcome, Tensors};

use crate::failure::Failure;
use crate::grader::{Grader, Prepared, Setting};

/// A running submission.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    worker: Worker,
    child: Option<Child>,
    reference: Option<&'a Reference<'a>>,
    parts: Vec<&'static str>,
    substituted: u64,
    next_id: u64,
}

impl<'a> Running<'a> {
    /// A submission whose worker has been started; `reference` answers for parts.
    pub(crate) fn new(worker: Worker, reference: Option<&'a Reference<'a>>) -> Self {
        Self {
            worker,
            child: None,
            reference,
            parts: Vec::new(),
            substituted: 0,
            next_id: 0,
        }
    }

    /// The largest memory that the server and its present child have used, in KiB.
    pub(crate) fn peak_memory_kib(&self) -> (Option<u64>, Option<u64>) {
        (
            self.worker.peak_memory_kib(),
            self.child.as_ref().and_then(Child::peak_memory_kib),
        )
    }
}

impl Subject for Running<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        let mut child = match self.child.take() {
            Some(child) => child,
            None => self.worker.child().map_err(fault)?,
        };
        self.next_id += 1;
        let (message, tensors) = request(self.next_id, call, &self.parts, self.worker.device());
        let mut trouble = None;
        let mut answered = 0;
        let observed = child.call(&message, tensors, &mut |part, arguments| {
            let outputs = match self.reference?.answer(part, arguments) {
                Ok(outputs) => outputs?,
                Err(fault) => {
                    trouble = Some(fault);
                    return None;
                }
            };
            answered += 1;
            Some(outputs)
        });
        self.substituted += answered;
        if let Some(fault) = trouble {
            return Err(fault);
        }
        let observed = observed.map_err(fault)?;
        if matches!(observed, Observed::Answered { .. }) {
            self.child = Some(child);
        }
        Ok(observed)
    }

    fn renew(&mut self) {
        self.child = None;
    }

    fn substitute(&mut self, parts: &[&'static str]) -> Result<bool, Fault> {
        self.parts = if self.reference.is_some() {
            parts.to_vec()
        } else {
            Vec::new()
        };
        Ok(self.reference.is_some())
    }

    fn substituted(&self) -> u64 {
        self.substituted
    }
}

fn request(id: u64, call: &Call, parts: &[&'static str], device: Device) -> (wire::Call, Tensors) {
    let mut tensors = Tensors::new();
    Group::Argument.insert(&mut tensors, call.arguments.clone());
    let mut gradients = Vec::new();
    if let Some(gradient) = &call.gradient {
        Group::Cotangent.insert(&mut tensors, gradient.cotangents.clone());
        gradients = gradient.by.iter().map(ToString::to_string).collect();
    }
    let message = wire::Call {
        id,
        task: call.task.to_owned(),
        device,
        seed: call.seed,
        echo: call.echo,
        gradients,
        substitutes: parts.iter().map(ToString::to_string).collect(),
    };
    (message, tensors)
}

fn fault(error: impl std::fmt::Display) -> Fault {
    Fault(error.to_string())
}

/// Stands where there is no program: nothing is ever asked of it, since every task is precluded.
#[derive(Debug)]
pub(crate) struct Absent;

impl Subject for Absent {
    fn call(&mut self, _: &Call) -> Result<Observed, Fault> {
        Err(Fault("a call was made although there is no program".to_owned()))
    }

    fn renew(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

/// The reference as it answers for parts: built and started at the first question, shared by all submissions.
#[derive(Debug)]
pub(crate) struct Reference<'a> {
    grader: &'a Grader,
    running: Mutex<Option<Answering>>,
}

#[derive(Debug)]
struct Answering {
    _program: Prepared,
    running: Running<'static>,
}

impl<'a> Reference<'a> {
    /// A reference that has not been started yet.
    pub(crate) fn new(grader: &'a Grader) -> Self {
        Self {
            grader,
            running: Mutex::default(),
        }
    }

    /// The outputs of a part by name, none at all where it refuses its arguments; `None` where they make no sense.
    fn answer(&self, part: &str, mut arguments: Tensors) -> Result<Option<Tensors>, Fault> {
        let Some(task) = judge::tasks::find(part) else {
            return Ok(None);
        };
        let mut slot = self.slot();
        if slot.is_none() {
            *slot = Some(self.start().map_err(|failure| Fault(failure.message))?);
        }
        let Some(answering) = slot.as_mut() else {
            return Ok(None);
        };
        // A part draws its random numbers from a seed that the submission's own generator gives.
        let seed = arguments.remove("seed").and_then(|seed| seed.item()).unwrap_or(0.0) as i64;
        let call = Call {
            seed,
            ..Call::new(task.id, arguments)
        };
        match answering.running.call(&call) {
            Ok(Observed::Answered {
                outcome: Outcome::Returned,
                tensors,
            }) => Ok(Some(Group::Output.extract(&tensors))),
            Ok(Observed::Answered {
                outcome: Outcome::Refused { .. },
                ..
            }) => Ok(Some(Tensors::new())),
            // A submission can ask for nonsense; then it gets nothing, and falls back on its own part.
            Ok(_) => Ok(None),
            Err(fault) => {
                *slot = None;
                Err(fault)
            }
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<Answering>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) -> Result<Answering, Failure> {
        let program = self.grader.prepare_reference(judge::tasks::ALL)?;
        let running = self.grader.start(&program, &Setting::default(), None)?;
        Ok(Answering {
            _program: program,
            running,
        })
    }
}
