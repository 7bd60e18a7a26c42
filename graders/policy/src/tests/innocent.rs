//! What looks like a use and is none.

use super::*;

#[test]
fn own_functions_of_an_operators_name_are_no_use() {
    assert_accepted(&[
        ("rms_norm(x, w, e)", ""),
        ("crate::normalization::rms_norm(x, w, e)", ""),
        (
            "self::inner::rms_norm(x)",
            "mod inner { pub fn rms_norm(x: &super::Tensor) {} }",
        ),
        ("crate::parts::rms_norm(x, w, e)", ""),
        ("parts::rms_norm(x, w, e)", "use crate::parts;"),
        (
            "Norm::rms_norm(x, w)",
            "struct Norm; impl Norm { fn rms_norm(x: &Tensor, w: &Tensor) -> Tensor { x * w } }",
        ),
        (
            "Norm.rms_norm(x, w)",
            "struct Norm; impl Norm { fn rms_norm(&self, x: &Tensor, w: &Tensor) -> Tensor { x * w } }",
        ),
        (
            "Norm.run(x, w, e)",
            "struct Norm; impl Norm { fn rms_norm(&self, x: &Tensor, w: &Tensor, e: f64) -> Tensor { x * w } fn run(&self, x: &Tensor, w: &Tensor, e: f64) -> Tensor { self.rms_norm(x, w, e) + Self::rms_norm(self, x, w, e) } }",
        ),
        (
            "let weights = Weights { rms_norm: w }; x * weights.rms_norm",
            "struct Weights<'a> { rms_norm: &'a Tensor }",
        ),
        ("let rms_norm = x.square().mean(e); x / rms_norm", ""),
        (
            "assert!(rms_norm(x, w, e).numel() > 0); println!(\"{:?}\", rms_norm); todo!()",
            "",
        ),
        (
            "check!(rms_norm(x, w, e))",
            "macro_rules! check { ($value:expr) => { $value } }",
        ),
        (
            "check!(rms_norm(x, w, e)) + other!(x)",
            "macro_rules! check { ($value:expr) => { $value } } pub(crate) use check; pub(crate) use check as other;",
        ),
    ]);
}

#[test]
fn words_in_comments_texts_and_lifetimes_are_no_use() {
    assert_accepted(&[
        ("// x.rms_norm([4], Some(w), e) and std::fs::read\nx * w", ""),
        (
            "/* unsafe { } */ x * w",
            "/// Calls neither `Tensor::rms_norm` nor `std::process::exit`.\n#[doc = \"std::net\"]\nfn other() {}",
        ),
        ("todo!(\"x.rms_norm(...), include_str!, unsafe, std::fs\")", ""),
        ("panic!(r#\"std::process::exit(0)\"#)", ""),
        ("part(x)", "fn part<'process>(x: &'process Tensor) -> Tensor { x + 1 }"),
    ]);
}

#[test]
fn variables_and_functions_named_like_modules_are_no_use() {
    assert_accepted(&[
        (
            "let process = x * w; let net = &process; let env = e; if env != (1.0) { net + env } else { process.path }",
            "",
        ),
        (
            "process(x); fs::read(x)",
            "fn process(x: &Tensor) {} mod fs { pub fn read(x: &super::Tensor) {} }",
        ),
        ("config.process.exit(); config.path().join(w)", ""),
        ("let path: Vec<i64> = x.size(); Tensor::from_slice(&path).save", ""),
    ]);
}

#[test]
fn what_only_tests_compile_is_no_use() {
    assert_accepted(&[
        (
            "x * w",
            "#[cfg(test)] mod tests { use std::fs; #[test] fn same() { let y = x.rms_norm([4], Some(w), e); fs::read(\"a\"); unsafe {} } }",
        ),
        (
            "x * w",
            "#[cfg(test)]\n#[expect(unused)]\npub(crate) fn compared<A, B>(x: A, y: B) -> Tensor { x.rms_norm([4], Some(w), e) }",
        ),
        ("#[cfg(test)] println!(\"{}\", x.rms_norm([4], Some(w), e)); x * w", ""),
        ("x * w", "#[test]\nfn same() { include_str!(\"a\"); }"),
    ]);
}

#[test]
fn code_that_no_task_reaches_is_no_use() {
    assert_accepted(&[
        (
            "x * w",
            "fn unused(x: &Tensor) -> Tensor { x.rms_norm([4], None::<&Tensor>, 1.0) }",
        ),
        ("x * w", "use std::path::Path;"),
    ]);
}

#[test]
fn honest_code_of_all_kinds_is_accepted() {
    assert_accepted(&[
        (
            "COUNT.load(Ordering::Relaxed); x * w",
            "use std::sync::atomic::{AtomicUsize, Ordering}; static COUNT: AtomicUsize = AtomicUsize::new(0);",
        ),
        (
            "Store.save(1); Store::load(); x * w",
            "struct Store; impl Store { fn save(&self, x: i64) {} fn load() {} }",
        ),
        ("use Choice::{One, Two}; x * w", "enum Choice { One, Two }"),
        (
            "use helpers::square; square(x)",
            "mod helpers { pub fn square(x: &super::Tensor) -> super::Tensor { x * x } }",
        ),
        (
            "let f = |x: &Tensor| -> Tensor { x.layer_norm([4], Some(w), None::<&Tensor>, e, false) }; f(x)",
            "",
        ),
        (
            "x.softmax(-1, tch::Kind::Float).tril(0).multinomial(1, true).matrix_power(2)",
            "use std::{collections::{BTreeMap, HashMap as Map}, fmt::{self, Display}, iter, mem, thread};",
        ),
        (
            "tch::no_grad(|| x * w)",
            "use tch::{nn::{self, Module}, Device, IndexOp, Kind}; use core::f64::consts::PI; extern crate alloc;",
        ),
        (
            "Box::<dyn Fn(&Tensor) -> Tensor>::new(|x| x + 1)(x)",
            "impl<T> Own for Vec<T> where T: Fn() -> u8 {} trait Own {} const N: usize = 3; const fn three<const M: usize>() -> usize { M }",
        ),
    ]);
}
