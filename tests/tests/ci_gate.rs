//! The gate on pull requests, as a release brings it: the steps of its workflow file are run as GitHub runs them, and what
//! they print is read as its runner reads a log, for commands.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use tempfile::TempDir;
use tests::{Run, Submission, copy_tree, grade, program};

/// A step of the workflow that runs something.
#[derive(Debug)]
struct Step {
    name: String,
    folder: String,
    script: String,
}

/// The steps with a `run`, in their order.
fn steps(workflow: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for text in workflow.split("\n      - name: ").skip(1) {
        let (name, body) = text.split_once('\n').unwrap();
        let of = |key: &str| {
            body.lines()
                .find_map(|line| line.strip_prefix(&format!("        {key}: ")))
        };
        let Some(run) = of("run") else { continue };
        let block = || {
            let (_, block) = body.split_once("        run: |\n").unwrap();
            let lines = block.lines().map_while(|line| line.strip_prefix("          "));
            lines.collect::<Vec<_>>().join("\n")
        };
        steps.push(Step {
            name: name.to_owned(),
            folder: of("working-directory").unwrap_or(".").to_owned(),
            script: if run == "|" { block() } else { run.to_owned() },
        });
    }
    steps
}

/// The runner's folder: the branch that a pull request goes to in `course`, the pull request in `submission`.
struct Gate {
    folder: TempDir,
    steps: Vec<Step>,
}

/// What came of the steps.
struct Outcome {
    run: Run,
    summary: String,
}

impl Gate {
    fn new(student: &Submission) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let course = folder.path().join("course");
        let out = course.to_str().unwrap();
        let run = grade(["release", "--assignment", "uva-dl1-a2", "--out", out]);
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        // The program of this repository grades with the release's files: rebuilding it takes minutes.
        // What trains takes a minute each time, and is tried elsewhere: the last word on it counts.
        let script = format!(
            "#!/bin/sh\nGRADE_HOME='{out}' exec '{}' \"$@\" --no-training\n",
            program().display()
        );
        fs::write(course.join("scripts/grade"), script).unwrap();
        fs::set_permissions(course.join("scripts/grade"), fs::Permissions::from_mode(0o755)).unwrap();
        copy_tree(student.path(), &folder.path().join("submission/student"));
        let workflow = fs::read_to_string(course.join(".github/workflows/grade.yml")).unwrap();
        Self {
            steps: steps(&workflow),
            folder,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a step as GitHub does.
    fn step(&self, name: &str, bar: &str) -> Run {
        let step = self.steps.iter().find(|step| step.name == name).unwrap();
        let script = self.path("step.sh");
        fs::write(&script, &step.script).unwrap();
        #[expect(
            clippy::disallowed_methods,
            reason = "a step of the workflow, which starts the program under test"
        )]
        let mut command = std::process::Command::new("bash");
        command
            .args(["--noprofile", "--norc", "-eo", "pipefail"])
            .arg(&script)
            .current_dir(self.path(&step.folder))
            .env("MIN_SCORE", bar)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", self.path("step-summary"));
        command.output().unwrap().into()
    }

    fn run(&self, bar: &str) -> Outcome {
        let run = self.step("grade", bar);
        assert_eq!(self.step("summary", bar).code, Some(0));
        let summary = fs::read_to_string(self.path("step-summary"));
        let summary = summary.unwrap_or_else(|_| panic!("no summary: {}\n{}", run.stdout, run.stderr));
        for report in ["summary.md", "report.xml", "report.json"] {
            assert!(self.path(report).is_file(), "{report} is uploaded");
        }
        Outcome { run, summary }
    }
}

/// What GitHub's runner takes for a command: two colons after any space, or the older form anywhere in a line.
fn commands(run: &Run) -> Vec<&str> {
    let lines = run.stdout.split(['\n', '\r']).chain(run.stderr.split(['\n', '\r']));
    lines
        .map(str::trim_start)
        .filter(|line| line.starts_with("::") || line.contains("##["))
        .collect()
}

/// Every command is an annotation of ours, whatever it quotes.
fn assert_ours(run: &Run) {
    for command in commands(run) {
        let kinds = ["::error ", "::warning ", "::notice "];
        let of_file = kinds.iter().any(|kind| {
            let rest = command.strip_prefix(kind).and_then(|rest| rest.strip_prefix("file="));
            rest.is_some_and(|rest| rest.starts_with("student/src/"))
        });
        let is_count = ["::error::", "::notice::"].iter().any(|kind| {
            let rest = command.strip_prefix(kind);
            rest.is_some_and(|rest| rest.chars().next().is_some_and(|first| first.is_ascii_digit()))
        });
        assert!(of_file || is_count, "not ours: {command}");
        assert!(!command.starts_with("::error::forged"), "{command}");
    }
}

