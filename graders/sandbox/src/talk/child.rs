//! A child: calls, one after the other, until it ends or is ended.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::process::Signal;
use wire::message::CudaTrouble;
use wire::{Call, ChildReply, ChildRequest, Ended, Frame, Observed, Outcome, Tensors};

use super::Used;
use super::clock::{Clock, Gauge, Overdue};
use super::exchange::{Exchange, NoReply};
use super::server::{Origin, Shared, TalkError, peak_memory_kib};

#[derive(Debug, Clone, PartialEq)]
pub struct PartAnswer {
    /// Its outputs; `None` where there are none.
    pub outputs: Option<Tensors>,
    /// The CPU seconds that it took whoever answered.
    pub seconds: f64,
}

/// Answers for parts: the part's task and its arguments in, its outputs out.
pub type Parts<'a> = dyn FnMut(&str, Tensors) -> PartAnswer + 'a;
/// Serves batches: the next one, `None` once there are no more.
pub type Batches<'a> = dyn FnMut() -> Option<Tensors> + 'a;

/// What a call may ask for while it runs, and how long it may run.
#[derive(Default)]
pub struct CallOptions<'a> {
    /// Answers for the parts that the call names as substitutes; what that takes has a bound of its own, as large as the
    /// call's.
    pub parts: Option<&'a mut Parts<'a>>,
    /// Serves batches, where the call says that it asks for them; what that takes has a bound of its own.
    pub batches: Option<&'a mut Batches<'a>>,
    /// CPU seconds, where they are not the worker's own limit; the wall clock stops the call at ten times that.
    pub cpu_seconds: Option<f64>,
}

/// How long a process may take from closing its stream to being gone: nothing, but on a machine with hundreds of others.
const LAST_BREATH: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };
/// How long the last words of a process that is gone may take through the pipe.
const LAST_WORDS: Duration = Duration::from_millis(50);
/// CPU time for giving up rights, which takes a millisecond; ten times that by the wall clock.
const READY_SECONDS: f64 = 3.0;
/// CPU time for loading CUDA and for a first computation; a cold disk makes the wall clock much longer.
const CUDA_SECONDS: f64 = 60.0;
const SIGABRT: i32 = 6;

/// A child of a worker. Dropped, it is killed.
#[derive(Debug)]
pub struct Child {
    worker: Arc<Shared>,
    origin: Origin,
    exchange: Exchange,
    pid: i32,
    is_alive: bool,
    gauge: Gauge,
    /// CPU time of the process up to the end of its last call.
    cpu: f64,
    used: Used,
}

impl Child {
    pub(super) fn new(worker: Arc<Shared>, exchange: Exchange, pid: i32, origin: Origin) -> Self {
        Self {
            worker,
            origin,
            exchange,
            pid,
            is_alive: true,
            gauge: Gauge::of(pid),
            cpu: 0.0,
            used: Used::default(),
        }
    }

    fn clock(&self, seconds: f64) -> Clock {
        Clock::start(self.gauge.clone(), seconds, self.worker.limits().threads, self.cpu)
    }

    /// Waits until it has given up what a submission may not do. Whatever goes wrong here is none of a submission's doing:
    /// none of its code has run in this process.
    pub(super) fn ready(mut self) -> Result<Self, Unready> {
        let mut clock = self.clock(READY_SECONDS);
        let reason = match self.exchange.ask(&[], &mut clock) {
            Ok(reply) => match reply.message {
                ChildReply::Ready(Ok(())) => return Ok(self.measured()),
                ChildReply::Ready(Err(reason)) => return Err(Unready::Confined(reason)),
                _ => "its first word is not whether it is ready".to_owned(),
            },
            Err(no_reply) => format!("{no_reply:?}"),
        };
        Err(Unready::Silent {
            reason: format!("a child did not get ready: {reason}"),
            generation: self.origin.generation,
        })
    }

