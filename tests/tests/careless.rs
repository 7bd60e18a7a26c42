//! Submissions as careless people make them: each is graded for what it is worth.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tests::archives::{files_below, gzip, tar, zip};
use tests::{Run, Submission, copy_tree, grade, root};

const FILE: &str = "src/normalization.rs";

/// The template with one task written: it compiles in half the time.
fn written() -> Submission {
    let text = fs::read_to_string(root().join("reference").join(FILE)).unwrap();
    Submission::template().with_file(FILE, &text)
}

/// The same in a folder of a larger one, which holds nothing else.
fn below(folder: &str) -> Submission {
    let outer = Submission::empty();
    copy_tree(written().path(), &outer.path().join(folder));
    outer
}

fn changed(submission: Submission, change: impl FnOnce(&Path)) -> Submission {
    change(submission.path());
    submission
}

/// Every source with other text.
fn rewritten(change: impl Fn(&str) -> String) -> Submission {
    changed(written(), |folder| {
        for entry in fs::read_dir(folder.join("src")).unwrap() {
            let path = entry.unwrap().path();
            let text = change(&fs::read_to_string(&path).unwrap());
            fs::write(path, text).unwrap();
        }
    })
}

fn renamed(old: &str, new: &str) -> Submission {
    changed(written(), |folder| {
        let new = folder.join(new);
        fs::create_dir_all(new.parent().unwrap()).unwrap();
        fs::rename(folder.join(old), new).unwrap();
    })
}

fn run(submission: &Path, more: &[&str]) -> (Run, Option<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report.json");
    let target = format!("json={}", report.display());
    let path = submission.to_str().unwrap();
    let arguments = ["--submission", path, "--task", "rms_norm", "--report", &target];
    let run = grade([&arguments, more].concat());
    let text = fs::read_to_string(&report).ok();
    (run, text.map(|text| serde_json::from_str(&text).unwrap()))
}

/// What is not as it must be.
fn deviation(name: &str, submission: &Path, verdict: &str, says: &[&str]) -> Option<String> {
    let (run, report) = run(submission, &["--assignment", "uva-dl1-a2", "--fresh"]);
    let Some(report) = report else {
        return Some(format!("{name}: no report: {}", run.stderr));
    };
    let notes = report["notes"].to_string();
    let found = report["tasks"][0]["verdict"].as_str().unwrap();
    let missing: Vec<&&str> = says.iter().filter(|words| !notes.contains(**words)).collect();
    let is_untrue = !says.iter().any(|words| words.contains("have no effect")) && notes.contains("have no effect");
    let is_right = run.code == Some(0) && found == verdict && missing.is_empty() && !is_untrue;
    (!is_right).then(|| {
        format!(
            "{name}: {:?}, {found}, missing {missing:?} in {notes}\n{}",
            run.code, run.stderr
        )
    })
}

