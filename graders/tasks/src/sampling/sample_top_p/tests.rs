//! Right and wrong samplers in plain Rust: the properties accept the right one and reject the wrong ones.

use judge::contract::random::Random;
use judge::contract::subject::Call;
use wire::Outcome;

use crate::sampling::inputs::{rows, softmax};
use crate::sampling::tests::{Answer, first_of_largest, greedy_by, keep_by_mass_before, nucleus_row, setting, tokens};
use crate::testing::{failed_properties, telling_cases};

/// From a row of logits, p and the temperature to the distribution that is drawn from.
type Distribution = Box<dyn Fn(&[f64], f64, f64) -> Vec<f64>>;

/// Draws by inverting the cumulative distribution, one uniform number per row.
fn draw(random: &mut Random, distribution: &[f64]) -> i64 {
    let mut left = random.unit() * distribution.iter().sum::<f64>();
    let possible = || (0..distribution.len()).filter(|&token| distribution[token] > 0.0);
    for token in possible() {
        left -= distribution[token];
        if left < 0.0 {
            return token as i64;
        }
    }
    possible().next_back().unwrap_or(0) as i64
}

fn refused() -> Outcome {
    Outcome::Refused {
        reason: "no distribution".to_owned(),
    }
}

fn is_valid(call: &Call) -> bool {
    let (p, temperature) = (setting(call, "p"), setting(call, "temperature"));
    let row_is_valid =
        |row: &Vec<f64>| row.iter().all(|logit| *logit < f64::INFINITY) && row.iter().any(|logit| logit.is_finite());
    p > 0.0
        && p <= 1.0
        && temperature > 0.0
        && temperature.is_finite()
        && rows(&call.arguments["logits"]).iter().all(row_is_valid)
}

/// A sampler with the given way from logits, p and temperature to the distribution of a row.
fn sampler_by(distribution: impl Fn(&[f64], f64, f64) -> Vec<f64>) -> impl Fn(&Call) -> Answer {
    move |call| {
        if !is_valid(call) {
            return Err(refused());
        }
        let mut random = Random::new(call.seed as u64, "imitation");
        let (p, temperature) = (setting(call, "p"), setting(call, "temperature"));
        let rows = rows(&call.arguments["logits"]);
        Ok(tokens(
            rows.iter()
                .map(|row| draw(&mut random, &distribution(row, p, temperature)))
                .collect(),
        ))
    }
}

fn right_sampler(call: &Call) -> Answer {
    sampler_by(|row, p, temperature| nucleus_row(&softmax(row, temperature), p, keep_by_mass_before))(call)
}

fn divided(row: &[f64], temperature: f64) -> Vec<f64> {
    row.iter().map(|value| value / temperature).collect()
}

#[test]
fn sampling_properties_accept_a_right_sampler_and_reject_wrong_ones() {
    let task = &super::TASK;
    assert_eq!(failed_properties(task, right_sampler), Vec::<&str>::new());
    let nucleus = |row: &[f64], p: f64| nucleus_row(row, p, keep_by_mass_before);
    let wrong: [(&str, Distribution, &str); 7] = [
        (
            "temperature after softmax",
            Box::new(move |row, p, t| nucleus(&divided(&softmax(row, 1.0), t), p)),
            "temperature-before-softmax",
        ),
        (
            "temperature ignored",
            Box::new(move |row, p, _| nucleus(&softmax(row, 1.0), p)),
            "temperature-before-softmax",
        ),
        (
            "temperature inverted",
            Box::new(move |row, p, t| nucleus(&softmax(row, 1.0 / t), p)),
            "temperature-before-softmax",
        ),
        ("no nucleus", Box::new(|row, _, t| softmax(row, t)), "support"),
        (
            "nucleus before temperature",
            Box::new(move |row, p, t| {
                let kept = nucleus(&softmax(row, 1.0), p);
                let tempered: Vec<f64> = kept.iter().map(|value| value.powf(1.0 / t)).collect();
                tempered
            }),
            "temperature-before-softmax",
        ),
        (
            "temperature kept above 0.05",
            Box::new(move |row, p, t| nucleus(&softmax(row, t.max(0.05)), p)),
            "cold-is-greedy",
        ),
        (
            "softmax without its maximum",
            Box::new(move |row, p, t| {
                let powers: Vec<f64> = row.iter().map(|logit| (logit / t).exp()).collect();
                let sum: f64 = powers.iter().sum();
                nucleus(&divided(&powers, sum), p)
            }),
            "cold-is-greedy",
        ),
    ];
    for (mistake, distribution, property) in wrong {
        let broken = failed_properties(task, sampler_by(distribution));
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
    }
}

