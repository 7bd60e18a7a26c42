//! What a golden case says of a wrong answer beside its values: its dtype, its self loops, the nucleus it left.

use wire::{DType, Tensor, Tensors};

use crate::checks::golden::judge_outputs;
use crate::compare::Mismatch;
use crate::compare::pattern::Pattern;
use crate::contract::arguments::arguments;
use crate::contract::call::{distribution_name, draws};
use crate::contract::random::{floats, integers};
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::{Finding, WrongOutput};
use crate::fixtures::case::StoredCase;

static TASK: Task = Task {
    id: "small",
    ..Task::BLANK
};

const fn case(expect: Expect) -> Case {
    Case {
        name: "case",
        portion: "all",
        arguments: |_| Tensors::new(),
        expect,
    }
}

fn judged(expect: Expect, stored: &StoredCase, outputs: &Tensors) -> Finding {
    let tolerances = Tolerances::default();
    let found = judge_outputs(&TASK, &case(expect), stored, &tolerances, DType::F64, outputs);
    found.expect("the answer is wrong")
}

fn patterns(finding: Finding) -> Vec<Pattern> {
    match finding {
        Finding::WrongOutput(WrongOutput::Wrong { patterns, .. }) => patterns,
        other => panic!("{other:?} has no patterns"),
    }
}

/// Values that are the same from both ends.
fn mirrored() -> Tensor {
    floats(&[6], vec![0.125, 0.75, 0.375, 0.375, 0.75, 0.125]).to_float(DType::F64)
}

#[test]
fn where_only_the_dtype_is_wrong_no_pattern_of_the_values_is_told() {
    let stored = StoredCase {
        inputs: Tensors::new(),
        expected: arguments([("y", mirrored())]),
    };
    let found = judged(
        Expect::Outputs,
        &stored,
        &arguments([("y", mirrored().to_float(DType::F32))]),
    );
    let is_dtype = matches!(
        &found,
        Finding::WrongOutput(WrongOutput::Wrong {
            mismatch: Mismatch::DType { .. },
            ..
        })
    );
    assert!(is_dtype, "{found:?}");
    assert!(patterns(found).is_empty());
    // Values that are wrong as well have theirs.
    let negative = floats(&[6], vec![-0.125, -0.75, -0.375, -0.375, -0.75, -0.125]);
    let found = judged(Expect::Outputs, &stored, &arguments([("y", negative)]));
    assert_eq!(patterns(found), [Pattern::SignFlipped]);
}

#[test]
fn a_missing_self_loop_is_told_beside_whichever_output_is_wrong_first() {
    let outputs = |edges: Tensor, weights: Tensor| arguments([("edge_index", edges), ("attention", weights)]);
    let stored = StoredCase {
        inputs: Tensors::new(),
        expected: outputs(
            integers(&[2, 3], vec![0, 1, 0, 0, 1, 1]),
            floats(&[3], vec![1.0, 0.5, 0.5]).to_float(DType::F64),
        ),
    };
    let given = outputs(
        integers(&[2, 2], vec![0, 0, 0, 1]),
        floats(&[2], vec![1.0, 1.0]).to_float(DType::F64),
    );
    let found = patterns(judged(Expect::Outputs, &stored, &given));
    assert_eq!(found.first(), Some(&Pattern::NoSelfLoop { nodes: vec![1] }));
}

#[test]
fn a_token_outside_the_nucleus_comes_with_the_nucleus() {
    const DRAWN: Expect = Expect::Draws {
        tiled: "logits",
        output: "token",
        probabilities: |_| unreachable!("the distribution is stored"),
    };
    let mut tokens = vec![0; draws(DType::F64)];
    tokens[7] = 1;
    let outputs = arguments([("token", integers(&[tokens.len()], tokens))]);
    for (p, mass) in [(0.9, Some(0.9)), (1.0, None)] {
        let distribution = floats(&[1, 3], vec![0.75, 0.0, 0.25]);
        let stored = StoredCase {
            inputs: arguments([("p", Tensor::real(p))]),
            expected: Tensors::from([(distribution_name("token"), distribution)]),
        };
        let expected = Finding::WrongOutput(WrongOutput::OutsideSupport {
            case: "case".to_owned(),
            token: 1,
            count: 1,
            possible: vec![0, 2],
            mass,
        });
        assert_eq!(judged(DRAWN, &stored, &outputs), expected);
    }
}
