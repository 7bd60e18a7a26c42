//! The figures behind a finding, as the model holds them.

use judge::compare::window;
use judge::compare::{Difference, Mismatch};
use judge::findings::{self, Behaviour, Finding, OnlyInF32, RecordedArgument, RecordedCall, Violation};

use crate::clean::{clean, clean_lines};
use crate::location::location;
use crate::model::{Argument, Call, Counterexample, Evidence, Location, Number, Relation, Seen, Size, Window, Worst};
use crate::words;

/// The figures of a finding, where it has any.
pub(crate) fn evidence(finding: &Finding) -> Option<Evidence> {
    match finding {
        Finding::Wrong {
            case,
            output,
            mismatch,
            patterns,
        } => Some(Evidence {
            patterns: patterns.clone(),
            ..of(Some(case), Some(output), seen(mismatch, Relation::Asked))
        }),
        Finding::Differs {
            case,
            output,
            mismatch,
            seed: _,
        } => Some(of(Some(case), Some(output), seen(mismatch, Relation::Asked))),
        Finding::Imprecise {
            case,
            output,
            difference,
        } => Some(of(Some(case), Some(output), values(difference, Relation::Asked))),
        Finding::ExtraAxes {
            case,
            output,
            expected,
            actual,
        } => {
            let mismatch = Mismatch::Shape {
                expected: expected.clone(),
                actual: actual.clone(),
            };
            Some(of(Some(case), Some(output), seen(&mismatch, Relation::Asked)))
        }
        Finding::FailsAsPart { finding, .. } => finding.as_deref().and_then(evidence),
        Finding::NotDeterministic { output, mismatch } => {
            Some(of(None, Some(output), seen(mismatch, Relation::Repeated)))
        }
        Finding::OrderDependent { output, mismatch } => {
            Some(of(None, Some(output), seen(mismatch, Relation::AfterOthers)))
        }
        Finding::Misbehaves { case, behaviour } => Some(of(Some(case), None, steps(behaviour))),
        Finding::OutsideSupport { case, token, count, .. } => {
            let (token, count) = (*token, *count);
            Some(of(Some(case), None, Seen::Token { token, count }))
        }
        Finding::WrongDistribution {
            case,
            token,
            expected,
            observed,
            p_value,
            alarm,
        } => {
            let draws = Seen::Draws {
                token: *token,
                expected: *expected,
                observed: *observed,
                p_value: *p_value,
                alarm: *alarm,
            };
            Some(of(Some(case), None, draws))
        }
        Finding::DidNotCompile(error) => Some(of(
            None,
            None,
            Seen::Compiler {
                code: error.code.as_deref().map(clean),
                text: clean_lines(&error.rendered),
            },
        )),
        Finding::TimedOut { cpu, wall, by_cpu: _ } => Some(of(None, None, Seen::Time { cpu: *cpu, wall: *wall })),
        Finding::LawBroken(violation) => of_violation(violation),
        Finding::NotAttempted
        | Finding::NanInPadding { .. }
        | Finding::Forbidden { .. }
        | Finding::Panicked { .. }
        | Finding::Crashed { .. }
        | Finding::TimeIsUp { .. }
        | Finding::UsedUp { .. }
        | Finding::TooManyThreads { .. }
        | Finding::OutOfMemory { .. }
        | Finding::Malformed { .. }
        | Finding::RefusedValid { .. }
        | Finding::AcceptedInvalid { .. }
        | Finding::MissingOutput { .. }
        | Finding::Unusable { .. }
        | Finding::WrongDevice { .. }
        | Finding::NoGradient { .. }
        | Finding::BelowBar { .. }
        | Finding::SingleOnly { .. }
        | Finding::ArgumentModified { .. } => None,
    }
}

