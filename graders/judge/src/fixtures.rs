//! The golden files: reading them with every doubt resolved, and writing them so that nothing is lost.
//!
//! `fixtures/golden/<task>/inputs.safetensors` and `expected.safetensors` hold tensors named `<case>/<name>`;
//! `fixtures/manifest.json` holds their hashes and where they come from.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use files::sha256;
use serde::{Deserialize, Serialize};
use wire::{Tensors, layout};

use crate::diagnosis::fingerprint::Fingerprint;
use crate::diagnosis::library::Library;
use crate::task::Task;
use crate::tolerance::Tolerances;

/// The seed of every golden input; a task's cases differ by their names.
pub const INPUT_SEED: u64 = 20_250_901;
const FORMAT: u32 = 1;

/// Why fixtures cannot be used. Each message names the file, the cause and the next step.
#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{} is broken: {reason}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file is not the one that the manifest speaks of.
    #[error("{} is not the file that the manifest names: its hash differs", path.display())]
    Hash {
        /// The file.
        path: PathBuf,
    },
    /// The manifest knows nothing of a task or of a case.
    #[error("the fixtures hold nothing for {what}")]
    Missing {
        /// Task, or task and case.
        what: String,
    },
}

/// Where the golden files come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of the files' layout.
    pub format: u32,
    /// The libtorch that computed the expected outputs.
    pub libtorch: String,
    /// Seed of the inputs.
    pub input_seed: u64,
    /// The golden files by task.
    pub tasks: BTreeMap<String, ManifestEntry>,
}

/// The golden files of one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManifestEntry {
    /// The cases in them.
    pub cases: Vec<String>,
    /// SHA-256 of the inputs.
    pub inputs_sha256: String,
    /// SHA-256 of the expected outputs.
    pub expected_sha256: String,
    /// SHA-256 of the reference's sources when these files last changed; absent in what is handed out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_sha256: Option<String>,
}

impl ManifestEntry {
    /// SHA-256 of inputs and expected outputs together.
    pub fn sha256(&self) -> String {
        sha256(format!("{} {}", self.inputs_sha256, self.expected_sha256).as_bytes())
    }
}

/// Inputs and expected outputs of one case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoredCase {
    /// The arguments; floats in f32, settings in f64.
    pub inputs: Tensors,
    /// The expected outputs; floats in f64.
    pub expected: Tensors,
}

/// The cases of one task by name.
pub type StoredTask = BTreeMap<String, StoredCase>;

/// All that is stored.
#[derive(Debug, Clone)]
pub struct Fixtures {
    /// The cases by task.
    pub tasks: BTreeMap<String, StoredTask>,
    /// The calibrated tolerances.
    pub tolerances: Tolerances,
    /// The manifest.
    pub manifest: Manifest,
    /// What known mistakes do with the golden cases.
    pub library: Library,
    /// SHA-256 over manifest, calibration and the index of the library.
    pub hash: String,
}

impl Fixtures {
    /// Reads and verifies the golden files of `tasks` below `root`.
    pub fn load(root: &Path, tasks: &[&Task]) -> Result<Self, FixtureError> {
        let manifest_bytes = read(&manifest_path(root))?;
        let manifest = parse_manifest(&manifest_path(root), &manifest_bytes)?;
        let calibration = read(&calibration_path(root))?;
        let tolerances = parse_tolerances(&calibration_path(root), &calibration)?;
        let mut stored = BTreeMap::new();
        for task in tasks {
            stored.insert(task.id.to_owned(), load_task(root, &manifest, task)?);
        }
        let library = Library::open(root)?;
        let hash = sha256(&[&manifest_bytes, &calibration, library.bytes()].concat());
        Ok(Self {
            tasks: stored,
            tolerances,
            manifest,
            library,
            hash,
        })
    }

