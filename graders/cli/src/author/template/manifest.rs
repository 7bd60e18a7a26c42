//! The template's `Cargo.toml`: versions from the workspace, the assignment from the reference.
//!
//! It inherits nothing, so that a copy of the template works outside this repository too.

use std::path::Path;

use toml::{Table, Value};

use super::error::{REFERENCE, TemplateError, read};

/// What the template's manifest takes over from the repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Manifest {
    /// The assignment that the template belongs to.
    pub(super) assignment: String,
    edition: String,
    rust_version: String,
    tch_version: String,
}

impl Manifest {
    /// Reads the manifests of the workspace and of the reference.
    pub(super) fn read(root: &Path) -> Result<Self, TemplateError> {
        let workspace = Source::read(root)?;
        let reference = Source::read(&root.join(REFERENCE))?;
        Ok(Self {
            assignment: reference.text(&["package", "metadata", "grade", "assignment"])?,
            edition: workspace.text(&["workspace", "package", "edition"])?,
            rust_version: workspace.text(&["workspace", "package", "rust-version"])?,
            tch_version: workspace.text(&["workspace", "dependencies", "tch", "version"])?,
        })
    }

    /// The template's manifest.
    pub(super) fn render(&self) -> String {
        let Self {
            assignment,
            edition,
            rust_version,
            tch_version,
        } = self;
        format!(
            r#"[package]
name = "student"
description = "Your solution: fill in the functions marked `todo!`"
version = "0.1.0"
edition = "{edition}"
rust-version = "{rust_version}"
publish = false

[package.metadata.grade]
assignment = "{assignment}"

[dependencies]
# The only crate that a submission may use besides std.
tch = {{ version = "{tch_version}", default-features = false }}

# It belongs to no workspace that it may lie in: copy this folder to wherever you like.
[workspace]
"#
        )
    }
}

/// A manifest that is read from.
struct Source {
    path: std::path::PathBuf,
    content: Table,
}

impl Source {
    fn read(folder: &Path) -> Result<Self, TemplateError> {
        let path = folder.join("Cargo.toml");
        match read(&path)?.parse() {
            Ok(content) => Ok(Self { path, content }),
            Err(error) => Err(TemplateError::Manifest {
                path,
                reason: error.to_string(),
            }),
        }
    }

    /// The text at a path of keys, at least one.
    fn text(&self, keys: &[&str]) -> Result<String, TemplateError> {
        let found = keys.split_first().and_then(|(first, rest)| {
            let entry = self.content.get(*first);
            rest.iter().fold(entry, |entry, key| entry?.get(*key))
        });
        let text = found.and_then(Value::as_str).map(String::from);
        text.ok_or_else(|| TemplateError::Manifest {
            path: self.path.clone(),
            reason: format!("no text at `{}`", keys.join(".")),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn source(text: &str) -> Source {
        Source {
            path: "Cargo.toml".into(),
            content: text.parse().unwrap(),
        }
    }

    #[test]
    fn an_entry_is_found_by_its_keys() {
        let source = source("[package.metadata.grade]\nassignment = 'one'");
        let text = source.text(&["package", "metadata", "grade", "assignment"]);
        assert_eq!(text.unwrap(), "one");
    }

    #[test]
    fn an_entry_that_is_missing_or_no_text_is_named() {
        let source = source("[package]\nversion = 3");
        for key in ["version", "edition"] {
            let error = source.text(&["package", key]).unwrap_err().to_string();
            assert_eq!(error, format!("Cargo.toml: no text at `package.{key}`"));
        }
    }

    #[test]
    fn the_manifest_is_valid_and_inherits_nothing() {
        let manifest = Manifest {
            assignment: "one".into(),
            edition: "2024".into(),
            rust_version: "1.95".into(),
            tch_version: "=0.24.0".into(),
        };
        let text = manifest.render();
        let written = source(&text);
        let version = written.text(&["dependencies", "tch", "version"]);
        assert_eq!(version.unwrap(), "=0.24.0");
        assert!(!text.contains(".workspace"), "{text}");
    }
}
