//! Files and folders that appear under their names whole or not at all: they are made beside them, under a name of their
//! own, and renamed.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file, in a folder that is there.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = beside(path)?;
    file.write_all(bytes)?;
    match file.as_file().sync_all() {
        // Not every file system can do that.
        Err(error) if matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {}
        synced => synced?,
    }
    file.persist(path)?;
    Ok(())
}

/// Copies a file, with its mode, into a folder that is there.
pub fn copy(source: &Path, target: &Path) -> io::Result<()> {
    // Nobody holds it open for writing: it may be a program, which then could not be started.
    let file = beside(target)?.into_temp_path();
    fs::copy(source, &file)?;
    file.persist(target)?;
    Ok(())
}

/// Makes a folder, which `fill` fills, in a folder that is there. An empty one may have the name already.
pub fn write_folder(target: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let folder = tempfile::Builder::new()
        .prefix(".partial-")
        .tempdir_in(around(target))?;
    fill(folder.path())?;
    fs::rename(folder.path(), target)?;
    // It has gone to its place.
    let _ = folder.keep();
    Ok(())
}

/// An empty file in the folder of a path, for every user of this machine within the umask; it is removed when dropped.
pub fn beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .permissions(fs::Permissions::from_mode(0o666))
        .tempfile_in(around(path))
}

/// The folder that a path is in.
fn around(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::thread;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().flatten();
        names.map(|entry| entry.file_name().into_string().unwrap()).collect()
    }

    #[test]
    fn two_that_write_the_same_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.json");
        let texts = ["a".repeat(100_000), "b".repeat(100_000)];
        thread::scope(|scope| {
            for text in &texts {
                scope.spawn(|| (0..50).for_each(|_| write(&path, text.as_bytes()).unwrap()));
            }
        });
        assert!(texts.contains(&fs::read_to_string(&path).unwrap()));
        assert_eq!(names(folder.path()), ["file.json"]);
    }

    #[test]
    fn what_cannot_be_written_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write(&folder.path().join("missing/file"), b"").is_err());
        assert!(copy(&folder.path().join("missing"), &folder.path().join("file")).is_err());
        let cannot = |_: &Path| Err(io::Error::other("no"));
        assert!(write_folder(&folder.path().join("new"), cannot).is_err());
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_folder_appears_with_all_that_is_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("new");
        fs::create_dir(&target).unwrap();
        write_folder(&target, |partial| fs::write(partial.join("a"), "1")).unwrap();
        assert_eq!(names(&target), ["a"]);
        assert!(write_folder(&target, |_| Ok(())).is_err(), "it is not empty any more");
        assert_eq!(names(folder.path()), ["new"]);
    }

    #[test]
    fn a_program_stays_one() {
        let folder = tempfile::tempdir().unwrap();
        let [source, target] = ["source", "target"].map(|name| folder.path().join(name));
        fs::write(&source, "").unwrap();
        fs::set_permissions(&source, fs::Permissions::from_mode(0o755)).unwrap();
        copy(&source, &target).unwrap();
        assert_eq!(fs::metadata(target).unwrap().permissions().mode() & 0o777, 0o755);
    }
}
