use judge::contract::subject::Gradient;
use judge::reproduction::{Element, Place, Quantity, Relation, Sum};
use wire::{Data, Tensor, Tensors};

use super::*;

fn floats(shape: &[usize], values: &[f64]) -> Tensor {
    Tensor::new(shape.to_vec(), Data::F64(values.to_vec())).expect("as many values as the shape says")
}

fn step(arguments: &[(&str, Tensor)]) -> Step {
    let arguments = arguments
        .iter()
        .map(|(name, tensor)| ((*name).to_owned(), tensor.clone()));
    Step {
        task: "rms_norm",
        arguments: arguments.collect(),
        tiled: None,
        seed: 0,
        gradient: None,
        outputs: Tensors::from([("output".to_owned(), floats(&[2, 2], &[0.0; 4]))]),
    }
}

fn norm(input: &[f64]) -> Step {
    step(&[
        ("input", floats(&[2, 2], input)),
        ("weight", floats(&[2], &[1.0, 1.0])),
        ("epsilon", Tensor::real(1e-5)),
    ])
}

fn written(calls: Vec<Step>, claim: Claim) -> String {
    let reproduction = Reproduction { calls, claim };
    let snippet = snippet("rms_norm", "scale", "a rule", &reproduction);
    snippet.expect("the task is known").expect("the input is small")
}

#[test]
fn the_command_is_one_line_however_long_it_is() {
    let reproduction = Reproduction {
        calls: vec![norm(&[1.0, 2.0, 3.0, 4.0])],
        claim: equal(floats(&[2, 2], &[0.0; 4]), &[0, 0]),
    };
    let check = "a-rule-".repeat(15);
    let text = snippet("rms_norm", &check, "a rule", &reproduction);
    let text = text.expect("the task is known").expect("the input is small");
    let name = format!("rms_norm_{}", check.replace('-', "_"));
    assert!(text.contains(&format!("\n// cargo test --test {name}\n")), "{text}");
    assert!(text.contains(&format!("\nfn {name}() {{\n")), "{text}");
}

fn equal(expected: Tensor, worst: &[usize]) -> Claim {
    Claim::Equals {
        quantity: Quantity::Output("output".to_owned()),
        expected,
        tolerance: 1e-10,
        worst: worst.to_vec(),
    }
}

fn at(call: usize, position: usize) -> Sum {
    let quantity = Quantity::Output("output".to_owned());
    let place = Place {
        call,
        quantity,
        position,
    };
    Sum {
        terms: vec![(place, 1.0)],
        constant: 0.0,
    }
}

fn related(positions: &[usize]) -> Claim {
    let element = |&position: &usize| Element {
        actual: at(1, position),
        expected: at(0, position),
    };
    Claim::Related(Relation {
        shape: vec![positions.len()],
        elements: positions.iter().map(element).collect(),
        worst: 0,
        allowed: 1e-9,
    })
}

#[test]
fn a_golden_case_is_a_call_and_what_it_has_to_give() {
    let expected = floats(&[2, 2], &[0.6, 1.2, -0.1, f64::NAN]);
    insta::assert_snapshot!(written(vec![norm(&[1.0, 2.0, 0.1, 4.0])], equal(expected, &[0, 1])));
}

#[test]
fn calls_that_are_related_share_their_arguments() {
    let calls = vec![norm(&[1.0, 2.0, 3.0, 4.0]), norm(&[1.0, 2.0, 5.0, 6.0])];
    insta::assert_snapshot!(written(calls, related(&[0, 1])));
}

#[test]
fn values_that_fill_no_box_are_compared_where_they_are_furthest_apart() {
    let calls = vec![norm(&[1.0, 2.0, 3.0, 4.0]), norm(&[1.0, 2.0, 5.0, 6.0])];
    let text = written(calls, related(&[3, 0]));
    assert!(text.contains("let value = output_2.double_value(&[1, 1]);"), "{text}");
    assert!(text.contains("let asked = output_1.double_value(&[1, 1]);"), "{text}");
}

#[test]
fn a_gradient_is_taken_by_the_arguments_that_were_differentiated() {
    let gradient = Gradient {
        by: vec!["input".to_owned()],
        cotangents: Tensors::from([("output".to_owned(), floats(&[2, 2], &[1.0, 0.0, 0.0, 0.0]))]),
    };
    let call = Step {
        gradient: Some(gradient),
        ..norm(&[1.0, 2.0, 3.0, 4.0])
    };
    let claim = Claim::Equals {
        quantity: Quantity::Gradient("input".to_owned()),
        expected: floats(&[2, 2], &[0.5, -0.25, 0.0, 0.0]),
        tolerance: 1e-6,
        worst: vec![0, 0],
    };
    insta::assert_snapshot!(written(vec![call], claim));
}

#[test]
fn of_a_large_output_only_the_worst_value_is_written() {
    let expected = floats(&[10, 10], &[0.25; 100]);
    let text = written(vec![norm(&[1.0, 2.0, 3.0, 4.0])], equal(expected, &[3, 4]));
    assert!(text.contains("let value = output.double_value(&[3, 4]);"), "{text}");
    assert!(!text.contains("let expected"), "{text}");
}

#[test]
fn an_input_that_is_too_large_to_be_read_has_no_snippet_and_the_report_says_so() {
    let call = step(&[
        ("input", floats(&[100, 100], &vec![0.123_456_789; 10_000])),
        ("weight", floats(&[100], &[1.0; 100])),
        ("epsilon", Tensor::real(1e-5)),
    ]);
    let reproduction = Reproduction {
        calls: vec![call],
        claim: Claim::Returns,
    };
    let found = snippet("rms_norm", "scale", "a rule", &reproduction);
    assert_eq!(found, Some(Err(words::SNIPPET_TOO_LONG)));
}

/// A call of a task with arguments that are enough to find out whether it has a signature.
fn any_call(task: &judge::contract::Task) -> Step {
    let mut arguments = Tensors::from([("matrix".to_owned(), Tensor::integer(0))]);
    arguments.insert("weight".to_owned(), floats(&[1], &[1.0]));
    Step {
        task: task.id,
        arguments,
        ..norm(&[1.0; 4])
    }
}

/// A task that is added has a signature here, or is in the list of those that cannot have one.
#[test]
fn the_tasks_that_no_snippet_can_call_are_known() {
    let unknown: Vec<&str> = tasks::ALL
        .iter()
        .filter(|task| signatures::of(&any_call(task)).is_none())
        .map(|task| task.id)
        .collect();
    insta::assert_snapshot!(unknown.join(" "), @"border_experiment train_gpt train_graph and_neuron or_neuron xor_neuron xor_network lstm_parity");
}

#[test]
fn a_snippet_imports_a_function_of_its_task_from_the_tasks_file() {
    for task in tasks::ALL {
        let Some(signature) = signatures::of(&any_call(task)) else {
            continue;
        };
        let module = task.file.trim_end_matches(".rs");
        let is_its = |used: &&str| {
            let function = used.strip_prefix(module).and_then(|rest| rest.strip_prefix("::"));
            function.is_some_and(|function| task.functions.contains(&function))
        };
        assert!(
            signature.uses.iter().any(is_its),
            "graders/report/src/snippet/signatures: that of `{}` imports none of {:?} from `{module}`",
            task.id,
            task.functions
        );
    }
}
