//! The state of a submission's files as far as it can be seen without reading them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use walkdir::{DirEntry, WalkDir};

/// Files that are looked at; staging refuses a submission long before.
const MOST: usize = 5000;

/// Folders in folders.
const DEEPEST: usize = 12;

/// When each source was saved last, and how long it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Saved(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Saved {
    /// Looks at the sources of a submission: below `src`, or in all of it where there is none; or at the archive that it
    /// is. What cannot be read is as good as absent.
    pub(crate) fn look(submission: &Path) -> Self {
        if let Some(archive) = fs::metadata(submission).ok().filter(fs::Metadata::is_file) {
            let state = (archive.modified().ok(), archive.len());
            return Self([(submission.to_owned(), state)].into());
        }
        let source = submission.join("src");
        // Where there is no `src`, the crate may lie in any folder.
        let root = if source.is_dir() { &source } else { submission };
        let walk = WalkDir::new(root).min_depth(1).max_depth(DEEPEST);
        let entries = walk.into_iter().filter_entry(is_visible).take(MOST).flatten();
        let is_rust = |entry: &DirEntry| {
            let extension = entry.path().extension();
            extension.is_some_and(|extension| extension.eq_ignore_ascii_case("rs"))
        };
        let sources = entries.filter(|entry| entry.file_type().is_file() && is_rust(entry));
        let state = |entry: DirEntry| {
            let metadata = entry.metadata().ok()?;
            Some((entry.into_path(), (metadata.modified().ok(), metadata.len())))
        };
        Self(sources.filter_map(state).collect())
    }
}

/// Editors keep locks and copies under names that begin with a dot, and builds change files all the time.
fn is_visible(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    !(name.starts_with('.') || entry.file_type().is_dir() && name == "target")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_saved_source_is_seen_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("src");
        fs::create_dir_all(&source).unwrap();
        fs::write(source.join("attention.rs"), "1").unwrap();
        let before = Saved::look(folder.path());
        for other in [
            "src/.#attention.rs",
            "src/notes.txt",
            "attention.rs",
            "src/attention.rs~",
        ] {
            fs::write(folder.path().join(other), "x").unwrap();
        }
        assert_eq!(Saved::look(folder.path()), before);
        fs::write(source.join("attention.rs"), "22").unwrap();
        let after = Saved::look(folder.path());
        assert_ne!(after, before);
        fs::write(source.join("helper.rs"), "").unwrap();
        assert_ne!(Saved::look(folder.path()), after);
    }

    #[test]
    fn a_folder_of_sources_is_looked_at_itself_and_one_that_is_gone_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("attention.rs"), "1").unwrap();
        assert_eq!(Saved::look(folder.path()).0.len(), 1);
        for inside in ["student/src/attention.rs", "target/debug/attention.rs"] {
            let file = folder.path().join(inside);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        assert_eq!(Saved::look(folder.path()).0.len(), 2);
        assert_eq!(Saved::look(&folder.path().join("gone")).0.len(), 0);
    }

    #[test]
    fn an_archive_that_is_packed_anew_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let archive = folder.path().join("a2.zip");
        fs::write(&archive, "1").unwrap();
        let before = Saved::look(&archive);
        fs::write(&archive, "22").unwrap();
        assert_ne!(Saved::look(&archive), before);
    }
}
