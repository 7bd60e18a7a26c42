//! A class: every layout, nothing lost when it is killed, and what a course makes of it.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use tests::class::{folder, on, student, table, words, wrong};
use tests::{Run, Submission, command, copy_tree, course, grade};

#[test]
fn every_layout_is_graded_as_grade_does_and_whatever_cannot_be_leaves_a_trace() {
    let (folder, place) = (folder(), tempfile::tempdir().unwrap());
    let class = place.path().join("a2.class");
    let run = grade(words(folder.path(), &class));
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let table = table(&class);
    for (id, state) in [
        ("1", "graded"),
        ("2", "graded"),
        ("3", "graded"),
        ("a2-dora", "graded"),
        ("eve", "graded"),
        ("gil", "graded"),
        ("finn", "not graded"),
        ("ivy", "not graded"),
        ("9", "missing"),
    ] {
        assert_eq!(student(&table, id)["state"], state, "{id}");
    }
    assert_eq!(table["students"].as_array().unwrap().len(), 9);
    let (_, alone) = wrong().graded(&["--task", "rms_norm"]);
    for id in ["2", "3"] {
        assert_eq!(student(&table, id)["points"], alone["totals"]["points"], "{id}");
        assert_eq!(
            student(&table, id)["tasks"][0]["verdict"],
            alone["tasks"][0]["verdict"],
            "{id}"
        );
    }
    assert!(student(&table, "finn")["reason"].as_str().unwrap().contains("finn.zip"));
    assert_eq!(student(&table, "eve")["tasks"][0]["verdict"], "not_attempted");
    let status = on(&class, "status", &[]);
    // Correct, wrong and unwritten: three contents in six submissions.
    for said in [
        "3 graded; equal ones once",
        "missing",
        "notes.csv",
        "is not on the roster",
        "2 cannot be",
    ] {
        assert!(status.stdout.contains(said), "{said}: {}", status.stdout);
    }
    let again = grade(words(folder.path(), &class));
    let is_row = |line: &str| line.trim_start().starts_with("1/");
    assert!(
        !again.stdout.lines().any(is_row),
        "nothing is graded twice: {}",
        again.stdout
    );
    let shown = on(&class, "show", &["bo@example.org"]);
    assert!(
        shown.stdout.contains("attempt 1") && shown.stdout.contains("rms_norm"),
        "{}",
        shown.stdout
    );
    written(&class, place.path());
}

/// What a course writes of it.
fn written(class: &Path, place: &Path) {
    let feedback = place.join("feedback");
    let run = on(class, "feedback", &["--out", &feedback.display().to_string()]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        fs::read_to_string(feedback.join("2/report.html"))
            .unwrap()
            .contains("rms_norm")
    );
    assert!(
        fs::read_to_string(feedback.join("finn/report.md"))
            .unwrap()
            .contains("finn")
    );
    for entry in walkdir::WalkDir::new(&feedback).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            let text = fs::read_to_string(entry.path()).unwrap();
            let is_own = entry.path().starts_with(feedback.join("finn"));
            assert!(
                is_own || !text.contains("finn"),
                "{} names others",
                entry.path().display()
            );
            assert!(
                !text.contains("/tmp/"),
                "{} names places of the course",
                entry.path().display()
            );
        }
    }
    let page = place.join("class.html");
    let run = on(class, "report", &["--out", &page.display().to_string()]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.contains("Not graded, and why") && text.contains("finn.zip") && text.contains("rms_norm"));
    let run = on(class, "report", &["--anonymous", "--out", &page.display().to_string()]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let text = fs::read_to_string(&page).unwrap();
    for name in ["finn", "dora", "ivy", "gil"] {
        assert!(!text.contains(name), "{name} is named");
    }
    for (format, first) in [
        ("canvas", "Student,ID,SIS User ID,SIS Login ID,Section,"),
        (
            "moodle",
            "Identifier,Full name,Email address,Status,Grade,Maximum Grade,",
        ),
        (
            "gradescope",
            "First Name,Last Name,SID,Email,Sections,Total Score,Max Points,",
        ),
        ("csv", "id,name,email,state,points,max_points,"),
    ] {
        let run = on(class, "export", &["--format", format]);
        assert!(run.stdout.starts_with(first), "{format}: {}", run.stdout);
        assert!(run.stderr.contains("finn"), "{format}: {}", run.stderr);
    }
}

