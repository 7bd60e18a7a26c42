//! The attacks of the corpus, graded as the submissions that they are, and tried past the policy by `grade doctor`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use tests::{Submission, copy_tree, grade, root, side_by_side, tight_course};

fn corpus() -> PathBuf {
    root().join("fixtures/submissions/hostile")
}

/// Every attack with what must come of it.
fn attacks() -> Vec<(PathBuf, toml::Table)> {
    let mut folders: Vec<PathBuf> = fs::read_dir(corpus())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let expected = |folder: &Path| fs::read_to_string(folder.join("expected.toml")).ok();
    let attacks = folders.into_iter().filter_map(|folder| {
        let expected = expected(&folder)?.parse().unwrap();
        Some((folder, expected))
    });
    attacks.collect()
}

/// What is not as it must be where an attack is graded.
fn deviations(course: &Submission, folder: &Path, expected: &toml::Table) -> Vec<String> {
    // Only what the two tasks need is written: the rest would have to be compiled as well.
    let submission = Submission::template();
    for file in ["src/attention.rs", "src/normalization.rs"] {
        fs::copy(root().join("reference").join(file), submission.path().join(file)).unwrap();
    }
    copy_tree(&corpus().join("shared"), submission.path());
    copy_tree(folder, submission.path());
    let arguments = [
        "--assignment",
        "uva-dl1-a2",
        "--task",
        "rms_norm",
        "--task",
        "split_heads",
        "--fresh",
    ];
    let (run, report) = submission.graded_in(course, &arguments);
    let name = folder.file_name().unwrap().to_string_lossy();
    let mut deviations = Vec::new();
    if run.code != Some(0) {
        deviations.push(format!("{name}: exit code {:?}: {}", run.code, run.stderr));
    }
    for (id, key) in [("rms_norm", "graded"), ("split_heads", "graded_bystander")] {
        let wanted = expected.get(key).map_or("passed", |verdict| verdict.as_str().unwrap());
        let tasks = report["tasks"].as_array().unwrap();
        let task = tasks.iter().find(|task| task["id"] == id).unwrap();
        let is_paid = task["points"].as_f64().unwrap() > 0.0;
        if task["verdict"] != wanted || is_paid != (wanted == "passed") {
            let (verdict, points) = (&task["verdict"], &task["points"]);
            deviations.push(format!(
                "{name}: {id} is {verdict} with {points} points, and should be {wanted}"
            ));
        }
    }
    deviations
}

#[test]
fn an_attack_costs_its_own_task_and_no_other() {
    let attacks = attacks();
    assert!(attacks.len() > 30, "there are only {}", attacks.len());
    let course = tight_course("1.0");
    // Some use up a limit, by sleeping or by computing: they begin, and meanwhile others go on.
    let is_slow = |(_, expected): &(PathBuf, toml::Table)| expected.contains_key("slow");
    let (slow, quick): (Vec<_>, Vec<_>) = attacks.into_iter().partition(is_slow);
    let all: Vec<_> = slow.into_iter().chain(quick).collect();
    let judged = side_by_side(all, |(folder, expected)| deviations(&course, &folder, &expected));
    let all = judged.concat();
    assert!(all.is_empty(), "{all:#?}");
}

/// What a submission may try while it is built (B), while it runs (R), and what only looks like it (C).
#[test]
fn every_kind_of_attack_that_is_known_has_a_folder() {
    let cases: BTreeSet<String> = attacks()
        .iter()
        .map(|(_, expected)| expected["case"].as_str().unwrap().to_owned())
        .collect();
    let numbered = |kind: char, last: u32| (1..=last).map(move |number| format!("{kind}{number}"));
    let known: BTreeSet<String> = numbered('B', 8)
        .chain(numbered('R', 15))
        .chain(numbered('C', 1))
        .collect();
    assert_eq!(cases, known);
}

#[test]
fn the_sandbox_holds_by_itself() {
    let run = grade(["doctor"]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    for (folder, _) in attacks() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        assert!(run.stdout.contains(&name), "{name} was not tried");
    }
}

/// What is started by a thread inherits the thread's filter: here Landlock's calls are unknown, as before Linux 5.13.
fn on_an_old_kernel<T: Send + 'static>(act: impl FnOnce() -> T + Send + 'static) -> T {
    let confined = thread::spawn(|| {
        let rules: BTreeMap<i64, _> = (444..=446).map(|call| (call, vec![])).collect();
        let architecture = TargetArch::try_from(std::env::consts::ARCH).unwrap();
        let unknown = SeccompAction::Errno(38);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, unknown, architecture).unwrap();
        let program: BpfProgram = filter.try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
        act()
    });
    confined.join().unwrap()
}

#[test]
fn an_old_kernel_grades_says_what_it_lacks_and_is_refused_where_the_sandbox_is_required() {
    let (run, report) = on_an_old_kernel(|| Submission::reference().graded(&["--task", "rms_norm", "--fresh"]));
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(report["tasks"][0]["verdict"], "passed");
    let sandbox = report["sandbox"].to_string();
    assert!(sandbox.contains("NOT in force: Landlock"), "{sandbox}");
    assert!(run.stdout.contains("NOT in force: Landlock"), "{}", run.stdout);

    let reference = root().join("reference").display().to_string();
    let refused = on_an_old_kernel(move || grade(["--submission", &reference, "--require-sandbox"]));
    assert_eq!(refused.code, Some(3), "{}", refused.stdout);
    assert!(refused.stderr.contains("Landlock"), "{}", refused.stderr);

    let doctor = on_an_old_kernel(|| grade(["doctor"]));
    assert_eq!(doctor.code, Some(3));
    assert!(doctor.stdout.contains("NONE Landlock") && doctor.stdout.contains("no attack is tried"));
}

#[test]
fn the_sandbox_that_is_required_is_there() {
    let (run, report) = Submission::reference().graded(&["--task", "rms_norm", "--require-sandbox", "--fresh"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let sandbox = report["sandbox"].to_string();
    for layer in ["Landlock", "system call filter", "no capabilities", "limits"] {
        assert!(sandbox.contains(layer), "{sandbox}");
    }
    assert!(!sandbox.contains("NOT in force"), "{sandbox}");
}
