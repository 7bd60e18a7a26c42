//! What an assignment says of submissions that are handed in: whether their trials run, and when students see results.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where trials run without being asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Word", into = "Word")]
pub enum Trains {
    /// Nowhere: `training = false`.
    #[default]
    Asked,
    /// Where the course grades, on Gradescope and on pull requests: `training = "course"`.
    Course,
    /// Everywhere: `training = true`.
    Always,
}

impl Trains {
    /// Whether a plain run of the program runs them.
    pub fn here(self) -> bool {
        self == Self::Always
    }

    /// Whether they run for what is handed in.
    pub fn for_the_course(self) -> bool {
        self != Self::Asked
    }
}

/// How it is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Word {
    Switch(bool),
    Word(String),
}

impl From<Trains> for Word {
    fn from(trains: Trains) -> Self {
        match trains {
            Trains::Asked => Self::Switch(false),
            Trains::Course => Self::Word("course".to_owned()),
            Trains::Always => Self::Switch(true),
        }
    }
}

impl TryFrom<Word> for Trains {
    type Error = String;

    fn try_from(word: Word) -> Result<Self, String> {
        match word {
            Word::Switch(false) => Ok(Self::Asked),
            Word::Switch(true) => Ok(Self::Always),
            Word::Word(word) if word == "course" => Ok(Self::Course),
            Word::Word(word) => Err(format!(
                "training is `{word}`; it can be true (everywhere), \"course\" (on Gradescope and on pull requests) or \
                 false (only with --training)"
            )),
        }
    }
}

/// When a student sees a result, in Gradescope's words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Shown {
    /// At once.
    #[default]
    Visible,
    /// Once the assignment is due.
    AfterDueDate,
    /// Once the course publishes grades.
    AfterPublished,
    /// Never.
    Hidden,
}

/// What an assignment says of Gradescope.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gradescope {
    /// When points and findings are shown.
    #[serde(default)]
    pub visibility: Shown,
    /// Every submission of a student whose number can be divided by this one is shown at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
}

impl Gradescope {
    /// When the result of a student's submission of this number, from 1, is shown. One of an unknown number is like any.
    pub fn shown(self, number: Option<u32>) -> Shown {
        match (self.every, number) {
            (Some(every), Some(number)) if every > 0 && number.is_multiple_of(every) => Shown::Visible,
            _ => self.visibility,
        }
    }

    /// Whether the two entries make sense together.
    pub(super) fn check(self) -> Result<(), String> {
        match self.every {
            Some(0) => Err("[gradescope] every is at least 1".to_owned()),
            Some(_) if self.visibility == Shown::Visible => Err(
                "[gradescope] every says which submissions are shown at once, but visibility lets all be: \
                     set it to \"after_due_date\", \"after_published\" or \"hidden\", or take `every` out"
                    .to_owned(),
            ),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[derive(Debug, Serialize, Deserialize, PartialEq)]
    struct Line {
        training: Trains,
    }

    #[test]
    fn training_is_a_switch_or_the_word_course_and_survives_being_written() {
        for (text, trains, here, course) in [
            ("training = false\n", Trains::Asked, false, false),
            ("training = \"course\"\n", Trains::Course, false, true),
            ("training = true\n", Trains::Always, true, true),
        ] {
            let line: Line = toml::from_str(text).unwrap();
            assert_eq!(line.training, trains);
            assert_eq!((trains.here(), trains.for_the_course()), (here, course));
            assert_eq!(toml::to_string(&line).unwrap(), text);
        }
        let reason = toml::from_str::<Line>("training = \"ci\"").unwrap_err().to_string();
        assert!(reason.contains("training is `ci`; it can be true"), "{reason}");
    }

    #[test]
    fn every_nth_submission_is_shown_at_once_and_the_others_when_the_assignment_says() {
        let hidden = Gradescope {
            visibility: Shown::AfterDueDate,
            every: Some(3),
        };
        let shown: Vec<bool> = (1..=6)
            .map(|number| hidden.shown(Some(number)) == Shown::Visible)
            .collect();
        assert_eq!(shown, [false, false, true, false, false, true]);
        assert_eq!(hidden.shown(Some(1)), Shown::AfterDueDate);
        assert_eq!(hidden.shown(None), Shown::AfterDueDate);
        assert_eq!(Gradescope::default().shown(Some(1)), Shown::Visible);
    }

    #[test]
    fn every_without_a_visibility_is_refused() {
        let alone: Gradescope = toml::from_str("every = 3").unwrap();
        assert!(alone.check().unwrap_err().contains("visibility lets all be"));
        let never: Gradescope = toml::from_str("visibility = \"hidden\"\nevery = 0").unwrap();
        assert!(never.check().unwrap_err().contains("at least 1"));
        let both: Gradescope = toml::from_str("visibility = \"after_published\"\nevery = 1").unwrap();
        assert_eq!(both.check(), Ok(()));
    }
}
