//! The files of a release, and the way to the disk.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Files by their paths in the folder that is handed out.
pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// Writes a release, of which scripts can be started.
pub(crate) fn write(files: &Files, target: &Path) -> io::Result<()> {
    let target = std::path::absolute(target)?;
    fs::create_dir_all(target.parent().unwrap_or(Path::new("/")))?;
    ::files::write_folder(&target, |folder| {
        ::files::write_all(folder, files)?;
        for (path, _) in files.iter().filter(|(_, bytes)| bytes.starts_with(b"#!")) {
            make_executable(&folder.join(path))?;
        }
        make_readable(folder)
    })
}

fn make_executable(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// A temporary folder is its maker's alone; what is handed out is not.
fn make_readable(folder: &Path) -> io::Result<()> {
    make_executable(folder)
}

/// The files of a folder, without what version control and builds keep there.
pub(super) fn read(folder: &Path) -> io::Result<Files> {
    let is_ours = |name: &std::ffi::OsStr| name != ".git" && name != "target";
    let mut files = Files::new();
    let entries = WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| is_ours(entry.file_name()));
    for entry in entries {
        let entry = entry?;
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            files.insert(path.to_owned(), fs::read(entry.path())?);
        }
    }
    Ok(files)
}
