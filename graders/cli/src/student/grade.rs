//! `grade --submission`: one submission from folder to report.

use std::time::Instant;

use judge::checks::differential;
use judge::contract::Task;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{Bench, TaskJudgement, TimeLimit, Training};
use report::{Conclusion, Context, Look, Report, Stage, Times};

use super::late;
use super::lines;
use super::reports::Reports;
use crate::arguments::Grade;
use crate::course::by_hand::{self, Sheet};
use crate::engine::result_cache::{Cache, Key};
use crate::engine::sandbox_check;
use crate::engine::{Grader, Prepared, Reference, Staged};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection::{self, Chosen};

/// What a grader that was handed out cannot do.
const WITHOUT_REFERENCE: &str = "this grader has no reference: a task that uses a wrong part of yours is skipped here, \
    where the course judges it with a right part in its place; fresh inputs beside the golden ones are judged by the course only";

/// Runs the command. Whatever keeps it from grading, from the machine to the submission, is said in every report that was
/// asked for.
pub(crate) fn grade(
    open: impl FnOnce() -> Result<Grader, Failure>,
    options: &Grade,
    output: &Output,
) -> Result<Exit, Failure> {
    let reports = Reports::new(&options.reports);
    let graded = reports
        .open()
        .and_then(|()| open())
        .and_then(|grader| graded(&grader, options, output))
        .inspect_err(|failure| reports.refuse(failure, output))?;
    output.progress_done();
    let written = reports.write(&graded, output);
    let look = Look {
        verbose: options.verbose,
        colour: true,
        width: Output::width(reports.own_output()),
    };
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
fn graded(grader: &Grader, options: &Grade, output: &Output) -> Result<Report, Failure> {
    let begun = Instant::now();
    if options.require_sandbox {
        sandbox_check::require(options.device)?;
    }
    // A file of the course's that cannot be used is told before anything is judged.
    let sheet = options.manual.as_deref();
    let sheet = sheet.map(|path| Sheet::read(path, &options.submission)).transpose()?;
    output.progress("reading the submission");
    let staged = grader.stage(&options.submission, None)?;
    let place = grader.place();
    let assignment = selection::assignment_of(&place.assignments(), options.assignment.as_deref(), &staged)?;
    let chosen = selection::of_assignment(&assignment, &options.tasks)?;
    let fixtures = Fixtures::load(&place.fixtures(), &chosen.judged)?;
    let seed = options.seed.unwrap_or(assignment.seed);
    let training = options.trains(assignment.training.here());
    let submission = staged.hash().to_owned();
    // How the submission was read is its own, also where another with the same sources was graded before.
    let notes = staged.notes(&chosen.judged);
    let fresh_seed = options
        .seed
        .unwrap_or_else(|| differential::seed(&assignment.id, &submission, grader.hash()));
    let key = Key {
        submission: &submission,
        grader: grader.hash(),
        fixtures: &fixtures.hash,
        assignment: &serde_json::to_string(&assignment).unwrap_or_default(),
        tasks: &chosen.shown,
        device: grader.device(),
        reference: place.has_reference(),
        seed,
        fresh_seed,
        training,
        min_score: options.min_score,
    };
    let cache = Cache::new(grader.results_folder());
    let stored = if options.fresh { None } else { cache.get(&key) };
    let report = if let Some(report) = stored {
        again(report, options, begun)
    } else {
        let run = Run {
            grader,
            assignment: &assignment,
            fixtures: &fixtures,
            chosen: &chosen,
            seed,
            fresh_seed,
            training,
            time: options.time_limit.map(|seconds| TimeLimit { since: begun, seconds }),
        };
        let report = run.report(staged, options, begun, output)?;
        // With more time there would be other verdicts.
        if options.time_limit.is_none() {
            cache.put(&key, &report);
        }
        report
    };
    let mut report = of_the_course(report, &assignment, sheet.as_ref(), options, output)?;
    let notes = notes.iter().map(|note| report::clean(note));
    report.notes = notes.chain(report.notes).collect();
    Ok(report)
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
        let reading = late::read(path, assignment.gradescope, output);
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
    });
    report
}

/// One grading.
struct Run<'a> {
    grader: &'a Grader,
    assignment: &'a Assignment,
    fixtures: &'a Fixtures,
    chosen: &'a Chosen,
    seed: u64,
    fresh_seed: u64,
    training: bool,
    time: Option<TimeLimit>,
}

impl Run<'_> {
    fn report(&self, staged: Staged, options: &Grade, begun: Instant, output: &Output) -> Result<Report, Failure> {
        output.progress("building the submission");
        let staged_at = begun.elapsed().as_secs_f64();
        let functions = lines::of(&staged, &self.chosen.judged);
        let prepared = self
            .grader
            .build(staged.within(self.assignment.limits), &self.chosen.judged)?;
        let built_at = begun.elapsed().as_secs_f64();
        let (judgements, sandbox) = self.judge(&prepared, output)?;
        let shown: Vec<TaskJudgement> = judgements
            .into_iter()
            .filter(|task| self.chosen.shown.contains(&task.task))
            .collect();
        let total = begun.elapsed().as_secs_f64();
        let stage = |name: &str, seconds| Stage {
            name: name.to_owned(),
            seconds,
        };
        let mut notes = prepared.notes().to_vec();
        if !self.grader.place().has_reference() {
            notes.push(WITHOUT_REFERENCE.to_owned());
        }
        let context = Context {
            grader_version: env!("CARGO_PKG_VERSION"),
            submission: &options.submission.display().to_string(),
            submission_sha256: prepared.hash(),
            fixtures_sha256: &self.fixtures.hash,
            seed: self.seed,
            fresh_seed: self.fresh_seed,
            libtorch: &self.fixtures.manifest.libtorch,
            device: self.grader.device(),
            dtypes: &["f64", "f32"],
            sandbox: &sandbox,
            notes: &notes,
            tasks: tasks::ALL,
            functions: &functions,
            min_score: options.min_score,
            times: Some(Times {
                total,
                stages: vec![
                    stage("stage", staged_at),
                    stage("build", built_at - staged_at),
                    stage("judge", total - built_at),
                ],
            }),
        };
        Ok(report::build(&context, &shown, self.assignment))
    }

    fn judge(&self, prepared: &Prepared, output: &Output) -> Result<(Vec<TaskJudgement>, Vec<String>), Failure> {
        let reference = Reference::new(self.grader);
        let bench = Bench {
            assignment: self.assignment,
            fixtures: self.fixtures,
            seed: self.seed,
            fresh_seed: self.fresh_seed,
            training: Training::asked(self.training),
            shrinks: true,
            time: self.time,
            without: None,
        };
        let progress = |task: &Task| output.progress(&format!("judging {}", task.id));
        let manner = self.grader.manner();
        self.grader.judge_prepared(
            prepared,
            &bench,
            &self.chosen.judged,
            reference.at_hand(),
            &manner,
            &progress,
        )
    }
}
