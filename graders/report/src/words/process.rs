//! The words on calls that gave no answer.

use judge::contract::limits::Limits;
use wire::message::Ended;

use super::Words;
use super::figures::brief;
use crate::clean::{clean, clean_libtorch};
use crate::location::location;

/// The words on a panic.
pub(super) fn panicked(message: &str, place: Option<&str>) -> Words {
    let at = match place.and_then(location) {
        Some(location) => match location.line {
            Some(line) => format!(" at {}:{line}", clean(&location.file)),
            None => format!(" in {}", clean(&location.file)),
        },
        None => String::new(),
    };
    let message = clean_libtorch(message);
    let words = if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    };
    Words::new(
        format!("panicked{at}{words}"),
        "call the function with such an input in a test of your own; RUST_BACKTRACE=1 shows the way to the panic",
    )
}

/// The words on a process that ended.
pub(super) fn crashed(how: Ended) -> Words {
    match how {
        Ended::Exited(status) => Words::new(
            format!("the process ended with exit status {status} before it answered"),
            "a function returns or panics; remove whatever ends the process, such as `std::process::exit`",
        ),
        Ended::Signalled(signal) => Words::new(
            format!("the process was ended by {} before it answered", signal_name(signal)),
            signal_hint(signal),
        ),
    }
}

/// The words on a grading whose time was used up before this was judged.
pub(super) fn time_is_up(seconds: f64) -> Words {
    Words::new(
        format!(
            "not judged: what came before it used up the {} s of the whole grading",
            brief(seconds)
        ),
        "fix first what the compiler or a call takes too long over; then this one is judged",
    )
}

/// The words on a task whose calls have together used up its time.
pub(super) fn used_up(seconds: f64, slept: bool) -> Words {
    let seconds = brief(seconds);
    if slept {
        Words::new(
            format!("the calls of this task slept through the {seconds} s that they have together"),
            "a function computes and returns: look for a sleep, a lock, or a channel",
        )
    } else {
        Words::new(
            format!("the calls of this task used up the {seconds} s that they have together"),
            "each of many calls is slow: look for loops over single values where one tensor operation does it",
        )
    }
}

/// The words on a process with too many threads.
pub(super) fn too_many_threads(limit: u32) -> Words {
    Words::new(
        format!("more than {limit} threads at once; {limit} is the limit"),
        "compute with tensors, or start a few threads and wait for their end",
    )
}

/// The words on time used up. The figures are the limits: what was measured differs from run to run.
pub(super) fn timed_out(by_cpu: bool, limits: Limits) -> Words {
    let cpu = limits.cpu_seconds;
    if by_cpu {
        Words::new(
            format!("no answer within {} s of CPU time", brief(cpu)),
            "look for a loop that does not end, and for loops over single values where one tensor operation does it",
        )
    } else {
        Words::new(
            format!(
                "no answer: it computed for less than {} s and waited the rest of the time",
                brief(cpu)
            ),
            "the call waits: look for a lock, a sleep, a channel, a read from standard input, for a part that is called \
             again and again, and for tensors larger than this machine's memory",
        )
    }
}

/// The words on memory used up.
pub(super) fn out_of_memory(limit: u64) -> Words {
    Words::new(
        format!("needs more than the {limit} MiB of memory that a call has"),
        "look for a tensor that grows with every step, and for `repeat` where broadcasting would do",
    )
}

fn signal_name(signal: i32) -> String {
    let known = match signal {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        24 => "SIGXCPU",
        25 => "SIGXFSZ",
        31 => "SIGSYS",
        other => return format!("signal {other}"),
    };
    known.to_owned()
}

fn signal_hint(signal: i32) -> &'static str {
    match signal {
        6 => "an abort: look for a recursion that does not end, a panic inside a panic, or `abort`",
        7 | 11 => "it touched memory that is not its own: look for a recursion that does not end, and for `unsafe`",
        8 => "an integer was divided by zero inside libtorch: look at sizes that can be 0",
        9 => "the system ended it, most often for memory: look for a tensor that grows with every step",
        31 => "it asked the system for something that a submission may not do: compute with tensors only",
        _ => "a function returns or panics; remove whatever sends signals or ends the process",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_have_names() {
        assert_eq!(
            crashed(Ended::Signalled(11)).message,
            "the process was ended by SIGSEGV before it answered"
        );
        assert_eq!(signal_name(64), "signal 64");
    }

    #[test]
    fn an_exit_status_of_zero_is_no_answer() {
        assert_eq!(
            crashed(Ended::Exited(0)).message,
            "the process ended with exit status 0 before it answered"
        );
    }

    #[test]
    fn a_place_that_is_no_line_of_a_file_is_not_shown() {
        assert_eq!(
            panicked("no", Some("attention.rs:41:9")).message,
            "panicked at attention.rs:41: no"
        );
        assert_eq!(panicked("no", Some("\u{1b}[31mfull marks")).message, "panicked: no");
    }
}
