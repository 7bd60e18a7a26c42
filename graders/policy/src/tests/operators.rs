//! The operator that is the answer, however it is written.

use super::*;

const ANSWER: Reason = Reason::Answer("norm");

#[test]
fn an_operator_is_found_as_method_path_and_value() {
    assert_refused(
        ANSWER,
        &[
            ("x.rms_norm([4], Some(w), e)", ""),
            ("x.rms_norm::<&Tensor>([4], Some(w), e)", ""),
            ("x\n.f_rms_norm([4], Some(w), e).unwrap()", ""),
            ("x.internal_fused_rms_norm([4], Some(w), e).0", ""),
            ("x.r#rms_norm([4], Some(w), e)", ""),
            ("x . /* here */ rms_norm /* too */ ([4], Some(w), e)", ""),
            ("Tensor::rms_norm(x, [4], Some(w), e)", ""),
            ("tch::Tensor::f_rms_norm(x, [4], Some(w), e).unwrap()", ""),
            ("::tch::Tensor::rms_norm::<&Tensor>(x, [4], Some(w), e)", ""),
            ("<Tensor>::rms_norm(x, [4], Some(w), e)", ""),
            ("<_>::rms_norm(x, [4], Some(w), e)", ""),
            ("<Vec<Tensor> as IntoIterator>::Item::rms_norm(x, [4], Some(w), e)", ""),
            ("let call = Tensor::rms_norm::<&Tensor>; call(x, [4], Some(w), e)", ""),
            ("[x].map(|x| Tensor::rms_norm(x, [4], Some(w), e))", ""),
            ("if e > 0.0 { x.rms_norm([4], Some(w), e) } else { todo!() }", ""),
        ],
    );
}

#[test]
fn an_operator_is_found_through_other_names_of_its_type() {
    assert_refused(
        ANSWER,
        &[
            ("T::rms_norm(x, [4], Some(w), e)", "use tch::Tensor as T;"),
            (
                "T::rms_norm(x, [4], Some(w), e)",
                "use {std::fmt, tch::{self as t, Tensor as T}};",
            ),
            ("t::Tensor::rms_norm(x, [4], Some(w), e)", "use tch as t;"),
            ("t::Tensor::rms_norm(x, [4], Some(w), e)", "extern crate tch as t;"),
            ("T::rms_norm(x, [4], Some(w), e)", "type T = Tensor;"),
            ("use tch::*; Tensor::rms_norm(x, [4], Some(w), e)", ""),
            (
                "crate::normalization::T::rms_norm(x, [4], Some(w), e)",
                "pub use tch::Tensor as T;",
            ),
            (
                "x.normalise()",
                "trait Own { fn normalise(&self) -> Tensor; } impl Own for Tensor { fn normalise(&self) -> Tensor { Self::rms_norm(self, [4], None::<&Tensor>, 1.0) } }",
            ),
            (
                "helper(x)",
                "fn helper<T: std::borrow::Borrow<Tensor>>(x: T) -> Tensor { x.borrow().rms_norm([4], None::<&Tensor>, 1.0) }",
            ),
        ],
    );
}

#[test]
fn an_operator_is_found_in_macros() {
    let call = "macro_rules! call { ($x:expr, $name:ident, $($rest:tt)*) => { $x.$name($($rest)*) } }";
    assert_refused(
        ANSWER,
        &[
            (
                "normal!(x, w, e)",
                "macro_rules! normal { ($x:expr, $w:expr, $e:expr) => { $x.rms_norm([4], Some($w), $e) } }",
            ),
            (
                "normal!(x, w, e)",
                "macro_rules! normal { ($x:expr, $($rest:tt)*) => { $x.rms_norm $rest } }",
            ),
            ("call!(x, rms_norm, [4], Some(w), e)", call),
            (
                "other!(x, f_rms_norm, [4], Some(w), e)",
                &format!("{call} use call as other;"),
            ),
            (
                "outer!(x, w, e)",
                &format!(
                    "{call} macro_rules! outer {{ ($x:expr, $w:expr, $e:expr) => {{ call!($x, rms_norm, [4], Some($w), $e) }} }}"
                ),
            ),
            ("assert!(x.rms_norm([4], Some(w), e).numel() > 0); todo!()", ""),
            ("vec![Tensor::rms_norm(x, [4], Some(w), e)].pop().unwrap()", ""),
            (
                "on!(Tensor, w)",
                "macro_rules! on { ($t:ty, $w:expr) => { <$t>::rms_norm($w, [4], None::<&Tensor>, 1.0) } }",
            ),
        ],
    );
}

#[test]
fn an_own_function_of_the_same_name_does_not_hide_the_operator() {
    let dummy = "struct Dummy; impl Dummy { fn rms_norm(&self, a: i64, b: i64, c: i64) {} }";
    assert_refused(
        ANSWER,
        &[
            ("x.rms_norm([4], Some(w), e)", dummy),
            ("Tensor::rms_norm(x, [4], Some(w), e)", dummy),
            (
                "x.rms_norm([4], Some(w), e)",
                "trait Own { fn rms_norm(&self, w: &Tensor) -> Tensor; }",
            ),
        ],
    );
}

#[test]
fn fused_attention_is_the_answer_everywhere_but_in_its_own_task() {
    let body = "{ Tensor::scaled_dot_product_attention(q, k, v, None::<&Tensor>, 0.0, true, None, false) }";
    let text =
        |name: &str| format!("use tch::Tensor;\npub fn {name}(q: &Tensor, k: &Tensor, v: &Tensor) -> Tensor {body}");
    let (attention, flash) = (text("causal_self_attention"), text("flash_attention"));
    assert_eq!(
        charged(&[("attention.rs", &attention), ("flash.rs", &flash)]),
        ["causal_self_attention attention.rs:2 Tensor::scaled_dot_product_attention"]
    );
}
