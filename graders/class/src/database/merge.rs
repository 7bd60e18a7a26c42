//! A shard's file, and taking over what it holds: each grading whole and once.

use rusqlite::{OptionalExtension, Transaction, params};

use super::Database;
use crate::shard::Shard;
use crate::trouble::Trouble;

impl Database {
    /// Says that this file is a shard, or the plan.
    pub fn make_shard(&mut self, shard: &Shard) -> Result<(), Trouble> {
        self.within(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO shard (one, plan, number, count, paths) VALUES (1, ?1, ?2, ?3, ?4)",
                params![
                    shard.plan,
                    shard.number as i64,
                    shard.count as i64,
                    super::write::json(&shard.paths)
                ],
            )?;
            Ok(())
        })
    }

    /// Which shard this file is, where it is one.
    pub fn shard(&self) -> Result<Option<Shard>, Trouble> {
        let row: Option<(String, i64, i64, String)> = self
            .connection
            .query_row("SELECT plan, number, count, paths FROM shard", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()
            .map_err(|error| self.trouble(&error))?;
        row.map(|(plan, number, count, paths)| {
            Ok(Shard {
                plan,
                number: usize::try_from(number).unwrap_or(0),
                count: usize::try_from(count).unwrap_or(0),
                paths: self.decoded(&paths)?,
            })
        })
        .transpose()
    }

    /// Takes over the newest run of a shard: who handed in what, what was read, and each grading that is not here yet. All
    /// of it or nothing; what was taken over before stays as it is. Gives the run's number here.
    pub fn absorb(&mut self, shard: &Self) -> Result<i64, Trouble> {
        let path = shard.path().display().to_string();
        let trouble = |database: &Self, error: rusqlite::Error| database.trouble(&error);
        self.connection
            .execute("ATTACH DATABASE ?1 AS shard", [path])
            .map_err(|error| trouble(self, error))?;
        let run = self.within(|transaction| {
            take_over_scan(transaction)?;
            let (from, run) = take_over_run(transaction)?;
            take_over_entries(transaction, from, run)?;
            take_over_gradings(transaction, from, run)?;
            Ok(run)
        });
        self.connection
            .execute("DETACH DATABASE shard", [])
            .map_err(|error| trouble(self, error))?;
        run
    }

    /// Notes what all shards of a run have cost together. Merging again adds nothing.
    pub fn cost(&mut self, run: i64, cpu_seconds: f64, wall_seconds: f64) -> Result<(), Trouble> {
        self.within(|transaction| {
            transaction.execute(
                "UPDATE run SET cpu_seconds = max(cpu_seconds, ?2), wall_seconds = max(wall_seconds, ?3) WHERE id = ?1",
                params![run, cpu_seconds, wall_seconds],
            )?;
            Ok(())
        })
    }
}

fn take_over_scan(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(
        "INSERT OR REPLACE INTO class (one, settings, ignored) SELECT one, settings, ignored FROM shard.class;
         UPDATE attempt SET is_there = 0;
         UPDATE student SET on_roster = 0;
         INSERT INTO student (key, name, email, platform, on_roster, extension, handed_in, remark)
         SELECT key, name, email, platform, on_roster, extension, handed_in, remark FROM shard.student WHERE true
         ON CONFLICT (key) DO UPDATE SET name = excluded.name, email = excluded.email, platform = excluded.platform,
         on_roster = excluded.on_roster, extension = excluded.extension, handed_in = excluded.handed_in,
         remark = excluded.remark;
         INSERT INTO attempt (path, student, layout, platform_order, number, handed_in, flagged_late, is_there)
         SELECT path, student, layout, platform_order, number, handed_in, flagged_late, is_there FROM shard.attempt
         WHERE is_there = 1
         ON CONFLICT (path, student) DO UPDATE SET layout = excluded.layout, platform_order = excluded.platform_order,
         number = excluded.number, handed_in = excluded.handed_in, flagged_late = excluded.flagged_late, is_there = 1;
         DELETE FROM student WHERE on_roster = 0 AND key NOT IN (SELECT student FROM attempt);",
    )
}

