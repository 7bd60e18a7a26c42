//! Trying a property on many cases, and shrinking the case where it fails.

use std::cell::RefCell;

use proptest::test_runner::{Config, RngAlgorithm, RngSeed, TestCaseError, TestCaseResult, TestRng, TestRunner};
use wire::DType;

use crate::checks::probe::Probe;
use crate::contract::exchange::Exchange;
use crate::contract::random::seed_bytes;
use crate::contract::scenario::Scenario;
use crate::contract::{Cases, Property};
use crate::findings::fault::Fault;
use crate::findings::stop::Broken;
use crate::findings::{Counterexample, Finding, Violation};

/// How often a failing case is made smaller at most.
const SHRINKS: u32 = 200;

/// How hard a property is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// How many cases.
    pub cases: u32,
    /// Whether a failing case is made smaller.
    pub shrinks: bool,
}

/// A property that does not hold.
#[derive(Debug)]
pub struct FailedProperty {
    /// What was found.
    pub finding: Finding,
    /// The smallest input that shows it.
    pub counterexample: Counterexample,
    /// That input.
    pub scenario: Scenario,
    /// Its calls with what they gave.
    pub exchanges: Vec<Exchange>,
}

/// Tries a property. `None` where it holds on all cases.
pub fn try_property(
    property: &Property,
    probe: &mut Probe<'_>,
    effort: Effort,
    seed: [u8; 32],
) -> Result<Option<FailedProperty>, Fault> {
    let cases = match property.cases {
        Cases::Many => effort.cases,
        Cases::Few => effort.cases.div_ceil(4),
    };
    let trial = RefCell::new(Trial {
        property,
        probe,
        shrinks: effort.shrinks,
        found: None,
        fault: None,
    });
    let ranges: Vec<_> = property.sizes.iter().map(|&(_, low, high)| low..=high).collect();
    let strategy = (ranges, 0..=u64::from(u16::MAX));
    let mut runner = TestRunner::new_with_rng(config(cases), TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
    // What failed is kept in the trial; the runner's own account of it is not needed.
    let _ = runner.run(&strategy, |(sizes, seed)| trial.borrow_mut().check(&sizes, seed));
    let trial = trial.into_inner();
    match trial.fault {
        Some(fault) => Err(fault),
        None => Ok(trial.found.map(|found| found.broken)),
    }
}

/// Tries a property on one case, which is not made smaller. `None` where it holds, and where the property has no such
/// case (any more): its sizes have other names, or bounds that the case is beyond.
pub fn try_case(
    property: &Property,
    probe: &mut Probe<'_>,
    sizes: &[(String, i64)],
    seed: u64,
) -> Result<Option<FailedProperty>, Fault> {
    let is_known = sizes.len() == property.sizes.len()
        && sizes
            .iter()
            .zip(property.sizes)
            .all(|((name, value), &(own, low, high))| name == own && (low..=high).contains(value));
    if !is_known {
        return Ok(None);
    }
    let values: Vec<i64> = sizes.iter().map(|(_, value)| *value).collect();
    let mut trial = Trial {
        property,
        probe,
        shrinks: false,
        found: None,
        fault: None,
    };
    let _ = trial.check(&values, seed);
    match trial.fault {
        Some(fault) => Err(fault),
        None => Ok(trial.found.map(|found| found.broken)),
    }
}

/// The seed of a property: fixed by the run's seed, the task and the property.
pub fn property_seed(seed: u64, task: &str, property: &str) -> [u8; 32] {
    seed_bytes(seed, &format!("law/{task}/{property}"))
}

/// Every setting is given here, so that no environment variable and no file has a say.
fn config(cases: u32) -> Config {
    Config {
        cases,
        max_local_rejects: 0,
        max_global_rejects: 0,
        max_flat_map_regens: 0,
        failure_persistence: None,
        source_file: None,
        test_name: None,
        max_shrink_time: 0,
        max_shrink_iters: SHRINKS,
        max_default_size_range: 100,
        result_cache: proptest::test_runner::noop_result_cache,
        verbose: 0,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(0),
        ..Config::default()
    }
}

/// The state of one property's trial.
struct Trial<'a, 'b> {
    property: &'a Property,
    probe: &'a mut Probe<'b>,
    shrinks: bool,
    found: Option<Found>,
    fault: Option<Fault>,
}

struct Found {
    broken: FailedProperty,
    /// It is not made smaller: nobody asked for it, or it has used up a limit, as every smaller case could.
    final_form: bool,
}

impl Trial<'_, '_> {
    fn check(&mut self, sizes: &[i64], seed: u64) -> TestCaseResult {
        if self.fault.is_some() || self.found.as_ref().is_some_and(|found| found.final_form) {
            return Ok(());
        }
        let dtype = if self.property.single { DType::F32 } else { DType::F64 };
        let scenario = Scenario::new(self.property.sizes, sizes, seed, dtype);
        self.probe.start_case();
        // What a call did not answer, the property has not looked at, even where it takes no offence at that.
        let holds = (self.property.holds)(&scenario, self.probe).and_then(|()| self.probe.all_answered());
        match holds {
            Ok(()) => Ok(()),
            Err(Broken::Fault(fault)) => {
                self.fault = Some(fault);
                Ok(())
            }
            Err(Broken::Property(violation)) => {
                self.remember(&scenario, violation);
                Err(TestCaseError::fail("the property does not hold"))
            }
        }
    }

    /// The last failing case is the smallest one, since only smaller cases are tried after the first.
    fn remember(&mut self, scenario: &Scenario, violation: Violation) {
        let sizes: Vec<(String, i64)> = scenario
            .sizes()
            .iter()
            .map(|&(name, value)| (name.to_owned(), value))
            .collect();
        let found_at = self
            .found
            .take()
            .map_or_else(|| sizes.clone(), |found| found.broken.counterexample.found_at);
        let is_exhaustion = matches!(&violation, Violation::Call(finding) if finding.is_exhaustion());
        self.found = Some(Found {
            broken: FailedProperty {
                finding: Finding::PropertyFailed(violation),
                counterexample: Counterexample {
                    kind: String::new(),
                    sizes,
                    found_at,
                    seed: scenario.seed(),
                    calls: self.probe.calls(),
                },
                scenario: scenario.clone(),
                exchanges: self.probe.exchanges().to_vec(),
            },
            final_form: is_exhaustion || !self.shrinks,
        });
    }
}
