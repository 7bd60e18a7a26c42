//! Writing: what a folder holds, what a submission is, and what came of grading it.

use std::collections::BTreeSet;
use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::{Conditions, Database, Entry, Settings};
use crate::layout::{Found, Handed};
use crate::outcome::{Outcome, behaviour, fault_of, verdict_name};
use crate::roster::{Match, Roster};
use crate::trouble::Trouble;

/// What a look into the folder gave.
#[derive(Debug)]
pub struct Scan<'a> {
    /// How the course grades.
    pub settings: &'a Settings,
    /// What lies in the folder.
    pub found: &'a Found,
    /// The course's roster, where there is one.
    pub roster: Option<&'a Roster>,
}

impl Database {
    pub(super) fn within<T>(
        &mut self,
        action: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, Trouble> {
        let path = self.path.clone();
        let result = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let made = action(&transaction)?;
                transaction.commit()?;
                Ok(made)
            });
        result.map_err(|error| super::trouble(&path, &error))
    }

    /// Notes what the folder and the roster hold now. What was graded stays.
    pub fn scan(&mut self, scan: &Scan<'_>) -> Result<(), Trouble> {
        let settings = json(scan.settings);
        let ignored = json(&scan.found.ignored);
        self.within(|transaction| {
            transaction.execute(
                "INSERT INTO class (one, settings, ignored) VALUES (1, ?1, ?2)
                 ON CONFLICT (one) DO UPDATE SET settings = ?1, ignored = ?2",
                params![settings, ignored],
            )?;
            transaction.execute("UPDATE attempt SET is_there = 0", [])?;
            transaction.execute("UPDATE student SET on_roster = 0", [])?;
            for student in scan.roster.iter().flat_map(|roster| &roster.students) {
                transaction.execute(
                    "INSERT INTO student (key, name, email, on_roster, extension, handed_in) VALUES (?1, ?2, ?3, 1, ?4, ?5)
                     ON CONFLICT (key) DO UPDATE SET
                     name = ?2, email = ?3, on_roster = 1, extension = ?4, handed_in = ?5, remark = NULL",
                    params![
                        student.id,
                        student.name,
                        student.email,
                        student.extension.map(crate::roster::Extension::text),
                        student.handed_in.map(|time| time.to_string())
                    ],
                )?;
            }
            for handed in &scan.found.handed {
                note(transaction, handed, scan.roster)?;
            }
            number(transaction)?;
            transaction.execute(
                "DELETE FROM student WHERE on_roster = 0 AND key NOT IN (SELECT student FROM attempt)",
                [],
            )?;
            Ok(())
        })
    }

    /// The run under these conditions: the newest that there is, otherwise a new one. A regrading of tasks is a run of its
    /// own, on top of the one before.
    pub fn run(
        &mut self,
        conditions: &Conditions,
        regraded: Option<(&str, i64)>,
        machine: &str,
    ) -> Result<i64, Trouble> {
        let hash = conditions.hash();
        self.within(|transaction| {
            let known = match regraded {
                None => transaction
                    .query_row(
                        "SELECT id FROM run WHERE conditions = ?1 ORDER BY id DESC LIMIT 1",
                        [&hash],
                        |row| row.get(0),
                    )
                    .optional()?,
                // One that was interrupted goes on, as long as nothing has happened since.
                Some((tasks, base)) => transaction
                    .query_row(
                        "SELECT id FROM run WHERE conditions = ?1 AND regraded = ?2 AND id = ?3",
                        params![hash, tasks, base],
                        |row| row.get(0),
                    )
                    .optional()?
                    .filter(|id| !is_whole(transaction, *id).unwrap_or(true)),
            };
            if let Some(id) = known {
                return Ok(id);
            }
            transaction.execute(
                "INSERT INTO run (conditions, grader, fixtures, assignment, regraded, based_on, machine, begun)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    hash,
                    conditions.grader,
                    conditions.fixtures,
                    conditions.assignment,
                    regraded.map(|(tasks, _)| tasks),
                    regraded.map(|(_, base)| base),
                    machine,
                    now()
                ],
            )?;
            Ok(transaction.last_insert_rowid())
        })
    }

    /// Notes what was read of attempts: their contents, or why they cannot be graded.
    pub fn enter(&mut self, run: i64, read: &[(i64, Entry)]) -> Result<(), Trouble> {
        self.within(|transaction| {
            let mut statement = transaction.prepare(
                "INSERT INTO entry (run, attempt, content, refused, next_step, fault, notes)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (run, attempt) DO UPDATE SET
                 content = ?3, refused = ?4, next_step = ?5, fault = ?6, notes = ?7",
            )?;
            for (attempt, entry) in read {
                let notes = json(&entry.notes);
                statement.execute(params![
                    run,
                    attempt,
                    entry.content,
                    entry.refused,
                    entry.next,
                    entry.fault,
                    notes
                ])?;
            }
            Ok(())
        })
    }

    /// Keeps what came of grading a content, in place of a fault from before. A grading without a fault stays as it is.
    pub fn keep(&mut self, run: i64, content: &str, outcome: &Outcome, machine: &str) -> Result<(), Trouble> {
        let report = outcome.result.as_ref().ok();
        let fault = match &outcome.result {
            Ok(report) => fault_of(report),
            Err(reason) => Some(reason.clone()),
        };
        let packed = report.map(pack);
        self.within(|transaction| {
            let before: Option<(i64, i64, bool)> = transaction
                .query_row(
                    "SELECT id, tries, fault IS NULL FROM grading WHERE run = ?1 AND content = ?2",
                    params![run, content],
                    |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
                )
                .optional()?;
            let tries = match before {
                Some((_, _, true)) => return Ok(()),
                Some((id, tries, false)) => {
                    transaction.execute("DELETE FROM grading WHERE id = ?1", [id])?;
                    tries + 1
                }
                None => 1,
            };
            transaction.execute(
                "INSERT INTO grading (run, content, fault, tries, points, max_points, fresh_seed, cpu_seconds, wall_seconds,
                 ended, machine, report) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                params![
                    run,
                    content,
                    fault,
                    tries,
                    report.map(|report| report.totals.points),
                    report.map(|report| report.totals.max_points),
                    report.map(|report| report.fresh_seed.to_string()),
                    outcome.cpu_seconds,
                    outcome.wall_seconds,
                    now(),
                    machine,
                    packed
                ],
            )?;
            let grading = transaction.last_insert_rowid();
            details(transaction, grading, outcome)
        })
    }

    /// Adds to what a run has cost.
    pub fn spend(&mut self, run: i64, cpu_seconds: f64, wall_seconds: f64) -> Result<(), Trouble> {
        self.within(|transaction| {
            transaction.execute(
                "UPDATE run SET cpu_seconds = cpu_seconds + ?2, wall_seconds = wall_seconds + ?3 WHERE id = ?1",
                params![run, cpu_seconds, wall_seconds],
            )?;
            Ok(())
        })
    }
}

