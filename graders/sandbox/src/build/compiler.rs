//! One run of `rustc` under the launcher.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use wire::Ended;

use super::diagnostics::{Diagnostic, Prefixes, parse};
use super::meter::{Allowance, Meter};
use super::model::{BuildError, Request, Stop};
use crate::confine::SandboxProfile;
use crate::launch::{Capture, Finished, LaunchError, LaunchPolicy, Launcher, Resources};
use crate::stage::{Edition, ROOT};
use crate::toolkit::Toolkit;

/// CPU time decides; the wall clock stops a compiler only where the machine is so busy that it gets next to none.
const WALL_FACTOR: u64 = 10;
/// Linking fails below half of this.
const ADDRESS_SPACE: u64 = 3 << 30;
const FILE_SIZE: u64 = 512 << 20;
/// A submission with thousands of errors gives megabytes of them.
const DIAGNOSTICS: usize = 1 << 20;
/// SIGXCPU: the limit on CPU time.
const OUT_OF_TIME: i32 = 24;

/// The folder that the submission seems to be compiled in.
const SUBMISSION: &str = "/submission";

/// What both crates are compiled with. Optimising costs more than it gives: the work is done inside libtorch. Line
/// tables say where in the submission a panic of libtorch came from.
const COMMON: [&str; 8] = [
    "--error-format=json",
    "--diagnostic-width=100",
    "-Awarnings",
    "-Copt-level=0",
    "-Cdebuginfo=line-tables-only",
    "-Ccodegen-units=1",
    "-Cembed-bitcode=no",
    "-Cforce-unwind-tables=yes",
];

/// Takes the place of the number in `COMMON` where builds remember each other: about a unit per file.
const UNITS: &str = "-Ccodegen-units=256";

/// What no submission may hold. Other lints are silenced one by one and not with `--cap-lints`, which would silence this
/// one as well.
const NO_UNSAFE: &str = "-Funsafe_code";

/// What is `unsafe` to write since 2024 only, and is held to it before too: blocks of foreign functions, with the
/// libraries that they link, and functions of the environment.
const AS_SINCE_2024: [&str; 3] = [
    "-Fmissing_unsafe_on_extern",
    "-Funsafe_attr_outside_unsafe",
    "-Fdeprecated_safe_2024",
];

/// What is forbidden in an edition.
fn forbidden(edition: Edition) -> Vec<&'static str> {
    let before = match edition {
        Edition::Of2021 => AS_SINCE_2024.as_slice(),
        Edition::Of2024 => &[],
    };
    [&[NO_UNSAFE], before].concat()
}

/// What a run of the compiler makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Emit {
    Code,
    /// What it knows of the sources: enough to see whether they are right.
    Metadata,
}

/// The compiler with everything that stays the same for a submission.
#[derive(Debug, Clone)]
pub(super) struct Compiler<'a> {
    toolkit: &'a Toolkit,
    launcher: &'a Launcher,
    allows_unsafe: bool,
    remembers: bool,
    emit: Emit,
    meter: &'a Meter,
    /// CPU seconds of one run.
    most: u64,
    edition: Edition,
    source: PathBuf,
    output: PathBuf,
    prefixes: Prefixes,
}

/// What came of one run.
pub(super) type Compiled = Result<(), Trouble>;

/// Why a run gave nothing.
pub(super) enum Trouble {
    /// Errors in the sources.
    Errors(Vec<Diagnostic>),
    /// Anything else.
    Stop(Stop),
}

impl<'a> Compiler<'a> {
    pub(super) fn new(request: &Request<'a>, meter: &'a Meter) -> Result<Self, BuildError> {
        let absolute = |path: &Path| std::path::absolute(path).map_err(BuildError::io(path));
        let (source, output) = (absolute(&request.staged.source)?, absolute(request.output)?);
        let toolkit = request.toolkit;
        let prefixes = Prefixes::new(&[
            &source,
            &output,
            &toolkit.adapters,
            &toolkit.registry,
            toolkit.sysroot(),
        ]);
        Ok(Self {
            toolkit,
            launcher: request.launcher,
            allows_unsafe: request.allows_unsafe,
            remembers: request.whole,
            emit: Emit::Code,
            meter,
            most: request.cpu_seconds,
            edition: request.staged.edition,
            source,
            output,
            prefixes,
        })
    }

    /// The same with less time for one run.
    pub(super) fn within(&self, seconds: u64) -> Self {
        Self {
            most: seconds.min(self.most),
            ..self.clone()
        }
    }

