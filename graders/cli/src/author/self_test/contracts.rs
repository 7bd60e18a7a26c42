//! Whether each task's contract says how the reference's outputs depend on its arguments.

use std::collections::BTreeSet;

use judge::checks::derived::gradient::measured;
use judge::contract::Task;
use judge::contract::subject::{Call, Subject};
use judge::findings::fault::Fault;
use judge::fixtures::Fixtures;
use wire::Observed;

use crate::engine::{Answering, Reference};
use crate::failure::Failure;

/// Stands for the reference alone: only what is trusted is asked.
struct Trusted<'a>(&'a Reference<'a>);

impl Subject for Trusted<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        self.0.ask(call)
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.0.ask(call).map(Some)
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

/// What a skeleton of `grade new-task` says where its author has written nothing yet.
const TO_BE_WRITTEN: &str = "to be written";

/// Which texts of a task nobody has written.
fn unwritten(task: &Task) -> Option<String> {
    let lists = [("conventions", task.conventions), ("misreadings", task.misreadings)];
    let texts = [
        ("definition", task.definition),
        ("formula", task.formula),
        ("source", task.source),
    ];
    let of_lists = lists
        .iter()
        .flat_map(|(name, texts)| texts.iter().map(move |text| (*name, *text)));
    let is_left = |(_, text): &(&str, &str)| text.starts_with(TO_BE_WRITTEN);
    let left: Vec<&str> = texts
        .into_iter()
        .chain(of_lists)
        .filter(is_left)
        .map(|(name, _)| name)
        .collect();
    let task = task.id;
    (!left.is_empty()).then(|| format!("of {task} is still to be written: {}", left.join(", ")))
}

/// What the contracts of these tasks say otherwise than the reference does, a line for each.
pub(crate) fn deviations(
    tasks: &[&'static Task],
    fixtures: &Fixtures,
    reference: &Reference<'_>,
) -> Result<Vec<String>, Failure> {
    let mut lines: Vec<String> = tasks.iter().filter_map(|task| unwritten(task)).collect();
    for task in tasks {
        let mut cases = Vec::new();
        for case in task.cases {
            cases.push((case, fixtures.case(task.id, case.name)?.clone()));
        }
        let measured = measured(task, &cases, &mut Trusted(reference)).map_err(|fault| Failure::fault(fault.0))?;
        let declared: BTreeSet<String> = [task.contract.smooth, task.contract.data]
            .concat()
            .into_iter()
            .map(str::to_owned)
            .collect();
        let Some(measured) = measured else { continue };
        if measured != declared {
            let listed: Vec<String> = measured.into_iter().collect();
            lines.push(format!(
                "the contract of {} does not say what the reference does: smooth are [{}]",
                task.id,
                listed.join(", ")
            ));
        }
    }
    Ok(lines)
}
