//! A changed reference: what `regen` shows of it, that it writes nothing unless it is accepted, and that all is well again
//! once it has written.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use tests::{Run, Submission, command, copy_tree, course, root};

const TASK: &str = "additive_attention";
const ENERGIES: &str = ".matmul(&weights.energy_weight)";

/// A course whose corpus is about one task, with the reference's energies scaled.
fn course_with_energies(scale: &str) -> Submission {
    course(|folder| {
        let corpus = folder.join("fixtures/submissions");
        for wrong in fs::read_dir(corpus.join("wrong")).unwrap().map(Result::unwrap) {
            if !wrong.file_name().to_str().unwrap().starts_with("additive-") {
                fs::remove_dir_all(wrong.path()).unwrap();
            }
        }
        let loops = "fixtures/submissions/correct/additive-loops";
        copy_tree(&root().join(loops), &folder.join(loops));
        let tasks = "graders/tasks/src";
        copy_tree(&root().join(tasks), &folder.join(tasks));
        let table = "fixtures/kill-table.md";
        fs::copy(root().join(table), folder.join(table)).unwrap();
        let path = folder.join("reference/src/additive_attention.rs");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(ENERGIES), "the energies are in the file");
        fs::write(path, text.replace(ENERGIES, &format!("{ENERGIES} * {scale}"))).unwrap();
    })
}

fn run(course: &Submission, arguments: &[&str]) -> Run {
    let run = command(arguments).env("GRADE_HOME", course.path()).output();
    run.unwrap().into()
}

/// All files of a folder.
fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}

/// Measured digits differ from machine to machine.
fn without_digits(text: &str) -> String {
    let mut shown = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_number = letter.is_ascii_digit() && !shown.ends_with(|last: char| last.is_alphanumeric() || last == '_');
        if is_number {
            while letters
                .next_if(|next| next.is_ascii_digit() || ".e".contains(*next))
                .is_some()
            {}
            shown.push('#');
        } else {
            shown.push(letter);
        }
    }
    shown
}

#[test]
fn a_changed_reference_is_reviewed_then_accepted_and_then_all_is_well() {
    let course = course_with_energies("(1.0 + 2e-11)");
    let before = tree(course.path());
    let drifted = run(&course, &["regen", "--check", "--task", TASK]);
    assert_eq!(drifted.code, Some(5), "{}\n{}", drifted.stdout, drifted.stderr);

    let review = run(&course, &["regen", "--task", TASK]);
    assert_eq!(review.code, Some(5), "{}\n{}", review.stdout, review.stderr);
    insta::assert_snapshot!(without_digits(&review.stdout));
    assert!(
        review.stderr.contains("judging") && review.stderr.contains("--no-corpus"),
        "{}",
        review.stderr
    );
    assert_eq!(tree(course.path()), before, "nothing is written, and nothing is left");

    let accepted = run(&course, &["regen", "--task", TASK, "--accept", "--no-corpus"]);
    assert_eq!(accepted.code, Some(0), "{}\n{}", accepted.stdout, accepted.stderr);
    assert!(accepted.stdout.contains("3 files written"), "{}", accepted.stdout);
    assert!(
        accepted.stdout.contains("only the reference was (--no-corpus)"),
        "{}",
        accepted.stdout
    );
    let changed: Vec<PathBuf> = tree(course.path())
        .into_iter()
        .filter(|file| !before.contains(file))
        .map(|(path, _)| path.strip_prefix(course.path()).unwrap().to_owned())
        .collect();
    let expected = [
        "fixtures/fingerprints.json",
        "fixtures/golden/additive_attention/expected.safetensors",
        "fixtures/manifest.json",
    ];
    assert_eq!(changed, expected.map(PathBuf::from));

    let checked = run(&course, &["regen", "--check", "--task", TASK]);
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stdout, checked.stderr);
    let again = run(&course, &["regen", "--task", TASK]);
    assert_eq!(again.code, Some(0), "{}", again.stdout);
    assert!(again.stdout.contains("nothing has changed"), "{}", again.stdout);
    let self_test = run(
        &course,
        &["self-test", "--only", "additive-loops", "--only", "additive-no-tanh"],
    );
    assert_eq!(self_test.code, Some(0), "{}\n{}", self_test.stdout, self_test.stderr);
}

