//! What a task is: the definition that people read, golden cases, properties, trials.
//!
//! Everything is plain data and plain functions, so that a task's file reads from top to bottom.

pub mod answer;
pub mod arguments;
pub mod call;
pub mod domain;
pub mod exchange;
pub mod forbidden;
pub mod limits;
pub mod random;
pub mod scenario;
pub mod subject;
pub mod tolerance;
pub mod training;

use wire::{DType, Tensors};

use crate::checks::probe::Probe;
use crate::contract::answer::Answer;
use crate::contract::domain::Contract;
use crate::contract::forbidden::Family;
use crate::contract::limits::Limits;
use crate::contract::random::Random;
use crate::contract::scenario::{Scenario, Sizes};
use crate::contract::training::Trial;
use crate::findings::Finding;
use crate::findings::stop::Holds;

/// A task that can be graded.
#[derive(Debug)]
pub struct Task {
    /// Its id: the name of the function.
    pub id: &'static str,
    /// The file of the submission that holds it, such as `attention.rs`.
    pub file: &'static str,
    /// The function's signature, for people.
    pub signature: &'static str,
    /// The functions of the file that the task asks for.
    pub functions: &'static [&'static str],
    /// What the function computes, in a sentence or two.
    pub definition: &'static str,
    /// The definition as a formula in plain text.
    pub formula: &'static str,
    /// Where it comes from: document and part, paper and equation.
    pub source: &'static str,
    /// The choices made where the documents leave one open.
    pub conventions: &'static [&'static str],
    /// What is commonly misread, without the solution.
    pub misreadings: &'static [&'static str],
    /// The tasks that this one uses, called through `parts`.
    pub parts: &'static [&'static str],
    /// Golden cases; each belongs to a named part of the points.
    pub cases: &'static [Case],
    pub properties: &'static [Property],
    /// Puts outputs whose order is free (such as a list of edges) into one order.
    pub canonical: Option<fn(Tensors) -> Tensors>,
    /// Looks for NaN at padding before values are compared, in a task whose sequences are padded.
    pub nan_in_padding: Option<NanInPadding>,
    /// Evens out what of the outputs nobody reads, before they are compared: there, everybody may give what they like.
    pub unread: Option<fn(&Tensors, Tensors) -> Tensors>,
    /// Operators that this task may call, although they are the answer of others.
    pub allowed_operators: &'static [Family],
    /// Operators that are the answer of this task, and that others may call.
    pub forbidden_operators: &'static [Family],
    /// Trainings whose results are measured; each belongs to a named part of the points.
    pub trials: &'static [Trial],
    /// What the function takes and promises; checks are derived from it.
    pub contract: Contract,
}

/// From the name of a golden case (where it is one), inputs and outputs to what is wrong.
pub type NanInPadding = fn(Option<&str>, &Tensors, &Tensors) -> Option<Finding>;

impl Task {
    /// A task without anything: what a short definition, such as one of a test, leaves out.
    pub const BLANK: Self = Self {
        id: "",
        file: "",
        signature: "",
        functions: &[],
        definition: "",
        formula: "",
        source: "",
        conventions: &[],
        misreadings: &[],
        parts: &[],
        cases: &[],
        properties: &[],
        canonical: None,
        nan_in_padding: None,
        unread: None,
        allowed_operators: &[],
        forbidden_operators: &[],
        trials: &[],
        contract: Contract::BLANK,
    };

    /// The named parts of the points: those of golden cases, then those of trials.
    pub fn portions(&self) -> Vec<&'static str> {
        let mut portions = self.golden_portions();
        for trial in self.trials {
            if !portions.contains(&trial.portion) {
                portions.push(trial.portion);
            }
        }
        portions
    }

    /// The parts of the points that have golden cases, in the order of their first case.
    pub fn golden_portions(&self) -> Vec<&'static str> {
        let mut portions: Vec<&'static str> = Vec::new();
        for case in self.cases {
            if !portions.contains(&case.portion) {
                portions.push(case.portion);
            }
        }
        portions
    }

    /// The trial with this name.
    pub fn trial(&self, name: &str) -> Option<&'static Trial> {
        self.trials.iter().find(|trial| trial.name == name)
    }

    /// The families of operators that this task may not use.
    pub fn forbidden_families(&self) -> Vec<Family> {
        let is_allowed = |family: &Family| self.allowed_operators.contains(family);
        let attention = Family::ATTENTION.into_iter().filter(|family| !is_allowed(family));
        attention.chain(self.forbidden_operators.iter().copied()).collect()
    }

    /// The outputs of a call with these inputs, as far as somebody reads them.
    pub fn read(&self, inputs: &Tensors, outputs: &Tensors) -> Tensors {
        self.unread
            .map_or_else(|| outputs.clone(), |even_out| even_out(inputs, outputs.clone()))
    }

    /// The limits of the calls of a check: a trial has CPU time of its own.
    pub fn limits(&self, check: &str, limits: Limits) -> Limits {
        let cpu_seconds = self.trial(check).map_or(limits.cpu_seconds, |trial| trial.cpu_seconds);
        Limits { cpu_seconds, ..limits }
    }
}

