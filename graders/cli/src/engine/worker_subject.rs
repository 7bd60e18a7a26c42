//! A submission's worker as the judge's `Subject`: children, call ids, and parts that the reference answers.

use std::fmt;

use files::sha256;
use judge::contract::subject::{Call, Spent, Subject};
use judge::findings::fault::Fault;
use sandbox::talk::{Batches, CallOptions, Child, PartAnswer, Used, Worker};
use wire::message::Group;
use wire::{Device, Frame, Observed, Tensors};

/// Whoever answers for the parts of a submission that are wrong.
pub(crate) trait Answering: fmt::Debug + Sync {
    /// The outputs of a part by name, none at all where it refuses its arguments; `None` where they make no sense, or
    /// take more CPU seconds than `most`.
    fn answer(&self, part: &str, arguments: Tensors, most: f64) -> Result<PartAnswer, Fault>;

    /// Makes a call that is ours.
    fn ask(&self, call: &Call) -> Result<Observed, Fault>;
}

/// A running submission.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    worker: Worker,
    child: Option<Child>,
    reference: Option<&'a dyn Answering>,
    parts: Vec<&'static str>,
    substituted: u64,
    unanswered: u64,
    spent: Spent,
    next_id: u64,
}

impl<'a> Running<'a> {
    /// A submission whose worker has been started; `reference` answers for parts.
    pub(crate) fn new(worker: Worker, reference: Option<&'a dyn Answering>) -> Self {
        Self {
            worker,
            child: None,
            reference,
            parts: Vec::new(),
            substituted: 0,
            unanswered: 0,
            spent: Spent::default(),
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

impl Running<'_> {
    /// Makes a call; one that trains is served batches.
    fn ask(&mut self, call: &Call, mut batches: Option<&mut Batches<'_>>) -> Result<Observed, Fault> {
        let mut child = match self.child.take() {
            Some(child) => child,
            None => self.worker.child().map_err(fault)?,
        };
        self.next_id += 1;
        let (mut message, tensors) = request(self.next_id, call, &self.parts, self.worker.device());
        message.batches = batches.is_some();
        let mut trouble = None;
        let (mut answered, mut unanswered) = (0, 0);
        // No question may take longer than the call that asks it.
        let most = call.cpu_seconds.unwrap_or(self.worker.cpu_seconds());
        let reference = self.reference;
        let mut parts = |part: &str, arguments: Tensors| match reference.map(|it| it.answer(part, arguments, most)) {
            Some(Ok(answer)) => {
                answered += u64::from(answer.outputs.is_some());
                unanswered += u64::from(answer.outputs.is_none());
                answer
            }
            Some(Err(fault)) => {
                trouble = Some(fault);
                NO_ANSWER
            }
            None => NO_ANSWER,
        };
        let serve: &mut Batches<'_> = &mut || batches.as_mut().and_then(|batches| batches());
        let options = CallOptions {
            parts: Some(&mut parts),
            batches: message.batches.then_some(serve),
            cpu_seconds: call.cpu_seconds,
        };
        let observed = child.call(&message, tensors, options);
        self.spent = self.spent.plus(spent(child.used()));
        self.substituted += answered;
        self.unanswered += unanswered;
        if let Some(fault) = trouble {
            return Err(fault);
        }
        let observed = observed.map_err(fault)?;
        if matches!(observed, Observed::Answered { .. }) {
            self.child = Some(child);
        }
        Ok(observed)
    }
}

impl Subject for Running<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        self.ask(call, None)
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.ask(call, Some(batches))
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.reference.map(|reference| reference.ask(call)).transpose()
    }

    fn respawn(&mut self) {
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

    fn spent(&self) -> Spent {
        self.spent
    }

    fn substituted(&self) -> u64 {
        self.substituted
    }

    fn unanswered(&self) -> u64 {
        self.unanswered
    }
}

/// Where there is no answer, nobody has computed.
pub(super) const NO_ANSWER: PartAnswer = PartAnswer {
    outputs: None,
    seconds: 0.0,
};

fn spent(Used { cpu, slept, wall }: Used) -> Spent {
    Spent { cpu, slept, wall }
}

fn request(id: u64, call: &Call, parts: &[&'static str], device: Device) -> (wire::Call, Tensors) {
    let mut tensors = Tensors::new();
    Group::Argument.insert(&mut tensors, call.arguments.clone());
    let mut gradients = call.jacobian.clone();
    if let Some(gradient) = &call.gradient {
        Group::Cotangent.insert(&mut tensors, gradient.cotangents.clone());
        gradients.clone_from(&gradient.by);
    }
    let message = wire::Call {
        id,
        task: call.task.to_owned(),
        device,
        seed: call.seed,
        echo: call.echo,
        parameters: call.parameters,
        gradients,
        substitutes: parts.iter().map(ToString::to_string).collect(),
        batches: false,
        layout: call.layout,
    };
    (message, tensors)
}

/// A hash of everything that an answer follows from.
pub(crate) fn key(call: &Call) -> Result<String, Fault> {
    let (message, tensors) = request(0, call, &[], Device::Cpu);
    let bytes = Frame::new(message, tensors).encode().map_err(fault)?;
    Ok(sha256(&bytes))
}

fn fault(error: impl std::fmt::Display) -> Fault {
    Fault(error.to_string())
}

/// Stands where there is no program: nothing is ever asked of it, since every task is rejected.
#[derive(Debug)]
pub(crate) struct NoProgram;

impl Subject for NoProgram {
    fn call(&mut self, _: &Call) -> Result<Observed, Fault> {
        Err(Fault("a call was made although there is no program".to_owned()))
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}
