//! What a confined program cannot do, and what is said of kernels that hold it less well. The attacks that a submission
//! could make are `grade doctor`'s.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;

use sandbox::confine::{FULL_LANDLOCK, Grants, KernelSupport, SandboxProfile};
use sandbox::launch::{LaunchPolicy, Resources};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use wire::Ended;

use crate::Test;
use crate::launching::{LONG, shell, start};

pub(crate) const TESTS: &[Test] = &[
    (
        "a_confined_program_has_no_privileges",
        a_confined_program_has_no_privileges,
    ),
    (
        "a_compiler_writes_its_folder_and_executes_nothing_there",
        a_compiler_writes_its_folder_and_executes_nothing_there,
    ),
    ("what_is_not_granted_is_denied", what_is_not_granted_is_denied),
    ("a_running_program_starts_no_other", a_running_program_starts_no_other),
    (
        "a_kernel_without_landlock_is_said_to_be_one",
        a_kernel_without_landlock_is_said_to_be_one,
    ),
];

/// A shell with what the compiler may do.
fn building(script: &str, folder: &Path) -> LaunchPolicy {
    LaunchPolicy {
        profile: SandboxProfile::build(&[], &[], folder),
        resources: Resources {
            file_size: 1 << 20,
            ..shell("").resources
        },
        ..shell(script)
    }
}

fn output_of(policy: &LaunchPolicy) -> String {
    let finished = start(policy).unwrap().wait(LONG).unwrap();
    finished.stdout.text() + &finished.stderr.text()
}

fn is_offered() -> bool {
    let support = KernelSupport::probe();
    support.landlock >= FULL_LANDLOCK && support.filter
}

fn a_confined_program_has_no_privileges() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(&building("sleep 10", folder.path())).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", running.pid())).unwrap();
    let value = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().to_owned()
    };
    for set in ["CapInh:", "CapPrm:", "CapEff:", "CapAmb:"] {
        assert_eq!(value(set), "0000000000000000", "{set}");
    }
    let is_root = rustix::process::getuid().is_root();
    assert!(!is_root || value("CapBnd:") == "0000000000000000");
    assert_eq!((value("NoNewPrivs:").as_str(), value("Seccomp:").as_str()), ("1", "2"));
    assert_eq!(running.sandbox_status().unwrap().is_full(), is_offered());
}

fn a_compiler_writes_its_folder_and_executes_nothing_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().display();
    let script = format!(
        "cd {path}; echo written >a; cat a; cp /bin/true b; ./b || echo not executed; ln -s a c || echo no link; \
         ln a d || echo no second name; mkfifo e || echo no fifo; mkdir f && mv a f/a && cat f/a"
    );
    let output = output_of(&building(&script, folder.path()));
    let lines: Vec<&str> = output
        .lines()
        .filter(|line| line.starts_with("no") || *line == "written")
        .collect();
    let expected = [
        "written",
        "not executed",
        "no link",
        "no second name",
        "no fifo",
        "written",
    ];
    assert_eq!(lines, expected, "{output}");
}

fn what_is_not_granted_is_denied() {
    let folder = tempfile::tempdir().unwrap();
    let other = tempfile::tempdir().unwrap();
    let secret = other.path().join("secret");
    fs::write(&secret, "a golden value").unwrap();
    let script = format!(
        "cat {secret}; cat /proc/self/environ; cat /etc/passwd; ls {other}; echo x >{other}/new; echo x >>{secret}",
        secret = secret.display(),
        other = other.path().display()
    );
    let output = output_of(&building(&script, folder.path()));
    assert!(
        !output.contains("golden value") && !output.contains("root:"),
        "{output}"
    );
    assert_eq!(output.matches("denied").count(), 6, "{output}");
    assert_eq!(fs::read_to_string(&secret).unwrap(), "a golden value");
    assert!(!other.path().join("new").exists());
}

/// Only the shell itself may be executed, and only once: there is nothing else that it could start.
fn a_running_program_starts_no_other() {
    let policy = LaunchPolicy {
        profile: SandboxProfile::run(Path::new("/bin/sh"), &[]),
        ..shell("echo alive; (exec /bin/cat /etc/passwd); /usr/bin/env; echo done")
    };
    let output = output_of(&policy);
    assert!(output.contains("alive") && output.contains("denied"), "{output}");
    assert!(!output.contains("root:") && !output.contains("PATH="), "{output}");
}

/// A filter on one thread, inherited by what that thread starts: system calls of Landlock are unknown, as before Linux
/// 5.13.
fn a_kernel_without_landlock_is_said_to_be_one() {
    let (sandbox_status, ended) = thread::spawn(|| {
        let rules = (444..=446).map(|call| (call, vec![])).collect::<BTreeMap<i64, _>>();
        let architecture = TargetArch::try_from(std::env::consts::ARCH).unwrap();
        let unknown = SeccompAction::Errno(38);
        let filter = SeccompFilter::new(rules, SeccompAction::Allow, unknown, architecture).unwrap();
        let program: BpfProgram = filter.try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
        let policy = LaunchPolicy {
            profile: SandboxProfile::Build(Grants::default()),
            ..shell("exit 7")
        };
        let running = start(&policy).unwrap();
        let sandbox_status = running.sandbox_status().unwrap().clone();
        (sandbox_status, running.wait(LONG).unwrap().ended)
    })
    .join()
    .unwrap();
    assert_eq!(sandbox_status.missing, ["Landlock"]);
    assert!(!sandbox_status.is_full());
    // It runs all the same: whoever may not have that refuses before.
    assert_eq!(ended, Ended::Exited(7));
}
