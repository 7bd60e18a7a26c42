//! What a piece of work has cost this machine: seconds by the clock, and of its processors.

use std::fs;
use std::ops::AddAssign;
use std::time::Instant;

/// Clock ticks of a second, as the kernel counts for programs.
const TICKS: f64 = 100.0;

/// CPU seconds of this program, to a hundredth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CpuSeconds {
    /// Its own, of all threads.
    pub own: f64,
    /// Of all that it has started and seen end.
    pub ended: f64,
}

impl CpuSeconds {
    /// Those until now.
    pub fn now() -> Self {
        let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
        // The name in brackets may hold anything; what follows it does not.
        let after = text.rsplit(')').next().unwrap_or_default();
        let words = after.split_whitespace().skip(11).take(4);
        let ticks: Vec<f64> = words.filter_map(|word| word.parse().ok()).collect();
        let of = |ticks: &[f64]| ticks.iter().sum::<f64>() / TICKS;
        let (own, ended) = ticks.split_at(ticks.len().min(2));
        Self {
            own: of(own),
            ended: of(ended),
        }
    }

    /// Both together.
    pub fn all(self) -> f64 {
        self.own + self.ended
    }
}

/// What a piece of work has cost, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cost {
    /// By the wall clock.
    pub wall: f64,
    /// Of the processors, that of programs which have ended included.
    pub cpu: f64,
}

impl Cost {
    /// The result of a piece of work, and what it has cost.
    pub fn of<T>(work: impl FnOnce() -> T) -> (T, Self) {
        let (begun, before) = (Instant::now(), CpuSeconds::now().all());
        let result = work();
        let cost = Self {
            wall: begun.elapsed().as_secs_f64(),
            cpu: CpuSeconds::now().all() - before,
        };
        (result, cost)
    }
}

impl AddAssign for Cost {
    fn add_assign(&mut self, other: Self) {
        self.wall += other.wall;
        self.cpu += other.cpu;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_seen_in_the_cpu_time() {
        let before = CpuSeconds::now();
        let mut sum = 0u64;
        let ((), cost) = Cost::of(|| {
            while CpuSeconds::now().own < before.own + 0.05 {
                sum = std::hint::black_box(sum.wrapping_add(1));
            }
        });
        assert!(cost.cpu > 0.0 && cost.wall > 0.0, "{cost:?}");
    }
}
