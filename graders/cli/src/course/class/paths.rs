//! What an error says of a submission, without where the course keeps it; and the files in a folder of shards.

use std::path::{Path, PathBuf};

/// The words with the submission's place in the folder in place of its place on this machine.
pub(super) fn without_folder(words: &str, folder: &Path) -> String {
    let mut prefix = folder.display().to_string();
    if !prefix.ends_with('/') {
        prefix.push('/');
    }
    words.replace(&prefix, "")
}

/// The plan in a folder of shards.
pub(super) fn plan(folder: &Path) -> PathBuf {
    folder.join("plan.class")
}

/// The file of a shard.
pub(super) fn shard(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("shard-{number}.class"))
}

/// Whether a file is a shard's, by its name.
pub(super) fn is_shard(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let number = name.strip_prefix("shard-").and_then(|rest| rest.strip_suffix(".class"));
    number.is_some_and(|number| number.parse::<usize>().is_ok())
}

/// The script of the array job.
pub(super) fn script(folder: &Path) -> PathBuf {
    folder.join("array.sbatch")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_on_this_machine_is_nobodys_business() {
        let said = without_folder(
            "/home/x/a2/ann.zip is no crate: /home/x/a2/ann.zip/b",
            Path::new("/home/x/a2"),
        );
        assert_eq!(said, "ann.zip is no crate: ann.zip/b");
        assert_eq!(
            without_folder("a2/ann is no crate", Path::new("a2/")),
            "ann is no crate"
        );
    }

    #[test]
    fn shards_are_known_by_their_names_and_lists_logs_and_the_plan_are_none() {
        let folder = Path::new("/x");
        assert!(is_shard(&shard(folder, 12)));
        for other in [
            "shard-1.txt",
            "shard-1.log",
            "plan.class",
            "shard-.class",
            "shard-1.class.lock",
        ] {
            assert!(!is_shard(&folder.join(other)), "{other}");
        }
    }
}
