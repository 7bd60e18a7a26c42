//! What compiling a submission may use: one run of the compiler, and all of them together.

use std::cell::Cell;

use super::model::Stop;

/// CPU seconds of all runs of the compiler over one submission.
#[derive(Debug)]
pub(super) struct Meter {
    /// What one of them may use.
    run: f64,
    /// What all of them may use.
    all: f64,
    /// What is kept back for the last build, which is made with what is known to compile.
    reserve: Cell<f64>,
    used: Cell<f64>,
    /// Whether a run was stopped for its time.
    has_stopped: Cell<bool>,
}

/// Seconds of one run, and why it is stopped after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) seconds: u64,
    /// Whether it is cut short, since that is all that is left.
    is_rest: bool,
    all: u64,
}

impl Allowance {
    /// What is said of a run that has used it up.
    fn stop(self) -> Stop {
        if self.is_rest {
            Stop::Exhausted { seconds: self.all }
        } else {
            Stop::TimedOut { seconds: self.seconds }
        }
    }
}

impl Meter {
    /// Nothing is used yet; what one run may use is kept back.
    #[expect(clippy::cast_precision_loss, reason = "seconds")]
    pub(super) fn new(all: u64, run: u64) -> Self {
        Self {
            run: run as f64,
            all: all as f64,
            reserve: Cell::new(run.min(all / 2) as f64),
            used: Cell::new(0.0),
            has_stopped: Cell::new(false),
        }
    }

    /// What the next run may use, where it may use this much at most.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few seconds, above zero"
    )]
    pub(super) fn next(&self, most: u64) -> Result<Allowance, Stop> {
        let (left, all) = (self.all - self.reserve.get() - self.used.get(), self.all());
        if left <= 0.0 {
            self.has_stopped.set(true);
            return Err(Stop::Exhausted { seconds: all });
        }
        // The kernel counts in whole seconds.
        let left = left.ceil() as u64;
        Ok(Allowance {
            seconds: most.min(left),
            is_rest: left < most,
            all,
        })
    }

    /// A run has used this.
    pub(super) fn add(&self, seconds: f64) {
        self.used.set(self.used.get() + seconds);
    }

    /// A run has used up what it had: why it was stopped.
    pub(super) fn stopped(&self, allowance: Allowance) -> Stop {
        self.has_stopped.set(true);
        allowance.stop()
    }

    /// Whether a run was stopped for its time, or all of them have used more than one may.
    pub(super) fn is_exceeded(&self) -> bool {
        self.has_stopped.get() || self.used.get() > self.run
    }

    /// What all runs may use.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "made of a whole number"
    )]
    pub(super) fn all(&self) -> u64 {
        self.all as u64
    }

    /// What all runs have used.
    pub(super) fn used(&self) -> f64 {
        self.used.get()
    }

    /// From now on also what was kept back may be used.
    pub(super) fn release(&self) {
        self.reserve.set(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_share_what_they_have_and_the_last_build_has_some_of_its_own() {
        let meter = Meter::new(80, 20);
        let first = meter.next(20);
        assert_eq!(first.clone().map(|given| given.seconds), Ok(20));
        assert_eq!(first.map(Allowance::stop), Ok(Stop::TimedOut { seconds: 20 }));
        meter.add(20.0);
        assert!(!meter.is_exceeded());
        meter.add(36.5);
        assert!(meter.is_exceeded(), "more than one run may take");
        let cut = meter.next(20);
        assert_eq!(cut.clone().map(|given| given.seconds), Ok(4));
        assert_eq!(cut.map(Allowance::stop), Ok(Stop::Exhausted { seconds: 80 }));
        meter.add(4.0);
        assert_eq!(meter.next(20), Err(Stop::Exhausted { seconds: 80 }));
        meter.release();
        assert_eq!(meter.next(20).map(|given| given.seconds), Ok(20));
        assert!((meter.used() - 60.5).abs() < 1e-9);
    }
}
