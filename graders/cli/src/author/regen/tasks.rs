//! Which tasks have golden files, and which others the reference is asked for on the way.

use judge::contract::Task;
use judge::goldens::generate;

use crate::failure::Failure;

/// These tasks, and those that the reference is asked for on the way: the distribution of a drawn case is another task's.
pub(super) fn with_asked(chosen: &[&'static Task]) -> Vec<&'static Task> {
    let mut all = chosen.to_vec();
    for task in chosen
        .iter()
        .flat_map(|task| generate::asks(task))
        .filter_map(tasks::find)
    {
        if all.iter().all(|known| known.id != task.id) {
            all.push(task);
        }
    }
    all
}

/// The tasks that have golden cases. Naming one that has none is a mistake; among all tasks they are passed over.
pub(super) fn with_cases(chosen: Vec<&'static Task>, named: &[String]) -> Result<Vec<&'static Task>, Failure> {
    let (with, without): (Vec<_>, Vec<_>) = chosen.into_iter().partition(|task| !task.cases.is_empty());
    match without.first() {
        Some(task) if !named.is_empty() => Err(Failure::usage(format!(
            "task `{}` is only trained: it has no golden files",
            task.id
        ))
        .hint("name tasks with golden cases, or none for all of them")),
        _ => Ok(with),
    }
}
