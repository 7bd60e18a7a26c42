//! Sources that are made to break whoever reads them.

use std::time::{Duration, Instant};

use super::*;

#[test]
fn brackets_that_are_nested_too_deeply_are_refused_and_set_aside() {
    let text = format!(
        "pub fn rms_norm() {{\n{}{}\n}}",
        "(".repeat(200_000),
        ")".repeat(200_000)
    );
    let found = inspected(&[
        ("normalization.rs", &text),
        ("attention.rs", "pub fn causal_self_attention() {}"),
    ]);
    let tasks: Vec<&str> = found.breaches.iter().map(|breach| breach.task).collect();
    assert_eq!(tasks, ["rms_norm", "scale"]);
    assert!(
        found
            .breaches
            .iter()
            .all(|breach| breach.reason == Reason::Nesting && breach.line == 2)
    );
    assert_eq!(found.set_aside, ["normalization.rs"]);
}

#[test]
fn what_the_compiler_refuses_is_left_to_it() {
    for text in [
        "pub fn rms_norm( { ]",
        "pub fn rms_norm() { \"never ends }",
        "(((((((((",
    ] {
        let found = inspected(&[("normalization.rs", text)]);
        assert_eq!((found.breaches.len(), found.unread.len()), (0, 1), "{text}");
    }
    // Wrong as grammar, but made of tokens.
    assert_eq!(
        inspected(&[("normalization.rs", "pub fn = ; use ; mod impl # ! trait :: <")]),
        Inspection::default()
    );
}

#[test]
fn a_file_that_the_compiler_never_sees_is_not_missed() {
    assert_eq!(inspected(&[("old/notes.rs", "never ends {")]), Inspection::default());
    // A whole copy of the sources, with a root of its own that nobody reads either.
    let copy = [("old/lib.rs", "pub mod notes;"), ("old/notes.rs", "never ends {")];
    assert_eq!(inspected(&copy), Inspection::default());
    let inner = inspected(&[
        ("own.rs", "mod deep;"),
        ("own/deep/mod.rs", "mod last;"),
        ("own/deep/last.rs", "never {"),
    ]);
    assert_eq!(inner.unread.len(), 1);
    let declared = inspected(&[("old/mod.rs", "mod notes;"), ("old/notes.rs", "never ends {")]);
    assert_eq!(declared.unread.len(), 1);
}

#[test]
fn sources_that_are_too_large_in_all_are_not_read() {
    let large = "// much\n".repeat(super::super::LARGEST / 8 + 1);
    let found = inspected(&[
        ("attention.rs", "pub fn f() {}"),
        ("helpers.rs", &large),
        ("normalization.rs", ""),
    ]);
    let files: Vec<&str> = found.unread.iter().map(|unread| unread.file.as_str()).collect();
    assert_eq!(files, ["helpers.rs", "normalization.rs"]);
}

#[test]
fn hostile_sources_are_read_in_bounded_time() {
    let many = |text: &str| text.repeat(300_000 / text.len());
    let module = |number: u32| format!("pub mod m{number} {{ pub use super::*; }} pub use m{number}::*;");
    let stars = (0..4000).map(module).collect::<Vec<_>>().concat();
    for text in [
        many("!"),
        many("x."),
        many("a::"),
        many("a::<b>::"),
        many("a::<"),
        many("m!{}"),
        many("<T as "),
        many("use a as b;"),
        many("else if x {} "),
        many("#[a]"),
        many("fn f() {} "),
        many("use std::*;"),
        many("impl A for B {} "),
        many("x.rms_norm(1) "),
        many("f() fn f() {} "),
        many("x.m() impl A { fn m() { self.rms_norm() } } "),
        format!("use {}x{};", "a::{".repeat(150), "}".repeat(150)),
        format!("{stars} fn f() {{ {} }}", many("q r s t u v ")),
    ] {
        let begun = Instant::now();
        let text = format!("pub fn rms_norm() {{}} {text}");
        let _ = inspected(&[("normalization.rs", &text)]);
        let elapsed = begun.elapsed();
        assert!(elapsed < Duration::from_secs(20), "{elapsed:?} for {}", &text[..60]);
    }
}

#[test]
fn an_inspection_says_the_same_each_time() {
    let files = [
        ("normalization.rs", "pub fn rms_norm() { unsafe {} std::fs::read(1) }"),
        ("attention.rs", "use x::y;"),
    ];
    assert_eq!(inspected(&files), inspected(&files));
}

#[test]
fn a_first_line_for_the_shell_changes_no_line_number() {
    let found = charged(&[("normalization.rs", "#!/bin/sh\npub fn rms_norm() { unsafe {} }")]);
    assert_eq!(found, ["rms_norm normalization.rs:2 unsafe"]);
}