    /// Has it get ready for CUDA before its first call. No call is charged with the time, and no trouble with a
    /// submission: none of its code has run.
    pub(super) fn with_cuda(mut self, library: &Path) -> Result<Self, TalkError> {
        let library = library.to_owned();
        let request = Frame::new(ChildRequest::UseCuda { library }, Tensors::new())
            .encode()
            .map_err(TalkError::Request)?;
        let words = self.origin.stderr.total();
        let mut clock = self.clock(CUDA_SECONDS);
        let trouble = match self.exchange.ask(&request, &mut clock) {
            Ok(reply) => match reply.message {
                ChildReply::Cuda(Ok(())) => return Ok(self.measured()),
                ChildReply::Cuda(Err(trouble)) => trouble,
                _ => CudaTrouble::NoAnswer("it said something else".to_owned()),
            },
            Err(no_reply) => {
                let observed = self.observe(no_reply, words)?;
                let end = self.origin.stderr.since(words);
                CudaTrouble::NoAnswer(format!("{observed:?}; its last words: {:?}", end.trim_end()))
            }
        };
        Err(TalkError::Cuda(trouble))
    }

    /// The same with its CPU time taken down: what was used before the first call is charged to none.
    fn measured(mut self) -> Self {
        self.cpu = self.gauge.look().map_or(0.0, |vitals| vitals.cpu);
        self
    }

    /// What the last call has used.
    pub fn used(&self) -> Used {
        self.used
    }

    /// Whether it can be asked again: not after it has ended, was late or answered nonsense.
    pub fn is_alive(&self) -> bool {
        self.is_alive
    }

    /// The largest memory that it has used, in KiB.
    pub fn peak_memory_kib(&self) -> Option<u64> {
        peak_memory_kib(self.pid)
    }

    /// Makes a call. `tensors` are the frame's, in the groups of `wire::message::Group`.
    pub fn call(&mut self, call: &Call, tensors: Tensors, mut options: CallOptions<'_>) -> Result<Observed, TalkError> {
        if !self.is_alive {
            return Err(TalkError::Gone);
        }
        let request = Frame::new(ChildRequest::Call(call.clone()), tensors)
            .encode()
            .map_err(TalkError::Request)?;
        self.worker.note_call();
        let words = self.origin.stderr.total();
        let limit = options.cpu_seconds.unwrap_or(self.worker.limits().cpu_seconds);
        let mut clock = self.clock(limit);
        let conversation = self.converse(call, request, &mut options, &mut clock);
        // Before anything is reaped: a process that has ended is still there to be looked at.
        self.used = clock.used();
        self.cpu = clock.total();
        match conversation {
            Ok(observed) => match clock.crowded() {
                Some(overdue) => self.observe(NoReply::Overdue(overdue), words),
                None => Ok(observed),
            },
            Err(Failure::Ours(error)) => {
                self.kill();
                Err(error)
            }
            Err(Failure::NoReply(no_reply)) => self.observe(no_reply, words),
        }
    }

    fn converse(
        &mut self,
        call: &Call,
        mut request: Vec<u8>,
        options: &mut CallOptions<'_>,
        clock: &mut Clock,
    ) -> Result<Observed, Failure> {
        self.exchange.refuse_early_words()?;
        loop {
            let reply = self.exchange.ask(&request, clock)?;
            self.exchange.refuse_more()?;
            match reply.message {
                ChildReply::Answer { id, outcome } if id == call.id => {
                    return Ok(self.answered(outcome, reply.tensors));
                }
                ChildReply::Answer { .. } => return Err(malformed("an answer to another call")),
                ChildReply::Part { part } => match options.parts.as_mut() {
                    Some(parts) if call.substitutes.contains(&part) => {
                        let (answered, seconds) = clock.pause(|| {
                            let PartAnswer { outputs, seconds } = parts(&part, reply.tensors);
                            (answer(outputs), seconds)
                        });
                        clock.add_asked(seconds);
                        request = answered?;
                        within(clock)?;
                    }
                    _ => return Err(malformed("a question for a part that is its own")),
                },
                ChildReply::Batch => match options.batches.as_mut() {
                    Some(batches) if call.batches => {
                        request = clock.pause(|| serve(batches()))?;
                        within(clock)?;
                    }
                    _ => return Err(malformed("a question for a batch in a call that does not train")),
                },
                ChildReply::Cuda(_) | ChildReply::Ready(_) => {
                    return Err(malformed("an answer to a question that nobody asked"));
                }
            }
        }
    }

    /// A failed allocation is a panic to the child, and a limit that was reached to the judge.
    fn answered(&self, outcome: Outcome, tensors: Tensors) -> Observed {
        match &outcome {
            Outcome::Panicked { message, .. } if is_out_of_memory(message) => self.out_of_memory(),
            _ => Observed::Answered {
                outcome: outcome.bounded(),
                tensors,
            },
        }
    }

