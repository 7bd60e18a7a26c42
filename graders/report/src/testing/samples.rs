//! One sample of every variant; a variant without a sample does not compile.

use judge::compare::pattern::Pattern;
use judge::compare::{Difference, Mismatch};
use judge::findings::measurement::{Measurement, Threshold};
use judge::findings::{
    BeforeRun, Behaviour, CallFailed, CompileError, Finding, Impure, Measure, OnlyInF32, Prohibition, Steps, Violation,
    WrongOutput,
};
use judge::grading::judgement::Skip;
use wire::message::Ended;

use super::scene::at;

/// A function that gives one sample per pattern; the patterns have to cover the type, and no pattern is a wildcard.
macro_rules! one_of_each {
    ($(#[$doc:meta])* $name:ident: $type:ty { $($pattern:pat => $sample:expr,)+ }) => {
        $(#[$doc])*
        pub(crate) fn $name() -> Vec<$type> {
            fn covered(value: &$type) -> &'static str {
                match value { $($pattern => stringify!($pattern),)+ }
            }
            let samples = vec![$(($sample, stringify!($pattern)),)+];
            for (sample, pattern) in &samples {
                assert_eq!(covered(sample), *pattern, "the sample is of another variant");
            }
            samples.into_iter().map(|(sample, _)| sample).collect()
        }
    };
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn difference() -> Difference {
    at(&[2, 6, 6], 14, &[0, 2, 3], "0.4183", "0.512", 0.21)
}

/// A cell that takes every bit for a change of parity.
pub(crate) fn misbehaviour() -> Behaviour {
    let cells = |row: [&str; 5]| row.map(text).to_vec();
    Behaviour {
        input: text("the bits 10"),
        what: text("C after step 2"),
        expected: text("1"),
        actual: text("0"),
        said: None,
        steps: Steps {
            columns: cells(["step", "x", "forget", "C", "parity"]),
            rows: vec![cells(["1", "1", "0", "1", "1"]), cells(["2", "0", "0", "0", "1"])],
        },
    }
}

one_of_each! {
    /// Every finding.
    findings: Finding {
        Finding::BeforeRun(BeforeRun::NotAttempted) => Finding::BeforeRun(BeforeRun::NotAttempted),
        Finding::BeforeRun(BeforeRun::DidNotCompile(_)) => Finding::BeforeRun(BeforeRun::DidNotCompile(CompileError {
            file: text("sampling.rs"),
            line: Some(41),
            code: Some(text("E0308")),
            message: text("mismatched types: expected `Tensor`, found `()`"),
            rendered: text("error[E0308]: mismatched types\n  --> sampling.rs:41:5\n"),
            expected: None,
            breaks: None,
        })),
        Finding::BeforeRun(BeforeRun::Forbidden { .. }) => Finding::BeforeRun(BeforeRun::Forbidden {
            file: text("attention.rs"),
            line: 12,
            item: text("Tensor::scaled_dot_product_attention"),
            inside: Some(text("attend")),
            why: Prohibition::Answer,
        }),
        Finding::CallFailed(CallFailed::Panicked { .. }) => Finding::CallFailed(CallFailed::Panicked {
            message: text("index out of bounds: the len is 3 but the index is 3"),
            location: Some(text("attention.rs:41")),
        }),
        Finding::BeforeRun(BeforeRun::TimeIsUp { .. }) => Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: 420.0 }),
        Finding::CallFailed(CallFailed::Crashed { .. }) => Finding::CallFailed(CallFailed::Crashed { how: Ended::Signalled(11) }),
        Finding::CallFailed(CallFailed::TimedOut { .. }) => Finding::CallFailed(CallFailed::TimedOut { cpu: 5.02, wall: 5.31, by_cpu: true }),
        Finding::CallFailed(CallFailed::UsedUp { .. }) => Finding::CallFailed(CallFailed::UsedUp { seconds: 60.0, slept: true }),
        Finding::CallFailed(CallFailed::TooManyThreads { .. }) => Finding::CallFailed(CallFailed::TooManyThreads { limit: 64 }),
        Finding::CallFailed(CallFailed::OutOfMemory { .. }) => Finding::CallFailed(CallFailed::OutOfMemory { limit: 4096 }),
        Finding::CallFailed(CallFailed::Malformed { .. }) => Finding::CallFailed(CallFailed::Malformed { reason: text("a frame of 3 bytes") }),
        Finding::CallFailed(CallFailed::RefusedValid { .. }) => Finding::CallFailed(CallFailed::RefusedValid { reason: text("sequence too long") }),
        Finding::CallFailed(CallFailed::AcceptedInvalid { .. }) => Finding::CallFailed(CallFailed::AcceptedInvalid { input: text("a sequence longer than block_size") }),
        Finding::WrongOutput(WrongOutput::MissingOutput { .. }) => Finding::WrongOutput(WrongOutput::MissingOutput { output: text("weights") }),
        Finding::CallFailed(CallFailed::Unusable { .. }) => Finding::CallFailed(CallFailed::Unusable { output: text("output"), reason: text("dtype Half") }),
        Finding::CallFailed(CallFailed::WrongDevice { .. }) => Finding::CallFailed(CallFailed::WrongDevice {
            output: text("output"),
            expected: text("cuda:0"),
            actual: text("cpu"),
        }),
        Finding::CallFailed(CallFailed::NoGradient { .. }) => Finding::CallFailed(CallFailed::NoGradient {
            reason: text("element 0 of tensors does not require grad and does not have a grad_fn"),
        }),
        Finding::WrongOutput(WrongOutput::Wrong { .. }) => Finding::WrongOutput(WrongOutput::Wrong {
            case: text("heads"),
            output: text("output"),
            mismatch: Mismatch::Values(difference()),
            patterns: vec![Pattern::SignFlipped],
        }),
        Finding::WrongOutput(WrongOutput::NanInPadding { .. }) => Finding::WrongOutput(WrongOutput::NanInPadding {
            case: Some(text("padded")),
            output: text("hidden"),
            index: vec![1, 4, 0],
            blank: false,
        }),
        Finding::WrongOutput(WrongOutput::Differs { .. }) => Finding::WrongOutput(WrongOutput::Differs {
            case: text("heads"),
            output: text("output"),
            mismatch: Mismatch::Values(difference()),
            seed: 7,
        }),
        Finding::WrongOutput(WrongOutput::Imprecise { .. }) => Finding::WrongOutput(WrongOutput::Imprecise {
            case: text("heads"),
            output: text("output"),
            difference: Difference { error: 3.4e-8, tolerance: 1e-12, ..difference() },
        }),
        Finding::WrongOutput(WrongOutput::SingleOnly { .. }) => Finding::WrongOutput(WrongOutput::SingleOnly {
            case: None,
            how: OnlyInF32::Panic {
                message: text("expected m1 and m2 to have the same dtype, but got: float != double"),
                location: Some(text("attention.rs:27")),
            },
        }),
        Finding::WrongOutput(WrongOutput::ExtraAxes { .. }) => Finding::WrongOutput(WrongOutput::ExtraAxes {
            case: text("square"),
            output: text("mask"),
            expected: vec![5, 5],
            actual: vec![1, 1, 5, 5],
        }),
        Finding::FailsAsPart { .. } => Finding::FailsAsPart {
            task: text("causal_self_attention"),
            finding: Some(Box::new(Finding::CallFailed(CallFailed::Panicked {
                message: text("view size is not compatible with input tensor's size and stride"),
                location: Some(text("attention.rs:27")),
            }))),
        },
        Finding::WrongOutput(WrongOutput::Misbehaves { .. }) => Finding::WrongOutput(WrongOutput::Misbehaves { case: text("all"), behaviour: misbehaviour() }),
        Finding::WrongOutput(WrongOutput::OutsideSupport { .. }) => Finding::WrongOutput(WrongOutput::OutsideSupport {
            case: text("half"),
            token: 7,
            count: 31,
            possible: vec![0, 2, 5],
            mass: Some(0.5),
        }),
        Finding::WrongOutput(WrongOutput::WrongDistribution { .. }) => Finding::WrongOutput(WrongOutput::WrongDistribution {
            case: text("half"),
            token: 3,
            expected: 0.25,
            observed: 0.31,
            p_value: 1e-12,
            alarm: 1e-6,
        }),
        Finding::BelowBar { .. } => Finding::BelowBar {
            measurements: vec![
                Measurement { what: text("accuracy on unseen nodes"), value: 0.849_99, threshold: Threshold::AtLeast(0.85) },
                Measurement { what: text("loss on unseen text"), value: 1.3, threshold: Threshold::AtMost(1.6) },
            ],
        },
        Finding::PropertyFailed(_) => Finding::PropertyFailed(Violation::Changed {
            cause: text("changing token 2"),
            what: text("the output at positions before it"),
            mismatch: Mismatch::Values(difference()),
        }),
        Finding::Impure(Impure::ArgumentModified { .. }) => Finding::Impure(Impure::ArgumentModified { argument: text("query") }),
        Finding::Impure(Impure::GradientSwitchedOff { .. }) => Finding::Impure(Impure::GradientSwitchedOff { argument: text("weights") }),
        Finding::Impure(Impure::NotDeterministic { .. }) => Finding::Impure(Impure::NotDeterministic {
            output: text("output"),
            mismatch: Mismatch::Values(difference()),
        }),
        Finding::Impure(Impure::OrderDependent { .. }) => Finding::Impure(Impure::OrderDependent {
            output: text("output"),
            mismatch: Mismatch::Values(difference()),
        }),
    }
}

