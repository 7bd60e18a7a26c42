//! Judging one task: which checks are made, in which processes, and what comes of them.

use super::cases::Golden;
use super::lenient::{EXTRA_AXES, Leniency, Lenient, charge_single};
use super::meter::Metered;
use super::model::{Blame, Check, Ending, Kind, Skip, TaskJudgement};
use super::task_judge::{Cases, Found, TaskJudge};
use super::verdict::{depends_on, is_unwritten, untried, verdict};
use crate::checks::derived;
use crate::checks::differential;
use crate::checks::purity;
use crate::compare::pattern::Pattern;
use crate::contract::Case;
use crate::contract::subject::Subject;
use crate::diagnosis::behaviour::Measure;
use crate::diagnosis::{mistake_matches, not_ruled_out, pairs};
use crate::findings::fault::Fault;
use crate::findings::verdict::Verdict;
use crate::findings::{Finding, Impure, WrongOutput};
use crate::fixtures::files::FixtureError;
use crate::grading::parts::Broken;
use crate::grading::points;
use wire::DType;

impl TaskJudge<'_> {
    pub(super) fn run(mut self, broken: &Broken, subject: &mut dyn Subject) -> Result<TaskJudgement, FixtureError> {
        let stored = |case: &'static Case| Ok((case, self.context.fixtures.case(self.task.id, case.name)?.clone()));
        let cases: Vec<_> = self.task.cases.iter().map(stored).collect::<Result<_, _>>()?;
        // The calls of the task have a time together, beside that of each.
        let mut metered = Metered::new(subject, self.context);
        match self.judge(broken, &cases, &mut metered) {
            Ok((judgement, broken)) => self.recognised(judgement, &broken, &cases, &mut metered),
            Err(fault) => Ok(self.faulted(&fault)),
        }
    }

    fn judge(
        &mut self,
        broken: &Broken,
        cases: &Cases,
        subject: &mut dyn Subject,
    ) -> Result<(TaskJudgement, Broken), Fault> {
        let (mut found, known, blames) = if cases.is_empty() {
            (Found::default(), broken.clone(), Vec::new())
        } else {
            let found = self.judge_cases(&broken.parts, cases, subject)?;
            self.without_blame_of_parts(found, broken, cases, subject)?
        };
        found.checks.extend(self.trials(&broken.all, subject)?);
        Ok((self.conclude(found, blames), known))
    }

    /// The judgement with the known mistakes that it looks like, where golden cases are wrong.
    fn recognised(
        &self,
        judgement: TaskJudgement,
        broken: &Broken,
        cases: &Cases,
        subject: &mut dyn Subject,
    ) -> Result<TaskJudgement, FixtureError> {
        if !is_recognisable(&judgement.checks) {
            return Ok(judgement);
        }
        let fingerprints = self.context.fixtures.fingerprints(self.task.id)?;
        if fingerprints.is_empty() {
            return Ok(judgement);
        }
        let measure = Measure {
            task: self.task,
            tolerances: &self.context.fixtures.tolerances,
        };
        let cases = cases.iter().map(|(case, stored)| (*case, stored));
        let observed = subject
            .substitute(&broken.parts)
            .and_then(|_| measure.observe(cases, subject));
        Ok(match observed {
            Err(fault) => self.faulted(&fault),
            Ok(behaviours) => {
                let alone = mistake_matches(&measure, &fingerprints, &behaviours);
                let mut mistake_matches = not_ruled_out(&alone, &fingerprints, &judgement.checks);
                if mistake_matches.is_empty() {
                    mistake_matches = pairs(&measure, &fingerprints, &behaviours);
                }
                TaskJudgement {
                    mistake_matches,
                    ..judgement
                }
            }
        })
    }

    /// The checks of golden cases, properties and purity, and how the task came by the parts that are wrong.
    ///
    /// The reference's part is the only excuse: where it makes the difference, the check holds. What fails all the same
    /// is the task's own, whether it has asked for the part or gone round it.
    pub(super) fn judge_cases(
        &mut self,
        parts: &[&'static str],
        cases: &Cases,
        subject: &mut dyn Subject,
    ) -> Result<Found, Fault> {
        let replaced = subject.substitute(parts)?;
        let before = (subject.substituted(), subject.unanswered());
        // A process of its own for each task and dtype: no task can leave anything behind for another.
        subject.respawn();
        let Golden {
            mut checks,
            mut answered,
            mut held,
            extra_axes,
        } = self.golden(cases, DType::F64, subject)?;
        if untried(&checks) {
            self.skip_the_rest(cases, &mut checks, &Skip::NothingToJudge);
        } else {
            let is_half_written = checks.iter().any(is_unwritten);
            subject.respawn();
            let single = self.golden(cases, DType::F32, subject)?;
            let is_single = charge_single(&mut checks, &single.checks);
            if is_single {
                (answered, held) = (single.answered, single.held);
            }
            checks.extend(single.checks);
            mark_right_in_f64(&mut checks);
            let extra_axes = extra_axes.or(single.extra_axes);
            let leniency = Leniency::new(is_single, extra_axes.is_some(), cases);
            checks.extend(extra_axes.map(axes_check));
            let subject: &mut dyn Subject = &mut Lenient::new(self.task, leniency, &mut *subject);
            subject.respawn();
            checks.extend(self.purity(&answered, subject)?);
            subject.respawn();
            let mut others = self.differential(cases, &held, subject)?;
            if let Some(finding) = self.imprecise.take() {
                mark_imprecise(&mut checks, finding);
            }
            let is_imprecise = |check: &Check| check.kind == Kind::Precision && check.ending != Ending::Passed;
            self.is_exact = !checks.iter().any(is_imprecise);
            others.extend(self.properties(subject)?);
            others.extend(self.derived(&held, subject)?);
            if is_half_written {
                // It costs as much as any other failure; where no golden case has come upon a `todo!()`, another check
                // that does has found something.
                skip_unwritten(&mut others);
            }
            checks.extend(others);
            keep_reliable(&mut checks);
        }
        let mut found = Found {
            checks,
            ..Found::default()
        };
        if parts.is_empty() {
            return Ok(found);
        }
        if !replaced {
            depends_on(&mut found.checks, parts);
        } else if subject.substituted() > before.0 {
            found.asked = parts.to_vec();
        } else if subject.unanswered() > before.1 {
            found.unanswered = parts.to_vec();
        } else {
            found.round = parts.to_vec();
        }
        Ok(found)
    }

    fn skip_the_rest(&self, cases: &Cases, checks: &mut Vec<Check>, why: &Skip) {
        let skipped = || Ending::Skipped(why.clone());
        for purity in purity::ALL {
            checks.push(Check::new(purity.name, Kind::Purity, purity.statement, skipped()));
        }
        let statement = differential::statement(self.task, cases);
        checks.push(Check::new(differential::NAME, Kind::Differential, statement, skipped()));
        for property in self.task.properties {
            checks.push(Check::new(property.name, Kind::Property, property.statement, skipped()));
        }
        for check in derived::of(self.task) {
            checks.push(Check::new(check.name, Kind::Property, check.statement, skipped()));
        }
    }

    fn conclude(&self, found: Found, blames: Vec<Blame>) -> TaskJudgement {
        let Found {
            checks,
            asked,
            unanswered,
            round,
        } = found;
        let names = |parts: &[&str]| parts.iter().map(ToString::to_string).collect();
        let portions = points::portions(self.task, self.entry, &checks, self.is_trained());
        TaskJudgement {
            task: self.task.id,
            verdict: verdict(&checks),
            points: points::points(&portions, &checks, self.context.assignment.deductions),
            max_points: points::within_reach(&portions),
            training_points: points::out_of_reach(&portions),
            portions,
            checks,
            mistake_matches: Vec::new(),
            substituted: names(&asked),
            unanswered: names(&unanswered),
            gone_round: names(&round),
            blames,
            fault: None,
        }
    }

    fn faulted(&self, fault: &Fault) -> TaskJudgement {
        let portions = points::portions(self.task, self.entry, &[], self.is_trained());
        TaskJudgement {
            task: self.task.id,
            verdict: Verdict::JudgeFault,
            points: 0.0,
            max_points: points::within_reach(&portions),
            training_points: points::out_of_reach(&portions),
            portions: Vec::new(),
            checks: Vec::new(),
            mistake_matches: Vec::new(),
            substituted: Vec::new(),
            unanswered: Vec::new(),
            gone_round: Vec::new(),
            blames: Vec::new(),
            fault: Some(fault.0.clone()),
        }
    }
}

