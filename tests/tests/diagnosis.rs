//! Mistakes that are recognised: written by hand and in other words than the corpus's, and told as the assignment allows.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use judge::contract::Task;
use judge::diagnosis::behaviour::{Behaviours, Measure};
use judge::diagnosis::fingerprint::Fingerprint;
use judge::diagnosis::{are_alike, mistake_matches};
use judge::fixtures::Fixtures;
use serde_json::Value;
use tests::{Submission, course};

const ATTENTION: &str = "src/attention.rs";

/// Merges the heads as it should, and then takes the heads for positions once more.
const HEADS_MERGED_TWICE: &str = r#"    let (batch, length, width) = input.size3().map_err(|error| InvalidInput::new(error.to_string()))?;
    if config.block_size < length {
        return Err(InvalidInput::new("too long"));
    }
    let all = input.matmul(&weights.c_attn_weight.transpose(0, 1)) + &weights.c_attn_bias;
    let chunks = all.chunk(3, 2);
    let head = |part: usize| parts::split_heads(&chunks[part], config.heads);
    let (query, key) = match config.rotary {
        true => parts::rotary_embedding(&head(0), &head(1), 0),
        false => (head(0), head(1)),
    };
    let mask = parts::causal_mask(length, input.device());
    let (_, attention) = parts::scaled_dot_product_attention(&query, &key, &head(2), Some(&mask));
    let attention = attention.dropout(config.attention_dropout, train);
    let context = attention.matmul(&head(2)).permute([0, 2, 1, 3]).contiguous().view([batch, length, width]);
    let context = context.view([batch, config.heads, length, -1]).permute([0, 2, 1, 3]).flatten(2, 3);
    let output = context.matmul(&weights.c_proj_weight.tr()) + &weights.c_proj_bias;
    Ok(output.dropout(config.residual_dropout, train))"#;

/// Other writings of the corpus's mistakes: file, function, body, and what it must be called.
const REWRITTEN: &[(&str, &str, &str, &str)] = &[
    (
        ATTENTION,
        "causal_self_attention",
        HEADS_MERGED_TWICE,
        "heads merged twice",
    ),
    (
        ATTENTION,
        "scaled_dot_product_attention",
        r"    let scores = query.matmul(&key.transpose(-1, -2)) * (query.size()[query.dim() - 1] as f64).recip();
    let scores = match mask {
        Some(mask) => scores.where_self(mask, &scores.full_like(f64::NEG_INFINITY)),
        None => scores,
    };
    let exponentials = (&scores - scores.amax(-1, true)).exp();
    let weights = &exponentials / exponentials.sum_dim_intlist(-1, true, None);
    (weights.matmul(value), weights)",
        "scale without the root",
    ),
    (
        ATTENTION,
        "split_heads",
        r"    let size = input.size();
    input.contiguous().view([size[0], heads, size[1], size[2] / heads])",
        "view without transpose",
    ),
    (
        "src/normalization.rs",
        "rms_norm",
        r"    let width = input.size()[input.dim() - 1] as f64;
    let centred = input - input.sum_dim_intlist(-1, true, None) / width;
    let variance = (&centred * &centred).sum_dim_intlist(-1, true, None) / width;
    centred * (variance + epsilon).pow_tensor_scalar(-0.5) * weight",
        "mean subtracted first",
    ),
    (
        "src/rotary.rs",
        "rotary_embedding",
        r"    let turn = |input: &Tensor| {
        let (length, width) = (input.size()[input.dim() - 2], input.size()[input.dim() - 1]);
        let options = (input.kind(), input.device());
        let exponents = Tensor::arange(width / 2, options) * (-2.0 / width as f64);
        let frequencies = (exponents * 10_000_f64.ln()).exp();
        let angles = (Tensor::arange(length, options) + start as f64).outer(&frequencies);
        let halves = input.chunk(2, -1);
        let first = &halves[0] * angles.cos() - &halves[1] * angles.sin();
        let second = &halves[1] * angles.cos() + &halves[0] * angles.sin();
        Tensor::cat(&[first, second], -1)
    };
    (turn(query), turn(key))",
        "half-split layout",
    ),
    (
        "src/graph.rs",
        "degree_matrix",
        r"    let sources = edge_index.select(0, 0).to_device(device);
    let nodes = Tensor::arange(num_nodes, (Kind::Int64, device)).unsqueeze(1);
    nodes.eq_tensor(&sources).sum_dim_intlist(1, false, kind).diag(0)",
        "out-degree",
    ),
    (
        "src/graph_convolution.rs",
        "message",
        r"    let nodes = features.size()[0];
    let one = Tensor::ones([1], (features.kind(), features.device()));
    let places = [Some(edge_index.select(0, 1)), Some(edge_index.select(0, 0))];
    Tensor::zeros([nodes, nodes], (features.kind(), features.device()))
        .index_put(&places, &one, true)
        .matmul(features)",
        "sum instead of mean",
    ),
    (
        "src/graph_algebra.rs",
        "laplacian",
        r"    let degrees = parts::degree_matrix(edge_index, num_nodes, kind, device);
    (degrees - parts::adjacency_matrix(edge_index, num_nodes, kind, device)).neg()",
        "sign turned",
    ),
];

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    let tasks = report["tasks"].as_array().unwrap();
    tasks.iter().find(|task| task["id"] == id).unwrap()
}

