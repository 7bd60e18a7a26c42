//! The checks that are made on golden cases, and properties.

use wire::DType;

use super::context::CarriedInput;
use super::model::{Check, Ending, Kind, Skip};
use super::task_judge::{Cases, TaskJudge};
use crate::checks::derived::{self, Derived, Material};
use crate::checks::differential::{self, Run};
use crate::checks::golden::judge_case;
use crate::checks::probe::Probe;
use crate::checks::property::{Effort, FailedProperty, property_seed, try_case, try_property};
use crate::checks::purity::{self, Purity};
use crate::contract::subject::Subject;
use crate::contract::{Case, Property, golden_name};
use crate::findings::fault::Fault;
use crate::findings::{Finding, WrongOutput};
use crate::fixtures::case::StoredCase;
use crate::reproduction::{self, Reproduction};

/// Golden cases with what is stored of them.
pub(super) type Stored<'a> = Vec<(&'static Case, &'a StoredCase)>;

/// What came of the golden cases in one dtype.
pub(super) struct Golden<'a> {
    pub(super) checks: Vec<Check>,
    /// The cases whose call gave an answer, right or wrong.
    pub(super) answered: Stored<'a>,
    /// The cases whose answer is right, to f32 at least.
    pub(super) held: Stored<'a>,
    /// The first case whose outputs are right behind axes of size 1.
    pub(super) extra_axes: Option<Finding>,
}

