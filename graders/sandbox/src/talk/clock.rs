//! Time that a call uses. CPU time decides, so that a busy machine fails nobody; a process that sleeps is charged with
//! that, and what others do for a call has a bound of its own. The wall clock is for whatever is left.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Used;

/// How much longer than its CPU time a call may take by the wall clock, and what it asks for as well.
const WALL_FACTOR: f64 = 10.0;
/// How much longer than it may compute a call may sleep. What waits for a processor or a disk does not sleep.
const SLEEP_FACTOR: f64 = 4.0;
/// Most calls are over by then, and cost one look at their end.
const SHORT: Duration = Duration::from_millis(10);
/// The kernel's unit in /proc, the same on every `x86_64`.
const TICKS_PER_SECOND: f64 = 100.0;
/// Between two looks.
const LONGEST_NAP: Duration = Duration::from_millis(50);
const SHORTEST_NAP: Duration = Duration::from_millis(2);
/// A line of /proc/PID/stat is never longer.
const LINE: usize = 2048;

/// A process as /proc shows it. The file stays open, so that a look costs one system call.
#[derive(Debug, Clone)]
pub(super) struct Gauge(Option<Arc<File>>);

/// What a look has seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Vitals {
    /// CPU time of all threads so far, in seconds.
    pub(super) cpu: f64,
    /// How many threads there are.
    pub(super) threads: u32,
    /// Whether the first thread waits for something other than a processor or a disk.
    pub(super) sleeps: bool,
}

impl Gauge {
    /// A process that is there; one that is not shows nothing.
    pub(super) fn of(pid: i32) -> Self {
        Self(File::open(format!("/proc/{pid}/stat")).ok().map(Arc::new))
    }

    /// `None` once the process is gone.
    pub(super) fn look(&self) -> Option<Vitals> {
        let mut line = [0; LINE];
        let length = self.0.as_ref()?.read_at(&mut line, 0).ok()?;
        vitals_in(&String::from_utf8_lossy(&line[..length]))
    }
}

/// The fields `state`, `utime`, `stime` and `num_threads`, 3rd, 14th, 15th and 20th of the line; the second may hold
/// spaces and parentheses.
fn vitals_in(stat: &str) -> Option<Vitals> {
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_ascii_whitespace().take(18).collect();
    let ticks = |place: usize| fields.get(place)?.parse::<u64>().ok();
    Some(Vitals {
        cpu: (ticks(11)? + ticks(12)?) as f64 / TICKS_PER_SECOND,
        threads: fields.get(17)?.parse().ok()?,
        sleeps: !matches!(*fields.first()?, "R" | "D"),
    })
}

/// Which bound a call has reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Overdue {
    /// It took too long.
    Time {
        /// CPU time.
        cpu: f64,
        /// Time by the wall clock.
        wall: f64,
        /// Whether CPU time decided.
        by_cpu: bool,
    },
    /// It has more threads than it may.
    Threads,
}

/// Stops a call. What is spent answering parts and serving batches is counted apart.
#[derive(Debug)]
pub(super) struct Clock {
    gauge: Gauge,
    limit: f64,
    most_threads: u32,
    /// Threads when they were last counted.
    threads: u32,
    started: Instant,
    paused: Duration,
    /// CPU time that others have used for the call.
    asked: f64,
    /// CPU time of the process before the call.
    before: f64,
    /// CPU time of the call when it was last looked at.
    cpu: f64,
    /// How long it has slept.
    slept: f64,
    looked: Instant,
    /// When to look again.
    due: Instant,
}

impl Clock {
    /// `before`: the CPU time that the process has used so far, where that is known.
    pub(super) fn start(gauge: Gauge, limit: f64, most_threads: u32, before: f64) -> Self {
        let started = Instant::now();
        Self {
            gauge,
            limit,
            most_threads,
            threads: 0,
            started,
            paused: Duration::ZERO,
            asked: 0.0,
            before,
            cpu: 0.0,
            slept: 0.0,
            looked: started,
            due: started + SHORT,
        }
    }

    /// Does something for the call that is no time of its own.
    pub(super) fn pause<T>(&mut self, other: impl FnOnce() -> T) -> T {
        let since = Instant::now();
        let result = other();
        self.paused += since.elapsed();
        self.looked = Instant::now();
        result
    }

    /// It has said something: until now it may have waited for somebody to listen.
    pub(super) fn heard(&mut self) {
        self.looked = Instant::now();
    }

    /// Adds CPU time that others have used for the call.
    pub(super) fn add_asked(&mut self, seconds: f64) {
        self.asked += seconds;
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
        // A short call is looked at more often: what it sleeps is counted from look to look.
        let nap = left.min(self.started.elapsed()).clamp(SHORTEST_NAP, LONGEST_NAP);
        self.due = Instant::now() + nap;
        overdue
    }

