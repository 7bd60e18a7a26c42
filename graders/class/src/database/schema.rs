//! The tables, and how a file of an older version comes to have them.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use crate::trouble::Trouble;

/// By this number a file says that it is one of these.
const APPLICATION: i32 = 0x6763_6c61;

/// What each version adds to the one before. What is here never changes: a change is another entry.
const VERSIONS: &[&str] = &[
    "
CREATE TABLE class (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    settings TEXT NOT NULL,
    ignored TEXT NOT NULL
) STRICT;
CREATE TABLE student (
    key TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT,
    platform TEXT,
    on_roster INTEGER NOT NULL,
    extension TEXT,
    handed_in TEXT,
    remark TEXT
) STRICT;
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    student TEXT NOT NULL REFERENCES student (key),
    layout TEXT NOT NULL,
    platform_order INTEGER NOT NULL,
    number INTEGER NOT NULL,
    handed_in TEXT,
    flagged_late INTEGER NOT NULL,
    is_there INTEGER NOT NULL,
    UNIQUE (path, student)
) STRICT;
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    conditions TEXT NOT NULL,
    grader TEXT NOT NULL,
    fixtures TEXT NOT NULL,
    assignment TEXT NOT NULL,
    regraded TEXT,
    based_on INTEGER REFERENCES run (id),
    machine TEXT NOT NULL,
    begun TEXT NOT NULL,
    cpu_seconds REAL NOT NULL DEFAULT 0,
    wall_seconds REAL NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE entry (
    run INTEGER NOT NULL REFERENCES run (id),
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    content TEXT,
    refused TEXT,
    next_step TEXT,
    fault TEXT,
    notes TEXT NOT NULL,
    PRIMARY KEY (run, attempt),
    CHECK ((content IS NOT NULL) + (refused IS NOT NULL) + (fault IS NOT NULL) = 1)
) STRICT;
CREATE TABLE grading (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES run (id),
    content TEXT NOT NULL,
    fault TEXT,
    tries INTEGER NOT NULL,
    points REAL,
    max_points REAL,
    fresh_seed TEXT,
    cpu_seconds REAL,
    wall_seconds REAL NOT NULL,
    ended TEXT NOT NULL,
    machine TEXT NOT NULL,
    report BLOB,
    UNIQUE (run, content),
    CHECK (fault IS NOT NULL OR report IS NOT NULL)
) STRICT;
CREATE TABLE task (
    grading INTEGER NOT NULL REFERENCES grading (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    verdict TEXT NOT NULL,
    points REAL NOT NULL,
    max_points REAL NOT NULL,
    behaviour TEXT,
    PRIMARY KEY (grading, task)
) STRICT;
CREATE TABLE finding (
    grading INTEGER NOT NULL REFERENCES grading (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    verdict TEXT NOT NULL,
    message TEXT,
    PRIMARY KEY (grading, task, name)
) STRICT;
CREATE TABLE mistake (
    grading INTEGER NOT NULL REFERENCES grading (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    name TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (grading, task, name)
) STRICT;
",
    "
CREATE TABLE shard (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    plan TEXT NOT NULL,
    number INTEGER NOT NULL,
    count INTEGER NOT NULL,
    paths TEXT NOT NULL
) STRICT;
",
    "
CREATE TABLE similarity (
    run INTEGER PRIMARY KEY REFERENCES run (id),
    tool TEXT NOT NULL,
    percent REAL NOT NULL,
    submissions INTEGER NOT NULL
) STRICT;
CREATE TABLE similar (
    run INTEGER NOT NULL REFERENCES similarity (run) ON DELETE CASCADE,
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    percent REAL NOT NULL,
    letters INTEGER NOT NULL,
    files TEXT NOT NULL,
    PRIMARY KEY (run, one, other)
) STRICT;
",
];

/// Refuses a file that is another program's, or of a version to come, and leaves it as it is.
pub(super) fn require_known(connection: &Connection, path: &Path) -> Result<(), Trouble> {
    let number = |name: &str| {
        let read = connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        read.map_err(|error| super::trouble(path, &error))
    };
    let (application, version) = (number("application_id")?, number("user_version")?);
    let newest = VERSIONS.len();
    if application == APPLICATION && usize::try_from(version).is_ok_and(|version| version > newest) {
        return Err(Trouble::environment(
            format!(
                "{} was written by a newer grader: it is version {version}, and this one knows versions up to {newest}",
                path.display()
            ),
            "use the newer grader; the file is as it was",
        ));
    }
    // An empty file is nobody's.
    let is_empty = path.metadata().is_ok_and(|found| found.len() == 0);
    if application == APPLICATION || is_empty {
        return Ok(());
    }
    Err(Trouble::environment(
        format!("{} is a database of another program", path.display()),
        "name the file that `grade class run --into` has made, or another name for a new one",
    ))
}

/// Brings a file to the newest version, one by one, each whole or not at all.
pub(super) fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    advance(connection, VERSIONS)
}

fn advance(connection: &mut Connection, versions: &[&str]) -> rusqlite::Result<()> {
    let version = |connection: &Connection| -> rusqlite::Result<usize> {
        let version: i32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(usize::try_from(version).unwrap_or(0))
    };
    while version(connection)? < versions.len() {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Somebody else may have done it meanwhile.
        let from = version(&transaction)?;
        if let Some(statements) = versions.get(from) {
            transaction.execute_batch(statements)?;
            transaction.pragma_update(None, "application_id", APPLICATION)?;
            transaction.pragma_update(None, "user_version", i32::try_from(from + 1).unwrap_or(i32::MAX))?;
        }
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_older_file_gets_what_it_lacks_and_keeps_what_it_has() {
        let mut connection = Connection::open_in_memory().unwrap();
        let versions = ["CREATE TABLE a (x INTEGER) STRICT;", "ALTER TABLE a ADD COLUMN y TEXT;"];
        advance(&mut connection, &versions[..1]).unwrap();
        connection.execute("INSERT INTO a (x) VALUES (7)", []).unwrap();
        advance(&mut connection, &versions).unwrap();
        advance(&mut connection, &versions).unwrap();
        let row: (i64, Option<String>) = connection
            .query_row("SELECT x, y FROM a", [], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        assert_eq!(row, (7, None));
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_at_the_version_before() {
        let mut connection = Connection::open_in_memory().unwrap();
        let versions = [
            "CREATE TABLE a (x INTEGER) STRICT;",
            "CREATE TABLE b (x INTEGER) STRICT; NONSENSE;",
        ];
        assert!(advance(&mut connection, &versions).is_err());
        let version: i32 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, 1);
        assert!(connection.prepare("SELECT x FROM b").is_err());
    }
}