/// What a task is said to look like.
fn names(report: &Value, id: &str) -> Vec<String> {
    let diagnosis = task(report, id)["diagnosis"].as_array().cloned().unwrap_or_default();
    let name = |found: Value| found["mistake"].as_str().map(str::to_owned);
    diagnosis.into_iter().filter_map(name).collect()
}

/// What a known mistake does, as it would be seen again.
fn behaviours(task: &Task, fingerprint: &Fingerprint) -> Behaviours {
    let of_case = |name: &str| (name.to_owned(), fingerprint.cases.get(name).cloned());
    task.cases.iter().map(|case| of_case(case.name)).collect()
}

/// Names without a mistake's own fingerprint are those that it shares: they are right only where no golden case tells the
/// two apart.
#[test]
fn the_stored_fingerprints_tell_mistakes_apart_or_say_that_no_case_does() {
    let fixtures = Fixtures::load(&tests::root().join("fixtures"), tasks::ALL).unwrap();
    let (mut all, mut exactly) = (0, 0);
    for task in tasks::ALL {
        let fingerprints = fixtures.fingerprints(task.id).unwrap();
        let measure = Measure {
            task,
            tolerances: &fixtures.tolerances,
        };
        for own in &fingerprints {
            let found = mistake_matches(&measure, &fingerprints, &behaviours(task, own));
            let names: Vec<&str> = found.iter().map(|mistake_match| mistake_match.name.as_str()).collect();
            assert!(
                names.contains(&own.name.as_str()),
                "{} has no name in {}",
                own.name,
                task.id
            );
            let others = fingerprints.iter().filter(|other| names.contains(&other.name.as_str()));
            for other in others {
                assert!(are_alike(&measure, own, other), "{} is called {}", own.name, other.name);
            }
            all += 1;
            exactly += usize::from(names.len() == 1);
        }
    }
    assert!(all > 200, "only {all} fingerprints: run `grade regen`");
    assert!(
        exactly * 10 > all * 9,
        "{exactly} of {all} mistakes are told apart from all others"
    );
}

#[test]
fn mistakes_are_named_however_they_are_written() {
    let submission = REWRITTEN
        .iter()
        .fold(Submission::reference(), |submission, (file, function, body, _)| {
            submission.with_body(file, function, body)
        });
    let (run, report) = submission.graded(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout
            .contains("    looks like heads merged twice: merges the heads and then"),
        "{}",
        run.stdout
    );
    for (_, function, _, mistake) in REWRITTEN {
        assert_eq!(
            names(&report, function),
            [*mistake],
            "{function}: {}",
            task(&report, function)
        );
    }
    for task in report["tasks"].as_array().unwrap() {
        let id = task["id"].as_str().unwrap();
        let is_rewritten = REWRITTEN.iter().any(|(_, function, ..)| *function == id);
        assert!(is_rewritten || names(&report, id).is_empty(), "{id} is right: {task}");
    }
}

#[test]
fn a_mistake_that_nobody_knows_gets_no_name_but_the_pattern_of_its_values() {
    let body = "    let mean_square = input.square().mean_dim(-1, true, None);\n    \
                input / (mean_square + epsilon).sqrt() * weight * 2.5";
    let submission = Submission::reference().with_body("src/normalization.rs", "rms_norm", body);
    let (run, report) = submission.graded(&["--task", "rms_norm"]);
    assert_eq!(names(&report, "rms_norm"), [""; 0]);
    assert!(run.stdout.contains("2.5 times"), "{}", run.stdout);
    let checks = task(&report, "rms_norm")["checks"].as_array().unwrap();
    let golden = checks.iter().find(|check| check["name"] == "golden-f64/all").unwrap();
    assert_eq!(golden["evidence"]["patterns"][0]["kind"], "factor", "{golden}");
}

#[test]
fn an_assignment_says_how_much_is_told_of_a_mistake() {
    let (file, function, body, mistake) = REWRITTEN[3];
    let submission = Submission::reference().with_body(file, function, body);
    let with_hints = |hints: &str| {
        let course = course(|root| {
            let path = root.join("fixtures/assignments/uva-dl1-a2.toml");
            let text = fs::read_to_string(&path).unwrap();
            let changed = text.replacen("property_cases", &format!("hints = \"{hints}\"\nproperty_cases"), 1);
            fs::write(&path, changed).unwrap();
        });
        let arguments = ["--assignment", "uva-dl1-a2", "--task", "rms_norm"];
        submission.graded_in(&course, &arguments).0.stdout
    };
    let (named, area, none) = (with_hints("named"), with_hints("area"), with_hints("none"));
    assert!(named.contains(&format!("looks like {mistake}")), "{named}");
    assert!(
        area.contains("look at    the normalisation") && !area.contains(mistake),
        "{area}"
    );
    assert!(!none.contains("look at") && !none.contains(mistake), "{none}");
}
