//! Files on their way from one folder to another.

use std::fs;
use std::io;
use std::path::Path;

use walkdir::WalkDir;

/// Copies a folder's files over another's.
pub(crate) fn lay_over(source: &Path, target: &Path) -> io::Result<()> {
    for entry in WalkDir::new(source) {
        let entry = entry?;
        let Ok(relative) = entry.path().strip_prefix(source) else {
            continue;
        };
        let path = target.join(relative);
        if entry.file_type().is_dir() {
            fs::create_dir_all(path)?;
        } else {
            fs::copy(entry.path(), path)?;
        }
    }
    Ok(())
}
