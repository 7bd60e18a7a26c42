//! A child: answers calls on a stream of its own until the judge closes it.

use std::io;
use std::os::unix::net::UnixStream;

use rustix::process::{Pid, Signal};
use wire::{ChildReply, ChildRequest, FrameError, Tensors};

use crate::adapter::Adapter;
use crate::call;
use crate::calls;
use crate::cuda;
use crate::substitute::{Line, Substitute};

/// Serves calls. `server` is the process that forked this one.
pub(crate) fn serve(
    stream: UnixStream,
    server: Pid,
    adapters: &[Adapter],
    install: fn(Substitute),
) -> Result<(), FrameError> {
    tch::set_num_threads(threads());
    let confined = confine_child(server);
    let line = Line::new(stream);
    let told = confined.as_ref().map_err(ToString::to_string).copied();
    line.send(ChildReply::Ready(told), Tensors::new())?;
    confined?;
    install(line.substitute_for_parts());
    let mut has_cuda = false;
    while let Some(frame) = line.receive()? {
        let (reply, tensors) = match frame.message {
            ChildRequest::UseCuda { library } => {
                let prepared = cuda::prepare(&library);
                has_cuda = prepared.is_ok();
                (ChildReply::Cuda(prepared), Tensors::new())
            }
            ChildRequest::Call(request) => {
                line.substitute(&request.substitutes);
                let (outcome, tensors) = call::run(adapters, &request, &frame.tensors, &line, has_cuda);
                let id = request.id;
                (ChildReply::Answer { id, outcome }, tensors)
            }
            ChildRequest::Part { .. } | ChildRequest::Batch { .. } => {
                return Err(FrameError::Header("an answer to no question".to_owned()));
            }
        };
        line.send(reply, tensors)?;
    }
    Ok(())
}

/// The last step before a submission's code may run: a stricter filter than the server's, where that has one.
fn confine_child(server: Pid) -> io::Result<()> {
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // The signal is sent only from now on: the server may have died between the fork and this line.
    if rustix::process::getppid() != Some(server) {
        return Err(io::Error::other("the server is gone"));
    }
    calls::give_up()
}

/// How many threads libtorch may use. The server itself always has one, since a fork copies only one.
fn threads() -> i32 {
    std::env::var("OMP_NUM_THREADS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}
