//! `grade calibrate`: tolerances from what correct formulations really differ by.
//!
//! The golden values are the reference's in f64. Every correct submission of the corpus, and the reference itself, is
//! run in f32 and in f64, with one and with two threads, with and without wide vector instructions; the worst error
//! times a margin, rounded up to a 1-2-5 step, is the tolerance.

use std::collections::BTreeMap;

use judge::checks::probe::Probe;
use judge::compare::error;
use judge::contract::call::case_call;
use judge::contract::subject::Subject;
use judge::contract::tolerance::{Entry, MARGIN, SMALLEST_F32, SMALLEST_F64, Tolerances, step_up};
use judge::contract::{Case, Expect, Task};
use judge::findings::stop::Stop;
use judge::fixtures::{self, StoredCase};
use judge::goldens::generate;
use wire::DType;

use super::corpus::{self, Correct};
use crate::arguments::Calibrate;
use crate::engine::{Grader, OWN_LIMITS, WorkerConfig};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// Runs the command.
pub(crate) fn calibrate(grader: &Grader, options: &Calibrate, output: &Output) -> Result<Exit, Failure> {
    let chosen = selection::tasks(&options.tasks)?;
    let golden = golden(grader, &chosen, output)?;
    let mut worst = Worst::default();
    let is_chosen = |id: &String| chosen.iter().any(|task| task.id == id);
    for correct in corpus::correct(&grader.course_root().corpus())? {
        if correct.tasks.iter().any(is_chosen) {
            measure(grader, output, &golden, Some(&correct), &mut worst)?;
        }
    }
    measure(grader, output, &golden, None, &mut worst)?;
    let measured = worst.tolerances();
    let outputs: usize = measured.0.values().map(BTreeMap::len).sum();
    output.line(&format!("{outputs} outputs of {} tasks calibrated", measured.0.len()));
    let root = grader.course_root().fixtures();
    let tolerances = if options.tasks.is_empty() {
        measured
    } else {
        merged(fixtures::load_tolerances(&root)?, measured, &chosen)
    };
    fixtures::store_tolerances(&root, &tolerances)?;
    output.line(&next(&options.tasks));
    Ok(Exit::Done)
}

/// Golden files and fingerprints are held against the tolerances of their own task only.
fn next(tasks: &[String]) -> String {
    let options: Vec<String> = tasks.iter().map(|id| format!(" --task {id}")).collect();
    format!("next: grade regen{}", options.concat())
}

/// The tolerances from before, with those of the chosen tasks replaced.
fn merged(mut before: Tolerances, measured: Tolerances, chosen: &[&Task]) -> Tolerances {
    before.0.retain(|id, _| chosen.iter().all(|task| task.id != id));
    before.0.extend(measured.0);
    before
}

type Golden = Vec<(&'static Task, &'static Case, StoredCase)>;

