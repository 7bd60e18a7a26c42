//! Where submissions compute, and what CUDA needs of this machine.
//!
//! The worker is built against libtorch's CPU part. For CUDA it loads `libtorch_cuda.so` of a full install of the same
//! version when it starts a child; nothing is rebuilt. Here the file is found; whether it can be loaded and finds a
//! GPU, the worker says before its first call.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use sandbox::talk::Settings;
use wire::message::CudaTrouble;

use super::constants::LIBTORCH_VERSION;
use crate::failure::Failure;

/// Where submissions compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Device {
    /// The processor
    #[default]
    Cpu,
    /// The first GPU that CUDA shows; needs a full install of libtorch, named in `LIBTORCH_CUDA`
    Cuda,
}

/// Names a full install of libtorch.
const VARIABLE: &str = "LIBTORCH_CUDA";
/// The file with the CUDA kernels.
const LIBRARY: &str = "libtorch_cuda.so";
/// Where it may be below the folder that the variable names: a libtorch, a `site-packages`, the folder itself.
const BELOW: [&str; 3] = ["lib", "torch/lib", ""];
/// The driver's library, which is part of the system and not of any install.
const DRIVER: &str = "libcuda.so.1";

/// CUDA as this machine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cuda {
    library: PathBuf,
    environment: BTreeMap<String, String>,
}

impl Cuda {
    /// Finds the library: in the folder that `LIBTORCH_CUDA` names, otherwise in libtorch's own.
    pub(crate) fn find(libtorch: &Path) -> Result<Self, Failure> {
        let candidates = candidates(env::var_os(VARIABLE).as_deref(), libtorch);
        let found = candidates.iter().find(|path| path.is_file());
        let library = found.ok_or_else(|| missing(&candidates))?.clone();
        check_version(&library)?;
        let library = fs::canonicalize(&library)
            .map_err(|error| Failure::environment(format!("cannot read {}: {error}", library.display())))?;
        Ok(Self {
            library,
            environment: environment(|name| env::var(name).ok()),
        })
    }

    /// Has a worker compute with it.
    pub(crate) fn apply(&self, settings: Settings) -> Settings {
        let mut settings = settings.on_cuda(self.library.clone());
        settings.environment.extend(self.environment.clone());
        settings
    }

    /// Why a worker cannot compute with it, and what to do.
    pub(crate) fn trouble(&self, trouble: &CudaTrouble) -> Failure {
        let hint = match trouble {
            CudaTrouble::Library(_) => format!(
                "set {VARIABLE} to a full install of libtorch {LIBTORCH_VERSION} with CUDA, all libraries that it needs \
                 included: scripts/gpu-check makes one"
            ),
            CudaTrouble::NoGpu(_) => "run it on a machine with an NVIDIA GPU whose driver `nvidia-smi` shows (and see \
                                      that CUDA_VISIBLE_DEVICES does not hide it), or leave out `--device cuda`"
                .to_owned(),
            CudaTrouble::Computation(_) | CudaTrouble::NoAnswer(_) => {
                "see with `nvidia-smi` whether the GPU is free and its driver new enough, or leave out `--device cuda`"
                    .to_owned()
            }
        };
        Failure::environment(format!("no CUDA with {}: {trouble}", self.library.display())).hint(hint)
    }
}

/// Where the library is looked for. A variable that is set is meant: nothing else is looked at.
fn candidates(named: Option<&OsStr>, libtorch: &Path) -> Vec<PathBuf> {
    match named.filter(|named| !named.is_empty()) {
        Some(named) => BELOW
            .iter()
            .map(|below| Path::new(named).join(below).join(LIBRARY))
            .collect(),
        None => vec![libtorch.join(LIBRARY)],
    }
}

fn missing(candidates: &[PathBuf]) -> Failure {
    let places: Vec<String> = candidates.iter().map(|path| path.display().to_string()).collect();
    Failure::environment(format!("no CUDA: there is no {LIBRARY}; looked for {}", places.join(", "))).hint(format!(
        "set {VARIABLE} to a full install of libtorch {LIBTORCH_VERSION} with CUDA (scripts/gpu-check makes one), or leave \
         out `--device cuda`"
    ))
}

