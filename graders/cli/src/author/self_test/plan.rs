//! What is judged of a submission of the self-test, and whether it can be one of many in a program.

use std::fmt::Write as _;

use files::sha256;
use judge::contract::Task;
use judge::grading::judgement::GradingContext;

use super::base::hash_of;
use super::entries::{Entry, Source};
use super::{SelfTest, chosen, joint, overlay};
use crate::engine::reach::{Known, Texts, Touched};
use crate::engine::rules;
use crate::failure::Failure;

/// What is judged of a submission.
#[derive(Debug)]
pub(super) struct Plan<'e> {
    pub(super) entry: &'e Entry,
    /// The tasks of each assignment that has any, by the assignment's number in the run.
    pub(super) wanted: Vec<(usize, Vec<&'static Task>)>,
    /// A hash of everything that has a say in what comes of it, but for the grader.
    pub(super) key: String,
    /// The file that it lays over the reference and the file's text, where it can be in a program with others.
    pub(super) member: Option<(String, String)>,
    /// The files that it lays over the reference; none: it is not judged by what it differs in.
    pub(super) overlay: Option<Texts>,
    /// Whether it trains.
    pub(super) trains: bool,
}

impl Plan<'_> {
    /// Whether a task of it is judged.
    pub(super) fn wants(&self, task: &str) -> bool {
        let mut tasks = self.wanted.iter().flat_map(|(_, tasks)| tasks);
        tasks.any(|wanted| wanted.id == task)
    }

    /// About how long it takes to judge.
    pub(super) fn weight(&self) -> usize {
        self.wanted.iter().map(|(_, tasks)| tasks.len()).sum()
    }
}

/// The file that a submission lays over the reference and the file's text, where it can be in a program with others.
pub(crate) fn joined_file(known: &Known, overlay: &Texts) -> Option<(String, String)> {
    let (file, text) = overlay.first_key_value().filter(|_| overlay.len() == 1)?;
    // What could reach everything may reach the others in the program as well.
    let is_bounded = !matches!(known.touched(overlay, tasks::ALL), Touched::Everything);
    if !is_bounded || !joint::joins(known.reference().get(file)?, text) {
        return None;
    }
    let is_innocent = rules::is_innocent(&known.reference_with(file, text));
    is_innocent.then(|| (file.clone(), text.clone()))
}

impl<'a> SelfTest<'a> {
    pub(super) fn plan<'e>(&self, entry: &'e Entry) -> Result<Plan<'e>, Failure> {
        let (overlay, touched) = match &entry.source {
            Source::Overlay(folder) => {
                let overlay = overlay(folder)?;
                let touched = self.touched(&overlay);
                (overlay, touched)
            }
            Source::Template | Source::Reference | Source::TrivialBaseline(_) => (Texts::new(), Touched::Everything),
        };
        let named = entry.named();
        let wanted = |task: &str| self.judges(task) && (touched.contains(task) || named.contains(task));
        let needs_training = !self.training && entry.needs_training();
        let of_context =
            |(number, context): (usize, &GradingContext<'a>)| (number, chosen(context.assignment, &wanted));
        let all = self.contexts.iter().enumerate().map(of_context);
        let wanted: Vec<(usize, Vec<&Task>)> = all.filter(|(_, tasks)| !tasks.is_empty() && !needs_training).collect();
        let trains = {
            let training = entry.training(self.training);
            let mut tasks = wanted.iter().flat_map(|(_, tasks)| tasks);
            tasks.any(|task| !task.trials.is_empty() && training.includes(task.id))
        };
        Ok(Plan {
            entry,
            key: self.key(entry, &overlay, &wanted),
            wanted,
            member: self.member(&overlay, &touched),
            overlay: matches!(entry.source, Source::Overlay(_)).then_some(overlay),
            trains,
        })
    }

    /// The file of a submission that can be in a program with others.
    fn member(&self, overlay: &Texts, touched: &Touched) -> Option<(String, String)> {
        match touched {
            Touched::Everything if !self.all => None,
            _ => joined_file(&self.known, overlay),
        }
    }

    fn key(&self, entry: &Entry, overlay: &Texts, wanted: &[(usize, Vec<&'static Task>)]) -> String {
        let kind = match &entry.source {
            Source::Overlay(_) => "overlay".to_owned(),
            other => format!("{other:?}"),
        };
        let mut all = format!("{kind}\n{}\n", self.base);
        let training = entry.training(self.training);
        for (number, tasks) in wanted {
            for task in tasks {
                let trains = !task.trials.is_empty() && training.includes(task.id);
                let _ = writeln!(all, "{number} {} {trains}", task.id);
            }
        }
        all.push_str(&hash_of(overlay));
        sha256(all.as_bytes())
    }
}