/// The portion whose golden cases a check is of, by the check's name.
pub fn golden_portion(check: &str) -> Option<&str> {
    let in_dtype = |dtype| check.strip_prefix(&golden_name(dtype, ""));
    in_dtype(DType::F64).or_else(|| in_dtype(DType::F32))
}

/// The name of the check of a portion's golden cases.
pub(crate) fn golden_name(dtype: DType, portion: &str) -> String {
    format!("golden-{dtype}/{portion}")
}

/// A golden case: stored inputs, and outputs that the reference has computed from them in f64.
#[derive(Debug)]
pub struct Case {
    /// Its name, unique in the task.
    pub name: &'static str,
    /// The part of the points that it belongs to.
    pub portion: &'static str,
    /// Makes the inputs: floats in f32, settings as 0-dimensional f64.
    pub arguments: fn(&mut Random) -> Tensors,
    /// What is expected.
    pub expect: Expect,
}

/// What a golden case expects.
#[derive(Debug, Clone, Copy)]
pub enum Expect {
    /// The outputs of the reference.
    Outputs,
    /// Draws from a distribution: the only row of the argument `tiled` is repeated, each row gives one token.
    Draws {
        /// The argument that is repeated.
        tiled: &'static str,
        /// The output that holds the tokens.
        output: &'static str,
        /// The call of another task that gives the probabilities `[1, V]`: task, arguments, output.
        probabilities: fn(&Tensors) -> (&'static str, Tensors, &'static str),
    },
    /// Whatever does the right thing: there are many right answers, and a function of the judge tries out the one that
    /// was given. The reference's answer is stored as one of them.
    Verified(fn(&Answer<'_>) -> Result<(), Finding>),
}

/// A property that relates several calls, tried on many cases and shrunk where it fails.
#[derive(Debug)]
pub struct Property {
    /// Its name, unique in the task.
    pub name: &'static str,
    /// The property in one sentence.
    pub statement: &'static str,
    /// The sizes to draw, with bounds.
    pub sizes: Sizes,
    /// How many cases to try.
    pub cases: Cases,
    /// Checks one case.
    pub holds: fn(&Scenario, &mut Probe<'_>) -> Holds,
    /// Whether it needs gradients through the parts: of one that the reference answers, its Jacobian is sent along.
    pub differentiates: bool,
    /// Whether the case is drawn in f64 (tight) or in f32 (where the range of f32 matters).
    pub single: bool,
}

impl Property {
    /// A property over the assignment's number of f64 cases.
    pub const fn new(
        name: &'static str,
        statement: &'static str,
        sizes: Sizes,
        holds: fn(&Scenario, &mut Probe<'_>) -> Holds,
    ) -> Self {
        Self {
            name,
            statement,
            sizes,
            cases: Cases::Many,
            holds,
            differentiates: false,
            single: false,
        }
    }

    /// The same property, tried on a few cases: for expensive or hardly varying ones.
    #[must_use]
    pub const fn few(self) -> Self {
        Self {
            cases: Cases::Few,
            ..self
        }
    }

    /// The same property, marked as one that needs gradients.
    #[must_use]
    pub const fn differentiating(self) -> Self {
        Self {
            differentiates: true,
            ..self
        }
    }

    /// The same property over f32 cases.
    #[must_use]
    pub const fn in_f32(self) -> Self {
        Self { single: true, ..self }
    }
}

/// How many cases of a property are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cases {
    /// As many as the assignment says.
    Many,
    /// A quarter of that.
    Few,
}
