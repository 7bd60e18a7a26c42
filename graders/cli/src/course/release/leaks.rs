//! What must not be handed out, and where it is found all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use files::sha256;
use judge::fixtures::{golden_paths, load_manifest, load_task};
use walkdir::WalkDir;
use wire::layout;
use wire::{Data, Tensor};

use super::files::Files;
use super::fixtures::{Handout, answers};
use crate::course_root::CourseRoot;
use crate::failure::Failure;

/// A line of a solution that is shorter than this could stand anywhere.
const SHORTEST_LINE: usize = 20;
/// A tensor of fewer bytes could be anything.
const SMALLEST_TENSOR: usize = 24;

/// Something that would be given away.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leak {
    file: PathBuf,
    what: String,
}

impl fmt::Display for Leak {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.file.display(), self.what)
    }
}

/// All that stays with the course.
#[derive(Debug)]
pub(super) struct Secrets {
    /// Lines of solutions with the file of the reference that has them.
    lines: BTreeMap<String, String>,
    /// Lines of the grader's own sources by file: there they are no leak.
    own: BTreeMap<PathBuf, BTreeSet<String>>,
    /// Hashes of files that are not handed out, with their names.
    files: BTreeMap<String, String>,
    /// Bytes of tensors that are not handed out, with what they are.
    tensors: Vec<(Vec<u8>, String)>,
}

impl Secrets {
    /// Reads them from the course's repository.
    pub(super) fn read(place: &CourseRoot, handout: &Handout) -> Result<Self, Failure> {
        let mut secrets = Self {
            lines: BTreeMap::new(),
            own: BTreeMap::new(),
            files: BTreeMap::new(),
            tensors: Vec::new(),
        };
        let root = place.root();
        let mut handed_out = BTreeSet::new();
        for (path, bytes) in tree(&place.reference(), root)? {
            let (inside, outside) = lines(&String::from_utf8_lossy(&bytes));
            let named = inside.into_iter().map(|line| (line, path.display().to_string()));
            secrets.lines.extend(named);
            handed_out.extend(outside);
        }
        // Such as a parameter that a helper shares with the function that students write.
        secrets.lines.retain(|line, _| !handed_out.contains(line));
        for (path, bytes) in tree(&root.join("graders"), root)? {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            secrets.own.insert(path, text.lines().map(normal).collect());
        }
        for (path, bytes) in tree(&place.corpus(), root)? {
            secrets.files.insert(sha256(&bytes), path.display().to_string());
        }
        for task in &handout.withheld {
            let (inputs, expected) = golden_paths(&place.fixtures(), task);
            for path in [inputs, expected] {
                secrets.add_golden(task, &path, |_| true)?;
            }
        }
        let manifest = load_manifest(&place.fixtures())?;
        for task in &handout.tasks {
            let Some(manifest) = &manifest else { break };
            let answers = answers(task, &load_task(&place.fixtures(), manifest, task)?);
            let (_, expected) = golden_paths(&place.fixtures(), task.id);
            if !answers.is_empty() {
                secrets.add_golden(task.id, &expected, |case| answers.contains(&case))?;
            }
        }
        Ok(secrets)
    }

    /// Adds a golden file, and its tensors of the cases that are secret.
    fn add_golden(&mut self, task: &str, path: &Path, is_secret: impl Fn(&str) -> bool) -> Result<(), Failure> {
        let Ok(bytes) = fs::read(path) else {
            // A task that is only trained has none.
            return Ok(());
        };
        self.files.insert(sha256(&bytes), path.display().to_string());
        self.tensors.push((
            sha256(&bytes).into_bytes(),
            format!("the hash of a golden file of `{task}`"),
        ));
        let tensors = layout::decode(&bytes)
            .map_err(|error| Failure::environment(format!("{} is broken: {error}", path.display())))?;
        for (name, tensor) in tensors {
            let bytes = raw(&tensor);
            let case = name.split('/').next().unwrap_or_default();
            let is_telling =
                is_secret(case) && bytes.len() >= SMALLEST_TENSOR && bytes.iter().any(|&byte| byte != bytes[0]);
            if is_telling {
                self.tensors
                    .push((bytes, format!("`{name}` of the golden files of `{task}`")));
            }
        }
        Ok(())
    }

