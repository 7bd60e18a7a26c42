//! `grade regen`: golden files from the reference. What changes is shown first, as a review; it is written where it
//! is accepted.

mod corpus;
mod device;
mod elsewhere;
mod fingerprint_runs;
mod fingerprints;
mod kept;
mod review;
mod staging;
mod tasks;
mod users;

use std::fmt::Write;

use judge::contract::Task;
use judge::fixtures::{self, ManifestEntry};
use judge::goldens::generate::Drift;

use crate::arguments::Regen;
use crate::engine::device::Device;
use crate::engine::{Grader, LIBTORCH_VERSION, WorkerConfig};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;
use kept::Kept;
use review::Review;
use staging::Staging;
use tasks::{with_asked, with_cases};

const STALE: &str =
    "the manifest is another one: it does not name this libtorch, or the reference that each task was made from";

/// Refuses options that make no sense together, before anything is looked for on this machine.
pub(crate) fn refuse_nonsense(options: &Regen) -> Result<(), Failure> {
    if options.device == Device::Cuda && !options.check {
        return Err(
            Failure::usage("golden files are made on the processor; on a GPU they are only compared")
                .hint("add --check, or leave out `--device cuda`"),
        );
    }
    Ok(())
}

/// Runs the command.
pub(crate) fn regen(grader: &Grader, options: &Regen, output: &Output) -> Result<Exit, Failure> {
    let chosen = with_cases(selection::tasks(&options.tasks)?, &options.tasks)?;
    if options.device == Device::Cuda {
        return device::compare(grader, &chosen, output);
    }
    if options.check {
        return check(grader, &chosen, options, output);
    }
    let kept = Kept::new(grader, options)?;
    if options.accept {
        let staging = Staging::new(grader.course_root())?;
        if let Some(stale) = kept.take(&staging) {
            output.line("this is what was shown before; nothing is made or judged a second time");
            return write(staging, &kept, &stale, output);
        }
    }
    let staging = Staging::new(grader.course_root())?;
    let made = make(grader, &chosen, options, Some(&staging), output)?;
    output.line(&made.table());
    let fingerprints = fingerprints::regen(grader, staging.root(), &chosen, options, output)?;
    output.line(&fingerprints::table(&fingerprints));
    if staging.changed()?.is_empty() {
        output.line(&format!("{} tasks made, nothing has changed", chosen.len()));
        return Ok(Exit::Done);
    }
    let changed = review::changed(&made.drifts, &made.gone, &chosen);
    let verdicts = match changed.as_slice() {
        [] => None,
        _ => Some(corpus::judge(
            grader,
            staging.root(),
            &changed,
            !options.no_corpus,
            output,
        )?),
    };
    output.line(&verdicts.as_ref().map_or_else(String::new, corpus::Verdicts::text));
    output.line(&elsewhere::text(grader.course_root(), &made.drifts)?);
    output.line(&summary(&made, &fingerprints, chosen.len()));
    if let Some(refusal) = verdicts.and_then(|verdicts| verdicts.refusal(grader.course_root())) {
        output.line(&refusal);
        return Ok(Exit::Deviation);
    }
    let stale = if options.tasks.is_empty() {
        Vec::new()
    } else {
        users::stale(grader, &changed, &chosen, output)?
    };
    match options
        .accept
        .then_some(true)
        .or_else(|| output.confirms("write this?"))
    {
        Some(true) => return write(staging, &kept, &stale, output),
        Some(false) => output.line("nothing is written"),
        None => output.line("nothing is written: the same command with --accept writes it"),
    }
    output.line(&users::text(&stale));
    kept.keep(&staging, &stale);
    Ok(Exit::Deviation)
}

/// Puts the new files in force. Where other golden files are out of date with them, that is a deviation still.
fn write(staging: Staging, kept: &Kept, stale: &[impl AsRef<str>], output: &Output) -> Result<Exit, Failure> {
    output.line(&format!("{} files written", staging.put_in_force()?));
    // It would not be found again, since the fixtures are others now.
    let _ = kept.forget();
    output.line(&users::text(stale));
    Ok(if stale.is_empty() { Exit::Done } else { Exit::Deviation })
}

