//! One round of watching: what was saved, which tasks that touches, their verdicts.
//!
//! The tasks of a saved file are judged and shown first, those that use them afterwards. A file that does not compile is
//! shown as that and nothing else: what uses it waits until it compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use judge::checks::differential;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{GradingContext, TaskJudgement, Training};
use report::model::TaskReport;
use report::terminal::{Change, says_the_same};
use report::{Context, Look, Stage, Times};

use crate::arguments::Watch;
use crate::engine::reach::{self, Difference, Texts};
use crate::engine::{Grader, Prepared, Reference, Staged, Step};
use crate::failure::Failure;
use crate::output::Output;
use crate::selection::{self, Chosen};

/// What stays from one round to the next.
pub(crate) struct Rounds<'a> {
    grader: &'a Grader,
    options: &'a Watch,
    assignment: Assignment,
    chosen: Chosen,
    fixtures: Fixtures,
    reference: Reference<'a>,
    adapters: Texts,
    /// The sources of the last round.
    sources: Texts,
    /// The last judgement of each task.
    judgements: BTreeMap<&'static str, TaskJudgement>,
    /// What the last round said of each task.
    said: Vec<TaskReport>,
    sandbox: Vec<String>,
    /// What is to be said about how the submission was read.
    notes: Vec<String>,
}

/// What a round shows.
struct Shown<'a> {
    prepared: &'a Prepared,
    begun: Instant,
    saved: &'a [String],
    judged: &'a [&'static str],
    waiting: &'a [&'static str],
    unfinished: &'a [&'static str],
    /// The tasks of the saved files: what is wrong with them is shown each time.
    direct: &'a [&'static str],
}

impl<'a> Rounds<'a> {
    /// Loads what does not change.
    pub(crate) fn open(grader: &'a Grader, options: &'a Watch) -> Result<Self, Failure> {
        let staged = grader.stage(&options.submission, None)?;
        let folder = grader.course_root().assignments();
        let assignment = selection::assignment_of(&folder, options.assignment.as_deref(), &staged)?;
        let chosen = selection::of_assignment(&assignment, &options.tasks)?;
        let fixtures = Fixtures::load(&grader.course_root().fixtures(), &chosen.judged)?;
        Ok(Self {
            grader,
            options,
            assignment,
            chosen,
            fixtures,
            reference: Reference::new(grader).with_kept_answers(),
            adapters: reach::adapters(grader)?,
            sources: Texts::new(),
            judgements: BTreeMap::new(),
            said: Vec::new(),
            sandbox: Vec::new(),
            notes: Vec::new(),
        })
    }

    /// Judges everything.
    pub(crate) fn first(&mut self, output: &Output) -> Result<(), Failure> {
        let begun = Instant::now();
        let (staged, sources) = self.stage()?;
        output.progress("building the submission");
        let prepared = self.grader.build(staged, &self.chosen.judged)?;
        let all = self.chosen.shown.clone();
        self.judge(&prepared, &all, output)?;
        self.sources = sources;
        let shown = Shown {
            prepared: &prepared,
            begun,
            saved: &[],
            judged: &all,
            waiting: &[],
            unfinished: &[],
            direct: &all,
        };
        self.said = self.show(&shown, output);
        Ok(())
    }

    /// Judges what has been touched since the last round.
    pub(crate) fn next(&mut self, output: &Output, stop: &AtomicBool) -> Result<(), Failure> {
        let begun = Instant::now();
        let (staged, sources) = self.stage()?;
        let difference = reach::between(&self.sources, &sources, &self.adapters, tasks::ALL);
        let touched = self.touched(&difference);
        if touched.is_empty() {
            output.line(&report::untouched(&difference.files));
        } else {
            let built = selection::of_assignment(&self.assignment, &names(&touched))?.judged;
            output.progress("building the submission");
            let prepared = self.grader.build(staged, &built)?;
            let plan = Plan::new(&touched, &difference, &prepared.not_compiled());
            self.follow(&plan, &prepared, (begun, &difference.files), output, stop)?;
        }
        self.sources = sources;
        Ok(())
    }