#[test]
fn twenty_careless_submissions_are_graded_for_what_they_are_worth() {
    let mut deviations = Vec::new();
    let mut tried = 0;
    let mut try_it = |name: &str, submission: &Submission, verdict: &str, says: &[&str]| {
        tried += 1;
        deviations.extend(deviation(name, submission.path(), verdict, says));
    };
    let garbage = "this is not Rust {{{";
    let strewn = |files: &[&str]| files.iter().fold(written(), |all, file| all.with_file(file, garbage));

    let copies = [
        "src/normalization.rs~",
        "src/#normalization.rs#",
        "src/.normalization.rs.swp",
    ];
    try_it(
        "copies of an editor",
        &strewn(&copies),
        "passed",
        &["normalization.rs~` are left out"],
    );
    let copies = [
        "src/normalization copy.rs",
        "src/normalization - Copy.rs",
        "src/normalization (1).rs",
    ];
    try_it(
        "copies of a desktop",
        &strewn(&copies),
        "passed",
        &["cannot be those of modules"],
    );
    let notes = ["src/My notes.txt", "src/data/values.csv", ".gitignore", "src/.DS_Store"];
    try_it("notes", &strewn(&notes), "passed", &["`My notes.txt`", "no Rust files"]);
    try_it(
        "an old folder",
        &strewn(&["src/old stuff/normalization.rs"]),
        "passed",
        &["`old stuff/` is left out"],
    );
    let settings = ["src/.vscode/settings.json", ".idea/workspace.xml", ".zed/tasks.json"];
    try_it("settings of an editor", &strewn(&settings), "passed", &[]);
    let locked = changed(written(), |folder| {
        symlink("me@machine.1234:1", folder.join("src/.#normalization.rs")).unwrap();
    });
    try_it(
        "a lock of an editor",
        &locked,
        "passed",
        &[".#normalization.rs` is left out: it is a link"],
    );
    let words = ["src/match.rs", "src/self.rs", "src/crate.rs", "src/2.rs"];
    try_it(
        "words of the language",
        &strewn(&words),
        "passed",
        &["cannot be those of modules"],
    );
    let shadows = ["src/types/mod.rs", "src/parts/mod.rs"];
    try_it(
        "names of given files",
        &strewn(&shadows),
        "passed",
        &["files that are given have these names"],
    );
    let helper = changed(written(), |folder| {
        fs::write(folder.join("src/helper.rs"), b"\xff\xfep\0u\0b\0").unwrap();
    });
    try_it("a file that is no text", &helper, "passed", &[]);

    let released = below("student");
    copy_tree(
        &root().join("student_template"),
        &released.path().join("student_template"),
    );
    try_it("a release", &released, "passed", &["graded is the crate in `student`"]);
    try_it(
        "folders in folders",
        &below("a2/final/really final"),
        "passed",
        &["`a2/final/really final`"],
    );
    let member = below("members/mine")
        .with_file(
            "Cargo.toml",
            "[workspace]\nmembers = [\"members/*\"]\n[workspace.package]\nedition = \"2021\"\n",
        )
        .replacing(
            "members/mine/Cargo.toml",
            "edition = \"2024\"",
            "edition.workspace = true",
        )
        .replacing(
            &format!("members/mine/{FILE}"),
            "// solution:begin",
            "let gen = 1; let _ = gen;\n// solution:begin",
        );
    try_it("a workspace of 2021", &member, "passed", &["`members/mine`"]);
    try_it(
        "a topic in a folder",
        &renamed(FILE, "src/normalization/mod.rs"),
        "passed",
        &["`normalization/mod.rs` is read as `normalization.rs`"],
    );
    try_it(
        "letters of another case",
        &renamed(FILE, "src/Normalization.RS"),
        "passed",
        &["is read as"],
    );
    try_it(
        "line ends of Windows",
        &rewritten(|text| text.replace('\n', "\r\n")),
        "passed",
        &[],
    );
    try_it(
        "byte order marks",
        &rewritten(|text| format!("\u{feff}{text}")),
        "passed",
        &[],
    );
    let built = strewn(&[
        "target/debug/build/x/normalization.rs",
        "tests/normalization.rs",
        "src/main.rs",
    ]);
    try_it("what was built", &built, "passed", &["`main.rs` is ignored"]);
    let flat = changed(Submission::empty(), |folder| {
        copy_tree(&written().path().join("src"), folder);
    });
    try_it("sources without a crate", &flat, "passed", &[]);
    try_it(
        "a broken manifest",
        &strewn(&["Cargo.toml"]),
        "passed",
        &["`Cargo.toml` cannot be read"],
    );
    let given = written().with_file("src/types.rs", garbage);
    try_it(
        "a changed given file",
        &given,
        "passed",
        &["`types.rs` is given: your changes to it have no effect"],
    );
    let linked = changed(written(), |folder| {
        fs::remove_file(folder.join("src/sampling.rs")).unwrap();
        symlink("/etc/passwd", folder.join("src/sampling.rs")).unwrap();
    });
    try_it(
        "a link",
        &linked,
        "passed",
        &["`sampling.rs` is left out: it is a link"],
    );
    let only_copy = renamed(FILE, "src/normalization (1).rs");
    try_it(
        "nothing but a copy",
        &only_copy,
        "not_attempted",
        &["`normalization (1).rs`", "is missing"],
    );
    let wrong = strewn(&["src/notes.txt", "src/match.rs"]).with_body(FILE, "rms_norm", "    input * weight * epsilon");
    try_it("a mistake and notes", &wrong, "wrong", &["`notes.txt`"]);

    assert!(tried >= 20, "{tried}");
    assert!(deviations.is_empty(), "{}", deviations.join("\n"));
}

