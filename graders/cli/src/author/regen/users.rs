//! What goes out of date with a task: the golden files of tasks that call it, or that ask it for a distribution.

use judge::contract::Task;
use judge::fixtures;
use judge::goldens::generate;

use super::review::Review;
use crate::engine::program_cache;
use crate::engine::{Grader, LIBTORCH_VERSION, WorkerConfig};
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// The tasks outside of `chosen` that use one that changes and whose stored values are not what the reference gives now.
pub(crate) fn stale(
    grader: &Grader,
    changed: &[&'static Task],
    chosen: &[&'static Task],
    output: &Output,
) -> Result<Vec<&'static str>, Failure> {
    let users = users(changed, chosen);
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let root = grader.course_root().fixtures();
    let tolerances = fixtures::load_tolerances(&root)?;
    let before = fixtures::load_manifest(&root)?.unwrap_or_else(|| fixtures::new_manifest(LIBTORCH_VERSION));
    // Its program has all tasks, and is there already in most cases.
    let reference = program_cache::reference(grader)?;
    let mut subject = grader.start(&reference, &WorkerConfig::default(), None)?;
    let mut review = Review::new(&root, &tolerances, &before);
    for task in &users {
        output.progress(&format!("looking at {}, which uses what changes", task.id));
        review.task(task, &mut subject)?;
    }
    output.progress_done();
    let is_stale = |task: &&'static Task| review.drifts.iter().any(|drift| drift.task == task.id);
    Ok(users.into_iter().filter(is_stale).map(|task| task.id).collect())
}

/// The tasks with golden cases, outside of `chosen`, that use one of these.
fn users(changed: &[&'static Task], chosen: &[&'static Task]) -> Vec<&'static Task> {
    let is_changed = |id: &str| changed.iter().any(|task| task.id == id);
    let uses = |task: &'static Task| {
        let parts = selection::with_parts(&[task]).into_iter().map(|part| part.id);
        parts.chain(generate::asks(task)).any(is_changed)
    };
    let others = tasks::ALL
        .iter()
        .copied()
        .filter(|task| chosen.iter().all(|own| own.id != task.id));
    others.filter(|task| !task.cases.is_empty() && uses(task)).collect()
}

/// What is said of them.
pub(crate) fn text(stale: &[impl AsRef<str>]) -> String {
    if stale.is_empty() {
        return String::new();
    }
    let names: Vec<String> = stale.iter().map(|id| format!("`{}`", id.as_ref())).collect();
    let options: Vec<String> = stale.iter().map(|id| format!(" --task {}", id.as_ref())).collect();
    format!(
        "out of date with it: the golden files of {}, which use what has changed\n  next: grade regen{}",
        names.join(", "),
        options.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_used_by_those_that_call_it_through_others_too() {
        let find = |id: &str| tasks::find(id).expect("a task");
        let ids = |changed: &str, chosen: &[&str]| {
            let chosen: Vec<_> = chosen.iter().map(|id| find(id)).collect();
            users(&[find(changed)], &chosen)
                .iter()
                .map(|task| task.id)
                .collect::<Vec<_>>()
        };
        let of_norm = ids("rms_norm", &["rms_norm"]);
        assert!(
            of_norm.contains(&"decoder_block") && of_norm.contains(&"gpt_forward"),
            "{of_norm:?}"
        );
        assert!(!ids("rms_norm", &["rms_norm", "decoder_block"]).contains(&"decoder_block"));
        // It is asked for its distribution.
        assert!(ids("nucleus", &["nucleus"]).contains(&"sample_top_p"));
        assert_eq!(ids("long_run", &["long_run"]), Vec::<&str>::new());
    }

    #[test]
    fn what_is_out_of_date_comes_with_its_command() {
        insta::assert_snapshot!(text(&["decoder_block", "gpt_forward"]), @r"
        out of date with it: the golden files of `decoder_block`, `gpt_forward`, which use what has changed
          next: grade regen --task decoder_block --task gpt_forward
        ");
        assert_eq!(text(&[] as &[&str]), "");
    }
}
