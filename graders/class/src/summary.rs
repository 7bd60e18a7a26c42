//! What a course learns from a class: how points are distributed, which tasks are hard, which mistakes are made, and by
//! whom.

use std::collections::BTreeMap;

use crate::database::{Finding, Standing, TaskRow};
use crate::similarity::{self, Similarity};
use crate::standing::{Row, State};

/// Bars of the distribution.
const BARS: usize = 10;
/// Submissions that are listed as the slowest.
const SLOWEST: usize = 10;
/// Checks that are named of a group.
const CHECKS: usize = 4;

/// A class in figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Students, those without a submission included.
    pub students: usize,
    /// Attempts that lie in the folder.
    pub attempts: usize,
    /// Contents that were graded in this run.
    pub contents: usize,
    /// Points of those that are graded, in ascending order.
    pub points: Vec<f64>,
    /// Points that can be earned.
    pub max_points: f64,
    /// How many earned which share: tenths of the points, the last with full marks.
    pub distribution: [usize; BARS],
    /// The tasks in the order of the assignment.
    pub tasks: Vec<TaskSummary>,
    /// Mistakes that were recognised, the most frequent first.
    pub mistakes: Vec<Made>,
    /// Wrong tasks without a name, by equal behaviour, the largest group first.
    pub unnamed: Vec<Group>,
    /// Submissions that are alike; none where nothing was compared.
    pub alike: Option<Alike>,
    /// The slowest: student and seconds.
    pub slowest: Vec<(String, f64)>,
    /// What was not graded: student, submission, state and reason.
    pub ungraded: Vec<Ungraded>,
    /// Students on the roster without a submission.
    pub missing: Vec<String>,
    /// Those whose submission has an odd owner, and why.
    pub odd: Vec<(String, String)>,
    /// Those who handed in several times, and how often.
    pub several: Vec<(String, usize)>,
    /// Those who are late: student, days, percent.
    pub late: Vec<(String, u32, f64)>,
}

/// How a task went.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TaskSummary {
    pub task: String,
    /// How many have all of it.
    pub passed: usize,
    /// How many have written something that is not right.
    pub failed: usize,
    /// How many have written nothing.
    pub untouched: usize,
    /// The mean of the points.
    pub mean: f64,
    /// Points that can be earned.
    pub max_points: f64,
}

/// A mistake and who makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    pub task: String,
    /// The name in the corpus.
    pub name: String,
    /// The mistake in a few words.
    pub words: String,
    /// Who makes it.
    pub students: Vec<String>,
}

/// Wrong in the same way, and without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub task: String,
    /// Equal for equal behaviour, and a name for the group.
    pub behaviour: String,
    /// The first checks that do not hold.
    pub checks: Vec<String>,
    /// What the first of them saw.
    pub message: Option<String>,
    /// Who does this.
    pub students: Vec<String>,
}

/// A comparison of submissions, by the students whose they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Alike {
    /// What was found.
    pub found: Similarity,
    /// The students of both submissions of each of its pairs, in their order.
    pub students: Vec<[Vec<String>; 2]>,
}

/// What was not graded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ungraded {
    pub student: String,
    /// Where it lies.
    pub path: String,
    /// In a word.
    pub state: &'static str,
    /// Why.
    pub reason: String,
    /// How often it was tried.
    pub tries: i64,
}

impl Summary {
    /// The same with what a comparison of the submissions has found.
    #[must_use]
    pub fn with_alike(self, found: Option<Similarity>, standing: &Standing) -> Self {
        let students = |path: &str| -> Vec<String> {
            let own = similarity::students(standing, path);
            own.into_iter().map(str::to_owned).collect()
        };
        let alike = found.map(|found| Alike {
            students: found
                .pairs
                .iter()
                .map(|pair| [students(&pair.one), students(&pair.other)])
                .collect(),
            found,
        });
        Self { alike, ..self }
    }
}