fn spawn(words: &[String], temporary: &Path) -> Child {
    command(words)
        .env("TMPDIR", temporary)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_class_that_is_killed_at_any_moment_comes_to_the_same_table() {
    let (folder, place) = (folder(), tempfile::tempdir().unwrap());
    let undisturbed = place.path().join("undisturbed.class");
    assert_eq!(grade(words(folder.path(), &undisturbed)).code, Some(0));
    let temporary = place.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let class = place.path().join("killed.class");
    for moment in [40, 300, 900, 1700, 2600, 4000] {
        let mut judge = spawn(&words(folder.path(), &class), &temporary);
        thread::sleep(Duration::from_millis(moment));
        judge.kill().unwrap();
        judge.wait().unwrap();
    }
    assert_eq!(grade(words(folder.path(), &class)).code, Some(0));
    assert_eq!(table(&class), table(&undisturbed));
    assert!(!place.path().join("killed.class.lock").exists());
    let left: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[expect(clippy::disallowed_methods, reason = "a signal to the program under test")]
fn interrupt(judge: &Child) {
    let status = Command::new("kill").args(["-INT", &judge.id().to_string()]).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_second_run_says_who_holds_the_file_and_an_interrupted_one_leaves_nothing() {
    let (folder, place) = (folder(), tempfile::tempdir().unwrap());
    let class = place.path().join("a2.class");
    let temporary = place.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let mut judge = spawn(&words(folder.path(), &class), &temporary);
    let begun = Instant::now();
    while !place.path().join("a2.class.lock").exists() {
        assert!(begun.elapsed() < Duration::from_mins(1), "nothing was begun");
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(200));
    let second = grade(words(folder.path(), &class));
    assert_eq!(second.code, Some(6), "{}", second.stderr);
    let holder = format!("a2.class is being written by process {}", judge.id());
    assert!(second.stderr.contains(&holder), "{}", second.stderr);
    interrupt(&judge);
    assert_eq!(judge.wait().unwrap().code(), Some(130));
    let left: Vec<_> = fs::read_dir(&temporary).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

fn refused(words: &[&str], code: i32, said: &[&str]) {
    let run = grade(words);
    assert_eq!(run.code, Some(code), "{words:?}: {}", run.stderr);
    for text in said.iter().chain(&["next:"]) {
        assert!(
            run.stderr.contains(text),
            "{words:?} does not say {text}: {}",
            run.stderr
        );
    }
}

#[test]
fn what_makes_no_sense_is_told_with_the_file_the_cause_and_the_next_step() {
    let place = tempfile::tempdir().unwrap();
    let at = |name: &str| place.path().join(name).display().to_string();
    let (class, empty, roster) = (at("a2.class"), at("empty"), at("roster.csv"));
    fs::create_dir(&empty).unwrap();
    fs::create_dir_all(place.path().join("folder/ann/src")).unwrap();
    let folder = at("folder");
    let run = |folder: &str, more: &[&str], code: i32, said: &[&str]| {
        let fixed = ["class", "run", folder, "--into", &class, "--assignment", "uva-dl1-a2"];
        refused(&[&fixed, more].concat(), code, said);
        assert!(
            !PathBuf::from(&class).exists(),
            "nothing is made where nothing can be graded"
        );
    };
    run(&empty, &[], 2, &["empty", "looked for Canvas", "found nothing"]);
    fs::write(&roster, "id,name\n1,Ann\n1,Bo\n").unwrap();
    run(
        &folder,
        &["--roster", &roster],
        2,
        &["roster.csv", "line 3, column id: `1` is in line 2 already"],
    );
    fs::write(&roster, "id,email\n1,a\n").unwrap();
    run(
        &folder,
        &["--roster", &roster],
        2,
        &["line 1: the column `name` is missing"],
    );
    refused(
        &["class", "run", &folder, "--into", &class, "--assignment", "uva-dl1-a9"],
        2,
        &["uva-dl1-a9"],
    );
    refused(&["class", "status", &class], 2, &["there is no file", "a2.class"]);
    fs::write(&class, "this is a text of somebody else, and no database at all").unwrap();
    refused(&["class", "status", &class], 3, &["a2.class is no file of a class"]);
    assert!(fs::read_to_string(&class).unwrap().starts_with("this is a text"));
}

#[test]
fn a_change_of_the_course_is_another_run_and_compare_names_whose_points_change() {
    let folder = Submission::empty();
    copy_tree(Submission::reference().path(), &folder.path().join("ann"));
    // Right in most cases: what is lost depends on what a failed check costs.
    let body = "    let square = input.square().mean_dim(-1, true, None);\n    \
        input / (square + epsilon).sqrt() * weight.detach()";
    let partly = Submission::reference().with_body("src/normalization.rs", "rms_norm", body);
    copy_tree(partly.path(), &folder.path().join("bo"));
    fs::write(folder.path().join("roster.csv"), "id,name\nann,Ann\nbo,Bo\n").unwrap();
    let place = tempfile::tempdir().unwrap();
    let class = place.path().join("a2.class");
    let all = words(folder.path(), &class);
    assert_eq!(grade(&all).code, Some(0));
    let changed = course(|root| {
        let path = root.join("fixtures/assignments/uva-dl1-a2.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("property = 0.25"));
        fs::write(path, text.replace("property = 0.25", "property = 0.5")).unwrap();
    });
    let run: Run = command(&all).env("GRADE_HOME", changed.path()).output().unwrap().into();
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("run 2"), "{}", run.stderr);
    let compared = on(&class, "compare", &["1", "2"]);
    assert!(
        compared
            .stdout
            .contains("other points or limits, the points of 1 students differ"),
        "{}",
        compared.stdout
    );
    assert!(
        compared.stdout.contains("\n  bo  ") && !compared.stdout.contains("\n  ann  "),
        "{}",
        compared.stdout
    );
    let export = on(&class, "export", &["--format", "csv", "--changed-since", "1"]);
    assert_eq!(export.stdout.trim().lines().count(), 2, "{}", export.stdout);
    let regraded: Run = command(["class", "regrade", &class.display().to_string(), "--task", "rms_norm"])
        .env("GRADE_HOME", changed.path())
        .output()
        .unwrap()
        .into();
    assert_eq!(regraded.code, Some(0), "{}", regraded.stderr);
    let compared = on(&class, "compare", &["2", "3"]);
    assert!(
        compared.stdout.contains("the points of 0 students differ"),
        "{}",
        compared.stdout
    );
}

#[test]
fn a_fault_of_ours_is_kept_without_points_and_gone_once_it_is_tried_again() {
    let folder = Submission::empty();
    copy_tree(Submission::reference().path(), &folder.path().join("ann"));
    fs::write(folder.path().join("bo.zip"), "PK and nothing").unwrap();
    fs::write(folder.path().join("roster.csv"), "id,name\nann,Ann\nbo,Bo\n").unwrap();
    let place = tempfile::tempdir().unwrap();
    let class = place.path().join("a2.class");
    let broken = course(|root| fs::write(root.join("reference/src/normalization.rs"), "fn no(").unwrap());
    let run: Run = command(words(folder.path(), &class))
        .env("GRADE_HOME", broken.path())
        .output()
        .unwrap()
        .into();
    assert_eq!(run.code, Some(4), "{}\n{}", run.stdout, run.stderr);
    let before = table(&class);
    assert_eq!(student(&before, "ann")["state"], "fault");
    assert!(student(&before, "ann")["points"].is_null() && student(&before, "ann")["hold"].is_string());
    let status = on(&class, "status", &[]);
    assert_eq!(status.code, Some(4));
    assert!(status.stdout.contains("next  grade class retry"), "{}", status.stdout);
    let retried = on(&class, "retry", &[]);
    assert_eq!(retried.code, Some(0), "{}\n{}", retried.stdout, retried.stderr);
    let after = table(&class);
    assert_eq!(student(&after, "ann")["state"], "graded");
    assert_eq!(student(&after, "ann")["points"], after["max_points"]);
    assert_eq!(student(&after, "bo")["state"], "not graded");
}