#[test]
fn the_archive_of_a_repository_is_graded() {
    let repository = below("dl1-a2-main/student");
    copy_tree(
        &root().join("student_template"),
        &repository.path().join("dl1-a2-main/student_template"),
    );
    let mut files = files_below(repository.path(), "");
    for name in [
        "dl1-a2-main/.git/HEAD",
        "__MACOSX/dl1-a2-main/._student",
        "dl1-a2-main/caf\u{e9}.txt",
    ] {
        files.push((name.to_owned(), b"x".to_vec()));
    }
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("a2.zip");
    fs::write(&archive, zip(&files)).unwrap();
    let says = ["`dl1-a2-main/student`"];
    assert_eq!(deviation("an archive", &archive, "passed", &says), None);
}

#[test]
fn what_else_careless_people_hand_in_is_graded_for_what_it_is_worth() {
    let mut deviations = Vec::new();
    let mut try_it = |name: &str, submission: &Path, verdict: &str, says: &[&str]| {
        deviations.extend(deviation(name, submission, verdict, says));
    };
    let garbage = "<<<<<<< HEAD\nnever ends {";

    let files = files_below(written().path(), "a2-main/student/");
    let packed = changed(Submission::empty(), |folder| {
        fs::write(folder.join("report.pdf"), "").unwrap();
        fs::write(folder.join("a2-main.tar.gz"), gzip(&tar(&files))).unwrap();
    });
    let inside = "`a2-main.tar.gz/a2-main/student`";
    try_it("an archive in a folder", packed.path(), "passed", &[inside]);

    let folder = tempfile::tempdir().unwrap();
    let mut strewn = files;
    strewn.push((format!("a2-main/{}x.rs", "a/".repeat(30)), b"x".to_vec()));
    strewn.push(("a2-main/zeros.csv".to_owned(), vec![b'0'; 20 << 20]));
    let archive = folder.path().join("a2.zip");
    fs::write(&archive, zip(&strewn)).unwrap();
    try_it("data in an archive", &archive, "passed", &["`a2-main/student`"]);

    let copied = changed(written(), |folder| {
        copy_tree(&root().join("student_template/src"), &folder.join("src/src"));
    });
    let copied = copied.with_file(&format!("src/{FILE}"), garbage);
    try_it("sources copied into themselves", copied.path(), "passed", &[]);

    let merged = ["BACKUP_1234", "LOCAL_1234", "REMOTE_1234"];
    let merged = merged.iter().fold(written(), |all, name| {
        all.with_file(&format!("src/normalization_{name}.rs"), garbage)
    });
    try_it("what a merge leaves", merged.path(), "passed", &[]);

    let clouds = [
        "Copy of normalization.rs",
        "normalization-DESKTOP-AB12CD.rs",
        "~$notes.docx",
    ];
    let clouds = clouds
        .iter()
        .fold(written(), |all, name| all.with_file(&format!("src/{name}"), garbage));
    try_it(
        "what a cloud leaves",
        clouds.path(),
        "passed",
        &["`~$notes.docx`", "cannot be those"],
    );

    let sources = renamed("src", "lib");
    try_it("sources called otherwise", sources.path(), "passed", &["`lib`"]);
    let moved = renamed(FILE, "src/question2/normalization.rs");
    let says = ["`question2/normalization.rs` does not stand for `normalization.rs`"];
    try_it(
        "a topic in a folder of a question",
        moved.path(),
        "not_attempted",
        &says,
    );
    assert!(deviations.is_empty(), "{}", deviations.join("\n"));
}

