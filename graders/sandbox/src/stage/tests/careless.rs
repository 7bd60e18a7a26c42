//! Submissions as careless people make them: what is taken of them, and what is said.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::{Folder, left_out};
use crate::stage::{Edition, Note, StageError, Why};

#[test]
fn nothing_that_lies_about_costs_anything() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "// own");
    for name in [
        "attention.rs~",
        "attention copy.rs",
        "attention - Copy.rs",
        "normalization (1).rs",
        "My notes.txt",
        "#attention.rs#",
        ".attention.rs.swp",
        ".vscode/settings.json",
        "old stuff/attention.rs",
        "old stuff/sampling.rs",
        "match.rs",
        "self.rs",
        "crate.rs",
        "mod.rs",
        "2.rs",
        "my-file.rs",
        "._attention.rs",
        ".DS_Store",
        "types/mod.rs",
        "parts/helper.rs",
        "lib/mod.rs",
        "data.rs/values",
        "caf\u{e9}.rs",
        "notes/monday.md",
    ] {
        folder.write(&format!("own/src/{name}"), "not Rust");
    }
    fs::write(folder.path("own/src").join(OsStr::from_bytes(b"\xff.rs")), "").unwrap();
    let staged = folder.stage().unwrap();
    assert_eq!(
        staged.files,
        ["attention.rs", "lib.rs", "parts.rs", "sampling.rs", "types.rs"]
    );
    assert_eq!(folder.staged("attention.rs"), "// own");
    let told: Vec<String> = staged.notes.iter().map(ToString::to_string).collect();
    let expected = [
        "`sampling.rs` is missing: its tasks count as not attempted",
        "`2.rs`, `attention - Copy.rs`, `attention copy.rs`, `caf\u{e9}.rs`, `crate.rs` and 7 more are left out: \
         their names cannot be those of modules",
        "`lib/`, `parts/` and `types/` are left out: files that are given have these names",
        "`#attention.rs#`, `My notes.txt`, `attention.rs~`, `data.rs/` and `notes/monday.md` are left out: they are \
         no Rust files",
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_topic_is_read_as_what_it_is_however_its_file_is_called() {
    for name in ["attention/mod.rs", "Attention.rs", "attention.RS", "ATTENTION/mod.rs"] {
        let folder = Folder::new();
        folder.write(&format!("own/src/{name}"), "// own");
        let staged = folder.stage().unwrap();
        assert_eq!(folder.staged("attention.rs"), "// own", "{name}");
        assert!(!staged.files.iter().any(|file| file == name));
        let note = Note::ReadAs {
            name: name.to_owned(),
            file: "attention.rs".to_owned(),
        };
        assert!(staged.notes.contains(&note), "{name}: {:?}", staged.notes);
    }
}

#[test]
fn a_topic_in_a_folder_is_missing_and_its_place_is_told() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "");
    folder.write("own/src/question2/sampling.rs", "");
    let notes: Vec<String> = folder.stage().unwrap().notes.iter().map(ToString::to_string).collect();
    assert_eq!(
        notes,
        [
            "`sampling.rs` is missing: its tasks count as not attempted",
            "`question2/sampling.rs` does not stand for `sampling.rs`, which lies directly in `src`: move it there"
        ]
    );
}

#[test]
fn of_two_files_for_one_module_what_was_written_counts() {
    for (files, expected, twice) in [
        (
            [("attention.rs", "// own"), ("attention/mod.rs", "// other")],
            "// own",
            "attention/mod.rs",
        ),
        (
            [("attention.rs", "// template"), ("attention/mod.rs", "// own")],
            "// own",
            "attention.rs",
        ),
        (
            [("attention.rs", "// own"), ("Attention.rs", "// other")],
            "// own",
            "Attention.rs",
        ),
        (
            [("attention.rs", "// own"), ("Attention.rs", "// template")],
            "// own",
            "Attention.rs",
        ),
    ] {
        let folder = Folder::new();
        for (name, text) in files {
            folder.write(&format!("own/src/{name}"), text);
        }
        let staged = folder.stage().unwrap();
        assert_eq!(folder.staged("attention.rs"), expected);
        assert!(
            staged.notes.contains(&left_out(Why::Twice, &[twice])),
            "{twice}: {:?}",
            staged.notes
        );
    }
    let folder = Folder::new();
    for name in ["helper.rs", "helper/mod.rs", "HELPER.rs"] {
        folder.write(&format!("own/src/{name}"), "");
    }
    let staged = folder.stage().unwrap();
    assert_eq!(
        staged
            .files
            .iter()
            .filter(|name| name.to_lowercase().contains("helper"))
            .count(),
        1
    );
}

#[test]
fn the_crate_is_found_where_it_is() {
    let own = "pub fn own() {}";
    for (crate_folder, others) in [
        (
            "student",
            &["student_template/src/attention.rs", "graders/worker/src/lib.rs"][..],
        ),
        (
            "a2/a2-main/student",
            &["a2/a2-main/student_template/src/attention.rs", "a2/__MACOSX/x.rs"],
        ),
        ("members/mine", &["members/other/src/lib.rs"]),
        ("a/b/c/d/e", &[]),
    ] {
        let folder = Folder::new();
        folder.write(&format!("own/{crate_folder}/src/attention.rs"), own);
        folder.write(
            &format!("own/{crate_folder}/Cargo.toml"),
            "[package.metadata.grade]\nassignment = \"a2\"\n",
        );
        folder.write(&format!("own/{crate_folder}/tests/attention.rs"), "// a test");
        folder.write("own/README.md", "");
        folder.write("own/target/debug/build/out/attention.rs", "// built");
        for other in others {
            folder.write(&format!("own/{other}"), "// another version");
        }
        let staged = folder.stage().unwrap();
        assert_eq!(folder.staged("attention.rs"), own, "{crate_folder}");
        assert_eq!(staged.assignment.as_deref(), Some("a2"));
        let note = Note::Inside {
            folder: crate_folder.to_owned(),
        };
        assert!(staged.notes.contains(&note), "{:?}", staged.notes);
    }
}

