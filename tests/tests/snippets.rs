//! The tests that a report gives to a student: put into the wrong submission's crate they fail, over the reference they
//! pass.
//!
//! A sample of the corpus is tried each time, chosen so that every type of argument and every kind of claim occurs. The
//! whole corpus takes long: `cargo test --release -p tests --test snippets -- --ignored`.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sandbox::toolkit::Toolkit;
use serde_json::Value;
use tempfile::TempDir;
use tests::{Submission, copy_tree, root, side_by_side};

/// Mistakes of the corpus whose findings are of different kinds, over arguments of different types.
const SAMPLE: &[&str] = &[
    "attention-long-sequence-accepted",
    "attention-mask-missing",
    "attention-query-scaled-in-place",
    "causal-mask-remembers-first-length",
    "complete-graph-floats",
    "convolution-even-kernel-accepted",
    "encoder-mask-rows-instead-of-columns",
    "generate-argmax-without-axis",
    "gnn-mean",
    "graph-attention-graph-detached",
    "greedy-keeps-dimension",
    "laplacian-sign-turned",
    "radius-spectral-norm",
    "rms-norm-input-changed-in-place",
    "sampling-nan-accepted",
    "tokenizer-unknown-skipped",
    "transformer-relu",
];

/// A test that a report gives.
struct Snippet {
    /// Submission, task and check.
    origin: String,
    text: String,
}

/// What becomes of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    Failed,
    /// A signal ended the program, which tells a student nothing.
    Crashed,
}

/// The compiler and what submissions are compiled against, in a folder for what it makes.
struct Workshop {
    toolkit: Toolkit,
    folder: TempDir,
}

impl Workshop {
    fn new() -> Self {
        let toolkit = Toolkit::load(&root().join("target/release/toolkit.json")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        Self { toolkit, folder }
    }

    /// A submission's crate as a library that tests can use.
    fn library(&self, name: &str, source: &Path) -> PathBuf {
        let folder = self.folder.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        let library = folder.join("libstudent.rlib");
        let mut arguments = vec!["--crate-name=student".to_owned(), "--crate-type=rlib".to_owned()];
        arguments.extend(["-o".to_owned(), library.display().to_string()]);
        arguments.push(source.join("lib.rs").display().to_string());
        self.compile(&arguments);
        library
    }

    /// Runs snippets as tests of a crate: what becomes of each of them, and what the program says.
    fn run(&self, name: &str, library: &Path, snippets: &[&Snippet]) -> (Vec<Outcome>, String) {
        let folder = self.folder.path().join(name);
        let module = |(number, snippet): (usize, &&Snippet)| {
            format!("#[rustfmt::skip]\nmod snippet_{number} {{\n{}}}\n", snippet.text)
        };
        let text: Vec<String> = snippets.iter().enumerate().map(module).collect();
        let text = text.concat();
        let (source, program) = (folder.join("snippets.rs"), folder.join("snippets"));
        fs::write(&source, text).unwrap();
        let mut arguments = vec!["--test".to_owned(), "--crate-name=snippets".to_owned()];
        arguments.extend(["--extern".to_owned(), format!("student={}", library.display())]);
        arguments.push(format!("-Clink-arg=-Wl,-rpath,{}", self.toolkit.libtorch.display()));
        arguments.extend([
            "-o".to_owned(),
            program.display().to_string(),
            source.display().to_string(),
        ]);
        self.compile(&arguments);
        // One after the other: some of them set the seed of libtorch's only generator.
        let output = run(&program, &["--test-threads=1"]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let outcome = |number: usize| {
            let prefix = format!("test snippet_{number}::");
            let line = said.lines().find(|line| line.starts_with(&prefix));
            match line.and_then(|line| line.rsplit_once(" ... ")) {
                Some((_, "ok")) => Outcome::Passed,
                Some((_, "FAILED")) => Outcome::Failed,
                // The program did not come to its end, in this test or in one before it.
                _ => self.alone(name, number),
            }
        };
        ((0..snippets.len()).map(outcome).collect(), said)
    }

    /// What becomes of a snippet alone, as in a file of its own.
    fn alone(&self, name: &str, number: usize) -> Outcome {
        let program = self.folder.path().join(name).join("snippets");
        match run(&program, &[&format!("snippet_{number}::")]).status.code() {
            Some(0) => Outcome::Passed,
            Some(_) => Outcome::Failed,
            None => Outcome::Crashed,
        }
    }

    fn compile(&self, arguments: &[String]) {
        let toolkit = &self.toolkit;
        let mut all = vec![
            "--edition=2024".to_owned(),
            "-Awarnings".to_owned(),
            "-Copt-level=0".to_owned(),
            format!("-Clinker={}", toolkit.linker.display()),
            format!("-Ldependency={}", toolkit.dependencies.display()),
            "--extern".to_owned(),
            format!("tch={}", toolkit.libraries["tch"].display()),
        ];
        all.extend(
            toolkit
                .native
                .iter()
                .map(|folder| format!("-Lnative={}", folder.display())),
        );
        all.extend_from_slice(arguments);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let output = run(&toolkit.rustc, &all);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}",
            said.chars().take(6000).collect::<String>()
        );
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "what a student runs by hand: the compiler and the tests of their own crate"
)]
fn run(program: &Path, arguments: &[&str]) -> Output {
    Command::new(program).args(arguments).output().unwrap()
}

/// A submission of the corpus with what is known of it.
struct Wrong {
    name: String,
    task: String,
    assignment: &'static str,
    submission: Submission,
}

