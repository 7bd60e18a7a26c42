//! What submissions are compiled against: the compiler, the prebuilt libraries, libtorch. Found once, after the grader's
//! own build, and noted in a file; nothing is searched for while a submission is graded.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Changes when the file's meaning does.
const FORMAT: u32 = 1;
/// Where the file lies below the workspace.
const FILE: &str = "target/release/toolkit.json";
/// The libraries that a submission's program names itself.
const CRATES: [&str; 3] = ["tch", "wire", "worker"];
/// The file by which libtorch's folder is known.
const LIBTORCH: &str = "libtorch_cpu.so";

/// Why there is nothing to compile against: faults of this installation, never of a submission.
#[derive(Debug, thiserror::Error)]
pub enum ToolkitError {
    /// The grader was not set up.
    #[error("{0} is missing: run scripts/build")]
    Missing(PathBuf),
    /// The file is of another grader.
    #[error("{path} was made by another version of the grader: run scripts/build", path = path.display())]
    Version {
        /// The file.
        path: PathBuf,
    },
    /// Something that the file names is gone.
    #[error("{what} is gone from {path}: run scripts/build", path = path.display())]
    Gone {
        /// What is gone.
        what: &'static str,
        /// Where it was.
        path: PathBuf,
    },
    /// Cargo's messages do not tell what is needed.
    #[error("cargo's messages name no {0}")]
    NotBuilt(String),
    /// The compiler or the linker is not there.
    #[error("cannot find {what}: {reason}")]
    Tool {
        /// Which tool.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// The file cannot be read or written.
    #[error("{path}: {source}", path = path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What happened.
        source: io::Error,
    },
}

/// Compiler, libraries and libtorch, all by absolute paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Toolkit {
    format: u32,
    grader: String,
    /// The compiler itself, not the proxy on the PATH.
    pub rustc: PathBuf,
    /// What the compiler calls itself.
    pub rustc_version: String,
    /// The linker's driver.
    pub linker: PathBuf,
    /// The compiled libraries that a program names, by crate.
    pub libraries: BTreeMap<String, PathBuf>,
    /// The libraries that those need.
    pub dependencies: PathBuf,
    /// Folders of native libraries.
    pub native: Vec<PathBuf>,
    /// libtorch's folder of shared objects.
    pub libtorch: PathBuf,
    /// The adapters' sources.
    pub adapters: PathBuf,
    /// Where the sources of the libraries lie, to be cut from compiler messages.
    pub registry: PathBuf,
}

/// Reads the messages of `cargo build -p worker --lib --message-format=json` in the workspace at `root`.
pub fn prepare(messages: &str, root: &Path) -> Result<Toolkit, ToolkitError> {
    let build = Build::read(messages);
    let missing = |what: &str| ToolkitError::NotBuilt(what.to_owned());
    let library = |name: &str| {
        Ok((
            name.to_owned(),
            build.libraries.get(name).ok_or_else(|| missing(name))?.clone(),
        ))
    };
    let libraries = CRATES
        .iter()
        .map(|name| library(name))
        .collect::<Result<BTreeMap<_, _>, _>>()?;
    let tch = &libraries["tch"];
    let libtorch = build.native.iter().find(|folder| folder.join(LIBTORCH).is_file());
    let (rustc, sysroot_version) = compiler(root)?;
    Ok(Toolkit {
        format: FORMAT,
        grader: env!("CARGO_PKG_VERSION").to_owned(),
        rustc,
        rustc_version: sysroot_version,
        linker: on_path("cc")?,
        dependencies: tch
            .parent()
            .ok_or_else(|| missing("folder of dependencies"))?
            .to_owned(),
        libtorch: libtorch.ok_or_else(|| missing(LIBTORCH))?.clone(),
        native: build.native,
        adapters: root.join("graders/worker/adapters"),
        registry: build.registry.ok_or_else(|| missing("sources of tch"))?,
        libraries,
    })
}

impl Toolkit {
    /// Where the toolkit of the workspace at `root` is noted.
    pub fn file(root: &Path) -> PathBuf {
        root.join(FILE)
    }

    /// Notes the toolkit; a reader sees the old file or the new one, never half of one.
    pub fn save(&self, path: &Path) -> Result<(), ToolkitError> {
        let failed = |source| ToolkitError::Io {
            path: path.to_owned(),
            source,
        };
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(error.into()))?;
        files::write(path, (text + "\n").as_bytes()).map_err(failed)
    }

    /// Reads what was noted, and makes sure that it is still there.
    pub fn load(path: &Path) -> Result<Self, ToolkitError> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(ToolkitError::Missing(path.to_owned()));
            }
            result => result.map_err(|source| ToolkitError::Io {
                path: path.to_owned(),
                source,
            })?,
        };
        let toolkit: Option<Self> = serde_json::from_str(&text).ok();
        let toolkit = toolkit
            .filter(|toolkit| toolkit.format == FORMAT && toolkit.grader == env!("CARGO_PKG_VERSION"))
            .ok_or_else(|| ToolkitError::Version { path: path.to_owned() })?;
        toolkit.check()?;
        Ok(toolkit)
    }

    fn check(&self) -> Result<(), ToolkitError> {
        let libraries = self.libraries.values().map(|path| ("a compiled library", path.clone()));
        let rest = [
            ("the compiler", self.rustc.clone()),
            ("the linker", self.linker.clone()),
            ("libtorch", self.libtorch.join(LIBTORCH)),
            ("the folder of adapters", self.adapters.clone()),
        ];
        match libraries.chain(rest).find(|(_, path)| !path.exists()) {
            Some((what, path)) => Err(ToolkitError::Gone { what, path }),
            None => Ok(()),
        }
    }

    /// The compiler's own folder, to be cut from its messages.
    pub fn sysroot(&self) -> &Path {
        self.rustc.parent().and_then(Path::parent).unwrap_or(&self.rustc)
    }
}

