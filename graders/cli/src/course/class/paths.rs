//! What an error says of a submission, without where the course keeps it.

use std::path::Path;

/// The words with the submission's place in the folder in place of its place on this machine.
pub(super) fn without_folder(words: &str, folder: &Path) -> String {
    let mut prefix = folder.display().to_string();
    if !prefix.ends_with('/') {
        prefix.push('/');
    }
    words.replace(&prefix, "")
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
}
