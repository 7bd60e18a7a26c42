//! Folders that are accepted, and folders that are not.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::fs::symlink;

use rustix::fs::{FileType, Mode};
use tempfile::TempDir;

use super::*;

mod careless;

/// A template and a submission in one temporary folder.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(TempDir::new().unwrap());
        for file in ["types", "parts", "attention", "sampling"] {
            folder.write(&format!("template/src/{file}.rs"), "// template");
        }
        folder.write("template/src/lib.rs", "// template");
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn stage(&self) -> Result<Staged, StageError> {
        stage(&self.path("own"), &self.path("template"), &self.path("staged"))
    }

    fn staged(&self, name: &str) -> String {
        fs::read_to_string(self.path("staged").join(name)).unwrap()
    }
}

#[test]
fn sources_are_taken_and_given_files_are_replaced() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "\u{feff}// own");
    folder.write("own/src/types.rs", "// own");
    folder.write("own/src/lib.rs", "// template");
    folder.write("own/src/helper/deep.rs", "// own");
    folder.write("own/src/notes.txt", "not a source");
    let staged = folder.stage().unwrap();
    let expected = [
        "attention.rs",
        "helper/deep.rs",
        "lib.rs",
        "parts.rs",
        "sampling.rs",
        "types.rs",
    ];
    assert_eq!(staged.files, expected);
    assert_eq!(folder.staged("attention.rs"), "// own");
    assert_eq!(folder.staged("types.rs"), "// template");
    let root = folder.staged("lib.rs");
    assert!(
        root.ends_with("pub mod attention;\npub mod parts;\npub mod sampling;\npub mod types;\n"),
        "{root}"
    );
    let missing = Note::FromTemplate {
        file: "sampling.rs".into(),
    };
    let replaced = Note::Replaced {
        file: "types.rs".into(),
    };
    let left_out = left_out(Why::NotRust, &["notes.txt"]);
    assert_eq!(staged.notes, [missing, replaced, left_out]);
}

fn left_out(why: Why, names: &[&str]) -> Note {
    let names = names.iter().map(ToString::to_string).collect();
    Note::LeftOut { names, why }
}

#[test]
fn a_flat_folder_of_sources_is_a_crate() {
    let folder = Folder::new();
    folder.write("own/attention.rs", "// own");
    folder.write("own/build.rs", "// never run");
    folder.write("own/report, final.pdf", "not a source");
    let staged = folder.stage().unwrap();
    assert_eq!(folder.staged("attention.rs"), "// own");
    assert!(!staged.files.contains(&"build.rs".to_owned()));
    assert!(staged.notes.contains(&Note::Ignored {
        name: "build.rs".into()
    }));
}

#[test]
fn what_would_configure_cargo_is_ignored_and_said() {
    let folder = Folder::new();
    for name in [
        "build.rs",
        ".cargo/config.toml",
        "rust-toolchain.toml",
        "src/main.rs",
        "src/attention.rs",
    ] {
        folder.write(&format!("own/{name}"), "// own");
    }
    let staged = folder.stage().unwrap();
    for name in ["build.rs", ".cargo", "rust-toolchain.toml", "main.rs"] {
        assert!(
            staged.notes.contains(&Note::Ignored { name: name.into() }),
            "{name}: {:?}",
            staged.notes
        );
    }
    assert!(!staged.files.contains(&"main.rs".to_owned()));
}

#[test]
fn the_manifest_is_read_as_data() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "");
    folder.write("own/Cargo.toml", "[package.metadata.grade]\nassignment = \"a2\"\n");
    assert_eq!(folder.stage().unwrap().assignment.as_deref(), Some("a2"));
}

#[test]
fn sources_in_a_folder_of_another_name_have_the_manifest_above_them() {
    for sources in ["Src", "code", "SRC"] {
        let folder = Folder::new();
        folder.write(&format!("own/{sources}/attention.rs"), "// own");
        folder.write("own/Cargo.toml", "[package.metadata.grade]\nassignment = \"a2\"\n");
        let staged = folder.stage().unwrap();
        assert_eq!(staged.assignment.as_deref(), Some("a2"), "{sources}");
        assert_eq!(folder.staged("attention.rs"), "// own");
    }
}

#[test]
fn a_broken_manifest_is_a_note() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "");
    folder.write("own/Cargo.toml", "[package");
    let staged = folder.stage().unwrap();
    assert_eq!(staged.assignment, None);
    assert!(
        staged
            .notes
            .iter()
            .any(|note| matches!(note, Note::BrokenManifest { .. })),
        "{:?}",
        staged.notes
    );
}

