//! Programs of this machine that are trusted with what they are given: a scheduler's commands, a tool of the course. They
//! get no submission's code to run, and no limits.

use std::ffi::OsStr;
use std::io;
use std::process::Stdio;

/// How a tool ended, and what it said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolOutput {
    /// Whether it ended with 0.
    pub success: bool,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a program, found on the PATH, to its end. With `None` such a program is not there.
pub fn run_tool<A: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = A>,
    environment: &[(&str, &OsStr)],
) -> io::Result<Option<ToolOutput>> {
    let started = super::command(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output();
    match started {
        Ok(output) => Ok(Some(ToolOutput {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_tool_is_run_to_its_end_and_one_that_is_missing_is_none() {
        let said = run_tool(
            "sh",
            ["-c", "echo $SAID; echo no >&2; exit 3"],
            &[("SAID", OsStr::new("yes"))],
        );
        let said = said.unwrap().unwrap();
        assert_eq!(
            (said.success, said.stdout.as_str(), said.stderr.as_str()),
            (false, "yes\n", "no\n")
        );
        assert_eq!(run_tool("no-such-program-anywhere", [""; 0], &[]).unwrap(), None);
    }
}
