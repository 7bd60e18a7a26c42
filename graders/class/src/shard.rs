//! Shards: shares of a class that are graded on other machines, each into a file of its own, and what has to hold before
//! they become one file again.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::database::{Database, Settings, Standing};
use crate::layout::Found;
use crate::roster::Roster;
use crate::trouble::Trouble;

/// Names that an error lists.
const LISTED: usize = 3;

/// What a file of a class says where it is a shard, or the plan of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard {
    /// Equal for all shards that were made together.
    pub plan: String,
    /// From 1; 0 is the plan, with all submissions.
    pub number: usize,
    /// How many shards there are.
    pub count: usize,
    /// The submissions of this one, as `Attempt::path` names them.
    pub paths: Vec<String>,
}

/// A plan of at most `count` shards over submissions (paths in the class's folder), none of them empty.
pub fn plan(paths: &[String], count: usize, name: String) -> Shard {
    let mut seen = BTreeSet::new();
    let paths: Vec<String> = paths.iter().filter(|path| seen.insert(*path)).cloned().collect();
    Shard {
        plan: name,
        number: 0,
        count: count.min(paths.len()).max(1),
        paths,
    }
}

impl Shard {
    /// A plan's shard of this number. One after the other gets a submission: neighbours, which are often alike, take their
    /// time in different shards.
    pub fn share(&self, number: usize) -> Option<Self> {
        let skipped = number.checked_sub(1).filter(|skipped| *skipped < self.count)?;
        Some(Self {
            number,
            paths: self.paths.iter().skip(skipped).step_by(self.count).cloned().collect(),
            ..self.clone()
        })
    }
}

/// By what shards know that they were made together: how the course grades, what lay in the folder, who is on the roster.
pub fn plan_name(settings: &Settings, found: &Found, roster: Option<&Roster>) -> String {
    files::sha256(format!("{settings:?}\n{found:?}\n{roster:?}").as_bytes())
}

/// A shard's file that was read, wherever it was copied to meanwhile.
#[derive(Debug)]
pub struct Part {
    /// As it was named.
    pub named: PathBuf,
    /// What it says of itself.
    pub shard: Shard,
    /// Its newest run; none where nothing was begun.
    pub standing: Option<Standing>,
}

impl Part {
    /// Reads a shard's file; `named` is what people call it.
    pub fn read(database: &Database, named: &Path) -> Result<Self, Trouble> {
        let shard = database.shard()?.filter(|shard| shard.number > 0).ok_or_else(|| {
            Trouble::usage(
                format!("{} is no shard", named.display()),
                "name the files, or the folder, that `grade class slurm` has made",
            )
        })?;
        let has_begun = !database.runs()?.is_empty();
        let standing = has_begun.then(|| database.standing(None)).transpose()?;
        Ok(Self {
            named: named.to_owned(),
            shard,
            standing,
        })
    }

    /// The submissions that were not read yet, or not graded.
    pub fn open(&self) -> Vec<&str> {
        let is_done = |path: &str| {
            let standing = self.standing.as_ref()?;
            let mut own = standing.attempts.iter().filter(|attempt| attempt.path == path);
            // Of a group's attempt one may count and another not.
            let is_done = own.any(|attempt| match standing.entries.get(&attempt.id) {
                None => false,
                Some(entry) => match &entry.content {
                    Some(content) => standing.gradings.contains_key(content),
                    None => true,
                },
            });
            is_done.then_some(())
        };
        let paths = self.shard.paths.iter().map(String::as_str);
        paths.filter(|path| is_done(path).is_none()).collect()
    }
}

/// What keeps shards from becoming one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The shard.
    pub number: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Which of the shards that belong together are lost or not done. An error where these were not made together, or were
/// not graded alike.
pub fn lacking(parts: &[Part]) -> Result<Vec<Lack>, Trouble> {
    let Some(first) = parts.first() else {
        return Err(Trouble::usage(
            "no shard is named",
            "name the folder that `grade class slurm` has made",
        ));
    };
    let mut by_number: BTreeMap<usize, &Part> = BTreeMap::new();
    for part in parts {
        if part.shard.plan != first.shard.plan || part.shard.count != first.shard.count {
            return Err(Trouble::usage(
                format!(
                    "{} and {} were not made together",
                    first.named.display(),
                    part.named.display()
                ),
                "name the shards of one `grade class slurm`",
            ));
        }
        if let Some(other) = by_number.insert(part.shard.number, part) {
            return Err(Trouble::usage(
                format!(
                    "{} and {} are the same shard",
                    other.named.display(),
                    part.named.display()
                ),
                "name each shard once",
            ));
        }
    }
    require_alike(parts)?;
    let state = |number: usize| {
        let reason = match by_number.get(&number) {
            None => "is missing".to_owned(),
            Some(part) => match part.open().as_slice() {
                [] => return None,
                open => format!(
                    "lacks {} of its {} submissions ({}{})",
                    open.len(),
                    part.shard.paths.len(),
                    open[..open.len().min(LISTED)].join(", "),
                    if open.len() > LISTED { ", ..." } else { "" }
                ),
            },
        };
        Some(Lack { number, reason })
    };
    Ok((1..=first.shard.count).filter_map(state).collect())
}