    /// The fingerprints of a task; none where they were made from other goldens than these.
    pub fn fingerprints(&self, task: &str) -> Result<Vec<Fingerprint>, FixtureError> {
        match self.manifest.tasks.get(task) {
            Some(entry) => self.library.fingerprints(task, &entry.sha256()),
            None => Ok(Vec::new()),
        }
    }

    /// The stored case.
    pub fn case(&self, task: &str, case: &str) -> Result<&StoredCase, FixtureError> {
        let found = self.tasks.get(task).and_then(|cases| cases.get(case));
        found.ok_or_else(|| FixtureError::Missing {
            what: format!("case `{case}` of task `{task}`"),
        })
    }
}

/// The manifest's place.
pub fn manifest_path(root: &Path) -> PathBuf {
    root.join("manifest.json")
}

/// The calibration's place.
pub fn calibration_path(root: &Path) -> PathBuf {
    root.join("calibration.toml")
}

/// The places of a task's inputs and expected outputs.
pub fn golden_paths(root: &Path, task: &str) -> (PathBuf, PathBuf) {
    let folder = root.join("golden").join(task);
    (folder.join("inputs.safetensors"), folder.join("expected.safetensors"))
}

/// The tolerances, or none yet where there is no such file.
pub fn load_tolerances(root: &Path) -> Result<Tolerances, FixtureError> {
    let path = calibration_path(root);
    if path.exists() {
        parse_tolerances(&path, &read(&path)?)
    } else {
        Ok(Tolerances::default())
    }
}

/// The manifest, or `None` where there is no such file.
pub fn load_manifest(root: &Path) -> Result<Option<Manifest>, FixtureError> {
    let path = manifest_path(root);
    if path.exists() {
        parse_manifest(&path, &read(&path)?).map(Some)
    } else {
        Ok(None)
    }
}

/// Reads and verifies the golden files of one task, which must hold every case of its definition.
pub fn load_task(root: &Path, manifest: &Manifest, task: &Task) -> Result<StoredTask, FixtureError> {
    if task.cases.is_empty() {
        // A task that is only trained has no golden files.
        return Ok(StoredTask::new());
    }
    let entry = entry(manifest, task)?;
    if let Some(case) = task
        .cases
        .iter()
        .find(|case| !entry.cases.iter().any(|name| name == case.name))
    {
        let what = format!("case `{}` of task `{}`", case.name, task.id);
        return Err(FixtureError::Missing { what });
    }
    load_known_cases(root, manifest, task)
}

/// Reads and verifies the golden files of one task; cases that the files do not hold yet are left out.
pub fn load_known_cases(root: &Path, manifest: &Manifest, task: &Task) -> Result<StoredTask, FixtureError> {
    if task.cases.is_empty() {
        return Ok(StoredTask::new());
    }
    let entry = entry(manifest, task)?;
    let (inputs_path, expected_path) = golden_paths(root, task.id);
    let inputs = load_tensors(&inputs_path, &entry.inputs_sha256)?;
    let expected = load_tensors(&expected_path, &entry.expected_sha256)?;
    let known = |name: &&str| entry.cases.iter().any(|known| known == name);
    let stored = |name: &str| {
        let case = StoredCase {
            inputs: of_case(&inputs, name),
            expected: of_case(&expected, name),
        };
        (name.to_owned(), case)
    };
    Ok(task
        .cases
        .iter()
        .map(|case| case.name)
        .filter(known)
        .map(stored)
        .collect())
}

fn entry<'a>(manifest: &'a Manifest, task: &Task) -> Result<&'a ManifestEntry, FixtureError> {
    let missing = || FixtureError::Missing {
        what: format!("task `{}`", task.id),
    };
    manifest.tasks.get(task.id).ok_or_else(missing)
}