/// What was made of the reference.
struct Made {
    drifts: Vec<Drift>,
    /// Cases that are stored and that no task has any more; a task as a whole has no case here.
    gone: Vec<(String, String)>,
    /// Stored files that cannot be read, each in a sentence.
    unreadable: Vec<String>,
    /// Whether the manifest is not what it should be, apart from what the drifts show.
    stale: bool,
}

impl Made {
    fn table(&self) -> String {
        let table = review::table(&self.drifts, &self.gone);
        let lines = self.unreadable.iter().map(String::as_str).chain([table.as_str()]);
        lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }

    fn is_still(&self) -> bool {
        self.drifts.is_empty() && self.gone.is_empty() && !self.stale
    }
}

/// Makes every case again, into `staging` where there is one, and compares it with what is in force.
fn make(
    grader: &Grader,
    chosen: &[&'static Task],
    options: &Regen,
    staging: Option<&Staging>,
    output: &Output,
) -> Result<Made, Failure> {
    let root = grader.course_root().fixtures();
    let tolerances = fixtures::load_tolerances(&root)?;
    let before = fixtures::load_manifest(&root)?.unwrap_or_else(|| fixtures::new_manifest(LIBTORCH_VERSION));
    let reference = grader.prepare_reference(&with_asked(chosen))?;
    let mut subject = grader.start(&reference, &WorkerConfig::default(), None)?;
    let mut review = Review::new(&root, &tolerances, &before);
    let mut manifest = before.clone();
    LIBTORCH_VERSION.clone_into(&mut manifest.libtorch);
    if options.tasks.is_empty() {
        review.forget_tasks_without_goldens(&mut manifest, chosen);
    }
    let mut stale = before.libtorch != manifest.libtorch;
    for task in chosen {
        output.progress(&format!("making {}", task.id));
        let kept = review.task(task, &mut subject)?;
        let origin = review.origin(task, reference.hash());
        let known = before.tasks.get(task.id);
        stale |= known.is_some_and(|known| known.reference_sha256.is_none());
        if let Some(staging) = staging {
            let entry = ManifestEntry {
                reference_sha256: Some(origin),
                ..fixtures::store_task(staging.root(), task, &kept)?
            };
            manifest.tasks.insert(task.id.to_owned(), entry);
        }
    }
    output.progress_done();
    if let Some(staging) = staging {
        fixtures::store_manifest(staging.root(), &manifest)?;
    }
    Ok(Made {
        drifts: review.drifts,
        gone: review.gone,
        unreadable: review.unreadable,
        stale,
    })
}

/// `--check`: where the fixtures are not what the reference gives. Fingerprints are compared with the stored goldens.
fn check(grader: &Grader, chosen: &[&'static Task], options: &Regen, output: &Output) -> Result<Exit, Failure> {
    let made = make(grader, chosen, options, None, output)?;
    if !made.unreadable.is_empty() {
        output.line(&made.table());
        output.line("next: restore the files from version control, or run `grade regen`, which makes them again");
        return Ok(Exit::Deviation);
    }
    let fingerprints = fingerprints::regen(grader, &grader.course_root().fixtures(), chosen, options, output)?;
    if made.is_still() && fingerprints.is_empty() {
        output.line("fixtures are what the reference gives");
        return Ok(Exit::Done);
    }
    output.line(&made.table());
    output.line(&fingerprints::table(&fingerprints));
    if made.stale {
        output.line(STALE);
    }
    output.line("next: if the change of the reference is meant, run `grade regen`; otherwise fix the reference");
    Ok(Exit::Deviation)
}

fn summary(made: &Made, fingerprints: &[fingerprints::Drift], tasks: usize) -> String {
    let mut text = format!(
        "{tasks} tasks made: {} values and {} fingerprints change",
        made.drifts.len() + made.gone.len(),
        fingerprints.len()
    );
    if made.stale {
        let _ = write!(text, "\n{STALE}");
    }
    text
}