#[test]
fn one_very_long_expression_costs_its_own_file_only() {
    let long = format!("\npub fn long() -> i64 {{ {}1 }}\n", "1 + ".repeat(150_000));
    let sampling = fs::read_to_string(root().join("reference/src/sampling.rs")).unwrap();
    let submission = written().with_file("src/sampling.rs", &(sampling + &long));
    let (run, report) = submission.graded(&["--task", "rms_norm", "--task", "greedy", "--fresh"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let tasks = report["tasks"].as_array().unwrap();
    let of = |id: &str| tasks.iter().find(|task| task["id"] == id).unwrap();
    assert_eq!(of("rms_norm")["verdict"], "passed", "{report:#}");
    let greedy = of("greedy");
    assert_eq!(greedy["verdict"], "did_not_compile", "{greedy:#}");
    assert!(greedy.to_string().contains("sampling.rs"), "{greedy:#}");
}

#[test]
fn two_crates_are_named() {
    let two = below("a");
    copy_tree(&root().join("reference"), &two.path().join("b"));
    let (run, report) = run(two.path(), &[]);
    assert_eq!(run.code, Some(2));
    assert_eq!(report.unwrap()["conclusion"], "refused");
    assert!(
        run.stderr.contains("Rust files in two crates: `a` and `b`"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("next: name the one that counts"), "{}", run.stderr);
}

#[test]
fn a_manifest_that_cannot_be_read_is_said_to_be_the_reason_why_the_assignment_is_not_known() {
    let broken = written().with_file("Cargo.toml", "[package\nname = ");
    let (run, _) = run(broken.path(), &[]);
    assert_eq!(run.code, Some(2));
    assert!(run.stderr.contains("Cargo.toml cannot be read"), "{}", run.stderr);
    assert!(run.stderr.contains("--assignment"), "{}", run.stderr);
}

#[test]
fn a_stored_result_comes_with_the_notes_of_the_submission_that_is_graded_now() {
    let arguments = ["--task", "rms_norm", "--seed", "77"];
    let (_, first) = written().with_file("src/mine.txt", "").graded(&arguments);
    let (_, second) = written().with_file("src/yours.txt", "").graded(&arguments);
    let (_, third) = written().graded(&arguments);
    assert_eq!(first["submission"]["sha256"], second["submission"]["sha256"]);
    assert!(second["times"].to_string().contains("stored"), "{}", second["times"]);
    let [first, second, third] = [first, second, third].map(|report| report["notes"].to_string());
    assert!(first.contains("mine.txt") && !first.contains("yours.txt"), "{first}");
    assert!(second.contains("yours.txt") && !second.contains("mine.txt"), "{second}");
    assert!(!third.contains(".txt"), "{third}");
}

#[test]
fn where_nothing_ran_no_sandbox_is_said_to_be_missing() {
    let mut broken = Submission::empty().with_file("src/normalization.rs", "");
    for file in source_files() {
        let name = format!("src/{}", file.file_name().unwrap().to_str().unwrap());
        broken = broken.with_file(&name, "pub fn f() -> i64 { \"\" }");
    }
    let (run, report) = broken.graded(&["--assignment", "uva-dl1-a2", "--task", "rms_norm", "--fresh"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert_eq!(report["tasks"][0]["verdict"], "did_not_compile");
    assert!(!run.stdout.contains("sandbox: none"), "{}", run.stdout);
}

fn source_files() -> Vec<PathBuf> {
    let folder = fs::read_dir(root().join("student_template/src")).unwrap();
    folder.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn letters_that_reorder_what_is_read_reach_no_terminal() {
    let two = below("a");
    copy_tree(&root().join("reference"), &two.path().join("b\u{202e}fdp\u{1b}[31m"));
    let (run, _) = run(two.path(), &[]);
    assert_eq!(run.code, Some(2));
    assert!(!run.stderr.contains(['\u{202e}', '\u{1b}']), "{:?}", run.stderr);
}
