//! Adapters: from the named tensors of a call to a submission's function and back.

use std::collections::BTreeMap;
use std::fmt::Display;

use tch::kind::Element;
use tch::{Device, Kind, Tensor};

use crate::convert;
use crate::substitute::Line;

/// One task's way into a submission.
#[derive(Debug, Clone, Copy)]
pub struct Adapter {
    /// The task, named like its function.
    pub task: &'static str,
    /// Reads the arguments, calls the function, names what it returns.
    pub call: fn(&Arguments) -> Result<Returned, Problem>,
}

/// Why an adapter has no outputs to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The call does not fit the adapter: an argument is missing or of another kind.
    BadRequest(String),
    /// The function returned an error value.
    Refused(String),
    /// What the function returned is no tensor.
    Unusable {
        /// The name of the output.
        output: &'static str,
        /// What it is instead.
        reason: String,
    },
}

impl Problem {
    /// The function's own error, in its own words.
    pub fn refused(error: impl Display) -> Self {
        Self::Refused(error.to_string())
    }

    /// An output that an adapter cannot make a tensor of.
    pub fn unusable(output: &'static str, reason: String) -> Self {
        Self::Unusable { output, reason }
    }
}

/// The arguments of one call, by name. Settings arrive as 0-dimensional tensors: int64, f64 or bool.
#[derive(Debug)]
pub struct Arguments {
    tensors: BTreeMap<String, Tensor>,
    device: Device,
    /// Where batches come from, for a call that trains.
    batches: Option<Line>,
}

impl Arguments {
    /// Arguments that are on `device` already.
    pub(crate) fn new(tensors: BTreeMap<String, Tensor>, device: Device) -> Self {
        Self {
            tensors,
            device,
            batches: None,
        }
    }

    /// The same arguments, with batches from the judge.
    pub(crate) fn with_batches(self, line: Line) -> Self {
        Self {
            batches: Some(line),
            ..self
        }
    }

    /// All of them, for what comes before and after the call.
    pub(crate) fn tensors(&self) -> &BTreeMap<String, Tensor> {
        &self.tensors
    }

    /// Where the call computes.
    pub fn device(&self) -> Device {
        self.device
    }

    /// Plain values that a function returned, as a tensor that counts as kept on the device of the arguments. A tensor
    /// that a function returned goes into `Returned` as it is: its device is judged.
    pub fn values<T: Element>(&self, values: &[T]) -> Tensor {
        Tensor::from_slice(values).to_device(self.device)
    }

    /// A tensor that has to be there.
    pub fn tensor(&self, name: &str) -> Result<&Tensor, Problem> {
        self.optional_tensor(name)
            .ok_or_else(|| Problem::BadRequest(format!("the argument `{name}` is missing")))
    }

    /// A tensor that may be absent.
    pub fn optional_tensor(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Result<i64, Problem> {
        Ok(self.setting(name, Kind::Int64)?.int64_value(&[]))
    }

    /// A real number.
    pub fn real(&self, name: &str) -> Result<f64, Problem> {
        Ok(self.setting(name, Kind::Double)?.double_value(&[]))
    }

    /// A choice between yes and no.
    pub fn flag(&self, name: &str) -> Result<bool, Problem> {
        Ok(self.setting(name, Kind::Bool)?.int64_value(&[]) != 0)
    }

    /// The next batch of a training, by name and on the call's device; `None` once the judge has served the last one.
    ///
    /// The judge counts what it serves: each batch is a step of the training.
    pub fn next_batch(&self) -> Result<Option<BTreeMap<String, Tensor>>, Problem> {
        let bad = |reason: String| Problem::BadRequest(reason);
        let line = self.batches.as_ref();
        let line = line.ok_or_else(|| bad("this call serves no batches".to_owned()))?;
        let Some(batch) = line.next_batch().map_err(|error| bad(error.to_string()))? else {
            return Ok(None);
        };
        let on_device = |(name, plain): (String, wire::Tensor)| {
            let tensor = convert::to_libtorch(&plain, self.device).map_err(|error| bad(convert::words(&error)))?;
            Ok((name, tensor))
        };
        batch.into_iter().map(on_device).collect::<Result<_, _>>().map(Some)
    }

    /// Has `train` ask for its batches, each read by `read`. A batch that cannot be had ends the training and is what
    /// comes of it.
    pub fn serve<B, R>(
        &self,
        read: impl Fn(&Self) -> Result<B, Problem>,
        train: impl FnOnce(&mut dyn FnMut() -> Option<B>) -> R,
    ) -> Result<R, Problem> {
        let mut problem = None;
        let fetch = || {
            let batch = self.next_batch()?;
            batch.map(|batch| read(&Self::new(batch, self.device))).transpose()
        };
        let trained = train(&mut || {
            fetch().unwrap_or_else(|failed| {
                problem = Some(failed);
                None
            })
        });
        problem.map_or(Ok(trained), Err)
    }

    fn setting(&self, name: &str, kind: Kind) -> Result<&Tensor, Problem> {
        let tensor = self.tensor(name)?;
        if tensor.dim() == 0 && tensor.f_kind().is_ok_and(|found| found == kind) {
            return Ok(tensor);
        }
        Err(Problem::BadRequest(format!(
            "the argument `{name}` is not a single value of dtype {kind:?}"
        )))
    }
}

/// What a function returned: its outputs by name, in the order of its signature.
#[derive(Debug)]
pub struct Returned {
    outputs: Vec<(&'static str, Tensor)>,
}

impl Returned {
    /// A single output.
    pub fn one(name: &'static str, output: Tensor) -> Self {
        Self::many([(name, output)])
    }

