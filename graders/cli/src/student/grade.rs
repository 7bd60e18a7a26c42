//! `grade --submission`: one submission from folder to report.

use std::time::Instant;

use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::TimeLimit;
use report::model::Since;
use report::{Conclusion, Look, Report, Stage, Times};

use super::late_days;
use super::reports::{self, Reports};
use super::stream::Stream;
use crate::arguments::Grade;
use crate::course::by_hand::{self, Sheet};
use crate::engine::grading::{Graded, Grading};
use crate::engine::in_order::Listener;
use crate::engine::last_time::LastTime;
use crate::engine::result_cache::{Cache, Key};
use crate::engine::run_before::RunBefore;
use crate::engine::sandbox_check;
use crate::engine::{Grader, Reference};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// What is kept of a folder: the last run, and the last two versions.
const RUN: &str = "the run before on";
const VERSIONS: &str = "the versions of";

/// Runs the command. Whatever keeps it from grading, from the machine to the submission, is said in every report that was
/// asked for.
pub(crate) fn grade(
    open: impl FnOnce() -> Result<Grader, Failure>,
    options: &Grade,
    output: &Output,
) -> Result<Exit, Failure> {
    let reports = Reports::new(&options.reports);
    let look = Look {
        verbose: options.verbose,
        colour: true,
        width: Output::width(reports.own_output()),
    };
    let rows = (Output::is_terminal() && !reports.own_output()).then_some(look);
    // Points by hand are known to be the assignment's only when all is judged.
    let stream = Stream::new(reports.streamed(), rows, options.manual.is_none(), output);
    let graded = reports
        .open()
        .and_then(|()| open())
        .and_then(|grader| graded(&grader, options, &stream, output))
        .inspect_err(|failure| {
            let refusal = reports::refusal(failure);
            reports.refuse(&refusal, output);
            stream.refuse(&refusal);
        })?;
    output.progress_done();
    let streamed = stream.finish(&graded);
    let written = reports.write(&graded, output).and(streamed);
    let text = report::terminal::render(&graded, look);
    if reports.own_output() {
        output.aside(&text);
    } else {
        output.line(&text);
    }
    if let Some(paths) = reports.written() {
        output.aside(&paths);
    }
    written?;
    Ok(match graded.conclusion {
        Conclusion::Graded => Exit::Done,
        Conclusion::BelowMinimum => Exit::BelowMinimum,
        Conclusion::JudgeFault => Exit::JudgeFault,
    })
}

