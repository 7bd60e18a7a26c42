//! Which submissions are alike, as it was compared last.

use rusqlite::{OptionalExtension, params};

use super::Database;
use super::write::json;
use crate::similarity::{Pair, Similarity};
use crate::trouble::Trouble;

impl Database {
    /// Keeps a comparison, in place of the one before.
    pub fn keep_similarity(&mut self, run: i64, found: &Similarity) -> Result<(), Trouble> {
        self.within(|transaction| {
            transaction.execute("DELETE FROM similarity WHERE run = ?1", [run])?;
            transaction.execute(
                "INSERT INTO similarity (run, tool, percent, submissions) VALUES (?1, ?2, ?3, ?4)",
                params![run, found.tool, found.percent, found.submissions as i64],
            )?;
            for pair in &found.pairs {
                transaction.execute(
                    "INSERT INTO similar (run, one, other, percent, letters, files) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    params![run, pair.one, pair.other, pair.percent, pair.letters, json(&pair.files)],
                )?;
            }
            Ok(())
        })
    }

    /// The comparison of a run, the most alike first; none where nothing was compared.
    pub fn similarity(&self, run: i64) -> Result<Option<Similarity>, Trouble> {
        let head: Option<(String, f64, i64)> = self
            .connection
            .query_row(
                "SELECT tool, percent, submissions FROM similarity WHERE run = ?1",
                [run],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .optional()
            .map_err(|error| self.trouble(&error))?;
        let Some((tool, percent, submissions)) = head else {
            return Ok(None);
        };
        let pairs = self.all(
            "SELECT one, other, percent, letters, files FROM similar WHERE run = ?1
             ORDER BY percent DESC, letters DESC, one, other",
            [run],
            |row| {
                let files: String = row.get(4)?;
                Ok(Pair {
                    one: row.get(0)?,
                    other: row.get(1)?,
                    percent: row.get(2)?,
                    letters: row.get(3)?,
                    files: serde_json::from_str(&files).unwrap_or_default(),
                })
            },
        )?;
        Ok(Some(Similarity {
            tool,
            percent,
            submissions: usize::try_from(submissions).unwrap_or(0),
            pairs,
        }))
    }
}
