//! One submission with something of everything.

use judge::compare::pattern::{Part, Pattern, Region};
use judge::diagnosis::MistakeMatch;
use judge::diagnosis::area::Area;
use judge::findings::verdict::Verdict;
use judge::findings::{BeforeRun, CallFailed, CompileError, Finding, Impure, WrongOutput};
use judge::grading::assignment::{Assignment, Manual, Visibility};
use judge::grading::judgement::{Check, Kind, Skip, TaskJudgement};
use judge::reproduction::{Claim, Reproduction, Step};
use wire::{Data, Tensor, Tensors};

use super::scene::{assignment, call_of, changed, context, failed, judgement, passed, skipped, values};
use crate::build::{Context, build};
use crate::model::{Report, Stage, Times};

/// The report on it.
pub(crate) fn mixed_report() -> Report {
    let (assignment, judgements) = mixed();
    let sandbox = ["landlock 7".to_owned(), "seccomp".to_owned()];
    let notes = ["`Cargo.toml` is not used: the grader has its own".to_owned()];
    let times = Times {
        total: 1.4,
        stages: vec![Stage {
            name: "build".to_owned(),
            seconds: 0.6,
        }],
        taken_over: None,
    };
    let context = Context {
        sandbox: &sandbox,
        notes: &notes,
        times: Some(times),
        ..mixed_context()
    };
    build(&context, &judgements, &assignment)
}

/// A context with the tasks that exist.
pub(crate) fn mixed_context() -> Context<'static> {
    context(tasks::ALL, &[])
}

/// The assignment and the judgements on it.
pub(crate) fn mixed() -> (Assignment, Vec<TaskJudgement>) {
    let mut assignment = assignment(
        &[
            ("scaled_dot_product_attention", &["all"]),
            ("causal_self_attention", &["one_head", "several_heads", "rotation"]),
            ("rms_norm", &["all"]),
            ("rotary_embedding", &["all"]),
            ("greedy", &["all"]),
            ("nucleus", &["all"]),
            ("adjacency_matrix", &["all"]),
            ("degree_matrix", &["all"]),
            ("graph_attention", &["all"]),
        ],
        Visibility::Public,
    );
    assignment.manual = vec![
        by_hand("2.1", "Meaning of query, key and value", 4.0),
        by_hand("2.9", "Paper review", 6.0),
    ];
    let judgements = vec![
        judgement(
            "rms_norm",
            Verdict::Passed,
            &[("all", true)],
            vec![passed("golden-f64/all", Kind::Golden)],
        ),
        scaled_dot_product(),
        attention(),
        judgement(
            "rotary_embedding",
            Verdict::NotAttempted,
            &[("all", false)],
            vec![failed(
                "golden-f64/all",
                Kind::Golden,
                Finding::BeforeRun(BeforeRun::NotAttempted),
            )],
        ),
        broken_file("greedy"),
        broken_file("nucleus"),
        faulted("adjacency_matrix"),
        replaced("degree_matrix"),
        endless("graph_attention"),
    ];
    (assignment, judgements)
}

fn by_hand(item: &str, title: &str, points: f64) -> Manual {
    Manual {
        heading: String::new(),
        bonus: false,
        item: item.to_owned(),
        title: title.to_owned(),
        points,
    }
}

fn scaled_dot_product() -> TaskJudgement {
    let checks = vec![
        passed("golden-f64/all", Kind::Golden),
        passed("golden-f32/all", Kind::Single),
        failed(
            "deterministic",
            Kind::Purity,
            Finding::Impure(Impure::NotDeterministic {
                output: "weights".to_owned(),
                mismatch: values(&[2, 3, 3], 9, &[1, 0, 2], "0.25", "0.31", 0.06),
            }),
        ),
        passed("rows-sum-to-one", Kind::Property),
    ];
    TaskJudgement {
        points: 1.8,
        ..judgement("scaled_dot_product_attention", Verdict::Wrong, &[("all", true)], checks)
    }
}

