//! The launcher's own process: limits, the program, and the end of everything that came of it.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, PidfdFlags, Resource, Rlimit};
use wire::Ended;

use super::descendants;
use super::policy::{LaunchPolicy, LauncherMessage, Resources};
use crate::confine::{Confinement, KernelSupport};
use crate::spent::CpuSeconds;

/// What stays open besides the three standard descriptors: the program's control socket.
const CONTROL: i32 = 3;

/// Runs a launcher. `words` are the arguments after `SUBCOMMAND`: the policy as JSON, and nothing else.
pub fn launcher_main(mut words: impl Iterator<Item = OsString>) -> ExitCode {
    let Ok(lifeline) = io::stdin().as_fd().try_clone_to_owned().map(UnixStream::from) else {
        return ExitCode::FAILURE;
    };
    let policy = words.next().and_then(|word| serde_json::from_str(word.to_str()?).ok());
    let last = match policy {
        Some(policy) => run(&policy, &lifeline).unwrap_or_else(|error| LauncherMessage::Failed(error.to_string())),
        None => LauncherMessage::Failed("the launcher's policy cannot be read".to_owned()),
    };
    // Nothing may outlive this process, whatever went wrong above.
    descendants::kill_all();
    match say(&lifeline, &last) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn run(policy: &LaunchPolicy, lifeline: &UnixStream) -> io::Result<LauncherMessage> {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid()))?;
    rustix::process::setsid()?;
    close_others(if policy.control { CONTROL } else { CONTROL - 1 })?;
    limit(&policy.resources)?;
    let confinement = Confinement::prepare(
        &policy.profile,
        policy.resources.address_space.is_some(),
        KernelSupport::probe(),
    )?;
    let sandbox_status = confinement.sandbox_status().clone();
    let mut program = start(policy, confinement)?;
    let pid = program.id().cast_signed();
    say(lifeline, &LauncherMessage::Started { pid, sandbox_status })?;
    let how = wait(&mut program, lifeline)?;
    let cpu_ms = Duration::from_secs_f64(CpuSeconds::now().ended).as_millis();
    Ok(LauncherMessage::Ended {
        how,
        cpu_ms: u64::try_from(cpu_ms).unwrap_or(u64::MAX),
    })
}

/// Marks everything above `last` to be closed when the program starts: whoever started the judge may have left
/// descriptors open, and an open one walks through any sandbox.
fn close_others(last: i32) -> io::Result<()> {
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let Some(number) = entry?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else {
            continue;
        };
        if number > last {
            // SAFETY: Borrowed for one call; a number that is closed by now is only an error.
            #[expect(unsafe_code)]
            let descriptor = unsafe { BorrowedFd::borrow_raw(number) };
            // The folder that is being read is among them: it closes itself.
            let _ = rustix::io::fcntl_setfd(descriptor, rustix::io::FdFlags::CLOEXEC);
        }
    }
    Ok(())
}

fn limit(resources: &Resources) -> io::Result<()> {
    let cpu = resources.cpu_seconds;
    let limits = [
        (Resource::Core, Some((0, 0))),
        // A second's grace, or the kernel would kill without the signal that names the reason.
        (Resource::Cpu, Some((cpu, cpu + 1))),
        (Resource::Fsize, Some((resources.file_size, resources.file_size))),
        (Resource::Nofile, Some((resources.descriptors, resources.descriptors))),
        (Resource::As, resources.address_space.map(|bytes| (bytes, bytes))),
    ];
    for (resource, limit) in limits {
        if let Some((soft, hard)) = limit {
            // A limit that holds already cannot be raised; whether it is too low for grading was asked before.
            let most = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
            rustix::process::setrlimit(
                resource,
                Rlimit {
                    current: Some(soft.min(most)),
                    maximum: Some(hard.min(most)),
                },
            )?;
        }
    }
    Ok(())
}

/// How often a program that is still being written is tried, and how long after each time, before it is an error.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(10);

/// Starts the program, confined. What cannot be put in force is an error, and then nothing is started.
///
/// A program that was copied a moment ago may be open for writing in a process that the judge was starting at that moment
/// and that has not yet become another program.
fn start(policy: &LaunchPolicy, mut confinement: Confinement) -> io::Result<Child> {
    let mut command = super::command(&policy.program);
    command
        .args(&policy.arguments)
        .env_clear()
        .envs(&policy.environment)
        .current_dir(&policy.directory)
        .stdin(Stdio::null());
    // SAFETY: Runs between fork and exec; this process has a single thread, so nobody else can hold a lock there.
    #[expect(unsafe_code)]
    unsafe {
        command.pre_exec(move || {
            be_the_first_to_go();
            confinement.enforce()
        });
    }
    for _ in 1..TRIES {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => thread::sleep(PAUSE),
            result => return result,
        }
    }
    command.spawn()
}

/// Where the machine runs out of memory, the kernel ends this program before the judge and anybody else. One that does not
/// let this be said is no reason not to start.
fn be_the_first_to_go() {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Until the program has ended or the judge is gone, whichever comes first.
fn wait(program: &mut Child, lifeline: &UnixStream) -> io::Result<Ended> {
    let pid = Pid::from_child(program);
    let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty())?;
    let mut events = [PollFd::new(&pidfd, PollFlags::IN), PollFd::new(lifeline, PollFlags::IN)];
    loop {
        match rustix::event::poll(&mut events, None) {
            Err(rustix::io::Errno::INTR) => {}
            result => break result.map(drop)?,
        }
    }
    if events[0].revents().is_empty() {
        // The judge has let go. The program itself goes first, so that its status is still told.
        program.kill()?;
    }
    ended(program.wait()?)
}

fn ended(status: ExitStatus) -> io::Result<Ended> {
    let exited = status.code().map(Ended::Exited);
    exited
        .or_else(|| status.signal().map(Ended::Signalled))
        .ok_or_else(|| io::Error::other("neither exited nor killed"))
}

fn say(mut lifeline: &UnixStream, word: &LauncherMessage) -> io::Result<()> {
    let mut line = serde_json::to_vec(word)?;
    line.push(b'\n');
    lifeline.write_all(&line)
}
