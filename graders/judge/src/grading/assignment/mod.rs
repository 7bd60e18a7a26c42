//! An assignment file: which tasks, how many points, what is visible, which limits.

mod handing_in;
mod late;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::contract::Task;
use crate::contract::limits::Limits;

pub use handing_in::{Gradescope, Shown, Trains};
pub use late::{Late, Lateness};

/// Why an assignment cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AssignmentError {
    /// There is no such assignment.
    #[error("there is no assignment `{id}`; known are: {}", known.join(", "))]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: Vec<String>,
    },
    /// The file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{} is broken: {reason}", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assignment {
    /// Its id: the file's name.
    pub id: String,
    pub title: String,
    /// Seed of all properties.
    pub seed: u64,
    /// Cases per property.
    #[serde(alias = "law_cases")]
    pub property_cases: u32,
    /// Where trials are run unless the command line says otherwise.
    #[serde(default)]
    pub training: Trains,
    /// When students see results on Gradescope.
    #[serde(default)]
    pub gradescope: Gradescope,
    /// When it is due, and what being late costs; a class asks for it, and no single grading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late: Option<Late>,
    /// How much is said of a mistake that is recognised.
    #[serde(default)]
    pub hints: Hints,
    /// Limits of a call.
    pub limits: Limits,
    /// What failed checks cost.
    pub deductions: Deductions,
    /// The headings of the document with their totals; none where the file does not group its items.
    #[serde(rename = "heading", default)]
    pub headings: Vec<Heading>,
    /// The tasks in the order of the document.
    #[serde(rename = "task")]
    pub tasks: Vec<Entry>,
    /// What people grade.
    #[serde(rename = "manual", default)]
    pub manual: Vec<Manual>,
}

/// How much a report says of a mistake that is recognised.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hints {
    /// Nothing.
    None,
    /// In which region it is, and in which pattern values differ.
    Area,
    /// Its name and what it does.
    #[default]
    Named,
}

/// A heading of the document. The items under it, programmable and manual, add up to its points; a bonus stands apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heading {
    /// What items name it by.
    pub id: String,
    /// What it is about.
    pub title: String,
    /// The document's total.
    pub points: f64,
}

/// Shares of a task's earned points that a check takes away which fails, however it fails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deductions {
    /// A property; of the portion's own points, one that is right in f64 and wrong in f32.
    #[serde(alias = "law")]
    pub property: f64,
    /// A purity check.
    #[serde(alias = "hygiene")]
    pub purity: f64,
    /// Right to f32 but not to f64.
    pub precision: f64,
}

/// What a student may see of a task's golden cases.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Inputs, expected values and differences.
    #[default]
    Public,
    /// Only whether a check holds.
    Hidden,
}

/// A task of an assignment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The task.
    pub id: String,
    /// The heading that it stands under; empty in a file without headings.
    #[serde(default)]
    pub heading: String,
    /// The number of the document's item.
    pub item: String,
    /// What a student may see.
    #[serde(default)]
    pub visibility: Visibility,
    /// Whether the golden files stay with the course, because they are the answer that is asked for.
    #[serde(default)]
    pub withheld: bool,
    /// Points by portion.
    pub portions: BTreeMap<String, f64>,
}

impl Entry {
    /// Points of the whole task.
    pub fn points(&self) -> f64 {
        self.portions.values().sum()
    }
}

/// An item that people grade.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manual {
    /// The heading that it stands under; empty in a file without headings.
    #[serde(default)]
    pub heading: String,
    /// The number of the document's item.
    pub item: String,
    /// What it is.
    pub title: String,
    /// Its points; a bonus may leave them to whoever grades it.
    #[serde(default)]
    pub points: f64,
    /// Whether it stands apart from the heading's total.
    #[serde(default)]
    pub bonus: bool,
}

