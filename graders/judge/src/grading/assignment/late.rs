//! What an assignment takes away for handing in late.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// Minutes of grace at most; more is another due date.
const MOST_GRACE: u32 = 7 * 24 * 60;

/// The table `[late]` of an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// When it is due, for whoever has no extension.
    pub due: Timestamp,
    /// Minutes after that which do not count as late.
    #[serde(default)]
    pub grace_minutes: u32,
    /// Percent of the earned points that each day takes away which has begun.
    pub per_day: f64,
    /// Percent that all days take away at most.
    #[serde(default = "everything")]
    pub cap: f64,
    /// After so many days nothing counts; without it, the cap holds for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<u32>,
}

fn everything() -> f64 {
    100.0
}

/// How late a submission is, and what that costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Lateness {
    /// Days that have begun; 0 in time.
    pub days: u32,
    /// Percent of the earned points that are taken away.
    pub percent: f64,
}

impl Late {
    /// What handing in at `handed_in` costs somebody who has until `due`.
    pub fn lateness(&self, handed_in: Timestamp, due: Timestamp) -> Lateness {
        let late = handed_in.as_second() - due.as_second();
        if late <= i64::from(self.grace_minutes) * MINUTE {
            return Lateness::default();
        }
        // Grace is for those who are barely late; whoever is later is late since the due date.
        let days = u32::try_from((late + DAY - 1) / DAY).unwrap_or(u32::MAX);
        let is_over = self.last_day.is_some_and(|last| days > last);
        let percent = if is_over {
            100.0
        } else {
            (f64::from(days) * self.per_day).min(self.cap)
        };
        Lateness { days, percent }
    }

    pub(super) fn check(&self) -> Result<(), String> {
        let is_percent = |value: f64| (0.0..=100.0).contains(&value);
        if !(is_percent(self.per_day) && is_percent(self.cap)) {
            return Err("[late] per_day and cap are percent of the earned points, from 0 to 100".to_owned());
        }
        if self.grace_minutes > MOST_GRACE {
            return Err(format!(
                "[late] grace_minutes is at most {MOST_GRACE}: move `due` instead"
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TEXT: &str =
        "due = \"2026-11-20T23:59:00-05:00\"\ngrace_minutes = 15\nper_day = 10\ncap = 25\nlast_day = 4\n";

    #[test]
    fn grace_days_cap_and_last_day_each_count() {
        let late: Late = toml::from_str(TEXT).unwrap();
        assert_eq!(late.check(), Ok(()));
        let cost = |after: i64| {
            let handed_in = Timestamp::from_second(late.due.as_second() + after).unwrap();
            let lateness = late.lateness(handed_in, late.due);
            (lateness.days, lateness.percent)
        };
        assert_eq!(cost(-DAY), (0, 0.0));
        assert_eq!(cost(15 * MINUTE), (0, 0.0));
        assert_eq!(cost(15 * MINUTE + 1), (1, 10.0));
        assert_eq!(cost(DAY), (1, 10.0));
        assert_eq!(cost(DAY + 1), (2, 20.0));
        assert_eq!(cost(3 * DAY), (3, 25.0));
        assert_eq!(cost(4 * DAY), (4, 25.0));
        assert_eq!(cost(4 * DAY + 1), (5, 100.0));
    }

    #[test]
    fn an_extension_is_another_due_date() {
        let late: Late = toml::from_str(TEXT).unwrap();
        let own = Timestamp::from_second(late.due.as_second() + 2 * DAY).unwrap();
        assert_eq!(late.lateness(own, own).days, 0);
        assert_eq!(late.lateness(own, late.due).days, 2);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let said = |from: &str, to: &str| {
            let late = toml::from_str::<Late>(&TEXT.replace(from, to));
            late.map_err(|error| error.to_string()).and_then(|late| late.check())
        };
        assert!(said("per_day = 10", "per_day = 110").is_err());
        assert!(said("cap = 25", "cap = -1").is_err());
        assert!(said("grace_minutes = 15", "grace_minutes = 99999").is_err());
        assert!(said("-05:00\"", "\"").is_err(), "a time without an offset is nobody's");
        assert!(said("cap", "cup").is_err());
    }
}
