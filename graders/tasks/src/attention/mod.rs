//! Attention: scores, masks, heads, positions, whole layers.

pub(crate) mod additive_attention;
pub(crate) mod causal_mask;
pub(crate) mod causal_self_attention;
pub(crate) mod drops;
pub(crate) mod flash_attention;
pub(crate) mod inputs;
mod layer;
pub(crate) mod merge_heads;
pub(crate) mod rotary_embedding;
pub(crate) mod scaled_dot_product_attention;
pub(crate) mod split_heads;
