//! The roster: a table with `id` and `name`, and where the course has them `email`, `extension` and `handed_in`.
//!
//! `extension` is a number of days, or the time until which the student has. `handed_in` is the time of the last attempt,
//! for platforms whose downloads do not say it. Times have an offset, as in `2026-11-22T23:59:00+01:00`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use jiff::Timestamp;

use crate::layout::Who;
use crate::trouble::Trouble;

/// Days of an extension at most; more is a slip.
const MOST_DAYS: u32 = 366;
const DAY: i64 = 24 * 60 * 60;

/// Until when a student has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extension {
    /// So many days more than the others.
    Days(u32),
    /// Until then.
    Until(Timestamp),
}

impl Extension {
    /// The due date of whoever has it.
    pub fn due(self, everybodys: Timestamp) -> Timestamp {
        match self {
            Self::Until(own) => own,
            Self::Days(days) => {
                Timestamp::from_second(everybodys.as_second() + i64::from(days) * DAY).unwrap_or(everybodys)
            }
        }
    }

    /// As it is kept.
    pub(crate) fn text(self) -> String {
        match self {
            Self::Days(days) => days.to_string(),
            Self::Until(time) => time.to_string(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.parse::<u32>() {
            Ok(days) => (days <= MOST_DAYS).then_some(Self::Days(days)),
            Err(_) => text.parse().ok().map(Self::Until),
        }
    }
}

/// A line of the roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// The student's id: a number of the platform or of the university, or a login.
    pub id: String,
    pub name: String,
    /// The address.
    pub email: Option<String>,
    /// Until when the student has, where that is not everybody's date.
    pub extension: Option<Extension>,
    /// When the last attempt was handed in.
    pub handed_in: Option<Timestamp>,
}

/// All students of a course.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// By the order of the file.
    pub students: Vec<Student>,
}

/// Whom a submission belongs to.
#[derive(Debug, PartialEq, Eq)]
pub enum Match<'a> {
    /// One student.
    One(&'a Student),
    /// Nobody on the roster.
    Nobody,
    /// Several of the same name.
    Several(Vec<&'a str>),
}

/// Which column holds what.
struct Columns {
    id: usize,
    name: usize,
    email: Option<usize>,
    extension: Option<usize>,
    handed_in: Option<usize>,
}

impl Roster {
    /// Reads a file. Columns may be in any order, and others beside them; they are divided by commas or semicolons.
    pub fn read(path: &Path) -> Result<Self, Trouble> {
        let bytes = std::fs::read(path).map_err(|error| {
            Trouble::usage(
                format!("cannot read the roster {}: {error}", path.display()),
                "name a CSV file with the columns id, name, email, extension",
            )
        })?;
        let text = String::from_utf8(bytes).map_err(|_| broken(path, "it is no UTF-8"))?;
        Self::parse(&text).map_err(|reason| broken(path, &reason))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let header = text.lines().next().unwrap_or_default();
        let divider = if header.matches(';').count() > header.matches(',').count() {
            b';'
        } else {
            b','
        };
        let mut reader = ReaderBuilder::new()
            .delimiter(divider)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(text.as_bytes());
        let columns = Columns::of(reader.headers().map_err(|error| error.to_string())?)?;
        let mut students: Vec<Student> = Vec::new();
        let mut lines: BTreeMap<String, u64> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| error.to_string())?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.iter().all(str::is_empty) {
                continue;
            }
            let student = columns
                .student(&record)
                .map_err(|reason| format!("line {line}, {reason}"))?;
            if let Some(earlier) = lines.insert(student.id.to_lowercase(), line) {
                let id = report::clean(&student.id);
                return Err(format!("line {line}, column id: `{id}` is in line {earlier} already"));
            }
            students.push(student);
        }
        if students.is_empty() {
            return Err("line 2: there is no student".to_owned());
        }
        Ok(Self { students })
    }

    /// Whom a submission belongs to: by a number or a login first, then by the address, then by the name.
    pub fn find(&self, who: &Who) -> Match<'_> {
        let is_same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        let by_id = |student: &&Student| who.ids.iter().any(|id| is_same(id, &student.id));
        if let Some(student) = self.students.iter().find(by_id) {
            return Match::One(student);
        }
        let address = |student: &&Student| match (&who.email, &student.email) {
            (Some(one), Some(other)) => is_same(one, other),
            // A login is often what an address begins with.
            (None, Some(other)) => who
                .ids
                .iter()
                .any(|id| is_same(id, other.split('@').next().unwrap_or_default())),
            _ => false,
        };
        let by_address: Vec<&Student> = self.students.iter().filter(address).collect();
        if let [student] = by_address.as_slice() {
            return Match::One(student);
        }
        let own = spellings(&who.name);
        let by_name = |student: &&Student| !own.is_disjoint(&spellings(&student.name));
        match self.students.iter().filter(by_name).collect::<Vec<_>>().as_slice() {
            [] => Match::Nobody,
            [student] => Match::One(student),
            several => Match::Several(several.iter().map(|student| student.id.as_str()).collect()),
        }
    }
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self, String> {
        let place = |name: &str| -> Result<Option<usize>, String> {
            let is_it = |(_, title): &(usize, &str)| title.eq_ignore_ascii_case(name);
            let found: Vec<usize> = header.iter().enumerate().filter(is_it).map(|(at, _)| at).collect();
            match found.as_slice() {
                [] => Ok(None),
                [at] => Ok(Some(*at)),
                [_, second, ..] => Err(format!("line 1, column {}: `{name}` stands there again", second + 1)),
            }
        };
        let needed = |name: &str| {
            let titles: Vec<String> = header.iter().map(report::clean).collect();
            let missing = || {
                format!(
                    "line 1: the column `{name}` is missing; there are: {}",
                    titles.join(", ")
                )
            };
            place(name)?.ok_or_else(missing)
        };
        Ok(Self {
            id: needed("id")?,
            name: needed("name")?,
            email: place("email")?,
            extension: place("extension")?,
            handed_in: place("handed_in")?,
        })
    }

    fn student(&self, record: &StringRecord) -> Result<Student, String> {
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).filter(|text| !text.is_empty());
        let needed = |name: &str, at: usize| {
            let text = cell(Some(at)).map(str::to_owned);
            text.ok_or_else(|| format!("column {name}: it is empty"))
        };
        let extension = |text: &str| {
            Extension::parse(text).ok_or_else(|| {
                let text = report::clean(text);
                format!("column extension: `{text}` is neither a number of days up to {MOST_DAYS} nor a time with an offset, such as 2026-11-22T23:59:00+01:00")
            })
        };
        let time = |text: &str| {
            text.parse::<Timestamp>().map_err(|_| {
                let text = report::clean(text);
                format!("column handed_in: `{text}` is no time with an offset, such as 2026-11-22T23:59:00+01:00")
            })
        };
        Ok(Student {
            id: needed("id", self.id)?,
            name: needed("name", self.name)?,
            email: cell(self.email).map(str::to_owned),
            extension: cell(self.extension).map(extension).transpose()?,
            handed_in: cell(self.handed_in).map(time).transpose()?,
        })
    }
}

