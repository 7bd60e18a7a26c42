//! Archives that are accepted, and archives that are not.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::io::{Cursor, Write};

use ::tar::{Builder, EntryType, Header};
use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, ZipWriter};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::tree::Entry;
use super::*;

const SOURCE: &str = "src/attention.rs";

/// A zip of these files.
fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1));
        if name.ends_with('/') {
            zip.add_directory(*name, options).unwrap();
        } else {
            zip.start_file(*name, options).unwrap();
            zip.write_all(bytes).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// A member of a tar, under a name that no careful writer would write.
fn add(tar: &mut Builder<Vec<u8>>, name: &[u8], kind: EntryType, bytes: &[u8]) {
    let mut header = Header::new_ustar();
    header.as_mut_bytes()[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append(&header, bytes).unwrap();
}

fn tar_of(files: &[(&[u8], EntryType, &[u8])]) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, kind, bytes) in files {
        add(&mut tar, name, *kind, bytes);
    }
    tar.into_inner().unwrap()
}

fn tar_of_sources(names: &[&[u8]]) -> Vec<u8> {
    let files: Vec<_> = names
        .iter()
        .map(|name| (*name, EntryType::Regular, b"// own".as_slice()))
        .collect();
    tar_of(&files)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

/// Every kind of archive with these sources.
fn all_kinds(names: &[&str]) -> [Vec<u8>; 3] {
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (*name, b"// own".as_slice())).collect();
    let names: Vec<&[u8]> = names.iter().map(|name| name.as_bytes()).collect();
    let tar = tar_of_sources(&names);
    [zip_of(&files), gzip(&tar), tar]
}

fn tree(bytes: &[u8]) -> Result<Tree, StageError> {
    super::tree(Path::new("a2"), bytes)
}

fn names(bytes: &[u8]) -> Vec<String> {
    let texts = tree(bytes)
        .unwrap()
        .into_iter()
        .filter(|(_, entry)| matches!(entry, Entry::Text(_)));
    texts.map(|(name, _)| name).collect()
}

fn refusal(bytes: &[u8]) -> StageError {
    tree(bytes).unwrap_err()
}

