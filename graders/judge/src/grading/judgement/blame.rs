//! Whose mistake it is: a larger task loses only what it also loses with the reference's parts in place of the submission's.
//!
//! A part may be right by its own checks and wrong where a larger task calls it. Then the larger task is judged with the
//! reference's part, as it is with every part that is wrong, and the failure is charged to the part.

use super::context::GradingContext;
use super::model::{Blame, Check, Ending, Kind, TaskJudgement};
use super::task_judge::{Cases, Found, TaskJudge};
use super::verdict::verdict;
use crate::checks::derived;
use crate::contract::subject::Subject;
use crate::contract::{Task, golden_portion};
use crate::findings::Finding;
use crate::findings::fault::Fault;
use crate::findings::verdict::Verdict;
use crate::grading::assignment::Visibility;
use crate::grading::parts::Broken;
use crate::grading::points;
use wire::DType;

/// The check of a part that the larger tasks hold with it; made where one does not.
pub const AS_PART: &str = "as-a-part";

/// The parts with which a check fails, the check, and what it has found.
type Culprits = (Vec<&'static str>, String, Finding);

impl TaskJudge<'_> {
    /// The checks of a task whose parts seem right, made again with the reference's parts where these make the difference.
    pub(super) fn without_blame_of_parts(
        &mut self,
        mut found: Found,
        broken: &Broken,
        cases: &Cases,
        subject: &mut dyn Subject,
    ) -> Result<(Found, Broken, Vec<Blame>), Fault> {
        let mut known = broken.clone();
        let mut blames: Vec<Blame> = Vec::new();
        while let Some((culprits, check, finding)) = self.culprits(&found.checks, &known, cases, subject)? {
            let mut with = known.clone();
            with.parts.extend(&culprits);
            with.all
                .extend(culprits.iter().filter(|part| !known.all.contains(part)));
            self.known.clear();
            let again = self.judge_cases(&with.parts, cases, subject)?;
            if count(&again.checks) >= count(&found.checks) {
                break;
            }
            let of = |part: &&'static str| Blame {
                part,
                check: check.clone(),
                finding: finding.clone(),
            };
            blames.extend(culprits.iter().map(of));
            (found, known) = (again, with);
        }
        subject.substitute(&known.parts)?;
        Ok((found, known, blames))
    }

    /// The parts with which a failing check fails, and without which it holds.
    fn culprits(
        &mut self,
        checks: &[Check],
        known: &Broken,
        cases: &Cases,
        subject: &mut dyn Subject,
    ) -> Result<Option<Culprits>, Fault> {
        let others: Vec<&'static str> = self
            .task
            .parts
            .iter()
            .copied()
            .filter(|part| !known.parts.contains(part))
            .collect();
        let failing: Vec<(&Check, &Finding)> = checks
            .iter()
            .filter_map(|check| Some((check, check.finding()?)))
            .filter(|(_, finding)| !finding.is_exhaustion() && Verdict::of(finding) != Verdict::NotAttempted)
            .collect();
        if others.is_empty() || failing.is_empty() || self.time_used_up() {
            return Ok(None);
        }
        let together = [known.parts.as_slice(), &others].concat();
        if !subject.substitute(&together)? {
            return Ok(None);
        }
        for (check, finding) in failing {
            subject.substitute(&together)?;
            if !self.holds_now(check, cases, subject)? {
                continue;
            }
            for part in &others {
                subject.substitute(&[known.parts.as_slice(), &[*part]].concat())?;
                if self.holds_now(check, cases, subject)? {
                    return Ok(Some((vec![*part], check.name.clone(), finding.clone())));
                }
            }
            return Ok(Some((others, check.name.clone(), finding.clone())));
        }
        Ok(None)
    }

    /// Whether a check holds that has failed, made again with the parts as they are answered for now.
    fn holds_now(&mut self, check: &Check, cases: &Cases, subject: &mut dyn Subject) -> Result<bool, Fault> {
        subject.respawn();
        let made = match check.kind {
            Kind::Golden | Kind::Single => {
                let dtype = if check.kind == Kind::Golden {
                    DType::F64
                } else {
                    DType::F32
                };
                let portion = golden_portion(&check.name);
                let is_own = |(case, _): &&(&'static crate::contract::Case, _)| Some(case.portion) == portion;
                let own: Vec<_> = cases.iter().filter(is_own).cloned().collect();
                self.golden(&own, dtype, subject)?.checks
            }
            Kind::Property => {
                let property = self.task.properties.iter().find(|property| property.name == check.name);
                let derived = derived::of(self.task).find(|derived| derived.name == check.name);
                match (property, derived) {
                    (Some(property), _) => return Ok(self.property(property, subject)?.0 == Ending::Passed),
                    (None, Some(derived)) => {
                        let held: Vec<_> = cases.iter().map(|(case, stored)| (*case, stored)).collect();
                        return Ok(self.derived_check(derived, &held, subject)?.0 == Ending::Passed);
                    }
                    (None, None) => Vec::new(),
                }
            }
            Kind::Differential => {
                let held: Vec<_> = cases.iter().map(|(case, stored)| (*case, stored)).collect();
                self.differential(cases, &held, subject)?
            }
            Kind::Precision | Kind::Purity | Kind::Trial => Vec::new(),
        };
        Ok(made
            .iter()
            .any(|made| made.name == check.name && made.ending == Ending::Passed))
    }
}

