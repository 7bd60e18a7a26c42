//! `grade regen --device cuda --check`: the goldens, which are the processor's, against what the reference computes on
//! another device. Last bits differ there, so the tolerances decide, and the worst error of each task is shown in units
//! of its tolerance.

use std::fmt::Write;

use judge::contract::Task;
use judge::fixtures::Fixtures;
use judge::goldens::generate::{Distance, distances};
use wire::DType;

use super::review::cannot_make;
use super::tasks::with_asked;
use crate::engine::{Grader, WorkerConfig};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Compares every case of these tasks.
pub(crate) fn compare(grader: &Grader, chosen: &[&'static Task], output: &Output) -> Result<Exit, Failure> {
    let fixtures = Fixtures::load(&grader.course_root().fixtures(), chosen)?;
    let reference = grader.prepare_reference(&with_asked(chosen))?;
    let mut subject = grader.start(&reference, &WorkerConfig::default(), None)?;
    let mut all = Vec::new();
    for task in chosen {
        output.progress(&format!("computing {} on {}", task.id, grader.device()));
        for case in task.cases {
            let stored = fixtures.case(task.id, case.name)?;
            let found = distances(task, case, stored, &fixtures.tolerances, &mut subject);
            all.extend(found.map_err(|stop| cannot_make(task, case, stop))?);
        }
    }
    output.progress_done();
    output.line(&table(chosen, &all));
    Ok(conclude(&all, grader.device(), output))
}

fn conclude(all: &[Distance], device: &str, output: &Output) -> Exit {
    let beyond = all.iter().filter(|distance| !distance.is_within()).count();
    if beyond == 0 {
        output.line(&format!("all goldens hold on {device} within their tolerances"));
        return Exit::Done;
    }
    output.line(&format!("{beyond} values on {device} are out of tolerance"));
    output.line("next: run `grade --submission ./reference` on both devices, and see which checks differ");
    Exit::Deviation
}

/// One line per task: the worst error of each dtype in units of its tolerance, and where it is.
fn table(chosen: &[&'static Task], all: &[Distance]) -> String {
    let mut text = format!("{:<30} {:>8} {:>8}  worst value", "task", "f64", "f32");
    for task in chosen {
        let of_task = || all.iter().filter(|distance| distance.task == task.id);
        let worst = |dtype| {
            of_task()
                .filter(|distance| distance.dtype == dtype)
                .map(Distance::tolerances)
                .fold(None, |worst: Option<f64>, next| {
                    Some(worst.map_or(next, |worst| worst.max(next)))
                })
        };
        let place = of_task().max_by(|a, b| a.tolerances().total_cmp(&b.tolerances()));
        let place = place.map_or_else(String::new, |worst| {
            format!(
                "{}/{} in {}, {:.1e}",
                worst.case, worst.output, worst.dtype, worst.error
            )
        });
        let _ = write!(
            text,
            "\n{:<30} {:>8} {:>8}  {place}",
            task.id,
            units(worst(DType::F64)),
            units(worst(DType::F32))
        );
    }
    text
}

fn units(tolerances: Option<f64>) -> String {
    tolerances.map_or_else(|| "-".to_owned(), |tolerances| format!("{tolerances:.3}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(dtype: DType, error: f64, tolerance: f64) -> Distance {
        Distance {
            task: "greedy",
            case: "batch",
            output: "token".to_owned(),
            dtype,
            error,
            tolerance,
        }
    }

    #[test]
    fn each_task_shows_its_worst_error_in_units_of_the_tolerance() {
        let task = tasks::find("greedy").into_iter().collect::<Vec<_>>();
        let all = [
            distance(DType::F64, 1e-11, 1e-10),
            distance(DType::F64, 5e-11, 1e-10),
            distance(DType::F32, 2e-6, 1e-6),
        ];
        insta::assert_snapshot!(table(&task, &all), @r"
        task                                f64      f32  worst value
        greedy                            0.500    2.000  batch/token in f32, 2.0e-6
        ");
        assert_eq!(all.map(|distance| distance.is_within()), [true, true, false]);
        let none = table(&task, &[]);
        assert!(
            none.contains('-'),
            "a task without goldens is not a task without error: {none}"
        );
    }
}