fn archive_error(bytes: &[u8]) -> ArchiveError {
    match refusal(bytes) {
        StageError::Archive(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn sources_and_the_manifest_are_read_from_every_kind() {
    let packed = [SOURCE, "Cargo.toml", "report, final.pdf", "rust-toolchain"];
    for bytes in all_kinds(&packed) {
        let tree = tree(&bytes).unwrap();
        let names: Vec<&str> = tree.keys().map(String::as_str).collect();
        assert_eq!(names, ["Cargo.toml", "report, final.pdf", "rust-toolchain", SOURCE]);
        assert_eq!(tree[SOURCE], Entry::Text(b"// own".to_vec()));
        assert_eq!(tree["rust-toolchain"], Entry::Other);
    }
}

#[test]
fn what_the_system_adds_and_what_is_built_is_not_looked_into() {
    let packed = [
        "a2/src/attention.rs",
        "a2/Cargo.toml",
        "a2/src/._attention.rs",
        "__MACOSX/a2/src/attention.rs",
        "a2/.git/attention.rs",
        "a2/target/debug/build/attention.rs",
        ".DS_Store",
    ];
    for bytes in all_kinds(&packed) {
        assert_eq!(names(&bytes), ["a2/Cargo.toml", "a2/src/attention.rs"]);
    }
}

#[test]
fn names_as_windows_has_packed_them_and_names_with_a_dot_are_read() {
    assert_eq!(
        names(&zip_of(&[("a2\\src\\attention.rs", b"")])),
        ["a2/src/attention.rs"]
    );
    assert_eq!(names(&tar_of_sources(&[b"./src/attention.rs"])), [SOURCE]);
}

#[test]
fn names_that_lead_elsewhere_are_refused() {
    for name in ["/etc/attention.rs", "C:/attention.rs", "C:\\attention.rs"] {
        let error = archive_error(&zip_of(&[(name, b"")]));
        assert!(matches!(error, ArchiveError::Absolute(_)), "{name}: {error}");
    }
    for name in ["../attention.rs", "src/../../attention.rs", "src\\..\\x.rs", ".."] {
        let error = archive_error(&zip_of(&[(name, b"")]));
        assert!(matches!(error, ArchiveError::Parent(_)), "{name}: {error}");
    }
    let absolute = archive_error(&tar_of_sources(&[b"/etc/attention.rs"]));
    assert!(matches!(absolute, ArchiveError::Absolute(_)), "{absolute}");
    let parent = archive_error(&gzip(&tar_of_sources(&[b"src/../../attention.rs"])));
    assert!(matches!(parent, ArchiveError::Parent(_)), "{parent}");
}

#[test]
fn links_devices_and_pipes_are_noted_and_nothing_more() {
    for kind in [EntryType::Symlink, EntryType::Link] {
        let bytes = tar_of(&[(SOURCE.as_bytes(), kind, b"")]);
        assert_eq!(tree(&bytes).unwrap()[SOURCE], Entry::Link);
    }
    for kind in [EntryType::Char, EntryType::Block, EntryType::Fifo] {
        let bytes = gzip(&tar_of(&[(b"a/device", kind, b"")]));
        assert_eq!(tree(&bytes).unwrap()["a/device"], Entry::Special);
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink(SOURCE, "/etc/passwd", SimpleFileOptions::default())
        .unwrap();
    let bytes = zip.finish().unwrap().into_inner();
    assert_eq!(tree(&bytes).unwrap()[SOURCE], Entry::Link);
    // The mode of a pipe, in the place of a file's.
    let at = position(&bytes, b"PK\x01\x02") + 38;
    let pipe = patched(&bytes, at, &(0o010_644_u32 << 16).to_le_bytes());
    assert_eq!(tree(&pipe).unwrap()[SOURCE], Entry::Special);
}

fn position(bytes: &[u8], magic: &[u8]) -> usize {
    bytes.windows(magic.len()).position(|window| window == magic).unwrap()
}

fn patched(bytes: &[u8], at: usize, new: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + new.len()].copy_from_slice(new);
    bytes
}

/// The same bytes with every occurrence of a name replaced by another of the same length.
fn renamed(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    assert_eq!(old.len(), new.len());
    let mut bytes = bytes.to_vec();
    for at in 0..=bytes.len() - old.len() {
        if bytes[at..].starts_with(old) {
            bytes[at..at + old.len()].copy_from_slice(new);
        }
    }
    bytes
}

#[test]
fn names_that_are_no_text_are_no_names_of_modules() {
    let zip = renamed(&zip_of(&[("src/x.rs", b"")]), b"src/x.rs", b"src/\xff.rs");
    for bytes in [zip, tar_of_sources(&[b"src/\xff.rs"])] {
        assert_eq!(names(&bytes), ["src/\u{fffd}.rs"]);
    }
    let zip = renamed(&zip_of(&[("src/x.rs", b"")]), b"src/x.rs", b"src/\0.rs");
    assert_eq!(names(&zip), ["src/\u{fffd}.rs"]);
}

#[test]
fn endless_names_and_folders_cost_themselves_only() {
    for name in [
        "x".repeat(300) + ".rs",
        "a/".repeat(20) + "x.rs",
        "a/bcdefgh".repeat(100),
    ] {
        let zip = zip_of(&[(&name, b""), (SOURCE, b"")]);
        assert_eq!(names(&zip), [SOURCE], "{name}");
        let tree = tree(&zip).unwrap();
        let (shown, entry) = tree.iter().find(|(name, _)| *name != SOURCE).unwrap();
        assert!(shown.len() < 50 && *entry == Entry::Other, "{shown}: {entry:?}");
    }
}

#[test]
fn what_nobody_wants_of_an_archive_costs_nothing_however_it_was_packed() {
    let zip = zip_of(&[("notes.txt", b"mine"), (SOURCE, b"// own")]);
    let entry = position(&zip, b"PK\x01\x02");
    let encrypted = patched(&patched(&zip, 6, &[1]), entry + 8, &[1]);
    let zeros = vec![0; 20 << 20];
    let data = zip_of(&[("zeros.csv", &zeros), (SOURCE, b"// own")]);
    let files = zip_of(&[("a.txt", b"one"), ("b.txt", b"two"), (SOURCE, b"// own")]);
    let twins = renamed(&files, b"b.txt", b"a.txt");
    for bytes in [encrypted, data, twins] {
        assert_eq!(names(&bytes), [SOURCE]);
    }
}

#[test]
fn what_was_appended_to_a_tar_counts() {
    let of = |bytes| [(SOURCE.as_bytes(), EntryType::Regular, bytes)];
    let tar = tar_of(&[of(b"// first".as_slice()), of(b"// last".as_slice())].concat());
    for bytes in [gzip(&tar), tar] {
        assert_eq!(tree(&bytes).unwrap()[SOURCE], Entry::Text(b"// last".to_vec()));
    }
}

#[test]
fn names_that_clash_are_refused() {
    for bytes in all_kinds(&["src/x.rs", "src/x.rs/y.rs"]) {
        assert!(matches!(archive_error(&bytes), ArchiveError::FileAndFolder(name) if name == "src/x.rs"));
    }
    let zip = renamed(
        &zip_of(&[("src/x.rs", b"one"), ("src/y.rs", b"two")]),
        b"src/y.rs",
        b"src/x.rs",
    );
    assert!(matches!(archive_error(&zip), ArchiveError::Twice(name) if name == "src/x.rs"));
}

#[test]
fn what_cannot_be_unpacked_here_is_refused_by_name() {
    let zip = zip_of(&[(SOURCE, b"// own")]);
    let entry = position(&zip, b"PK\x01\x02");
    let encrypted = patched(&patched(&zip, 6, &[1]), entry + 8, &[1]);
    assert!(matches!(archive_error(&encrypted), ArchiveError::Encrypted(name) if name == SOURCE));
    let bzip2 = patched(&patched(&zip, 8, &[12]), entry + 10, &[12]);
    assert!(matches!(archive_error(&bzip2), ArchiveError::Method(name) if name == SOURCE));
    let file = "//! Not a tar.\n".repeat(100);
    assert!(matches!(archive_error(&gzip(file.as_bytes())), ArchiveError::NotATar));
    assert!(matches!(archive_error(b"Rar!\x1a\x07"), ArchiveError::Unknown(_)));
    assert!(matches!(archive_error(b""), ArchiveError::Unknown(_)));
}

#[test]
fn what_is_cut_off_or_broken_is_told_apart() {
    let text: Vec<u8> = (0..4000_u32).flat_map(u32::to_le_bytes).collect();
    let tar = tar_of(&[
        (SOURCE.as_bytes(), EntryType::Regular, &text),
        (b"notes", EntryType::Regular, b""),
    ]);
    for bytes in [zip_of(&[(SOURCE, &text)]), gzip(&tar), tar] {
        let (half, most) = (bytes.len() / 2, bytes.len() - 600);
        for end in [half, most] {
            let error = archive_error(&bytes[..end]);
            assert!(matches!(error, ArchiveError::Cut), "{end} of {}: {error}", bytes.len());
        }
        assert!(tree(&bytes).is_ok());
    }
    // A tar that ends between two members.
    let tar = tar_of_sources(&[b"src/x.rs", b"src/y.rs"]);
    assert!(matches!(archive_error(&tar[..1024]), ArchiveError::Cut));
    // A byte of the text, which the check sum of both kinds covers.
    for bytes in [zip_of(&[(SOURCE, &text)]), gzip(&tar_of_sources(&[b"src/x.rs"]))] {
        let at = bytes.len().min(200) / 2;
        let error = archive_error(&patched(&bytes, at, &[bytes[at] ^ 0x55]));
        assert!(matches!(error, ArchiveError::Broken(_) | ArchiveError::Cut), "{error}");
    }
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let zeros = vec![0; 20 << 20];
    let zip = zip_of(&[("src/zeros.rs", &zeros)]);
    assert!(zip.len() < 300_000, "{}", zip.len());
    assert!(matches!(archive_error(&zip), ArchiveError::Bomb(name) if name == "src/zeros.rs"));
    let tar = gzip(&tar_of(&[(b"zeros", EntryType::Regular, &zeros)]));
    assert!(matches!(archive_error(&tar), ArchiveError::Bomb(_)));
    // One that says it is small, and is not: no more of it is read than of any source.
    let entry = position(&zip, b"PK\x01\x02");
    let modest = patched(&patched(&zip, 22, &[9, 0, 0, 0]), entry + 24, &[9, 0, 0, 0]);
    match tree(&modest) {
        Ok(tree) => assert_eq!(tree["src/zeros.rs"], Entry::Large),
        Err(error) => assert!(matches!(error, StageError::Archive(ArchiveError::Broken(_))), "{error}"),
    }
}

#[test]
fn many_files_and_much_text_are_refused() {
    let many: Vec<String> = (0..5001).map(|number| format!("{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for bytes in all_kinds(&many) {
        assert!(matches!(refusal(&bytes), StageError::TooManyEntries(5000)));
    }
    // Thirty times its size is no bomb, but all of it together is more than anybody needs.
    let line = |line: u32| [vec![0; 200], line.wrapping_mul(2_654_435_761).to_le_bytes().to_vec()].concat();
    let text: Vec<u8> = (0..350 << 10).flat_map(line).collect();
    let zip = zip_of(&[("a.rs", &text[..text.len() / 2]), ("b.rs", &text[text.len() / 2..])]);
    assert!(matches!(archive_error(&zip), ArchiveError::TooMuch(_)));
    let tar = gzip(&tar_of(&[(b"a.bin", EntryType::Regular, &text)]));
    assert!(matches!(archive_error(&tar), ArchiveError::TooMuch(_)));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.zip");
    fs::write(&path, vec![0; (16 << 20) + 1]).unwrap();
    assert!(matches!(
        super::read(&path),
        Err(StageError::Archive(ArchiveError::Large(_)))
    ));
}

#[test]
fn an_end_upon_an_end_is_no_zip() {
    let ends = b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0\0".repeat(100_000);
    let error = archive_error(&ends);
    assert!(matches!(error, ArchiveError::Broken(_)), "{error}");
}
