//! A class for tests: submissions in every layout, and the table that is made of them.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::archives::{files_below, gzip, tar, zip};
use crate::{Run, Submission, copy_tree, grade};

const STRICT: &str = "    let _ = (weight, epsilon);\n    input.shallow_clone()";
const ROSTER: &str = "id,name,email,extension\n1,Ann Example,ann@example.org,\n2,Bo Example,bo@example.org,2\n\
    3,Cy Example,cy@example.org,\n9,Zoe Absent,zoe@example.org,\n";

/// A submission with one function wrong.
pub fn wrong() -> Submission {
    Submission::reference().with_body("src/normalization.rs", "rms_norm", STRICT)
}

/// A folder of submissions in every layout.
///
/// # Panics
/// Where the system refuses.
pub fn folder() -> Submission {
    let folder = Submission::empty();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    };
    let (right, wrong) = (Submission::reference(), wrong());
    put("exampleann_LATE_501_900_a2.zip", &zip(&files_below(right.path(), "a2")));
    put(
        "Bo Example_502_assignsubmission_file_/a2.tar.gz",
        &gzip(&tar(&files_below(wrong.path(), "a2"))),
    );
    copy_tree(wrong.path(), &folder.path().join("submission_7"));
    put(
        "submission_metadata.yml",
        b"---\nsubmission_7:\n  :submitters:\n  - :name: Cy Example\n    :sid: '3'\n  :created_at: 2026-11-20 10:00:00 Z\n",
    );
    copy_tree(right.path(), &folder.path().join("a2-dora/student"));
    copy_tree(Submission::template().path(), &folder.path().join("eve"));
    put("finn.zip", b"PK, and then nothing that could be read");
    put("gil.zip", &zip(&files_below(Submission::template().path(), "x")));
    put("notes.csv", b"a,b\n");
    fs::create_dir(folder.path().join("ivy")).unwrap();
    put("roster.csv", ROSTER.as_bytes());
    folder
}

/// The command that grades it: one task, with a roster.
pub fn words(folder: &Path, class: &Path) -> Vec<String> {
    let roster = folder.join("roster.csv").display().to_string();
    let (folder, class) = (folder.display().to_string(), class.display().to_string());
    let fixed = ["--assignment", "uva-dl1-a2", "--task", "rms_norm", "--roster", &roster];
    let mut all = vec!["class".to_owned(), "run".to_owned(), folder, "--into".to_owned(), class];
    all.extend(fixed.map(str::to_owned));
    all
}

/// A command on the file of a class.
pub fn on(class: &Path, name: &str, rest: &[&str]) -> Run {
    let class = class.display().to_string();
    grade(["class", name, &class].iter().chain(rest))
}

/// All that was graded, without what differs from one machine and one day to the next.
///
/// # Panics
/// Where the program gives none.
pub fn table(class: &Path) -> Value {
    let run = on(class, "export", &["--format", "json"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// A student of the table.
///
/// # Panics
/// Where there is none of that id.
pub fn student<'a>(table: &'a Value, id: &str) -> &'a Value {
    let all = table["students"].as_array().unwrap();
    all.iter()
        .find(|student| student["id"] == id)
        .unwrap_or_else(|| panic!("{id} is not in {table}"))
}
