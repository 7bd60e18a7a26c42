//! The messages of the conversation.
//!
//! There are two conversations. On the control socket the judge's side asks the fork server for children; each child
//! then answers calls on a stream of its own. Nothing in a message is evidence: an answer counts only for the tensors
//! in it, and those are compared by the judge.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::tensor::Tensors;

/// Where a call computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Device {
    /// The processor.
    #[default]
    Cpu,
    /// The first CUDA device.
    Cuda,
}

/// The fork server's first words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// `PROTOCOL` of the server's build.
    pub protocol: u32,
    /// The tasks that it has adapters for.
    pub tasks: Vec<String>,
}

/// Judge to fork server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerRequest {
    /// Fork a child that answers on the descriptor sent along.
    Start {
        /// Which of the variants in the program the child is; none: the one that is in it anyway.
        variant: Option<u32>,
    },
    /// Say how a child ended, once it has.
    Reap {
        /// The child's process id.
        pid: i32,
    },
}

/// Fork server to judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ServerReply {
    /// The first message of all.
    Hello(Hello),
    /// A child runs; its pidfd is sent along.
    Started {
        /// The child's process id.
        pid: i32,
    },
    /// A child has ended.
    Reaped(Ended),
    /// The request could not be carried out.
    Failed {
        /// Why not.
        reason: String,
    },
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ended {
    /// It exited with a status of its own.
    Exited(i32),
    /// A signal ended it.
    Signalled(i32),
}

/// One call of a task's function. Its arguments are the tensors of the frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// Repeated in the answer.
    pub id: u64,
    /// The task whose function is called.
    pub task: String,
    /// Where to compute.
    pub device: Device,
    /// Seed of libtorch's generator, set just before the call.
    pub seed: i64,
    /// Whether to send the arguments back as they are after the call.
    pub echo: bool,
    /// Whether arguments of floats require gradients, as the parameters of a model do. Those that no longer do after
    /// the call are not sent back.
    pub parameters: bool,
    /// Arguments to differentiate by. Not empty: the frame holds a cotangent per differentiated output, or none at all,
    /// which asks for the whole Jacobian of every output.
    pub gradients: Vec<String>,
    /// Parts that the judge answers in the submission's place.
    pub substitutes: Vec<String>,
    /// Whether the judge serves batches during this call.
    pub batches: bool,
    /// How the arguments lie in memory; their values are the same.
    pub layout: MemoryLayout,
}

/// How a tensor lies in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MemoryLayout {
    /// In row-major order, without gaps.
    #[default]
    Contiguous,
    /// The last two axes in the other order.
    Transposed,
    /// Every other value of the last axis of a larger tensor.
    Sliced,
    /// All but the last of the rows of a larger tensor: each row without gaps, and a gap behind the last one.
    Narrowed,
    /// Of four axes the second one last, as images lie whose channels are side by side.
    ChannelsLast,
    /// Where all slices along the first axis are the same, there is one of them, with stride 0.
    Expanded,
}

/// Judge to child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChildRequest {
    /// Call a function.
    Call(Call),
    /// Get ready to compute on CUDA; the first request of all, or never asked.
    UseCuda {
        /// Where the kernels are: a `libtorch_cuda.so`, absolute.
        library: PathBuf,
    },
    /// The outputs that a `ChildReply::Part` asked for, or none where the judge has none. With them, as gradients named
    /// `output/argument`, the Jacobians that it asked for.
    Part {
        /// Whether the frame holds the outputs.
        answered: bool,
    },
    /// What a `ChildReply::Batch` asked for.
    Batch {
        /// Whether the frame holds a batch; otherwise the last one has been served.
        more: bool,
    },
}

/// Child to judge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChildReply {
    /// The first word of all: whether a submission's code may run in this process, or what of the machine forbids it.
    Ready(Result<(), String>),
    /// The call with this id has ended.
    Answer {
        /// The id of the call.
        id: u64,
        /// How it ended.
        outcome: Outcome,
    },
    /// Whether calls can compute on CUDA from now on.
    Cuda(Result<(), CudaTrouble>),
    /// The function asks for a part that the judge answers; the frame holds its arguments, and a gradient's name for each
    /// argument by which the answer will be differentiated.
    Part {
        /// The part's task.
        part: String,
    },
    /// The function asks for the next batch to train on.
    Batch,
}

/// Why a child cannot compute on CUDA: a matter of the machine, found before any code of a submission has run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum CudaTrouble {
    /// The library, or one that it needs, cannot be loaded.
    #[error("it cannot be loaded: {0}")]
    Library(String),
    /// The library is loaded and finds no GPU.
    #[error("it is loaded, but no GPU is available: {0}")]
    NoGpu(String),
    /// There is a GPU, and it fails at a first small computation.
    #[error("it is loaded and finds a GPU, but a first computation fails: {0}")]
    Computation(String),
    /// The process that tried it gave no answer.
    #[error("the process that tried it gave no answer: {0}")]
    NoAnswer(String),
}

