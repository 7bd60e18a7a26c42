//! CUDA comes into a child, never into the server: it does not survive a fork.
//!
//! The worker is linked with libtorch's CPU part alone. `libtorch_cuda.so` of the same version, loaded before libtorch is
//! first asked for a device, registers the CUDA kernels, so the same program serves both.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use tch::{Device, Kind, Tensor};
use wire::Outcome;
use wire::message::CudaTrouble;

use crate::{convert, kernel, panics, warm};

/// Where calls compute: the first GPU that is visible.
pub(crate) const DEVICE: Device = Device::Cuda(0);

/// Loads the library, and computes a little on the GPU, so that no call pays for setting it up.
pub(crate) fn prepare(library: &Path) -> Result<(), CudaTrouble> {
    let path = CString::new(library.as_os_str().as_bytes())
        .map_err(|_| CudaTrouble::Library("its path holds a zero byte".to_owned()))?;
    kernel::load(&path).map_err(CudaTrouble::Library)?;
    kernel::use_deterministic_algorithms().map_err(CudaTrouble::Library)?;
    // libtorch's errors are panics here and there.
    panics::catch(first_computation).unwrap_or_else(|outcome| Err(CudaTrouble::Computation(panic_text(outcome))))
}

fn first_computation() -> Result<(), CudaTrouble> {
    if !tch::Cuda::is_available() {
        return Err(CudaTrouble::NoGpu(why_there_is_none()));
    }
    warm::up(DEVICE);
    tch::Cuda::synchronize(0);
    Ok(())
}

/// libtorch's words on a tensor that it cannot put on a GPU; whether there is one it answers with yes or no only.
fn why_there_is_none() -> String {
    match Tensor::f_zeros([1], (Kind::Float, DEVICE)) {
        Err(error) => first_sentence(&convert::words(&error)),
        Ok(_) => "libtorch counts no GPU, and yet gives a tensor on one".to_owned(),
    }
}

/// What comes after the first line is advice for developers of libtorch.
fn first_sentence(words: &str) -> String {
    let line = words.lines().next().unwrap_or_default();
    let end = line.find(". ").unwrap_or(line.len());
    line[..end].trim_end_matches('.').to_owned()
}

fn panic_text(outcome: Outcome) -> String {
    match outcome {
        Outcome::Panicked { message, .. } => message,
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_library_that_is_none_is_told_from_a_missing_gpu() {
        let trouble = prepare(Path::new("/no/such/libtorch_cuda.so")).unwrap_err();
        assert!(matches!(trouble, CudaTrouble::Library(_)), "{trouble}");
    }

    #[test]
    fn only_the_first_sentence_is_for_people() {
        assert_eq!(
            first_sentence("Found no NVIDIA driver. Please check\nthat"),
            "Found no NVIDIA driver"
        );
        assert_eq!(first_sentence("no GPU."), "no GPU");
        assert_eq!(first_sentence(""), "");
    }
}
