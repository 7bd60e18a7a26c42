//! What a submission holds, by names relative to it: of a folder and of an archive alike.

use std::collections::BTreeMap;
use std::path::Path;

/// What a source may be large.
pub(super) const MAX_FILE: u64 = 1 << 20;
/// How many files and folders are looked at.
pub(super) const MAX_ENTRIES: usize = 5000;
/// What all sources may be large together.
pub(super) const MAX_ALL: u64 = 64 << 20;
/// The manifest of a crate.
pub(super) const MANIFEST: &str = "Cargo.toml";
/// The folder of a crate's sources.
pub(super) const SOURCES: &str = "src";

/// Folders that tools make: no submission's own, and full.
const OF_TOOLS: [&str; 5] = ["target", "__MACOSX", "__pycache__", "node_modules", "venv"];
/// Files that systems put beside one's own.
const OF_SYSTEMS: [&str; 3] = ["Thumbs.db", "desktop.ini", "Icon\r"];

/// A file, or what there is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A Rust file or a manifest, read; without a byte order mark.
    Text(Vec<u8>),
    /// One that is too large.
    Large,
    /// One that cannot be read, and why.
    Unreadable(String),
    /// A link, which could lead anywhere.
    Link,
    /// A pipe, a socket, a device.
    Special,
    /// Any other file, and a folder that is not looked into.
    Other,
}

/// Names with slashes, and what is there. A name that is no text holds marks that no accepted name does.
pub(super) type Tree = BTreeMap<String, Entry>;

/// A text as it was read, at most one byte more than a source may have.
pub(super) fn text(bytes: Vec<u8>) -> Entry {
    if bytes.len() as u64 > MAX_FILE {
        return Entry::Large;
    }
    // Some editors put a byte order mark first.
    match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => Entry::Text(rest.to_vec()),
        None => Entry::Text(bytes),
    }
}

/// Whether a file is one whose bytes matter.
pub(super) fn is_wanted(file: &str) -> bool {
    !is_hidden(file) && (file == MANIFEST || is_rust(file))
}

/// Whether a name is that of a Rust file, as Windows writes it too.
pub(super) fn is_rust(file: &str) -> bool {
    let extension = Path::new(file).extension();
    extension.is_some_and(|extension| extension.eq_ignore_ascii_case("rs"))
}

/// Whether a folder is not looked into. Among the sources a module may be called like a tool's folder.
pub(super) fn is_passed_over(above: &str, folder: &str) -> bool {
    is_hidden(folder) || (OF_TOOLS.contains(&folder) && !above.split('/').any(|name| name == SOURCES))
}

/// Names by which editors, systems and tools put their own beside somebody's files.
pub(super) fn is_hidden(name: &str) -> bool {
    name.starts_with('.')
}

/// Whether nobody put it there on purpose.
pub(super) fn is_of_a_system(name: &str) -> bool {
    is_hidden(name) || OF_SYSTEMS.contains(&name) || OF_TOOLS.contains(&name)
}
