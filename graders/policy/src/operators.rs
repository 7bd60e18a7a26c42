//! Operators of libtorch in all their spellings.

/// Operators that compute the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// What a rule calls it.
    pub name: &'static str,
    /// The operators' names without what only marks a variant of them.
    pub stems: &'static [&'static str],
    /// How many arguments the method form of the plain operator has beside the tensor itself.
    pub arity: usize,
}

/// What `tch` puts before an operator's name: the fallible form, the internal one, a variant's implementation.
const PREFIXES: [&str; 7] = ["f_", "g_", "internal_", "_", "native_", "fused_", "triton_"];

/// What follows it: the form that writes into a tensor, gradients, the place of the computation.
const SUFFIXES: [&str; 20] = [
    "_out",
    "_backward",
    "_forward",
    "_fwd",
    "_math",
    "_default",
    "_overrideable",
    "_overridable",
    "_nestedtensor",
    "_for_cpu",
    "_for_cuda",
    "_for_mps",
    "_cpu",
    "_cuda",
    "_mps",
    "_xpu",
    "_override",
    "_fast_path",
    "_tensor",
    "_",
];

impl Family {
    /// Whether an operator of this name belongs here.
    pub fn holds(&self, name: &str) -> bool {
        let is_stem = |name: &str| self.stems.contains(&name);
        let mut name = name;
        loop {
            if is_stem(name) {
                return true;
            }
            match shorter(name) {
                Some(rest) => name = rest,
                None => return false,
            }
        }
    }
}

/// The name without one of the marks of a variant.
fn shorter(name: &str) -> Option<&str> {
    let cut = SUFFIXES.iter().find_map(|suffix| name.strip_suffix(suffix));
    let rest = cut.or_else(|| PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix)))?;
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUSED: Family = Family {
        name: "fused",
        stems: &["scaled_dot_product_attention", "flash_attention", "sdp_choice"],
        arity: 7,
    };
    const NORM: Family = Family {
        name: "norm",
        stems: &["rms_norm"],
        arity: 3,
    };

    #[test]
    fn every_spelling_of_an_operator_is_known() {
        for name in [
            "rms_norm",
            "f_rms_norm",
            "_rms_norm",
            "rms_norm_",
            "rms_norm_out",
            "internal_fused_rms_norm",
            "f_internal_fused_rms_norm",
            "internal_fused_rms_norm_backward",
            "g_rms_norm",
        ] {
            assert!(NORM.holds(name), "{name}");
        }
        for name in [
            "f_internal_scaled_dot_product_attention_math_for_mps",
            "internal_flash_attention_backward",
            "f_internal_fused_sdp_choice",
        ] {
            assert!(FUSED.holds(name), "{name}");
        }
    }

    #[test]
    fn other_operators_do_not_belong() {
        for name in ["layer_norm", "native_layer_norm", "norm", "rms", "softmax", "_", ""] {
            assert!(!NORM.holds(name) && !FUSED.holds(name), "{name}");
        }
    }
}