    /// Every place in `files` that gives something away.
    pub(super) fn found_in(&self, files: &Files) -> Vec<Leak> {
        let mut found = Vec::new();
        for (path, bytes) in files {
            let leak = |what: String| Leak {
                file: path.clone(),
                what,
            };
            if let Some(name) = self.files.get(&sha256(bytes)) {
                found.push(leak(format!("is {name}")));
            }
            let contains = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
            found.extend(
                self.tensors
                    .iter()
                    .filter(|(needle, _)| contains(needle))
                    .map(|(_, what)| leak(format!("holds {what}"))),
            );
            let own = self.own.get(path);
            let text = String::from_utf8_lossy(bytes);
            let lines = text.lines().zip(1..).map(|(line, number)| (normal(line), number));
            found.extend(
                lines
                    .filter(|(line, _)| !own.is_some_and(|own| own.contains(line)))
                    .filter_map(|(line, number)| Some((self.lines.get(&line)?, number)))
                    .map(|(source, number)| leak(format!("line {number} is of a solution in {source}"))),
            );
        }
        found
    }
}

/// A line without what formatting adds.
fn normal(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The telling lines of a reference's file: those of solutions, and those that are handed out.
fn lines(text: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut solution, mut handed_out) = (BTreeSet::new(), BTreeSet::new());
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("// solution:begin") || line.starts_with("// helper:begin") {
            inside = true;
        } else if line == "// solution:end" || line == "// helper:end" {
            inside = false;
        } else if is_telling(line) {
            if inside { &mut solution } else { &mut handed_out }.insert(normal(line));
        }
    }
    (solution, handed_out)
}

/// Imports, comments and attributes say nothing about a solution.
fn is_telling(line: &str) -> bool {
    let is_code = !["use ", "//", "#["].iter().any(|start| line.starts_with(start));
    is_code && line.len() >= SHORTEST_LINE
}

/// A tensor's values as they are stored.
fn raw(tensor: &Tensor) -> Vec<u8> {
    match tensor.data() {
        Data::F32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Data::F64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Data::I64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Data::Bool(values) => values.iter().map(|&value| u8::from(value)).collect(),
    }
}

/// All files below a folder, by their paths from the root.
fn tree(folder: &Path, root: &Path) -> Result<Files, Failure> {
    let cannot = |error: &dyn fmt::Display| Failure::environment(format!("cannot read {}: {error}", folder.display()));
    let mut files = Files::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| cannot(&error))?;
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).map_err(|error| cannot(&error))?;
            files.insert(
                entry.path().strip_prefix(root).unwrap_or(entry.path()).to_owned(),
                bytes,
            );
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        let source = "// solution:begin divide\n    let root = input.square().mean();\n    }\n// solution:end\n";
        Secrets {
            lines: lines(source)
                .0
                .into_iter()
                .map(|line| (line, "reference/src/a.rs".to_owned()))
                .collect(),
            own: BTreeMap::from([(
                "graders/x.rs".into(),
                BTreeSet::from(["let root = input.square().mean();".to_owned()]),
            )]),
            files: BTreeMap::from([(sha256(b"a wrong submission"), "fixtures/submissions/wrong/a".to_owned())]),
            tensors: vec![(vec![1, 2, 3, 4], "`one/matrix`".to_owned())],
        }
    }

    fn found(path: &str, bytes: &[u8]) -> Vec<String> {
        let files = Files::from([(path.into(), bytes.to_vec())]);
        secrets().found_in(&files).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_line_of_a_solution_is_found_however_it_is_indented() {
        let text = b"fn f() {\n\tlet root =  input.square().mean();\n}\n";
        assert_eq!(
            found("student/src/a.rs", text),
            ["student/src/a.rs: line 2 is of a solution in reference/src/a.rs"]
        );
        // The grader's own sources may say the same in the same place.
        assert!(found("graders/x.rs", text).is_empty());
        assert_eq!(found("graders/y.rs", text).len(), 1);
        assert!(found("a", b"}\n").is_empty(), "short lines stand everywhere");
    }

    #[test]
    fn a_file_of_the_corpus_is_found_under_any_name() {
        assert_eq!(
            found("notes.txt", b"a wrong submission"),
            ["notes.txt: is fixtures/submissions/wrong/a"]
        );
    }

    #[test]
    fn a_hidden_tensor_is_found_inside_any_file() {
        assert_eq!(found("x.bin", &[9, 1, 2, 3, 4, 9]), ["x.bin: holds `one/matrix`"]);
        assert!(found("x.bin", &[1, 2, 3]).is_empty());
    }
}