impl TaskJudge<'_> {
    /// The golden checks of all portions in one dtype, in f64 with the check of precision; and what came of the cases.
    pub(super) fn golden<'b>(
        &mut self,
        cases: &'b Cases,
        dtype: DType,
        subject: &mut dyn Subject,
    ) -> Result<Golden<'b>, Fault> {
        let kind = if dtype == DType::F64 {
            Kind::Golden
        } else {
            Kind::Single
        };
        let mut checks = Vec::new();
        let (mut answered, mut held) = (Stored::new(), Stored::new());
        let (mut imprecise, mut extra_axes) = (None, None);
        for portion in self.task.golden_portions() {
            let (mut ending, mut reproduction) = (Ending::Passed, None);
            for (case, stored) in cases.iter().filter(|(case, _)| case.portion == portion) {
                let found = self.case(case, stored, dtype, subject)?;
                if is_answer(&found) {
                    answered.push((*case, stored));
                }
                match found {
                    Ending::Passed => held.push((*case, stored)),
                    Ending::Failed {
                        finding: finding @ Finding::WrongOutput(WrongOutput::Imprecise { .. }),
                        ..
                    } => {
                        held.push((*case, stored));
                        imprecise.get_or_insert((*case, stored, finding));
                    }
                    Ending::Failed {
                        finding: finding @ Finding::WrongOutput(WrongOutput::ExtraAxes { .. }),
                        ..
                    } => {
                        held.push((*case, stored));
                        extra_axes.get_or_insert(finding);
                    }
                    other => {
                        reproduction = self.reproduction(case, stored, dtype, &other);
                        ending = other;
                        break;
                    }
                }
            }
            let statement = format!("the golden cases of `{portion}` hold in {dtype}");
            checks.push(Check {
                reproduction,
                ..Check::new(golden_name(dtype, portion), kind, statement, ending)
            });
        }
        if dtype == DType::F64 && has_floats(cases) {
            checks.push(self.precision(imprecise));
        }
        Ok(Golden {
            checks,
            answered,
            held,
            extra_axes,
        })
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
        let tolerances = &self.context.fixtures.tolerances;
        self.ending(judge_case(self.task, case, stored, tolerances, dtype, &mut probe))
    }

    /// What it takes to see again what was found on a golden case.
    fn reproduction(&self, case: &Case, stored: &StoredCase, dtype: DType, ending: &Ending) -> Option<Reproduction> {
        match ending {
            Ending::Failed { finding, .. } if self.context.shrinks => {
                let tolerances = &self.context.fixtures.tolerances;
                reproduction::of_case(self.task, case, stored, tolerances, dtype, finding)
            }
            Ending::Passed | Ending::Skipped(_) | Ending::Failed { .. } => None,
        }
    }

    fn precision(&self, imprecise: Option<(&Case, &StoredCase, Finding)>) -> Check {
        let mut reproduction = None;
        let ending = imprecise.map_or(Ending::Passed, |(case, stored, finding)| {
            let ending = Ending::Failed {
                finding,
                counterexample: None,
            };
            reproduction = self.reproduction(case, stored, DType::F64, &ending);
            ending
        });
        let statement = "f64 outputs are as exact as f64 can be";
        Check {
            reproduction,
            ..Check::new("precision", Kind::Precision, statement, ending)
        }
    }

    /// The checks of purity, on cases that were answered: one that crashes has cost its portion, and says nothing of
    /// how clean the others are.
    pub(super) fn purity(&mut self, answered: &Stored<'_>, subject: &mut dyn Subject) -> Result<Vec<Check>, Fault> {
        let calls = purity::calls(self.task, answered);
        let mut checks = Vec::new();
        for &Purity { name, statement, judge } in purity::ALL {
            let mut reproduction = None;
            let ending = if self.time_used_up() {
                Ending::Skipped(Skip::TimeUsedUp)
            } else if answered.is_empty() {
                Ending::Skipped(Skip::NoAnswer)
            } else {
                let mut probe = Probe::new(subject, self.task.canonical);
                let ending = self.ending(judge(&calls, &mut probe))?;
                if let Ending::Failed { finding, .. } = &ending {
                    let found = reproduction::of_purity(finding, probe.exchanges());
                    reproduction = found.filter(|_| self.context.shrinks);
                }
                ending
            };
            checks.push(Check {
                reproduction,
                ..Check::new(name, Kind::Purity, statement, ending)
            });
        }
        Ok(checks)
    }

    /// The check that what holds for the golden cases holds for other inputs of their kind, portion by portion. Where a
    /// golden case is lost already, fresh inputs have nothing more to say.
    pub(super) fn differential(
        &mut self,
        cases: &Cases,
        held: &Stored<'_>,
        subject: &mut dyn Subject,
    ) -> Result<Vec<Check>, Fault> {
        if self.left_out(differential::NAME) {
            return Ok(Vec::new());
        }
        let (mut portions, mut reproduction) = (Vec::new(), None);
        for portion in self.task.golden_portions() {
            let held = held.iter().filter(|(case, _)| case.portion == portion);
            let held: Stored<'_> = held.copied().collect();
            let (ending, found) = if self.time_used_up() {
                (Ending::Skipped(Skip::TimeUsedUp), None)
            } else if held.is_empty() {
                self.untried += 1;
                (Ending::Skipped(Skip::NothingHolds), None)
            } else {
                self.fresh_inputs(&held, subject)?
            };
            reproduction = reproduction.or(found);
            portions.push((portion, ending));
        }
        let statement = differential::statement(self.task, cases);
        Ok(vec![Check {
            reproduction,
            portions: portions.clone(),
            ..Check::new(differential::NAME, Kind::Differential, statement, together(&portions))
        }])
    }

    fn fresh_inputs(
        &mut self,
        held: &Stored<'_>,
        subject: &mut dyn Subject,
    ) -> Result<(Ending, Option<Reproduction>), Fault> {
        let tolerances = &self.context.fixtures.tolerances;
        let mut run = differential::run(self.task, held, tolerances, self.context.fresh_seed, subject);
        for seed in self.context.carried_seeds(self.task.id, differential::NAME) {
            // What else a run knows is that of the own inputs.
            if let Ok(Run::Agrees { .. }) = &run
                && let Ok(Run::Differs(differs)) = differential::run(self.task, held, tolerances, seed, subject)
            {
                run = Ok(Run::Differs(differs));
            }
        }
        let ending = match run {
            Ok(Run::Agrees { imprecise, known }) => {
                self.imprecise = self.imprecise.take().or(imprecise);
                self.known.extend(known);
                Ending::Passed
            }
            Ok(Run::NothingFresh(known)) => {
                self.known.extend(known);
                Ending::Skipped(Skip::FixedInputs)
            }
            Ok(Run::NoReference) => {
                self.without_reference = true;
                Ending::Skipped(Skip::NoReference)
            }
            Ok(Run::Differs(differs)) => {
                self.count_timeout(&differs.finding);
                let ending = Ending::Failed {
                    finding: differs.finding,
                    counterexample: Some(differs.counterexample),
                };
                let reproduction = self.reproduction(differs.case, &differs.inputs, DType::F64, &ending);
                return Ok((ending, reproduction));
            }
            Err(stop) => self.ending(Err(stop))?,
        };
        Ok((ending, None))
    }

    pub(super) fn properties(&mut self, subject: &mut dyn Subject) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::new();
        for property in self.task.properties {
            if self.left_out(property.name) {
                continue;
            }
            let (ending, reproduction) = if self.time_used_up() {
                (Ending::Skipped(Skip::TimeUsedUp), None)
            } else {
                self.property(property, subject)?
            };
            checks.push(Check {
                reproduction,
                ..Check::new(property.name, Kind::Property, property.statement, ending)
            });
        }
        Ok(checks)
    }

    /// The checks that follow from what the task is.
    pub(super) fn derived(&mut self, held: &Stored<'_>, subject: &mut dyn Subject) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::new();
        for check in derived::of(self.task) {
            if self.left_out(check.name) {
                continue;
            }
            let (ending, reproduction) = if self.time_used_up() {
                (Ending::Skipped(Skip::TimeUsedUp), None)
            } else {
                subject.respawn();
                self.derived_check(check, held, subject)?
            };
            checks.push(Check {
                reproduction,
                ..Check::new(check.name, Kind::Property, check.statement, ending)
            });
        }
        Ok(checks)
    }

    pub(super) fn derived_check(
        &mut self,
        check: &Derived,
        held: &Stored<'_>,
        subject: &mut dyn Subject,
    ) -> Result<(Ending, Option<Reproduction>), Fault> {
        let tolerances = &self.context.fixtures.tolerances;
        let known = std::mem::take(&mut self.known);
        let mut material = Material {
            task: self.task,
            held,
            known: &known,
            tolerances,
            is_exact: self.is_exact,
            seed: self.context.fresh_seed,
            shrinks: self.context.shrinks,
        };
        let mut run = (check.run)(&material, subject);
        for seed in self.context.carried_seeds(self.task.id, check.name) {
            if let Ok(derived::Run::Holds) = run {
                material.seed = seed;
                run = (check.run)(&material, subject);
            }
        }
        self.known = known;
        let failure = match run? {
            derived::Run::Holds => return Ok((Ending::Passed, None)),
            derived::Run::Nothing if self.without_reference => {
                return Ok((Ending::Skipped(Skip::NoReference), None));
            }
            derived::Run::Nothing => return Ok((Ending::Skipped(Skip::NothingHolds), None)),
            derived::Run::NoReference => return Ok((Ending::Skipped(Skip::NoReference), None)),
            derived::Run::Fails(failure) => *failure,
        };
        self.count_timeout(&failure.finding);
        let reproduction = if self.context.shrinks && failure.is_seen_on_copies {
            let canonical = self.task.canonical;
            reproduction::by_reference(&failure.exchanges, tolerances, canonical, subject)?
        } else {
            None
        };
        let ending = Ending::Failed {
            finding: failure.finding,
            counterexample: Some(failure.counterexample),
        };
        Ok((ending, reproduction))
    }

    fn left_out(&self, check: &str) -> bool {
        self.context.without.and_then(|name| name.split_once('/')) == Some((self.task.id, check))
    }

    pub(super) fn property(
        &mut self,
        property: &Property,
        subject: &mut dyn Subject,
    ) -> Result<(Ending, Option<Reproduction>), Fault> {
        let mut probe = Probe::new(subject, self.task.canonical);
        let seed = property_seed(self.context.seed, self.task.id, property.name);
        let effort = Effort {
            cases: self.context.assignment.property_cases,
            shrinks: self.context.shrinks,
        };
        let mut found = try_property(property, &mut probe, effort, seed)?;
        for input in self.context.carried_inputs(self.task.id, property.name) {
            if let (None, CarriedInput::Case { sizes, seed }) = (&found, input) {
                found = try_case(property, &mut probe, sizes, *seed)?;
            }
        }
        let Some(broken) = found else {
            return Ok((Ending::Passed, None));
        };
        self.count_timeout(&broken.finding);
        let reproduction = self.reproduction_of_property(property, &broken, subject)?;
        let ending = Ending::Failed {
            finding: broken.finding,
            counterexample: Some(broken.counterexample),
        };
        Ok((ending, reproduction))
    }

    fn reproduction_of_property(
        &self,
        property: &Property,
        broken: &FailedProperty,
        subject: &mut dyn Subject,
    ) -> Result<Option<Reproduction>, Fault> {
        if !self.context.shrinks {
            return Ok(None);
        }
        if let Some(found) = reproduction::of_property(property, broken) {
            return Ok(Some(found));
        }
        let tolerances = &self.context.fixtures.tolerances;
        reproduction::by_reference(&broken.exchanges, tolerances, self.task.canonical, subject)
    }
}

