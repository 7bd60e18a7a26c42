//! `grade watch` over the built program: a save, its verdict, a compile error, Ctrl-C. Times are nowhere looked at, but
//! for a guard that ends a test which would hang.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use tests::{Submission, command};

/// After this the program hangs.
const GUARD: Duration = Duration::from_mins(5);
const FILE: &str = "src/normalization.rs";

/// A running `grade watch`; ended with the test whatever happens.
struct Watching {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    temporary: Submission,
}

impl Drop for Watching {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of a pipe as they come.
fn lines(pipe: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (send, receive) = channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                return;
            }
        }
    });
    receive
}

impl Watching {
    fn start(submission: &Submission, more: &[&str]) -> Self {
        let temporary = Submission::empty();
        let path = submission.path().to_str().unwrap();
        let arguments = [&["watch", "--submission", path], more].concat();
        let mut child = command(arguments)
            .env("TMPDIR", temporary.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Self {
            child,
            lines: lines(out),
            errors: lines(err),
            temporary,
        }
    }

    /// What is printed up to the line that says that it waits.
    fn round(&self) -> String {
        let mut text = String::new();
        loop {
            let line = self.lines.recv_timeout(GUARD).unwrap_or_else(|error| {
                let errors: Vec<String> = self.errors.try_iter().collect();
                panic!("{error}\n{text}\n{}", errors.join("\n"))
            });
            if line.starts_with("watching ") {
                return text;
            }
            text.push_str(&line);
            text.push('\n');
        }
    }

    /// Ends it as the keyboard does, and gives its exit code.
    fn interrupt(&mut self) -> Option<i32> {
        #[expect(clippy::disallowed_methods, reason = "the keyboard")]
        let sent = std::process::Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

fn save(submission: &Submission, text: &str) {
    fs::write(submission.path().join(FILE), text).unwrap();
}

/// The line of a task.
fn row<'a>(text: &'a str, task: &str) -> &'a str {
    let found = text.lines().find(|line| line.trim_start().starts_with(task));
    found.unwrap_or_else(|| panic!("{task} is missing:\n{text}"))
}

#[test]
fn a_saved_file_is_judged_again_until_ctrl_c() {
    let submission = Submission::reference();
    let right = fs::read_to_string(submission.path().join(FILE)).unwrap();
    let wrong = right.replacen(
        "// solution:begin",
        "if true { return input * 2.0; }\n    // solution:begin",
        1,
    );
    assert_ne!(wrong, right);
    let mut watching = Watching::start(
        &submission,
        &["--task", "rms_norm", "--task", "greedy", "--task", "decoder_block"],
    );

    let first = watching.round();
    assert!(first.starts_with("first look: 3 tasks judged"), "{first}");
    assert!(
        row(&first, "rms_norm").contains("passed") && row(&first, "greedy").contains("passed"),
        "{first}"
    );

    save(&submission, &wrong);
    let second = watching.round();
    // The task of the file comes first, the one that uses it after it; what was not touched is counted.
    assert!(second.starts_with("saved normalization.rs: 1 task judged"), "{second}");
    let last = &second[second
        .rfind("saved normalization.rs: 2 tasks judged")
        .unwrap_or_else(|| panic!("{second}"))..];
    assert!(row(last, "rms_norm").contains("wrong"), "{last}");
    let (above, below) = last.split_once("as before: ").unwrap_or_else(|| panic!("{last}"));
    assert!(
        above.contains("decoder_block") && !last.contains("greedy") && below.starts_with("1 passed"),
        "{last}"
    );

    save(
        &submission,
        &right.replacen("// solution:begin", "let _: i32 = input;\n    // solution:begin", 1),
    );
    let third = watching.round();
    assert!(
        third.contains("error[E0308]") && third.contains("normalization.rs:"),
        "{third}"
    );
    assert!(
        third.contains("judged when it compiles, since they use it: decoder_block"),
        "{third}"
    );

    save(&submission, &right);
    let fourth = watching.round();
    assert!(
        row(&fourth, "rms_norm").contains("passed") && !fourth.contains("error"),
        "{fourth}"
    );

    save(
        &submission,
        &right.replacen("// solution:begin", "let _again = 1;\n    // solution:begin", 1),
    );
    let fifth = watching.round();
    let last = &fifth[fifth
        .rfind("saved normalization.rs")
        .unwrap_or_else(|| panic!("{fifth}"))..];
    assert!(
        last.contains("judged again, with nothing new: rms_norm (passed), decoder_block (passed)"),
        "{last}"
    );
    assert!(last.lines().count() < 10, "{last}");

    fs::write(submission.path().join("src/notes.txt"), "not a source").unwrap();
    assert_eq!(watching.interrupt(), Some(0));
    assert_eq!(
        fs::read_dir(watching.temporary.path()).unwrap().count(),
        0,
        "nothing is left behind"
    );
    assert_eq!(watching.errors.try_iter().collect::<Vec<_>>(), Vec::<String>::new());
}

#[test]
fn a_folder_that_is_no_crate_is_refused_and_one_that_becomes_none_is_waited_for() {
    let empty = Submission::empty();
    let mut refused = Watching::start(&empty, &[]);
    assert_eq!(refused.child.wait().unwrap().code(), Some(2));

    let submission = Submission::template();
    let mut watching = Watching::start(&submission, &["--task", "rms_norm"]);
    assert!(row(&watching.round(), "rms_norm").contains("not attempted"));
    // Out of the submission: in it, the sources would be found in whatever folder they are.
    let elsewhere = Submission::empty();
    let (source, aside) = (submission.path().join("src"), elsewhere.path().join("src"));
    fs::rename(&source, &aside).unwrap();
    watching.round();
    let error = watching.errors.recv_timeout(GUARD).unwrap();
    assert!(error.starts_with("error: "), "{error}");
    fs::rename(&aside, &source).unwrap();
    watching.round();
    assert_eq!(watching.interrupt(), Some(0));
}

#[test]
fn what_an_editor_or_a_desktop_leaves_does_not_end_the_watching() {
    let submission = Submission::template();
    let mut watching = Watching::start(&submission, &["--task", "rms_norm"]);
    assert!(row(&watching.round(), "rms_norm").contains("not attempted"));
    let source = submission.path().join("src");
    std::os::unix::fs::symlink("me@machine.1:2", source.join(".#normalization.rs")).unwrap();
    for name in ["normalization.rs~", "match.rs", "normalization copy.rs"] {
        fs::write(source.join(name), "not Rust {").unwrap();
    }
    watching.round();
    let right = fs::read_to_string(tests::root().join("reference").join(FILE)).unwrap();
    save(&submission, &right);
    loop {
        let round = watching.round();
        // Several files that are written one after the other may be seen one by one.
        if round.contains("rms_norm") {
            assert!(row(&round, "rms_norm").contains("passed"), "{round}");
            break;
        }
    }
    assert_eq!(watching.interrupt(), Some(0));
    assert_eq!(watching.errors.try_iter().collect::<Vec<_>>(), Vec::<String>::new());
}