#[test]
fn what_was_shown_is_written_by_accept_and_nothing_is_made_or_judged_a_second_time() {
    let course = course_with_energies("(1.0 + 3e-11)");
    let review = run(&course, &["regen", "--task", TASK]);
    assert_eq!(review.code, Some(5), "{}\n{}", review.stdout, review.stderr);
    assert!(
        review.stderr.contains("about `additive_attention`"),
        "{}",
        review.stderr
    );
    let accepted = run(&course, &["regen", "--task", TASK, "--accept"]);
    assert_eq!(accepted.code, Some(0), "{}\n{}", accepted.stdout, accepted.stderr);
    assert!(
        accepted.stdout.contains("nothing is made or judged a second time") && !accepted.stderr.contains("judging"),
        "{}\n{}",
        accepted.stdout,
        accepted.stderr
    );
    assert!(accepted.stdout.contains("3 files written"), "{}", accepted.stdout);
    let checked = run(&course, &["regen", "--check", "--task", TASK]);
    assert_eq!(checked.code, Some(0), "{}\n{}", checked.stdout, checked.stderr);
}

#[test]
fn a_reference_that_fails_its_own_properties_is_never_accepted() {
    let course = course_with_energies("1.5");
    let before = tree(course.path());
    // Leaving out the corpus does not leave out the reference.
    let refused = run(&course, &["regen", "--task", TASK, "--accept", "--no-corpus"]);
    assert_eq!(refused.code, Some(5), "{}\n{}", refused.stdout, refused.stderr);
    assert!(
        refused
            .stdout
            .contains("nothing is written, whatever is accepted: the reference fails")
            && refused
                .stdout
                .contains("a property in graders/tasks/src/attention/additive_attention/properties.rs"),
        "{}",
        refused.stdout
    );
    assert_eq!(tree(course.path()), before, "nothing is written");
}

#[test]
fn golden_files_of_tasks_that_use_a_changed_one_are_named_and_end_with_5() {
    let course = course_with_energies("1.0");
    let path = course.path().join("reference/src/normalization.rs");
    let text = fs::read_to_string(&path).unwrap();
    let norm = "input / (mean_square + epsilon).sqrt() * weight";
    assert!(text.contains(norm), "the norm is in the file");
    fs::write(path, text.replace(norm, &format!("{norm} * (1.0 + 2e-11)"))).unwrap();
    let accepted = run(&course, &["regen", "--task", "rms_norm", "--accept", "--no-corpus"]);
    assert_eq!(accepted.code, Some(5), "{}\n{}", accepted.stdout, accepted.stderr);
    assert!(accepted.stdout.contains("files written"), "{}", accepted.stdout);
    let (_, next) = accepted.stdout.split_once("next: grade regen").unwrap();
    assert!(
        next.contains("--task decoder_block") && next.contains("--task gpt_forward"),
        "{next}"
    );
}

#[test]
fn a_golden_file_that_is_gone_comes_with_a_command_that_makes_it_anew() {
    let course = course_with_energies("1.0");
    let path = course
        .path()
        .join("fixtures/golden/additive_attention/expected.safetensors");
    let golden = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let submission = course.path().join("student_template");
    let graded = run(&course, &["--submission", submission.to_str().unwrap(), "--task", TASK]);
    assert_eq!(graded.code, Some(3), "{}", graded.stdout);
    assert!(
        graded.stderr.contains("`grade regen --task additive_attention`"),
        "{}",
        graded.stderr
    );
    let checked = run(&course, &["regen", "--check", "--task", TASK]);
    assert_eq!(checked.code, Some(5), "{}\n{}", checked.stdout, checked.stderr);
    assert!(checked.stdout.contains("expected.safetensors"), "{}", checked.stdout);
    let made = run(&course, &["regen", "--task", TASK, "--accept", "--no-corpus"]);
    assert_eq!(made.code, Some(0), "{}\n{}", made.stdout, made.stderr);
    assert_eq!(fs::read(&path).unwrap(), golden);
}

