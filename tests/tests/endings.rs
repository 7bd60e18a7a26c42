//! However a grading ends: within its limits, with a result of its own, and with every report saying so.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::{Run, Submission, command, grade, program, root};

const FORMATS: [&str; 8] = [
    "terminal",
    "json",
    "jsonl",
    "markdown",
    "junit",
    "github",
    "gradescope",
    "html",
];
/// A task that nothing is done to.
const BYSTANDER: [&str; 2] = ["--task", "split_heads"];

/// The reference with another body of `greedy`, graded with that task and a bystander, which keeps its points.
fn greedy(body: &str, arguments: &[&str]) -> (Run, Value) {
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", body);
    let arguments = [&["--task", "greedy", "--fresh"][..], &BYSTANDER[..], arguments].concat();
    let (run, report) = submission.graded(&arguments);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    assert_eq!(task(&report, "split_heads")["verdict"], "passed", "{report:#}");
    (run, report)
}

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    let tasks = report["tasks"].as_array().unwrap();
    tasks.iter().find(|task| task["id"] == id).unwrap()
}

/// Checks of a task by their verdict.
fn count(task: &Value, verdict: &str) -> usize {
    let checks = task["checks"].as_array().unwrap();
    checks.iter().filter(|check| check["verdict"] == verdict).count()
}

/// Every page is written to, in pieces, until there is no more.
const GLUTTON: &str = "    let mut kept = vec![logits.copy()];
    loop {
        kept.push(tch::Tensor::ones([1 << 23], (tch::Kind::Double, tch::Device::Cpu)) + kept.len() as f64);
    }";

#[test]
fn a_task_that_uses_up_memory_is_given_up_on_and_has_a_result_within_a_limit_on_time() {
    let (_, report) = greedy(GLUTTON, &["--time-limit", "120"]);
    let greedy = task(&report, "greedy");
    // On a busy machine touching all that memory may use up the time first.
    let used_up = ["out_of_memory", "timed_out"];
    assert!(
        used_up.iter().any(|verdict| greedy["verdict"] == *verdict),
        "{greedy:#}"
    );
    assert_eq!(greedy["points"], 0.0);
    let tried: usize = used_up.iter().map(|verdict| count(greedy, verdict)).sum();
    assert!(tried <= 3, "{greedy:#}");
}

#[test]
fn who_sleeps_in_every_call_is_charged_and_not_the_machine() {
    let body = "    std::thread::sleep(std::time::Duration::from_millis(500));\n    logits.argmax(-1, false)";
    let (_, report) = greedy(body, &["--time-limit", "30"]);
    let greedy = task(&report, "greedy");
    assert_eq!(greedy["verdict"], "timed_out", "{greedy:#}");
    assert!(greedy.to_string().contains("slept through the 5 s"), "{greedy:#}");
}

#[test]
fn hundreds_of_threads_end_the_call() {
    let body = "    for _ in 0..200 {
        std::thread::spawn(|| std::thread::sleep(std::time::Duration::from_secs(1000)));
    }
    logits.argmax(-1, false)";
    let (_, report) = greedy(body, &[]);
    let greedy = task(&report, "greedy");
    assert_eq!(
        (&greedy["verdict"], &greedy["points"]),
        (&"crashed".into(), &0.0.into())
    );
    assert!(greedy.to_string().contains("more than 64 threads"), "{greedy:#}");
}

#[test]
fn a_shape_that_nobody_could_read_makes_no_report_large_in_any_format() {
    let folder = tempfile::tempdir().unwrap();
    let paths = FORMATS.map(|format| format!("{format}={}", folder.path().join(format).display()));
    let arguments: Vec<&str> = paths.iter().flat_map(|path| ["--report", path]).collect();
    let body = "    logits.argmax(-1, false).reshape([[1_i64; 1000].as_slice(), &[-1]].concat())";
    let (_, report) = greedy(body, &arguments);
    let greedy = task(&report, "greedy");
    assert_eq!(greedy["verdict"], "wrong");
    assert!(greedy.to_string().contains("1001 axes"), "{greedy:#}");
    for format in FORMATS {
        let length = fs::metadata(folder.path().join(format)).unwrap().len();
        assert!(length < 200_000, "{format}: {length}");
    }
}