/// The report on the submission, judged now or before.
fn graded(grader: &Grader, options: &Grade, listener: &dyn Listener, output: &Output) -> Result<Report, Failure> {
    let begun = Instant::now();
    if options.require_sandbox {
        sandbox_check::require(options.device)?;
    }
    // A file of the course's that cannot be used is told before anything is judged.
    let sheet = options.manual.as_deref();
    let sheet = sheet.map(|path| Sheet::read(path, &options.submission)).transpose()?;
    output.progress("reading the submission");
    let staged = grader.stage(&options.submission, None)?;
    let place = grader.course_root();
    let assignment = selection::assignment_of(&place.assignments(), options.assignment.as_deref(), &staged)?;
    let chosen = selection::of_assignment(&assignment, &options.tasks)?;
    let fixtures = Fixtures::load(&place.fixtures(), &chosen.judged)?;
    let reference = Reference::new(grader).with_kept_answers();
    let grading = Grading {
        grader,
        assignment: &assignment,
        fixtures: &fixtures,
        judged: &chosen.judged,
        shown: &chosen.shown,
        seed: options.seed,
        training: options.trains(assignment.training.here()),
        min_score: options.min_score,
        reference: &reference,
        run_config: grader.run_config(),
        builds_again: options.fresh,
        carried: &[],
    };
    // How the submission was read is its own, also where another with the same sources was graded before.
    let notes = staged.notes(&chosen.judged);
    let submission = staged.hash().to_owned();
    let cache = Cache::new(grader.results_folder());
    let stored = || grading.with_key(&submission, |key| cache.get(key));
    let before = || {
        options
            .takes_over()
            .then(|| with_key_of_folder(RUN, &grading, options, |key| cache.read::<RunBefore>(key)))
    };
    let before = (!options.fresh).then(before).flatten().flatten();
    let same = || before.as_ref()?.report_on(&submission).cloned();
    let report = if let Some(report) = (!options.fresh).then(stored).flatten().or_else(same) {
        again(report, options, begun)
    } else {
        let time = options.time_limit.map(|seconds| TimeLimit { since: begun, seconds });
        let path = options.submission.display().to_string();
        let Graded { report, run, .. } = grading.grade(staged, &path, begun, time, before.as_ref(), listener)?;
        reference.keep_answers();
        // With more time there would be other verdicts. What was taken over is good for the next run like this one only.
        let is_own = report.fresh_seed == grading.fresh_seed(&submission) && !report.takes_over();
        if options.time_limit.is_none() && is_own {
            grading.with_key(&submission, |key| cache.put(key, &report));
        }
        if let Some(text) = run
            .filter(|_| options.takes_over())
            .and_then(|run| serde_json::to_string(&run).ok())
        {
            with_key_of_folder(RUN, &grading, options, |key| cache.write(key, &text));
        }
        report
    };
    let since = options.takes_over().then(|| since(&report, &grading, options, &cache));
    let mut report = of_the_course(report, &assignment, sheet.as_ref(), options, output)?;
    let notes = notes.iter().map(|note| report::clean(note));
    report.notes = notes.chain(report.notes).collect();
    report.since = since.flatten();
    Ok(report)
}

/// What has changed since the version before, which is kept for the next one.
fn since(report: &Report, grading: &Grading<'_>, options: &Grade, cache: &Cache) -> Option<Since> {
    with_key_of_folder(VERSIONS, grading, options, |key| {
        let versions = LastTime::after(cache.read(key), report);
        if let Ok(text) = serde_json::to_string(&versions) {
            cache.write(key, &text);
        }
        versions.since(report)
    })
}

/// The key of what is kept of this submission's folder, whatever its sources were.
fn with_key_of_folder<T>(what: &str, grading: &Grading<'_>, options: &Grade, action: impl FnOnce(&Key<'_>) -> T) -> T {
    let path = options
        .submission
        .canonicalize()
        .unwrap_or_else(|_| options.submission.clone());
    let folder = format!("{what} {}", path.display());
    grading.with_key("", |key| {
        action(&Key {
            submission: &folder,
            fresh_seed: options.seed.unwrap_or_default(),
            ..*key
        })
    })
}

/// A report with what the course knows beside the code: when it was handed in, and points by hand.
fn of_the_course(
    mut report: Report,
    assignment: &Assignment,
    sheet: Option<&Sheet>,
    options: &Grade,
    output: &Output,
) -> Result<Report, Failure> {
    if let Some(path) = &options.gradescope_metadata {
        let reading = late_days::read(path, assignment.gradescope, output);
        report.handed_in = Some(reading.handed_in);
        report.notes.extend(reading.note);
    }
    if let Some(sheet) = sheet {
        report.notes.extend(sheet.note());
        if let Some(scores) = &sheet.scores {
            report::give_by_hand(&mut report, scores, assignment, options.min_score)
                .map_err(|reason| by_hand::broken(&sheet.path, &reason))?;
        }
    }
    Ok(report)
}

/// A stored report, as the report of this run.
fn again(mut report: Report, options: &Grade, begun: Instant) -> Report {
    report.submission.path = options.submission.display().to_string();
    let stage = Stage {
        name: "stored result".to_owned(),
        seconds: begun.elapsed().as_secs_f64(),
    };
    report.times = Some(Times {
        total: stage.seconds,
        stages: vec![stage],
        taken_over: None,
    });
    report
}