#[test]
fn a_new_mistake_of_the_corpus_comes_with_the_command_that_makes_its_fingerprint() {
    let course = course_with_energies("1.0");
    let (corpus, reference) = ("fixtures/submissions/wrong", "reference/src/additive_attention.rs");
    let folder = course.path().join(corpus).join("additive-just-written");
    fs::create_dir_all(folder.join("src")).unwrap();
    let expected = fs::read_to_string(course.path().join(corpus).join("additive-no-tanh/expected.toml")).unwrap();
    let expected = expected.replace(
        "additive_attention/bounded-energies",
        "additive_attention/golden-f32/all",
    );
    fs::write(folder.join("expected.toml"), expected).unwrap();
    let text = fs::read_to_string(course.path().join(reference)).unwrap();
    let wrong = text.replace(ENERGIES, &format!("{ENERGIES} * 1.75"));
    fs::write(folder.join("src/additive_attention.rs"), wrong).unwrap();
    let self_test = run(&course, &["self-test", "--only", "additive-just-written"]);
    assert_eq!(self_test.code, Some(0), "{}\n{}", self_test.stdout, self_test.stderr);
    assert!(
        self_test.stdout.contains("grade regen --task additive_attention") && !self_test.stdout.contains("     !"),
        "{}",
        self_test.stdout
    );
}

#[test]
fn the_manifest_names_the_reference_that_a_changed_task_was_made_from() {
    let course = course_with_energies("(1.0 + 2e-11)");
    let origin = |task: &str| {
        let text = fs::read_to_string(course.path().join("fixtures/manifest.json")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
        manifest["tasks"][task]["reference_sha256"].as_str().unwrap().to_owned()
    };
    let before = [TASK, "rms_norm"].map(origin);
    let tasks = ["--task", TASK, "--task", "rms_norm"];
    let accepted = run(&course, &[&["regen", "--accept", "--no-corpus"], &tasks[..]].concat());
    assert_eq!(accepted.code, Some(0), "{}\n{}", accepted.stdout, accepted.stderr);
    assert_ne!(origin(TASK), before[0]);
    assert_eq!(origin("rms_norm"), before[1]);
}

#[test]
fn a_change_by_which_correct_submissions_become_wrong_is_said_before_it_is_written() {
    let course = course_with_energies("(1.0 + 2e-11)");
    let corpus = course.path().join("fixtures/submissions");
    let [wrong, correct] =
        ["wrong/additive-no-tanh", "correct/additive-loops"].map(|name| corpus.join(name).join("src"));
    copy_tree(&wrong, &correct);
    let review = run(&course, &["regen", "--task", TASK]);
    assert_eq!(review.code, Some(5), "{}\n{}", review.stdout, review.stderr);
    for words in [
        "! correct/additive-loops",
        "golden-f64",
        "verdicts of",
        "nothing is written",
    ] {
        assert!(review.stdout.contains(words), "{words}:\n{}", review.stdout);
    }
}

#[test]
fn nobody_else_is_judged_by_a_reference_that_is_wrong_itself() {
    let course = course_with_energies("1.0");
    let path = course.path().join("reference/src/additive_attention.rs");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        text.replace(".squeeze_dim(1);", ".squeeze_dim(1) * (1.0 + 1e-3);"),
    )
    .unwrap();
    let review = run(&course, &["regen", "--task", TASK]);
    assert_eq!(review.code, Some(5), "{}\n{}", review.stdout, review.stderr);
    assert!(review.stdout.contains("! reference"), "{}", review.stdout);
    assert!(review.stdout.contains("nothing else was judged"), "{}", review.stdout);
}

#[test]
fn a_task_whose_distribution_another_one_gives_is_made_alone() {
    let run = tests::grade(["regen", "--check", "--task", "sample_top_p"]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
}