/// Runs with every format asked for, all of them standing there from before, and gives what stands there then.
fn refused(arguments: &[&str], code: i32) -> Vec<(&'static str, Option<String>)> {
    let folder = tempfile::tempdir().unwrap();
    let path = |format: &str| folder.path().join(format);
    for format in FORMATS {
        fs::write(path(format), "passed: an older report").unwrap();
    }
    let reports = FORMATS.map(|format| format!("{format}={}", path(format).display()));
    let reports = reports.iter().flat_map(|target| ["--report", target.as_str()]);
    let run = grade(arguments.iter().copied().chain(reports));
    assert_eq!(run.code, Some(code), "{}\n{}", run.stdout, run.stderr);
    FORMATS
        .map(|format| (format, fs::read_to_string(path(format)).ok()))
        .into()
}

#[test]
fn a_refused_submission_is_told_so_in_every_format_and_no_older_report_stands() {
    let empty = Submission::empty().with_file("notes.txt", "nothing here");
    for (format, text) in refused(&["--submission", empty.path().to_str().unwrap()], 2) {
        let text = text.unwrap_or_else(|| panic!("{format} is not there"));
        assert!(!text.contains("an older report"), "{format}: {text}");
        assert!(text.contains("src"), "{format} says why: {text}");
    }
}

#[test]
fn a_grader_that_fails_charges_nobody_and_leaves_no_older_report() {
    let arguments = ["--submission", "x", "--report", "json=/no/such/place/report.json"];
    for (format, text) in refused(&arguments, 3) {
        match text {
            None => assert_eq!(format, "gradescope", "a score of zero would be a charge"),
            Some(text) => assert!(
                text.contains("/no/such/place") && !text.contains("an older report"),
                "{format}: {text}"
            ),
        }
    }
}

#[test]
fn a_path_that_cannot_be_written_is_found_before_anything_is_judged() {
    let submission = Submission::reference().with_file("src/sampling.rs", "does not compile");
    let folder = submission.path().to_str().unwrap();
    let run = grade([
        "--submission",
        folder,
        "--fresh",
        "--report",
        "json=/no/such/place/r.json",
    ]);
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    assert!(run.stderr.contains("/no/such/place/r.json"), "{}", run.stderr);
}

#[test]
fn a_report_that_is_printed_has_standard_output_to_itself() {
    let reference = root().join("reference").display().to_string();
    let arguments = [
        "--submission",
        &reference,
        "--task",
        "split_heads",
        "--report",
        "json=-",
    ];
    let run = grade(arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let report: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(report["tasks"][0]["verdict"], "passed");
    assert!(run.stderr.contains("split_heads"), "what is for people: {}", run.stderr);
    let refused = grade(["--submission", "/no/such/folder", "--report", "json=-"]);
    let refusal: Value = serde_json::from_str(&refused.stdout).unwrap();
    assert_eq!(refusal["conclusion"], "refused");
    let two = grade(arguments.into_iter().chain(["--report", "markdown=-"]));
    assert_eq!(two.code, Some(2), "{}", two.stderr);
    let refusal: Value = serde_json::from_str(&two.stdout).unwrap();
    assert_eq!(refusal["conclusion"], "refused", "nothing else is printed");
}

#[test]
fn a_full_disk_behind_standard_output_is_an_error() {
    let reference = root().join("reference").display().to_string();
    let arguments = ["--submission", &reference, "--task", "split_heads"];
    for more in [&[][..], &["--report", "json=-"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = command(arguments.iter().chain(more)).stdout(full).output().unwrap();
        let run = Run::from(output);
        assert_eq!(run.code, Some(3), "{}", run.stderr);
        assert!(run.stderr.contains("standard output"), "{}", run.stderr);
    }
}

/// Runs the program in a shell, after a line of its own.
fn in_shell(line: &str, folder: &Path) -> Run {
    let reference = root().join("reference");
    #[expect(
        clippy::disallowed_methods,
        reason = "the program under test, in a shell that limits it"
    )]
    let output = Command::new("bash")
        .args(["-c", &format!("{line}; exec \"$@\""), "bash"])
        .arg(program())
        .arg("--submission")
        .arg(reference)
        .args(["--task", "split_heads", "--fresh"])
        .current_dir(folder)
        .output()
        .unwrap();
    output.into()
}