/// Whether a golden case got a wrong answer in f64. Where one used up its time, trying again would cost as much.
fn is_recognisable(checks: &[Check]) -> bool {
    let golden = || {
        checks
            .iter()
            .filter(|check| check.kind == Kind::Golden)
            .filter_map(Check::finding)
    };
    golden().any(|finding| Verdict::of(finding) == Verdict::Wrong) && !golden().any(Finding::is_exhaustion)
}

/// The check that an output with axes too many loses.
fn axes_check(finding: Finding) -> Check {
    let statement = "no output has axes of size 1 in front that the definition does not give it";
    let ending = Ending::Failed {
        finding,
        counterexample: None,
    };
    Check::new(EXTRA_AXES, Kind::Purity, statement, ending)
}

/// A portion that is wrong in f32 alone is told so: that is where its mistake is.
fn mark_right_in_f64(checks: &mut [Check]) {
    let portion = |check: &Check| check.name.split_once('/').map(|(_, portion)| portion.to_owned());
    let right: Vec<String> = checks
        .iter()
        .filter(|check| check.kind == Kind::Golden && check.ending == Ending::Passed)
        .filter_map(portion)
        .collect();
    for check in checks.iter_mut().filter(|check| check.kind == Kind::Single) {
        let is_right = portion(check).is_some_and(|portion| right.contains(&portion));
        if let Ending::Failed {
            finding: Finding::WrongOutput(WrongOutput::Wrong { patterns, .. }),
            ..
        } = &mut check.ending
            && is_right
        {
            patterns.push(Pattern::RightInF64);
        }
    }
}

