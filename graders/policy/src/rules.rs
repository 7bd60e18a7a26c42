//! What no task may use: files, processes, the network, the environment, other code than Rust, other crates.
//!
//! A deterrent with clear words; what guards the machine is the sandbox.

use super::Reason;

/// Macros that read files or the environment of the build, or hold other code.
const MACROS: [(&str, Reason); 9] = [
    ("asm", Reason::ForeignCode),
    ("env", Reason::Environment),
    ("global_asm", Reason::ForeignCode),
    ("include", Reason::Files),
    ("include_bytes", Reason::Files),
    ("include_str", Reason::Files),
    ("llvm_asm", Reason::ForeignCode),
    ("naked_asm", Reason::ForeignCode),
    ("option_env", Reason::Environment),
];

/// Attributes that take in another file or another library.
const ATTRIBUTES: [(&str, Reason); 7] = [
    ("export_name", Reason::ForeignCode),
    ("link", Reason::ForeignCode),
    ("link_name", Reason::ForeignCode),
    ("link_ordinal", Reason::ForeignCode),
    ("link_section", Reason::ForeignCode),
    ("no_mangle", Reason::ForeignCode),
    ("path", Reason::Files),
];

/// Modules of `std` (and `core`, `alloc`).
const STD: [(&str, Reason); 6] = [
    ("env", Reason::Environment),
    ("fs", Reason::Files),
    ("net", Reason::Network),
    ("os", Reason::System),
    ("path", Reason::Files),
    ("process", Reason::Processes),
];

/// Parts of `tch`.
const TCH: [(&[&str], Reason); 6] = [
    (&["CModule"], Reason::TorchScript),
    (&["IValue"], Reason::TorchScript),
    (&["TrainableCModule"], Reason::TorchScript),
    (&["data", "TextData"], Reason::Files),
    (&["jit"], Reason::TorchScript),
    (&["vision"], Reason::Files),
];

/// Functions and methods of `tch` that take a path or a stream of a stored file.
const FILE_FUNCTIONS: [&str; 19] = [
    "fill_safetensors",
    "from_file",
    "load",
    "load_from_stream",
    "load_multi",
    "load_multi_from_stream",
    "load_multi_from_stream_with_device",
    "load_multi_with_device",
    "load_partial",
    "loadz_multi",
    "loadz_multi_with_device",
    "read_npy",
    "read_npz",
    "read_safetensors",
    "save",
    "save_multi",
    "write_npy",
    "write_npz",
    "write_safetensors",
];

/// The crates that there are.
const CRATES: [&str; 4] = ["alloc", "core", "std", "tch"];

/// Macros of `std` whose arguments are expressions, which no word can be taken out of.
const PLAIN_MACROS: [&str; 24] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "cfg",
    "compile_error",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "matches",
    "panic",
    "print",
    "println",
    "thread_local",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

fn find(list: &[(&str, Reason)], name: &str) -> Option<Reason> {
    list.iter().find(|(known, _)| *known == name).map(|(_, reason)| *reason)
}

/// Why a macro may not be used.
pub(super) fn of_macro(name: &str) -> Option<Reason> {
    find(&MACROS, name)
}

/// Why an attribute may not be used.
pub(super) fn of_attribute(name: &str) -> Option<Reason> {
    find(&ATTRIBUTES, name)
}

/// Whether a crate of this name can be used.
pub(super) fn is_crate(name: &str) -> bool {
    CRATES.contains(&name)
}

/// Whether a macro of `std` takes expressions only.
pub(super) fn is_plain_macro(name: &str) -> bool {
    PLAIN_MACROS.contains(&name)
}

/// Why the path of an item in another crate may not be used.
pub(super) fn of_path(path: &[String]) -> Option<Reason> {
    let (root, rest) = path.split_first()?;
    let first = rest.first()?;
    match root.as_str() {
        "std" | "core" | "alloc" => find(&STD, first),
        "tch" => {
            let begins = |known: &[&str]| known.iter().zip(rest).filter(|(one, other)| **one == **other).count();
            let found = TCH.iter().find(|(known, _)| begins(known) == known.len());
            found.map(|(_, reason)| *reason)
        }
        _ => None,
    }
}

/// Whether a function or method of `tch` of this name reads or writes files.
pub(super) fn is_file_function(name: &str) -> bool {
    let plain = name.strip_prefix("f_").unwrap_or(name);
    let plain = plain.strip_suffix("_out").unwrap_or(plain);
    FILE_FUNCTIONS.contains(&plain)
}
