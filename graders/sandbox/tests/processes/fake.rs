//! A worker without libtorch that behaves as it is told. It does not fork: its only child is itself.

use std::io::{Write, stderr};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use rustix::process::PidfdFlags;
use wire::message::CudaTrouble;
use wire::{
    ChildReply, ChildRequest, Control, Decoder, Frame, Hello, Outcome, PROTOCOL, ServerReply, ServerRequest, Tensor,
    Tensors,
};

/// The variable that says how to behave.
pub(crate) const BEHAVIOUR: &str = "FAKE_WORKER";

pub(crate) fn work(behaviour: &str) -> ExitCode {
    // SAFETY: The launcher leaves the control socket there.
    #[expect(unsafe_code)]
    let descriptor = unsafe { BorrowedFd::borrow_raw(3) };
    let mut control = Control::new(UnixStream::from(descriptor.try_clone_to_owned().unwrap()));
    let protocol = match behaviour {
        "dies" => {
            stderr().write_all(b"cannot find my library").unwrap();
            return ExitCode::FAILURE;
        }
        "silent" => loop {
            thread::park();
        },
        "stranger" => PROTOCOL + 1,
        _ => PROTOCOL,
    };
    control
        .send(
            ServerReply::Hello(Hello {
                protocol,
                tasks: vec!["twice".to_owned()],
            }),
            None,
        )
        .unwrap();
    while let Some((request, descriptor)) = control.receive().unwrap() {
        let pid = rustix::process::getpid();
        match (request, behaviour) {
            (ServerRequest::Start { .. }, "tired") => {
                control
                    .send(
                        ServerReply::Failed {
                            reason: "no more".to_owned(),
                        },
                        None,
                    )
                    .unwrap();
            }
            (ServerRequest::Start { .. }, "gone") | (ServerRequest::Reap { .. }, _) => return ExitCode::FAILURE,
            (ServerRequest::Start { .. }, _) => {
                let pidfd = rustix::process::pidfd_open(pid, PidfdFlags::empty()).unwrap();
                let pid = pid.as_raw_nonzero().get();
                control.send(ServerReply::Started { pid }, Some(pidfd.as_fd())).unwrap();
                serve(descriptor.unwrap(), behaviour.to_owned());
            }
        }
    }
    ExitCode::SUCCESS
}

fn serve(stream: OwnedFd, behaviour: String) {
    thread::spawn(move || {
        let mut stream = UnixStream::from(stream);
        let mut decoder = Decoder::default();
        let ready = match behaviour.as_str() {
            "unready" => Err("no room for a filter".to_owned()),
            "stillborn" => std::process::abort(),
            _ => Ok(()),
        };
        Frame::new(ChildReply::Ready(ready), Tensors::new())
            .write(&mut stream)
            .unwrap();
        if behaviour == "hasty" {
            write!(stream, "hello").unwrap();
        }
        while let Ok(Some(frame)) = decoder.read::<ChildRequest>(&mut stream) {
            answer(frame, &mut stream, &mut decoder, &behaviour);
        }
    });
}

