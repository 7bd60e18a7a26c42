//! What a program may reach beyond its own memory: two kinds of programs, each with the paths that are opened to it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What a launched program may do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SandboxProfile {
    /// Whatever its user may. For what nobody has confined yet: computing on a GPU.
    Unconfined,
    /// What the compiler needs: it starts the linker, and writes one folder.
    Build(Grants),
    /// What a submission needs: it computes and answers.
    Run(Grants),
}

/// Paths, each with everything below it. One that does not exist is no grant.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// What may be read.
    pub read: Vec<PathBuf>,
    /// What may be read and listed.
    pub list: Vec<PathBuf>,
    /// What may be read, listed and executed.
    pub execute: Vec<PathBuf>,
    /// What may be read, listed and written.
    pub write: Vec<PathBuf>,
}

/// Where a system keeps the libraries that a program is linked with, and the list of them.
const LIBRARIES: [&str; 7] = [
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/etc/ld.so.cache",
];
/// What starts a program that is linked with libraries.
const LOADERS: [&str; 2] = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"];
/// What libtorch reads: a seed, and what the processor can do.
const MACHINE: [&str; 2] = ["/dev/urandom", "/proc/cpuinfo"];
/// How many processors there are, and their caches.
const PROCESSORS: &str = "/sys/devices/system/cpu";
/// Where a system keeps compilers and linkers, and what those read.
const TOOLS: [&str; 7] = [
    "/bin",
    "/lib",
    "/lib64",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib64",
    "/usr/libexec",
];
const HEADERS: &str = "/usr/include";
const NOTHING: &str = "/dev/null";
/// The folders of a tool that is installed beside others of its kind, elsewhere than the system's.
const BESIDE: [&str; 4] = ["bin", "lib", "lib64", "libexec"];

impl SandboxProfile {
    /// For a submission's program with its libraries.
    pub fn run(program: &Path, libraries: &[PathBuf]) -> Self {
        let mut grants = Grants {
            read: paths(&LIBRARIES),
            list: vec![PathBuf::from(PROCESSORS)],
            execute: paths(&LOADERS),
            write: Vec::new(),
        };
        grants.read.extend(paths(&MACHINE));
        grants.read.extend_from_slice(libraries);
        grants.execute.push(program.to_owned());
        Self::Run(grants)
    }

    /// For a compiler and a linker that read some folders and write one.
    pub fn build(tools: &[&Path], read: &[&Path], write: &Path) -> Self {
        let mut grants = Grants {
            read: paths(&["/etc/ld.so.cache"]),
            list: paths(&[HEADERS, "/usr/local/lib"]),
            execute: paths(&TOOLS),
            write: vec![write.to_owned(), PathBuf::from(NOTHING)],
        };
        grants.list.extend(read.iter().map(|path| (*path).to_owned()));
        grants.execute.extend(tools.iter().flat_map(|tool| around(tool)));
        Self::Build(grants)
    }
}

fn paths(names: &[&str]) -> Vec<PathBuf> {
    names.iter().map(PathBuf::from).collect()
}

/// A tool and what was installed with it. Never the whole folder above: that may be somebody's home.
fn around(tool: &Path) -> Vec<PathBuf> {
    let real = tool.canonicalize().unwrap_or_else(|_| tool.to_owned());
    let installed = real.parent().and_then(Path::parent);
    let beside = installed.map(|folder| BESIDE.map(|name| folder.join(name)));
    let tools = [tool.to_owned(), real.clone()];
    tools.into_iter().chain(beside.into_iter().flatten()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submission_writes_nothing_and_executes_itself_only() {
        let SandboxProfile::Run(grants) = SandboxProfile::run(Path::new("/p"), &["/l".into()]) else {
            unreachable!()
        };
        assert!(grants.write.is_empty());
        assert!(grants.read.contains(&PathBuf::from("/l")));
        assert!(
            grants
                .execute
                .iter()
                .all(|path| path == Path::new("/p") || LOADERS.iter().any(|loader| path == Path::new(loader)))
        );
    }

    #[test]
    fn a_compiler_in_a_home_does_not_open_the_home() {
        let SandboxProfile::Build(grants) =
            SandboxProfile::build(&[Path::new("/home/u/tools/bin/rustc")], &[], Path::new("/w"))
        else {
            unreachable!()
        };
        assert!(grants.execute.contains(&PathBuf::from("/home/u/tools/lib")));
        let all = grants.read.iter().chain(&grants.list).chain(&grants.execute);
        assert!(all.clone().all(|path| !Path::new("/home/u/tools").starts_with(path)));
    }
}