#[test]
fn sampling_properties_see_how_draws_are_made() {
    let task = &super::TASK;
    let own_seed = |call: &Call| {
        right_sampler(&Call {
            seed: 7,
            ..call.clone()
        })
    };
    assert_eq!(failed_properties(task, own_seed), ["different-seeds-differ"]);

    let mut calls = 0;
    let clock = |call: &Call| {
        calls += 1;
        right_sampler(&Call {
            seed: calls,
            ..call.clone()
        })
    };
    assert!(failed_properties(task, clock).contains(&"same-seed-same-tokens"));

    let one_draw_for_all = |call: &Call| {
        let answer = right_sampler(call)?;
        let rows = answer["token"].len();
        Ok(tokens(vec![answer["token"].to_f64()[0] as i64; rows]))
    };
    assert!(failed_properties(task, one_draw_for_all).contains(&"rows-independent"));

    let greedy = greedy_by(first_of_largest);
    assert!(failed_properties(task, greedy).contains(&"different-seeds-differ"));
}

#[test]
fn sampling_properties_see_what_is_accepted() {
    let accepts = |spoil: fn(&Call) -> bool| {
        move |call: &Call| {
            if spoil(call) {
                Ok(tokens(vec![0; call.arguments["logits"].shape()[0]]))
            } else {
                right_sampler(call)
            }
        }
    };
    let any_logit = |call: &Call, rule: fn(f64) -> bool| call.arguments["logits"].to_f64().into_iter().any(rule);
    let task = &super::TASK;
    assert_eq!(
        failed_properties(
            task,
            accepts(|call| call.arguments["logits"].to_f64().iter().any(|l| l.is_nan()))
        ),
        ["nan-refused"]
    );
    let infinite = move |call: &Call| any_logit(call, |logit| logit == f64::INFINITY);
    let accepts_infinity = move |call: &Call| {
        if infinite(call) {
            Ok(tokens(vec![0; call.arguments["logits"].shape()[0]]))
        } else {
            right_sampler(call)
        }
    };
    assert_eq!(failed_properties(task, accepts_infinity), ["plus-infinity-refused"]);
    assert_eq!(
        failed_properties(task, accepts(|call| setting(call, "temperature") == 0.0)),
        ["settings-refused"]
    );
    let refuses_forbidden = move |call: &Call| {
        if any_logit(call, |logit| logit == f64::NEG_INFINITY) {
            Err(refused())
        } else {
            right_sampler(call)
        }
    };
    assert_eq!(failed_properties(task, refuses_forbidden), ["forbidden-tokens"]);
}

#[test]
fn a_determined_case_leaves_no_choice() {
    let task = &super::TASK;
    let other_seed = |call: &Call| {
        right_sampler(&Call {
            seed: 99,
            ..call.clone()
        })
    };
    assert_eq!(telling_cases(task, right_sampler, other_seed), Vec::<&str>::new());
    let cold = sampler_by(|row, p, _| nucleus_row(&softmax(row, 1.0), p, keep_by_mass_before));
    let telling = telling_cases(task, right_sampler, cold);
    assert!(
        telling.contains(&"cold") && telling.contains(&"sharpened_by_temperature"),
        "{telling:?}"
    );
}
