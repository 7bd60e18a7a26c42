//! The fingerprints as they are stored: `fixtures/fingerprints.json` says what there is and what it was made from,
//! `fixtures/golden/<task>/fingerprints.safetensors` holds what the mistakes do, as `<mistake>/<case>/<output>`.
//!
//! They are read only where a task is wrong, and are as secret as the goldens: some wrong answers can be turned back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use wire::{Tensor, Tensors, layout};

use super::area::Area;
use super::behaviour::Behaviour;
use super::fingerprint::{Fingerprint, Nothing};
use crate::fixtures::files::{FixtureError, load_tensors, read, write};

const FORMAT: u32 = 1;
/// What is in the place of an output where there is none.
const REFUSED: &str = "!refused";
const BROKE_DOWN: &str = "!broke-down";

/// What is stored, and what it was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// Version of the files' layout.
    pub format: u32,
    /// The mistakes by task.
    pub tasks: BTreeMap<String, TaskIndex>,
}

/// The mistakes of one task.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskIndex {
    /// SHA-256 of the file with their behaviours.
    pub sha256: String,
    /// SHA-256 of the goldens that they were compared with.
    pub golden_sha256: String,
    /// The mistakes by the names of the corpus's submissions, also those without a fingerprint.
    pub mistakes: BTreeMap<String, Known>,
}

/// A known mistake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The mistake in a few words.
    pub mistake: String,
    /// What the code does instead of what it should, in a sentence.
    pub explanation: String,
    /// The region of the task that it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// The checks of the task that it has to fail: one that fails others, or holds some of these, is no such mistake.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loses: Vec<String>,
    /// SHA-256 of the submission's sources.
    pub sources_sha256: String,
    /// Why there is no fingerprint, where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nothing: Option<Nothing>,
}

/// The stored fingerprints.
#[derive(Debug, Clone)]
pub struct Library {
    root: PathBuf,
    bytes: Vec<u8>,
}

impl Library {
    /// The library below `root`; one without anything where there is no index.
    pub fn open(root: &Path) -> Result<Self, FixtureError> {
        let path = index_path(root);
        let bytes = if path.exists() { read(&path)? } else { Vec::new() };
        Ok(Self {
            root: root.to_owned(),
            bytes,
        })
    }

    /// A library without anything.
    pub fn empty() -> Self {
        Self {
            root: PathBuf::new(),
            bytes: Vec::new(),
        }
    }

    /// The bytes of the index, which speak for all files.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn index(&self) -> Result<Index, FixtureError> {
        let broken = |reason: String| FixtureError::Broken {
            path: index_path(&self.root),
            reason,
        };
        if self.bytes.is_empty() {
            return Ok(Index {
                format: FORMAT,
                tasks: BTreeMap::new(),
            });
        }
        let index: Index = serde_json::from_slice(&self.bytes).map_err(|error| broken(error.to_string()))?;
        if index.format != FORMAT {
            return Err(broken(format!(
                "its format is {}, this program reads {FORMAT}",
                index.format
            )));
        }
        Ok(index)
    }

    /// The fingerprints of a task that were made from the goldens with this hash.
    pub fn fingerprints(&self, task: &str, golden_sha256: &str) -> Result<Vec<Fingerprint>, FixtureError> {
        let index = self.index()?;
        let known = index
            .tasks
            .get(task)
            .filter(|known| known.golden_sha256 == golden_sha256);
        known.map_or(Ok(Vec::new()), |known| load_task(&self.root, task, known))
    }
}

/// The index's place.
pub fn index_path(root: &Path) -> PathBuf {
    root.join("fingerprints.json")
}

/// The place of a task's fingerprints.
pub fn task_path(root: &Path, task: &str) -> PathBuf {
    root.join("golden").join(task).join("fingerprints.safetensors")
}

/// Reads and verifies the fingerprints of a task.
pub fn load_task(root: &Path, task: &str, known: &TaskIndex) -> Result<Vec<Fingerprint>, FixtureError> {
    let tensors = load_tensors(&task_path(root, task), &known.sha256)?;
    let mut behaviours = behaviours(tensors);
    let fingerprint = |(name, known): (&String, &Known)| {
        Some(Fingerprint {
            name: name.clone(),
            mistake: known.mistake.clone(),
            explanation: known.explanation.clone(),
            area: known.area,
            loses: known.loses.clone(),
            cases: behaviours.remove(name)?,
        })
    };
    Ok(known.mistakes.iter().filter_map(fingerprint).collect())
}

