//! A child: answers calls on a stream of its own until the judge closes it.

use std::io;
use std::os::unix::net::UnixStream;

use rustix::process::{Pid, Signal};
use wire::{ChildReply, ChildRequest, FrameError};

use crate::adapter::Adapter;
use crate::call;
use crate::substitute::{Line, Substitute};

/// Serves calls. `server` is the process that forked this one.
pub(crate) fn serve(
    stream: UnixStream,
    server: Pid,
    adapters: &[Adapter],
    install: fn(Substitute),
) -> Result<(), FrameError> {
    tch::set_num_threads(threads());
    confine_child(server)?;
    let line = Line::new(stream);
    install(line.substitute_for_parts());
    while let Some(frame) = line.receive()? {
        let ChildRequest::Call(request) = frame.message else {
            return Err(FrameError::Header("an answer to no question".to_owned()));
        };
        line.substitute(&request.substitutes);
        let (outcome, tensors) = call::run(adapters, &request, &frame.tensors, &line);
        let id = request.id;
        line.send(ChildReply::Answer { id, outcome }, tensors)?;
    }
    Ok(())
}

/// SEAM: the last step before a submission's code may run. A stricter system call filter goes here, one that refuses
/// `fork` among others, which the server itself still needs.
fn confine_child(server: Pid) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // The signal is sent only from now on: the server may have died between the fork and this line.
    if rustix::process::getppid() != Some(server) {
        return Err(io::Error::other("the server is gone"));
    }
    Ok(())
}

/// How many threads libtorch may use. The server itself always has one, since a fork copies only one.
fn threads() -> i32 {
    std::env::var("OMP_NUM_THREADS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}
