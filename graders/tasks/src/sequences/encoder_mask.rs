//! `encoder_mask`: what the positions of a padded sequence see in an encoder.

use judge::contract::domain::Contract;
use judge::contract::{Property, Task};

use super::mask_properties::{CASES, DOMAIN, FROM_TWO, Mask, SIZES};
use super::padding::in_mask;

const MASK: Mask = Mask {
    task: "encoder_mask",
    causal: false,
};

pub(crate) static TASK: Task = Task {
    id: MASK.task,
    file: "sequence_masks.rs",
    signature: "fn encoder_mask(num_tokens: &Tensor, length: i64) -> Tensor",
    functions: &["encoder_mask"],
    definition: "Says for every pair of positions of padded sequences whether the first may see the second: every position sees every token, and nothing sees padding.",
    formula: "mask[b, 0, i, j] = true where j < num_tokens[b], false elsewhere; [B, 1, T, T]",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part",
    conventions: &[
        "true means: may see",
        "the dtype is bool",
        "the second axis has size 1: the mask is the same for all heads",
        "it holds for every row, those of padding included: every row sees at least one token",
        "every row of the batch has at least one token",
    ],
    misreadings: &[
        "a row of padding that sees nothing gives NaN in the softmax, and the next layer spreads it",
        "it is the columns of padding that are hidden, not the rows",
    ],
    cases: CASES,
    properties: &[
        Property::new(
            "four-axes",
            "the mask is a tensor of dtype bool and shape [B, 1, T, T]",
            SIZES,
            |scenario, probe| MASK.four_axes(scenario, probe),
        )
        .few(),
        Property::new(
            "padded-rows",
            "every row sees a token, those of padding too: a row that sees no token gives NaN in padded rows",
            SIZES,
            |scenario, probe| MASK.padded_rows(scenario, probe),
        ),
        Property::new(
            "row-sums",
            "every row of a sequence of n tokens sees n positions",
            SIZES,
            |scenario, probe| MASK.row_sums(scenario, probe),
        ),
        Property::new(
            "entries",
            "a position sees another iff the other holds a token",
            FROM_TWO,
            |scenario, probe| MASK.entries(scenario, probe),
        ),
        Property::new(
            "batch-independence",
            "a row's mask is the same whatever else is in the batch",
            &[("B", 2, 4), ("T", 1, 8)],
            |scenario, probe| MASK.batch_independence(scenario, probe),
        )
        .few(),
    ],
    nan_in_padding: Some(in_mask),
    contract: Contract {
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sequences::mask_properties::of_rule;
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn the_columns_of_tokens_have_all_properties() {
        let right = || of_rule(|count, _, column| column < count);
        assert_eq!(failed_properties(&TASK, right()), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right()), [""; 0]);
    }

    #[test]
    fn blank_rows_of_padding_are_told_as_nan_to_come() {
        let blank = || of_rule(|count, row, column| column < count && row < count);
        assert_eq!(
            failed_properties(&TASK, blank()),
            ["padded-rows", "row-sums", "entries"]
        );
        let (sizes, finding) = smallest_case(&TASK, "padded-rows", blank()).expect("it is broken");
        assert_eq!(sizes, [1, 2]);
        assert!(finding.contains("NanInPadding"), "{finding}");
    }

    #[test]
    fn other_masks_are_found() {
        let right = || of_rule(|count, _, column| column < count);
        let wrong: [fn(usize, usize, usize) -> bool; 5] = [
            |_, _, _| true,
            |count, _, column| column >= count,
            |count, row, column| column < count && column <= row,
            |count, row, _| row < count,
            |count, _, column| column <= count,
        ];
        for (place, rule) in wrong.into_iter().enumerate() {
            assert!(failed_properties(&TASK, of_rule(rule)).contains(&"entries"), "{place}");
            assert!(!telling_cases(&TASK, right(), of_rule(rule)).is_empty(), "{place}");
        }
    }
}
