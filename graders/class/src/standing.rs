//! Where every student stands: the attempt that counts, its points, what lateness takes away, and why a grade has to wait.

use std::collections::BTreeMap;

use jiff::Timestamp;
use judge::grading::assignment::{Late, Lateness};

use crate::database::{Attempt, Attempts, Entry, Grading, Standing, StudentRow};

/// How it stands with an attempt, or with a student.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    Graded,
    /// Not looked at yet.
    Pending,
    /// It cannot be graded, and why.
    Refused(String),
    /// We failed, and how; it is tried again.
    Fault(String),
    /// Nothing was handed in.
    Missing,
}

impl State {
    /// In one word.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Graded => "graded",
            Self::Pending => "pending",
            Self::Refused(_) => "not graded",
            Self::Fault(_) => "fault",
            Self::Missing => "missing",
        }
    }

    /// Why it is not graded.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused(reason) | Self::Fault(reason) => Some(reason),
            Self::Graded | Self::Pending | Self::Missing => None,
        }
    }
}

/// How a student stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    pub student: &'a StudentRow,
    /// All attempts that lie in the folder.
    pub attempts: Vec<&'a Attempt>,
    /// The one that counts.
    pub counted: Option<&'a Attempt>,
    pub grading: Option<&'a Grading>,
    /// How it stands with it.
    pub state: State,
    /// When it was handed in, where that is known.
    pub handed_in: Option<Timestamp>,
    /// How late it is.
    pub lateness: Lateness,
    /// Seconds after the student's own due date; grace is not taken off.
    pub seconds_late: u64,
    /// Points after what lateness takes away, to a hundredth.
    pub points: Option<f64>,
    /// Why nobody should publish the grade yet.
    pub hold: Option<String>,
}

/// All students, those on the roster and all others, by key.
pub fn rows<'a>(standing: &'a Standing, late: Option<&Late>) -> Vec<Row<'a>> {
    let mut attempts: BTreeMap<&str, Vec<&Attempt>> = BTreeMap::new();
    for attempt in &standing.attempts {
        attempts.entry(&attempt.student).or_default().push(attempt);
    }
    let students = standing.students.values();
    let of = |student: &'a StudentRow| {
        let own = attempts.get(student.key.as_str()).cloned().unwrap_or_default();
        row(standing, student, own, late)
    };
    students.map(of).collect()
}

fn row<'a>(
    standing: &'a Standing,
    student: &'a StudentRow,
    attempts: Vec<&'a Attempt>,
    late: Option<&Late>,
) -> Row<'a> {
    let last = attempts.last().map(|attempt| attempt.id);
    let of = |attempt: &'a Attempt| judged(standing, student, attempt, last == Some(attempt.id), late);
    let counted = match standing.settings.attempts {
        Attempts::Last | Attempts::All => attempts.last().map(|attempt| of(attempt)),
        Attempts::Best => {
            let all = attempts.iter().map(|attempt| of(attempt));
            let rank = |judged: &Judged<'_>| match (&judged.state, judged.points) {
                (State::Graded, Some(points)) => points,
                // One that was not graded could be the best.
                (State::Pending | State::Fault(_), _) => f64::INFINITY,
                _ => -1.0,
            };
            all.max_by(|one, other| rank(one).total_cmp(&rank(other)))
        }
    };
    let Some(judged) = counted else {
        return Row {
            student,
            attempts,
            counted: None,
            grading: None,
            state: State::Missing,
            handed_in: None,
            lateness: Lateness::default(),
            seconds_late: 0,
            points: None,
            hold: None,
        };
    };
    Row {
        student,
        attempts,
        counted: Some(judged.attempt),
        grading: judged.grading,
        hold: judged.hold,
        state: judged.state,
        handed_in: judged.handed_in,
        lateness: judged.lateness,
        seconds_late: judged.seconds_late,
        points: judged.points,
    }
}

struct Judged<'a> {
    attempt: &'a Attempt,
    grading: Option<&'a Grading>,
    state: State,
    handed_in: Option<Timestamp>,
    lateness: Lateness,
    seconds_late: u64,
    points: Option<f64>,
    hold: Option<String>,
}

/// How it stands with an attempt.
pub fn state(standing: &Standing, attempt: &Attempt) -> State {
    match standing.entries.get(&attempt.id) {
        Some(Entry {
            refused: Some(reason), ..
        }) => State::Refused(reason.clone()),
        Some(Entry {
            fault: Some(reason), ..
        }) => State::Fault(reason.clone()),
        Some(Entry {
            content: Some(content), ..
        }) => match standing.gradings.get(content) {
            None => State::Pending,
            Some(Grading {
                fault: Some(reason), ..
            }) => State::Fault(reason.clone()),
            Some(_) => State::Graded,
        },
        _ => State::Pending,
    }
}

/// The grading of an attempt, where there is one.
pub fn grading<'a>(standing: &'a Standing, attempt: &Attempt) -> Option<&'a Grading> {
    let content = standing.entries.get(&attempt.id)?.content.as_ref()?;
    standing.gradings.get(content)
}