/// A class in figures, by the attempts that count.
pub fn summary(standing: &Standing, rows: &[Row<'_>]) -> Summary {
    let graded: Vec<&Row<'_>> = rows.iter().filter(|row| row.state == State::Graded).collect();
    let gradings = graded.iter().filter_map(|row| row.grading);
    let max_points = gradings.map(|grading| grading.max_points).fold(0.0, f64::max);
    let mut points: Vec<f64> = graded.iter().filter_map(|row| row.points).collect();
    points.sort_by(f64::total_cmp);
    let mut distribution = [0; BARS];
    for own in &points {
        let share = if max_points > 0.0 { own / max_points } else { 0.0 };
        distribution[((share * BARS as f64) as usize).min(BARS - 1)] += 1;
    }
    let key = |row: &Row<'_>| row.student.key.clone();
    let missing = rows.iter().filter(|row| row.state == State::Missing);
    let odd = rows
        .iter()
        .filter_map(|row| Some((key(row), row.student.remark.clone()?)));
    let several = rows
        .iter()
        .filter(|row| row.attempts.len() > 1)
        .map(|row| (key(row), row.attempts.len()));
    let late = rows.iter().filter(|row| row.lateness.days > 0);
    Summary {
        students: rows.len(),
        attempts: standing.attempts.len(),
        contents: standing.gradings.len(),
        points,
        max_points,
        distribution,
        tasks: tasks(&graded),
        mistakes: mistakes(&graded),
        unnamed: unnamed(&graded),
        alike: None,
        slowest: slowest(&graded),
        ungraded: ungraded(standing),
        missing: missing.map(key).collect(),
        odd: odd.collect(),
        several: several.collect(),
        late: late
            .map(|row| (key(row), row.lateness.days, row.lateness.percent))
            .collect(),
    }
}

fn tasks(graded: &[&Row<'_>]) -> Vec<TaskSummary> {
    let mut all: Vec<TaskSummary> = Vec::new();
    for task in graded
        .iter()
        .filter_map(|row| row.grading)
        .flat_map(|grading| &grading.tasks)
    {
        let at = all.iter().position(|known| known.task == task.task).unwrap_or_else(|| {
            all.push(TaskSummary {
                task: task.task.clone(),
                ..TaskSummary::default()
            });
            all.len() - 1
        });
        let known = &mut all[at];
        match task.verdict.as_str() {
            "passed" | "not_run" => known.passed += 1,
            "not_attempted" => known.untouched += 1,
            _ => known.failed += 1,
        }
        known.mean += task.points;
        known.max_points = known.max_points.max(task.max_points);
    }
    for task in &mut all {
        let count = task.passed + task.failed + task.untouched;
        task.mean /= count.max(1) as f64;
    }
    all
}

fn mistakes(graded: &[&Row<'_>]) -> Vec<Made> {
    let mut all: BTreeMap<(&str, &str), Made> = BTreeMap::new();
    for row in graded {
        for task in row.grading.iter().flat_map(|grading| &grading.tasks) {
            // The likeliest of a task is what its student reads first.
            let own = row.grading.iter().flat_map(|grading| &grading.mistakes);
            let Some(mistake) = own.into_iter().find(|mistake| mistake.task == task.task) else {
                continue;
            };
            let made = all.entry((&mistake.task, &mistake.name)).or_insert_with(|| Made {
                task: mistake.task.clone(),
                name: mistake.name.clone(),
                words: mistake.words.clone(),
                students: Vec::new(),
            });
            made.students.push(row.student.key.clone());
        }
    }
    let mut all: Vec<Made> = all.into_values().collect();
    all.sort_by_key(|made| std::cmp::Reverse(made.students.len()));
    all
}

fn unnamed(graded: &[&Row<'_>]) -> Vec<Group> {
    let mut all: BTreeMap<(&str, &str), Group> = BTreeMap::new();
    for row in graded {
        let Some(grading) = row.grading else { continue };
        let is_named = |task: &TaskRow| grading.mistakes.iter().any(|mistake| mistake.task == task.task);
        for task in grading.tasks.iter().filter(|task| !is_named(task)) {
            let Some(behaviour) = &task.behaviour else { continue };
            let group = all.entry((&task.task, behaviour)).or_insert_with(|| {
                let own: Vec<&Finding> = grading
                    .findings
                    .iter()
                    .filter(|finding| finding.task == task.task)
                    .collect();
                Group {
                    task: task.task.clone(),
                    behaviour: behaviour.clone(),
                    checks: own.iter().take(CHECKS).map(|finding| finding.name.clone()).collect(),
                    message: own.iter().find_map(|finding| finding.message.clone()),
                    students: Vec::new(),
                }
            });
            group.students.push(row.student.key.clone());
        }
    }
    let mut all: Vec<Group> = all.into_values().collect();
    all.sort_by_key(|group| std::cmp::Reverse(group.students.len()));
    all
}

fn slowest(graded: &[&Row<'_>]) -> Vec<(String, f64)> {
    let times = graded
        .iter()
        .filter_map(|row| Some((row.student.key.clone(), row.grading?.wall_seconds)));
    let mut times: Vec<(String, f64)> = times.collect();
    times.sort_by(|one, other| other.1.total_cmp(&one.1));
    times.truncate(SLOWEST);
    times
}

/// Every attempt that should have been graded and was not.
fn ungraded(standing: &Standing) -> Vec<Ungraded> {
    let open = standing
        .attempts
        .iter()
        .filter(|attempt| standing.entries.contains_key(&attempt.id));
    let listed = open.filter_map(|attempt| {
        let state = crate::standing::state(standing, attempt);
        let reason = match &state {
            State::Graded | State::Missing => return None,
            State::Pending => "its turn has not come",
            State::Refused(reason) | State::Fault(reason) => reason,
        };
        Some(Ungraded {
            student: attempt.student.clone(),
            path: attempt.path.clone(),
            state: state.word(),
            reason: reason.to_owned(),
            tries: crate::standing::grading(standing, attempt).map_or(0, |grading| grading.tries),
        })
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::standing;
    use crate::testing::{class, entry, handed, outcome};

    #[test]
    fn mistakes_are_counted_by_name_and_the_rest_by_equal_behaviour() {
        let folder = tempfile::tempdir().unwrap();
        let names = ["a", "b", "c", "d", "e"];
        let all = names.iter().map(|name| handed(name, name, None)).collect();
        let (mut database, run) = class(&folder.path().join("x.class"), all, None);
        let ids: Vec<i64> = database.attempts().unwrap().iter().map(|attempt| attempt.id).collect();
        let entries: Vec<_> = ids
            .iter()
            .zip(["named", "named", "one", "other", "right"])
            .map(|(id, content)| (*id, entry(content)))
            .collect();
        database.enter(run, &entries).unwrap();
        database.keep(run, "named", &outcome(1.0, "wrong"), "laptop").unwrap();
        database.keep(run, "right", &outcome(4.0, "passed"), "laptop").unwrap();
        for content in ["one", "other"] {
            let mut outcome = outcome(2.0, "wrong");
            outcome.mistakes.clear();
            database.keep(run, content, &outcome, "laptop").unwrap();
        }
        let standing = database.standing(None).unwrap();
        let summary = summary(&standing, &standing::rows(&standing, None));
        assert_eq!(summary.mistakes.len(), 1);
        assert_eq!(
            (summary.mistakes[0].name.as_str(), summary.mistakes[0].students.clone()),
            ("t-strict", vec!["a".to_owned(), "b".to_owned()])
        );
        assert_eq!(summary.unnamed.len(), 1);
        assert_eq!(summary.unnamed[0].students, ["c", "d"]);
        assert_eq!((summary.tasks[0].passed, summary.tasks[0].failed), (1, 4));
        assert_eq!(summary.distribution, [0, 0, 2, 0, 0, 2, 0, 0, 0, 1]);
        let page = crate::page::render("T", "s", &summary, &str::to_owned);
        assert!(page.contains("t-strict") && page.contains("golden-f64/case"), "{page}");
    }
}
