//! Which operators of libtorch a task may not call: those that are its answer.
//!
//! What no task may use (files, processes, the network, ...) is the sandbox's to know.

/// Operators that compute the same thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Scaled dot-product attention in one operator.
    FusedAttention,
    /// All heads, projections included, in one operator.
    MultiHeadAttention,
    /// A whole layer of a transformer in one operator.
    EncoderLayer,
    /// Root mean square normalisation in one operator.
    RmsNorm,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 4] = [
        Self::FusedAttention,
        Self::MultiHeadAttention,
        Self::EncoderLayer,
        Self::RmsNorm,
    ];

    /// Attention in one operator answers a task whatever the task asks around it; only one asks for the operator itself.
    pub const ATTENTION: [Self; 3] = [Self::FusedAttention, Self::MultiHeadAttention, Self::EncoderLayer];

    /// The family's name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FusedAttention => "fused attention",
            Self::MultiHeadAttention => "multi-head attention",
            Self::EncoderLayer => "encoder layers",
            Self::RmsNorm => "RMS norm",
        }
    }

    /// The operators without what only marks a variant (`f_`, `internal_`, `_out`, `_backward`, ...).
    pub const fn stems(self) -> &'static [&'static str] {
        match self {
            Self::FusedAttention => &[
                "cudnn_attention",
                "efficient_attention",
                "flash_attention",
                "fused_attention",
                "scaled_dot_attention",
                "scaled_dot_product_attention",
                "scaled_dot_product_cudnn_attention",
                "scaled_dot_product_efficient_attention",
                "scaled_dot_product_flash_attention",
                "scaled_dot_product_fused_attention",
                "sdp_choice",
            ],
            Self::MultiHeadAttention => &["multi_head_attention", "multihead_attention", "mha"],
            Self::EncoderLayer => &[
                "transformer_decoder_layer",
                "transformer_decoder_only_layer",
                "transformer_encoder_layer",
            ],
            Self::RmsNorm => &["rms_norm", "rmsnorm"],
        }
    }

    /// How many arguments the plain operator has as a method, beside the tensor itself.
    pub const fn arity(self) -> usize {
        match self {
            Self::FusedAttention => 7,
            Self::MultiHeadAttention => 12,
            Self::EncoderLayer => 19,
            Self::RmsNorm => 3,
        }
    }
}
