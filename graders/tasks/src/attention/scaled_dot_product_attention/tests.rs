//! The properties and golden cases of `scaled_dot_product_attention`, tried on right and wrong functions.

use judge::contract::random::Random;
use judge::contract::subject::Call;
use judge::fixtures::INPUT_SEED;

use super::TASK;
use crate::testing::attention::Variant::{self, *};
use crate::testing::attention::{Answer, attention};
use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

fn with_way(way: Variant) -> impl Fn(&Call) -> Answer {
    move |call| attention(way, call)
}

fn broken(way: Variant) -> Vec<&'static str> {
    failed_properties(&TASK, with_way(way))
}

#[test]
fn the_usual_ways_have_all_properties_and_meet_all_golden_cases() {
    for way in [Plain, FilledMinusBillion] {
        assert_eq!(broken(way), [""; 0], "{way:?}");
    }
    for way in [
        FilledMinusBillion,
        MaximumOverAllScores,
        MaskedAfterSoftmaxAndRenormalised,
    ] {
        assert_eq!(telling_cases(&TASK, with_way(Plain), with_way(way)), [""; 0], "{way:?}");
    }
    assert_eq!(trivial_cases(&TASK, with_way(Plain)), [""; 0]);
}

#[test]
fn unusual_but_correct_ways_lose_stability_only() {
    for way in [MaximumOverAllScores, MaskedAfterSoftmaxAndRenormalised] {
        assert_eq!(broken(way), ["stability"], "{way:?}");
    }
}

#[test]
fn every_known_mistake_fails_the_property_that_names_it_and_a_golden_case() {
    for (way, property) in [
        (Filled(-1e4), "mask-fill"),
        (Filled(1e-9), "masked-weights-are-zero"),
        (Filled(-20.0), "masked-weights-are-zero"),
        (Filled(0.0), "causality"),
        (MaskAddedAsBias, "masked-weights-are-zero"),
        (MaskedAfterSoftmax, "weights-are-distributions"),
        (WithoutMaximum, "stability"),
        (ClampedScores, "stability"),
        (NotCausal, "causality"),
        (Scaled(0.5), "scores"),
        (Scaled(-0.5), "scores"),
        (SoftmaxOverQueries, "query-wise"),
        (QueriesAndKeysSwapped, "scores"),
        (ScoresReturnedAsWeights, "output-is-weighted-mean"),
        (ClampedValues, "constant-value"),
    ] {
        let broken = broken(way);
        assert!(
            broken.contains(&property),
            "{way:?} keeps {property} and breaks {broken:?}"
        );
        let telling = telling_cases(&TASK, with_way(Plain), with_way(way));
        assert!(!telling.is_empty(), "no golden case shows {way:?}");
    }
}

#[test]
fn a_visible_future_shrinks_to_two_tokens() {
    let (sizes, finding) = smallest_case(&TASK, "causality", with_way(NotCausal)).expect("it is broken");
    assert_eq!(sizes, [1, 2, 1, 1]);
    assert!(finding.contains("the output at position 0"), "{finding}");
}

#[test]
fn golden_cases_of_large_scores_leave_one_weight_at_1_so_that_f32_can_be_judged_tightly() {
    for name in ["large_inputs", "low_scores", "high_scores"] {
        let case = TASK.cases.iter().find(|case| case.name == name).expect("it is a case");
        let arguments = (case.arguments)(&mut Random::new(INPUT_SEED, &format!("{}/{name}", TASK.id)));
        let given = attention(Plain, &Call::new(TASK.id, arguments)).expect("it answers");
        let weights = given["weights"].to_f64();
        assert!(
            weights.iter().all(|weight| weight.min(1.0 - weight) < 1e-8),
            "{name}: {weights:?}"
        );
    }
}
