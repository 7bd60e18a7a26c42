//! What a trial uses: calls that train on batches which the judge serves and counts, and calls that measure.

use std::fmt;

use wire::message::Group;
use wire::{Observed, Outcome, Tensors};

use crate::contract::random::seed_bytes;
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;
use crate::findings::measurement::Series;
use crate::findings::observed::finding;
use crate::findings::stop::Stop;
use crate::findings::{CallFailed, Finding};

/// The name under which a report speaks of weights that the reference cannot use.
const WEIGHTS: &str = "trained weights";

/// Has a submission train, and measures what it has trained.
pub struct TrainingHarness<'a> {
    subject: &'a mut dyn Subject,
    cpu_seconds: f64,
    seed: u64,
    steps: u64,
    series: Vec<Series>,
}

impl fmt::Debug for TrainingHarness<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("TrainingHarness");
        shown.field("seed", &self.seed).field("steps", &self.steps);
        shown.finish_non_exhaustive()
    }
}

impl<'a> TrainingHarness<'a> {
    /// A harness for one run of a trial: the CPU seconds of each of its calls; `seed` is what `trial_seed` gives.
    pub fn new(subject: &'a mut dyn Subject, cpu_seconds: f64, seed: u64) -> Self {
        Self {
            subject,
            cpu_seconds,
            seed,
            steps: 0,
            series: Vec::new(),
        }
    }

    /// Seed of all that the trial makes: data, initial weights, order. It fits a call's seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// How many batches the last training has been served.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Makes a call of the submission's training function, under the trial's limit and in a process of its own.
    ///
    /// Whenever the function asks for a batch, `batches` makes the one with that number, counted from 0; `None` ends the
    /// training, and whoever asks again is told so again.
    pub fn train(&mut self, mut call: Call, batches: &mut dyn FnMut(u64) -> Option<Tensors>) -> Result<Tensors, Stop> {
        call.cpu_seconds = call.cpu_seconds.or(Some(self.cpu_seconds));
        let mut steps = 0;
        let mut is_over = false;
        self.subject.respawn();
        let observed = self.subject.train(&call, &mut || {
            let batch = if is_over { None } else { batches(steps) };
            is_over = batch.is_none();
            steps += u64::from(!is_over);
            batch
        });
        self.steps = steps;
        // What was trained may lie in that process's memory; nothing after this is asked of it.
        self.subject.respawn();
        returned(observed?)
    }

    /// Makes a call that measures: answered by the reference where one is at hand, otherwise by the submission's own
    /// function in a process that has not trained. Give it only what holds no answers.
    pub fn measure(&mut self, mut call: Call) -> Result<Tensors, Stop> {
        if let Some(observed) = self.subject.reference_call(&call)? {
            return outputs_of(observed);
        }
        call.cpu_seconds = call.cpu_seconds.or(Some(self.cpu_seconds));
        self.subject.respawn();
        returned(self.subject.call(&call)?)
    }

    /// Records a curve, also for a trial that comes to nothing after it.
    pub fn record(&mut self, series: Series) {
        self.series.push(series);
    }

    /// The curves that were recorded.
    pub(crate) fn into_series(self) -> Vec<Series> {
        self.series
    }
}

/// The seed of a trial: fixed by the run's seed, the task and the trial. It fits a call's seed, which has a sign.
pub fn trial_seed(seed: u64, task: &str, trial: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = seed_bytes(seed, &format!("trial/{task}/{trial}"));
    u64::from_le_bytes([a, b, c, d, e, f, g, h]) >> 1
}

fn returned(observed: Observed) -> Result<Tensors, Stop> {
    match observed {
        Observed::Answered {
            outcome: Outcome::Returned,
            tensors,
        } => Ok(Group::Output.extract(&tensors)),
        observed => Err(Stop::Found(finding(observed))),
    }
}

/// The reference answers every sensible call: where it does not, it was given weights that make no sense.
fn outputs_of(observed: Observed) -> Result<Tensors, Stop> {
    let reason = match observed {
        Observed::Answered { outcome, tensors } => match outcome {
            Outcome::Returned => return Ok(Group::Output.extract(&tensors)),
            Outcome::Refused { reason } | Outcome::BadRequest { reason } | Outcome::NoGradient { reason } => reason,
            Outcome::Panicked { message, .. } => message,
            Outcome::Unusable { output, reason } => format!("{output}: {reason}"),
            Outcome::NotAttempted => return Err(Stop::Fault(fault("it is not written"))),
            Outcome::Elsewhere { output, .. } => {
                return Err(Stop::Fault(fault(&format!("`{output}` is on another device"))));
            }
        },
        Observed::TimedOut { .. } | Observed::UsedUp { .. } => "they are too large to be used in time".to_owned(),
        Observed::OutOfMemory { .. } => "they are too large for the memory".to_owned(),
        Observed::Malformed { reason } => return Err(Stop::Fault(fault(&reason))),
        Observed::TooManyThreads { .. } => return Err(Stop::Fault(fault("it has too many threads"))),
        Observed::Ended { how } => return Err(Stop::Fault(fault(&format!("its process ended: {how:?}")))),
    };
    Err(Stop::Found(Finding::CallFailed(CallFailed::Unusable {
        output: WEIGHTS.to_owned(),
        reason,
    })))
}

fn fault(reason: &str) -> Fault {
    Fault(format!("the reference gave no answer to measure by: {reason}"))
}