/// All must have been graded under the same conditions: otherwise one table would hold points of two kinds.
fn require_alike(parts: &[Part]) -> Result<(), Trouble> {
    let mut graded = parts
        .iter()
        .filter_map(|part| Some((part, &part.standing.as_ref()?.run)));
    let Some((first, run)) = graded.next() else {
        return Ok(());
    };
    for (part, other) in graded {
        if other.conditions == run.conditions {
            continue;
        }
        let what = if other.grader != run.grader {
            "another grader"
        } else if other.fixtures != run.fixtures {
            "other golden files"
        } else {
            "other points, limits or options"
        };
        return Err(Trouble::environment(
            format!(
                "{} was graded with {what} than {}",
                part.named.display(),
                first.named.display()
            ),
            format!(
                "have the same grader everywhere, then run one of the two again (shard {} or {})",
                part.shard.number, first.shard.number
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::{class, entry, handed, outcome};

    fn paths(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("s{number}")).collect()
    }

    #[test]
    fn every_submission_is_in_one_shard_and_none_is_empty() {
        let mut twice = paths(7);
        twice.push("s0".to_owned());
        let plan_of_three = plan(&twice, 3, "p".to_owned());
        let shards: Vec<Shard> = (1..=3).filter_map(|number| plan_of_three.share(number)).collect();
        assert_eq!((plan_of_three.share(0), plan_of_three.share(4)), (None, None));
        let sizes: Vec<usize> = shards.iter().map(|shard| shard.paths.len()).collect();
        assert_eq!(sizes, [3, 2, 2]);
        let mut all: Vec<String> = shards.into_iter().flat_map(|shard| shard.paths).collect();
        all.sort();
        assert_eq!(all, paths(7));
        assert_eq!(plan(&paths(2), 9, "p".to_owned()).count, 2);
    }

    /// A shard with two submissions, of which so many are graded.
    fn part(number: usize, plan: &str, graded: usize) -> Part {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.class");
        let (mut database, run) = class(&path, vec![handed("a", "ann", None), handed("b", "bo", None)], None);
        database
            .make_shard(&Shard {
                plan: plan.to_owned(),
                number,
                count: 2,
                paths: vec!["a".to_owned(), "b".to_owned()],
            })
            .unwrap();
        let ids: Vec<i64> = database.attempts().unwrap().iter().map(|attempt| attempt.id).collect();
        for (id, content) in ids.iter().zip(["x", "y"]).take(graded) {
            database.enter(run, &[(*id, entry(content))]).unwrap();
            database.keep(run, content, &outcome(3.0, "wrong"), "node").unwrap();
        }
        Part::read(&database, Path::new(&format!("shard-{number}.class"))).unwrap()
    }

    #[test]
    fn a_lost_shard_and_one_that_is_not_done_are_named() {
        let lacking = |parts: &[Part]| lacking(parts).unwrap();
        assert_eq!(lacking(&[part(1, "p", 2), part(2, "p", 2)]), []);
        let found = lacking(&[part(2, "p", 1)]);
        let said: Vec<(usize, &str)> = found.iter().map(|lack| (lack.number, lack.reason.as_str())).collect();
        assert_eq!(said, [(1, "is missing"), (2, "lacks 1 of its 2 submissions (b)")]);
    }

    #[test]
    fn shards_of_two_plans_one_twice_and_other_graders_are_refused() {
        let refused = |parts: &[Part]| lacking(parts).unwrap_err().message;
        let other = refused(&[part(1, "p", 2), part(2, "q", 2)]);
        assert_eq!(other, "shard-1.class and shard-2.class were not made together");
        let twice = refused(&[part(1, "p", 2), part(1, "p", 2)]);
        assert_eq!(twice, "shard-1.class and shard-1.class are the same shard");
        let mut newer = part(2, "p", 2);
        let run = &mut newer.standing.as_mut().unwrap().run;
        run.conditions = "else".to_owned();
        run.grader = "else".to_owned();
        let alike = refused(&[part(1, "p", 2), newer]);
        assert_eq!(alike, "shard-2.class was graded with another grader than shard-1.class");
    }
}