/// Another version would fail at its first missing symbol; this says so in plain words. Where no version stands beside
/// the library, the loader decides.
fn check_version(library: &Path) -> Result<(), Failure> {
    let folder = library.parent().and_then(Path::parent);
    match folder.and_then(version_in) {
        Some(version) if version != LIBTORCH_VERSION => Err(Failure::environment(format!(
            "no CUDA: {} is of libtorch {version}; needed is {LIBTORCH_VERSION}",
            library.display()
        ))
        .hint(format!(
            "set {VARIABLE} to a full install of libtorch {LIBTORCH_VERSION} with CUDA"
        ))),
        _ => Ok(()),
    }
}

/// The version of the libtorch in a folder, without the part after `+` that names CPU or CUDA: as a release writes it, or
/// as a Python package does.
fn version_in(folder: &Path) -> Option<String> {
    let release = fs::read_to_string(folder.join("build-version")).ok();
    let package = || {
        let text = fs::read_to_string(folder.join("version.py")).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix("__version__ = "))?;
        Some(line.trim_matches(['\'', '"']).to_owned())
    };
    let version = release.or_else(package)?;
    Some(version.trim().split('+').next()?.to_owned())
}

/// What the driver is found and chosen by; everything else of the user's environment stays outside. Of the loader's
/// search path only folders that hold the driver: another libtorch may lie in the rest.
fn environment(variable: impl Fn(&str) -> Option<String>) -> BTreeMap<String, String> {
    let folders = variable("LD_LIBRARY_PATH").unwrap_or_default();
    let of_driver: Vec<&str> = folders
        .split(':')
        .filter(|folder| !folder.is_empty() && Path::new(folder).join(DRIVER).exists())
        .collect();
    let path = (!of_driver.is_empty()).then(|| of_driver.join(":"));
    let all = [
        ("LD_LIBRARY_PATH", path),
        ("CUDA_VISIBLE_DEVICES", variable("CUDA_VISIBLE_DEVICES")),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_folder_that_is_named_is_looked_at_alone() {
        let own = candidates(None, Path::new("/own/lib"));
        assert_eq!(own, [Path::new("/own/lib/libtorch_cuda.so")]);
        assert_eq!(candidates(Some(OsStr::new("")), Path::new("/own/lib")), own);
        let named = candidates(Some(OsStr::new("/full")), Path::new("/own/lib"));
        assert_eq!(named.len(), 3);
        assert!(named.iter().all(|path| path.starts_with("/full")), "{named:?}");
    }

    #[test]
    fn a_version_is_read_from_a_release_and_from_a_package() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(version_in(folder.path()), None);
        fs::write(folder.path().join("version.py"), "x = 1\n__version__ = '2.9.1+cu128'\n").unwrap();
        assert_eq!(version_in(folder.path()).as_deref(), Some("2.9.1"));
        fs::write(folder.path().join("build-version"), "2.11.0+cu130\n").unwrap();
        assert_eq!(version_in(folder.path()).as_deref(), Some("2.11.0"));
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("build-version"), "2.9.1\n").unwrap();
        let failure = check_version(&folder.path().join("lib/libtorch_cuda.so")).unwrap_err();
        assert!(failure.message.contains("2.9.1") && failure.message.contains(LIBTORCH_VERSION));
    }

    #[test]
    fn of_the_search_path_only_the_drivers_folder_is_passed_on() {
        let folder = tempfile::tempdir().unwrap();
        let driver = folder.path().display().to_string();
        fs::write(folder.path().join(DRIVER), "").unwrap();
        let set = |name: &str| match name {
            "LD_LIBRARY_PATH" => Some(format!("/other:{driver}::/more")),
            "CUDA_VISIBLE_DEVICES" => Some("1".to_owned()),
            _ => Some("secret".to_owned()),
        };
        let expected = [("LD_LIBRARY_PATH", driver.as_str()), ("CUDA_VISIBLE_DEVICES", "1")];
        let expected: BTreeMap<String, String> = expected.map(|(name, value)| (name.into(), value.into())).into();
        assert_eq!(environment(set), expected);
        assert!(environment(|_| None).is_empty());
    }
}
