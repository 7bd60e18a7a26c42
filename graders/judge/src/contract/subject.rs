//! The judge's view of a submission: something that answers calls.
//!
//! Who stands behind it (a sandboxed worker, the reference's worker, a trivial baseline that returns zeros) is not the
//! judge's business.

use wire::{MemoryLayout, Observed, Tensors};

use crate::findings::fault::Fault;

/// Seed of the generator wherever a check does not ask for another one.
const SEED: i64 = 1;

/// One call of a task's function.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The task whose function is called.
    pub task: &'static str,
    /// The arguments by name; scalars are 0-dimensional.
    pub arguments: Tensors,
    /// Seed of the generator that sampling and dropout draw from.
    pub seed: i64,
    /// Whether the arguments come back as they are after the call.
    pub echo: bool,
    /// Whether arguments of floats require gradients, as parameters do; one that no longer does after the call does not come
    /// back.
    pub parameters: bool,
    /// What to differentiate, if anything.
    pub gradient: Option<Gradient>,
    /// Arguments by which the whole Jacobian of every output is asked for, in place of a gradient.
    pub jacobian: Vec<String>,
    /// CPU seconds that this call may use, where they are not the assignment's.
    pub cpu_seconds: Option<f64>,
    /// How the arguments lie in memory.
    pub layout: MemoryLayout,
}

impl Call {
    /// A plain call. The generator's seed is the same whatever a call is for: a function that draws can tell no golden case
    /// from a fresh input or a property by it.
    pub fn new(task: &'static str, arguments: Tensors) -> Self {
        Self {
            task,
            arguments,
            seed: SEED,
            echo: false,
            parameters: false,
            gradient: None,
            jacobian: Vec::new(),
            cpu_seconds: None,
            layout: MemoryLayout::Contiguous,
        }
    }
}

/// A vector-Jacobian product: the gradient of `sum(output * cotangent)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Gradient {
    /// The arguments to differentiate by.
    pub by: Vec<String>,
    /// A cotangent for each output that takes part.
    pub cotangents: Tensors,
}

/// What calls have used, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spent {
    /// CPU time, that of the reference's answers for their parts included.
    pub cpu: f64,
    /// Time asleep, which no machine is to blame for.
    pub slept: f64,
    /// Time by the wall clock.
    pub wall: f64,
}

impl Spent {
    /// What the submission itself has used: neither waiting for a processor nor what the judge does counts.
    pub fn own(self) -> f64 {
        self.cpu + self.slept
    }

    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            cpu: self.cpu + other.cpu,
            slept: self.slept + other.slept,
            wall: self.wall + other.wall,
        }
    }

    /// What has come since then.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            cpu: self.cpu - earlier.cpu,
            slept: self.slept - earlier.slept,
            wall: self.wall - earlier.wall,
        }
    }
}

/// Something that answers calls.
pub trait Subject {
    /// Makes one call and says what was seen of it.
    fn call(&mut self, call: &Call) -> Result<Observed, Fault>;

    /// Makes a call whose function asks for batches: `batches` gives the next one, and `None` once there are no more.
    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        let _ = batches;
        Err(Fault(format!("nobody here can train for `{}`", call.task)))
    }

    /// Has a call answered by the reference; `None` where no reference is at hand.
    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        let _ = call;
        Ok(None)
    }

    /// Has the next call made in a process that knows nothing of the earlier ones.
    fn respawn(&mut self);

    /// Has these parts answered by the reference from now on, where a reference is at hand. Says whether it is.
    fn substitute(&mut self, parts: &[&'static str]) -> Result<bool, Fault>;

    /// What all calls so far have used, as far as anybody measures it.
    fn spent(&self) -> Spent {
        Spent::default()
    }

    /// How many part calls have been answered by the reference so far.
    fn substituted(&self) -> u64;

    /// How many part calls so far the reference had no answer for, since their arguments make no sense to it.
    fn unanswered(&self) -> u64 {
        0
    }
}
