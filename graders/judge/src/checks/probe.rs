//! What a property or a golden case uses to call the submission: every way in which a call can fail becomes a finding.

use wire::message::Group;
use wire::{DType, Observed, Outcome, Tensor, Tensors};

use crate::compare::Mismatch;
use crate::contract::arguments::{Array, array};
use crate::contract::exchange::{Exchange, Returned};
use crate::contract::subject::{Call, Gradient, Subject};
use crate::findings::observed::finding;
use crate::findings::stop::{Broken, Holds, Stop};
use crate::findings::{CallFailed, Finding, RecordedArgument, RecordedCall, Violation, WrongOutput};

/// Values of an argument beyond this number are not written into a report.
const RECORDED_VALUES: usize = 256;

/// Calls a submission and records the calls.
pub struct Probe<'a> {
    subject: &'a mut dyn Subject,
    canonical: Option<fn(Tensors) -> Tensors>,
    exchanges: Vec<Exchange>,
    /// What the first call gave instead of an answer that was not meant to be refused.
    unanswered: Option<Finding>,
}

impl<'a> Probe<'a> {
    /// A probe over a subject; `canonical` puts outputs whose order is free into one order.
    pub fn new(subject: &'a mut dyn Subject, canonical: Option<fn(Tensors) -> Tensors>) -> Self {
        Self {
            subject,
            canonical,
            exchanges: Vec::new(),
            unanswered: None,
        }
    }

    /// The calls made since the last `forget`.
    pub fn calls(&self) -> Vec<RecordedCall> {
        self.exchanges.iter().map(|exchange| record(&exchange.call)).collect()
    }

    /// The same calls with what they gave.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Forgets the recorded calls: a new case begins.
    pub fn start_case(&mut self) {
        self.exchanges.clear();
        self.unanswered = None;
    }

    /// Fails where a call since the last `forget` was not answered, although it should have been.
    pub fn all_answered(&mut self) -> Holds {
        match self.unanswered.take() {
            None => Ok(()),
            Some(finding) => Err(Violation::Call(Box::new(finding)).into()),
        }
    }

    /// Has the next call made in a process that knows nothing of the earlier ones.
    pub fn respawn(&mut self) {
        self.subject.respawn();
    }

    /// Makes a call that has to return outputs.
    pub fn call(&mut self, call: &Call) -> Result<Returned, Stop> {
        let observed = self.subject.call(call);
        let result = observed.map(|observed| returned(observed, self.canonical));
        self.exchanges.push(Exchange {
            call: call.clone(),
            returned: result.as_ref().ok().and_then(|result| result.as_ref().ok()).cloned(),
            invalid: None,
        });
        result?.map_err(|finding| {
            self.unanswered.get_or_insert_with(|| finding.clone());
            Stop::Found(finding)
        })
    }

    /// The outputs of a plain call.
    pub fn outputs(&mut self, task: &'static str, arguments: &Tensors) -> Result<Tensors, Stop> {
        Ok(self.call(&Call::new(task, arguments.clone()))?.outputs)
    }

    /// One output of a plain call.
    pub fn tensor(&mut self, task: &'static str, arguments: &Tensors, output: &str) -> Result<Tensor, Stop> {
        let mut outputs = self.outputs(task, arguments)?;
        outputs.remove(output).ok_or_else(|| missing(output))
    }

    /// One output of a plain call, as an array of the shape that it must have.
    pub fn array(
        &mut self,
        task: &'static str,
        arguments: &Tensors,
        output: &str,
        shape: &[usize],
    ) -> Result<Array, Broken> {
        let tensor = self.tensor(task, arguments, output)?;
        shaped(output, &tensor, shape)
    }

    /// Several outputs of one call, as arrays of the shapes that they must have.
    pub fn arrays<const N: usize>(
        &mut self,
        call: &Call,
        outputs: [(&str, &[usize]); N],
    ) -> Result<[Array; N], Broken> {
        let returned = self.call(call)?.outputs;
        let mut arrays = [(); N].map(|()| Array::zeros(ndarray::IxDyn(&[])));
        for (array, (output, shape)) in arrays.iter_mut().zip(outputs) {
            let tensor = returned.get(output).ok_or_else(|| missing(output))?;
            *array = shaped(output, tensor, shape)?;
        }
        Ok(arrays)
    }

    /// One output of a call, as an array of the dtype and shape that it must have.
    pub fn typed(&mut self, call: &Call, output: &str, dtype: DType, shape: &[usize]) -> Result<Array, Broken> {
        typed(&self.call(call)?.outputs, output, dtype, shape)
    }

