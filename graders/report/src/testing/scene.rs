//! A small assignment, and a class of judgements on it.

use std::collections::BTreeMap;

use judge::compare::window::Window;
use judge::compare::{Difference, Mismatch, Worst};
use judge::contract::Task;
use judge::contract::limits::Limits;
use judge::findings::verdict::Verdict;
use judge::findings::{Counterexample, Finding, RecordedArgument, RecordedCall, Violation};
use judge::grading::assignment::{Assignment, Deductions, Entry, Gradescope, Hints, Trains, Visibility};
use judge::grading::judgement::{Check, Ending, Kind, Skip, TaskJudgement};
use judge::grading::judgement::{Loss, Portion};

use crate::build::Context;
use crate::model::{Source, TaskReport};

/// An assignment over these tasks; every portion is worth its share of two points.
pub(crate) fn assignment(tasks: &[(&str, &[&str])], visibility: Visibility) -> Assignment {
    let entry = |(id, portions): &(&str, &[&str])| Entry {
        id: (*id).to_owned(),
        heading: String::new(),
        item: "2.2 (a)".to_owned(),
        visibility,
        withheld: false,
        portions: portions
            .iter()
            .map(|name| ((*name).to_owned(), 2.0 / portions.len() as f64))
            .collect(),
    };
    Assignment {
        id: "small".to_owned(),
        title: "A Small Assignment".to_owned(),
        seed: 7,
        property_cases: 8,
        training: Trains::Asked,
        gradescope: Gradescope::default(),
        late: None,
        hints: Hints::Named,
        limits: Limits {
            cpu_seconds: 5.0,
            memory_mib: 4096,
            timeouts_per_task: 3,
            compile_seconds: Limits::COMPILE_SECONDS,
        },
        deductions: Deductions {
            property: 0.25,
            purity: 0.1,
            precision: 0.1,
        },
        headings: Vec::new(),
        tasks: tasks.iter().map(entry).collect(),
        manual: Vec::new(),
    }
}

/// A submission whose functions have not been looked for.
static NO_FUNCTIONS: BTreeMap<&str, Source> = BTreeMap::new();

/// No task is taken over.
static NONE_STANDING: BTreeMap<&str, TaskReport> = BTreeMap::new();

/// A context without times.
pub(crate) fn context<'a>(tasks: &'a [&'a Task], sandbox: &'a [String]) -> Context<'a> {
    Context {
        standing: &NONE_STANDING,
        grader_version: "0.1.0",
        submission: "./student",
        submission_sha256: "5ab1",
        fixtures_sha256: "f1c5",
        seed: 7,
        fresh_seed: 11,
        libtorch: "2.11.0",
        device: "cpu",
        dtypes: &["f64", "f32"],
        sandbox,
        notes: &[],
        tasks,
        functions: &NO_FUNCTIONS,
        min_score: None,
        times: None,
    }
}

/// A judgement; its verdict and points are given, since the judge's arithmetic is not under test.
pub(crate) fn judgement(
    task: &'static str,
    verdict: Verdict,
    portions: &[(&str, bool)],
    checks: Vec<Check>,
) -> TaskJudgement {
    let share = 2.0 / portions.len() as f64;
    let portion = |&(name, earned): &(&str, bool)| Portion {
        name: name.to_owned(),
        points: share,
        checks: vec![format!("golden-f64/{name}")],
        earned,
        lost: if earned { Vec::new() } else { vec![Loss::Golden] },
        not_run: false,
    };
    TaskJudgement {
        task,
        verdict,
        points: portions.iter().filter(|(_, earned)| *earned).map(|_| share).sum(),
        max_points: 2.0,
        training_points: 0.0,
        portions: portions.iter().map(portion).collect(),
        checks,
        mistake_matches: Vec::new(),
        substituted: Vec::new(),
        unanswered: Vec::new(),
        gone_round: Vec::new(),
        blames: Vec::new(),
        fault: None,
    }
}