/// How a check ended that was made portion by portion: as in the first that says something against the submission, or
/// else in the one that leaves most open.
fn together(portions: &[(&'static str, Ending)]) -> Ending {
    let rank = |ending: &Ending| match ending {
        Ending::Failed { .. } => 0,
        Ending::Skipped(Skip::TimeUsedUp) => 1,
        Ending::Skipped(Skip::NoReference) => 2,
        Ending::Passed => 3,
        Ending::Skipped(Skip::FixedInputs) => 5,
        Ending::Skipped(_) => 4,
    };
    let endings = portions.iter().map(|(_, ending)| ending);
    // Of equals the first.
    let first = endings.min_by_key(|ending| rank(ending));
    first.cloned().unwrap_or(Ending::Skipped(Skip::NothingHolds))
}

fn has_floats(cases: &Cases) -> bool {
    let expected = cases.iter().flat_map(|(_, stored)| stored.expected.values());
    expected.into_iter().any(|tensor| tensor.dtype().is_float())
}

/// Whether a golden case's call gave outputs, whatever they are worth.
fn is_answer(ending: &Ending) -> bool {
    match ending {
        Ending::Passed => true,
        Ending::Skipped(_) => false,
        Ending::Failed { finding, .. } => match finding {
            Finding::WrongOutput(_) => true,
            Finding::BeforeRun(_)
            | Finding::CallFailed(_)
            | Finding::PropertyFailed(_)
            | Finding::FailsAsPart { .. }
            | Finding::Impure(_)
            | Finding::BelowBar { .. } => false,
        },
    }
}
