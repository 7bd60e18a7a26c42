//! What is said of trials where a course's files are made: whether they run there, and for how many points.

use std::collections::BTreeSet;

use judge::grading::assignment::Assignment;

/// What an assignment's trials are worth, and the CPU time that they may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Trials {
    pub(crate) points: f64,
    pub(crate) seconds: f64,
}

impl Trials {
    /// Those of an assignment.
    pub(crate) fn of(assignment: &Assignment) -> Self {
        let mut all = Self {
            points: 0.0,
            seconds: 0.0,
        };
        for entry in &assignment.tasks {
            let trials = tasks::find(&entry.id).map_or(&[][..], |task| task.trials);
            let portions: BTreeSet<&str> = trials.iter().map(|trial| trial.portion).collect();
            all.points += portions
                .iter()
                .filter_map(|portion| entry.portions.get(*portion))
                .sum::<f64>();
            all.seconds += trials.iter().map(|trial| trial.cpu_seconds).sum::<f64>();
        }
        all
    }

    /// Whether there are none.
    pub(crate) fn is_empty(self) -> bool {
        self.seconds == 0.0
    }
}

/// The option that a command of the course's is given.
pub(crate) fn option(assignment: &Assignment) -> &'static str {
    if assignment.training.for_the_course() {
        "--training"
    } else {
        "--no-training"
    }
}

/// Whether trials run at `place`, and what that means.
pub(crate) fn said(assignment: &Assignment, place: &str) -> String {
    let trials = Trials::of(assignment);
    let Trials { points, seconds } = trials;
    if trials.is_empty() {
        "training: no task of this assignment trains".to_owned()
    } else if assignment.training.for_the_course() {
        format!("training: runs {place}, for {points} points; its trials may take {seconds} s of CPU time in all")
    } else {
        format!(
            "training: does not run {place}, so {points} points are counted nowhere; training = \"course\" in \
             fixtures/assignments/{}.toml has it run",
            assignment.id
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::path::Path;

    use judge::grading::assignment::Trains;

    use super::*;

    fn assignment(id: &str) -> Assignment {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/assignments");
        Assignment::load(&folder, id, tasks::ALL).unwrap()
    }

    #[test]
    fn the_assignment_that_trains_says_for_how_many_points_and_leaves_time_on_gradescope() {
        let training = assignment("uva-dl1-a2");
        assert_eq!(training.training, Trains::Course);
        assert_eq!(Trials::of(&training).points, 10.0);
        assert!(
            Trials::of(&training).seconds <= 420.0 / 2.0 + 1e-9,
            "{:?}",
            Trials::of(&training)
        );
        assert!(said(&training, "there").starts_with("training: runs there, for 10 points"));
        assert_eq!(option(&training), "--training");
        let silent = Assignment {
            training: Trains::Asked,
            ..training
        };
        let words = said(&silent, "there");
        assert!(
            words.contains("does not run there, so 10 points are counted nowhere"),
            "{words}"
        );
        assert_eq!(option(&silent), "--no-training");
        let none = said(&assignment("gt-cs7643-ps3"), "there");
        assert!(none.contains("no task of this assignment trains"), "{none}");
    }
}
