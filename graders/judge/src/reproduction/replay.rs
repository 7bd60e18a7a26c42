//! A submission that gives again what it gave before.

use wire::message::Group;
use wire::{Observed, Outcome, Tensors};

use super::model::Step;
use crate::contract::exchange::Exchange;
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;

/// Answers calls in order from a record.
pub(super) struct Replay<'a> {
    exchanges: &'a [Exchange],
    next: usize,
    /// Whether a call has come that is not the recorded one, as where a property hands on an output that has been changed.
    pub(super) strayed: bool,
}

impl<'a> Replay<'a> {
    pub(super) fn new(exchanges: &'a [Exchange]) -> Self {
        Self {
            exchanges,
            next: 0,
            strayed: false,
        }
    }
}

impl Subject for Replay<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        let place = self.next;
        self.next += 1;
        let returned = self
            .exchanges
            .get(place)
            .and_then(|exchange| exchange.returned.as_ref());
        let Some(returned) = returned else {
            return Err(Fault("the record ends here".to_owned()));
        };
        let recorded = &self.exchanges[place].call;
        let same = |(name, given): (&String, &wire::Tensor)| recorded.arguments.get(name) == Some(given);
        if call.task != recorded.task || !call.arguments.iter().all(same) {
            self.strayed = true;
        }
        let mut tensors = Tensors::new();
        Group::Output.insert(&mut tensors, returned.outputs.clone());
        Group::Argument.insert(&mut tensors, returned.arguments.clone());
        Group::Gradient.insert(&mut tensors, returned.gradients.clone());
        Ok(Observed::Answered {
            outcome: Outcome::Returned,
            tensors,
        })
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _parts: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

impl Step {
    /// The earlier call and its output that an argument of this one is, if it is one.
    pub fn handed_on<'a>(earlier: &'a [Self], argument: &wire::Tensor) -> Option<(usize, &'a str)> {
        earlier.iter().enumerate().find_map(|(place, step)| {
            let mut outputs = step.outputs.iter();
            let (name, _) = outputs.find(|(_, output)| *output == argument && output.len() > 1)?;
            Some((place, name.as_str()))
        })
    }
}
