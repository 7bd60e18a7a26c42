//! The figures behind a finding, as the model holds them.

use judge::compare::window;
use judge::compare::{Difference, Mismatch};
use judge::findings::{
    self, BeforeRun, Behaviour, CallFailed, Finding, Impure, OnlyInF32, RecordedArgument, RecordedCall, Violation,
    WrongOutput,
};

use crate::clean::{clean, clean_lines};
use crate::location::location;
use crate::model::{
    Argument, Call, Counterexample, Evidence, Location, Number, Relation, Seen, Size, Slice, Window, Worst,
};
use crate::words;

/// The figures of a finding, where it has any.
pub(crate) fn evidence(finding: &Finding) -> Option<Evidence> {
    match finding {
        Finding::BeforeRun(BeforeRun::DidNotCompile(error)) => Some(of(
            None,
            None,
            Seen::Compiler {
                code: error.code.as_deref().map(clean),
                text: clean_lines(&error.rendered),
            },
        )),
        Finding::CallFailed(CallFailed::TimedOut { cpu, wall, by_cpu: _ }) => {
            Some(of(None, None, Seen::Time { cpu: *cpu, wall: *wall }))
        }
        Finding::WrongOutput(found) => of_output(found),
        Finding::PropertyFailed(violation) => of_violation(violation),
        Finding::FailsAsPart { finding, .. } => finding.as_deref().and_then(evidence),
        Finding::Impure(found) => of_impure(found),
        Finding::BeforeRun(_) | Finding::CallFailed(_) | Finding::BelowBar { .. } => None,
    }
}

fn of_output(found: &WrongOutput) -> Option<Evidence> {
    match found {
        WrongOutput::Wrong {
            case,
            output,
            mismatch,
            patterns,
        } => Some(Evidence {
            patterns: patterns.clone(),
            ..of(Some(case), Some(output), seen(mismatch, Relation::Asked))
        }),
        WrongOutput::Differs {
            case,
            output,
            mismatch,
            seed: _,
        } => Some(of(Some(case), Some(output), seen(mismatch, Relation::Asked))),
        WrongOutput::Imprecise {
            case,
            output,
            difference,
        } => Some(of(Some(case), Some(output), values(difference, Relation::Asked))),
        WrongOutput::ExtraAxes {
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
        WrongOutput::Misbehaves { case, behaviour } => Some(of(Some(case), None, steps(behaviour))),
        WrongOutput::OutsideSupport { case, token, count, .. } => {
            let (token, count) = (*token, *count);
            Some(of(Some(case), None, Seen::Token { token, count }))
        }
        WrongOutput::WrongDistribution {
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
        WrongOutput::MissingOutput { .. } | WrongOutput::NanInPadding { .. } | WrongOutput::SingleOnly { .. } => None,
    }
}

fn of_impure(found: &Impure) -> Option<Evidence> {
    match found {
        Impure::NotDeterministic { output, mismatch } => {
            Some(of(None, Some(output), seen(mismatch, Relation::Repeated)))
        }
        Impure::OrderDependent { output, mismatch } => {
            Some(of(None, Some(output), seen(mismatch, Relation::AfterOthers)))
        }
        Impure::ArgumentModified { .. } | Impure::GradientSwitchedOff { .. } => None,
    }
}

/// Where in the submission a finding points, if anywhere.
pub(crate) fn place(finding: &Finding) -> Option<Location> {
    match finding {
        Finding::BeforeRun(BeforeRun::DidNotCompile(error)) => Some(Location {
            file: clean(&error.file),
            line: error.line,
        }),
        Finding::BeforeRun(BeforeRun::Forbidden { file, line, .. }) => Some(Location {
            file: clean(file),
            line: Some(*line),
        }),
        Finding::CallFailed(CallFailed::Panicked {
            message: _,
            location: text,
        })
        | Finding::WrongOutput(WrongOutput::SingleOnly {
            how: OnlyInF32::Panic {
                message: _,
                location: text,
            },
            ..
        }) => location(text.as_deref()?),
        Finding::PropertyFailed(Violation::Call(inner)) => place(inner),
        Finding::FailsAsPart { finding, .. } => place(finding.as_deref()?),
        Finding::BeforeRun(_)
        | Finding::CallFailed(_)
        | Finding::WrongOutput(_)
        | Finding::PropertyFailed(_)
        | Finding::Impure(_)
        | Finding::BelowBar { .. } => None,
    }
}

/// A counterexample for the model.
pub(crate) fn counterexample(found: &findings::Counterexample) -> Counterexample {
    Counterexample {
        summary: words::input(found),
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
        Violation::Unequal { mismatch, .. } | Violation::Gradient { mismatch, .. } => {
            Some(of(None, None, seen(mismatch, Relation::Asked)))
        }
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
    let slice = |slice: &window::Slice| Slice {
        at: slice.at.clone(),
        expected: rows(&slice.expected),
        actual: rows(&slice.actual),
    };
    Window {
        at: window.at.clone(),
        first_row: window.first_row,
        first_column: window.first_column,
        allowed: window.allowed,
        relation,
        expected: rows(&window.expected),
        actual: rows(&window.actual),
        differing: window.differing.clone(),
        others: window.others.iter().map(slice).collect(),
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