/// Writes the fingerprints of a task and gives the file's hash.
pub fn store_task(root: &Path, task: &str, fingerprints: &[Fingerprint]) -> Result<String, FixtureError> {
    let path = task_path(root, task);
    let bytes = layout::encode(&tensors(fingerprints)).map_err(|error| FixtureError::Broken {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    write(&path, &bytes)?;
    Ok(files::sha256(&bytes))
}

/// Writes the index.
pub fn store_index(root: &Path, index: &Index) -> Result<(), FixtureError> {
    let path = index_path(root);
    let mut text = serde_json::to_string_pretty(index).map_err(|error| FixtureError::Broken {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    text.push('\n');
    write(&path, text.as_bytes())
}

fn tensors(fingerprints: &[Fingerprint]) -> Tensors {
    let mut tensors = Tensors::new();
    for fingerprint in fingerprints {
        for (case, behaviour) in &fingerprint.cases {
            let outputs = match behaviour {
                Behaviour::Answered(outputs) => outputs.clone(),
                Behaviour::Refused => Tensors::from([(REFUSED.to_owned(), Tensor::flag(true))]),
                Behaviour::BrokeDown => Tensors::from([(BROKE_DOWN.to_owned(), Tensor::flag(true))]),
                // Nothing that could be compared later.
                Behaviour::Unknown => Tensors::new(),
            };
            let named = outputs
                .into_iter()
                .map(|(output, tensor)| (format!("{}/{case}/{output}", fingerprint.name), tensor));
            tensors.extend(named);
        }
    }
    tensors
}

type ByCase = BTreeMap<String, Behaviour>;

fn behaviours(tensors: Tensors) -> BTreeMap<String, ByCase> {
    let mut found: BTreeMap<String, ByCase> = BTreeMap::new();
    for (name, tensor) in tensors {
        let mut names = name.splitn(3, '/');
        let (Some(mistake), Some(case), Some(output)) = (names.next(), names.next(), names.next()) else {
            continue;
        };
        let cases = found.entry(mistake.to_owned()).or_default();
        match output {
            REFUSED => drop(cases.insert(case.to_owned(), Behaviour::Refused)),
            BROKE_DOWN => drop(cases.insert(case.to_owned(), Behaviour::BrokeDown)),
            output => {
                let nothing = || Behaviour::Answered(Tensors::new());
                if let Behaviour::Answered(outputs) = cases.entry(case.to_owned()).or_insert_with(nothing) {
                    outputs.insert(output.to_owned(), tensor);
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::random::floats;

    #[test]
    fn behaviours_survive_being_stored() {
        let answered = Behaviour::Answered(Tensors::from([
            ("output".to_owned(), floats(&[2], vec![1.0, f32::NAN])),
            ("weights.shape".to_owned(), floats(&[1], vec![3.0])),
        ]));
        let cases = [("a", answered), ("b", Behaviour::Refused), ("c", Behaviour::BrokeDown)];
        let cases: ByCase = cases.map(|(name, behaviour)| (name.to_owned(), behaviour)).into();
        let fingerprint = Fingerprint {
            name: "mask-forgotten".to_owned(),
            mistake: String::new(),
            explanation: String::new(),
            area: None,
            loses: Vec::new(),
            cases: cases.clone(),
        };
        let read = behaviours(tensors(&[fingerprint]));
        // NaN is not equal to itself, so that the texts are compared.
        assert_eq!(format!("{:?}", read["mask-forgotten"]), format!("{cases:?}"));
        assert_eq!(read.len(), 1);
    }

    #[test]
    fn an_index_of_another_format_is_refused_and_none_is_an_empty_one() {
        let library = |text: &str| Library {
            root: PathBuf::new(),
            bytes: text.as_bytes().to_vec(),
        };
        assert!(library("").index().is_ok_and(|index| index.tasks.is_empty()));
        assert!(library(r#"{"format": 1, "tasks": {}}"#).index().is_ok());
        for broken in [r#"{"format": 2, "tasks": {}}"#, r#"{"format": 1}"#, "x"] {
            assert!(library(broken).index().is_err(), "{broken}");
        }
    }
}