    /// Looks whether the call is overdue.
    pub(super) fn look(&mut self) -> Option<Overdue> {
        let now = Instant::now();
        let interval = now.duration_since(self.looked).as_secs_f64();
        self.looked = now;
        if let Some(vitals) = self.gauge.look() {
            let cpu = (vitals.cpu - self.before).max(0.0);
            if vitals.sleeps {
                self.slept += (interval - (cpu - self.cpu)).max(0.0);
            }
            self.cpu = cpu;
            self.threads = vitals.threads;
        }
        self.crowded().or_else(|| self.over())
    }

    /// Whether one of the bounds on time is reached, as far as was seen.
    pub(super) fn over(&self) -> Option<Overdue> {
        let most = WALL_FACTOR * self.limit;
        let wall = self.wall();
        let by_cpu = self.cpu >= self.limit;
        let by_others = self.asked >= self.limit || self.paused.as_secs_f64() >= most;
        let by_sleep = self.slept >= SLEEP_FACTOR * self.limit;
        (by_cpu || by_others || by_sleep || wall >= most).then_some(Overdue::Time {
            cpu: self.cpu,
            wall,
            by_cpu,
        })
    }

    fn wall(&self) -> f64 {
        self.started.elapsed().saturating_sub(self.paused).as_secs_f64()
    }

    /// CPU time of the process so far, as far as was seen.
    pub(super) fn total(&self) -> f64 {
        self.before + self.cpu
    }

    /// Whether there were too many threads when they were last counted.
    pub(super) fn crowded(&self) -> Option<Overdue> {
        (self.threads > self.most_threads).then_some(Overdue::Threads)
    }

    /// What the call has used, once it is over.
    pub(super) fn used(&mut self) -> Used {
        if let Some(vitals) = self.gauge.look() {
            self.cpu = (vitals.cpu - self.before).max(self.cpu);
            self.threads = vitals.threads;
        }
        Used {
            cpu: self.cpu + self.asked,
            slept: self.slept,
            wall: self.started.elapsed().as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(pid: i32, limit: f64) -> Clock {
        let gauge = Gauge::of(pid);
        let before = gauge.look().map_or(0.0, |vitals| vitals.cpu);
        Clock::start(gauge, limit, 1000, before)
    }

    #[test]
    fn user_and_system_time_are_added_whatever_the_name_says() {
        let stat = "7 (x) 1 2 (y)) S 1 7 7 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 3 0";
        let vitals = Vitals {
            cpu: 3.0,
            threads: 3,
            sleeps: true,
        };
        assert_eq!(vitals_in(stat), Some(vitals));
        assert_eq!(vitals_in("7 (x) S 1"), None);
    }

    #[test]
    fn who_waits_for_a_processor_or_a_disk_does_not_sleep() {
        for (state, sleeps) in [("R", false), ("D", false), ("S", true), ("T", true), ("Z", true)] {
            let stat = format!("7 (x) {state} 1 7 7 0 -1 4194560 1 0 0 0 250 50 9 9 20 0 3 0");
            assert_eq!(vitals_in(&stat).map(|vitals| vitals.sleeps), Some(sleeps), "{state}");
        }
    }

    #[test]
    fn a_busy_process_is_overdue_by_cpu_time() {
        let mut clock = clock(std::process::id().cast_signed(), 0.05);
        let started = Instant::now();
        let overdue = loop {
            if let Some(overdue) = clock.look() {
                break overdue;
            }
            assert!(started.elapsed().as_secs() < 10, "never overdue");
        };
        assert!(
            matches!(overdue, Overdue::Time { cpu, by_cpu: true, .. } if cpu >= 0.05),
            "{overdue:?}"
        );
    }

    #[test]
    fn a_process_that_is_not_there_is_overdue_by_the_wall_clock() {
        // Process 0 does not exist, so it uses no CPU time.
        let mut clock = clock(0, 0.001);
        std::thread::sleep(Duration::from_millis(11));
        let overdue = clock.look();
        assert!(
            matches!(overdue, Some(Overdue::Time { wall, by_cpu: false, .. }) if wall >= 0.01),
            "{overdue:?}"
        );
    }

    #[test]
    fn a_pause_is_not_charged_until_it_is_longer_than_any_honest_one() {
        let mut clock = clock(0, 0.02);
        clock.pause(|| std::thread::sleep(Duration::from_millis(60)));
        assert_eq!(clock.look(), None);
        clock.pause(|| std::thread::sleep(Duration::from_millis(150)));
        assert!(matches!(clock.look(), Some(Overdue::Time { by_cpu: false, .. })));
    }

    #[test]
    fn what_others_compute_for_a_call_is_bounded_as_its_own_computing_is() {
        let mut clock = clock(0, 1.0);
        clock.add_asked(0.9);
        assert_eq!(clock.over(), None);
        clock.add_asked(0.2);
        assert!(matches!(clock.over(), Some(Overdue::Time { by_cpu: false, .. })));
        assert!(clock.used().cpu > 1.0, "and it is charged");
    }

    #[test]
    fn too_many_threads_are_seen() {
        let gauge = Gauge::of(std::process::id().cast_signed());
        let mut clock = Clock::start(gauge, 1e6, 0, 0.0);
        assert_eq!(clock.look(), Some(Overdue::Threads));
    }
}