/// The golden cases with float outputs, made again.
fn golden(grader: &Grader, chosen: &[&'static Task], output: &Output) -> Result<Golden, Failure> {
    let reference = grader.prepare_reference(chosen)?;
    let mut subject = grader.start(&reference, &WorkerConfig::default(), None)?;
    let mut golden = Golden::new();
    for &task in chosen {
        output.progress(&format!("golden values of {}", task.id));
        for case in task.cases.iter().filter(|case| matches!(case.expect, Expect::Outputs)) {
            let stored =
                generate::make_case(task, case, &mut subject).map_err(|stop| stopped("reference", task, stop))?;
            golden.push((task, case, stored));
        }
    }
    Ok(golden)
}

/// Runs one correct submission (the reference where there is none) under every setting.
fn measure(
    grader: &Grader,
    output: &Output,
    golden: &Golden,
    correct: Option<&Correct>,
    worst: &mut Worst,
) -> Result<(), Failure> {
    let name = correct.map_or("reference", |correct| correct.name.as_str());
    let mut tasks: Vec<&'static Task> = golden.iter().map(|(task, ..)| *task).collect();
    tasks.dedup_by_key(|task| task.id);
    let prepared = match correct {
        Some(correct) => grader.prepare_overlay(&correct.folder, &tasks)?,
        None => grader.prepare_reference(&tasks)?,
    };
    for setting in WorkerConfig::variants() {
        output.progress(&format!("measuring {name}, {setting}"));
        let mut subject = grader.start(&prepared, &setting, None)?;
        for (task, case, stored) in golden {
            if correct.is_none_or(|correct| correct.tasks.iter().any(|id| id == task.id)) {
                let source = format!("{name}, {setting}");
                case_errors(task, case, stored, &mut subject, &source, worst)
                    .map_err(|stop| stopped(name, task, stop))?;
            }
        }
    }
    Ok(())
}

fn case_errors(
    task: &'static Task,
    case: &'static Case,
    stored: &StoredCase,
    subject: &mut dyn Subject,
    source: &str,
    worst: &mut Worst,
) -> Result<(), Stop> {
    for dtype in [DType::F32, DType::F64] {
        let call = case_call(task, case, &stored.inputs, dtype);
        let outputs = Probe::new(subject, task.canonical).call(&call)?.outputs;
        let outputs = task.read(&stored.inputs, &outputs);
        let expected = task.read(&stored.inputs, &stored.expected);
        for (name, expected) in expected.iter().filter(|(_, tensor)| tensor.dtype().is_float()) {
            let error = outputs
                .get(name)
                .map_or(f64::INFINITY, |actual| error_of(expected, actual));
            worst.note(task.id, name, dtype, error, source);
        }
    }
    Ok(())
}

fn error_of(expected: &wire::Tensor, actual: &wire::Tensor) -> f64 {
    if expected.shape() == actual.shape() {
        error(expected, actual)
    } else {
        f64::INFINITY
    }
}

fn stopped(name: &str, task: &Task, stop: Stop) -> Failure {
    let reason = match stop {
        Stop::Found(finding) => report::sentence(&finding, task.id, OWN_LIMITS),
        Stop::Fault(fault) => fault.0,
    };
    Failure::fault(format!("`{name}` gives no answer for task `{}`: {reason}", task.id))
        .hint("a tolerance can be derived from correct submissions only: run `grade self-test`")
}

/// The worst error so far, by task, output and dtype.
#[derive(Debug, Default)]
struct Worst(BTreeMap<(&'static str, String), [(f64, String); 2]>);

impl Worst {
    fn note(&mut self, task: &'static str, output: &str, dtype: DType, error: f64, source: &str) {
        let entry = self.0.entry((task, output.to_owned())).or_default();
        let slot = &mut entry[usize::from(dtype == DType::F64)];
        // In steps, so that measuring again on the same machine writes the same file.
        let error = step_up(error);
        if error > slot.0 || slot.1.is_empty() {
            *slot = (error, source.to_owned());
        }
    }

    fn tolerances(self) -> Tolerances {
        let mut tolerances = Tolerances::default();
        for ((task, output), [single, double]) in self.0 {
            let entry = Entry {
                f32: step_up((MARGIN * single.0).max(SMALLEST_F32)),
                f64: step_up((MARGIN * double.0).max(SMALLEST_F64)),
                measured_f32: single.0,
                source_f32: single.1,
                measured_f64: double.0,
                source_f64: double.1,
            };
            tolerances.0.entry(task.to_owned()).or_default().insert(output, entry);
        }
        tolerances
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_ten_times_the_worst_error_in_steps() {
        let mut worst = Worst::default();
        worst.note("a", "y", DType::F32, 3e-7, "one");
        worst.note("a", "y", DType::F32, 1e-7, "two");
        worst.note("a", "y", DType::F64, 1e-16, "one");
        let tolerances = worst.tolerances();
        let entry = &tolerances.0["a"]["y"];
        assert_eq!((entry.f32, entry.f64, entry.source_f32.as_str()), (5e-6, 1e-10, "one"));
    }

    #[test]
    fn what_comes_next_is_about_the_tasks_that_were_calibrated() {
        assert_eq!(next(&[]), "next: grade regen");
        let tasks = ["rms_norm", "greedy"].map(str::to_owned);
        assert_eq!(next(&tasks), "next: grade regen --task rms_norm --task greedy");
    }

    #[test]
    fn tasks_that_were_not_chosen_keep_their_tolerances() {
        let measured = |tasks: &[&'static str], error| {
            let mut worst = Worst::default();
            for task in tasks {
                worst.note(task, "y", DType::F32, error, "one");
            }
            worst.tolerances()
        };
        let chosen = Task {
            id: "chosen",
            ..Task::BLANK
        };
        let before = measured(&["chosen", "other"], 1e-6);
        let after = merged(before.clone(), measured(&["chosen"], 1e-5), &[&chosen]);
        assert_eq!(after.0["other"], before.0["other"]);
        assert_eq!(after.0["chosen"]["y"].f32, 1e-4);
    }
}
