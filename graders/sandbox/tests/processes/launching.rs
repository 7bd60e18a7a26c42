//! Programs under the launcher. Whatever behaves badly is started by the launcher only.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sandbox::confine::SandboxProfile;
use sandbox::launch::{Capture, Finished, LaunchError, LaunchPolicy, Launcher, Resources, Running};
use wire::Ended;

use crate::{Test, say};

/// Makes this program a judge that starts something and waits to be killed.
pub(crate) const DOOMED: &str = "doomed-judge";

pub(crate) const TESTS: &[Test] = &[
    (
        "a_program_is_told_by_its_exit_status",
        a_program_is_told_by_its_exit_status,
    ),
    ("a_program_inherits_nothing", a_program_inherits_nothing),
    (
        "a_missing_program_is_a_fault_of_ours",
        a_missing_program_is_a_fault_of_ours,
    ),
    (
        "a_program_that_is_still_open_for_writing_is_waited_for",
        a_program_that_is_still_open_for_writing_is_waited_for,
    ),
    (
        "a_program_that_takes_too_long_is_ended",
        a_program_that_takes_too_long_is_ended,
    ),
    (
        "a_busy_program_meets_its_limit_of_cpu_time",
        a_busy_program_meets_its_limit_of_cpu_time,
    ),
    ("a_flood_is_cut", a_flood_is_cut),
    ("a_daemon_dies_with_its_program", a_daemon_dies_with_its_program),
    (
        "nothing_survives_a_judge_that_is_killed",
        nothing_survives_a_judge_that_is_killed,
    ),
];

pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) fn shell(script: &str) -> LaunchPolicy {
    LaunchPolicy {
        program: PathBuf::from("/bin/sh"),
        arguments: vec!["-c".to_owned(), script.to_owned()],
        environment: BTreeMap::from([("PATH".to_owned(), "/usr/bin:/bin".to_owned())]),
        directory: PathBuf::from("/"),
        resources: Resources {
            cpu_seconds: 1,
            address_space: None,
            file_size: 0,
            descriptors: 32,
        },
        profile: SandboxProfile::Unconfined,
        control: false,
    }
}

pub(crate) fn start(policy: &LaunchPolicy) -> Result<Running, LaunchError> {
    Launcher::this().unwrap().start(policy, None, Capture::First(1000))
}

fn run(script: &str) -> Finished {
    start(&shell(script)).unwrap().wait(LONG).unwrap()
}

/// A pause that no other process makes, to be recognised by.
fn unique_pause(number: u32) -> String {
    format!("{}.{number}", 1000 + std::process::id())
}

/// Whether a process with this argument is there.
fn is_there(argument: &str) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|folder| {
        let line = fs::read(folder.path().join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
    })
}

fn eventually(condition: impl Fn() -> bool) -> bool {
    let deadline = Instant::now() + LONG;
    while !condition() {
        if Instant::now() > deadline {
            return false;
        }
        thread::sleep(Duration::from_millis(5));
    }
    true
}

fn a_program_is_told_by_its_exit_status() {
    let finished = run("echo out; echo err >&2; exit 7");
    assert_eq!(finished.ended, Ended::Exited(7));
    assert_eq!(
        (finished.stdout.text(), finished.stderr.text()),
        ("out\n".to_owned(), "err\n".to_owned())
    );
    assert_eq!(run("kill -TERM $$").ended, Ended::Signalled(15));
}

fn a_program_inherits_nothing() {
    let text = run("env; ls -1 /proc/self/fd; cat").stdout.text();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("PWD=") && !line.starts_with("_="))
        .collect();
    // The fourth descriptor is the folder that is being listed.
    assert_eq!(lines, ["PATH=/usr/bin:/bin", "0", "1", "2", "3"]);
}

fn a_program_that_is_still_open_for_writing_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("program");
    fs::copy("/bin/sh", &program).unwrap();
    let writer = fs::OpenOptions::new().append(true).open(&program).unwrap();
    let closing = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        drop(writer);
    });
    let policy = LaunchPolicy {
        program,
        ..shell("exit 7")
    };
    let finished = start(&policy).unwrap().wait(LONG).unwrap();
    closing.join().unwrap();
    assert_eq!(finished.ended, Ended::Exited(7));
}

fn a_missing_program_is_a_fault_of_ours() {
    let missing = LaunchPolicy {
        program: PathBuf::from("/no/such/program"),
        ..shell("")
    };
    let error = start(&missing).unwrap_err();
    assert!(matches!(error, LaunchError::Failed(_)), "{error}");
    let launcher = Launcher::of(Path::new("/no/such/launcher"));
    let error = launcher.start(&shell(""), None, Capture::First(0)).unwrap_err();
    assert!(matches!(error, LaunchError::Launcher { .. }), "{error}");
}

fn a_program_that_takes_too_long_is_ended() {
    let finished = start(&shell("sleep 1000"))
        .unwrap()
        .wait(Duration::from_millis(50))
        .unwrap();
    assert!(finished.timed_out);
    assert_eq!(finished.ended, Ended::Signalled(9));
}

fn a_busy_program_meets_its_limit_of_cpu_time() {
    let finished = run("while :; do :; done");
    assert!(matches!(finished.ended, Ended::Signalled(9 | 24)), "{finished:?}");
    assert!(!finished.timed_out);
    assert!(finished.cpu > Duration::from_millis(500), "{finished:?}");
    let below = run("sh -c 'i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done'");
    assert!(
        below.cpu > Duration::from_millis(20),
        "of what it has started as well: {below:?}"
    );
    assert!(run("sleep 0.1").cpu < Duration::from_millis(100));
}

fn a_flood_is_cut() {
    let finished = run("while :; do echo 0123456789; done");
    assert_eq!(finished.stdout.bytes.len(), 1000);
    assert!(finished.stdout.is_cut());
    assert!(!finished.timed_out, "its output was not closed");
}

fn a_daemon_dies_with_its_program() {
    let pause = unique_pause(1);
    let script = format!("setsid sh -c 'sleep {pause} & sleep {pause}' >/dev/null 2>&1 & sleep 0.2");
    let running = start(&shell(&script)).unwrap();
    assert!(eventually(|| is_there(&pause)), "the daemon never started");
    let started = Instant::now();
    assert_eq!(running.wait(LONG).unwrap().ended, Ended::Exited(0));
    assert!(!is_there(&pause), "the daemon is still there");
    assert!(started.elapsed() < Duration::from_secs(5));
}

fn nothing_survives_a_judge_that_is_killed() {
    #[expect(clippy::disallowed_methods, reason = "a second judge, to be killed")]
    let mut judge = Command::new(std::env::current_exe().unwrap())
        .arg(DOOMED)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pause = String::new();
    BufReader::new(judge.stdout.take().unwrap())
        .read_line(&mut pause)
        .unwrap();
    let pause = pause.trim();
    assert!(is_there(pause), "the program never started");
    judge.kill().unwrap();
    judge.wait().unwrap();
    assert!(eventually(|| !is_there(pause)), "the program outlived its judge");
}

/// The judge that is killed: starts a program with a daemon, says by what it is known, and waits.
pub(crate) fn doomed() -> ! {
    let pause = unique_pause(2);
    let _running = start(&shell(&format!("setsid sleep {pause} & sleep {pause}"))).unwrap();
    assert!(eventually(|| is_there(&pause)));
    say(&pause);
    loop {
        thread::park();
    }
}
