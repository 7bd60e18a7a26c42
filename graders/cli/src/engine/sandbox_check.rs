//! Whether this machine can confine a submission in full, asked before anything of it is built.

use sandbox::confine::KernelSupport;

use super::device::Device;
use crate::failure::Failure;

/// For whoever has said `--require-sandbox`.
pub(crate) fn require(device: Device) -> Result<(), Failure> {
    if device == Device::Cuda {
        return Err(Failure::environment(
            "a submission that computes on CUDA is not confined: what its driver needs is untried",
        )
        .hint("leave out `--device cuda` or `--require-sandbox`"));
    }
    check(KernelSupport::probe())
}

fn check(support: KernelSupport) -> Result<(), Failure> {
    let missing = support.missing();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::environment(format!(
        "this machine cannot confine a submission in full: it lacks {}",
        missing.join(", ")
    ))
    .hint("use Linux 6.12 or newer with Landlock enabled, or leave out `--require-sandbox`; see `grade doctor`"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use sandbox::confine::FULL_LANDLOCK;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn only_the_full_sandbox_is_enough() {
        let support = |landlock, filter| check(KernelSupport { landlock, filter });
        assert!(support(FULL_LANDLOCK, true).is_ok());
        for weak in [
            support(FULL_LANDLOCK - 1, true),
            support(FULL_LANDLOCK, false),
            support(0, true),
        ] {
            assert_eq!(weak.unwrap_err().exit, Exit::Environment);
        }
        assert_eq!(require(Device::Cuda).unwrap_err().exit, Exit::Environment);
    }
}