/// Where in the submission a finding points, if anywhere.
pub(crate) fn place(finding: &Finding) -> Option<Location> {
    match finding {
        Finding::DidNotCompile(error) => Some(Location {
            file: clean(&error.file),
            line: error.line,
        }),
        Finding::Forbidden { file, line, .. } => Some(Location {
            file: clean(file),
            line: Some(*line),
        }),
        Finding::Panicked {
            message: _,
            location: text,
        }
        | Finding::SingleOnly {
            how: OnlyInF32::Panic {
                message: _,
                location: text,
            },
            ..
        } => location(text.as_deref()?),
        Finding::LawBroken(Violation::Call(inner)) => place(inner),
        Finding::FailsAsPart { finding, .. } => place(finding.as_deref()?),
        Finding::LawBroken(Violation::Changed { .. } | Violation::Unequal { .. } | Violation::Value { .. })
        | Finding::NotAttempted
        | Finding::Crashed { .. }
        | Finding::TimedOut { .. }
        | Finding::TimeIsUp { .. }
        | Finding::UsedUp { .. }
        | Finding::TooManyThreads { .. }
        | Finding::OutOfMemory { .. }
        | Finding::Malformed { .. }
        | Finding::RefusedValid { .. }
        | Finding::AcceptedInvalid { .. }
        | Finding::MissingOutput { .. }
        | Finding::Unusable { .. }
        | Finding::WrongDevice { .. }
        | Finding::NoGradient { .. }
        | Finding::Wrong { .. }
        | Finding::NanInPadding { .. }
        | Finding::Differs { .. }
        | Finding::Imprecise { .. }
        | Finding::SingleOnly {
            how: OnlyInF32::Output(_),
            ..
        }
        | Finding::ExtraAxes { .. }
        | Finding::Misbehaves { .. }
        | Finding::OutsideSupport { .. }
        | Finding::WrongDistribution { .. }
        | Finding::BelowBar { .. }
        | Finding::ArgumentModified { .. }
        | Finding::NotDeterministic { .. }
        | Finding::OrderDependent { .. } => None,
    }
}

/// A counterexample for the model.
pub(crate) fn counterexample(found: &findings::Counterexample) -> Counterexample {
    Counterexample {
        summary: words::sizes(found),
        sizes: found.sizes.iter().map(size).collect(),
        found_at: found.found_at.iter().map(size).collect(),
        seed: found.seed,
        calls: found.calls.iter().map(call).collect(),
    }
}

fn of(case: Option<&str>, output: Option<&str>, seen: Seen) -> Evidence {
    Evidence {
        case: case.map(clean),
        output: output.map(clean),
        seen,
        patterns: Vec::new(),
    }
}

fn of_violation(violation: &Violation) -> Option<Evidence> {
    match violation {
        Violation::Changed { mismatch, .. } => Some(of(None, None, seen(mismatch, Relation::Changed))),
        Violation::Unequal { mismatch, .. } => Some(of(None, None, seen(mismatch, Relation::Asked))),
        Violation::Value { index, value, .. } => Some(of(
            None,
            None,
            Seen::Value {
                index: index.clone(),
                value: clean(value),
            },
        )),
        Violation::Call(finding) => evidence(finding),
    }
}

fn steps(behaviour: &Behaviour) -> Seen {
    let cleaned = |cells: &Vec<String>| cells.iter().map(|cell| clean(cell)).collect();
    Seen::Steps {
        input: clean(&behaviour.input),
        what: clean(&behaviour.what),
        expected: clean(&behaviour.expected),
        actual: clean(&behaviour.actual),
        columns: cleaned(&behaviour.steps.columns),
        rows: behaviour.steps.rows.iter().map(cleaned).collect(),
    }
}

fn seen(mismatch: &Mismatch, relation: Relation) -> Seen {
    match mismatch {
        Mismatch::DType { expected, actual } => Seen::Dtype {
            expected: clean(expected),
            actual: clean(actual),
        },
        Mismatch::Shape { expected, actual } => Seen::Shape {
            expected: expected.clone(),
            actual: actual.clone(),
        },
        Mismatch::NotFinite(difference) | Mismatch::Values(difference) => values(difference, relation),
    }
}

fn values(difference: &Difference, relation: Relation) -> Seen {
    Seen::Values {
        shape: difference.shape.clone(),
        differing: difference.differing,
        worst: Worst {
            index: difference.worst.index.clone(),
            expected: clean(&difference.worst.expected),
            actual: clean(&difference.worst.actual),
        },
        error: Some(difference.error).filter(|error| error.is_finite()),
        tolerance: difference.tolerance,
        window: difference.window.as_ref().map(|piece| window(piece, relation)),
    }
}

fn window(window: &window::Window, relation: Relation) -> Window {
    let rows = |values: &[f64]| -> Vec<Vec<Number>> {
        let row = |row: &[f64]| row.iter().copied().map(Number).collect();
        values.chunks(window.columns.max(1)).map(row).collect()
    };
    Window {
        at: window.at.clone(),
        first_row: window.first_row,
        first_column: window.first_column,
        allowed: window.allowed,
        relation,
        expected: rows(&window.expected),
        actual: rows(&window.actual),
    }
}

fn size((name, value): &(String, i64)) -> Size {
    Size {
        name: name.clone(),
        value: *value,
    }
}

fn call(call: &RecordedCall) -> Call {
    Call {
        task: call.task.clone(),
        arguments: call.arguments.iter().map(argument).collect(),
    }
}

fn argument(argument: &RecordedArgument) -> Argument {
    Argument {
        name: argument.name.clone(),
        dtype: argument.dtype.clone(),
        shape: argument.shape.clone(),
        values: argument.values.clone(),
    }
}
