//! The trials of a task: trainings that are measured, where they were asked for.

use super::model::{Check, Ending, Kind, Skip};
use super::task_judge::TaskJudge;
use crate::checks::harness::{TrainingHarness, trial_seed};
use crate::contract::subject::Subject;
use crate::contract::training::Trial;
use crate::findings::fault::Fault;
use crate::findings::measurement::Outcome;
use crate::findings::{BeforeRun, Finding};

impl TaskJudge<'_> {
    /// The checks that trials are. `broken` names what is wrong among all that the task uses: gradients do not pass
    /// through the border between processes, so nothing can stand in for it. A training that succeeds all the same has
    /// shown what it had to; one that fails has shown nothing.
    pub(super) fn trials(&mut self, broken: &[&'static str], subject: &mut dyn Subject) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::new();
        for trial in self.task.trials {
            let (ending, outcome) = match self.obstacle() {
                Some(skip) => (Ending::Skipped(skip), None),
                None => match self.late() {
                    Some(finding) => (self.ending(Ok(Some(finding)))?, None),
                    None => self.trial(trial, subject)?,
                },
            };
            let ending = match ending {
                Ending::Failed { .. } if !broken.is_empty() => {
                    Ending::Skipped(Skip::DependsOn(broken.iter().map(ToString::to_string).collect()))
                }
                ending => ending,
            };
            checks.push(Check {
                outcome,
                ..Check::new(trial.name, Kind::Trial, trial.statement, ending)
            });
        }
        Ok(checks)
    }

    fn obstacle(&self) -> Option<Skip> {
        if !self.is_trained() {
            Some(Skip::TrainingNotAsked)
        } else if self.time_used_up() {
            Some(Skip::TimeUsedUp)
        } else {
            None
        }
    }

    /// A trial takes long: where the time of the submission as a whole is over, none is begun. Whose fault that is shows
    /// in what used the time up.
    fn late(&self) -> Option<Finding> {
        let time = self.context.time.filter(|_| self.context.is_late())?;
        Some(Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: time.seconds }))
    }

    fn trial(&mut self, trial: &Trial, subject: &mut dyn Subject) -> Result<(Ending, Option<Outcome>), Fault> {
        subject.substitute(&[])?;
        let seed = trial_seed(self.context.seed, self.task.id, trial.name);
        let mut harness = TrainingHarness::new(subject, trial.cpu_seconds, seed);
        let result = (trial.run)(&mut harness);
        let mut seen = Outcome {
            measured: Vec::new(),
            series: harness.into_series(),
        };
        let judged = result.map(|outcome| {
            let finding = (!outcome.holds()).then(|| Finding::BelowBar {
                measurements: outcome.measured.clone(),
            });
            seen.measured = outcome.measured;
            seen.series.extend(outcome.series);
            finding
        });
        Ok((self.ending(judged)?, Some(seen)))
    }
}
