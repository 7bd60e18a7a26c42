//! Submissions that are alike: what a tool has found, for a person to look at. Nothing here has a say in points.

use serde::Deserialize;

use crate::database::Standing;

/// What has to stand beside every list of pairs.
pub const LIMITS: &str = "Alike is not copied: a short task leaves little choice, and help that was allowed looks the same. \
    Names, comments and the order of files do not matter to the comparison; code that was written again in another shape is \
    not noticed. Template, given files and reference are left out. Read both before you speak of it. Nothing here takes \
    points.";

/// A comparison of all submissions of a run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Similarity {
    /// What compared, with its version.
    pub tool: String,
    /// Percent from which on a pair is listed.
    pub percent: f64,
    /// How many were compared with each other.
    pub submissions: usize,
    /// The pairs, the most alike first.
    pub pairs: Vec<Pair>,
}

/// Two submissions that are alike.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Where the one lies, as `Attempt::path` names it.
    pub one: String,
    /// Where the other lies.
    pub other: String,
    /// The larger of both shares of the code that they have in common, without what everybody was given; 100 is all of it.
    pub percent: f64,
    /// Letters of code in common.
    pub letters: i64,
    pub files: Vec<String>,
}

/// Whose a submission is: a group's is several students'.
pub fn students<'a>(standing: &'a Standing, path: &str) -> Vec<&'a str> {
    let own = standing.attempts.iter().filter(|attempt| attempt.path == path);
    own.map(|attempt| attempt.student.as_str()).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::{class, handed};

    #[test]
    fn the_last_comparison_is_kept_and_the_most_alike_come_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.class");
        let (mut database, run) = class(&path, vec![handed("a", "ann", None), handed("b", "bo", None)], None);
        assert_eq!(database.similarity(run).unwrap(), None);
        let pair = |other: &str, percent| Pair {
            one: "a".to_owned(),
            other: other.to_owned(),
            percent,
            letters: 300,
            files: vec!["normalization.rs".to_owned()],
        };
        let mut found = Similarity {
            tool: "copydetect 0".to_owned(),
            percent: 80.0,
            submissions: 3,
            pairs: vec![pair("gone", 99.0)],
        };
        database.keep_similarity(run, &found).unwrap();
        found.pairs = vec![pair("b", 85.0), pair("c", 90.0)];
        database.keep_similarity(run, &found).unwrap();
        let read = database.similarity(run).unwrap().unwrap();
        assert_eq!(read.pairs, [pair("c", 90.0), pair("b", 85.0)]);
        assert_eq!((read.tool.as_str(), read.submissions), ("copydetect 0", 3));
        assert_eq!(students(&database.standing(None).unwrap(), "b"), ["bo"]);
    }
}
