//! The reference as it answers for parts, and as a subject of its own.

mod kept;
mod memory;

use std::sync::{Mutex, PoisonError};

use judge::contract::subject::{Call, Subject};
use judge::findings::fault::Fault;
use sandbox::talk::{PartAnswer, Worker};
use wire::message::Group;
use wire::{Observed, Outcome, Tensors};

use super::constants::OWN_LIMITS;
use super::grader::Grader;
use super::prepared::Prepared;
use super::program_cache;
use super::worker_config::WorkerConfig;
use super::worker_subject::{Answering, NO_ANSWER, Running};
use crate::failure::Failure;
use kept::Kept;
use memory::{Answer, Asker, Memory, key_of};

/// The reference as it answers for parts: built and started at the first question, shared by all submissions. As many of its
/// processes run as are asked at once.
#[derive(Debug)]
pub(crate) struct Reference<'a> {
    grader: &'a Grader,
    /// The server, once there is one: its processes are ours, and none can harm another.
    server: Mutex<Option<Started>>,
    /// Those that nobody asks at the moment: another is made whenever all are busy.
    idle: Mutex<Vec<Running<'static>>>,
    /// What it has answered, where the same is asked again and again.
    memory: Option<Mutex<Memory>>,
}

#[derive(Debug)]
struct Started {
    _program: Prepared,
    worker: Worker,
}

impl<'a> Reference<'a> {
    /// A reference that has not been started yet.
    pub(crate) fn new(grader: &'a Grader) -> Self {
        Self {
            grader,
            server: Mutex::default(),
            idle: Mutex::default(),
            memory: None,
        }
    }

    /// The same, keeping its answers: for many submissions that are asked the same.
    pub(crate) fn remembering(self) -> Self {
        Self {
            memory: Some(Mutex::new(Memory::of_many())),
            ..self
        }
    }

    /// The same, with what runs before have kept beside its program.
    pub(crate) fn with_kept_answers(self) -> Self {
        let prefix = || program_cache::answers_of_reference(self.grader).ok();
        let prefix = self.at_hand().and_then(|_| prefix());
        let kept = prefix.map(|prefix| Kept::open(self.grader.answers_folder(), prefix));
        let memory = self
            .memory
            .map(|memory| memory.into_inner().unwrap_or_else(PoisonError::into_inner));
        let memory = memory.unwrap_or_default();
        Self {
            memory: Some(Mutex::new(memory.with(kept))),
            ..self
        }
    }

    /// Keeps for the runs to come what this one has learnt.
    pub(crate) fn keep_answers(&self) {
        if let Some(memory) = &self.memory {
            memory.lock().unwrap_or_else(PoisonError::into_inner).keep();
        }
    }

    /// Itself, where the reference's sources are here: a grader that is handed out comes without them.
    pub(crate) fn at_hand(&'a self) -> Option<&'a dyn Answering> {
        self.grader
            .course_root()
            .has_reference()
            .then_some(self as &dyn Answering)
    }

    /// Does something with a running reference; one with which that fails is not used again.
    fn with_running<T>(&self, action: impl FnOnce(&mut Running<'static>) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let free = idle().pop();
        let mut running = match free {
            Some(running) => running,
            None => self.start().map_err(|failure| Fault(failure.message))?,
        };
        let result = action(&mut running)?;
        idle().push(running);
        Ok(result)
    }

    /// Answers a call, or says what has been answered to the same call before.
    fn respond(&self, call: &Call, asker: Asker) -> Result<Answer, Fault> {
        let Some(memory) = &self.memory else {
            return self.compute(call);
        };
        let memory = || memory.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key_of(call)?;
        let known = memory().recall(&key, asker);
        if let Some(known) = known {
            return Ok(known);
        }
        let answer = self.compute(call)?;
        memory().learn(key, &answer, asker);
        Ok(answer)
    }

    /// Neither its start nor waiting for its turn is counted: that is none of the submission's doing.
    fn compute(&self, call: &Call) -> Result<Answer, Fault> {
        self.with_running(|running| {
            let before = running.spent();
            let observed = running.call(call)?;
            let seconds = running.spent().since(before).cpu;
            Ok(Answer { observed, seconds })
        })
    }

    fn start(&self) -> Result<Running<'static>, Failure> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(started) = &*server {
            return Ok(Running::new(started.worker.clone(), None));
        }
        let program = program_cache::reference(self.grader)?;
        let worker = self
            .grader
            .start_worker(&program, &WorkerConfig::default(), OWN_LIMITS)?;
        *server = Some(Started {
            _program: program,
            worker: worker.clone(),
        });
        Ok(Running::new(worker, None))
    }
}

impl Answering for Reference<'_> {
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
        let Answer { observed, seconds } = self.respond(&call, Asker::Submission)?;
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

    fn ask(&self, call: &Call) -> Result<Observed, Fault> {
        self.respond(call, Asker::Judge).map(|answer| answer.observed)
    }
}

/// The reference as a subject of its own, for trivial baselines that have it train in their place.
impl Subject for &Reference<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        self.ask(call)
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.with_running(|running| running.train(call, batches))
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.ask(call).map(Some)
    }

    /// It is ours: it keeps nothing from one call to the next.
    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}
