//! Archives that tests make of files.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, Header};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Files by name.
pub type Files = Vec<(String, Vec<u8>)>;

/// All files below a folder, under the name of another.
///
/// # Panics
/// Where the folder cannot be read.
pub fn files_below(folder: &std::path::Path, top: &str) -> Files {
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name().into_iter();
    let entries = entries.map(|entry| entry.expect("a readable folder"));
    let files = entries.filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let name = entry.path().strip_prefix(folder).expect("a path below the folder");
            let bytes = std::fs::read(entry.path()).expect("a file");
            (format!("{top}{}", name.display()), bytes)
        })
        .collect()
}

/// A zip.
///
/// # Panics
/// Where a name cannot be packed.
pub fn zip(files: &Files) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), SimpleFileOptions::default())
            .and_then(|()| Ok(zip.write_all(bytes)?))
            .expect("room in memory");
    }
    zip.finish().expect("room in memory").into_inner()
}

/// A tar.
///
/// # Panics
/// Where a name cannot be packed.
pub fn tar(files: &Files) -> Vec<u8> {
    let mut tar = Builder::new(Vec::new());
    for (name, bytes) in files {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, bytes.as_slice())
            .expect("room in memory");
    }
    tar.into_inner().expect("room in memory")
}

/// The same bytes as gzip packs them.
///
/// # Panics
/// Never: the memory grows.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(bytes).expect("room in memory");
    gzip.finish().expect("room in memory")
}
