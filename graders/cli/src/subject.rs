//! A submission's worker as the judge's `Subject`: children, call ids, and parts that the reference answers.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use judge::contract::subject::{Call, Spent, Subject};
use judge::findings::fault::Fault;
use judge::fixtures::hex;
use sandbox::talk::{Batches, Child, PartAnswer, Terms, Used, Worker};
use wire::message::Group;
use wire::{Device, Frame, Observed, Outcome, Tensor, Tensors};

use crate::failure::Failure;
use crate::grader::{Grader, Prepared, Setting};
use crate::kept;

/// A running submission.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    worker: Worker,
    child: Option<Child>,
    reference: Option<&'a Reference<'a>>,
    parts: Vec<&'static str>,
    substituted: u64,
    spent: Spent,
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
        let mut answered = 0;
        // No question may take longer than the call that asks it.
        let most = call.cpu_seconds.unwrap_or(self.worker.cpu_seconds());
        let reference = self.reference;
        let mut parts = |part: &str, arguments: Tensors| match reference.map(|it| it.answer(part, arguments, most)) {
            Some(Ok(answer)) => {
                answered += u64::from(answer.outputs.is_some());
                answer
            }
            Some(Err(fault)) => {
                trouble = Some(fault);
                NO_ANSWER
            }
            None => NO_ANSWER,
        };
        let serve: &mut Batches<'_> = &mut || batches.as_mut().and_then(|batches| batches());
        let terms = Terms {
            parts: Some(&mut parts),
            batches: message.batches.then_some(serve),
            cpu_seconds: call.cpu_seconds,
        };
        let observed = child.call(&message, tensors, terms);
        self.spent = self.spent.plus(spent(child.used()));
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
}

impl Subject for Running<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        self.ask(call, None)
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.ask(call, Some(batches))
    }

    fn trusted(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.reference.map(|reference| reference.ask(call)).transpose()
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

    fn spent(&self) -> Spent {
        self.spent
    }

    fn substituted(&self) -> u64 {
        self.substituted
    }
}

/// Where there is no answer, nobody has computed.
const NO_ANSWER: PartAnswer = PartAnswer {
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
        batches: false,
    };
    (message, tensors)
}

/// A hash of everything that an answer follows from.
pub(crate) fn key(call: &Call) -> Result<String, Fault> {
    let (message, tensors) = request(0, call, &[], Device::Cpu);
    let bytes = Frame::new(message, tensors).encode().map_err(fault)?;
    Ok(hex(&bytes))
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
    /// What it has answered, where the same is asked again and again.
    memory: Option<Mutex<Memory>>,
}

/// What the reference has answered, by a hash of the call. Its answers follow from the call alone.
#[derive(Debug, Default)]
struct Memory {
    answers: BTreeMap<String, Observed>,
    /// How many values they have.
    size: usize,
}

/// Values that are kept at most, 256 MiB of them; after that no more are.
const REMEMBERED: usize = 32 << 20;

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
            memory: None,
        }
    }

    /// The same, keeping its answers: for many submissions that are asked the same.
    pub(crate) fn remembering(self) -> Self {
        Self {
            memory: Some(Mutex::default()),
            ..self
        }
    }

    /// Itself, where the reference's sources are here: a grader that is handed out comes without them.
    pub(crate) fn at_hand(&'a self) -> Option<&'a Self> {
        self.grader.place().has_reference().then_some(self)
    }

    /// The outputs of a part by name, none at all where it refuses its arguments; `None` where they make no sense, or
    /// take more CPU seconds than `most`.
    fn answer(&self, part: &str, mut arguments: Tensors, most: f64) -> Result<PartAnswer, Fault> {
        let Some(task) = tasks::find(part) else {
            return Ok(NO_ANSWER);
        };
        // A part draws its random numbers from a seed that the submission's own generator gives.
        let seed = arguments.remove("seed").and_then(|seed| seed.item()).unwrap_or(0.0) as i64;
        // Gradients end at the border between processes; the answer's Jacobian at these arguments does not.
        let differentiated = Group::Gradient.take(&mut arguments);
        let is_float = |name: &String| arguments.get(name).is_some_and(|argument| argument.dtype().is_float());
        let call = Call {
            seed,
            cpu_seconds: Some(most),
            jacobian: differentiated.into_keys().filter(is_float).collect(),
            ..Call::new(task.id, arguments)
        };
        // Neither its start nor waiting for its turn is counted: that is none of the submission's doing.
        let (observed, seconds) = self.with_running(|running| {
            let before = running.spent;
            Ok((running.call(&call)?, running.spent.since(before).cpu))
        })?;
        let outputs = match observed {
            Observed::Answered {
                outcome: Outcome::Returned,
                tensors,
            } => {
                let mut answer = Group::Output.extract(&tensors);
                Group::Gradient.insert(&mut answer, Group::Gradient.extract(&tensors));
                Some(answer)
            }
            Observed::Answered {
                outcome: Outcome::Refused { .. },
                ..
            } => Some(Tensors::new()),
            // A submission can ask for nonsense; then it gets nothing, and falls back on its own part.
            _ => None,
        };
        Ok(PartAnswer { outputs, seconds })
    }

    /// Makes a call of the reference.
    fn ask(&self, call: &Call) -> Result<Observed, Fault> {
        let Some(memory) = &self.memory else {
            return self.with_running(|running| running.call(call));
        };
        let memory = || memory.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(call)?;
        if let Some(known) = memory().answers.get(&key) {
            return Ok(known.clone());
        }
        let observed = self.with_running(|running| running.call(call))?;
        if let Observed::Answered { tensors, .. } = &observed {
            let mut memory = memory();
            memory.size += tensors.values().map(Tensor::len).sum::<usize>();
            if memory.size <= REMEMBERED {
                memory.answers.insert(key, observed.clone());
            }
        }
        Ok(observed)
    }

    /// Does something with the running reference; where that fails, the next one starts it anew.
    fn with_running<T>(&self, action: impl FnOnce(&mut Running<'static>) -> Result<T, Fault>) -> Result<T, Fault> {
        let mut slot = self.slot();
        let answering = match slot.as_mut() {
            Some(answering) => answering,
            None => slot.insert(self.start().map_err(|failure| Fault(failure.message))?),
        };
        let result = action(&mut answering.running);
        if result.is_err() {
            *slot = None;
        }
        result
    }

    fn slot(&self) -> MutexGuard<'_, Option<Answering>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(&self) -> Result<Answering, Failure> {
        let program = kept::reference(self.grader)?;
        let running = self.grader.start(&program, &Setting::default(), None)?;
        Ok(Answering {
            _program: program,
            running,
        })
    }
}

/// The reference as a subject of its own, for impostors that have it train in their place.
impl Subject for &Reference<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        self.ask(call)
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.with_running(|running| running.train(call, batches))
    }

    fn trusted(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.ask(call).map(Some)
    }

    /// It is ours: it keeps nothing from one call to the next.
    fn renew(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}