#[test]
fn what_is_no_crate_is_refused() {
    let folder = Folder::new();
    assert!(matches!(folder.stage(), Err(StageError::Missing(_))));
    folder.write("own/readme.txt", "");
    assert!(matches!(folder.stage(), Err(StageError::NoCrate { .. })));
    fs::remove_dir_all(folder.path("own")).unwrap();
    folder.write("own", "");
    assert!(matches!(
        folder.stage(),
        Err(StageError::Archive(ArchiveError::Unknown(_)))
    ));
    fs::remove_file(folder.path("own")).unwrap();
    node(&folder.path("own"), FileType::Fifo);
    assert!(matches!(folder.stage(), Err(StageError::NotAFolder(_))));
}

#[test]
fn an_archive_is_staged_like_the_folder_that_it_was_made_from() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "\u{feff}// own\r\n");
    folder.write("own/Cargo.toml", "[package.metadata.grade]\nassignment = \"a2\"\n");
    folder.write("own/build.rs", "// never run");
    let of_folder = folder.stage().unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_dir_all("a2", folder.path("own")).unwrap();
    fs::remove_dir_all(folder.path("own")).unwrap();
    fs::remove_dir_all(folder.path("staged")).unwrap();
    fs::write(folder.path("own"), archive.into_inner().unwrap()).unwrap();
    let of_archive = folder.stage().unwrap();
    assert_eq!(of_folder.hash, of_archive.hash);
    assert_eq!(of_folder.files, of_archive.files);
    let but_where: Vec<&Note> = of_archive
        .notes
        .iter()
        .filter(|note| !matches!(note, Note::Inside { .. }))
        .collect();
    assert_eq!(of_folder.notes.iter().collect::<Vec<_>>(), but_where);
    assert_eq!(of_archive.assignment.as_deref(), Some("a2"));
}

#[test]
fn an_archive_without_sources_is_refused_by_its_own_name() {
    let folder = Folder::new();
    let archive = tar::Builder::new(Vec::new()).into_inner().unwrap();
    fs::write(folder.path("own"), archive).unwrap();
    let error = folder.stage().unwrap_err();
    assert!(
        matches!(error, StageError::Archive(ArchiveError::Unknown(_))),
        "nothing but zeros: {error}"
    );
    let mut archive = tar::Builder::new(Vec::new());
    archive
        .append_path_with_name(folder.path("template/src/lib.rs"), "notes.txt")
        .unwrap();
    fs::write(folder.path("own"), archive.into_inner().unwrap()).unwrap();
    let error = folder.stage().unwrap_err();
    assert!(
        matches!(&error, StageError::NoCrate { path, .. } if *path == folder.path("own")),
        "{error}"
    );
}

/// A file of another kind. A device takes the rights of root: without them there is none, and nothing to refuse.
fn node(path: &Path, kind: FileType) {
    let made = rustix::fs::mknodat(rustix::fs::CWD, path, kind, Mode::RWXU, rustix::fs::makedev(1, 5));
    if kind == FileType::CharacterDevice && !rustix::process::geteuid().is_root() {
        assert_eq!(made, Err(rustix::io::Errno::PERM));
        fs::create_dir(path).unwrap();
        return;
    }
    made.unwrap();
}

#[test]
fn devices_pipes_and_sockets_are_left_out_and_never_opened() {
    for kind in [FileType::Fifo, FileType::CharacterDevice, FileType::Socket] {
        for own in ["own/src", "own"] {
            let folder = Folder::new();
            folder.write(&format!("{own}/attention.rs"), "");
            node(&folder.path(own).join("endless.rs"), kind);
            let staged = folder.stage().unwrap();
            assert!(!staged.files.contains(&"endless.rs".to_owned()));
            let is_folder = folder.path(own).join("endless.rs").is_dir();
            let note = left_out(Why::NotAFile, &["endless.rs"]);
            assert!(
                is_folder || staged.notes.contains(&note),
                "{kind:?}: {:?}",
                staged.notes
            );
        }
        let folder = Folder::new();
        folder.write("own/src/attention.rs", "");
        node(&folder.path("own/Cargo.toml"), kind);
        let staged = folder.stage().unwrap();
        let is_told = |note: &Note| matches!(note, Note::BrokenManifest { reason } if reason.contains("plain file"));
        assert!(
            staged.notes.iter().any(is_told) || folder.path("own/Cargo.toml").is_dir(),
            "{kind:?}: {:?}",
            staged.notes
        );
    }
}