/// Outputs that are exact for golden cases alone are not exact.
fn mark_imprecise(checks: &mut [Check], finding: Finding) {
    let is_precision = |check: &&mut Check| check.kind == Kind::Precision && check.ending == Ending::Passed;
    if let Some(check) = checks.iter_mut().find(is_precision) {
        check.ending = Ending::Failed {
            finding,
            counterexample: None,
        };
    }
}

/// Where a call depends on those before it, what came of a golden case or a property may not come of it alone: then only the
/// finding that says so has its calls, in their order. Where equal calls differ by themselves, their order is no reason.
fn keep_reliable(checks: &mut [Check]) {
    let has = |found: fn(&Finding) -> bool| checks.iter().filter_map(Check::finding).any(found);
    let depends = has(|finding| matches!(finding, Finding::Impure(Impure::OrderDependent { .. })));
    let draws = has(|finding| matches!(finding, Finding::Impure(Impure::NotDeterministic { .. })));
    for check in checks {
        let is_order = matches!(check.finding(), Some(Finding::Impure(Impure::OrderDependent { .. })));
        let is_kept = if is_order { !draws } else { draws || !depends };
        if !is_kept {
            check.reproduction = None;
        }
    }
}

fn skip_unwritten(checks: &mut [Check]) {
    for check in checks.iter_mut().filter(|check| is_unwritten(check)) {
        check.ending = Ending::Skipped(Skip::NotWritten);
    }
}