fn judged<'a>(
    standing: &'a Standing,
    student: &StudentRow,
    attempt: &'a Attempt,
    is_last: bool,
    late: Option<&Late>,
) -> Judged<'a> {
    let state = state(standing, attempt);
    let grading = grading(standing, attempt);
    // The roster's time is that of the last one.
    let handed_in = attempt.handed_in.or(student.handed_in.filter(|_| is_last));
    let due = late.map(|late| student.extension.map_or(late.due, |extension| extension.due(late.due)));
    let lateness = match (late, due, handed_in) {
        (Some(late), Some(due), Some(handed_in)) => late.lateness(handed_in, due),
        _ => Lateness::default(),
    };
    let after = handed_in
        .zip(due)
        .map_or(0, |(handed_in, due)| handed_in.as_second() - due.as_second());
    let is_unknown = late.is_some() && handed_in.is_none() && attempt.flagged_late;
    let hold = match &state {
        State::Pending => Some("not graded yet: run `grade class run` again".to_owned()),
        State::Fault(reason) => Some(format!(
            "a fault of the grader, tried again by `grade class retry`: {reason}"
        )),
        State::Refused(reason) => Some(format!("cannot be graded, ask for it again: {reason}")),
        State::Graded | State::Missing if is_unknown => {
            Some("late by an unknown time: put it into the roster's column handed_in".to_owned())
        }
        State::Graded | State::Missing => None,
    };
    let points = match (&state, grading) {
        (State::Graded, Some(grading)) => Some((grading.points * (100.0 - lateness.percent)).round() / 100.0),
        _ => None,
    };
    Judged {
        attempt,
        grading,
        state,
        handed_in,
        lateness,
        seconds_late: u64::try_from(after).unwrap_or(0),
        points,
        hold,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::{class, entry, handed, outcome};

    /// Ann's two attempts, 4 points late and 3 in time.
    fn standing(attempts: Attempts) -> Standing {
        let folder = tempfile::tempdir().unwrap();
        let all = vec![
            handed("one", "ann", Some("2026-11-20T09:00:00Z")),
            handed("two", "ann", Some("2026-11-25T09:00:00Z")),
        ];
        let (mut database, run) = class(&folder.path().join("x.class"), all, None);
        let ids: Vec<i64> = database.attempts().unwrap().iter().map(|attempt| attempt.id).collect();
        database
            .enter(run, &[(ids[0], entry("x")), (ids[1], entry("y"))])
            .unwrap();
        database.keep(run, "x", &outcome(3.0, "wrong"), "laptop").unwrap();
        database.keep(run, "y", &outcome(4.0, "passed"), "laptop").unwrap();
        let mut standing = database.standing(None).unwrap();
        standing.settings.attempts = attempts;
        standing
    }

    fn late() -> Late {
        Late {
            due: "2026-11-20T10:00:00Z".parse().unwrap(),
            grace_minutes: 0,
            per_day: 10.0,
            cap: 100.0,
            last_day: None,
        }
    }

    #[test]
    fn the_last_attempt_counts_or_the_best_after_what_lateness_takes_away() {
        let counted = |attempts, late: Option<&Late>| {
            let standing = standing(attempts);
            let row = &rows(&standing, late)[0];
            (row.counted.unwrap().number, row.points)
        };
        assert_eq!(counted(Attempts::Last, None), (2, Some(4.0)));
        assert_eq!(counted(Attempts::Last, Some(&late())), (2, Some(2.0)));
        assert_eq!(counted(Attempts::Best, Some(&late())), (1, Some(3.0)));
        assert_eq!(counted(Attempts::Best, None), (2, Some(4.0)));
        assert_eq!(counted(Attempts::All, None), (2, Some(4.0)));
    }

    #[test]
    fn an_extension_moves_the_due_date() {
        let mut standing = standing(Attempts::Last);
        standing.students.get_mut("ann").unwrap().extension = Some(crate::Extension::Days(4));
        let row = &rows(&standing, Some(&late()))[0];
        assert_eq!((row.lateness.days, row.points), (1, Some(3.6)));
    }

    #[test]
    fn one_that_is_late_by_nobody_knows_what_has_to_wait() {
        let mut standing = standing(Attempts::Last);
        for attempt in &mut standing.attempts {
            attempt.handed_in = None;
            attempt.flagged_late = true;
        }
        assert!(
            rows(&standing, Some(&late()))[0]
                .hold
                .as_ref()
                .unwrap()
                .contains("handed_in")
        );
        assert_eq!(rows(&standing, None)[0].hold, None);
        standing.students.get_mut("ann").unwrap().handed_in = Some("2026-11-20T10:00:01Z".parse().unwrap());
        let row = &rows(&standing, Some(&late()))[0];
        assert_eq!((row.hold.clone(), row.lateness.days), (None, 1));
    }
}