impl Assignment {
    /// Reads `<folder>/<id>.toml` and checks it against the tasks that exist.
    pub fn load(folder: &Path, id: &str, tasks: &[&Task]) -> Result<Self, AssignmentError> {
        let path = folder.join(format!("{id}.toml"));
        if !is_plain(id) || !path.is_file() {
            return Err(AssignmentError::Unknown {
                id: id.to_owned(),
                known: known(folder),
            });
        }
        let text = fs::read_to_string(&path).map_err(|source| AssignmentError::Read {
            path: path.clone(),
            source,
        })?;
        Self::parse(&text, id, tasks).map_err(|reason| AssignmentError::Broken { path, reason })
    }

    /// Reads an assignment's text and checks it.
    pub fn parse(text: &str, id: &str, tasks: &[&Task]) -> Result<Self, String> {
        let assignment: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if assignment.id != id {
            return Err(format!("its id is `{}`, not `{id}`", assignment.id));
        }
        assignment.check_numbers()?;
        for (position, entry) in assignment.tasks.iter().enumerate() {
            if assignment.tasks[..position]
                .iter()
                .any(|earlier| earlier.id == entry.id)
            {
                return Err(format!("task `{}` stands twice", entry.id));
            }
            check_entry(entry, tasks)?;
        }
        assignment.check_headings()?;
        Ok(assignment)
    }

    /// The entry of a task.
    pub fn entry(&self, task: &str) -> Option<&Entry> {
        self.tasks.iter().find(|entry| entry.id == task)
    }

    fn check_numbers(&self) -> Result<(), String> {
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let Deductions {
            property,
            purity,
            precision,
        } = self.deductions;
        if !(share(property) && share(purity) && share(precision)) {
            return Err("deductions are shares between 0 and 1".to_owned());
        }
        let Limits {
            cpu_seconds,
            memory_mib,
            compile_seconds,
            ..
        } = self.limits;
        if !(cpu_seconds > 0.0 && cpu_seconds < 1e6) || memory_mib == 0 || !(1..=3600).contains(&compile_seconds) {
            return Err("limits are positive numbers, and compile_seconds is at most 3600".to_owned());
        }
        self.gradescope.check()?;
        self.late.map_or(Ok(()), |late| late.check())?;
        if self.property_cases == 0 {
            return Err("a property needs at least one case".to_owned());
        }
        match self
            .manual
            .iter()
            .find(|item| !(item.points.is_finite() && (item.points > 0.0 || (item.bonus && item.points == 0.0))))
        {
            Some(item) => Err(format!("manual item {} has no points", item.item)),
            None => Ok(()),
        }
    }

    /// Every item stands under a heading, and the items under a heading add up to its points.
    fn check_headings(&self) -> Result<(), String> {
        let items = self.tasks.iter().map(|entry| (&entry.item, &entry.heading));
        let by_hand = self.manual.iter().map(|item| (&item.item, &item.heading));
        let known = |heading: &String| self.headings.iter().any(|known| known.id == *heading);
        let unplaced =
            |(_, heading): &(&String, &String)| !(known(heading) || self.headings.is_empty() && heading.is_empty());
        if let Some((item, heading)) = items.chain(by_hand).find(unplaced) {
            return Err(format!(
                "item {item} stands under heading `{heading}`, which is not in the list of headings"
            ));
        }
        for heading in &self.headings {
            let sum = self.points_under(&heading.id);
            if (sum - heading.points).abs() > 1e-9 {
                return Err(format!(
                    "the items under heading {} add up to {sum} points, but it has {}",
                    heading.id, heading.points
                ));
            }
        }
        Ok(())
    }

    fn points_under(&self, heading: &str) -> f64 {
        let tasks = self.tasks.iter().filter(|entry| entry.heading == heading);
        let manual = self.manual.iter().filter(|item| item.heading == heading && !item.bonus);
        tasks.map(Entry::points).chain(manual.map(|item| item.points)).sum()
    }
}

