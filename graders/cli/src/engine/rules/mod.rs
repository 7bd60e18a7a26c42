//! What the judge's tasks rule out, as the policy looks for it; what the policy finds, as the judge's findings.

use std::collections::BTreeMap;
use std::fs;
use std::io;

use judge::contract::Task;
use judge::contract::forbidden::Family;
use judge::findings::{BeforeRun, Finding, Prohibition};
use policy::{Breach, Inspection, Reason, Rules, TaskRules};
use sandbox::build::Built;
use sandbox::stage::{self, PARTS, is_given};

/// Inspects staged sources. An error is a fault of this machine.
pub(crate) fn inspect(staged: &stage::Staged) -> io::Result<Inspection> {
    let own = staged.files.iter().filter(|name| !is_given(name));
    let files = own.map(|name| Ok((name.as_str(), fs::read(staged.source.join(name))?)));
    Ok(policy::inspect(&files.collect::<io::Result<Vec<_>>>()?, &rules()))
}

/// Whether sources use nothing that some task may not use, and are of a kind that can be read.
pub(crate) fn is_innocent(sources: &BTreeMap<String, String>) -> bool {
    let own = sources.iter().filter(|(name, _)| !is_given(name));
    let files: Vec<(&str, Vec<u8>)> = own
        .map(|(name, text)| (name.as_str(), text.clone().into_bytes()))
        .collect();
    policy::inspect(&files, &rules()) == Inspection::default()
}

/// What every task rules out.
fn rules() -> Rules {
    let family = |family: Family| policy::Family {
        name: family.name(),
        stems: family.stems(),
        arity: family.arity(),
    };
    Rules {
        families: Family::ALL.into_iter().map(family).collect(),
        tasks: tasks::ALL.iter().map(|task| task_rules(task)).collect(),
        parts: PARTS,
    }
}

fn task_rules(task: &Task) -> TaskRules {
    TaskRules {
        task: task.id,
        file: task.file,
        functions: task.functions.iter().map(ToString::to_string).collect(),
        forbidden: task.forbidden_families().into_iter().map(Family::name).collect(),
    }
}

/// What an inspection says of a task.
pub(crate) fn finding(inspection: &Inspection, built: &Built, task: &Task) -> Option<Finding> {
    let breach = inspection.breaches.iter().find(|breach| breach.task == task.id);
    breach.map(forbidden_use).or_else(|| unread(inspection, built, task))
}

fn forbidden_use(breach: &Breach) -> Finding {
    Finding::BeforeRun(BeforeRun::Forbidden {
        file: breach.file.clone(),
        line: breach.line,
        item: breach.item.clone(),
        inside: breach.inside.clone(),
        why: prohibition(breach.reason),
    })
}

/// A file that was left to the compiler, and that the compiler accepts: what is in it is not known. One that holds no
/// task could be anybody's.
fn unread(inspection: &Inspection, built: &Built, task: &Task) -> Option<Finding> {
    let holds_a_task = |file: &str| tasks::ALL.iter().any(|task| task.file == file);
    let compiles = |file: &str| built.stop.is_none() && built.files.iter().all(|failure| failure.file != file);
    let found = inspection.unread.iter().find(|unread| {
        let concerns = unread.file == task.file || !holds_a_task(&unread.file);
        concerns && compiles(&unread.file)
    })?;
    Some(Finding::BeforeRun(BeforeRun::Forbidden {
        file: found.file.clone(),
        line: found.line,
        item: "a text that only the compiler can read".to_owned(),
        inside: None,
        why: Prohibition::Unreadable,
    }))
}

fn prohibition(reason: Reason) -> Prohibition {
    match reason {
        Reason::Answer(_) => Prohibition::Answer,
        Reason::Crates => Prohibition::Crates,
        Reason::Environment => Prohibition::Environment,
        Reason::Files => Prohibition::Files,
        Reason::ForeignCode => Prohibition::ForeignCode,
        Reason::HiddenName | Reason::Tangled => Prohibition::HiddenName,
        Reason::Nesting => Prohibition::Nesting,
        Reason::Network => Prohibition::Network,
        Reason::Processes => Prohibition::Processes,
        Reason::System => Prohibition::System,
        Reason::TorchScript => Prohibition::TorchScript,
        Reason::Unreadable => Prohibition::Unreadable,
        Reason::UnsafeCode => Prohibition::UnsafeCode,
    }
}

#[cfg(test)]
mod tests;