/// A name as platforms write it: letters only, in its own order and with the family name in front.
fn spellings(name: &str) -> BTreeSet<String> {
    let (first, last) = match name.split_once(',') {
        Some((last, first)) => (first.trim(), last.trim()),
        None => name.trim().rsplit_once(' ').unwrap_or(("", name.trim())),
    };
    let letters = |text: String| -> String {
        text.chars()
            .filter(|letter| letter.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let both = [format!("{first}{last}"), format!("{last}{first}")];
    both.map(letters).into_iter().filter(|text| !text.is_empty()).collect()
}

fn broken(path: &Path, reason: &str) -> Trouble {
    Trouble::usage(
        format!("the roster {} cannot be used: {reason}", path.display()),
        "fix that line, then run the same command again; nothing was graded yet",
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TEXT: &str = "\u{feff}Name,ID,extension,Email,group\nAnn Example,12,3,ann@example.org,a\n\"Example, Bo\",13,,bo@example.org,b\n\nCy Other,cy,2026-11-22T23:59:00+01:00,,\n";

    fn who(id: &str, name: &str, email: Option<&str>) -> Who {
        Who {
            key: id.to_owned(),
            name: name.to_owned(),
            ids: vec![id.to_owned()],
            email: email.map(str::to_owned),
        }
    }

    #[test]
    fn columns_stand_in_any_order_and_commas_may_be_semicolons() {
        let roster = Roster::parse(TEXT).unwrap();
        assert_eq!(roster.students.len(), 3);
        assert_eq!(roster.students[0].extension, Some(Extension::Days(3)));
        assert!(matches!(roster.students[2].extension, Some(Extension::Until(_))));
        let other = Roster::parse("id;name\n1;Ann\n").unwrap();
        assert_eq!(other.students[0].name, "Ann");
    }

    #[test]
    fn a_student_is_found_by_number_address_and_name() {
        let roster = Roster::parse(TEXT).unwrap();
        let found = |who: &Who| match roster.find(who) {
            Match::One(student) => student.id.clone(),
            other => format!("{other:?}"),
        };
        assert_eq!(found(&who("12", "x", None)), "12");
        assert_eq!(found(&who("999", "x", Some("BO@example.org"))), "13");
        assert_eq!(found(&who("bo", "bo", None)), "13");
        assert_eq!(found(&who("999", "examplebo", None)), "13");
        assert_eq!(found(&who("999", "Bo Example", None)), "13");
        assert_eq!(found(&who("999", "Dora", None)), "Nobody");
    }

    #[test]
    fn two_of_one_name_are_nobodys_guess() {
        let roster = Roster::parse("id,name\n1,Ann Example\n2,Ann Example\n").unwrap();
        assert_eq!(
            roster.find(&who("9", "exampleann", None)),
            Match::Several(vec!["1", "2"])
        );
    }

    #[test]
    fn what_is_wrong_comes_with_line_and_column() {
        let said = |text: &str| Roster::parse(text).unwrap_err();
        assert_eq!(
            said("id,email\n1,x\n"),
            "line 1: the column `name` is missing; there are: id, email"
        );
        assert_eq!(said("id,name,ID\n1,x,2\n"), "line 1, column 3: `id` stands there again");
        assert_eq!(
            said("id,name\n1,Ann\na,Bo\nA,Cy\n"),
            "line 4, column id: `A` is in line 3 already"
        );
        assert_eq!(said("id,name\n1,\n"), "line 2, column name: it is empty");
        assert!(said("id,name,extension\n1,Ann,soon\n").starts_with("line 2, column extension: `soon` is neither"));
        assert!(said("id,name,handed_in\n1,Ann,2026-11-22\n").starts_with("line 2, column handed_in"));
        assert_eq!(said("id,name\n"), "line 2: there is no student");
    }

    #[test]
    fn days_and_times_give_a_due_date() {
        let due: Timestamp = "2026-11-20T22:00:00Z".parse().unwrap();
        assert_eq!(Extension::Days(2).due(due).to_string(), "2026-11-22T22:00:00Z");
        let own = Extension::parse("2026-12-01T00:00:00Z").unwrap();
        assert_eq!(own.due(due).to_string(), "2026-12-01T00:00:00Z");
        assert_eq!(Extension::parse(&own.text()), Some(own));
    }
}