/// What cargo's messages say about a build.
#[derive(Default)]
struct Build {
    libraries: BTreeMap<String, PathBuf>,
    native: Vec<PathBuf>,
    registry: Option<PathBuf>,
}

impl Build {
    fn read(messages: &str) -> Self {
        let mut build = Self::default();
        for line in messages.lines() {
            let Ok(message) = serde_json::from_str::<serde_json::Value>(line) else {
                continue;
            };
            match message["reason"].as_str() {
                Some("compiler-artifact") => build.artifact(&message),
                Some("build-script-executed") => build.linked_paths(&message),
                _ => {}
            }
        }
        build
    }

    fn artifact(&mut self, message: &serde_json::Value) {
        let Some(name) = message["target"]["name"].as_str().filter(|name| CRATES.contains(name)) else {
            return;
        };
        let files = message["filenames"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str);
        // By the hashed name of its metadata: cargo's copy without a hash changes with every build of another set of
        // packages, and then no longer fits the others.
        let hashed = files
            .map(Path::new)
            .find(|file| file.extension().is_some_and(|extension| extension == "rmeta"));
        if let Some(hashed) = hashed {
            self.libraries.insert(name.to_owned(), hashed.with_extension("rlib"));
        }
        if name == "tch" {
            // .../tch-0.24.0/src/lib.rs
            let source = message["target"]["src_path"].as_str().map(Path::new);
            self.registry = source.and_then(|source| source.ancestors().nth(3)).map(Path::to_owned);
        }
    }

    fn linked_paths(&mut self, message: &serde_json::Value) {
        let paths = message["linked_paths"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(serde_json::Value::as_str);
        let folders = paths.map(|path| PathBuf::from(path.strip_prefix("native=").unwrap_or(path)));
        self.native.extend(folders);
    }
}

/// The compiler that the workspace pins, and its version.
fn compiler(root: &Path) -> Result<(PathBuf, String), ToolkitError> {
    let ask = |argument: &str| {
        let output = crate::launch::command("rustc")
            .args(argument.split(' '))
            .current_dir(root)
            .output();
        let failed = |reason| ToolkitError::Tool { what: "rustc", reason };
        let output = output.map_err(|error| failed(error.to_string()))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
        } else {
            Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
        }
    };
    Ok((Path::new(&ask("--print sysroot")?).join("bin/rustc"), ask("--version")?))
}

fn on_path(name: &'static str) -> Result<PathBuf, ToolkitError> {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file());
    found.ok_or_else(|| ToolkitError::Tool {
        what: name,
        reason: "it is not on the PATH".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn cargos_messages_name_the_libraries_and_where_natives_lie() {
        let messages = concat!(
            r#"{"reason":"compiler-artifact","target":{"name":"tch","src_path":"/r/tch-0.24.0/src/lib.rs"},"#,
            r#""filenames":["/t/libtch.rlib","/t/deps/libtch-1.rmeta"]}"#,
            "\nnot json\n",
            r#"{"reason":"build-script-executed","linked_paths":["native=/l/lib","native=/t/out"]}"#,
        );
        let build = Build::read(messages);
        assert_eq!(build.libraries["tch"], Path::new("/t/deps/libtch-1.rlib"));
        assert_eq!(build.native, [Path::new("/l/lib"), Path::new("/t/out")]);
        assert_eq!(build.registry.as_deref(), Some(Path::new("/r")));
    }

    #[test]
    fn a_build_that_lacks_a_library_is_refused_by_its_name() {
        let error = prepare("", Path::new(".")).unwrap_err();
        assert!(matches!(error, ToolkitError::NotBuilt(name) if name == "tch"));
    }

    fn toolkit(folder: &Path) -> Toolkit {
        let file = folder.join(LIBTORCH);
        fs::write(&file, "").unwrap();
        Toolkit {
            format: FORMAT,
            grader: env!("CARGO_PKG_VERSION").to_owned(),
            rustc: file.clone(),
            rustc_version: String::new(),
            linker: file.clone(),
            libraries: BTreeMap::from([("tch".to_owned(), file)]),
            dependencies: folder.to_owned(),
            native: vec![],
            libtorch: folder.to_owned(),
            adapters: folder.to_owned(),
            registry: folder.to_owned(),
        }
    }

    #[test]
    fn what_is_noted_is_read_again_unless_something_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toolkit.json");
        assert!(matches!(Toolkit::load(&path), Err(ToolkitError::Missing(_))));
        let toolkit = toolkit(folder.path());
        toolkit.save(&path).unwrap();
        assert_eq!(Toolkit::load(&path).unwrap(), toolkit);
        let ordinary = folder.path().join("ordinary");
        fs::write(&ordinary, "").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&path), mode(&ordinary));
        fs::remove_file(folder.path().join(LIBTORCH)).unwrap();
        assert!(matches!(Toolkit::load(&path), Err(ToolkitError::Gone { .. })));
    }

    #[test]
    fn a_toolkit_of_another_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("toolkit.json");
        Toolkit {
            format: FORMAT + 1,
            ..toolkit(folder.path())
        }
        .save(&path)
        .unwrap();
        assert!(matches!(Toolkit::load(&path), Err(ToolkitError::Version { .. })));
        fs::write(&path, "{}").unwrap();
        assert!(matches!(Toolkit::load(&path), Err(ToolkitError::Version { .. })));
    }
}
