//! The properties of `beam_search`, on random trees: without ties, but for the property about ties.

use judge::checks::assertions::{broken_rule, equal};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::Property;
use judge::contract::arguments::scalar;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensors};

use super::inputs::{ID, called, random_tree, search_arguments};
use super::oracle::{Scored, Tree, listed, rows};

/// Bound on sums of a few numbers.
const CLOSELY: f64 = 1e-9;
const SIZES: Sizes = &[("V", 2, 4), ("L", 1, 5), ("b", 1, 4)];

/// All properties.
pub(super) const PROPERTIES: &[Property] = &[
    Property::new(
        "score-is-the-sum",
        "the score is the sum of the log-probabilities of the tokens, which are a complete sequence",
        SIZES,
        score_is_the_sum,
    ),
    Property::new(
        "stop-rule-keeps-the-best",
        "the score is that of the same beam searched to the end",
        SIZES,
        stop_rule_keeps_the_best,
    ),
    Property::new(
        "covers-everything",
        "a beam that leaves nothing out finds the best of all complete sequences",
        &[("V", 2, 3), ("L", 1, 5)],
        covers_everything,
    ),
    Property::new(
        "stops-early",
        "the model is asked once about each sequence of the beam, and no more once nothing in the beam can win",
        SIZES,
        stops_early,
    ),
    Property::new(
        "ties",
        "of equal scores the earlier sequence of the beam comes first, then the smaller token, and the earlier complete one stays the best",
        SIZES,
        ties,
    ),
];

fn tree(scenario: &Scenario) -> Tree {
    random_tree(&mut scenario.random("tree"), scenario.size("V"), scenario.size("L"))
}

fn searched(probe: &mut Probe<'_>, tree: &Tree, width: usize) -> Result<(Scored, Tensors), Broken> {
    let call = Call::new(ID, search_arguments(tree, width, DType::F64));
    let outputs = probe.call(&call)?.outputs;
    let tokens = outputs.get("tokens").map(wire::Tensor::to_f64).unwrap_or_default();
    let score = outputs.get("score").and_then(wire::Tensor::item).unwrap_or(f64::NAN);
    let tokens = tokens.into_iter().map(|token| token as i64).collect();
    Ok((Scored { tokens, score }, outputs))
}

fn agree(what: &str, equals: &str, expected: f64, actual: f64) -> Holds {
    equal(what, equals, &scalar(expected), &scalar(actual), CLOSELY)
}

fn score_is_the_sum(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let tree = tree(scenario);
    let (found, _) = searched(probe, &tree, scenario.size("b"))?;
    let Some(own) = tree.score(&found.tokens) else {
        let shown = format!("{:?}", found.tokens);
        return Err(broken_rule(
            "the sequence",
            &[],
            &shown,
            "a complete sequence of tokens that exist",
        ));
    };
    agree(
        "the score",
        "the sum of the tokens' log-probabilities",
        own,
        found.score,
    )
}

fn stop_rule_keeps_the_best(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (tree, width) = (tree(scenario), scenario.size("b"));
    let (found, _) = searched(probe, &tree, width)?;
    let wanted = tree.search(width, false).best.score;
    agree("the score", "that of the beam searched to the end", wanted, found.score)
}

fn covers_everything(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let tree = tree(scenario);
    let width = tree.vocabulary.pow(tree.max_length as u32);
    let (found, _) = searched(probe, &tree, width)?;
    let wanted = tree.exhaustive().score;
    agree(
        "the score",
        "that of the best of all complete sequences",
        wanted,
        found.score,
    )
}

fn stops_early(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (tree, width) = (tree(scenario), scenario.size("b"));
    let (_, outputs) = searched(probe, &tree, width)?;
    let calls = outputs.get("calls").and_then(wire::Tensor::item).unwrap_or(f64::NAN);
    let needed = tree.search(width, true).calls;
    if calls <= needed as f64 {
        return Ok(());
    }
    let rule = format!("at most {needed}: it {}", called(calls as i64, &tree, width, needed));
    Err(broken_rule(
        "the number of calls of the model",
        &[],
        &number(calls),
        &rule,
    ))
}

/// Scores are quarters, of which sums are exact: many are equal.
fn ties(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (vocabulary, max_length) = (scenario.size("V"), scenario.size("L"));
    let random = &mut scenario.random("quarters");
    let mut quarters = |count: usize| -> Vec<f64> { (0..count).map(|_| -0.25 * random.integer(1, 4) as f64).collect() };
    let tree = Tree {
        table: quarters(rows(vocabulary, max_length) * vocabulary),
        vocabulary,
        end: 0,
        max_length,
    };
    let width = scenario.size("b");
    let (found, _) = searched(probe, &tree, width)?;
    let wanted = tree.search(width, true).best.tokens;
    if found.tokens == wanted {
        return Ok(());
    }
    let rule = format!("{}, the first of those with this score", listed(&wanted));
    Err(broken_rule("the sequence", &[], &listed(&found.tokens), &rule))
}