    /// Several outputs.
    pub fn many<const N: usize>(outputs: [(&'static str, Tensor); N]) -> Self {
        Self {
            outputs: outputs.into(),
        }
    }

    /// As many outputs as there are names for.
    pub fn named(outputs: Vec<(&'static str, Tensor)>) -> Self {
        Self { outputs }
    }

    /// The outputs in order.
    pub(crate) fn outputs(&self) -> &[(&'static str, Tensor)] {
        &self.outputs
    }

    /// The output of this name.
    pub(crate) fn output(&self, name: &str) -> Option<&Tensor> {
        let (_, output) = self.outputs.iter().find(|(found, _)| *found == name)?;
        Some(output)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::net::UnixStream;
    use std::thread;

    use wire::{ChildReply, ChildRequest, Decoder, Frame};

    use super::*;

    fn arguments() -> Arguments {
        let tensors = [
            ("input", Tensor::from_slice(&[1.0_f32, 2.0])),
            ("length", Tensor::from(3_i64)),
            ("epsilon", Tensor::from(0.5_f64)),
            ("train", Tensor::from(true)),
        ];
        Arguments::new(
            tensors.map(|(name, tensor)| (name.to_owned(), tensor)).into(),
            Device::Cpu,
        )
    }

    #[test]
    fn settings_arrive_as_single_values() {
        let arguments = arguments();
        assert_eq!(arguments.integer("length"), Ok(3));
        assert_eq!(arguments.real("epsilon"), Ok(0.5));
        assert_eq!(arguments.flag("train"), Ok(true));
        assert!(arguments.tensor("input").is_ok());
        assert!(arguments.optional_tensor("mask").is_none());
    }

    /// Serves so many batches on the judge's side, then says to two more questions that there are no more.
    fn serve(mut stream: UnixStream, batches: u32) -> thread::JoinHandle<()> {
        thread::spawn(move || {
            let mut decoder = Decoder::default();
            for number in 1..=batches + 2 {
                let question = decoder.read::<ChildReply>(&mut stream).unwrap().unwrap();
                assert_eq!((question.message, question.tensors.len()), (ChildReply::Batch, 0));
                let more = number <= batches;
                let batch = more.then(|| ("x".to_owned(), wire::Tensor::real(f64::from(number))));
                let answer = Frame::new(ChildRequest::Batch { more }, batch.into_iter().collect());
                answer.write(&mut stream).unwrap();
            }
        })
    }

    #[test]
    fn batches_come_until_the_judge_has_no_more() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        let judge = serve(ours, 3);
        let arguments = arguments().with_batches(Line::new(theirs));
        let next = || {
            arguments
                .next_batch()
                .unwrap()
                .map(|batch| batch["x"].double_value(&[]))
        };
        let seen: Vec<Option<f64>> = (0..5).map(|_| next()).collect();
        assert_eq!(seen, [Some(1.0), Some(2.0), Some(3.0), None, None]);
        judge.join().unwrap();
        assert!(arguments.next_batch().is_err(), "the judge is gone");
    }

    #[test]
    fn a_call_that_does_not_train_has_no_batches() {
        let asked = arguments().next_batch();
        assert!(matches!(asked, Err(Problem::BadRequest(_))), "{asked:?}");
    }

    #[test]
    fn a_missing_argument_is_named() {
        let Err(Problem::BadRequest(reason)) = arguments().tensor("mask") else {
            panic!("nobody sent a mask");
        };
        assert_eq!(reason, "the argument `mask` is missing");
    }

    #[test]
    fn a_setting_of_another_kind_is_a_bad_request() {
        let arguments = arguments();
        let is_bad = |result: Result<i64, Problem>| matches!(result, Err(Problem::BadRequest(_)));
        assert!(is_bad(arguments.integer("epsilon")));
        assert!(is_bad(arguments.integer("input")));
        assert!(is_bad(arguments.flag("length").map(i64::from)));
    }
}