impl Wrong {
    fn named(name: &str) -> Self {
        let folder = root().join("fixtures/submissions/wrong").join(name);
        let expected: toml::Table = fs::read_to_string(folder.join("expected.toml"))
            .unwrap()
            .parse()
            .unwrap();
        let task = expected["task"].as_str().unwrap().to_owned();
        let submission = Submission::reference();
        copy_tree(&folder.join("src"), &submission.path().join("src"));
        Self {
            name: name.to_owned(),
            assignment: assignment_of(&task),
            task,
            submission,
        }
    }

    /// The snippets of its findings, and the findings that have none.
    fn snippets(&self) -> (Vec<Snippet>, Vec<String>) {
        let arguments = ["--assignment", self.assignment, "--task", &self.task];
        let (_, report) = self.submission.graded(&arguments);
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for task in report["tasks"].as_array().unwrap() {
            for check in task["checks"].as_array().unwrap() {
                let origin = format!(
                    "{}: {}/{}",
                    self.name,
                    task["id"].as_str().unwrap(),
                    check["name"].as_str().unwrap()
                );
                match check["snippet"].as_str() {
                    Some(text) => with.push(Snippet {
                        origin,
                        text: text.to_owned(),
                    }),
                    None if is_found(check) => without.push(origin),
                    None => {}
                }
            }
        }
        (with, without)
    }
}

fn is_found(check: &Value) -> bool {
    let verdict = check["verdict"].as_str().unwrap();
    !matches!(verdict, "passed" | "not_run" | "skipped")
}

fn assignment_of(task: &str) -> &'static str {
    let file = root().join("fixtures/assignments/gt-cs7643-ps3.toml");
    let text = fs::read_to_string(file).unwrap();
    if text.contains(&format!("\"{task}\"")) {
        "gt-cs7643-ps3"
    } else {
        "uva-dl1-a2"
    }
}

/// What came of the snippets of some submissions.
struct Tried {
    snippets: Vec<Snippet>,
    complaints: Vec<String>,
    /// Findings without one.
    without: Vec<String>,
}

/// Tries the snippets of a submission over that submission, where they fail.
fn tried_over_the_wrong(workshop: &Workshop, name: &str) -> Tried {
    let wrong = Wrong::named(name);
    let (snippets, without) = wrong.snippets();
    let mut complaints = Vec::new();
    if !snippets.is_empty() {
        let library = workshop.library(name, &wrong.submission.path().join("src"));
        let (outcomes, _) = workshop.run(name, &library, &snippets.iter().collect::<Vec<_>>());
        for (number, outcome) in outcomes.into_iter().enumerate() {
            let outcome = match outcome {
                // What an earlier test has left behind hides a mistake that is about that.
                Outcome::Passed => workshop.alone(name, number),
                other => other,
            };
            if outcome != Outcome::Failed {
                complaints.push(format!(
                    "{outcome:?} over the wrong submission: {}",
                    snippets[number].origin
                ));
            }
        }
        let _ = fs::remove_dir_all(workshop.folder.path().join(name));
    }
    Tried {
        snippets,
        complaints,
        without,
    }
}

/// Tries the snippets of these submissions, and gives the complaints, and how many there were.
fn tried(names: &[&str]) -> (Vec<String>, usize, Vec<String>) {
    let workshop = Workshop::new();
    let (mut all, mut complaints, mut without) = (Vec::new(), Vec::new(), Vec::new());
    for tried in side_by_side(names.to_vec(), |name| tried_over_the_wrong(&workshop, name)) {
        all.extend(tried.snippets);
        complaints.extend(tried.complaints);
        without.extend(tried.without);
    }
    let library = workshop.library("reference", &root().join("reference/src"));
    for part in all.chunks(60) {
        let (outcomes, said) = workshop.run("reference", &library, &part.iter().collect::<Vec<_>>());
        let wrong = |pair: &(&Snippet, Outcome)| pair.1 != Outcome::Passed;
        for (snippet, outcome) in part.iter().zip(outcomes).filter(wrong) {
            complaints.push(format!(
                "{outcome:?} over the reference: {}\n{}\n{said}",
                snippet.origin, snippet.text
            ));
        }
    }
    (complaints, all.len(), without)
}

#[test]
fn the_tests_that_a_report_gives_fail_over_the_wrong_submission_and_pass_over_the_reference() {
    let (complaints, tried, _) = tried(SAMPLE);
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert!(tried >= 2 * SAMPLE.len(), "only {tried} snippets");
}

#[expect(
    clippy::print_stdout,
    reason = "what whoever runs it wants to know, also where nothing is wrong"
)]
#[test]
#[ignore = "the whole corpus takes the better part of an hour"]
fn the_tests_of_the_whole_corpus_fail_over_the_wrong_submissions_and_pass_over_the_reference() {
    let only = std::env::var("SNIPPETS_OF").unwrap_or_default();
    let folders = fs::read_dir(root().join("fixtures/submissions/wrong")).unwrap();
    let mut names: Vec<String> = folders
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.retain(|name| only.is_empty() || only.split(',').any(|part| name.starts_with(part)));
    names.sort();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (complaints, tried, without) = tried(&names);
    println!(
        "{tried} snippets of {} submissions; {} findings without one:",
        names.len(),
        without.len()
    );
    println!("{}", without.join("\n"));
    assert!(
        complaints.is_empty(),
        "{} complaints\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