one_of_each! {
    /// Every way to fail a property.
    violations: Violation {
        Violation::Changed { .. } => Violation::Changed {
            cause: text("changing token 2"),
            what: text("the output at positions before it"),
            mismatch: Mismatch::Values(difference()),
        },
        Violation::Unequal { .. } => Violation::Unequal {
            what: text("the output for the negated input"),
            equals: text("the negated output"),
            mismatch: Mismatch::Values(difference()),
        },
        Violation::Gradient { .. } => Violation::Gradient {
            argument: text("query"),
            others: vec![text("value")],
            measure: Measure::Derivative { settings: text("in training, dropout = 0.25") },
            alone: false,
            mismatch: Mismatch::Values(difference()),
        },
        Violation::Value { .. } => Violation::Value {
            what: text("the sum of the weights"),
            index: vec![0, 1],
            value: text("0.75"),
            rule: text("1"),
        },
        Violation::Call(_) => Violation::Call(Box::new(Finding::BeforeRun(BeforeRun::NotAttempted))),
    }
}

one_of_each! {
    /// Every mismatch.
    mismatches: Mismatch {
        Mismatch::DType { .. } => Mismatch::DType { expected: text("f64"), actual: text("f32") },
        Mismatch::Shape { .. } => Mismatch::Shape { expected: vec![2, 4], actual: vec![2, 3] },
        Mismatch::NotFinite(_) => Mismatch::NotFinite(at(&[2, 4], 4, &[1, 0], "0.25", "NaN", f64::INFINITY)),
        Mismatch::Values(_) => Mismatch::Values(difference()),
    }
}

