//! The submission's manifest as data: it names the assignment, and that is all it is used for.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

const MAX_MANIFEST: u64 = 1 << 20;

/// `package.metadata.grade.assignment` of a crate's manifest. No manifest names no assignment; a broken one is an error.
pub(super) fn read(submission: &Path) -> Result<Option<String>, String> {
    let path = submission.join("Cargo.toml");
    // A link or a fifo could lead anywhere, or block for ever.
    match std::fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
        Ok(metadata) if !metadata.is_file() => return Err("it is not a plain file".to_owned()),
        Ok(_) => {}
    }
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_MANIFEST).read_to_string(&mut text))
        .map_err(|error| error.to_string())?;
    let manifest: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    let name = ["package", "metadata", "grade", "assignment"]
        .iter()
        .try_fold(&toml::Value::Table(manifest), |value, key| value.get(key).ok_or(()))
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned));
    Ok(name)
}