fn check_entry(entry: &Entry, tasks: &[&Task]) -> Result<(), String> {
    let Some(task) = tasks.iter().find(|task| task.id == entry.id) else {
        return Err(format!("there is no task `{}`", entry.id));
    };
    let portions = task.portions();
    if let Some(unknown) = entry.portions.keys().find(|name| !portions.contains(&name.as_str())) {
        return Err(format!(
            "task `{}` has no portion `{unknown}`; it has: {}",
            task.id,
            portions.join(", ")
        ));
    }
    for portion in portions {
        if !entry
            .portions
            .get(portion)
            .is_some_and(|&points| points > 0.0 && points.is_finite())
        {
            return Err(format!("portion `{portion}` of task `{}` has no points", task.id));
        }
    }
    Ok(())
}

/// An id is a file name without surprises.
fn is_plain(id: &str) -> bool {
    !id.is_empty()
        && id
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_')
}

/// The assignments in a folder.
pub fn known(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut ids: Vec<String> = entries
        .filter_map(|entry| Some(entry.file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .collect();
    ids.sort();
    ids
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::contract::random::Random;
    use crate::contract::{Case, Expect};

    static NORM: Task = Task {
        id: "norm",
        cases: &[Case {
            name: "case",
            portion: "all",
            arguments: |_: &mut Random| wire::Tensors::new(),
            expect: Expect::Outputs,
        }],
        ..Task::BLANK
    };

    const SMALL: &str = r#"
        id = "small"
        title = "Small"
        seed = 1
        property_cases = 8
        limits = { cpu_seconds = 5.0, memory_mib = 4096, timeouts_per_task = 3 }
        deductions = { property = 0.25, purity = 0.1, precision = 0.1 }
        heading = [{ id = "2", title = "Transformers", points = 7.0 }]
        task = [{ id = "norm", heading = "2", item = "2.3 (a)", portions = { all = 2.0 } }]
        manual = [
            { heading = "2", item = "2.1", title = "An essay", points = 5.0 },
            { heading = "2", item = "2.8", title = "A bonus", bonus = true },
        ]
    "#;

    fn refused(from: &str, to: &str) -> String {
        assert!(SMALL.contains(from), "{from}");
        Assignment::parse(&SMALL.replace(from, to), "small", &[&NORM]).unwrap_err()
    }

    #[test]
    fn items_under_a_heading_add_up_to_its_points_and_a_bonus_stands_apart() {
        assert!(Assignment::parse(SMALL, "small", &[&NORM]).is_ok());
        assert_eq!(
            refused("all = 2.0", "all = 3.0"),
            "the items under heading 2 add up to 8 points, but it has 7"
        );
        assert!(refused("bonus = true", "points = 1.0").contains("add up to 8"));
    }

    #[test]
    fn an_item_under_an_unknown_heading_is_refused() {
        for (from, what) in [
            ("heading = \"2\", item = \"2.1\"", "2.1"),
            ("heading = \"2\", item = \"2.3 (a)\"", "2.3 (a)"),
        ] {
            let reason = refused(from, &from.replace("\"2\",", "\"4\","));
            assert!(
                reason.starts_with(&format!("item {what} stands under heading `4`")),
                "{reason}"
            );
        }
    }

    #[test]
    fn only_a_bonus_may_be_without_points() {
        assert_eq!(refused("points = 5.0", "points = 0.0"), "manual item 2.1 has no points");
    }

    #[test]
    fn the_compilers_limit_is_the_assignments_or_the_usual_one() {
        let limit = |text: &str| Assignment::parse(text, "small", &[&NORM]).map(|read| read.limits.compile_seconds);
        assert_eq!(limit(SMALL), Ok(Limits::COMPILE_SECONDS));
        let tight = SMALL.replace("timeouts_per_task", "compile_seconds = 6, timeouts_per_task");
        assert_eq!(limit(&tight), Ok(6));
        let none = "compile_seconds = 0, timeouts_per_task";
        assert!(refused("timeouts_per_task", none).contains("compile_seconds"));
    }
}