    /// The same where it is enough to know whether sources are right.
    pub(super) fn checking(&self) -> Self {
        Self {
            emit: Emit::Metadata,
            ..self.clone()
        }
    }

    /// What all runs share.
    pub(super) fn meter(&self) -> &'a Meter {
        self.meter
    }

    /// Where the program goes.
    pub(super) fn program(&self) -> PathBuf {
        self.output.join("program")
    }

    /// Where the program's source goes.
    pub(super) fn main(&self) -> PathBuf {
        self.output.join("main.rs")
    }

    fn library(&self) -> PathBuf {
        match self.emit {
            Emit::Code => self.output.join("libstudent.rlib"),
            Emit::Metadata => self.output.join("libstudent.rmeta"),
        }
    }

    /// Compiles the sources as the crate `student`. Their file names are relative to the sources' folder.
    pub(super) fn student(&self) -> Result<Compiled, BuildError> {
        let mut arguments = self.arguments("student", "rlib", &self.library(), self.edition);
        arguments.extend(self.external("tch"));
        // Line tables name this folder; the worker knows a submission's frames by it.
        arguments.push(format!("--remap-path-prefix={}={SUBMISSION}", self.source.display()));
        if self.remembers {
            // Only what is in units of its own can be taken over from the build before.
            let memory = self.output.join("incremental");
            arguments.extend([format!("-Cincremental={}", memory.display()), UNITS.to_owned()]);
        }
        arguments.push(ROOT.to_owned());
        self.run(arguments)
    }

    /// Compiles `main.rs` and links the program.
    pub(super) fn link(&self) -> Result<Compiled, BuildError> {
        let output = match self.emit {
            Emit::Code => self.program(),
            Emit::Metadata => self.output.join("program.rmeta"),
        };
        let mut arguments = self.arguments("program", "bin", &output, Edition::Of2024);
        arguments.extend(["tch", "worker"].iter().flat_map(|name| self.external(name)));
        arguments.extend(["--extern".to_owned(), format!("student={}", self.library().display())]);
        arguments.push(format!("-Clinker={}", self.toolkit.linker.display()));
        arguments.push(format!("-Clink-arg=-Wl,-rpath,{}", self.toolkit.libtorch.display()));
        arguments.push(self.main().display().to_string());
        self.run(arguments)
    }

    fn arguments(&self, name: &str, kind: &str, output: &Path, edition: Edition) -> Vec<String> {
        let lints = if self.allows_unsafe {
            Vec::new()
        } else {
            forbidden(edition)
        };
        let mut arguments: Vec<String> = COMMON.iter().copied().chain(lints).map(str::to_owned).collect();
        arguments.push(format!("--edition={}", edition.year()));
        arguments.extend([format!("--crate-name={name}"), format!("--crate-type={kind}")]);
        // Never a plain `-L`: it would let a submission name any library that happens to lie there.
        arguments.push(format!("-Ldependency={}", self.toolkit.dependencies.display()));
        arguments.extend(
            self.toolkit
                .native
                .iter()
                .map(|folder| format!("-Lnative={}", folder.display())),
        );
        if self.emit == Emit::Metadata {
            arguments.push("--emit=metadata".to_owned());
        }
        arguments.extend(["-o".to_owned(), output.display().to_string()]);
        arguments
    }

    fn external(&self, name: &str) -> Vec<String> {
        let library = self.toolkit.libraries.get(name);
        let library = library.map(|path| format!("{name}={}", path.display()));
        library
            .into_iter()
            .flat_map(|library| ["--extern".to_owned(), library])
            .collect()
    }

    fn run(&self, arguments: Vec<String>) -> Result<Compiled, BuildError> {
        let allowance = match self.meter.next(self.most) {
            Ok(allowance) => allowance,
            Err(stop) => return Ok(Err(Trouble::Stop(stop))),
        };
        let policy = LaunchPolicy {
            program: self.toolkit.rustc.clone(),
            arguments,
            environment: BTreeMap::from([
                ("PATH".to_owned(), "/usr/bin:/bin".to_owned()),
                ("TMPDIR".to_owned(), self.output.display().to_string()),
                ("LC_ALL".to_owned(), "C".to_owned()),
            ]),
            directory: self.source.clone(),
            resources: Resources {
                cpu_seconds: allowance.seconds,
                address_space: Some(ADDRESS_SPACE),
                file_size: FILE_SIZE,
                descriptors: 1024,
            },
            profile: self.rights(),
            control: false,
        };
        let compile = || -> Result<Finished, LaunchError> {
            let running = self.launcher.start(&policy, None, Capture::First(DIAGNOSTICS))?;
            let finished = running.wait(Duration::from_secs(WALL_FACTOR * allowance.seconds))?;
            self.meter.add(finished.cpu.as_secs_f64());
            Ok(finished)
        };
        let mut finished = compile()?;
        if finished.timed_out {
            // Little CPU time in a long time: more likely this machine's doing than the submission's.
            finished = compile()?;
        }
        Ok(self.judge(&finished, allowance))
    }

    /// Reads the sources and what they are compiled against, and writes one folder.
    fn rights(&self) -> SandboxProfile {
        let toolkit = self.toolkit;
        let mut read = vec![
            self.source.as_path(),
            &toolkit.dependencies,
            &toolkit.libtorch,
            &toolkit.adapters,
        ];
        read.extend(toolkit.native.iter().map(PathBuf::as_path));
        SandboxProfile::build(&[&toolkit.rustc, &toolkit.linker], &read, &self.output)
    }

    fn judge(&self, finished: &Finished, allowance: Allowance) -> Compiled {
        let text = finished.stderr.text();
        match finished.ended {
            Ended::Exited(0) => Ok(()),
            // So many errors that it was not allowed to finish.
            _ if finished.stderr.is_cut() => Err(Trouble::Errors(parse(&text, &self.prefixes))),
            _ if finished.timed_out => Err(Trouble::Stop(self.meter.stopped(allowance))),
            Ended::Signalled(OUT_OF_TIME) => Err(Trouble::Stop(self.meter.stopped(allowance))),
            _ if is_out_of_memory(&text) => Err(Trouble::Stop(Stop::OutOfMemory)),
            Ended::Exited(1) => Err(Trouble::Errors(parse(&text, &self.prefixes))),
            ended => Err(Trouble::Stop(Stop::Crashed { ended })),
        }
    }
}