    fn follow(
        &mut self,
        plan: &Plan,
        prepared: &Prepared,
        (begun, saved): (Instant, &[String]),
        output: &Output,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        // A part that is not watched is shown only while it keeps others from being judged.
        let Self { judgements, chosen, .. } = self;
        judgements.retain(|id, _| chosen.shown.contains(id));
        let both = [plan.direct.as_slice(), &plan.rest].concat();
        let shown = |judged, unfinished| Shown {
            prepared,
            begun,
            saved,
            judged,
            waiting: &plan.waiting,
            unfinished,
            direct: &plan.direct,
        };
        let mut said = None;
        if !plan.direct.is_empty() {
            self.judge(prepared, &plan.direct, output)?;
            said = Some(self.show(&shown(&plan.direct, &plan.rest), output));
        }
        if !plan.rest.is_empty() && !stop.load(Ordering::Relaxed) {
            self.judge(prepared, &plan.rest, output)?;
            said = Some(self.show(&shown(&both, &[]), output));
        }
        // Both pages are held against the round before.
        self.said = said.unwrap_or_default();
        Ok(())
    }

    fn stage(&mut self) -> Result<(Staged, Texts), Failure> {
        let staged = self
            .grader
            .stage(&self.options.submission, None)?
            .within(self.assignment.limits);
        self.notes = staged.notes(&self.chosen.judged);
        let sources = reach::sources(staged.source())?;
        Ok((staged, sources))
    }

    /// The touched tasks among those that are watched, in the order of the assignment.
    fn touched(&self, difference: &Difference) -> Vec<&'static str> {
        let shown = self.chosen.shown.iter().copied();
        shown.filter(|id| difference.touched.contains(id)).collect()
    }

    fn judge(&mut self, prepared: &Prepared, ids: &[&'static str], output: &Output) -> Result<(), Failure> {
        let chosen = selection::of_assignment(&self.assignment, &names(ids))?;
        let context = GradingContext {
            assignment: &self.assignment,
            fixtures: &self.fixtures,
            seed: self.assignment.seed,
            fresh_seed: self.fresh_seed(prepared),
            training: Training::asked(self.options.training),
            shrinks: true,
            time: None,
            without: None,
            carried: &[],
        };
        let progress = |step: Step<'_>| {
            if let Step::Begun(task) = step {
                output.progress(&format!("judging {}", task.id));
            }
        };
        let run_config = self.grader.run_config();
        let (judgements, sandbox) = self.grader.judge_prepared(
            prepared,
            &context,
            &chosen.judged,
            self.reference.at_hand(),
            &run_config,
            &progress,
        )?;
        if !sandbox.is_empty() {
            self.sandbox = sandbox;
        }
        let wanted = judgements
            .into_iter()
            .filter(|judgement| chosen.shown.contains(&judgement.task));
        self.judgements
            .extend(wanted.map(|judgement| (judgement.task, judgement)));
        Ok(())
    }

    /// The seed of fresh inputs, as a grading of the same sources would have it.
    fn fresh_seed(&self, prepared: &Prepared) -> u64 {
        differential::seed(&self.assignment.id, prepared.hash(), self.grader.hash())
    }

    /// Shows what has changed, and gives what was said.
    fn show(&self, shown: &Shown<'_>, output: &Output) -> Vec<TaskReport> {
        let total = shown.begun.elapsed().as_secs_f64();
        let stage = Stage {
            name: "round".to_owned(),
            seconds: total,
        };
        let notes = [&self.notes, shown.prepared.notes()].concat();
        let context = Context {
            grader_version: env!("CARGO_PKG_VERSION"),
            submission: &self.options.submission.display().to_string(),
            submission_sha256: shown.prepared.hash(),
            fixtures_sha256: &self.fixtures.hash,
            seed: self.assignment.seed,
            fresh_seed: self.fresh_seed(shown.prepared),
            libtorch: &self.fixtures.manifest.libtorch,
            device: self.grader.device(),
            dtypes: &["f64", "f32"],
            sandbox: &self.sandbox,
            notes: &notes,
            tasks: tasks::ALL,
            // A terminal shows no line of a whole function.
            functions: &BTreeMap::new(),
            standing: &BTreeMap::new(),
            min_score: None,
            times: Some(Times {
                total,
                stages: vec![stage],
                taken_over: None,
            }),
        };
        let judgements: Vec<TaskJudgement> = self.judgements.values().cloned().collect();
        let report = report::build(&context, &judgements, &self.assignment);
        let look = Look {
            verbose: self.options.verbose,
            colour: true,
            width: Output::width(false),
        };
        let same = self.same(&report.tasks, shown);
        let change = Change {
            saved: shown.saved,
            judged: shown.judged,
            waiting: shown.waiting,
            unfinished: shown.unfinished,
            same: &same,
        };
        output.page(&report::terminal::render_change(&report, look, &change));
        report.tasks
    }

    /// The judged tasks of which there is nothing new to say. What somebody is at work on is shown as long as it is wrong.
    fn same(&self, now: &[TaskReport], shown: &Shown<'_>) -> Vec<&'static str> {
        let is_same = |id: &&str| {
            let find = |tasks: &'_ [TaskReport]| tasks.iter().position(|task| task.id == **id);
            let Some((before, now)) = find(&self.said)
                .map(|at| &self.said[at])
                .zip(find(now).map(|at| &now[at]))
            else {
                return false;
            };
            let is_shown = shown.direct.contains(id) && !before.verdict.is_spotless();
            !is_shown && says_the_same(before, now)
        };
        shown.judged.iter().copied().filter(is_same).collect()
    }
}

