//! Parts that the judge answers in a submission's place, batches that it serves, and the line to the judge that these
//! share with the calls.

use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tch::{Device, Kind, Tensor};
use wire::message::Group;
use wire::{ChildReply, ChildRequest, Decoder, Frame, FrameError, Tensors};

use crate::convert;
use crate::jacobian::carried;

/// The arguments of a part by name.
type Arguments = Vec<(&'static str, Tensor)>;

/// Answers for a part; the same type as `student::parts::Substitute`, which this crate cannot name.
pub type Substitute = Box<dyn Fn(&str, &dyn Fn() -> Arguments) -> Option<Vec<Tensor>> + Send + Sync>;

/// The outputs of each part in the order of its function, as `parts.rs` unpacks them.
const PARTS: [(&str, &[&str]); 22] = [
    ("causal_mask", &["mask"]),
    ("split_heads", &["output"]),
    ("merge_heads", &["output"]),
    ("scaled_dot_product_attention", &["output", "weights"]),
    ("rotary_embedding", &["query", "key"]),
    ("nucleus", &["output"]),
    ("causal_self_attention", &["output"]),
    ("rms_norm", &["output"]),
    ("conv_net", &["scores"]),
    ("decoder_block", &["output"]),
    ("gpt_forward", &["logits"]),
    ("greedy", &["token"]),
    ("sample_top_p", &["token"]),
    ("adjacency_matrix", &["matrix"]),
    ("degree_matrix", &["matrix"]),
    ("inverted_degree_matrix", &["matrix"]),
    ("embedding", &["output"]),
    ("encoder_mask", &["mask"]),
    ("decoder_mask", &["mask"]),
    ("generic_self_attention", &["output"]),
    ("generic_transformer", &["hidden"]),
    ("encoder_decoder", &["logits"]),
];

/// The argument under which a question carries a seed, for parts that draw random numbers.
const SEED: &str = "seed";

/// The stream to the judge. One exchange at a time: threads of a submission wait for each other.
#[derive(Debug, Clone)]
pub(crate) struct Line(Arc<Mutex<Ends>>);

#[derive(Debug)]
struct Ends {
    stream: UnixStream,
    decoder: Decoder,
    substitutes: Vec<String>,
}

impl Line {
    pub(crate) fn new(stream: UnixStream) -> Self {
        Self(Arc::new(Mutex::new(Ends {
            stream,
            decoder: Decoder::default(),
            substitutes: Vec::new(),
        })))
    }

    /// The judge's next words, `None` once it has closed the stream.
    pub(crate) fn receive(&self) -> Result<Option<Frame<ChildRequest>>, FrameError> {
        self.ends().receive()
    }

    /// Sends the answer to a call; from here on no part is substituted.
    pub(crate) fn send(&self, reply: ChildReply, tensors: Tensors) -> Result<(), FrameError> {
        let mut ends = self.ends();
        ends.substitutes.clear();
        Frame::new(reply, tensors).write(&mut ends.stream)
    }

    /// Says which parts the judge answers during the call that begins.
    pub(crate) fn substitute(&self, parts: &[String]) {
        self.ends().substitutes = parts.to_vec();
    }

    /// The closure that the submission's `parts` module asks.
    pub(crate) fn substitute_for_parts(&self) -> Substitute {
        let line = self.clone();
        Box::new(move |part, arguments| line.ask(part, arguments))
    }

    /// The next batch of a training; `None` once there are no more.
    pub(crate) fn next_batch(&self) -> Result<Option<Tensors>, FrameError> {
        let mut ends = self.ends();
        Frame::new(ChildReply::Batch, Tensors::new()).write(&mut ends.stream)?;
        match ends.receive()? {
            Some(frame) if frame.message == (ChildRequest::Batch { more: true }) => Ok(Some(frame.tensors)),
            Some(frame) if frame.message == (ChildRequest::Batch { more: false }) => Ok(None),
            _ => Err(FrameError::Header("no batch came where one was asked for".to_owned())),
        }
    }

    fn ask(&self, part: &str, arguments: &dyn Fn() -> Arguments) -> Option<Vec<Tensor>> {
        let (_, outputs) = PARTS.iter().find(|(name, _)| *name == part)?;
        let mut ends = self.ends();
        if !ends.substitutes.iter().any(|name| name == part) {
            return None;
        }
        let arguments = arguments();
        let mut tensors = arguments
            .iter()
            .map(|(name, tensor)| Some(((*name).to_owned(), convert::to_plain(tensor).ok()?)))
            .collect::<Option<Tensors>>()?;
        tensors.insert(SEED.to_owned(), wire::Tensor::integer(seed()?));
        let differentiated = arguments.iter().filter(|(_, tensor)| tensor.requires_grad());
        let differentiated = differentiated.map(|(name, _)| ((*name).to_owned(), wire::Tensor::integer(1)));
        Group::Gradient.insert(&mut tensors, differentiated.collect());
        let question = ChildReply::Part { part: part.to_owned() };
        Frame::new(question, tensors).write(&mut ends.stream).ok()?;
        let answer = ends.receive().ok()??;
        in_order(&answer, outputs, &arguments)
    }

    fn ends(&self) -> MutexGuard<'_, Ends> {
        // A thread that panicked between two frames has left nothing half done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ends {
    fn receive(&mut self) -> Result<Option<Frame<ChildRequest>>, FrameError> {
        self.decoder.read(&mut self.stream)
    }
}

/// A seed from the submission's own generator: equal seeds of the call give equal answers, and no two parts of one call
/// draw the same numbers.
fn seed() -> Option<i64> {
    let drawn = Tensor::f_randint(i64::from(i32::MAX), [1], (Kind::Int64, Device::Cpu));
    drawn.and_then(|drawn| drawn.f_int64_value(&[0])).ok()
}

/// The outputs of an answered part in the order of its function; none at all where it refuses its arguments.
fn in_order(
    answer: &Frame<ChildRequest>,
    outputs: &[&str],
    arguments: &[(&'static str, Tensor)],
) -> Option<Vec<Tensor>> {
    if answer.message != (ChildRequest::Part { answered: true }) {
        return None;
    }
    if answer.tensors.is_empty() {
        return Some(Vec::new());
    }
    let device = arguments.first().map_or(Device::Cpu, |(_, tensor)| tensor.device());
    let jacobians = Group::Gradient.extract(&answer.tensors);
    outputs
        .iter()
        .map(|name| {
            let value = convert::to_libtorch(answer.tensors.get(*name)?, device).ok()?;
            carried(name, value, &jacobians, arguments).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::thread;

    use super::*;

    /// Answers one question with `outputs` on the judge's side.
    fn judge(stream: UnixStream, outputs: Tensors) -> thread::JoinHandle<Frame<ChildReply>> {
        thread::spawn(move || {
            let mut stream = stream;
            let question = Decoder::default().read(&mut stream).unwrap().unwrap();
            let answer = ChildRequest::Part { answered: true };
            Frame::new(answer, outputs).write(&mut stream).unwrap();
            question
        })
    }

    #[test]
    fn outputs_come_in_the_order_of_the_function_not_of_their_names() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let line = Line::new(theirs);
        line.substitute(&["rotary_embedding".to_owned()]);
        let outputs = [
            ("key".to_owned(), wire::Tensor::real(2.0)),
            ("query".to_owned(), wire::Tensor::real(1.0)),
        ];
        let judge = judge(ours, outputs.into());
        let query = Tensor::from(0.5_f64);
        let outputs = line.substitute_for_parts()("rotary_embedding", &|| vec![("query", query.shallow_clone())]);
        let values: Vec<f64> = outputs.unwrap().iter().map(|x| x.double_value(&[])).collect();
        assert_eq!(values, [1.0, 2.0]);
        let question = judge.join().unwrap();
        let part = "rotary_embedding".to_owned();
        assert_eq!(question.message, ChildReply::Part { part });
        assert_eq!(question.tensors["query"], wire::Tensor::real(0.5));
    }

    #[test]
    fn a_question_carries_a_seed_that_follows_from_the_one_of_the_call() {
        let asked = |seed| {
            let (ours, theirs) = UnixStream::pair().unwrap();
            let line = Line::new(theirs);
            line.substitute(&["greedy".to_owned()]);
            let judge = judge(ours, Tensors::from([("token".to_owned(), wire::Tensor::integer(3))]));
            tch::manual_seed(seed);
            let token = line.ask("greedy", &|| vec![("logits", Tensor::from(0.5_f64))]).unwrap();
            assert_eq!(token[0].int64_value(&[]), 3);
            judge.join().unwrap().tensors[SEED].clone()
        };
        // Other tests of this process draw from the same generator meanwhile; one undisturbed pair is enough, since
        // seeds of 64 bits are not equal by chance.
        assert!((0..100).any(|_| asked(1) == asked(1)));
        assert_ne!(asked(1), asked(2));
    }

    #[test]
    fn a_refusal_has_no_outputs() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let line = Line::new(theirs);
        line.substitute(&["decoder_block".to_owned()]);
        let judge = judge(ours, Tensors::new());
        let outputs = line.ask("decoder_block", &|| vec![("input", Tensor::from(0.5_f64))]);
        assert!(outputs.unwrap().is_empty());
        judge.join().unwrap();
    }

    #[test]
    fn a_part_that_is_not_substituted_is_left_to_the_submission() {
        let (_ours, theirs) = UnixStream::pair().unwrap();
        let line = Line::new(theirs);
        line.substitute(&["nucleus".to_owned()]);
        let arguments = || unreachable!("arguments are made only for a part that is replaced");
        assert!(line.ask("merge_heads", &arguments).is_none());
        assert!(line.ask("unknown", &arguments).is_none());
    }
}
