//! Many gradings in a row: verdicts as expected, no process and no file left, memory flat.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;

use super::attacks::{self, Attack};
use super::trying::{self, Doctor};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Memory may grow by so much between the first rounds and the last: buffers that settle late.
const SLACK_KIB: u64 = 4096;

/// A slow attack comes once in so many turns.
const RARELY: usize = 8;

/// Grades so many submissions, all in turn.
pub(super) fn soak(doctor: &Doctor<'_>, attacks: &[Attack], rounds: usize, output: &Output) -> Result<Exit, Failure> {
    let others = attacks::others(&doctor.grader.course_root().corpus())?;
    let before = temporary_files();
    let mut memory = Vec::new();
    let mut deviations = 0;
    for (round, attack) in mix(attacks, &others).take(rounds).enumerate() {
        output.progress(&format!("round {} of {rounds}: {}", round + 1, attack.name));
        let mut outcome = doctor.try_attack(attack)?;
        outcome.deviations.extend(left(&before));
        if !outcome.deviations.is_empty() {
            deviations += 1;
            output.row(&trying::row(attack, &outcome, attack.name.len()));
        }
        memory.extend(resident_kib());
    }
    let growth = growth(&memory);
    output.line(&format!(
        "{rounds} gradings, {deviations} not as expected; memory {} KiB at the end, grown by {growth} KiB",
        memory.last().copied().unwrap_or_default()
    ));
    let is_flat = growth <= SLACK_KIB;
    Ok(if deviations == 0 && is_flat {
        Exit::Done
    } else {
        Exit::Deviation
    })
}

/// Every attack, each followed by a submission without malice, over and over. Those that use up a limit take as long as
/// ten others, and leave behind what they leave behind each time: they come rarely.
fn mix<'a>(attacks: &'a [Attack], others: &'a [Attack]) -> impl Iterator<Item = &'a Attack> {
    let mut others = others.iter().cycle();
    let turn = move |turn: usize| {
        let due = move |attack: &&Attack| !attack.expected.slow || turn.is_multiple_of(RARELY);
        attacks.iter().filter(due)
    };
    (0..)
        .flat_map(turn)
        .flat_map(move |attack| std::iter::once(attack).chain(others.next()))
}

/// By how much the last quarter's largest is above the second quarter's: the first is warming up.
fn growth(memory: &[u64]) -> u64 {
    let quarter = memory.len() / 4;
    let largest = |part: &[u64]| part.iter().copied().max().unwrap_or_default();
    let last = largest(&memory[memory.len() - quarter..]);
    last.saturating_sub(largest(&memory[quarter..2 * quarter]))
}

/// What lies in the folder for temporary files. Others may use it as well: `scripts/soak` gives this its own.
fn temporary_files() -> BTreeSet<OsString> {
    let entries = fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).collect()
}

/// What was left behind by a grading that is over, apart from the reference that answers for parts.
fn left(before: &BTreeSet<OsString>) -> Vec<String> {
    let after = temporary_files();
    after
        .difference(before)
        .map(|name| format!("{} is left in the temporary folder", name.to_string_lossy()))
        .collect()
}

fn resident_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attack(name: &str, slow: bool) -> Attack {
        let slow = if slow { "slow = true" } else { "" };
        let expected = format!("case = 'R1'\nattack = ''\nverdict = 'crashed'\ngraded = 'crashed'\n{slow}");
        Attack::of(name, toml::from_str(&expected).expect("an expectation"))
    }

    #[test]
    fn slow_attacks_come_rarely_and_everything_else_in_turn() {
        let (attacks, others) = ([attack("quick", false), attack("slow", true)], [attack("other", false)]);
        let names: Vec<&str> = mix(&attacks, &others)
            .map(|attack| attack.name.as_str())
            .take(38)
            .collect();
        let count = |name: &str| names.iter().filter(|other| **other == name).count();
        assert_eq!(names[..4], ["quick", "other", "slow", "other"]);
        assert_eq!((count("quick"), count("slow"), count("other")), (17, 2, 19));
    }

    #[test]
    fn growth_after_the_warming_up_counts() {
        assert_eq!(growth(&[1, 5, 9, 9, 9, 9, 9, 9]), 0);
        assert_eq!(growth(&[1, 5, 9, 9, 9, 9, 9, 12]), 3);
        assert_eq!(growth(&[]), 0);
    }
}