    fn observe(&mut self, no_reply: NoReply, words: u64) -> Result<Observed, TalkError> {
        match no_reply {
            NoReply::Io(error) => {
                self.kill();
                Err(error.into())
            }
            NoReply::Malformed(reason) => {
                self.kill();
                Ok(Observed::Malformed { reason })
            }
            NoReply::Overdue(overdue) => {
                self.kill();
                Ok(match overdue {
                    Overdue::Time { cpu, wall, by_cpu } => Observed::TimedOut { cpu, wall, by_cpu },
                    Overdue::Threads => Observed::TooManyThreads {
                        limit: self.worker.limits().threads,
                    },
                })
            }
            NoReply::Closed => Ok(self.ended(words)),
        }
    }

    /// The stream is closed: that should be the process's end.
    fn ended(&mut self, words: u64) -> Observed {
        let mut events = [PollFd::new(self.exchange.pidfd(), PollFlags::IN)];
        if !matches!(rustix::event::poll(&mut events, Some(&LAST_BREATH)), Ok(1)) {
            self.kill();
            return Observed::Malformed {
                reason: "it closed its stream and went on".to_owned(),
            };
        }
        self.is_alive = false;
        let how = self.worker.reap(self.pid, self.origin.generation);
        if how == Ended::Signalled(SIGABRT) && self.complained_about_memory(words) {
            return self.out_of_memory();
        }
        Observed::Ended { how }
    }

    fn complained_about_memory(&self, words: u64) -> bool {
        let deadline = Instant::now() + LAST_WORDS;
        loop {
            let complained = self.origin.stderr.since(words).lines().any(is_out_of_memory);
            if complained || Instant::now() > deadline {
                return complained;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn out_of_memory(&self) -> Observed {
        Observed::OutOfMemory {
            limit: self.worker.limits().memory_mib,
        }
    }

    fn kill(&mut self) {
        if std::mem::take(&mut self.is_alive) {
            // It may have ended meanwhile, which is as good.
            let _ = rustix::process::pidfd_send_signal(self.exchange.pidfd(), Signal::KILL);
            self.worker.reap_later(self.pid, self.origin.generation);
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Why a child cannot be asked anything.
pub(super) enum Unready {
    /// It says what keeps it from being confined, or nothing that makes sense.
    Confined(String),
    /// It was gone before it said anything, or took too long: perhaps because its server is gone.
    Silent {
        /// What was seen.
        reason: String,
        /// The start of its server.
        generation: u32,
    },
}

/// Why a conversation was broken off.
enum Failure {
    /// The child's doing.
    NoReply(NoReply),
    /// A fault of this side.
    Ours(TalkError),
}

impl From<NoReply> for Failure {
    fn from(no_reply: NoReply) -> Self {
        Self::NoReply(no_reply)
    }
}

/// What was asked of others is over its bound: found out at once, since asking takes no time of its own.
fn within(clock: &Clock) -> Result<(), Failure> {
    match clock.over() {
        Some(overdue) => Err(Failure::NoReply(NoReply::Overdue(overdue))),
        None => Ok(()),
    }
}

fn malformed(reason: &str) -> Failure {
    Failure::NoReply(NoReply::Malformed(reason.to_owned()))
}

fn answer(outputs: Option<Tensors>) -> Result<Vec<u8>, Failure> {
    let message = ChildRequest::Part {
        answered: outputs.is_some(),
    };
    encode(message, outputs)
}

fn serve(batch: Option<Tensors>) -> Result<Vec<u8>, Failure> {
    let message = ChildRequest::Batch { more: batch.is_some() };
    encode(message, batch)
}

fn encode(message: ChildRequest, tensors: Option<Tensors>) -> Result<Vec<u8>, Failure> {
    let frame = Frame::new(message, tensors.unwrap_or_default()).encode();
    frame.map_err(|error| Failure::Ours(TalkError::Request(error)))
}

/// What libtorch, the C++ library and Rust say when there is no memory left.
fn is_out_of_memory(text: &str) -> bool {
    let words = [
        "can't allocate memory",
        "not enough memory",
        "std::bad_alloc",
        "memory allocation of ",
    ];
    words.iter().any(|words| text.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_allocation_is_known_by_its_words() {
        assert!(is_out_of_memory(
            "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."
        ));
        assert!(is_out_of_memory("memory allocation of 8589934592 bytes failed"));
        assert!(!is_out_of_memory("shape '[3]' is invalid for input of size 2"));
    }
}