#[test]
fn a_copy_is_no_second_crate_and_of_two_versions_both_are_named() {
    let folder = Folder::new();
    for name in ["a2/src", "a2 (copy)/src", "flat"] {
        folder.write(&format!("own/{name}/attention.rs"), "// own");
    }
    assert!(folder.stage().is_ok());
    fs::remove_dir_all(folder.path("staged")).unwrap();
    folder.write("own/a2 (copy)/src/attention.rs", "// older");
    folder.write("own/a2 (copy)/src/sampling.rs", "// older");
    let error = folder.stage().unwrap_err().to_string();
    assert!(
        error.ends_with("holds 3 Rust files in two crates: `a2` and `a2 (copy)`"),
        "{error}"
    );
}

#[test]
fn a_crate_at_the_top_is_graded_whatever_lies_below_it() {
    let folder = Folder::new();
    folder.write("own/src/attention.rs", "// own");
    folder.write("own/old/src/attention.rs", "// older");
    for number in 0..6000 {
        folder.write(&format!("own/data/{number}"), "");
    }
    folder.stage().unwrap();
    assert_eq!(folder.staged("attention.rs"), "// own");
}

#[test]
fn what_is_no_crate_is_told_by_what_it_holds() {
    let told = |files: &[&str]| {
        let folder = Folder::new();
        fs::create_dir(folder.path("own")).unwrap();
        for file in files {
            folder.write(&format!("own/{file}"), "");
        }
        let error = folder.stage().unwrap_err().to_string();
        let (_, words) = error.split_once("own is no crate: ").unwrap();
        words.to_owned()
    };
    assert_eq!(told(&[]), "it is empty");
    assert_eq!(
        told(&["notes.md", "report.pdf"]),
        "no Rust files: there is only `notes.md` and `report.pdf`"
    );
    assert_eq!(
        told(&["a2.zip", "final.tar.gz", "report.pdf"]),
        "no Rust files, but several archives, of which none is opened: `a2.zip` and `final.tar.gz`"
    );
    assert_eq!(
        told(&["tests/attention.rs"]),
        "1 Rust file, but not where a crate has its sources: `tests/attention.rs`"
    );
}

#[test]
fn an_archive_that_nobody_has_unpacked_is_read_where_it_is() {
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(6);
    tar.append_data(&mut header, "a2-main/student/src/attention.rs", b"// own".as_slice())
        .unwrap();
    let bytes = tar.into_inner().unwrap();
    let folder = Folder::new();
    folder.write("own/report.pdf", "");
    fs::write(folder.path("own/a2.tar"), &bytes).unwrap();
    let staged = folder.stage().unwrap();
    assert_eq!(folder.staged("attention.rs"), "// own");
    let inside = "a2.tar/a2-main/student".to_owned();
    assert_eq!(staged.notes[0], Note::Inside { folder: inside });
    // Sources of one's own beside it count alone, and links are not followed.
    let folder = Folder::new();
    fs::write(folder.path("elsewhere.tar"), &bytes).unwrap();
    fs::create_dir(folder.path("own")).unwrap();
    symlink(folder.path("elsewhere.tar"), folder.path("own/a2.tar")).unwrap();
    assert!(matches!(folder.stage(), Err(StageError::NoCrate { .. })));
    fs::remove_file(folder.path("own/a2.tar")).unwrap();
    fs::write(folder.path("own/a2.tar"), &bytes).unwrap();
    folder.write("own/mine/src/attention.rs", "// mine");
    folder.stage().unwrap();
    assert_eq!(folder.staged("attention.rs"), "// mine");
}

#[test]
fn given_files_that_nobody_has_changed_are_not_said_to_be() {
    let folder = Folder::new();
    let given = "use all;\n// assignment:begin one\nfn one() {}\n// assignment:end\n\
        // assignment:begin two\nfn two() {}\n// assignment:end\n";
    folder.write("template/src/types.rs", given);
    folder.write("own/src/types.rs", "use all;\r\nfn one() {}\r\n");
    folder.write("own/src/parts.rs", "// template\r\n");
    folder.write("own/src/lib.rs", "pub mod attention;\npub mod helper;\n");
    folder.write("own/src/attention.rs", "");
    folder.write("own/src/sampling.rs", "");
    assert_eq!(folder.stage().unwrap().notes, []);
    assert_eq!(folder.staged("types.rs"), given);
}

#[test]
fn the_edition_is_the_submissions_or_its_workspaces() {
    let edition = |manifest: &str, workspace: &str| {
        let folder = Folder::new();
        folder.write("own/mine/src/attention.rs", "");
        folder.write("own/mine/Cargo.toml", manifest);
        folder.write("own/Cargo.toml", workspace);
        folder.stage().unwrap().edition
    };
    let inherited = "[package]\nedition.workspace = true";
    assert_eq!(edition("[package]\nedition = \"2021\"", ""), Edition::Of2021);
    assert_eq!(edition("[package]\nedition = \"2018\"", ""), Edition::Of2021);
    assert_eq!(edition("[package]\nedition = \"2024\"", ""), Edition::Of2024);
    assert_eq!(edition("[package]", ""), Edition::Of2024);
    assert_eq!(
        edition(inherited, "[workspace.package]\nedition = \"2021\""),
        Edition::Of2021
    );
}
