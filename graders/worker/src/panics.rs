//! Panics as data: what a submission said when it gave up, and where.

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use wire::Outcome;

use crate::convert::without_trace;

/// The longest text that is passed on.
const MAX_CHARACTERS: usize = 2000;
/// What `todo!()` says first.
const TODO: &str = "not yet implemented";
/// Where line tables say that the submission was compiled: `sandbox::build` sees to it.
const SUBMISSION: &str = "/submission/";

thread_local! {
    /// The panic of this thread's current call. Other threads of a submission have their own.
    static SEEN: RefCell<Option<Seen>> = const { RefCell::new(None) };
}

struct Seen {
    message: String,
    location: Option<String>,
}

/// Runs `call`; a panic becomes the outcome that it stands for.
pub(crate) fn catch<T>(call: impl FnOnce() -> T) -> Result<T, Outcome> {
    // Set again each time: a submission may have put its own in place during an earlier call.
    panic::set_hook(Box::new(note));
    SEEN.set(None);
    panic::catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
        let seen = SEEN.take().unwrap_or_else(|| Seen {
            message: text_of(payload.as_ref()),
            location: None,
        });
        // Never dropped, because a payload of the submission's own type could panic once more.
        std::mem::forget(payload);
        outcome(seen)
    })
}

fn note(panic: &PanicHookInfo<'_>) {
    let seen = Seen {
        message: text_of(panic.payload()),
        location: location_of(panic),
    };
    let _ = SEEN.try_with(|slot| slot.try_borrow_mut().map(|mut slot| *slot = Some(seen)));
}

fn text_of(payload: &dyn std::any::Any) -> String {
    let text = payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("a panic without a text");
    readable(text).chars().take(MAX_CHARACTERS).collect()
}

/// A failed `unwrap` of tch shows libtorch's error in debug form: bring back the error itself.
fn readable(text: &str) -> String {
    let prefix = "called `Result::unwrap()` on an `Err` value: Torch(\"";
    match text.strip_prefix(prefix) {
        Some(quoted) => {
            let plain = quoted.replace("\\n", "\n").replace("\\\"", "\"");
            without_trace(plain.strip_suffix("\")").unwrap_or(&plain)).to_owned()
        }
        None => without_trace(text).to_owned(),
    }
}

/// Where the submission was: the panic's own place, or the innermost of its functions when the panic is in tch.
fn location_of(panic: &PanicHookInfo<'_>) -> Option<String> {
    let location = panic.location()?;
    if is_of_submission(location.file()) {
        return Some(format!("{}:{}", location.file(), location.line()));
    }
    Backtrace::force_capture()
        .to_string()
        .lines()
        .find_map(|line| frame_location(line.trim_start().strip_prefix("at ")?))
}

/// `/submission/attention.rs:41:9` as a backtrace has it, without folder and column. Where the process runs in one of
/// the folders above, the backtrace says `./` for it.
fn frame_location(place: &str) -> Option<String> {
    let (place, _column) = place.rsplit_once(':')?;
    let place = place.strip_prefix('.').unwrap_or(place);
    place.strip_prefix(SUBMISSION).map(str::to_owned)
}

/// Submissions are compiled in their own folder, so only their files have relative names.
fn is_of_submission(file: &str) -> bool {
    !file.starts_with('/')
}

fn outcome(seen: Seen) -> Outcome {
    if seen.message.starts_with(TODO) {
        return Outcome::NotAttempted;
    }
    Outcome::Panicked {
        message: seen.message,
        location: seen.location,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::sync::{Mutex, PoisonError};

    use super::*;

    /// The hook belongs to the whole process, so these tests take turns.
    static TURN: Mutex<()> = Mutex::new(());

    fn panicked(call: impl FnOnce()) -> (String, Option<String>) {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        match catch(call).unwrap_err() {
            Outcome::Panicked { message, location } => (message, location),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_panic_has_its_text_and_its_place() {
        let (message, location) = panicked(|| panic!("no rows in {}", "input"));
        assert_eq!(message, "no rows in input");
        assert!(location.unwrap().contains("panics.rs:"));
    }

    #[test]
    fn the_frame_of_a_submission_is_told_from_those_of_libraries() {
        let found = Some("attention.rs:41".to_owned());
        assert_eq!(frame_location("/submission/attention.rs:41:9"), found);
        assert_eq!(frame_location("./submission/attention.rs:41:9"), found);
        assert_eq!(frame_location("./rustc/5980/library/alloc/src/boxed.rs:2254:9"), None);
        assert_eq!(frame_location("/registry/tch-0.24.0/src/lib.rs:7:1"), None);
    }

    #[test]
    fn a_long_text_is_cut() {
        let (message, _) = panicked(|| panic!("{}", "\u{e4}".repeat(5000)));
        assert_eq!(message.chars().count(), MAX_CHARACTERS);
    }

    #[test]
    fn an_unfinished_function_is_not_attempted() {
        let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(catch(|| todo!()), Err::<(), _>(Outcome::NotAttempted));
        assert_eq!(catch(|| todo!("scale the scores")), Err::<(), _>(Outcome::NotAttempted));
    }

    #[test]
    fn an_error_of_libtorch_is_told_in_its_own_words() {
        let (message, _) = panicked(|| {
            let _ = tch::Tensor::from_slice(&[1.0, 2.0]).reshape([3]);
        });
        assert_eq!(message, "shape '[3]' is invalid for input of size 2");
    }

    #[test]
    fn a_panic_without_a_text_is_one_too() {
        let (message, _) = panicked(|| panic::panic_any(7));
        assert_eq!(message, "a panic without a text");
    }

    #[test]
    fn a_hook_of_the_submission_does_not_hide_the_text() {
        let (message, location) = panicked(|| {
            panic::set_hook(Box::new(|_| {}));
            panic!("hidden");
        });
        assert_eq!((message.as_str(), location), ("hidden", None));
    }
}