/// A check with its ending.
fn check(name: &str, kind: Kind, ending: Ending) -> Check {
    Check::new(name, kind, statement(name), ending)
}

fn statement(name: &str) -> &'static str {
    match name {
        "causality" => "the output at a position depends on no later token",
        "rows-sum-to-one" => "the weights of a query sum to one",
        "deterministic" => "two calls with equal arguments and equal generator seed give equal outputs",
        "precision" => "f64 outputs are as exact as f64 can be",
        "long-sequences" => "a sequence longer than block_size is an error",
        "isolated" => "an isolated node keeps its own features",
        "rows" => "row i holds the in-degree of node i",
        _ => "the golden cases hold",
    }
}

/// It holds.
pub(crate) fn passed(name: &str, kind: Kind) -> Check {
    check(name, kind, Ending::Passed)
}

/// It was not tried.
pub(crate) fn skipped(name: &str, kind: Kind, skip: Skip) -> Check {
    check(name, kind, Ending::Skipped(skip))
}

/// It does not hold; properties come with a counterexample.
pub(crate) fn failed(name: &str, kind: Kind, finding: Finding) -> Check {
    let counterexample = (kind == Kind::Property).then(counterexample);
    check(
        name,
        kind,
        Ending::Failed {
            finding,
            counterexample,
        },
    )
}

/// A counterexample of three tokens.
pub(crate) fn counterexample() -> Counterexample {
    let sizes = |sizes: &[(&str, i64)]| sizes.iter().map(|&(name, value)| (name.to_owned(), value)).collect();
    let argument = RecordedArgument {
        name: "input".to_owned(),
        dtype: "f64".to_owned(),
        shape: vec![1, 3, 1],
        values: ["0.5", "NaN", "-1"].map(str::to_owned).to_vec(),
    };
    Counterexample {
        kind: String::new(),
        sizes: sizes(&[("T", 3), ("heads", 1)]),
        found_at: sizes(&[("T", 11), ("heads", 3)]),
        seed: 40_507,
        calls: vec![RecordedCall {
            task: "causal_self_attention".to_owned(),
            arguments: vec![argument],
        }],
    }
}

/// How values differ.
pub(crate) fn at(
    shape: &[usize],
    differing: usize,
    index: &[usize],
    expected: &str,
    actual: &str,
    error: f64,
) -> Difference {
    Difference {
        shape: shape.to_vec(),
        differing,
        worst: Worst {
            index: index.to_vec(),
            expected: expected.to_owned(),
            actual: actual.to_owned(),
        },
        error,
        tolerance: 1e-10,
        window: window(shape, index, expected, actual).map(Box::new),
    }
}

/// Small numbers everywhere but at one place.
fn window(shape: &[usize], index: &[usize], expected: &str, actual: &str) -> Option<Window> {
    let place = index.iter().zip(shape).fold(0, |place, (at, size)| place * size + at);
    let values = |special: &str| -> Vec<f64> {
        let mut values: Vec<f64> = (0..shape.iter().product())
            .map(|at: usize| (at % 5) as f64 / 8.0 - 0.25)
            .collect();
        values[place] = special.parse().unwrap_or(f64::NAN);
        values
    };
    Window::around(index, shape, &values(expected), &values(actual), 1e-10)
}

/// Values that differ.
pub(crate) fn values(
    shape: &[usize],
    differing: usize,
    index: &[usize],
    expected: &str,
    actual: &str,
    error: f64,
) -> Mismatch {
    Mismatch::Values(at(shape, differing, index, expected, actual, error))
}

/// A leak of the future.
pub(crate) fn changed() -> Finding {
    Finding::PropertyFailed(Violation::Changed {
        cause: "changing token 2".to_owned(),
        what: "the output at positions before it".to_owned(),
        mismatch: values(&[1, 3, 4], 3, &[0, 1, 3], "0.4183", "0.512", 0.21),
    })
}

/// A call of a property that failed in a way of its own.
pub(crate) fn call_of(finding: Finding) -> Finding {
    Finding::PropertyFailed(Violation::Call(Box::new(finding)))
}
