//! `grade bench`: what grading costs beyond what cannot be saved, measured in one run. Ratios within one run hold on a
//! noisy machine; seconds do not.

mod figures;
mod sandbox;
mod stages;

use std::fmt::Write;
use std::fs;
use std::time::Instant;

use judge::contract::call::case_call;
use judge::contract::subject::{Call, Subject};
use judge::fixtures::Fixtures;
use wire::DType;

use crate::arguments;
use crate::engine::{Grader, Prepared, WorkerConfig};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;
use figures::fault;

/// Calls for the rate of round trips.
const CALLS: u32 = 2000;

/// Runs the command.
pub(crate) fn bench(grader: &Grader, options: &arguments::Bench, output: &Output) -> Result<Exit, Failure> {
    let assignment = selection::assignment(&grader.course_root().assignments(), options.assignment.as_deref(), None)?;
    let chosen = selection::of_assignment(&assignment, &[])?;
    let fixtures = Fixtures::load(&grader.course_root().fixtures(), &chosen.judged)?;
    let mut samples = Vec::new();
    for run in 0..options.runs.max(1) {
        output.progress(&format!("run {} of {}", run + 1, options.runs));
        samples.push(stages::sample(grader, options, &assignment, &chosen, &fixtures)?);
    }
    output.progress("counting round trips");
    let prepared = grader.prepare_reference(tasks::ALL)?;
    let call = small_call(grader)?;
    let (rate, worker, child) = round_trips(grader, &prepared, &call)?;
    output.line(&(stages::table(&samples) + &table(rate, worker, child)));
    output.progress("measuring the sandbox");
    output.line(&sandbox::overhead(grader, &prepared, &call)?);
    Ok(Exit::Done)
}

/// A small attention call, whichever assignment is measured.
fn small_call(grader: &Grader) -> Result<Call, Failure> {
    let task = tasks::find("scaled_dot_product_attention").ok_or_else(|| Failure::fault("no attention task"))?;
    let fixtures = Fixtures::load(&grader.course_root().fixtures(), &[task])?;
    let case = task
        .cases
        .first()
        .ok_or_else(|| Failure::fault("no golden case of attention"))?;
    let inputs = &fixtures.case(task.id, case.name)?.inputs;
    Ok(case_call(task, case, inputs, DType::F32))
}

/// Round trips per second of a call, and the peak memory of server and child in MiB.
fn round_trips(grader: &Grader, prepared: &Prepared, call: &Call) -> Result<(f64, f64, f64), Failure> {
    let mut running = grader.start(prepared, &WorkerConfig::default(), None)?;
    running.call(call).map_err(fault)?;
    let begun = Instant::now();
    for _ in 0..CALLS {
        running.call(call).map_err(fault)?;
    }
    let rate = f64::from(CALLS) / begun.elapsed().as_secs_f64();
    let (worker, child) = running.peak_memory_kib();
    Ok((rate, mebibytes(worker), mebibytes(child)))
}

fn mebibytes(kib: Option<u64>) -> f64 {
    kib.map_or(f64::NAN, |kib| kib as f64 / 1024.0)
}

/// The largest memory that this process has used, in MiB.
fn own_peak() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    mebibytes(line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()))
}

fn table(rate: f64, worker: f64, child: f64) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: f64, unit: &str| {
        let _ = writeln!(text, "  {name:<44} {value:>9.2} {unit}");
    };
    row("round trips of a small attention call", rate, "per second");
    row("peak memory of the judge", own_peak(), "MiB");
    row("peak memory of the worker, server", worker, "MiB");
    row("peak memory of the worker, child", child, "MiB");
    text
}
