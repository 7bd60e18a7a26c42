//! What no task may use.

use super::*;

#[test]
fn modules_of_std_are_found_by_every_way_that_leads_to_them() {
    assert_refused(
        Reason::Processes,
        &[
            ("std::process::exit(0)", ""),
            ("::std::process::exit(0)", ""),
            ("exit(0)", "use std::process::exit;"),
            ("p::exit(0)", "use std::process as p;"),
            ("s::process::exit(0)", "use std as s;"),
            ("s::process::exit(0)", "extern crate std as s;"),
            ("C::new(\"sh\")", "use std::{fmt, process::{self, Command as C}};"),
            ("use std::process; process::abort()", ""),
            ("process::abort()", "use std::*;"),
            ("abort()", "use std::process::*;"),
            ("self::deep::p::abort()", "mod deep { pub use std::process as p; }"),
            ("deep::process::abort()", "mod deep { pub use ::std::*; }"),
            ("helper()", "fn helper() -> std::process::ExitCode { todo!() }"),
        ],
    );
    assert_refused(
        Reason::Files,
        &[
            ("std::fs::read(\"/etc/passwd\")", ""),
            ("Path::new(\"a\").exists()", "use std::path::Path;"),
            ("tch::vision::imagenet::load_image(\"a\")", ""),
            ("TextData::new(\"a\")", "use tch::data::TextData;"),
        ],
    );
    assert_refused(Reason::Network, &[("std::net::TcpStream::connect(\"a\")", "")]);
    assert_refused(
        Reason::Environment,
        &[("std::env::var(\"HOME\")", ""), ("core::option_env!(\"HOME\")", "")],
    );
    assert_refused(Reason::System, &[("std::os::fd::RawFd::from(0)", "")]);
}

#[test]
fn functions_that_take_a_path_are_found() {
    assert_refused(
        Reason::Files,
        &[
            ("Tensor::load(\"a\")", ""),
            ("Tensor::f_from_file(\"a\", true, 1, options)", ""),
            ("x.save(\"a\")", ""),
            ("x.write_npy(\"a\")", ""),
            ("store.load(\"a\")", ""),
            ("let read = Tensor::read_safetensors; read(\"a\")", ""),
            ("Tensor::load_from_stream(bytes)", ""),
        ],
    );
}

#[test]
fn stored_programs_are_found() {
    assert_refused(
        Reason::TorchScript,
        &[
            ("tch::CModule::load_data(&mut bytes)", ""),
            ("tch::jit::CModule::load(\"a\")", ""),
            ("M::load_data(&mut bytes)", "use tch::CModule as M;"),
            ("jit::f_tracing_mode()", "use tch::jit;"),
        ],
    );
}

#[test]
fn macros_that_read_files_or_the_environment_are_found() {
    assert_refused(
        Reason::Files,
        &[
            ("include_str!(\"/etc/passwd\")", ""),
            ("std::include_bytes!(\"a\")", ""),
            ("peek!(\"a\")", "use std::include_str as peek;"),
            ("TEXT.len()", "const TEXT: &str = include_str!(\"a\");"),
            ("TEXT.len()", "static TEXT: &str = include_str!(\"a\");"),
            (
                "call!(include_str)",
                "macro_rules! call { ($name:ident) => { $name!(\"a\") } }",
            ),
            ("other()", "#[doc = include_str!(\"a\")] fn other() {}"),
            ("x * w", "include!(\"a.rs\");"),
            ("x * w", "#[path = \"/tmp/a.rs\"] mod a;"),
            ("x * w", "#[cfg_attr(all(), path = \"/tmp/a.rs\")] mod a;"),
        ],
    );
    assert_refused(
        Reason::Environment,
        &[("env!(\"HOME\")", ""), ("option_env!(\"HOME\")", "")],
    );
}

#[test]
fn code_that_is_not_safe_rust_is_found() {
    assert_refused(
        Reason::UnsafeCode,
        &[("unsafe { x.data_ptr() }", ""), ("helper()", "unsafe fn helper() {}")],
    );
    assert_refused(
        Reason::ForeignCode,
        &[
            ("getpid()", "extern \"C\" { fn getpid() -> i32; }"),
            ("x * w", "#[link(name = \"c\")] extern {}"),
            ("helper()", "extern \"C\" fn helper() {}"),
            ("helper()", "#[no_mangle] fn helper() {}"),
            ("std::arch::asm!(\"nop\")", ""),
            ("go!(\"nop\")", "use std::arch::asm as go;"),
        ],
    );
}

#[test]
fn other_crates_are_found() {
    assert_refused(
        Reason::Crates,
        &[
            ("x * w", "use rand::Rng;"),
            ("use libc; x * w", ""),
            ("x * w", "extern crate proc_macro;"),
            ("x * w", "use ::torch_sys::at_tensor;"),
        ],
    );
}

#[test]
fn names_that_hide_what_they_stand_for_are_refused() {
    assert_refused(
        Reason::HiddenName,
        &[
            (
                "run!(std)",
                "macro_rules! run { ($root:ident) => { $root::process::exit(0) } }",
            ),
            (
                "run!(std, process)",
                "macro_rules! run { ($root:ident, $name:ident) => { $root::$name::exit(0) } }",
            ),
        ],
    );
    let chain: Vec<String> = (0..100)
        .map(|number| format!("use a{} as a{number};", number + 1))
        .collect();
    let tangled = format!("{} use std as a100;", chain.concat());
    assert_refused(Reason::Tangled, &[("a0::process::exit(0)", &tangled)]);
}
