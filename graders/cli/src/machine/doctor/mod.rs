//! `grade doctor`: what confines a submission on this machine, and every attack of the corpus tried against it.
//!
//! An attack is built and run as a submission is, with two differences that no graded submission can have: the policy
//! does not look at it, and `unsafe` compiles, so that the sandbox alone stands in its way. Where a layer is missing, no
//! attack is tried at all.

mod attacks;
mod ground;
mod layers;
mod soak;
mod trying;

use std::sync::atomic::{AtomicUsize, Ordering};

use judge::contract::limits::Limits;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{GradingContext, Training};

use crate::arguments;
use crate::engine::parallel_map::{InOrder, parallel_map};
use crate::engine::{Grader, Reference};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

use trying::Doctor;

/// The task that every attack is in, and the one that must not feel it.
const TASKS: [&str; 2] = ["rms_norm", "split_heads"];

/// Tight, since most attacks that have a limit use all of it.
const LIMITS: Limits = Limits {
    cpu_seconds: 0.5,
    memory_mib: 3072,
    timeouts_per_task: 1,
    compile_seconds: 6,
};

/// Runs the command.
pub(crate) fn doctor(grader: &Grader, options: &arguments::Doctor, output: &Output) -> Result<Exit, Failure> {
    let layers = layers::found();
    output.line(&layers::table(&layers));
    if layers.iter().any(|layer| !layer.is_there) {
        output.line("no attack is tried where a layer is missing");
        return Ok(Exit::Environment);
    }
    let assignment = assignment(grader)?;
    let chosen: Vec<_> = TASKS.iter().filter_map(|id| tasks::find(id)).collect();
    let fixtures = Fixtures::load(&grader.course_root().fixtures(), &chosen)?;
    let doctor = Doctor {
        grader,
        context: GradingContext {
            assignment: &assignment,
            fixtures: &fixtures,
            seed: assignment.seed,
            training: Training::NotAsked,
            without: None,
            carried: &[],
            fresh_seed: assignment.seed,
            shrinks: false,
            time: None,
        },
        tasks: &chosen,
        reference: Reference::new(grader),
    };
    let attacks = attacks::read(&grader.course_root().corpus(), &options.only)?;
    match options.soak {
        Some(rounds) => soak::soak(&doctor, &attacks, rounds, output),
        None => try_all(&doctor, &attacks, output),
    }
}

fn try_all(doctor: &Doctor<'_>, attacks: &[attacks::Attack], output: &Output) -> Result<Exit, Failure> {
    let width = attacks.iter().map(|attack| attack.name.len()).max().unwrap_or(0);
    let (rows, tried) = (InOrder::new(), AtomicUsize::new(0));
    let try_one = |(): &mut (), position: usize, attack| {
        let outcome = doctor.try_attack(attack)?;
        rows.add(position, trying::row(attack, &outcome, width), |row| output.row(&row));
        let number = tried.fetch_add(1, Ordering::Relaxed) + 1;
        output.progress(&format!("{number} of {} tried", attacks.len()));
        Ok(outcome.deviations.is_empty())
    };
    let as_expected = parallel_map(attacks, || Ok(()), try_one)?;
    let failed = as_expected.iter().filter(|as_expected| !**as_expected).count();
    output.line(&format!(
        "\n{} of {} came to what they must come to",
        attacks.len() - failed,
        attacks.len()
    ));
    Ok(if failed == 0 { Exit::Done } else { Exit::Deviation })
}

/// Any assignment that has both tasks, with limits of our own.
fn assignment(grader: &Grader) -> Result<Assignment, Failure> {
    let all = selection::assignments(&grader.course_root().assignments(), None)?;
    let has_both = |assignment: &Assignment| TASKS.iter().all(|task| assignment.entry(task).is_some());
    let found = all.into_iter().find(has_both);
    let assignment =
        found.ok_or_else(|| Failure::environment(format!("no assignment has the tasks {}", TASKS.join(" and "))))?;
    Ok(Assignment {
        limits: LIMITS,
        ..assignment
    })
}