/// What compiler, code generator and linker say when there is no memory left; on lines of their own, not in a message.
fn is_out_of_memory(text: &str) -> bool {
    let words = [
        "memory allocation of ",
        "LLVM ERROR: out of memory",
        "rustc-LLVM ERROR: out of memory",
    ];
    text.lines()
        .any(|line| words.iter().any(|words| line.starts_with(words)))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// Whether the compiler takes a text, with what is forbidden in an edition.
    fn compiles(text: &str, edition: Edition) -> bool {
        let folder = tempfile::tempdir().unwrap();
        let source = folder.path().join("source.rs");
        std::fs::write(&source, text).unwrap();
        #[expect(clippy::disallowed_methods, reason = "the compiler, over texts of ours")]
        let mut compiler = std::process::Command::new("rustc");
        compiler.args(["--crate-type=rlib", "--emit=metadata", "-Awarnings"]);
        compiler
            .args(forbidden(edition))
            .arg(format!("--edition={}", edition.year()));
        let output = compiler
            .arg("--out-dir")
            .arg(folder.path())
            .arg(&source)
            .output()
            .unwrap();
        output.status.success()
    }

    #[test]
    fn what_names_foreign_code_compiles_in_no_edition() {
        for text in [
            "extern \"C\" { fn cos(x: f64) -> f64; }",
            "#[link(name = \"m\")] extern \"C\" {}",
            "#[link(name = \"m\")] unsafe extern \"C\" {}",
            "macro_rules! m { ($e:item) => { $e } }\nm! { extern \"C\" {} }",
            "#![allow(missing_unsafe_on_extern)]\nextern \"C\" {}",
            "#[no_mangle] pub extern \"C\" fn memcmp() {}",
            "#[unsafe(no_mangle)] pub extern \"C\" fn memcmp() {}",
            "#[link_section = \".init_array\"] static A: u8 = 0;",
            "pub fn f() { std::env::set_var(\"a\", \"b\") }",
            "core::arch::global_asm!(\"nop\");",
        ] {
            for edition in [Edition::Of2021, Edition::Of2024] {
                assert!(!compiles(text, edition), "{edition:?}: {text}");
            }
        }
        assert!(compiles("pub fn f() {}", Edition::Of2024));
        assert!(compiles("pub mod gen {}\npub extern \"C\" fn f() {}", Edition::Of2021));
    }
}
