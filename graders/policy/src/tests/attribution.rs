//! Who is charged with a use.

use super::*;

const CALL: &str = "x.rms_norm([4], None::<&Tensor>, 1.0)";

#[test]
fn a_helper_is_charged_to_whom_it_helps() {
    let text = format!("fn helper(x: &Tensor) -> Tensor {{\n{CALL}\n}}");
    let found = of_norm("let y = helper(x);\ny * w", &text).unwrap();
    assert_eq!((found.line, found.item.as_str()), (7, ".rms_norm"));
    assert_eq!(found.inside.as_deref(), Some("helper"));
}

#[test]
fn a_use_in_another_file_is_found_by_path_import_and_re_export() {
    let helpers = format!(
        "use tch::Tensor;\npub fn helper(x: &Tensor) -> Tensor {{ {CALL} }}\npub mod deep {{ pub use super::helper as short; }}"
    );
    let through = "pub use crate::helpers::*;";
    for (uses, call) in [
        ("", "crate::helpers::helper(x)"),
        ("use crate::helpers::helper;", "helper(x)"),
        ("use crate::helpers::{self as h};", "h::deep::short(x)"),
        ("use crate::helpers::deep::short as tiny;", "tiny(x)"),
        ("use crate::helpers::*;", "helper(x)"),
        ("use super::through::helper;", "[x].map(helper)"),
        ("use crate::through::*;", "deep::short(x)"),
    ] {
        let text = format!("{uses}\npub fn rms_norm(x: &Tensor) -> Tensor {{ {call} }}");
        let files = [
            ("helpers.rs", helpers.as_str()),
            ("normalization.rs", &text),
            ("through.rs", through),
        ];
        assert_eq!(charged(&files), ["rms_norm helpers.rs:2 .rms_norm"], "{uses} {call}");
    }
}

#[test]
fn a_task_that_is_only_another_name_is_charged_with_what_it_names() {
    let helpers = format!("use tch::Tensor;\npub fn normalise(x: &Tensor) -> Tensor {{ {CALL} }}");
    let files = [
        ("helpers.rs", helpers.as_str()),
        ("normalization.rs", "pub use crate::helpers::normalise as rms_norm;"),
    ];
    assert_eq!(charged(&files), ["rms_norm helpers.rs:2 .rms_norm"]);
}

#[test]
fn a_task_that_a_macro_makes_is_charged_with_its_file() {
    let text = format!(
        "macro_rules! make {{ ($name:ident) => {{ pub fn $name(x: &Tensor) -> Tensor {{ {CALL} }} }} }}\nmake!(rms_norm);"
    );
    assert_eq!(
        charged(&[("normalization.rs", &text)]),
        ["rms_norm normalization.rs:1 .rms_norm"]
    );
}

#[test]
fn another_tasks_mistake_costs_that_task_only() {
    let attention = "use tch::Tensor;\npub fn causal_self_attention(x: &Tensor) -> Tensor {\ncrate::parts::scaled_dot_product_attention(x, x, x, None);\nscaled_dot_product_attention(x)\n}\npub fn scaled_dot_product_attention(x: &Tensor) -> Tensor {\nTensor::scaled_dot_product_attention(x, x, x, None::<&Tensor>, 0.0, true, None, false)\n}";
    assert_eq!(
        charged(&[("attention.rs", attention)]),
        ["scaled_dot_product_attention attention.rs:7 Tensor::scaled_dot_product_attention"]
    );
}

#[test]
fn the_task_that_may_use_the_operator_is_no_way_round_for_others() {
    let flash = "use tch::Tensor;\npub fn flash_attention(x: &Tensor) -> Tensor { Tensor::scaled_dot_product_attention(x, x, x, None::<&Tensor>, 0.0, true, None, false) }";
    for call in ["crate::flash::flash_attention(x)", "crate::parts::flash_attention(x)"] {
        let attention = format!("pub fn causal_self_attention(x: &tch::Tensor) -> tch::Tensor {{ {call} }}");
        assert_eq!(
            charged(&[("attention.rs", &attention), ("flash.rs", flash)]),
            ["causal_self_attention flash.rs:2 Tensor::scaled_dot_product_attention"],
            "{call}"
        );
    }
}

#[test]
fn what_is_in_no_function_is_charged_to_all_tasks_of_its_file() {
    let text = "#[path = \"a.rs\"]\nmod a;\npub fn rms_norm() {}\npub fn scale() {}";
    assert_eq!(
        charged(&[
            ("normalization.rs", text),
            ("attention.rs", "pub fn causal_self_attention() {}")
        ]),
        [
            "rms_norm normalization.rs:1 #[path]",
            "scale normalization.rs:1 #[path]"
        ]
    );
}

#[test]
fn a_constant_is_charged_to_whom_it_serves() {
    let text = "const SECRET: &str = include_str!(\"a\");\npub fn rms_norm() { SECRET.len() }\npub fn scale() {}";
    assert_eq!(
        charged(&[("normalization.rs", text)]),
        ["rms_norm normalization.rs:1 include_str!"]
    );
}

#[test]
fn code_that_a_type_brings_with_it_is_charged_to_whom_uses_the_type() {
    let text = "struct Guard;\nimpl Drop for Guard {\nfn drop(&mut self) { std::process::exit(0) }\n}\nfn guard() -> Guard { Guard }\npub fn rms_norm() { let _guard = guard(); }\npub fn scale() {}";
    assert_eq!(
        charged(&[("normalization.rs", text)]),
        ["rms_norm normalization.rs:3 std::process::exit"]
    );
}

#[test]
fn an_item_is_named_as_it_is_written_with_what_it_stands_for() {
    let found = of_norm("stop(0)", "use std::process::exit as stop;").unwrap();
    assert_eq!(found.item, "stop (std::process::exit)");
    assert_eq!(found.inside, None);
}