fn attention() -> TaskJudgement {
    let golden = |name: &str, differing: usize, case: &str| {
        let finding = Finding::WrongOutput(WrongOutput::Wrong {
            case: case.to_owned(),
            output: "output".to_owned(),
            mismatch: values(&[2, 6, 6], differing, &[0, 2, 3], "0.4183", "0.512", 0.21),
            patterns: vec![Pattern::Only { region: later_rows() }],
        });
        failed(name, Kind::Golden, finding)
    };
    let checks = vec![
        passed("golden-f64/one_head", Kind::Golden),
        golden("golden-f64/several_heads", 14, "three_heads"),
        golden("golden-f64/rotation", 60, "rotated"),
        reproduced(failed("causality", Kind::Property, changed())),
        failed(
            "long-sequences",
            Kind::Property,
            call_of(Finding::CallFailed(CallFailed::AcceptedInvalid {
                input: "a sequence longer than block_size".to_owned(),
            })),
        ),
    ];
    let portions = [("one_head", true), ("several_heads", false), ("rotation", false)];
    TaskJudgement {
        points: 0.67,
        mistake_matches: vec![heads_merged_twice()],
        ..judgement("causal_self_attention", Verdict::Wrong, &portions, checks)
    }
}

/// The check with what shows it, which is another function's call here, since that one is short.
fn reproduced(check: Check) -> Check {
    let shape = vec![1, 2];
    let input = Tensor::new(shape, Data::F64(vec![0.5, -1.25])).expect("two values");
    let arguments = [("input".to_owned(), input), ("heads".to_owned(), Tensor::integer(2))];
    let step = Step {
        task: "split_heads",
        arguments: arguments.into(),
        tiled: None,
        seed: 0,
        gradient: None,
        outputs: Tensors::new(),
    };
    let claim = Claim::Shape {
        output: "output".to_owned(),
        expected: vec![1, 2, 1, 1],
    };
    Check {
        reproduction: Some(Reproduction {
            calls: vec![step],
            claim,
        }),
        ..check
    }
}

fn later_rows() -> Region {
    Region::Axis {
        axis: 1,
        rank: 3,
        part: Part::From(1),
    }
}

/// A mistake that is recognised.
pub(crate) fn heads_merged_twice() -> MistakeMatch {
    MistakeMatch {
        name: "attention-heads-merged-twice".to_owned(),
        beside_another: false,
        mistake: "heads merged twice".to_owned(),
        explanation: "Merges the heads and then transposes and merges once more.".to_owned(),
        area: Some(Area::Heads),
        cases: vec!["three_heads".to_owned(), "rotated".to_owned()],
    }
}

fn broken_file(task: &'static str) -> TaskJudgement {
    let error = CompileError {
        file: "sampling.rs".to_owned(),
        line: Some(41),
        code: Some("E0308".to_owned()),
        message: "mismatched types: expected `Tensor`, found `()`".to_owned(),
        rendered: "error[E0308]: mismatched types\n  --> sampling.rs:41:5\n   |\n41 |     logits;\n".to_owned(),
        expected: None,
        breaks: None,
    };
    let checks = vec![failed(
        "build",
        Kind::Golden,
        Finding::BeforeRun(BeforeRun::DidNotCompile(error)),
    )];
    judgement(task, Verdict::DidNotCompile, &[("all", false)], checks)
}

fn faulted(task: &'static str) -> TaskJudgement {
    TaskJudgement {
        fault: Some("the reference's worker ended: no space left on device".to_owned()),
        ..judgement(task, Verdict::JudgeFault, &[("all", false)], Vec::new())
    }
}

fn replaced(task: &'static str) -> TaskJudgement {
    let checks = vec![
        passed("golden-f64/all", Kind::Golden),
        passed("golden-f32/all", Kind::Single),
        skipped(
            "rows",
            Kind::Property,
            Skip::DependsOn(vec!["adjacency_matrix".to_owned()]),
        ),
    ];
    TaskJudgement {
        substituted: vec!["adjacency_matrix".to_owned()],
        ..judgement(task, Verdict::Passed, &[("all", true)], checks)
    }
}

fn endless(task: &'static str) -> TaskJudgement {
    let slow = || {
        Finding::CallFailed(CallFailed::TimedOut {
            cpu: 5.02,
            wall: 5.31,
            by_cpu: true,
        })
    };
    let checks = vec![
        failed("golden-f64/all", Kind::Golden, slow()),
        failed("golden-f32/all", Kind::Single, slow()),
        failed("deterministic", Kind::Purity, slow()),
        skipped("isolated", Kind::Property, Skip::TimeUsedUp),
    ];
    judgement(task, Verdict::TimedOut, &[("all", false)], checks)
}
