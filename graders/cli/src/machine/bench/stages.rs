//! What each stage of a grading costs, and the whole of it beside what cannot be saved.
//!
//! The floor is the build of the submission with all adapters, the start of one worker, and the CPU time of the
//! submission's own calls, shared among the threads that make them: nothing that runs the submission's code as often can be
//! faster.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use ::sandbox::spent::{Cost, CpuSeconds};
use judge::contract::subject::Spent;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{GradingContext, TaskJudgement, Training};
use report::{Context, Format};

use super::figures::median;
use crate::arguments;
use crate::engine::{Grader, Prepared, Reference, Step, WorkerConfig};
use crate::failure::Failure;
use crate::selection::Chosen;

/// One grading, nothing stored, by stages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sample {
    /// From the folder to the report.
    total: Cost,
    stage: Cost,
    compile: Cost,
    link: Cost,
    /// Of one worker, apart from the grading.
    start: Cost,
    /// All of the submission's calls, with the answers of the reference for its parts.
    calls: Cost,
    /// All of judging: starts, calls and what the judge does beside them.
    judge: Cost,
    /// CPU seconds of the judge itself while it judges.
    judge_own: f64,
    report: Cost,
    threads: usize,
}

impl Sample {
    /// What cannot be saved, by the wall clock.
    fn floor(&self) -> f64 {
        self.compile.wall + self.link.wall + self.start.wall + self.calls.cpu / self.threads as f64
    }
}

/// Grades the submission once, from folder to report.
pub(super) fn sample(
    grader: &Grader,
    options: &arguments::Bench,
    assignment: &Assignment,
    chosen: &Chosen,
    fixtures: &Fixtures,
) -> Result<Sample, Failure> {
    let (begun, before) = (Instant::now(), CpuSeconds::now());
    let (staged, stage) = Cost::of(|| grader.stage(&options.submission, None));
    let prepared = grader.build(staged?.within(assignment.limits), &chosen.judged)?;
    let context = GradingContext {
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
    let reference = Reference::new(grader).with_kept_answers();
    let run_config = grader.run_config();
    let spent = Mutex::new(Spent::default());
    let told = |step: Step<'_>| {
        if let Step::Called(of_task) = step {
            let mut spent = spent.lock().unwrap_or_else(PoisonError::into_inner);
            *spent = spent.plus(of_task);
        }
    };
    let own_before = CpuSeconds::now().own;
    let (judged, judge) = Cost::of(|| {
        let judged = grader.judge_prepared(
            &prepared,
            &context,
            &chosen.judged,
            reference.at_hand(),
            &run_config,
            &told,
        );
        reference.keep_answers();
        // The reference's program ends with it.
        drop(reference);
        judged
    });
    let judge_own = CpuSeconds::now().own - own_before;
    let (judgements, sandbox) = judged?;
    let (_, report) = Cost::of(|| reported(grader, &prepared, (&context, &sandbox), &judgements));
    let total = Cost {
        wall: begun.elapsed().as_secs_f64(),
        cpu: CpuSeconds::now().all() - before.all(),
    };
    let (started, start) = Cost::of(|| grader.start(&prepared, &WorkerConfig::default(), None).map(drop));
    started?;
    let spent = spent.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (compile, link) = prepared.costs();
    let calls = Cost {
        wall: spent.wall,
        cpu: spent.cpu,
    };
    Ok(Sample {
        total,
        stage,
        compile,
        link,
        start,
        calls,
        judge,
        judge_own,
        report,
        threads: run_config.threads,
    })
}

/// The report as it is read on a terminal and by programs.
fn reported(
    grader: &Grader,
    prepared: &Prepared,
    (context, sandbox): (&GradingContext<'_>, &[String]),
    judgements: &[TaskJudgement],
) -> usize {
    let none = (BTreeMap::new(), BTreeMap::new());
    let of_report = Context {
        grader_version: env!("CARGO_PKG_VERSION"),
        submission: "",
        submission_sha256: prepared.hash(),
        fixtures_sha256: &context.fixtures.hash,
        seed: context.seed,
        fresh_seed: context.fresh_seed,
        libtorch: &context.fixtures.manifest.libtorch,
        device: grader.device(),
        dtypes: &["f64", "f32"],
        sandbox,
        notes: prepared.notes(),
        tasks: tasks::ALL,
        functions: &none.0,
        standing: &none.1,
        min_score: None,
        times: None,
    };
    let report = report::build(&of_report, judgements, context.assignment);
    let formats = [Format::Terminal, Format::Json];
    formats.map(|format| report::render(&report, format).len()).iter().sum()
}

/// The medians of the samples, a stage a line.
pub(super) fn table(samples: &[Sample]) -> String {
    let median_of = |value: &dyn Fn(&Sample) -> f64| median(samples.iter().map(value).collect());
    let mut text = format!(
        "{:<46} {:>9} {:>9}\n",
        format!("medians of {} runs, in seconds", samples.len()),
        "wall",
        "CPU"
    );
    let mut row = |name: &str, cost: fn(&Sample) -> Cost| {
        let (wall, cpu) = (
            median_of(&|sample| cost(sample).wall),
            median_of(&|sample| cost(sample).cpu),
        );
        let _ = writeln!(text, "  {name:<44} {wall:>9.2} {cpu:>9.2}");
    };
    row("grading, nothing stored", |sample| sample.total);
    row("  staging", |sample| sample.stage);
    row("  compiling the sources", |sample| sample.compile);
    row("  compiling the adapters, and linking", |sample| sample.link);
    row("  judging, with the starts of workers", |sample| sample.judge);
    row("    the submission's calls, all threads", |sample| sample.calls);
    row("  report", |sample| sample.report);
    row("start of one worker", |sample| sample.start);
    let mut row = |name: &str, value: f64| {
        let _ = writeln!(text, "  {name:<44} {value:>9.2}");
    };
    row(
        "CPU of the judge itself while it judges",
        median_of(&|sample| sample.judge_own),
    );
    row("floor: build, start, own calls by thread", median_of(&Sample::floor));
    row(
        "grading / floor",
        median_of(&|sample| sample.total.wall / sample.floor()),
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_line_a_stage_and_the_ratio_to_the_floor() {
        let cost = |wall: f64| Cost { wall, cpu: wall / 2.0 };
        let samples = [1.0, 2.0, 3.0].map(|unit| Sample {
            total: cost(12.0 * unit),
            stage: cost(0.1 * unit),
            compile: cost(unit),
            link: cost(0.5 * unit),
            start: cost(0.5 * unit),
            calls: cost(8.0 * unit),
            judge: cost(10.0 * unit),
            judge_own: unit,
            report: cost(0.1 * unit),
            threads: 2,
        });
        insta::assert_snapshot!(table(&samples), @r"
        medians of 3 runs, in seconds                       wall       CPU
          grading, nothing stored                          24.00     12.00
            staging                                         0.20      0.10
            compiling the sources                           2.00      1.00
            compiling the adapters, and linking             1.00      0.50
            judging, with the starts of workers            20.00     10.00
              the submission's calls, all threads          16.00      8.00
            report                                          0.20      0.10
          start of one worker                               1.00      0.50
          CPU of the judge itself while it judges           2.00
          floor: build, start, own calls by thread          8.00
          grading / floor                                   3.00
        ");
    }
}
