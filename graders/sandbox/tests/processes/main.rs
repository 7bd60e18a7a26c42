//! Real processes: what the launcher does to them, and what is seen of a worker that behaves in every possible way.
//!
//! This program plays all parts. Its first argument makes it a launcher or a judge that is going to die, a variable of
//! its environment makes it a worker; otherwise it runs the tests.
#![expect(clippy::unwrap_used, reason = "tests")]

mod confining;
mod fake;
mod launching;
mod talking;

use std::panic;
use std::process::ExitCode;

use sandbox::launch::{SUBCOMMAND, launcher_main};

/// A test with its name.
type Test = (&'static str, fn());

fn main() -> ExitCode {
    let mut words = std::env::args_os().skip(1);
    match words.next() {
        Some(word) if word == SUBCOMMAND => return launcher_main(words),
        Some(word) if word == launching::DOOMED => launching::doomed(),
        _ => {}
    }
    if let Ok(behaviour) = std::env::var(fake::BEHAVIOUR) {
        return fake::work(&behaviour);
    }
    let tests = launching::TESTS.iter().chain(confining::TESTS).chain(talking::TESTS);
    let failed = tests.filter(|(name, test)| {
        let passed = panic::catch_unwind(test).is_ok();
        say(&format!("test {name} ... {}", if passed { "ok" } else { "FAILED" }));
        !passed
    });
    match failed.count() {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

#[expect(clippy::print_stdout, reason = "the results of the tests")]
fn say(line: &str) {
    println!("{line}");
}
