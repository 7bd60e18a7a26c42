//! What the sandbox costs: the reference's worker with and without it, in turn within one run.

use std::fmt::Write;
use std::time::Instant;

use judge::contract::subject::{Call, Subject};

use super::figures::{fault, median};
use crate::engine::{Grader, Prepared, Running, WorkerConfig};
use crate::failure::Failure;

/// How often each is measured.
const TURNS: usize = 7;
/// Children that are restarted, one call each.
const CHILDREN: u32 = 40;
/// Calls in one child.
const CALLS: u32 = 1000;

/// Wall seconds of a start, of a child with its first call, and of a call.
#[derive(Debug, Clone, Copy)]
struct Cost {
    start: f64,
    child: f64,
    call: f64,
}

/// A line for each part, as the ratio of confined to not confined.
pub(super) fn overhead(grader: &Grader, prepared: &Prepared, call: &Call) -> Result<String, Failure> {
    let program = prepared
        .program()
        .ok_or_else(|| Failure::fault("the reference has no program"))?;
    let mut ratios = Vec::new();
    for _ in 0..TURNS {
        let confined = cost(|| grader.start(prepared, &WorkerConfig::default(), None), call)?;
        let bare = cost(|| grader.start_unconfined(program), call)?;
        ratios.push(ratio(confined, bare));
    }
    Ok(table(&ratios))
}

fn cost(start: impl FnOnce() -> Result<Running<'static>, Failure>, call: &Call) -> Result<Cost, Failure> {
    let begun = Instant::now();
    let mut running = start()?;
    running.call(call).map_err(fault)?;
    let start = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    for _ in 0..CHILDREN {
        running.respawn();
        running.call(call).map_err(fault)?;
    }
    let child = begun.elapsed().as_secs_f64() / f64::from(CHILDREN);
    let begun = Instant::now();
    for _ in 0..CALLS {
        running.call(call).map_err(fault)?;
    }
    let call = begun.elapsed().as_secs_f64() / f64::from(CALLS);
    Ok(Cost { start, child, call })
}

fn ratio(confined: Cost, bare: Cost) -> Cost {
    Cost {
        start: confined.start / bare.start,
        child: confined.child / bare.child,
        call: confined.call / bare.call,
    }
}

fn table(ratios: &[Cost]) -> String {
    let of = |value: fn(&Cost) -> f64| median(ratios.iter().map(value).collect());
    let mut text = format!("confined / not confined, medians of {} turns\n", ratios.len());
    for (name, value) in [
        ("start of one worker, with its first call", of(|ratio| ratio.start)),
        ("a child again, with its first call", of(|ratio| ratio.child)),
        ("a call in a child that is there", of(|ratio| ratio.call)),
    ] {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "  {name:<44} {value:>9.2}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_confined_is_divided_by_what_is_not() {
        let cost = |factor: f64| Cost {
            start: factor,
            child: 2.0 * factor,
            call: 3.0 * factor,
        };
        let ratios = [ratio(cost(3.0), cost(2.0)); 3];
        assert_eq!(table(&ratios).matches("1.50").count(), 3, "{}", table(&ratios));
    }
}
