//! The checks that are made on golden cases, and laws.

use wire::DType;

use super::task::{Cases, TaskJudge};
use super::{Check, Ending, Kind, Skip};
use crate::finding::Finding;
use crate::fixtures::StoredCase;
use crate::golden::judge_case;
use crate::hygiene::{self, Hygiene};
use crate::law::{law_seed, try_law};
use crate::probe::Probe;
use crate::subject::{Fault, Subject};
use crate::task::{Case, Law, golden_name};

/// Golden cases whose call gave an answer, right or wrong.
pub(super) type Answered<'a> = Vec<(&'static Case, &'a StoredCase)>;

impl TaskJudge<'_> {
    /// The golden checks of all portions in one dtype, in f64 with the check of precision; and which cases were
    /// answered.
    pub(super) fn golden<'b>(
        &mut self,
        cases: &'b Cases,
        dtype: DType,
        subject: &mut dyn Subject,
    ) -> Result<(Vec<Check>, Answered<'b>), Fault> {
        let kind = if dtype == DType::F64 {
            Kind::Golden
        } else {
            Kind::Single
        };
        let mut checks = Vec::new();
        let mut answered = Answered::new();
        let mut imprecise = None;
        for portion in self.task.golden_portions() {
            let mut ending = Ending::Passed;
            for (case, stored) in cases.iter().filter(|(case, _)| case.portion == portion) {
                let found = self.case(case, stored, dtype, subject)?;
                if is_answer(&found) {
                    answered.push((*case, stored));
                }
                match found {
                    Ending::Passed => {}
                    Ending::Failed {
                        finding: finding @ Finding::Imprecise { .. },
                        ..
                    } => {
                        imprecise.get_or_insert(finding);
                    }
                    other => {
                        ending = other;
                        break;
                    }
                }
            }
            let statement = format!("the golden cases of `{portion}` hold in {dtype}");
            checks.push(Check::new(golden_name(dtype, portion), kind, statement, ending));
        }
        if dtype == DType::F64 && has_floats(cases) {
            checks.push(precision(imprecise));
        }
        Ok((checks, answered))
    }

    fn case(
        &mut self,
        case: &Case,
        stored: &StoredCase,
        dtype: DType,
        subject: &mut dyn Subject,
    ) -> Result<Ending, Fault> {
        if self.time_used_up() {
            return Ok(Ending::Skipped(Skip::TimeUsedUp));
        }
        let mut probe = Probe::new(subject, self.task.canonical);
        let tolerances = &self.bench.fixtures.tolerances;
        self.ending(judge_case(self.task, case, stored, tolerances, dtype, &mut probe))
    }

    /// The checks of hygiene, on cases that were answered: one that crashes has cost its portion, and says nothing of
    /// how clean the others are.
    pub(super) fn hygiene(&mut self, answered: &Answered<'_>, subject: &mut dyn Subject) -> Result<Vec<Check>, Fault> {
        let calls = hygiene::calls(self.task, answered);
        let mut checks = Vec::new();
        for &Hygiene { name, statement, judge } in hygiene::ALL {
            let ending = if self.time_used_up() {
                Ending::Skipped(Skip::TimeUsedUp)
            } else if answered.is_empty() {
                Ending::Skipped(Skip::NoAnswer)
            } else {
                self.ending(judge(&calls, &mut Probe::new(subject, self.task.canonical)))?
            };
            checks.push(Check::new(name, Kind::Hygiene, statement, ending));
        }
        Ok(checks)
    }

    pub(super) fn laws(
        &mut self,
        replaced: bool,
        parts: &[&'static str],
        subject: &mut dyn Subject,
    ) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::new();
        for law in self.task.laws {
            if self.left_out(law) {
                continue;
            }
            let ending = if self.time_used_up() {
                Ending::Skipped(Skip::TimeUsedUp)
            } else if replaced && law.differentiates {
                Ending::Skipped(Skip::DependsOn(parts.iter().map(ToString::to_string).collect()))
            } else {
                self.law(law, subject)?
            };
            checks.push(Check::new(law.name, Kind::Law, law.statement, ending));
        }
        Ok(checks)
    }

    fn left_out(&self, law: &Law) -> bool {
        self.bench.without.and_then(|name| name.split_once('/')) == Some((self.task.id, law.name))
    }

    fn law(&mut self, law: &Law, subject: &mut dyn Subject) -> Result<Ending, Fault> {
        let mut probe = Probe::new(subject, self.task.canonical);
        let seed = law_seed(self.bench.seed, self.task.id, law.name);
        let found = try_law(law, &mut probe, self.bench.assignment.law_cases, seed)?;
        Ok(match found {
            None => Ending::Passed,
            Some((finding, counterexample)) => {
                self.count_timeout(&finding);
                Ending::Failed {
                    finding,
                    counterexample: Some(counterexample),
                }
            }
        })
    }
}

fn has_floats(cases: &Cases) -> bool {
    let expected = cases.iter().flat_map(|(_, stored)| stored.expected.values());
    expected.into_iter().any(|tensor| tensor.dtype().is_float())
}

fn precision(imprecise: Option<Finding>) -> Check {
    let ending = imprecise.map_or(Ending::Passed, |finding| Ending::Failed {
        finding,
        counterexample: None,
    });
    let statement = "f64 outputs are as exact as f64 can be";
    Check::new("precision", Kind::Precision, statement, ending)
}

/// Whether a golden case's call gave outputs, whatever they are worth.
fn is_answer(ending: &Ending) -> bool {
    match ending {
        Ending::Passed => true,
        Ending::Skipped(_) => false,
        Ending::Failed { finding, .. } => match finding {
            Finding::Wrong { .. }
            | Finding::NanInPadding { .. }
            | Finding::Imprecise { .. }
            | Finding::Misbehaves { .. }
            | Finding::MissingOutput { .. }
            | Finding::OutsideSupport { .. }
            | Finding::WrongDistribution { .. } => true,
            Finding::NotAttempted
            | Finding::DidNotCompile(_)
            | Finding::Forbidden { .. }
            | Finding::Panicked { .. }
            | Finding::Crashed { .. }
            | Finding::TimedOut { .. }
            | Finding::OutOfMemory { .. }
            | Finding::Malformed { .. }
            | Finding::RefusedValid { .. }
            | Finding::AcceptedInvalid { .. }
            | Finding::Unusable { .. }
            | Finding::WrongDevice { .. }
            | Finding::NoGradient { .. }
            | Finding::BelowBar { .. }
            | Finding::LawBroken(_)
            | Finding::ArgumentModified { .. }
            | Finding::NotDeterministic { .. }
            | Finding::OrderDependent { .. } => false,
        },
    }
}
