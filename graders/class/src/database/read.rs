//! Reading: everything that a run gave, without its reports, which are read one by one.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::ZlibDecoder;
use jiff::Timestamp;
use report::Report;
use rusqlite::{OptionalExtension, Row, params};

use super::rows::{Attempt, Entry, Finding, Grading, Run, Standing, StudentRow, TaskRow};
use super::{Database, Settings};
use crate::outcome::Mistake;
use crate::roster::Extension;
use crate::trouble::Trouble;

/// Bytes of a report at most, unpacked.
const LARGEST: u64 = 256 << 20;

impl Database {
    pub(super) fn all<T>(
        &self,
        statement: &str,
        parameters: impl rusqlite::Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Trouble> {
        let rows = self.connection.prepare(statement).and_then(|mut prepared| {
            let rows = prepared.query_map(parameters, read)?;
            rows.collect()
        });
        rows.map_err(|error| self.trouble(&error))
    }

    /// How the course grades; none where nothing was ever asked for.
    pub fn settings(&self) -> Result<Option<Settings>, Trouble> {
        let text: Option<String> = self
            .connection
            .query_row("SELECT settings FROM class", [], |row| row.get(0))
            .optional()
            .map_err(|error| self.trouble(&error))?;
        text.map(|text| self.decoded(&text)).transpose()
    }

    pub(super) fn decoded<T: serde::de::DeserializeOwned>(&self, text: &str) -> Result<T, Trouble> {
        serde_json::from_str(text).map_err(|error| {
            Trouble::environment(
                format!("{} is damaged: {error}", self.path.display()),
                "restore a copy of it, or name another file and grade again",
            )
        })
    }

    /// All runs, the oldest first.
    pub fn runs(&self) -> Result<Vec<Run>, Trouble> {
        self.all(
            "SELECT id, grader, fixtures, assignment, regraded, based_on, begun, cpu_seconds, wall_seconds, conditions
             FROM run ORDER BY id",
            [],
            |row| {
                Ok(Run {
                    id: row.get(0)?,
                    grader: row.get(1)?,
                    fixtures: row.get(2)?,
                    assignment: row.get(3)?,
                    regraded: row.get(4)?,
                    based_on: row.get(5)?,
                    begun: row.get(6)?,
                    cpu_seconds: row.get(7)?,
                    wall_seconds: row.get(8)?,
                    conditions: row.get(9)?,
                })
            },
        )
    }

    /// What lies in the folder, by student and number.
    pub fn attempts(&self) -> Result<Vec<Attempt>, Trouble> {
        self.all(
            "SELECT id, path, student, layout, number, handed_in, flagged_late FROM attempt WHERE is_there = 1
             ORDER BY student, number",
            [],
            |row| {
                Ok(Attempt {
                    id: row.get(0)?,
                    path: row.get(1)?,
                    student: row.get(2)?,
                    layout: row.get(3)?,
                    number: row.get(4)?,
                    handed_in: time(row, 5)?,
                    flagged_late: row.get(6)?,
                })
            },
        )
    }

    /// What was read in a run, by attempt.
    pub fn entries(&self, run: i64) -> Result<BTreeMap<i64, Entry>, Trouble> {
        let rows = self.all(
            "SELECT attempt, content, refused, next_step, fault, notes FROM entry WHERE run = ?1",
            [run],
            |row| {
                let notes: String = row.get(5)?;
                let entry = Entry {
                    content: row.get(1)?,
                    refused: row.get(2)?,
                    next: row.get(3)?,
                    fault: row.get(4)?,
                    notes: serde_json::from_str(&notes).unwrap_or_default(),
                };
                Ok((row.get(0)?, entry))
            },
        )?;
        Ok(rows.into_iter().collect())
    }

    /// The contents that were graded in a run, and whether a fault of ours came in the way.
    pub fn contents(&self, run: i64) -> Result<BTreeMap<String, bool>, Trouble> {
        let rows = self.all(
            "SELECT content, fault IS NOT NULL FROM grading WHERE run = ?1",
            [run],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(rows.into_iter().collect())
    }

    /// What came of grading, by content, details included.
    pub fn gradings(&self, run: i64) -> Result<BTreeMap<String, Grading>, Trouble> {
        let rows = self.all(
            "SELECT id, content, fault, tries, points, max_points, cpu_seconds, wall_seconds FROM grading WHERE run = ?1",
            [run],
            |row| {
                let grading = Grading {
                    fault: row.get(2)?,
                    tries: row.get(3)?,
                    points: row.get::<_, Option<f64>>(4)?.unwrap_or(0.0),
                    max_points: row.get::<_, Option<f64>>(5)?.unwrap_or(0.0),
                    cpu_seconds: row.get(6)?,
                    wall_seconds: row.get(7)?,
                    ..Grading::default()
                };
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, grading))
            },
        )?;
        let mut by_id: BTreeMap<i64, (String, Grading)> = rows
            .into_iter()
            .map(|(id, content, grading)| (id, (content, grading)))
            .collect();
        self.add_details(run, &mut by_id)?;
        Ok(by_id.into_values().collect())
    }

