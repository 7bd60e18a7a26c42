//! Why an archive is not accepted as a submission, beside what holds for folders too.

use std::path::PathBuf;

/// Why an archive is not accepted. Names are those in the archive.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// A file that is none of them.
    #[error("{0} is neither a folder nor an archive that is read here: zip, tar, tar.gz and tgz are")]
    Unknown(PathBuf),
    /// The archive itself is too large.
    #[error("the archive is larger than {0} bytes; it should hold sources only, without `target`")]
    Large(u64),
    /// All its files together are too large.
    #[error("the archive would unpack to more than {0} bytes; it should hold sources only, without `target`")]
    TooMuch(u64),
    /// Something that unpacks to far more than sources do.
    #[error("`{0}` would unpack to more than {ratio} times its size, as sources never do", ratio = super::limits::MAX_RATIO)]
    Bomb(String),
    /// A name that does not begin in the submission.
    #[error("the name `{0}` in the archive is absolute")]
    Absolute(String),
    /// A name that leads out of the submission.
    #[error("the name `{0}` in the archive leads out of it by `..`")]
    Parent(String),
    /// Two files of one name.
    #[error("`{0}` is in the archive twice")]
    Twice(String),
    /// A name that is a file and a folder.
    #[error("`{0}` is a file and a folder in the archive")]
    FileAndFolder(String),
    /// A file that nobody here can read.
    #[error("`{0}` is encrypted; pack it without a password")]
    Encrypted(String),
    /// A packing method that is not read.
    #[error("`{0}` is packed by a method that is not read here; use deflate, the usual one of zip")]
    Method(String),
    /// Something else than a tar, such as a single file, packed with gzip.
    #[error("what gzip has packed is no tar: pack the folder of the crate, not a file")]
    NotATar,
    /// The end is missing.
    #[error("the archive is cut off: its end is missing")]
    Cut,
    /// It is not what it looks like.
    #[error("the archive is broken: {0}")]
    Broken(String),
}