fn names(ids: &[&'static str]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// What a round judges.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    /// First: the tasks of the saved files, and what does not compile.
    direct: Vec<&'static str>,
    /// Then: the tasks that use them.
    rest: Vec<&'static str>,
    /// Not at all: the tasks that go through one that does not compile.
    waiting: Vec<&'static str>,
}

impl Plan {
    fn new(touched: &[&'static str], difference: &Difference, not_compiled: &BTreeSet<&'static str>) -> Self {
        let broken = not_compiled.iter().copied().filter(|id| !touched.contains(id));
        let (waiting, judged): (Vec<_>, Vec<_>) = touched
            .iter()
            .copied()
            .partition(|id| !not_compiled.contains(id) && goes_through(id, not_compiled));
        let (mut direct, rest): (Vec<_>, Vec<_>) = judged.into_iter().partition(|id| difference.holds(id));
        direct.extend(broken);
        Self { direct, rest, waiting }
    }
}

fn goes_through(id: &str, not_compiled: &BTreeSet<&'static str>) -> bool {
    let parts = tasks::find(id).map_or(&[][..], |task| task.parts);
    parts
        .iter()
        .any(|part| not_compiled.contains(part) || goes_through(part, not_compiled))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saved(file: &str) -> Difference {
        Difference {
            files: vec![file.to_owned()],
            touched: reach::Touched::Everything,
        }
    }

    #[test]
    fn what_goes_through_a_task_that_does_not_compile_waits_for_it() {
        let touched = ["rms_norm", "causal_mask", "decoder_block", "gpt_forward"];
        let broken = BTreeSet::from(["rms_norm"]);
        let plan = Plan {
            direct: vec!["rms_norm"],
            rest: vec!["causal_mask"],
            waiting: vec!["decoder_block", "gpt_forward"],
        };
        assert_eq!(Plan::new(&touched, &saved("normalization.rs"), &broken), plan);
        let plan = Plan {
            direct: vec!["rms_norm"],
            rest: vec!["causal_mask", "decoder_block", "gpt_forward"],
            waiting: Vec::new(),
        };
        assert_eq!(Plan::new(&touched, &saved("normalization.rs"), &BTreeSet::new()), plan);
    }

    #[test]
    fn a_part_that_is_not_watched_and_does_not_compile_is_shown_all_the_same() {
        let plan = Plan::new(
            &["decoder_block"],
            &saved("normalization.rs"),
            &BTreeSet::from(["rms_norm"]),
        );
        assert_eq!((plan.direct, plan.waiting), (vec!["rms_norm"], vec!["decoder_block"]));
    }
}