fn answer(request: Frame<ChildRequest>, stream: &mut UnixStream, decoder: &mut Decoder, behaviour: &str) {
    let call = match request.message {
        ChildRequest::Call(call) => call,
        ChildRequest::UseCuda { .. } => return answer_about_cuda(stream, behaviour),
        ChildRequest::Part { .. } | ChildRequest::Batch { .. } => return,
    };
    let reply = |id| {
        Frame::new(
            ChildReply::Answer {
                id,
                outcome: Outcome::Returned,
            },
            request.tensors.clone(),
        )
    };
    let bytes = reply(call.id).encode().unwrap();
    match behaviour {
        "honest" => stream.write_all(&bytes).unwrap(),
        "other" => reply(call.id + 1).write(stream).unwrap(),
        "chatty" => stream.write_all(&[bytes.clone(), bytes].concat()).unwrap(),
        "vast" => stream.write_all(&vast(&bytes)).unwrap(),
        "nowhere" => {
            let tensors = Tensors::from([("x".to_owned(), Tensor::real(f64::NAN))]);
            let outcome = Outcome::Returned;
            Frame::new(ChildReply::Answer { id: call.id, outcome }, tensors)
                .write(stream)
                .unwrap();
        }
        // The answer to the next call first, then to this one.
        "confused" => {
            reply(call.id + 1).write(stream).unwrap();
            stream.write_all(&bytes).unwrap();
        }
        // As a shell has it for a process that a violation of memory has ended.
        "exiting" => exit(139),
        "babbling" => write!(stream, "PASS PASS PASS PASS").unwrap(),
        "cut" => {
            stream.write_all(&bytes[..bytes.len() - 1]).unwrap();
            stream.shutdown(std::net::Shutdown::Both).unwrap();
        }
        "leaving" => stream.shutdown(std::net::Shutdown::Both).unwrap(),
        "boasting" => stream
            .write_all(&[&bytes[..8], &u64::MAX.to_le_bytes()].concat())
            .unwrap(),
        "asking" => {
            ask(stream);
            let part = decoder.read::<ChildRequest>(stream).unwrap().unwrap();
            Frame::new(
                ChildReply::Answer {
                    id: call.id,
                    outcome: Outcome::Returned,
                },
                part.tensors,
            )
            .write(stream)
            .unwrap();
        }
        "asking-on" => loop {
            ask(stream);
            let Ok(Some(_)) = decoder.read::<ChildRequest>(stream) else {
                return;
            };
        },
        "crowded" => {
            for _ in 0..80 {
                thread::spawn(|| thread::sleep(Duration::from_secs(1000)));
            }
            stream.write_all(&bytes).unwrap();
        }
        "dozing" => {
            thread::sleep(Duration::from_millis(150));
            stream.write_all(&bytes).unwrap();
        }
        "training" => train(call.id, stream, decoder),
        "sleeping" => thread::sleep(Duration::from_secs(1000)),
        "busy" => loop {
            std::hint::spin_loop();
        },
        "panicking" => {
            let message = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes".to_owned();
            let outcome = Outcome::Panicked {
                message,
                location: None,
            };
            Frame::new(ChildReply::Answer { id: call.id, outcome }, Tensors::new())
                .write(stream)
                .unwrap();
        }
        _ => std::process::abort(),
    }
}

#[expect(clippy::exit, reason = "the end of a process is what is tested")]
fn exit(status: i32) -> ! {
    std::process::exit(status)
}

/// The same answer with a shape that no memory holds.
fn vast(bytes: &[u8]) -> Vec<u8> {
    let number = |at: usize, size: usize| {
        bytes[at..at + size]
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    };
    let (preamble, header) = (16, number(4, 4));
    let body = preamble + header;
    let layout = number(body, 8);
    let (text, data) = bytes[body + 8..].split_at(layout);
    let text = String::from_utf8(text.to_vec()).unwrap();
    assert!(text.contains("\"shape\":[]"), "{text}");
    let text = text.replace("\"shape\":[]", "\"shape\":[4294967296,4294967296,16]");
    let changed = [&(text.len() as u64).to_le_bytes(), text.as_bytes(), data].concat();
    let length = (changed.len() as u64).to_le_bytes();
    [&bytes[..8], &length, &bytes[preamble..body], &changed].concat()
}

/// Adds up what the batches hold, and asks once more after the last one.
fn train(id: u64, stream: &mut UnixStream, decoder: &mut Decoder) {
    let mut sum = 0.0;
    for end in 0..2 {
        loop {
            Frame::new(ChildReply::Batch, Tensors::new()).write(stream).unwrap();
            let Ok(Some(batch)) = decoder.read::<ChildRequest>(stream) else {
                return;
            };
            if batch.message == (ChildRequest::Batch { more: false }) {
                break;
            }
            assert_eq!(end, 0, "a batch came after the last one");
            sum += batch.tensors["x"].item().unwrap();
        }
    }
    let outcome = Outcome::Returned;
    let tensors = Tensors::from([("sum".to_owned(), Tensor::real(sum))]);
    Frame::new(ChildReply::Answer { id, outcome }, tensors)
        .write(stream)
        .unwrap();
}

fn answer_about_cuda(stream: &mut UnixStream, behaviour: &str) {
    let answer = match behaviour {
        "honest" => Ok(()),
        "cut" => return stream.shutdown(std::net::Shutdown::Both).unwrap(),
        _ => Err(CudaTrouble::NoGpu("no driver".to_owned())),
    };
    Frame::new(ChildReply::Cuda(answer), Tensors::new())
        .write(stream)
        .unwrap();
}

fn ask(stream: &mut UnixStream) {
    let question = ChildReply::Part {
        part: "twice".to_owned(),
    };
    let arguments = Tensors::from([("x".to_owned(), Tensor::integer(3))]);
    Frame::new(question, arguments).write(stream).unwrap();
}