/// How a call ended, as the child reports it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// The function returned; the frame holds outputs and whatever else was asked for.
    Returned,
    /// The function returned an error value, as it should for an invalid input.
    Refused {
        /// The submission's words.
        reason: String,
    },
    /// The function's body is still `todo!()`.
    NotAttempted,
    /// The function panicked.
    Panicked {
        /// The panic's text, cut to a bounded length.
        message: String,
        /// File and line, relative to the submission.
        location: Option<String>,
    },
    /// An output is no tensor that can cross the border.
    Unusable {
        /// The output's name.
        output: String,
        /// What it is instead, such as `dtype Half`.
        reason: String,
    },
    /// An output is on another device than the arguments.
    Elsewhere {
        /// The output's name.
        output: String,
        /// Where the arguments are, such as `cuda:0`.
        expected: String,
        /// Where the output is.
        actual: String,
    },
    /// The output does not depend on the arguments in a way that can be differentiated.
    NoGradient {
        /// libtorch's words.
        reason: String,
    },
    /// The request does not fit the adapter: a fault of this grader, unless the submission forged it.
    BadRequest {
        /// What is missing.
        reason: String,
    },
}

/// Letters of a text that came with an outcome, and of a name in it.
const MAX_TEXT: usize = 2000;
const MAX_NAME: usize = 200;

impl Outcome {
    /// The same with every text cut to a bounded length, whoever wrote it and however long.
    #[must_use]
    pub fn bounded(self) -> Self {
        let text = |text: String| cut(text, MAX_TEXT);
        let name = |name: String| cut(name, MAX_NAME);
        match self {
            Self::Returned => Self::Returned,
            Self::NotAttempted => Self::NotAttempted,
            Self::Refused { reason } => Self::Refused { reason: text(reason) },
            Self::Panicked { message, location } => Self::Panicked {
                message: text(message),
                location: location.map(name),
            },
            Self::Unusable { output, reason } => Self::Unusable {
                output: name(output),
                reason: text(reason),
            },
            Self::Elsewhere {
                output,
                expected,
                actual,
            } => Self::Elsewhere {
                output: name(output),
                expected: name(expected),
                actual: name(actual),
            },
            Self::NoGradient { reason } => Self::NoGradient { reason: text(reason) },
            Self::BadRequest { reason } => Self::BadRequest { reason: text(reason) },
        }
    }
}

fn cut(mut text: String, letters: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(letters) {
        text.truncate(end);
    }
    text
}

/// Groups of tensors in one frame, kept apart by a prefix of their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// A function's arguments: in a call as given, in an answer as they are afterwards.
    Argument,
    /// A function's outputs.
    Output,
    /// Cotangents of outputs, for a gradient.
    Cotangent,
    /// Gradients by arguments; of a part, its Jacobians.
    Gradient,
}

impl Group {
    fn prefix(self) -> &'static str {
        match self {
            Self::Argument => "argument/",
            Self::Output => "output/",
            Self::Cotangent => "cotangent/",
            Self::Gradient => "gradient/",
        }
    }

    /// Adds this group's tensors to a frame's.
    pub fn insert(self, frame: &mut Tensors, tensors: Tensors) {
        frame.extend(
            tensors
                .into_iter()
                .map(|(name, tensor)| (format!("{}{name}", self.prefix()), tensor)),
        );
    }

    /// Takes this group's tensors out of a frame; they have their own names.
    pub fn take(self, frame: &mut Tensors) -> Tensors {
        let taken = self.extract(frame);
        frame.retain(|name, _| !name.starts_with(self.prefix()));
        taken
    }

    /// This group's tensors of a frame, by their own names.
    pub fn extract(self, frame: &Tensors) -> Tensors {
        frame
            .iter()
            .filter_map(|(name, tensor)| Some((name.strip_prefix(self.prefix())?.to_owned(), tensor.clone())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use crate::tensor::Tensor;

    #[test]
    fn every_text_of_an_outcome_has_a_bound() {
        let long = || "\u{e4}".repeat(100_000);
        let (output, reason) = (long(), long());
        let outcomes = [
            Outcome::Refused { reason: long() },
            Outcome::Panicked {
                message: long(),
                location: Some(long()),
            },
            Outcome::Unusable { output, reason },
            Outcome::Elsewhere {
                output: long(),
                expected: long(),
                actual: long(),
            },
            Outcome::NoGradient { reason: long() },
            Outcome::BadRequest { reason: long() },
        ];
        for outcome in outcomes {
            let text = serde_json::to_string(&outcome.bounded()).unwrap();
            assert!(text.len() < 2 * (MAX_TEXT + MAX_NAME) + 100, "{}", text.len());
        }
        let short = Outcome::Refused {
            reason: "no".to_owned(),
        };
        assert_eq!(short.clone().bounded(), short);
    }

    #[test]
    fn groups_of_one_frame_stay_apart() {
        let x = || Tensors::from([("x".to_owned(), Tensor::integer(1))]);
        let mut frame = Tensors::new();
        Group::Argument.insert(&mut frame, x());
        Group::Output.insert(&mut frame, Tensors::from([("x".to_owned(), Tensor::integer(2))]));
        assert_eq!(frame.len(), 2);
        assert_eq!(Group::Argument.extract(&frame), x());
        assert!(Group::Gradient.extract(&frame).is_empty());
        assert_eq!(Group::Argument.take(&mut frame), x());
        assert_eq!(frame.len(), 1);
    }
}
