//! The file of a class: one SQLite database with everything that was handed in and all that came of it.
//!
//! Whatever is written is written in one transaction, flushed to the disk before it counts. So a grading is there whole
//! or not at all, whenever the power fails.

mod merge;
mod read;
mod rows;
mod schema;
mod similarity;
mod write;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::trouble::Trouble;

pub use rows::{Attempt, Entry, Finding, Grading, Run, Standing, StudentRow, TaskRow};
pub use write::Scan;

/// How long somebody who reads may hold up a write.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);

/// Which of a student's attempts counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Attempts {
    /// The last one, and no other is graded.
    #[default]
    Last,
    /// The one with the most points, lateness included.
    Best,
    /// The last one; the others are graded and listed.
    All,
}

/// How the course grades, as it was asked for; later commands do the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The assignment's id.
    pub assignment: String,
    /// The folder of submissions.
    pub folder: PathBuf,
    /// The roster's file.
    pub roster: Option<PathBuf>,
    /// Which attempts count.
    pub attempts: Attempts,
    /// The tasks that were asked for; none: all.
    pub tasks: Vec<String>,
    /// Whether trials are run.
    pub training: bool,
    /// The seed that was asked for.
    pub seed: Option<u64>,
}

/// All that has a say in a run's gradings beside the submissions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conditions {
    /// A hash of the grader.
    pub grader: String,
    /// A hash of the golden files.
    pub fixtures: String,
    /// The assignment as it grades: without what lateness costs.
    pub assignment: String,
    /// The tasks that are judged.
    pub tasks: Vec<String>,
    /// Whether trials are run.
    pub training: bool,
    /// The seed that was asked for.
    pub seed: Option<u64>,
    /// The device that computes.
    pub device: String,
    /// Whether the reference is at hand.
    pub reference: bool,
}

impl Conditions {
    /// A hash of all of it.
    pub fn hash(&self) -> String {
        files::sha256(serde_json::to_string(self).unwrap_or_default().as_bytes())
    }
}

/// An open file of a class.
#[derive(Debug)]
pub struct Database {
    connection: Connection,
    path: PathBuf,
}

impl Database {
    /// Opens the file to write, and makes it where there is none.
    pub fn open_or_make(path: &Path) -> Result<Self, Trouble> {
        if path.exists() {
            Self::open(path)
        } else {
            Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)
        }
    }

    /// Opens a file that exists.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        if !path.is_file() {
            return Err(Trouble::usage(
                format!("there is no file {}", path.display()),
                format!(
                    "make it: grade class run FOLDER --into {} --assignment ID",
                    path.display()
                ),
            ));
        }
        // Nothing is written into a file that is not known to be one of these.
        let looked = Self::look(path)?;
        schema::require_known(&looked, path)?;
        drop(looked);
        Self::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn look(path: &Path) -> Result<Connection, Trouble> {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| trouble(path, &error))
    }

    fn connect(path: &Path, flags: OpenFlags) -> Result<Self, Trouble> {
        let cannot = |error: rusqlite::Error| trouble(path, &error);
        let mut connection = Connection::open_with_flags(path, flags).map_err(cannot)?;
        connection.busy_timeout(PATIENCE).map_err(cannot)?;
        connection.pragma_update(None, "foreign_keys", true).map_err(cannot)?;
        connection.pragma_update(None, "journal_mode", "wal").map_err(cannot)?;
        // Each transaction reaches the disk before it counts.
        connection.pragma_update(None, "synchronous", "full").map_err(cannot)?;
        schema::migrate(&mut connection).map_err(cannot)?;
        Ok(Self {
            connection,
            path: path.to_owned(),
        })
    }

    /// Ends it as one file, which can be copied: nothing of it waits in another one beside it.
    pub fn close(self) -> Result<(), Trouble> {
        let ended = self.connection.pragma_update(None, "journal_mode", "delete");
        ended.map_err(|error| trouble(&self.path, &error))?;
        self.connection
            .close()
            .map_err(|(_, error)| trouble(&self.path, &error))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn trouble(&self, error: &rusqlite::Error) -> Trouble {
        trouble(&self.path, error)
    }
}

/// What an error of the database means for whoever has the file.
fn trouble(path: &Path, error: &rusqlite::Error) -> Trouble {
    let shown = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => Trouble::environment(
            format!("{shown} is no file of a class"),
            "name the file that `grade class run --into` has made, or another name for a new one",
        ),
        Some(ErrorCode::DiskFull) => Trouble::environment(
            format!("the disk of {shown} is full; what was graded before is kept"),
            "make room, then run the same command again: it grades what is missing",
        ),
        Some(ErrorCode::DatabaseCorrupt) => Trouble::environment(
            format!("{shown} is damaged: {error}"),
            "restore a copy of it, or name another file and grade again",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Trouble::environment(
            format!("cannot open {shown}: {error}"),
            "name a file in a folder that exists and can be written; not on a network's file system",
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Trouble::environment(
            format!("{shown} is in use by another program: {error}"),
            "end what reads it, then run the same command again",
        ),
        _ => Trouble::environment(
            format!("cannot use {shown}: {error}"),
            "see that its disk has room and is healthy, then run the same command again",
        ),
    }
}

#[cfg(test)]
mod tests;