one_of_each! {
    /// Every reason to skip.
    skips: Skip {
        Skip::DependsOn(_) => Skip::DependsOn(vec![text("causal_mask"), text("split_heads")]),
        Skip::NothingToJudge => Skip::NothingToJudge,
        Skip::NotWritten => Skip::NotWritten,
        Skip::NoAnswer => Skip::NoAnswer,
        Skip::NothingHolds => Skip::NothingHolds,
        Skip::FixedInputs => Skip::FixedInputs,
        Skip::NoReference => Skip::NoReference,
        Skip::TrainingNotAsked => Skip::TrainingNotAsked,
        Skip::TimeUsedUp => Skip::TimeUsedUp,
    }
}

one_of_each! {
    /// Every rule on what may not be used.
    prohibitions: Prohibition {
        Prohibition::Answer => Prohibition::Answer,
        Prohibition::Crates => Prohibition::Crates,
        Prohibition::Environment => Prohibition::Environment,
        Prohibition::Files => Prohibition::Files,
        Prohibition::ForeignCode => Prohibition::ForeignCode,
        Prohibition::HiddenName => Prohibition::HiddenName,
        Prohibition::Nesting => Prohibition::Nesting,
        Prohibition::Network => Prohibition::Network,
        Prohibition::Processes => Prohibition::Processes,
        Prohibition::System => Prohibition::System,
        Prohibition::TorchScript => Prohibition::TorchScript,
        Prohibition::Unreadable => Prohibition::Unreadable,
        Prohibition::UnsafeCode => Prohibition::UnsafeCode,
    }
}
