//! `grade --submission`: one submission from folder to report.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Instant;

use judge::assignment::Assignment;
use judge::differential;
use judge::finding::Finding;
use judge::fixtures::Fixtures;
use judge::judgement::{Bench, Check, TaskJudgement, TimeLimit, Training};
use judge::task::Task;
use judge::tasks;
use judge::verdict::Verdict;
use report::{Conclusion, Context, Format, Look, Report, Stage, Times};

use crate::arguments::{Grade, ReportTarget};
use crate::by_hand::{self, Sheet};
use crate::cache::{Cache, Key};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grader::{Grader, Prepared, Reference, Staged};
use crate::late;
use crate::lines;
use crate::output::Output;
use crate::protection;
use crate::selection::{self, Chosen};

/// What a grader that was handed out cannot do.
const WITHOUT_REFERENCE: &str = "this grader has no reference: a task that uses a wrong part of yours is skipped here, \
    where the course judges it with a right part in its place; fresh inputs beside the golden ones are judged by the course only";

/// Runs the command.
pub(crate) fn grade(grader: &Grader, options: &Grade, output: &Output) -> Result<Exit, Failure> {
    let begun = Instant::now();
    if options.require_sandbox {
        protection::require(options.device)?;
    }
    // A file of the course's that cannot be used is told before anything is judged.
    let sheet = options.manual.as_deref();
    let sheet = sheet.map(|path| Sheet::read(path, &options.submission)).transpose()?;
    output.progress("reading the submission");
    let staged = grader
        .stage(&options.submission, None)
        .inspect_err(|failure| refuse(failure, options))?;
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
        if report.conclusion != Conclusion::JudgeFault && options.time_limit.is_none() {
            cache.put(&key, &report);
        }
        report
    };
    let mut report = of_the_course(report, &assignment, sheet.as_ref(), options)?;
    let notes = notes.iter().map(|note| report::clean(note));
    report.notes = notes.chain(report.notes).collect();
    output.progress_done();
    for target in &options.reports {
        if target.path == Path::new("-") {
            output.report(&report::render(&report, target.format));
        } else {
            write_report(&report::render(&report, target.format), target)?;
        }
    }
    let look = Look {
        verbose: options.verbose,
        colour: true,
    };
    output.line(&report::terminal::render(&report, look));
    Ok(match report.conclusion {
        Conclusion::Graded => Exit::Done,
        Conclusion::BelowMinimum => Exit::BelowMinimum,
        Conclusion::JudgeFault => Exit::JudgeFault,
    })
}

/// A report with what the course knows beside the code: when it was handed in, and points by hand.
fn of_the_course(
    mut report: Report,
    assignment: &Assignment,
    sheet: Option<&Sheet>,
    options: &Grade,
) -> Result<Report, Failure> {
    if let Some(path) = &options.gradescope_metadata {
        let reading = late::read(path, assignment.gradescope);
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
        let lines = lines::of(&staged, &self.chosen.judged);
        let prepared = self
            .grader
            .build(staged.within(self.assignment.limits), &self.chosen.judged)?;
        let built_at = begun.elapsed().as_secs_f64();
        let (judgements, sandbox) = self.judge(&prepared, output)?;
        refuse_slow_machine(&judgements)?;
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
            lines: &lines,
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
        self.grader
            .judge_prepared(prepared, &bench, &self.chosen.judged, &reference, &manner, &progress)
    }
}

/// A submission that is none is told so where nobody reads what the program prints. A fault of ours is not: Gradescope
/// then says that the autograder failed, and charges nobody.
fn refuse(failure: &Failure, options: &Grade) {
    let targets = options
        .reports
        .iter()
        .filter(|target| target.format == Format::Gradescope);
    for target in targets.filter(|_| failure.exit == Exit::Usage) {
        // What cannot be written is missing there, which is as good as an error.
        let _ = write_report(&report::gradescope::refused(&report::clean(&failure.message)), target);
    }
}

/// A submission without a call that used up its time is not to blame where the time for all of it was too short.
fn refuse_slow_machine(judgements: &[TaskJudgement]) -> Result<(), Failure> {
    let findings = || {
        judgements
            .iter()
            .flat_map(|task| &task.checks)
            .filter_map(Check::finding)
    };
    let limit = findings().find_map(|finding| match finding {
        Finding::TimeIsUp { seconds } => Some(*seconds),
        _ => None,
    });
    let is_slow =
        |finding: &Finding| Verdict::of(finding) == Verdict::TimedOut && !matches!(finding, Finding::TimeIsUp { .. });
    match limit {
        Some(seconds) if !findings().any(is_slow) => Err(Failure::environment(format!(
            "{seconds} s were not enough to grade a submission that used up no limit of its own"
        ))
        .hint("give the grader a faster machine, or a larger --time-limit")),
        _ => Ok(()),
    }
}

fn write_report(text: &str, target: &ReportTarget) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| {
        Failure::environment(format!("cannot write the report {}: {error}", target.path.display()))
            .hint("name a path in a folder that exists and can be written")
    };
    // A pipe or a device cannot be renamed over; what reads it wants the text there.
    if fs::metadata(&target.path).is_ok_and(|found| !found.is_file()) {
        return fs::write(&target.path, text).map_err(cannot);
    }
    let folder = target
        .path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    // Written beside its name and renamed, so that a report is never half there.
    let file = tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(folder)
        .map_err(cannot)?;
    fs::write(file.path(), text).map_err(cannot)?;
    file.persist(&target.path).map_err(|error| cannot(error.error))?;
    Ok(())
}
