//! What Rust cannot check: forking, taking a descriptor that was there before `main`, and reaching into libraries at run
//! time.

use std::ffi::{CStr, c_void};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::process::Pid;

/// Where the launcher leaves the control socket.
const CONTROL: i32 = 3;

/// Which side of a fork this is.
pub(crate) enum Side {
    /// The new process.
    Child,
    /// The old one, with the new one's id.
    Parent(Pid),
}

/// The control socket. To be called once, first thing in `main`.
pub(crate) fn inherited_control() -> io::Result<UnixStream> {
    // SAFETY: The launcher's promise: descriptor 3 is the control socket, and nothing has touched it yet.
    #[expect(unsafe_code)]
    let descriptor = unsafe { OwnedFd::from_raw_fd(CONTROL) };
    // Fails where nobody kept the promise, and then nothing has been done with the descriptor.
    rustix::io::fcntl_setfd(&descriptor, rustix::io::FdFlags::CLOEXEC)?;
    Ok(UnixStream::from(descriptor))
}

/// Splits the process in two. The server has a single thread, so the child is whole: no lock is held by anybody else.
pub(crate) fn fork() -> io::Result<Side> {
    // SAFETY: Fork copies a process with one thread; the server checks that it has one before it serves.
    #[expect(unsafe_code)]
    let result = unsafe { libc::fork() };
    match Pid::from_raw(result) {
        Some(pid) if result > 0 => Ok(Side::Parent(pid)),
        None => Ok(Side::Child),
        Some(_) => Err(io::Error::last_os_error()),
    }
}

/// Sets a variable of the environment in a child that has just been forked.
pub(crate) fn set_variable(name: &str, value: &str) {
    // SAFETY: A child has one thread when it begins, so nobody reads the environment meanwhile.
    #[expect(unsafe_code)]
    unsafe {
        std::env::set_var(name, value);
    }
}

/// Whether this process has a single thread. The kernel is asked to take threads apart, which it refuses to whoever has
/// several, and which does nothing to others; a sandbox lets nobody look into /proc.
pub(crate) fn has_one_thread() -> io::Result<bool> {
    // SAFETY: No memory is touched, and nothing changes.
    #[expect(unsafe_code)]
    let result = unsafe { libc::unshare(libc::CLONE_THREAD) };
    if result == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EINVAL) => Ok(false),
        _ => Err(error),
    }
}

/// Loads a shared library for good, with all symbols resolved and visible to the libraries that are loaded already. The
/// error is the loader's own words.
pub(crate) fn load(library: &CStr) -> Result<(), String> {
    // SAFETY: The library's initialisers run: the path comes from the judge, never from a submission.
    #[expect(unsafe_code)]
    let handle = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL) };
    if handle.is_null() {
        return Err(loader_error());
    }
    Ok(())
}

fn loader_error() -> String {
    // SAFETY: The text belongs to the loader and lives until its next call in this thread; it is copied here.
    #[expect(unsafe_code)]
    let words = unsafe {
        let text = libc::dlerror();
        (!text.is_null()).then(|| CStr::from_ptr(text).to_string_lossy().into_owned())
    };
    words.unwrap_or_else(|| "the loader does not say why".to_owned())
}

/// `at::globalContext()`, which gives a reference.
type GlobalContext = unsafe extern "C" fn() -> *mut c_void;
/// `at::Context::setDeterministicAlgorithms(bool on, bool warn_only)`.
type SetDeterministicAlgorithms = unsafe extern "C" fn(*mut c_void, bool, bool);
/// `at::Context::deterministicAlgorithms() const`.
#[cfg(test)]
type DeterministicAlgorithms = unsafe extern "C" fn(*mut c_void) -> bool;

const GLOBAL_CONTEXT: &CStr = c"_ZN2at13globalContextEv";
const SET_DETERMINISTIC_ALGORITHMS: &CStr = c"_ZN2at7Context26setDeterministicAlgorithmsEbb";
#[cfg(test)]
const DETERMINISTIC_ALGORITHMS: &CStr = c"_ZNK2at7Context23deterministicAlgorithmsEv";

/// Has libtorch choose algorithms that give the same bits each time, wherever it has one, and go on where it has none.
/// The bindings do not offer this setting, so it is called by its name in the library.
pub(crate) fn use_deterministic_algorithms() -> Result<(), String> {
    let (context, set) = (symbol(GLOBAL_CONTEXT)?, symbol(SET_DETERMINISTIC_ALGORITHMS)?);
    // SAFETY: The mangled names fix the parameters; under the Itanium ABI a reference is a pointer, a method's object
    // comes first, and there is one libtorch version that this program is linked with.
    #[expect(unsafe_code)]
    unsafe {
        let context = std::mem::transmute::<*mut c_void, GlobalContext>(context);
        let set = std::mem::transmute::<*mut c_void, SetDeterministicAlgorithms>(set);
        set(context(), true, true);
    }
    Ok(())
}

/// A symbol of any library that is loaded.
fn symbol(name: &CStr) -> Result<*mut c_void, String> {
    // SAFETY: A look-up by a name that ends in a zero byte.
    #[expect(unsafe_code)]
    let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    if found.is_null() {
        return Err(loader_error());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_second_thread_is_noticed() {
        // Tests run in threads of their own.
        assert!(!has_one_thread().unwrap());
    }

    #[test]
    fn a_library_that_is_not_there_is_named_by_the_loader() {
        let error = load(c"/no/such/library.so").unwrap_err();
        assert!(error.contains("/no/such/library.so"), "{error}");
    }

    /// Sets what it asks for and nothing else: a wrong symbol would crash here or change nothing.
    #[test]
    fn libtorch_is_told_to_use_deterministic_algorithms() {
        let is_on = || {
            let (context, ask) = (
                symbol(GLOBAL_CONTEXT).unwrap(),
                symbol(DETERMINISTIC_ALGORITHMS).unwrap(),
            );
            // SAFETY: As in `use_deterministic_algorithms`.
            #[expect(unsafe_code)]
            unsafe {
                let context = std::mem::transmute::<*mut c_void, GlobalContext>(context);
                std::mem::transmute::<*mut c_void, DeterministicAlgorithms>(ask)(context())
            }
        };
        // Links libtorch into the test program.
        tch::set_num_threads(1);
        assert!(!is_on());
        use_deterministic_algorithms().unwrap();
        assert!(is_on());
    }
}
