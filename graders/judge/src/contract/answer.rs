//! An answer that is judged by what it does: reading it, and saying on which input it fails.

use wire::{DType, Data, Tensor, Tensors};

use crate::compare::Mismatch;
use crate::findings::{Behaviour, Finding, WrongOutput};

/// What a submission has answered to a golden case.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    case: &'a str,
    inputs: &'a Tensors,
    outputs: &'a Tensors,
}

impl<'a> Answer<'a> {
    /// The outputs of a case, with the arguments as the submission got them.
    pub fn new(case: &'a str, inputs: &'a Tensors, outputs: &'a Tensors) -> Self {
        Self { case, inputs, outputs }
    }

    /// The arguments.
    pub fn inputs(&self) -> &'a Tensors {
        self.inputs
    }

    /// An output that has to be f64, whatever the dtype of the call: plain numbers that the function has chosen.
    pub fn numbers(&self, output: &str, count: usize) -> Result<Vec<f64>, Finding> {
        let tensor = self.output(output)?;
        self.has_dtype(output, tensor, DType::F64)?;
        if tensor.shape() == [count] {
            return Ok(tensor.to_f64());
        }
        let (expected, actual) = (vec![count], tensor.shape().to_vec());
        Err(self.wrong(output, Mismatch::Shape { expected, actual }))
    }

    /// An output that has to be a single float of this dtype.
    pub fn number(&self, output: &str, dtype: DType) -> Result<f64, Finding> {
        let tensor = self.output(output)?;
        self.has_dtype(output, tensor, dtype)?;
        match tensor.to_f64().as_slice() {
            &[number] if tensor.shape().is_empty() => Ok(number),
            _ => {
                let (expected, actual) = (Vec::new(), tensor.shape().to_vec());
                Err(self.wrong(output, Mismatch::Shape { expected, actual }))
            }
        }
    }

    /// An output that has to be a list of whole numbers, of any length.
    pub fn integers(&self, output: &str) -> Result<Vec<i64>, Finding> {
        let tensor = self.output(output)?;
        match tensor.data() {
            Data::I64(values) => Ok(values.clone()),
            Data::F32(_) | Data::F64(_) | Data::Bool(_) => Err(self.wrong_dtype(output, tensor, DType::I64)),
        }
    }

    /// The finding that the answer does something else than it has to.
    pub fn misbehaves(&self, behaviour: Behaviour) -> Finding {
        Finding::WrongOutput(WrongOutput::Misbehaves {
            case: self.case.to_owned(),
            behaviour,
        })
    }

    fn output(&self, output: &str) -> Result<&'a Tensor, Finding> {
        let missing = || {
            Finding::WrongOutput(WrongOutput::MissingOutput {
                output: output.to_owned(),
            })
        };
        self.outputs.get(output).ok_or_else(missing)
    }

    fn has_dtype(&self, output: &str, tensor: &Tensor, dtype: DType) -> Result<(), Finding> {
        if tensor.dtype() == dtype {
            Ok(())
        } else {
            Err(self.wrong_dtype(output, tensor, dtype))
        }
    }

    fn wrong_dtype(&self, output: &str, tensor: &Tensor, dtype: DType) -> Finding {
        let (expected, actual) = (dtype.to_string(), tensor.dtype().to_string());
        self.wrong(output, Mismatch::DType { expected, actual })
    }

    fn wrong(&self, output: &str, mismatch: Mismatch) -> Finding {
        Finding::WrongOutput(WrongOutput::Wrong {
            case: self.case.to_owned(),
            output: output.to_owned(),
            mismatch,
            patterns: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::arguments::{arguments, tensor, vector};
    use crate::contract::random::{floats, integers};

    fn outputs() -> Tensors {
        arguments([
            ("weights", tensor(&vector(vec![1.0, -2.0, 0.5]))),
            ("single", floats(&[2], vec![1.0, 2.0])),
            ("score", Tensor::real(-1.5)),
            ("tokens", integers(&[2], vec![3, 1])),
        ])
    }

    #[test]
    fn an_answer_of_the_right_form_is_read() {
        let (inputs, outputs) = (Tensors::new(), outputs());
        let answer = Answer::new("all", &inputs, &outputs);
        assert_eq!(answer.numbers("weights", 3), Ok(vec![1.0, -2.0, 0.5]));
        assert_eq!(answer.number("score", DType::F64), Ok(-1.5));
        assert_eq!(answer.integers("tokens"), Ok(vec![3, 1]));
    }

    #[test]
    fn an_answer_of_another_form_is_wrong_and_a_missing_one_is_missing() {
        let (inputs, outputs) = (Tensors::new(), outputs());
        let answer = Answer::new("all", &inputs, &outputs);
        let is_form =
            |found: Result<Vec<f64>, Finding>| matches!(found, Err(Finding::WrongOutput(WrongOutput::Wrong { .. })));
        assert!(is_form(answer.numbers("weights", 2)));
        assert!(is_form(answer.numbers("single", 2)), "another dtype");
        assert!(is_form(answer.number("weights", DType::F64).map(|number| vec![number])));
        assert!(matches!(
            answer.integers("weights"),
            Err(Finding::WrongOutput(WrongOutput::Wrong { .. }))
        ));
        assert!(matches!(
            answer.numbers("bias", 1),
            Err(Finding::WrongOutput(WrongOutput::MissingOutput { output })) if output == "bias"
        ));
    }
}