#[test]
fn a_limit_of_the_shell_is_named_with_the_command_that_raises_it() {
    let folder = tempfile::tempdir().unwrap();
    for limit in ["ulimit -n 64", "ulimit -v 2000000", "ulimit -f 1000", "ulimit -t 30"] {
        let run = in_shell(limit, folder.path());
        assert_eq!(run.code, Some(3), "{limit}: {}\n{}", run.stdout, run.stderr);
        let option = limit.split(' ').nth(1).unwrap();
        let words = [format!("`ulimit {option}`"), format!("ulimit {option} ")];
        for word in words {
            assert!(run.stderr.contains(&word), "{limit}: {}", run.stderr);
        }
    }
    // One that can be raised is.
    let soft = in_shell("ulimit -S -n 64", folder.path());
    assert_eq!(soft.code, Some(0), "{}", soft.stderr);
}

#[test]
fn a_temporary_folder_that_is_named_from_here_is_used_and_one_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("here")).unwrap();
    let relative = in_shell("export TMPDIR=here", folder.path());
    assert_eq!(relative.code, Some(0), "{}", relative.stderr);
    assert_eq!(fs::read_dir(folder.path().join("here")).unwrap().count(), 0);
    let missing = in_shell("export TMPDIR=/no/such/folder", folder.path());
    assert_eq!(missing.code, Some(3), "{}", missing.stderr);
    assert!(
        missing.stderr.contains("/no/such/folder") && missing.stderr.contains("TMPDIR"),
        "{}",
        missing.stderr
    );
}

#[test]
fn a_result_that_used_up_time_is_not_stored() {
    let body = "    let _ = logits;\n    loop {\n        std::hint::spin_loop();\n    }";
    let submission = Submission::reference().with_body("src/sampling.rs", "greedy", body);
    let stages = |report: &Value| report["times"]["stages"].to_string();
    for _ in 0..2 {
        let (_, report) = submission.graded(&["--task", "greedy"]);
        assert_eq!(report["tasks"][0]["verdict"], "timed_out");
        assert!(!stages(&report).contains("stored result"), "{}", stages(&report));
    }
}

/// Where the compiler is broken, nobody should wait for a download first.
#[test]
fn a_compiler_that_does_not_work_is_found_before_anything_is_fetched() {
    let folder = tempfile::tempdir().unwrap();
    let tools = folder.path().join("tools");
    fs::create_dir(&tools).unwrap();
    let tool = |name: &str, text: &str| {
        let path = tools.join(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    };
    for name in ["cargo", "rustc"] {
        tool(name, "echo 1.0");
    }
    tool("c++", "echo no headers >&2; exit 1");
    // Whatever happens, nothing is fetched by this test.
    tool("python3", "exit 1");
    let cache = folder.path().join("cache");
    let set_up = || {
        #[expect(clippy::disallowed_methods, reason = "a script of this project")]
        let output = Command::new("bash")
            .arg(root().join("scripts/setup"))
            .env_clear()
            .env("PATH", format!("{}:/usr/bin:/bin", tools.display()))
            .env("HOME", folder.path())
            .env("GRADE_CACHE", &cache)
            .output();
        Run::from(output.unwrap())
    };
    let run = set_up();
    assert_eq!(run.code, Some(3), "{}", run.stderr);
    assert!(
        run.stderr.contains("C++ compiler") && run.stderr.contains("g++"),
        "{}",
        run.stderr
    );
    assert!(!cache.exists(), "nothing was begun");
    tool("c++", "exit 0");
    tool("rustc", "echo no toolchain >&2; exit 1");
    let run = set_up();
    assert!(
        run.stderr.contains("rustc is on the PATH and does not run"),
        "{}",
        run.stderr
    );
    assert!(!cache.exists(), "nothing was begun");
}
