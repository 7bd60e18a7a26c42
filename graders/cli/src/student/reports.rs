//! The reports that were asked for: their paths are tried before anything is judged, and whatever happens then, none of
//! them is left as an earlier run has written it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use report::{Format, Refusal, Refused, Report};

use crate::arguments::ReportTarget;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;

/// The path that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// The reports of one run.
#[derive(Debug)]
pub(crate) struct Reports<'a> {
    targets: &'a [ReportTarget],
}

impl<'a> Reports<'a> {
    /// Reports to these targets.
    pub(crate) fn new(targets: &'a [ReportTarget]) -> Self {
        Self { targets }
    }

    /// Whether one of them has standard output to itself.
    pub(crate) fn own_output(&self) -> bool {
        self.targets.iter().any(is_output)
    }

    /// Tries every path, and takes away what an earlier run has left there. Only one report can be printed.
    pub(crate) fn open(&self) -> Result<(), Failure> {
        // All of them, so that none is left standing because another cannot be written.
        let trouble = self.targets.iter().map(clear).fold(Ok(()), Result::and);
        if self.targets.iter().filter(|target| is_output(target)).count() > 1 {
            return Err(Failure::usage("only one report can go to standard output")
                .hint("give a file to all others: --report json=report.json"));
        }
        trouble
    }

    /// Writes all of them that are not streamed; where one cannot be written, the others are.
    pub(crate) fn write(&self, report: &Report, output: &Output) -> Result<(), Failure> {
        let write = |target: &ReportTarget| put(&report::render(report, target.format), target, output);
        let whole = self.targets.iter().filter(|target| !is_streamed(target));
        whole.map(write).fold(Ok(()), Result::and)
    }

    /// Those that are written while the submission is judged.
    pub(crate) fn streamed(&self) -> impl Iterator<Item = &'a ReportTarget> {
        self.proper().filter(|target| is_streamed(target))
    }

    /// The files, one a line, as whoever has asked for them finds them; none where there are none.
    pub(crate) fn written(&self) -> Option<String> {
        let files = self
            .targets
            .iter()
            .filter(|target| !is_output(target) && target.path.exists());
        let lines: Vec<String> = files
            .map(|target| format!("  {:<9}  {}", target.format, target.path.display()))
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }

    /// Writes into all of them that are not streamed that nothing was graded, as far as they can be written. Nobody
    /// reads the report of a run that was told to stop.
    pub(crate) fn refuse(&self, refusal: &Refusal, output: &Output) {
        if interrupt::check().is_err() {
            return;
        }
        for target in self.proper().filter(|target| !is_streamed(target)) {
            if let Some(text) = report::refused(refusal, target.format) {
                // What cannot be written is not there, and the program says why.
                let _ = put(&text, target, output);
            }
        }
    }

    /// All but what would go to standard output as a second report.
    fn proper(&self) -> impl Iterator<Item = &'a ReportTarget> {
        let first = self.targets.iter().position(is_output);
        let targets = self.targets.iter().enumerate();
        let proper = targets.filter(move |(at, target)| !is_output(target) || Some(*at) == first);
        proper.map(|(_, target)| target)
    }
}

/// What a report says of what kept the program from grading.
pub(crate) fn refusal(failure: &Failure) -> Refusal {
    let conclusion = match failure.exit {
        Exit::Usage => Refused::Refused,
        Exit::Done | Exit::BelowMinimum | Exit::Environment | Exit::JudgeFault | Exit::Deviation | Exit::Held => {
            Refused::Failed
        }
    };
    Refusal::new(conclusion, &failure.message, failure.hint.as_deref())
}

fn is_streamed(target: &ReportTarget) -> bool {
    target.format == Format::Jsonl
}

pub(super) fn is_output(target: &ReportTarget) -> bool {
    target.path == Path::new(STANDARD_OUTPUT)
}

/// A pipe or a device cannot be renamed over, and what reads it wants the text there.
pub(super) fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// Whether there is room for a report, and none from before.
fn clear(target: &ReportTarget) -> Result<(), Failure> {
    if is_output(target) || (is_special(&target.path) && !target.path.is_dir()) {
        return Ok(());
    }
    let cannot = cannot(target);
    files::beside(&target.path).map_err(cannot)?;
    match fs::remove_file(&target.path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(cannot(error)),
        _ => Ok(()),
    }
}

fn put(text: &str, target: &ReportTarget, output: &Output) -> Result<(), Failure> {
    if is_output(target) {
        output.report(text);
        return Ok(());
    }
    let cannot = cannot(target);
    if is_special(&target.path) {
        return fs::write(&target.path, text).map_err(cannot);
    }
    files::write(&target.path, text.as_bytes()).map_err(cannot)
}

pub(super) fn cannot(target: &ReportTarget) -> impl Fn(io::Error) -> Failure + Copy {
    let (path, format): (&PathBuf, Format) = (&target.path, target.format);
    move |error| {
        Failure::environment(format!("cannot write the {format} report {}: {error}", path.display()))
            .hint("name a path in a folder that exists and can be written, on a disk with room")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn target(path: PathBuf) -> ReportTarget {
        ReportTarget {
            format: Format::Json,
            path,
        }
    }

    #[test]
    fn a_path_that_cannot_be_written_leaves_no_older_report_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let older = folder.path().join("report.json");
        fs::write(&older, "an older report").unwrap();
        let targets = [target("/no/such/place/report.json".into()), target(older.clone())];
        let reports = Reports::new(&targets);
        let failure = reports.open().unwrap_err();
        assert!(failure.message.contains("/no/such/place/report.json"), "{failure}");
        assert!(!older.exists());
        reports.refuse(&refusal(&failure), &Output::new());
        let text = fs::read_to_string(&older).unwrap();
        assert!(text.contains("\"failed\"") && text.contains("/no/such/place"), "{text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_is_no_path_for_a_report() {
        let folder = tempfile::tempdir().unwrap();
        let targets = [target(folder.path().to_owned())];
        assert!(Reports::new(&targets).open().is_err());
        assert!(folder.path().is_dir());
    }

    #[test]
    fn standard_output_belongs_to_one_report() {
        let printed = || target(STANDARD_OUTPUT.into());
        let two = [printed(), printed()];
        assert_eq!(Reports::new(&two).open().unwrap_err().exit, Exit::Usage);
        let one = [printed()];
        assert!(Reports::new(&one).open().is_ok() && Reports::new(&one).own_output());
    }
}
