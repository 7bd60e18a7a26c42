//! The way through all submissions, on all processors.

use std::collections::BTreeMap;

use judge::contract::Task;
use judge::goldens::baseline::{self, TrivialBaseline};
use judge::grading::judgement::{GradingContext, TaskJudgement};

use super::SelfTest;
use super::deviations::deviations;
use super::difference::{difference, judgements, outcomes};
use super::entries::{Entry, Expected, Source};
use super::journal::Part;
use super::outcome::TaskOutcome;
use super::plan::Plan;
use super::programs::{Program, Workers, programs};
use super::rows::Rows;
use super::shared::{Shared, Twin};
use super::table::{self, Came, Judged, Row};
use crate::engine::parallel_map::{Queue, on_all_processors, parallel_map};
use crate::engine::{Prepared, RunConfig, Running, WorkerConfig};
use crate::failure::Failure;
use crate::interrupt;
use crate::output::Output;

/// The judgements of one assignment under one setting, by their numbers in the run.
struct Found {
    context: usize,
    setting: usize,
    tasks: Vec<TaskJudgement>,
}

impl<'a> SelfTest<'a> {
    /// Runs the entries on all processors; their rows are printed in order, each as soon as those before it are done.
    pub(crate) fn run_all(&self, entries: &[Entry], output: &Output) -> Result<Vec<Row<'a>>, Failure> {
        let plans = self.plans(entries, output)?;
        let rows = Rows::new(entries, self.prints, output);
        let mut unknown = Vec::new();
        for (position, plan) in plans.iter().enumerate() {
            match self.journal.as_ref().and_then(|journal| journal.known(&plan.key)) {
                _ if plan.wanted.is_empty() => rows.add(position, self.row(plan, &[], "", Came::Alone)),
                Some(parts) => rows.add(position, self.row(plan, parts, "", Came::Before)),
                None => unknown.push(position),
            }
        }
        let programs = programs(&plans, &unknown, self.alone);
        let queue = Queue::new(programs.len());
        on_all_processors(unknown.len(), || {
            let worked = self.work(&programs, &queue, &plans, &rows);
            if worked.is_err() {
                // The others stop after what they are at.
                queue.stop();
                programs.iter().for_each(Program::stop);
            }
            worked
        })?;
        output.progress_done();
        Ok(rows.into_printed())
    }

    fn plans<'e>(&self, entries: &'e [Entry], output: &Output) -> Result<Vec<Plan<'e>>, Failure> {
        if entries.len() > 1 {
            output.progress("reading the submissions");
        }
        parallel_map(entries, || Ok(()), |(), _, entry| self.plan(entry))
    }

    /// Takes one program after the other; then helps with those that others are at.
    fn work(
        &self,
        programs: &[Program],
        queue: &Queue,
        plans: &[Plan<'_>],
        rows: &Rows<'_, 'a>,
    ) -> Result<(), Failure> {
        let mut twin = Twin::default();
        while let Some(position) = queue.take() {
            self.work_on(&programs[position], &mut twin, plans, rows)?;
        }
        programs
            .iter()
            .try_for_each(|program| self.work_on(program, &mut twin, plans, rows))
    }

    fn work_on<'k>(
        &'k self,
        program: &Program,
        twin: &mut Twin<'k>,
        plans: &[Plan<'_>],
        rows: &Rows<'_, 'a>,
    ) -> Result<(), Failure> {
        let mut workers = Workers::default();
        while let Some((position, number)) = program.take() {
            let plan = &plans[position];
            let (found, came) = match self.together(program, &mut workers, twin, plan, (position, number), plans)? {
                Some(found) => (found, Came::Together),
                None => (self.apart(plan, twin)?, Came::Alone),
            };
            interrupt::check()?;
            let parts: Vec<Part> = found.iter().map(Found::part).collect();
            if let Some(journal) = &self.journal {
                journal.add(&plan.key, &parts)?;
            }
            let mut row = self.row(plan, &parts, &self.details(&found), came);
            if self.agree && came == Came::Together {
                row.deviations.extend(self.disagreement(plan, &found)?);
            }
            rows.add(position, row);
        }
        Ok(())
    }

    /// Where it makes a difference whether a submission shares its program with others. One that answers otherwise each
    /// time is held to the checks that it loses.
    fn disagreement(&self, plan: &Plan<'_>, together: &[Found]) -> Result<Option<String>, Failure> {
        let alone = self.alone(plan)?;
        let Some(words) = difference(&judgements(tasks_of(together)), &judgements(tasks_of(&alone))) else {
            return Ok(None);
        };
        let again = self.alone(plan)?;
        if difference(&judgements(tasks_of(&alone)), &judgements(tasks_of(&again))).is_none() {
            return Ok(Some(words));
        }
        Ok(difference(&outcomes(tasks_of(together)), &outcomes(tasks_of(&alone))))
    }

    /// What comes of a submission in a program with others; `None` where it has to be built alone.
    fn together<'k>(
        &'k self,
        program: &Program,
        workers: &mut Workers,
        twin: &mut Twin<'k>,
        plan: &Plan<'_>,
        (position, number): (usize, u32),
        plans: &[Plan<'_>],
    ) -> Result<Option<Vec<Found>>, Failure> {
        if !program.is_joint {
            return Ok(None);
        }
        let built = program.built(self.grader, self.known.reference(), plans)?;
        let Some(prepared) = built.holding(position) else {
            return Ok(None);
        };
        let mut found = Vec::new();
        for (setting, context, tasks) in self.judged(plan) {
            let of_entry = self.context_of(plan, context);
            let worker = workers.of(prepared, number, &of_entry, &self.settings[setting], self.grader)?;
            let running = Running::new(worker, self.reference.at_hand());
            let mut subject = Shared::new(self, plan, running, prepared.rejected(), twin);
            let tasks = subject.judge_all(&of_entry, tasks)?;
            if tasks.iter().any(|task| task.fault.is_some()) {
                // It may have brought down what it shares with others: alone it harms nobody else.
                *workers = Workers::default();
                return Ok(None);
            }
            found.push(Found {
                context,
                setting,
                tasks,
            });
        }
        Ok(Some(found))
    }

    /// What comes of a submission that is built alone, and of which only what is its own is judged.
    fn apart<'k>(&'k self, plan: &Plan<'_>, twin: &mut Twin<'k>) -> Result<Vec<Found>, Failure> {
        let Source::Overlay(folder) = &plan.entry.source else {
            return self.alone(plan);
        };
        if self.alone {
            return self.alone(plan);
        }
        let prepared = self.build(&self.grader.course_root().reference(), Some(folder), plan)?;
        if prepared.program().is_none() {
            return self.judged_alone(&prepared, plan);
        }
        let mut found = Vec::new();
        for (setting, context, tasks) in self.judged(plan) {
            let of_entry = self.context_of(plan, context);
            let limits = of_entry.assignment.limits;
            let worker = self.grader.start_worker(&prepared, &self.settings[setting], limits)?;
            let running = Running::new(worker, self.reference.at_hand());
            let mut subject = Shared::new(self, plan, running, prepared.rejected(), twin);
            let tasks = subject.judge_all(&of_entry, tasks)?;
            found.push(Found {
                context,
                setting,
                tasks,
            });
        }
        Ok(found)
    }

    /// What comes of a submission that is built and judged as a student's is.
    fn alone(&self, plan: &Plan<'_>) -> Result<Vec<Found>, Failure> {
        let place = self.grader.course_root();
        match &plan.entry.source {
            Source::TrivialBaseline(kind) => self.baseline(*kind, plan),
            Source::Template => self.built(&place.template(), None, plan),
            Source::Reference => self.built(&place.reference(), None, plan),
            Source::Overlay(folder) => self.built(&place.reference(), Some(folder), plan),
        }
    }

    fn baseline(&self, kind: baseline::Kind, plan: &Plan<'_>) -> Result<Vec<Found>, Failure> {
        let judge = |(number, tasks): &(usize, Vec<&'static Task>)| {
            let context = self.context_of(plan, *number);
            let mut reference = &self.reference;
            let mut subject = TrivialBaseline::new(kind, tasks::ALL, context.fixtures).with_reference(&mut reference);
            let tasks = judge::grading::judgement::judge(&context, tasks, &BTreeMap::new(), &mut subject, &mut |_| {})?;
            Ok(Found {
                context: *number,
                setting: 0,
                tasks,
            })
        };
        plan.wanted.iter().map(judge).collect()
    }

    fn built(
        &self,
        submission: &std::path::Path,
        overlay: Option<&std::path::PathBuf>,
        plan: &Plan<'_>,
    ) -> Result<Vec<Found>, Failure> {
        self.judged_alone(&self.build(submission, overlay, plan)?, plan)
    }

    fn build(
        &self,
        submission: &std::path::Path,
        overlay: Option<&std::path::PathBuf>,
        plan: &Plan<'_>,
    ) -> Result<Prepared, Failure> {
        let is_wanted = |task: &&&'static Task| plan.wants(task.id);
        let all: Vec<&'static Task> = tasks::ALL.iter().filter(is_wanted).copied().collect();
        let staged = self
            .grader
            .stage(submission, overlay.map(std::path::PathBuf::as_path))?;
        self.grader.build(staged, &all)
    }

    fn judged_alone(&self, prepared: &Prepared, plan: &Plan<'_>) -> Result<Vec<Found>, Failure> {
        let judge = |(setting, context, tasks): (usize, usize, &[&'static Task])| {
            let run_config = RunConfig {
                threads: 1,
                setting: self.settings[setting].clone(),
            };
            let of_entry = self.context_of(plan, context);
            let judged = self.grader.judge_prepared(
                prepared,
                &of_entry,
                tasks,
                self.reference.at_hand(),
                &run_config,
                &|_| {},
            )?;
            Ok(Found {
                context,
                setting,
                tasks: judged.0,
            })
        };
        self.judged(plan).map(judge).collect()
    }

    /// What is judged of a submission: the tasks of each assignment under each setting.
    fn judged<'p>(&'p self, plan: &'p Plan<'_>) -> impl Iterator<Item = (usize, usize, &'p [&'static Task])> {
        let of_setting = move |setting| {
            let wanted = plan.wanted.iter();
            wanted.map(move |(context, tasks)| (setting, *context, tasks.as_slice()))
        };
        (0..self.settings.len()).flat_map(of_setting)
    }

    fn context_of<'p>(&'p self, plan: &'p Plan<'_>, number: usize) -> GradingContext<'p> {
        GradingContext {
            training: plan.entry.training(self.training),
            ..self.contexts[number]
        }
    }

    /// Every lost check with its message, where they were asked for.
    fn details(&self, found: &[Found]) -> String {
        let mut text = String::new();
        if self.explains {
            for Found { context, tasks, .. } in found {
                for task in tasks {
                    table::lost_checks(&mut text, task, self.contexts[*context].assignment);
                }
            }
        }
        text
    }

    fn row(&self, plan: &Plan<'_>, parts: &[Part], details: &str, came: Came) -> Row<'a> {
        let entry = plan.entry;
        let judged: Vec<Judged<'a>> = parts
            .iter()
            .map(|part| {
                let setting = self.settings[part.setting].clone();
                let mut judged = Judged::new(&self.contexts[part.context], setting, part.tasks.clone());
                details.clone_into(&mut judged.details);
                judged
            })
            .collect();
        let of_assignment = |judged: &Judged<'_>| {
            let found = deviations(&entry.expected, &judged.tasks);
            let setting = judged.setting.clone();
            found.into_iter().map(move |deviation| match &setting {
                usual if *usual == WorkerConfig::default() => deviation,
                setting => format!("{setting}: {deviation}"),
            })
        };
        let of: usize = self.contexts.iter().map(|context| context.assignment.tasks.len()).sum();
        Row {
            name: entry.name.clone(),
            mistake: mistake(&entry.expected),
            about: about(&entry.expected),
            deviations: judged.iter().flat_map(of_assignment).collect(),
            judged,
            of: of * self.settings.len(),
            needs_training: !self.training && entry.needs_training(),
            came,
        }
    }
}

impl Found {
    fn part(&self) -> Part {
        Part {
            context: self.context,
            setting: self.setting,
            tasks: self.tasks.iter().map(TaskOutcome::of).collect(),
        }
    }
}

fn tasks_of(found: &[Found]) -> impl Iterator<Item = &TaskJudgement> {
    found.iter().flat_map(|found| &found.tasks)
}

fn mistake(expected: &Expected) -> Option<String> {
    match expected {
        Expected::Wrong(wrong) => Some(format!("{}: {}", wrong.mistake, wrong.explanation)),
        Expected::NothingAttempted | Expected::FullMarks(_) | Expected::NoPoints | Expected::AtMost(_) => None,
    }
}

/// The task that holds the mistake.
fn about(expected: &Expected) -> Option<String> {
    match expected {
        Expected::Wrong(wrong) => Some(wrong.task.clone()),
        Expected::NothingAttempted | Expected::FullMarks(_) | Expected::NoPoints | Expected::AtMost(_) => None,
    }
}