/// Writes the golden files of one task and gives their entry for the manifest.
pub fn store_task(root: &Path, task: &Task, cases: &StoredTask) -> Result<ManifestEntry, FixtureError> {
    let (inputs_path, expected_path) = golden_paths(root, task.id);
    let inputs = encode(&inputs_path, cases, |case| &case.inputs)?;
    let expected = encode(&expected_path, cases, |case| &case.expected)?;
    write(&inputs_path, &inputs)?;
    write(&expected_path, &expected)?;
    Ok(ManifestEntry {
        cases: task.cases.iter().map(|case| case.name.to_owned()).collect(),
        inputs_sha256: sha256(&inputs),
        expected_sha256: sha256(&expected),
        reference_sha256: None,
    })
}

/// Writes the manifest.
pub fn store_manifest(root: &Path, manifest: &Manifest) -> Result<(), FixtureError> {
    let path = manifest_path(root);
    let broken = |error: serde_json::Error| FixtureError::Broken {
        path: path.clone(),
        reason: error.to_string(),
    };
    let mut text = serde_json::to_string_pretty(manifest).map_err(broken)?;
    text.push('\n');
    write(&path, text.as_bytes())
}

/// Writes the calibration.
pub fn store_tolerances(root: &Path, tolerances: &Tolerances) -> Result<(), FixtureError> {
    let path = calibration_path(root);
    let text = toml::to_string(tolerances).map_err(|error| FixtureError::Broken {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    let head = "# Tolerances, derived by `grade calibrate` from correct formulations; not edited by hand.\n\n";
    write(&path, format!("{head}{text}").as_bytes())
}

/// An empty manifest of this version.
pub fn new_manifest(libtorch: &str) -> Manifest {
    Manifest {
        format: FORMAT,
        libtorch: libtorch.to_owned(),
        input_seed: INPUT_SEED,
        tasks: BTreeMap::new(),
    }
}

pub(crate) fn load_tensors(path: &Path, sha256: &str) -> Result<Tensors, FixtureError> {
    let bytes = read(path)?;
    if files::sha256(&bytes) != sha256 {
        return Err(FixtureError::Hash { path: path.to_owned() });
    }
    layout::decode(&bytes).map_err(|error| FixtureError::Broken {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn of_case(tensors: &Tensors, case: &str) -> Tensors {
    tensors
        .iter()
        .filter_map(|(name, tensor)| {
            let (owner, own_name) = name.split_once('/')?;
            (owner == case).then(|| (own_name.to_owned(), tensor.clone()))
        })
        .collect()
}

fn encode(path: &Path, cases: &StoredTask, part: impl Fn(&StoredCase) -> &Tensors) -> Result<Vec<u8>, FixtureError> {
    let named = cases.iter().flat_map(|(case, stored)| {
        part(stored)
            .iter()
            .map(move |(name, tensor)| (format!("{case}/{name}"), tensor.clone()))
    });
    layout::encode(&named.collect()).map_err(|error| FixtureError::Broken {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

fn parse_manifest(path: &Path, bytes: &[u8]) -> Result<Manifest, FixtureError> {
    let broken = |reason: String| FixtureError::Broken {
        path: path.to_owned(),
        reason,
    };
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| broken(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(broken(format!(
            "its format is {}, this program reads {FORMAT}",
            manifest.format
        )));
    }
    Ok(manifest)
}

fn parse_tolerances(path: &Path, bytes: &[u8]) -> Result<Tolerances, FixtureError> {
    let broken = |reason: String| FixtureError::Broken {
        path: path.to_owned(),
        reason,
    };
    let text = str::from_utf8(bytes).map_err(|error| broken(error.to_string()))?;
    toml::from_str(text).map_err(|error| broken(error.to_string()))
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, FixtureError> {
    fs::read(path).map_err(|source| FixtureError::Read {
        path: path.to_owned(),
        source,
    })
}

/// Writes a file with the folders that it is in.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), FixtureError> {
    let attempt = || -> io::Result<()> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        files::write(path, bytes)
    };
    attempt().map_err(|source| FixtureError::Write {
        path: path.to_owned(),
        source,
    })
}
