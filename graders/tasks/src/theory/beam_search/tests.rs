//! Right and wrong searches in plain Rust: what the cases and properties of `beam_search` accept and reject.

use judge::contract::Expect;
use judge::contract::answer::Answer;
use judge::contract::arguments::arguments;
use judge::contract::call::arguments_in;
use judge::contract::random::{Random, integers};
use judge::contract::subject::Call;
use judge::findings::{Finding, WrongOutput};
use judge::fixtures::INPUT_SEED;
use wire::{DType, Outcome, Tensor, Tensors};

use super::inputs::{ID, random_tree};
use super::oracle::{Run, Scored, Tree};
use super::{TASK, asked};
use crate::testing::{failed_properties, trivial_cases};

fn outputs(found: &Scored, calls: usize, dtype: DType) -> Tensors {
    arguments([
        ("tokens", integers(&[found.tokens.len()], found.tokens.clone())),
        ("score", Tensor::real(found.score).to_float(dtype)),
        ("calls", Tensor::integer(calls as i64)),
    ])
}

/// A search as a function of the task.
fn searching(search: fn(&Tree, usize) -> Run) -> impl Fn(&Call) -> Result<Tensors, Outcome> {
    move |call| {
        let (tree, width, dtype) = asked(&call.arguments);
        let run = search(&tree, width);
        Ok(outputs(&run.best, run.calls, dtype))
    }
}

/// The golden cases whose verdict on a search is not that it holds.
fn failed_cases(dtype: DType, search: fn(&Tree, usize) -> Run) -> Vec<(&'static str, Finding)> {
    let mut failed = Vec::new();
    for case in TASK.cases {
        let stored = (case.arguments)(&mut Random::new(INPUT_SEED, &format!("{ID}/{}", case.name)));
        let inputs = arguments_in(dtype, &stored);
        let given = searching(search)(&Call::new(ID, inputs.clone())).expect("a search answers");
        let Expect::Verified(verify) = case.expect else {
            panic!("{} is compared", case.name);
        };
        if let Err(finding) = verify(&Answer::new(case.name, &inputs, &given)) {
            failed.push((case.name, finding));
        }
    }
    failed
}

fn right(tree: &Tree, width: usize) -> Run {
    tree.search(width, true)
}

fn never_stopping(tree: &Tree, width: usize) -> Run {
    tree.search(width, false)
}

#[test]
fn the_right_search_meets_all_cases_and_properties() {
    for dtype in [DType::F64, DType::F32] {
        assert_eq!(failed_cases(dtype, right), Vec::new());
    }
    assert_eq!(failed_properties(&TASK, searching(right)), Vec::<&str>::new());
    assert_eq!(trivial_cases(&TASK, searching(right)), Vec::<&str>::new());
}

#[test]
fn a_search_that_never_stops_is_told_so_and_loses_the_early_stop_only() {
    let failed = failed_cases(DType::F64, never_stopping);
    let names: Vec<&str> = failed.iter().map(|(name, _)| *name).collect();
    let expected = [
        "stops_after_the_second_complete",
        "stops_at_once",
        "stops_where_it_is_equal",
    ];
    assert_eq!(names, expected);
    for (name, finding) in failed {
        let Finding::WrongOutput(WrongOutput::Misbehaves { behaviour, .. }) = finding else {
            panic!("{name}: {finding:?}");
        };
        let said = behaviour.said.as_deref().unwrap_or_default();
        assert!(
            said.starts_with("called the model ") && said.contains("with the early stop "),
            "{behaviour:?}"
        );
    }
    assert_eq!(failed_properties(&TASK, searching(never_stopping)), ["stops-early"]);
}

#[test]
fn a_narrower_beam_is_found_out() {
    let greedy = |tree: &Tree, _| tree.search(1, true);
    let names: Vec<&str> = failed_cases(DType::F64, greedy).iter().map(|(name, _)| *name).collect();
    assert!(
        names.contains(&"width_2") && names.contains(&"covers_everything"),
        "{names:?}"
    );
    let broken = failed_properties(&TASK, searching(greedy));
    assert!(broken.contains(&"covers-everything"), "{broken:?}");
    assert!(broken.contains(&"stop-rule-keeps-the-best"), "{broken:?}");
}

#[test]
fn a_search_that_prefers_the_larger_of_equal_tokens_fails_the_property_about_ties_only() {
    let larger = |tree: &Tree, width| {
        let mut tree = tree.clone();
        for (place, value) in tree.table.iter_mut().enumerate() {
            *value += 1e-12 * (place % tree.vocabulary) as f64;
        }
        tree.search(width, true)
    };
    assert_eq!(failed_cases(DType::F64, larger), Vec::new());
    assert_eq!(failed_properties(&TASK, searching(larger)), ["ties"]);
}

#[test]
fn the_table_shows_the_students_questions_beside_those_of_a_correct_search() {
    let tree = Tree {
        table: vec![-1.0; 3 * 13],
        vocabulary: 3,
        end: 2,
        max_length: 3,
    };
    let asked = [vec![], vec![0], vec![1], vec![1, 0]];
    let table = |asked: Option<&[Vec<i64>]>| {
        let steps = right(&tree, 2).steps(asked);
        let lines = std::iter::once(&steps.columns).chain(&steps.rows);
        lines.map(|cells| cells.join(" | ")).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(table(Some(&asked)), @r"
    step | your search asks about | a correct search asks about | its best complete
    1 | [] | [] 0 | none
    2 | [0], [1] | [0] -1, [1] -1 | none
    3 | [1 0] | [0 0] -2, [0 1] -2 | [0 0 0] -3
    ");
    insta::assert_snapshot!(table(None), @r"
    step | a correct search asks about | its best complete
    1 | [] 0 | none
    2 | [0] -1, [1] -1 | none
    3 | [0 0] -2, [0 1] -2 | [0 0 0] -3
    ");
    let many: Vec<Vec<i64>> = (0..9).map(|token| vec![token]).collect();
    assert!(table(Some(&many)).contains("[3] and 5 more"));
}

#[test]
fn the_stopping_rule_never_changes_the_best_score() {
    let mut random = Random::new(1, "trees");
    let mut saved = 0;
    for number in 0..400 {
        let tree = random_tree(&mut random, 2 + number % 3, 1 + number % 5);
        for width in 1..=4 {
            let (stopped, full) = (right(&tree, width), never_stopping(&tree, width));
            assert_eq!(stopped.best, full.best);
            saved += full.calls - stopped.calls;
        }
        let wide = tree.vocabulary.pow(tree.max_length as u32);
        assert_eq!(right(&tree, wide).best, tree.exhaustive());
    }
    assert!(saved > 0, "on some trees the rule saves calls");
}

#[test]
fn only_whole_sequences_have_a_score() {
    let tree = Tree {
        table: vec![-1.0; 3 * 13],
        vocabulary: 3,
        end: 0,
        max_length: 3,
    };
    assert_eq!(tree.score(&[1, 0]), Some(-2.0));
    assert_eq!(tree.score(&[1, 2, 2]), Some(-3.0));
    for tokens in [&[][..], &[1], &[0, 0], &[1, 3], &[1, 2, 2, 0], &[-1, 0]] {
        assert_eq!(tree.score(tokens), None, "{tokens:?}");
    }
}