#[test]
fn the_workflow_builds_grades_and_writes_a_summary_without_secrets() {
    let gate = Gate::new(&Submission::template());
    let names: Vec<&str> = gate.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(names, ["build the grader", "grade", "summary"]);
    assert_eq!(gate.steps[0].script, "course/scripts/build");
    let workflow = fs::read_to_string(gate.path("course/.github/workflows/grade.yml")).unwrap();
    for word in ["pull_request_target", "secrets.", "write"] {
        let said = workflow.lines().filter(|line| !line.trim_start().starts_with('#'));
        assert!(said.clone().all(|line| !line.contains(word)), "{word}");
    }
}

#[test]
fn a_pull_request_above_the_bar_passes() {
    let outcome = Gate::new(&Submission::reference()).run("100");
    let run = &outcome.run;
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    assert!(commands(run).iter().all(|command| !command.starts_with("::error")));
    assert_ours(run);
    assert!(outcome.summary.contains("28 tasks passed"), "{}", outcome.summary);
}

#[test]
fn a_pull_request_below_the_bar_fails_with_annotations_at_lines_and_a_summary() {
    let student = Submission::reference()
        .with_body("src/normalization.rs", "rms_norm", "    input * weight * epsilon")
        .with_body(
            "src/sampling.rs",
            "greedy",
            "    let _ = logits;\n    panic!(\"no idea\")",
        );
    let gate = Gate::new(&student);
    let outcome = gate.run("100");
    let run = &outcome.run;
    assert_eq!(run.code, Some(1), "{}\n{}", run.stdout, run.stderr);
    assert_ours(run);
    let line_of = |file: &str, words: &str| {
        let source = fs::read_to_string(student.path().join("src").join(file)).unwrap();
        1 + source.lines().position(|line| line.contains(words)).unwrap()
    };
    let line = line_of("sampling.rs", "no idea");
    let starts = [
        // Where a finding has no line of its own it stands at the function.
        format!(
            "::error file=student/src/normalization.rs,line={},title=rms_norm",
            line_of("normalization.rs", "pub fn rms_norm")
        ),
        format!("::error file=student/src/sampling.rs,line={line},title=greedy"),
    ];
    for start in starts {
        let found = commands(run).into_iter().any(|command| command.starts_with(&start));
        assert!(found, "{start} in {}", run.stdout);
    }
    assert!(outcome.summary.contains("greedy") && outcome.summary.contains("no idea"));
    // The bar of the workflow as it is handed out lets everything pass.
    assert_eq!(gate.run("0").run.code, Some(0));
}

/// Commands in everything that a submission can have printed or quoted.
#[test]
fn no_text_of_a_submission_is_a_command() {
    const FORGED: &str = "\\n::error::forged\\n  ::stop-commands::forged\\n##[error]forged\\r::add-mask::forged";
    let words = "word ::error::forged ".repeat(12);
    let says = |text: &str| {
        format!(
            "    println!(\"{FORGED}\");\n    eprintln!(\"{FORGED}\");\n    let _ = logits;\n    panic!(\"{text}\")"
        )
    };
    let student = Submission::reference()
        .with_body("src/sampling.rs", "greedy", &says(FORGED))
        .with_body(
            "src/normalization.rs",
            "rms_norm",
            &says(&words).replace("logits", "(input, weight, epsilon)"),
        )
        .with_file(
            "src/rotary.rs",
            &format!("compile_error!(\"{FORGED}\");\nfn f() {{ let x: u8 = \"::error::forged\n::error::forged\"; }}\n"),
        )
        .with_file("Cargo.toml", "[package]\nname = \"x\n::error::forged\"\n");
    let outcome = Gate::new(&student).run("100");
    let run = &outcome.run;
    assert_eq!(run.code, Some(1), "{}\n{}", run.stdout, run.stderr);
    assert!(run.stdout.contains("forged"), "it is quoted:\n{}", run.stdout);
    assert_ours(run);
}

#[test]
fn a_submission_that_is_none_fails_the_gate_and_gives_no_command() {
    let named = "[package]\nname = \"x\"\n[package.metadata.grade]\nassignment = \"\\n::error::forged\"\n";
    let student = Submission::template().with_file("Cargo.toml", named);
    let run = grade(["--submission", student.path().to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("forged"), "{}", run.stderr);
    assert_eq!(commands(&run), [""; 0]);

    let file = Submission::template().with_file("src/a\n::error::forged.rs", "");
    let gate = Gate::new(&file);
    let run = gate.step("grade", "0");
    assert_eq!(run.code, Some(0), "it is left out: {}", run.stderr);
    assert!(run.stderr.contains("forged"), "and named: {}", run.stderr);
    assert_ours(&run);

    let empty = Submission::empty().with_file("notes.txt", "nothing");
    let gate = Gate::new(&empty);
    assert_eq!(gate.step("grade", "0").code, Some(2));
    assert_eq!(gate.step("summary", "0").code, Some(0));
    let summary = fs::read_to_string(gate.path("step-summary")).unwrap();
    assert!(summary.contains("not graded"), "{summary}");
}
