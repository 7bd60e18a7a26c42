//! What holds of all tasks together.

mod fresh_inputs;
mod two_mistakes;

use judge::contract::forbidden::Family;

use crate::ALL;

#[test]
fn the_fused_operator_is_allowed_in_one_task_only() {
    let allowed = ALL
        .iter()
        .filter(|task| !task.forbidden_families().contains(&Family::FusedAttention));
    let ids: Vec<&str> = allowed.map(|task| task.id).collect();
    assert_eq!(ids, ["flash_attention"]);
}