    /// One gradient of a call, as an array of its argument's shape.
    pub fn gradient(
        &mut self,
        task: &'static str,
        arguments: &Tensors,
        by: &'static str,
        cotangents: Tensors,
    ) -> Result<Array, Broken> {
        let [gradient] = self.gradients(task, arguments, [by], cotangents)?;
        Ok(gradient)
    }

    /// The gradients of one call by several arguments, as arrays of the arguments' shapes.
    pub fn gradients<const N: usize>(
        &mut self,
        task: &'static str,
        arguments: &Tensors,
        by: [&'static str; N],
        cotangents: Tensors,
    ) -> Result<[Array; N], Broken> {
        let mut call = Call::new(task, arguments.clone());
        call.gradient = Some(Gradient {
            by: by.map(str::to_owned).to_vec(),
            cotangents,
        });
        let returned = self.call(&call)?.gradients;
        let mut arrays = [(); N].map(|()| Array::zeros(ndarray::IxDyn(&[])));
        for (array, name) in arrays.iter_mut().zip(by) {
            let gradient = returned.get(name).ok_or_else(|| missing(name))?;
            let shape = arguments.get(name).map_or(&[][..], Tensor::shape);
            *array = shaped(&format!("gradient by {name}"), gradient, shape)?;
        }
        Ok(arrays)
    }

    /// A call that the function has to refuse; `input` says what is invalid.
    pub fn refused(&mut self, call: &Call, input: &str) -> Holds {
        let before = self.unanswered.take();
        let result = self.call(call);
        self.unanswered = before;
        if let Some(exchange) = self.exchanges.last_mut() {
            exchange.invalid = Some(input.to_owned());
        }
        match result {
            Err(Stop::Found(Finding::CallFailed(CallFailed::RefusedValid { .. }))) => {
                // What is right has no place among the calls that show a failure.
                self.exchanges.pop();
                Ok(())
            }
            Err(stop) => Err(stop.into()),
            Ok(_) => {
                let finding = Finding::CallFailed(CallFailed::AcceptedInvalid {
                    input: input.to_owned(),
                });
                Err(Violation::Call(Box::new(finding)).into())
            }
        }
    }
}

/// One of several outputs, as an array of the dtype and shape that it must have.
pub fn typed(outputs: &Tensors, output: &str, dtype: DType, shape: &[usize]) -> Result<Array, Broken> {
    let tensor = outputs.get(output).ok_or_else(|| missing(output))?;
    if tensor.dtype() == dtype {
        return shaped(output, tensor, shape);
    }
    Err(Broken::Property(Violation::Unequal {
        what: format!("the dtype of `{output}`"),
        equals: "the dtype that the definition gives".to_owned(),
        mismatch: Mismatch::DType {
            expected: dtype.to_string(),
            actual: tensor.dtype().to_string(),
        },
    }))
}

/// An output of the wrong shape fails every property that reads it.
fn shaped(output: &str, tensor: &Tensor, shape: &[usize]) -> Result<Array, Broken> {
    if tensor.shape() == shape {
        return Ok(array(tensor));
    }
    Err(Broken::Property(Violation::Unequal {
        what: format!("the shape of `{output}`"),
        equals: "the shape that the definition gives".to_owned(),
        mismatch: Mismatch::Shape {
            expected: shape.to_vec(),
            actual: tensor.shape().to_vec(),
        },
    }))
}

fn missing(output: &str) -> Stop {
    Stop::Found(Finding::WrongOutput(WrongOutput::MissingOutput {
        output: output.to_owned(),
    }))
}

/// What a call has given, free orders put into one; or the finding that an unsuccessful call stands for.
pub(crate) fn returned(observed: Observed, canonical: Option<fn(Tensors) -> Tensors>) -> Result<Returned, Finding> {
    match observed {
        Observed::Answered {
            outcome: Outcome::Returned,
            tensors,
        } => {
            let outputs = Group::Output.extract(&tensors);
            Ok(Returned {
                outputs: canonical.map_or(outputs.clone(), |canonical| canonical(outputs)),
                arguments: Group::Argument.extract(&tensors),
                gradients: Group::Gradient.extract(&tensors),
            })
        }
        observed => Err(finding(observed)),
    }
}

/// A call as a report shows it.
pub(crate) fn record(call: &Call) -> RecordedCall {
    let argument = |(name, tensor): (&String, &Tensor)| RecordedArgument {
        name: name.clone(),
        dtype: tensor.dtype().to_string(),
        shape: tensor.shape().to_vec(),
        values: if tensor.len() > RECORDED_VALUES {
            Vec::new()
        } else {
            tensor.to_f64().into_iter().map(|value| format!("{value}")).collect()
        },
    };
    RecordedCall {
        task: call.task.to_owned(),
        arguments: call.arguments.iter().map(argument).collect(),
    }
}