/// An attempt, once for each of those whose it is.
fn note(transaction: &Transaction<'_>, handed: &Handed, roster: Option<&Roster>) -> rusqlite::Result<()> {
    let mut keys = BTreeSet::new();
    for who in &handed.who {
        let matched = roster.map(|roster| roster.find(who));
        let (key, remark) = match matched {
            Some(Match::One(student)) => (student.id.clone(), None),
            Some(Match::Nobody) => (who.key.clone(), Some("is not on the roster".to_owned())),
            Some(Match::Several(ids)) => {
                let words = format!("could be any of these on the roster: {}", ids.join(", "));
                (who.key.clone(), Some(words))
            }
            None => (who.key.clone(), None),
        };
        if !keys.insert(key.clone()) {
            continue;
        }
        let platform = who.ids.first();
        transaction.execute(
            "INSERT INTO student (key, name, email, platform, on_roster, remark) VALUES (?1, ?2, ?3, ?4, 0, ?5)
             ON CONFLICT (key) DO UPDATE SET platform = ?4, remark = ?5, email = coalesce(email, ?3)",
            params![key, who.name, who.email, platform, remark],
        )?;
        // One whose student is known by now is the same attempt.
        let moved = if handed.who.len() == 1 {
            transaction.execute(
                "UPDATE attempt SET student = ?2 WHERE path = ?1 AND student <> ?2
                 AND NOT EXISTS (SELECT 1 FROM attempt AS own WHERE own.path = ?1 AND own.student = ?2)",
                params![handed.path, key],
            )?
        } else {
            0
        };
        debug_assert!(moved <= 1, "an attempt of one student stands once");
        transaction.execute(
            "INSERT INTO attempt (path, student, layout, platform_order, number, handed_in, flagged_late, is_there)
             VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, 1)
             ON CONFLICT (path, student) DO UPDATE SET
             layout = ?3, platform_order = ?4, handed_in = ?5, flagged_late = ?6, is_there = 1",
            params![
                handed.path,
                key,
                handed.layout.name(),
                handed.order as i64,
                handed.handed_in.map(|time| time.to_string()),
                handed.flagged_late
            ],
        )?;
    }
    Ok(())
}

/// Numbers each student's attempts from 1: by time where all have one, otherwise by the platform's order and the name.
fn number(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute(
        "UPDATE attempt SET number = (
             SELECT count(*) FROM attempt AS other
             WHERE other.student = attempt.student AND other.is_there = 1
             AND (coalesce(other.handed_in, ''), other.platform_order, other.path)
                 <= (coalesce(attempt.handed_in, ''), attempt.platform_order, attempt.path))
         WHERE is_there = 1",
        [],
    )?;
    Ok(())
}

/// Whether nothing is left to grade in a run that has begun.
fn is_whole(transaction: &Transaction<'_>, run: i64) -> rusqlite::Result<bool> {
    let (entries, open): (i64, i64) = transaction.query_row(
        "SELECT count(*), sum(entry.content IS NOT NULL AND grading.id IS NULL)
         FROM entry LEFT JOIN grading ON grading.run = entry.run AND grading.content = entry.content
         WHERE entry.run = ?1",
        [run],
        |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?.unwrap_or(0))),
    )?;
    Ok(entries > 0 && open == 0)
}

fn details(transaction: &Transaction<'_>, grading: i64, outcome: &Outcome) -> rusqlite::Result<()> {
    for task in outcome.result.iter().flat_map(|report| &report.tasks) {
        transaction.execute(
            "INSERT INTO task (grading, task, verdict, points, max_points, behaviour) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                grading,
                task.id,
                verdict_name(task.verdict),
                task.points,
                task.max_points,
                behaviour(task)
            ],
        )?;
        for check in task.checks.iter().filter(|check| check.failed()) {
            transaction.execute(
                "INSERT OR IGNORE INTO finding (grading, task, name, verdict, message) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![grading, task.id, check.name, verdict_name(check.verdict), check.message],
            )?;
        }
    }
    for mistake in &outcome.mistakes {
        transaction.execute(
            "INSERT OR IGNORE INTO mistake (grading, task, name, words) VALUES (?1, ?2, ?3, ?4)",
            params![grading, mistake.task, mistake.name, mistake.words],
        )?;
    }
    Ok(())
}

fn pack(report: &report::Report) -> Vec<u8> {
    let text = serde_json::to_vec(report).unwrap_or_default();
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    // Memory does not refuse.
    let _ = packer.write_all(&text);
    packer.finish().unwrap_or_default()
}

pub(super) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn now() -> String {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}