/// The shard's newest run, and the same run here.
fn take_over_run(transaction: &Transaction<'_>) -> rusqlite::Result<(i64, i64)> {
    let (from, conditions): (i64, String) = transaction.query_row(
        "SELECT id, conditions FROM shard.run ORDER BY id DESC LIMIT 1",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let known: Option<i64> = transaction
        .query_row(
            "SELECT id FROM run WHERE conditions = ?1 AND regraded IS NULL ORDER BY id DESC LIMIT 1",
            [&conditions],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(run) = known {
        return Ok((from, run));
    }
    transaction.execute(
        "INSERT INTO run (conditions, grader, fixtures, assignment, machine, begun)
         SELECT conditions, grader, fixtures, assignment, machine, begun FROM shard.run WHERE id = ?1",
        [from],
    )?;
    Ok((from, transaction.last_insert_rowid()))
}

fn take_over_entries(transaction: &Transaction<'_>, from: i64, run: i64) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO entry (run, attempt, content, refused, next_step, fault, notes)
         SELECT ?2, own.id, entry.content, entry.refused, entry.next_step, entry.fault, entry.notes
         FROM shard.entry AS entry JOIN shard.attempt AS theirs ON theirs.id = entry.attempt
         JOIN main.attempt AS own ON own.path = theirs.path AND own.student = theirs.student
         WHERE entry.run = ?1
         ON CONFLICT (run, attempt) DO UPDATE SET content = excluded.content, refused = excluded.refused,
         next_step = excluded.next_step, fault = excluded.fault, notes = excluded.notes",
        params![from, run],
    )?;
    Ok(())
}

/// Each content once: a grading that is here stays, and only a fault gives way.
fn take_over_gradings(transaction: &Transaction<'_>, from: i64, run: i64) -> rusqlite::Result<()> {
    transaction.execute(
        "DELETE FROM grading WHERE run = ?2 AND fault IS NOT NULL
         AND content IN (SELECT content FROM shard.grading WHERE run = ?1)",
        params![from, run],
    )?;
    let new: Vec<i64> = transaction
        .prepare(
            "SELECT id FROM shard.grading WHERE run = ?1
             AND content NOT IN (SELECT content FROM main.grading WHERE run = ?2) ORDER BY id",
        )?
        .query_map(params![from, run], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for theirs in new {
        transaction.execute(
            "INSERT INTO grading (run, content, fault, tries, points, max_points, fresh_seed, cpu_seconds, wall_seconds,
             ended, machine, report)
             SELECT ?2, content, fault, tries, points, max_points, fresh_seed, cpu_seconds, wall_seconds, ended, machine,
             report FROM shard.grading WHERE id = ?1",
            params![theirs, run],
        )?;
        let own = transaction.last_insert_rowid();
        for (table, columns) in [
            ("task", "task, verdict, points, max_points, behaviour"),
            ("finding", "task, name, verdict, message"),
            ("mistake", "task, name, words"),
        ] {
            transaction.execute(
                &format!(
                    "INSERT INTO {table} (grading, {columns})
                     SELECT ?2, {columns} FROM shard.{table} WHERE grading = ?1 ORDER BY rowid"
                ),
                params![theirs, own],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::outcome::Outcome;
    use crate::testing::{class, entry, handed, outcome};

    fn fault() -> Outcome {
        Outcome {
            result: Err("no disk".to_owned()),
            mistakes: Vec::new(),
            cpu_seconds: None,
            wall_seconds: 1.0,
        }
    }

    #[test]
    fn what_two_shards_hold_is_whole_and_once_however_often_they_are_merged() {
        let folder = tempfile::tempdir().unwrap();
        let all = || {
            vec![
                handed("a", "ann", None),
                handed("b", "bo", None),
                handed("c", "cy", None),
            ]
        };
        let shard = |name: &str, graded: &[(usize, &str, Outcome)]| {
            let (mut database, run) = class(&folder.path().join(name), all(), None);
            let ids: Vec<i64> = database.attempts().unwrap().iter().map(|attempt| attempt.id).collect();
            for (at, content, outcome) in graded {
                database.enter(run, &[(ids[*at], entry(content))]).unwrap();
                database.keep(run, content, outcome, "node").unwrap();
            }
            database
        };
        let (wrong, right) = (outcome(3.0, "wrong"), outcome(4.0, "passed"));
        // Bo and Cy handed in the same.
        let one = shard("1", &[(0, "x", wrong.clone()), (1, "y", fault())]);
        let other = shard("2", &[(2, "y", right.clone())]);
        let plain = shard("plain", &[(0, "x", wrong), (1, "y", right.clone()), (2, "y", right)]);
        let mut merged = Database::open_or_make(&folder.path().join("merged")).unwrap();
        for part in [&one, &other, &one, &other] {
            merged.absorb(part).unwrap();
        }
        let (merged, plain) = (merged.standing(None).unwrap(), plain.standing(None).unwrap());
        assert_eq!(merged.gradings, plain.gradings);
        assert_eq!(merged.students, plain.students);
        let entries = |standing: &super::super::Standing| -> Vec<_> {
            let of = |attempt: &super::super::Attempt| {
                (
                    attempt.path.clone(),
                    attempt.number,
                    standing.entries[&attempt.id].clone(),
                )
            };
            standing.attempts.iter().map(of).collect()
        };
        assert_eq!(entries(&merged), entries(&plain));
        assert_eq!(merged.gradings["x"].findings.len(), 1);
    }
}