#[test]
fn folders_without_an_end_are_left_out_and_some_are_not() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "");
    folder.write(&format!("own/src/{}deep.rs", "a/".repeat(7)), "// own");
    folder.write(&format!("own/src/{}deep.rs", "a/".repeat(8)), "// own");
    folder.write(&format!("own/src/{}deep.rs", "a/".repeat(30)), "// own");
    let staged = folder.stage().unwrap();
    assert_eq!(staged.files[0], "a/a/a/a/a/a/a/deep.rs");
    assert_eq!(staged.files.iter().filter(|name| name.starts_with("a/")).count(), 1);
    let note = left_out(Why::TooDeep, &["a/a/a/a/a/a/a/a/deep.rs"]);
    assert!(staged.notes.contains(&note), "{:?}", staged.notes);
}

#[test]
fn a_missing_root_and_another_name_of_the_package_change_nothing() {
    let hash = |manifest: &str, has_root: bool| {
        let folder = Folder::new();
        folder.write("own/src/attention.rs", "// own");
        folder.write("own/Cargo.toml", manifest);
        if has_root {
            folder.write("own/src/lib.rs", "pub mod attention;");
        }
        let staged = folder.stage().unwrap();
        assert_eq!(staged.assignment.as_deref(), Some("a2"));
        assert!(staged.files.contains(&"lib.rs".to_owned()));
        staged.hash
    };
    let named = |name: &str| format!("[package]\nname = \"{name}\"\n[package.metadata.grade]\nassignment = \"a2\"\n");
    let usual = hash(&named("student"), true);
    assert_eq!(usual, hash(&named("my-own-name"), true));
    assert_eq!(usual, hash(&named("student"), false));
}

#[test]
fn links_are_left_out_wherever_they_lead() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "// own");
    for (target, name) in [
        ("/etc/passwd", "sampling.rs"),
        ("/etc", "folder"),
        ("nobody@nowhere:1", ".#attention.rs"),
        ("attention.rs", "latest.rs"),
    ] {
        symlink(target, folder.path("own/src").join(name)).unwrap();
    }
    let staged = folder.stage().unwrap();
    assert_eq!(folder.staged("sampling.rs"), "// template");
    let note = left_out(Why::Link, &[".#attention.rs", "folder", "latest.rs", "sampling.rs"]);
    assert!(staged.notes.contains(&note), "{:?}", staged.notes);

    let folder = Folder::new();
    fs::create_dir(folder.path("own")).unwrap();
    symlink("../template/src", folder.path("own/src")).unwrap();
    let error = folder.stage().unwrap_err().to_string();
    assert!(error.contains("links, which are not followed: `src`"), "{error}");
}

/// A folder of sources that is swapped for a link to another again and again.
#[test]
fn a_folder_that_becomes_a_link_while_it_is_read_is_not_followed() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "// own");
    folder.write("secret/attention.rs", "// secret");
    symlink("../secret", folder.path("own/link")).unwrap();
    let (source, link) = (folder.path("own/src"), folder.path("own/link"));
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let swapping = std::thread::spawn(move || {
        while stopped.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
            let flags = rustix::fs::RenameFlags::EXCHANGE;
            rustix::fs::renameat_with(rustix::fs::CWD, &source, rustix::fs::CWD, &link, flags).unwrap();
        }
    });
    let mut staged = 0;
    for _ in 0..500 {
        if folder.stage().is_ok() {
            assert_ne!(folder.staged("attention.rs"), "// secret");
            fs::remove_dir_all(folder.path("staged")).unwrap();
            staged += 1;
        }
    }
    drop(stop);
    swapping.join().unwrap();
    assert!(staged > 0);
}

#[test]
fn size_and_number_of_sources_are_bounded() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", &" ".repeat((1 << 20) + 1));
    let staged = folder.stage().unwrap();
    assert!(staged.notes.contains(&left_out(Why::TooLarge, &["attention.rs"])));
    assert_eq!(folder.staged("attention.rs"), "// template");
    let folder = Folder::new();
    for number in 0..=200 {
        folder.write(&format!("own/src/file{number}.rs"), "");
    }
    assert!(matches!(folder.stage(), Err(StageError::TooManySources(200))));
}

#[test]
fn the_hash_depends_on_names_and_contents_only() {
    let hash = |name: &str, text: &str| {
        let folder = Folder::new();
        folder.write(&format!("own/src/{name}"), text);
        folder.stage().unwrap().hash
    };
    let one = hash("attention.rs", "one");
    assert_eq!(one, hash("attention.rs", "one"));
    assert_ne!(one, hash("attention.rs", "two"));
    assert_ne!(one, hash("sampling.rs", "one"));
}
