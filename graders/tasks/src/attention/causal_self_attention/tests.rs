//! The properties and golden cases of `causal_self_attention`, tried on right and wrong functions.

use judge::contract::subject::Call;

use super::TASK;
use crate::testing::attention::Variant::{self, *};
use crate::testing::attention::{Answer, layer};
use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

fn with_way(way: Variant) -> impl Fn(&Call) -> Answer {
    move |call| layer(way, call)
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
        let mut broken = broken(way);
        // Here gradients are difference quotients, in which the rounding of these two ways is blown up.
        broken.retain(|&property| property != "jacobian-causality");
        assert_eq!(broken, ["stability"], "{way:?}");
    }
}

#[test]
fn every_known_mistake_fails_the_property_that_names_it() {
    for (way, property) in [
        (Filled(-1e4), "mask-fill"),
        (Filled(-20.0), "jacobian-causality"),
        (Filled(0.0), "causality"),
        (MaskAddedAsBias, "causality"),
        (MaskedAfterSoftmax, "weights-are-distributions"),
        (WithoutMaximum, "stability"),
        (NotCausal, "causality"),
        (Scaled(0.5), "scores"),
        (ScaledByWidth, "scores"),
        (SoftmaxOverQueries, "causality"),
        (QueriesAndKeysSwapped, "scores"),
        (ClampedValues, "constant-value"),
        (SplitByReshape, "causality"),
        (MergedByReshape, "causality"),
        (MergedTwice, "causality"),
        (InterleavedHeads, "head-independence"),
        (ThirdsWithinHeads, "zero-query-running-mean"),
        (WithoutProjection, "projection"),
        (NeverRotated, "scores"),
        (RotatedBeforeSplit, "scores"),
        (OnlyQueriesRotated, "scores"),
        (DropoutAlways, "dropout-off-in-eval"),
        (DropoutNever, "dropout-different-seeds"),
        (DropoutAfterValues, "attention-dropout-rate"),
        (DropoutBeforeSoftmax, "attention-dropout-rate"),
        (DropoutUnscaled, "residual-dropout-rate"),
        (KeepRateForDropRate, "residual-dropout-rate"),
        (RatesSwapped, "attention-dropout-rate"),
        (BatchMixed, "batch-independence"),
    ] {
        let broken = broken(way);
        assert!(
            broken.contains(&property),
            "{way:?} keeps {property} and breaks {broken:?}"
        );
    }
}

#[test]
fn every_known_mistake_outside_training_fails_a_golden_case() {
    for (way, case) in [
        (Filled(-1e4), "one_head_low_scores"),
        (Filled(0.0), "one_head"),
        (WithoutMaximum, "one_head_high_scores"),
        (NotCausal, "one_head"),
        (Scaled(0.5), "one_head"),
        (ScaledByWidth, "three_heads"),
        (SplitByReshape, "four_heads_four_tokens"),
        (MergedByReshape, "three_heads"),
        (MergedTwice, "three_heads"),
        (InterleavedHeads, "three_heads"),
        (ThirdsWithinHeads, "three_heads"),
        (WithoutProjection, "one_head"),
        (NeverRotated, "rotated_three_heads"),
        (RotatedBeforeSplit, "rotated_pairs"),
        (OnlyQueriesRotated, "rotated_pairs"),
        (DropoutAlways, "one_head"),
    ] {
        let telling = telling_cases(&TASK, with_way(Plain), with_way(way));
        assert!(telling.contains(&case), "{way:?} meets {case} and fails {telling:?}");
    }
}

#[test]
fn mistakes_of_heads_leave_one_head_right() {
    for way in [
        SplitByReshape,
        MergedByReshape,
        MergedTwice,
        ThirdsWithinHeads,
        ScaledByWidth,
    ] {
        let telling = telling_cases(&TASK, with_way(Plain), with_way(way));
        assert!(
            telling.iter().all(|case| !case.starts_with("one_head")),
            "{way:?}: {telling:?}"
        );
    }
}

#[test]
fn a_leak_of_the_future_shrinks_to_at_most_three_tokens() {
    for way in [NotCausal, MergedTwice, MergedByReshape, SplitByReshape, Filled(0.0)] {
        let (sizes, finding) = smallest_case(&TASK, "causality", with_way(way)).expect("it is broken");
        assert!(sizes[1] <= 3, "{way:?}: {sizes:?}");
        assert!(
            finding.contains("of the input") && finding.contains("the output at position"),
            "{finding}"
        );
    }
}