    fn add_details(&self, run: i64, by_id: &mut BTreeMap<i64, (String, Grading)>) -> Result<(), Trouble> {
        let of_run = "WHERE grading IN (SELECT id FROM grading WHERE run = ?1) ORDER BY rowid";
        let tasks = self.all(
            &format!("SELECT grading, task, verdict, points, max_points, behaviour FROM task {of_run}"),
            [run],
            |row| {
                let task = TaskRow {
                    task: row.get(1)?,
                    verdict: row.get(2)?,
                    points: row.get(3)?,
                    max_points: row.get(4)?,
                    behaviour: row.get(5)?,
                };
                Ok((row.get::<_, i64>(0)?, task))
            },
        )?;
        for (id, task) in tasks {
            if let Some((_, grading)) = by_id.get_mut(&id) {
                grading.tasks.push(task);
            }
        }
        let findings = self.all(
            &format!("SELECT grading, task, name, verdict, message FROM finding {of_run}"),
            [run],
            |row| {
                let finding = Finding {
                    task: row.get(1)?,
                    name: row.get(2)?,
                    verdict: row.get(3)?,
                    message: row.get(4)?,
                };
                Ok((row.get::<_, i64>(0)?, finding))
            },
        )?;
        for (id, finding) in findings {
            if let Some((_, grading)) = by_id.get_mut(&id) {
                grading.findings.push(finding);
            }
        }
        let mistakes = self.all(
            &format!("SELECT grading, task, name, words FROM mistake {of_run}"),
            [run],
            |row| {
                let mistake = Mistake {
                    task: row.get(1)?,
                    name: row.get(2)?,
                    words: row.get(3)?,
                };
                Ok((row.get::<_, i64>(0)?, mistake))
            },
        )?;
        for (id, mistake) in mistakes {
            if let Some((_, grading)) = by_id.get_mut(&id) {
                grading.mistakes.push(mistake);
            }
        }
        Ok(())
    }

    /// The mistakes that were recognised in a content.
    pub fn mistakes(&self, run: i64, content: &str) -> Result<Vec<Mistake>, Trouble> {
        self.all(
            "SELECT task, name, words FROM mistake
             WHERE grading = (SELECT id FROM grading WHERE run = ?1 AND content = ?2) ORDER BY rowid",
            params![run, content],
            |row| {
                Ok(Mistake {
                    task: row.get(0)?,
                    name: row.get(1)?,
                    words: row.get(2)?,
                })
            },
        )
    }

    /// The report of a content, where it has one.
    pub fn report(&self, run: i64, content: &str) -> Result<Option<Report>, Trouble> {
        let packed: Option<Vec<u8>> = self
            .connection
            .query_row(
                "SELECT report FROM grading WHERE run = ?1 AND content = ?2",
                params![run, content],
                |row| row.get(0),
            )
            .optional()
            .map_err(|error| self.trouble(&error))?
            .flatten();
        let Some(packed) = packed else {
            return Ok(None);
        };
        let mut text = String::new();
        let unpacked = ZlibDecoder::new(packed.as_slice())
            .take(LARGEST)
            .read_to_string(&mut text);
        let broken = |error: &dyn std::fmt::Display| {
            Trouble::environment(
                format!("a report in {} cannot be read: {error}", self.path.display()),
                "grade it again: grade class run with a new file",
            )
        };
        unpacked.map_err(|error| broken(&error))?;
        serde_json::from_str(&text).map(Some).map_err(|error| broken(&error))
    }

    /// All that there is of a run: the newest, unless another is asked for.
    pub fn standing(&self, asked: Option<i64>) -> Result<Standing, Trouble> {
        let runs = self.runs()?;
        let shown = self.path.display();
        let (Some(settings), Some(newest)) = (self.settings()?, runs.last()) else {
            return Err(Trouble::usage(
                format!("nothing was graded into {shown} yet"),
                format!("grade class run FOLDER --into {shown} --assignment ID"),
            ));
        };
        let run = match asked {
            None => newest.clone(),
            Some(id) => runs.iter().find(|run| run.id == id).cloned().ok_or_else(|| {
                let known: Vec<String> = runs.iter().map(|run| run.id.to_string()).collect();
                Trouble::usage(
                    format!("{shown} has no run {id}"),
                    format!("choose one of its runs: {}", known.join(", ")),
                )
            })?,
        };
        let ignored: String = self
            .connection
            .query_row("SELECT ignored FROM class", [], |row| row.get(0))
            .map_err(|error| self.trouble(&error))?;
        Ok(Standing {
            settings,
            ignored: self.decoded(&ignored)?,
            students: self.students()?,
            attempts: self.attempts()?,
            entries: self.entries(run.id)?,
            gradings: self.gradings(run.id)?,
            run,
        })
    }

    fn students(&self) -> Result<BTreeMap<String, StudentRow>, Trouble> {
        let rows = self.all(
            "SELECT key, name, email, platform, on_roster, extension, handed_in, remark FROM student",
            [],
            |row| {
                let extension: Option<String> = row.get(5)?;
                Ok(StudentRow {
                    key: row.get(0)?,
                    name: row.get(1)?,
                    email: row.get(2)?,
                    platform: row.get(3)?,
                    on_roster: row.get(4)?,
                    extension: extension.as_deref().and_then(Extension::parse),
                    handed_in: time(row, 6)?,
                    remark: row.get(7)?,
                })
            },
        )?;
        Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
    }
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|text| text.parse().ok()))
}
