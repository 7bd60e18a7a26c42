//! Grades as platforms read them: each export goes through a reader of the platform's rules that shares nothing with the
//! program, and what arrives is what the class's table says.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tests::class::{folder, on, student, table, words};
use tests::{grade, root};

/// What arrives on a platform: by what it finds a student, the points.
fn arrived(class: &Path, platform: &str, more: &[&str]) -> BTreeMap<String, f64> {
    let file = class.with_extension(platform);
    let out = file.display().to_string();
    let run = on(
        class,
        "export",
        &[&["--format", platform, "--out", &out], more].concat(),
    );
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    #[expect(clippy::disallowed_methods, reason = "the platform's rules")]
    let read = Command::new("python3")
        .arg(root().join("tests/readers/grades.py"))
        .arg(platform)
        .stdin(File::open(&file).unwrap())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{platform} refuses it: {said}");
    serde_json::from_slice(&read.stdout).unwrap()
}

fn points(table: &Value, ids: &[(&str, &str)]) -> BTreeMap<String, f64> {
    let of = |(id, found_by): &(&str, &str)| {
        let points = student(table, id)["points"].as_f64().unwrap();
        ((*found_by).to_owned(), points)
    };
    ids.iter().map(of).collect()
}

#[test]
fn every_platform_reads_the_points_of_those_who_have_some_and_of_nobody_else() {
    let (folder, place) = (folder(), tempfile::tempdir().unwrap());
    let class = place.path().join("a2.class");
    assert_eq!(grade(words(folder.path(), &class)).code, Some(0));
    let table = table(&class);
    let canvas = arrived(&class, "canvas", &["--column", "Assignment 2 (1234)"]);
    // Those on the roster by its numbers; the others by their names.
    let graded = [("1", "1"), ("2", "2"), ("3", "3")];
    let others = [("a2-dora", "a2-dora"), ("eve", "eve"), ("gil", "gil")];
    let named = |id: &str| student(&table, id)["name"].as_str().unwrap().to_owned();
    let names: Vec<String> = others.iter().map(|(id, _)| named(id)).collect();
    let all: Vec<(&str, &str)> = others
        .iter()
        .zip(&names)
        .map(|((id, _), name)| (*id, name.as_str()))
        .chain(graded)
        .collect();
    assert_eq!(canvas, points(&table, &all));
    // Only one of them came from Moodle, as participant 502.
    assert_eq!(arrived(&class, "moodle", &[]), points(&table, &[("2", "502")]));
    let told = on(&class, "export", &["--format", "moodle"]).stderr;
    assert!(told.contains("5 have no number of this assignment's"), "{told}");
    let gradescope = arrived(&class, "gradescope", &[]);
    assert_eq!(gradescope, points(&table, &[&graded[..], &others[..]].concat()));
    let elsewhere = on(&class, "export", &["--format", "csv", "--column", "x"]);
    assert_eq!(elsewhere.code, Some(2), "{}", elsewhere.stderr);
}
