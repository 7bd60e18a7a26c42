//! `decoder_mask`: what the positions of a padded sequence see in a decoder.

use judge::contract::domain::Contract;
use judge::contract::{Property, Task};

use super::mask_properties::{CASES, DOMAIN, FROM_TWO, Mask, SIZES};
use super::padding::in_mask;

const MASK: Mask = Mask {
    task: "decoder_mask",
    causal: true,
};

pub(crate) static TASK: Task = Task {
    id: MASK.task,
    file: "sequence_masks.rs",
    signature: "fn decoder_mask(num_tokens: &Tensor, length: i64) -> Tensor",
    functions: &["decoder_mask"],
    definition: "Says for every pair of positions of padded sequences whether the first may see the second: every position sees the tokens up to itself, and nothing sees padding.",
    formula: "mask[b, 0, i, j] = true where j < num_tokens[b] and j <= i, false elsewhere; [B, 1, T, T]",
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
        "a position sees itself: were the diagonal false, position 0 would see nothing",
    ],
    parts: &["encoder_mask"],
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
            "row i of a sequence of n tokens sees min(i + 1, n) positions",
            SIZES,
            |scenario, probe| MASK.row_sums(scenario, probe),
        ),
        Property::new(
            "entries",
            "a position sees another iff the other holds a token and does not come after it",
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
    use wire::Tensors;

    use super::*;
    use crate::sequences::mask_properties::of_rule;
    use crate::testing::{failed_properties, telling_cases, trivial_cases};

    fn right() -> impl FnMut(&judge::contract::subject::Call) -> Result<Tensors, wire::Outcome> {
        of_rule(|count, row, column| column < count && column <= row)
    }

    #[test]
    fn the_tokens_of_the_past_have_all_properties() {
        assert_eq!(failed_properties(&TASK, right()), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right()), [""; 0]);
    }

    #[test]
    fn blank_rows_are_found() {
        let blank = of_rule(|count, row, column| column < count && row < count && column <= row);
        assert_eq!(failed_properties(&TASK, blank), ["padded-rows", "row-sums", "entries"]);
        let strict = of_rule(|count, row, column| column < count && column < row);
        assert_eq!(failed_properties(&TASK, strict), ["padded-rows", "row-sums", "entries"]);
    }

    #[test]
    fn other_masks_are_found() {
        let wrong: [fn(usize, usize, usize) -> bool; 4] = [
            |_, row, column| column <= row,
            |count, _, column| column < count,
            |count, row, column| column < count && column >= row,
            |count, row, column| column < count || column <= row,
        ];
        for (place, rule) in wrong.into_iter().enumerate() {
            assert!(failed_properties(&TASK, of_rule(rule)).contains(&"entries"), "{place}");
            assert!(!telling_cases(&TASK, right(), of_rule(rule)).is_empty(), "{place}");
        }
    }
}
