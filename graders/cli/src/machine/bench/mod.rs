//! `grade bench`: what grading costs beyond what cannot be saved, measured in one run.
//!
//! The floor is the build of the submission with all adapters and the start of one worker: nothing that runs the
//! submission's code can be faster. Ratios within one run hold on a noisy machine; seconds do not.

mod figures;
mod sandbox;

use std::fmt::Write;
use std::fs;
use std::time::Instant;

use judge::contract::call::case_call;
use judge::contract::subject::{Call, Subject};
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{Bench, Training};
use wire::DType;

use crate::arguments;
use crate::engine::{Grader, Prepared, Reference, Setting};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection::{self, Chosen};
use figures::{fault, median};

/// Calls for the rate of round trips.
const CALLS: u32 = 2000;

/// Wall seconds of one grading.
#[derive(Debug, Clone, Copy)]
struct Sample {
    total: f64,
    build: f64,
    start: f64,
}

/// Runs the command.
pub(crate) fn bench(grader: &Grader, options: &arguments::Bench, output: &Output) -> Result<Exit, Failure> {
    let assignment = selection::assignment(&grader.place().assignments(), options.assignment.as_deref(), None)?;
    let chosen = selection::of_assignment(&assignment, &[])?;
    let fixtures = Fixtures::load(&grader.place().fixtures(), &chosen.judged)?;
    let mut samples = Vec::new();
    for run in 0..options.runs.max(1) {
        output.progress(&format!("run {} of {}", run + 1, options.runs));
        samples.push(sample(grader, options, &assignment, &chosen, &fixtures)?);
    }
    output.progress("counting round trips");
    let prepared = grader.prepare_reference(tasks::ALL)?;
    let call = small_call(&fixtures)?;
    let (rate, worker, child) = round_trips(grader, &prepared, &call)?;
    output.line(&table(&samples, rate, worker, child));
    output.progress("measuring the sandbox");
    output.line(&sandbox::overhead(grader, &prepared, &call)?);
    Ok(Exit::Done)
}

/// Grades the submission once, from folder to judgements, nothing stored.
fn sample(
    grader: &Grader,
    options: &arguments::Bench,
    assignment: &Assignment,
    chosen: &Chosen,
    fixtures: &Fixtures,
) -> Result<Sample, Failure> {
    let begun = Instant::now();
    let staged = grader.stage(&options.submission, None)?;
    let before_build = begun.elapsed().as_secs_f64();
    let prepared = grader.build(staged.within(assignment.limits), &chosen.judged)?;
    let build = begun.elapsed().as_secs_f64() - before_build;
    let bench = Bench {
        assignment,
        fixtures,
        seed: assignment.seed,
        fresh_seed: assignment.seed,
        training: Training::NotAsked,
        shrinks: true,
        time: None,
        without: None,
        carried: &[],
    };
    let reference = Reference::new(grader);
    grader.judge_prepared(
        &prepared,
        &bench,
        &chosen.judged,
        reference.at_hand(),
        &grader.manner(),
        &|_| {},
    )?;
    let total = begun.elapsed().as_secs_f64();
    let before_start = Instant::now();
    grader.start(&prepared, &Setting::default(), None)?;
    Ok(Sample {
        total,
        build,
        start: before_start.elapsed().as_secs_f64(),
    })
}

/// A small attention call.
fn small_call(fixtures: &Fixtures) -> Result<Call, Failure> {
    let task = tasks::find("scaled_dot_product_attention").ok_or_else(|| Failure::fault("no attention task"))?;
    let case = task
        .cases
        .first()
        .ok_or_else(|| Failure::fault("no golden case of attention"))?;
    let inputs = &fixtures.case(task.id, case.name)?.inputs;
    Ok(case_call(task, case, inputs, DType::F32))
}

/// Round trips per second of a call, and the peak memory of server and child in MiB.
fn round_trips(grader: &Grader, prepared: &Prepared, call: &Call) -> Result<(f64, f64, f64), Failure> {
    let mut running = grader.start(prepared, &Setting::default(), None)?;
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

fn table(samples: &[Sample], rate: f64, worker: f64, child: f64) -> String {
    let of = |value: fn(&Sample) -> f64| median(samples.iter().map(value).collect());
    let mut text = format!("medians of {} runs\n", samples.len());
    let mut row = |name: &str, value: f64, unit: &str| {
        let _ = writeln!(text, "  {name:<44} {value:>9.2} {unit}");
    };
    row("grading, nothing stored", of(|sample| sample.total), "s");
    row(
        "  of that: build of submission and adapters",
        of(|sample| sample.build),
        "s",
    );
    row("start of one worker", of(|sample| sample.start), "s");
    row("floor: build and start", of(|sample| sample.build + sample.start), "s");
    row(
        "grading / floor",
        of(|sample| sample.total / (sample.build + sample.start)),
        "",
    );
    row("round trips of a small attention call", rate, "per second");
    row("peak memory of the judge", own_peak(), "MiB");
    row("peak memory of the worker, server", worker, "MiB");
    row("peak memory of the worker, child", child, "MiB");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_the_ratio_of_medians() {
        let samples = [1.0, 2.0, 3.0].map(|build| Sample {
            total: 3.0 * build,
            build,
            start: 0.5 * build,
        });
        let text = table(&samples, 10_000.0, 150.0, 200.0);
        let head: Vec<&str> = text.lines().take(6).map(str::trim_end).collect();
        insta::assert_snapshot!(head.join("\n"), @r"
        medians of 3 runs
          grading, nothing stored                           6.00 s
            of that: build of submission and adapters       2.00 s
          start of one worker                               1.00 s
          floor: build and start                            3.00 s
          grading / floor                                   2.00
        ");
    }
}