/// Checks that do not hold.
fn count(checks: &[Check]) -> usize {
    checks.iter().filter(|check| check.ending != Ending::Passed).count()
}

/// Charges parts with what larger tasks have found of them.
pub fn charge_parts(context: &GradingContext<'_>, judgements: &mut [TaskJudgement]) {
    let charge = |own: &TaskJudgement| charge(context, own.task, judgements.iter());
    let charges: Vec<Option<Check>> = judgements.iter().map(charge).collect();
    for (judgement, check) in judgements.iter_mut().zip(charges) {
        lose(context, judgement, check);
    }
}

/// A judgement with what these larger tasks have found of it.
#[must_use]
pub fn charged<'a>(
    context: &GradingContext<'_>,
    mut judgement: TaskJudgement,
    larger: impl Iterator<Item = &'a TaskJudgement>,
) -> TaskJudgement {
    let check = charge(context, judgement.task, larger);
    lose(context, &mut judgement, check);
    judgement
}

/// The check that a part loses to the first of these tasks that has found something of it.
fn charge<'a>(
    context: &GradingContext<'_>,
    part: &str,
    larger: impl Iterator<Item = &'a TaskJudgement>,
) -> Option<Check> {
    let (larger, blame) = larger
        .flat_map(|larger| larger.blames.iter().map(|blame| (larger.task, blame)))
        .find(|(_, blame)| blame.part == part)?;
    let is_open = context
        .assignment
        .entry(larger)
        .is_none_or(|entry| entry.visibility == Visibility::Public && !entry.withheld);
    let finding = Finding::FailsAsPart {
        task: larger.to_owned(),
        // What a hidden task has found stays hidden.
        finding: is_open.then(|| Box::new(blame.finding.clone())),
    };
    let statement = "larger tasks that call it hold with it as they do with the reference's";
    let ending = Ending::Failed {
        finding,
        counterexample: None,
    };
    Some(Check::new(AS_PART, Kind::Property, statement, ending))
}

fn lose(context: &GradingContext<'_>, judgement: &mut TaskJudgement, check: Option<Check>) {
    let Some(check) = check else { return };
    judgement.checks.push(check);
    judgement.verdict = verdict(&judgement.checks);
    judgement.points = points::points(&judgement.portions, &judgement.checks, context.assignment.deductions);
}

/// Whether a task can be charged as a part of others.
pub fn is_part(task: &Task, catalogue: &[&Task]) -> bool {
    catalogue.iter().any(|larger| larger.parts.contains(&task.id))
}
