//! Time that a call uses. CPU time decides, so that a busy machine fails nobody; the wall clock is for those who sleep.

use std::fs;
use std::time::{Duration, Instant};

/// How much longer than its CPU time a call may take.
const WALL_FACTOR: f64 = 10.0;
/// Most calls are over by then, and never cost a look into /proc.
const SHORT: Duration = Duration::from_millis(10);
/// The kernel's unit in /proc, the same on every `x86_64`.
const TICKS_PER_SECOND: f64 = 100.0;
/// Between two looks.
const LONGEST_NAP: Duration = Duration::from_millis(50);
const SHORTEST_NAP: Duration = Duration::from_millis(2);

/// Stops a call. Time that is spent answering parts is not the call's.
#[derive(Debug)]
pub(super) struct Clock {
    pid: i32,
    limit: f64,
    started: Instant,
    paused: Duration,
    /// CPU time of the process when it was first looked at, after `SHORT`.
    baseline: Option<f64>,
    /// CPU time of the call when it was last looked at.
    cpu: f64,
    /// When to look again.
    due: Instant,
}

/// A call that took too long.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Overdue {
    pub(super) cpu: f64,
    pub(super) wall: f64,
    pub(super) by_cpu: bool,
}

impl Clock {
    pub(super) fn start(pid: i32, limit: f64) -> Self {
        let started = Instant::now();
        Self {
            pid,
            limit,
            started,
            paused: Duration::ZERO,
            baseline: None,
            cpu: 0.0,
            due: started + SHORT,
        }
    }

    /// Does something that is not charged.
    pub(super) fn pause<T>(&mut self, other: impl FnOnce() -> T) -> T {
        let since = Instant::now();
        let result = other();
        self.paused += since.elapsed();
        result
    }

    /// How long to wait before the next look.
    pub(super) fn nap(&self) -> Duration {
        self.due.saturating_duration_since(Instant::now())
    }

    /// Looks whether the call is overdue, if it is time to look again.
    pub(super) fn look_if_due(&mut self) -> Option<Overdue> {
        if !self.nap().is_zero() {
            return None;
        }
        let overdue = self.look();
        let left = Duration::try_from_secs_f64(self.limit - self.cpu).unwrap_or_default();
        self.due = Instant::now() + left.clamp(SHORTEST_NAP, LONGEST_NAP);
        overdue
    }

    fn look(&mut self) -> Option<Overdue> {
        let wall = self.started.elapsed().saturating_sub(self.paused).as_secs_f64();
        if let Some(total) = cpu_seconds(self.pid) {
            // What came before the first look is too short to count.
            self.cpu = total - *self.baseline.get_or_insert(total);
        }
        let by_cpu = self.cpu >= self.limit;
        (by_cpu || wall >= WALL_FACTOR * self.limit).then_some(Overdue {
            cpu: self.cpu,
            wall,
            by_cpu,
        })
    }
}

/// CPU time of all threads of a process so far. `None` once it is gone.
fn cpu_seconds(pid: i32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    Some(ticks_in(&stat)? as f64 / TICKS_PER_SECOND)
}

/// The fields `utime` and `stime`, 14th and 15th of the line; the second may hold spaces and parentheses.
fn ticks_in(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_and_system_time_are_added_whatever_the_name_says() {
        let stat = "7 (x) 1 2 (y)) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 1 0";
        assert_eq!(ticks_in(stat), Some(300));
        assert_eq!(ticks_in("7 (x) S 1"), None);
    }

    #[test]
    fn a_busy_process_is_overdue_by_cpu_time() {
        let own = std::process::id().cast_signed();
        let mut clock = Clock::start(own, 0.05);
        assert_eq!(clock.look(), None);
        let started = Instant::now();
        let overdue = loop {
            if let Some(overdue) = clock.look() {
                break overdue;
            }
            assert!(started.elapsed().as_secs() < 10, "never overdue");
        };
        assert!(overdue.by_cpu && overdue.cpu >= 0.05, "{overdue:?}");
    }

    #[test]
    fn an_idle_process_is_overdue_by_the_wall_clock() {
        // Process 0 does not exist, so it uses no CPU time.
        let mut clock = Clock::start(0, 0.001);
        std::thread::sleep(Duration::from_millis(11));
        let overdue = clock.look();
        assert!(
            overdue.is_some_and(|overdue| !overdue.by_cpu && overdue.wall >= 0.01),
            "{overdue:?}"
        );
    }

    #[test]
    fn a_pause_is_not_charged() {
        let mut clock = Clock::start(0, 0.002);
        clock.pause(|| std::thread::sleep(Duration::from_millis(60)));
        assert_eq!(clock.look(), None);
    }
}
