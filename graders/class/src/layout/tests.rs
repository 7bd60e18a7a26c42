#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn put(folder: &Path, name: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "x").unwrap();
}

fn found(files: &[&str]) -> Result<Vec<(String, Layout, String)>, Trouble> {
    let folder = tempfile::tempdir().unwrap();
    for file in files {
        put(folder.path(), file);
    }
    let found = discover(folder.path())?;
    let shown = found
        .handed
        .into_iter()
        .map(|one| (one.path, one.layout, one.who[0].key.clone()));
    Ok(shown.collect())
}

fn one(path: &str, layout: Layout, key: &str) -> (String, Layout, String) {
    (path.to_owned(), layout, key.to_owned())
}

#[test]
fn every_layout_is_found_in_one_folder() {
    let all = found(&[
        "exampleann_LATE_12_345_a2.zip",
        "Bo Example_13_assignsubmission_file_/a2.zip",
        "cy/src/lib.rs",
        "dora.tar.gz",
        "a2-eve/student/src/lib.rs",
        "a2-finn/.git/HEAD",
        "notes.csv",
        "gil.rar",
    ]);
    assert_eq!(
        all.unwrap(),
        [
            one(
                "Bo Example_13_assignsubmission_file_/a2.zip",
                Layout::Moodle,
                "Bo-Example-13"
            ),
            one("a2-eve", Layout::Clone, "eve"),
            one("a2-finn", Layout::Clone, "finn"),
            one("cy", Layout::Folder, "cy"),
            one("dora.tar.gz", Layout::Archive, "dora"),
            one("exampleann_LATE_12_345_a2.zip", Layout::Canvas, "exampleann-12"),
            one("gil.rar", Layout::Archive, "gil"),
        ]
    );
}

#[test]
fn a_folder_within_a_folder_is_looked_into_and_several_archives_are_several_attempts() {
    let all = found(&[
        "download/ann/a2/a2.zip",
        "download/bo/1.zip",
        "download/bo/2.zip",
        "download/cy/a2/src/x.rs",
    ]);
    let paths: Vec<String> = all.unwrap().into_iter().map(|(path, ..)| path).collect();
    assert_eq!(
        paths,
        [
            "download/ann/a2/a2.zip",
            "download/bo/1.zip",
            "download/bo/2.zip",
            "download/cy"
        ]
    );
}

#[test]
fn an_empty_folder_of_somebody_leaves_a_trace() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "ann.zip");
    fs::create_dir(folder.path().join("bo")).unwrap();
    std::os::unix::fs::symlink("/etc", folder.path().join("cy")).unwrap();
    let found = discover(folder.path()).unwrap();
    assert_eq!(found.handed.len(), 2);
    assert_eq!(
        found.ignored,
        [("cy".to_owned(), "a link, which is not followed".to_owned())]
    );
}

#[test]
fn a_folder_without_any_says_what_was_looked_for_and_what_was_found() {
    let trouble = found(&["grades.csv", "README.md"]).unwrap_err();
    for words in [
        "Canvas",
        "Moodle",
        "Gradescope",
        "clones",
        "2 (neither a folder nor an archive): README.md, grades.csv",
    ] {
        assert!(trouble.message.contains(words), "{trouble}");
    }
    assert!(discover(Path::new("/no/such/folder")).is_err());
}

#[test]
fn an_export_says_whose_its_folders_are() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "submission_12/src/lib.rs");
    put(folder.path(), "submission_13/a2.zip");
    let text = "submission_12:\n  :submitters:\n  - :name: Ann\n    :sid: '7'\n  :created_at: 2026-11-20 04:05:06 Z\n";
    fs::write(folder.path().join("submission_metadata.yml"), text).unwrap();
    let found = discover(folder.path()).unwrap();
    assert_eq!(found.handed[0].layout, Layout::Gradescope);
    assert_eq!(found.handed[0].who[0].ids, ["7"]);
    assert!(found.handed[0].handed_in.is_some() && found.handed[0].order == 12);
    // One that the file does not know is graded all the same.
    assert_eq!(found.handed[1].who[0].key, "submission_13");
    assert!(found.ignored.is_empty());
}
