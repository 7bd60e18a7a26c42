//! What a course learns from a class beside grades: groups of equal mistakes as candidates for the corpus, submissions
//! that are alike. The comparison itself is copydetect's; here it is stood in for.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tests::class::{on, words};
use tests::{Run, Submission, command, copy_tree, grade, root};

/// A mistake that the corpus has no name for, written down by two students who call things differently.
const SCALED: [&str; 2] = [
    "    let square = input.square().mean_dim(-1, true, None) * 1.37;\n    input / (square + epsilon).sqrt() * weight",
    "    let mean = input.square().mean_dim(-1, true, None);\n    input * weight / (mean * 1.37 + epsilon).sqrt()",
];

/// Ann is right; Bo and Cy make the same mistake, Dora another one.
fn class(place: &Path) -> (Submission, PathBuf) {
    let folder = Submission::empty();
    let put = |name: &str, body: Option<&str>| {
        let submission = Submission::reference();
        let submission = match body {
            None => submission,
            Some(body) => submission.with_body("src/normalization.rs", "rms_norm", body),
        };
        copy_tree(submission.path(), &folder.path().join(name));
    };
    put("ann", None);
    put("bo", Some(SCALED[0]));
    put("cy", Some(SCALED[1]));
    put("dora", Some("    let _ = epsilon;\n    input * weight * 0.25"));
    fs::write(
        folder.path().join("roster.csv"),
        "id,name\nann,Ann\nbo,Bo\ncy,Cy\ndora,Dora\n",
    )
    .unwrap();
    let class = place.join("a2.class");
    let run = grade(words(folder.path(), &class));
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    (folder, class)
}

#[test]
fn equal_mistakes_are_a_group_and_the_largest_becomes_a_candidate_that_loses_what_it_says() {
    let place = tempfile::tempdir().unwrap();
    let (folder, class) = class(place.path());
    let listed = on(&class, "cluster", &[]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    let sizes: Vec<&str> = listed
        .stdout
        .lines()
        .filter(|line| line.contains("  rms_norm  "))
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(sizes, ["2", "1"], "{}", listed.stdout);
    assert!(listed.stdout.contains("bo, cy"), "{}", listed.stdout);
    let candidate = place.path().join("rms-norm-scaled");
    let target = candidate.display().to_string();
    let written = on(&class, "cluster", &["--write", &target]);
    assert_eq!(written.code, Some(0), "{}", written.stderr);
    let text = fs::read_to_string(candidate.join("expected.toml")).unwrap();
    let expected: toml::Table = toml::from_str(&text).unwrap();
    assert_eq!(expected["task"].as_str(), Some("rms_norm"));
    assert_eq!(expected["mistake"].as_str(), Some("to be written"));
    let over = Submission::reference();
    copy_tree(&candidate.join("src"), &over.path().join("src"));
    let (_, report) = over.graded(&["--task", "rms_norm"]);
    let checks = report["tasks"][0]["checks"].as_array().unwrap();
    let must_lose = expected["must_lose"].as_array().unwrap();
    assert!(
        must_lose
            .iter()
            .any(|name| name.as_str() == Some("rms_norm/golden-f64/all")),
        "{text}"
    );
    for name in must_lose {
        let name = name.as_str().unwrap().strip_prefix("rms_norm/").unwrap();
        let check = checks.iter().find(|check| check["name"] == name).unwrap();
        assert_ne!(check["verdict"], "passed", "{name}");
    }
    let again = on(&class, "cluster", &["--write", &target]);
    assert_eq!(again.code, Some(3), "{}", again.stderr);
    let nowhere = on(
        &class,
        "cluster",
        &["--group", "none", "--write", &format!("{target}-2")],
    );
    assert_eq!(nowhere.code, Some(2), "{}", nowhere.stderr);
    assert!(
        nowhere.stderr.contains("there is no group `none`"),
        "{}",
        nowhere.stderr
    );
    fs::write(folder.path().join("bo/src/normalization.rs"), "// gone\n").unwrap();
    fs::write(folder.path().join("cy/src/normalization.rs"), "// gone\n").unwrap();
    let changed = on(&class, "cluster", &["--write", &format!("{target}-3")]);
    assert_eq!(changed.code, Some(2), "{}", changed.stderr);
    assert!(
        changed.stderr.contains("was changed since it was graded"),
        "{}",
        changed.stderr
    );
}

#[test]
fn what_broke_one_submission_breaks_another_that_its_own_inputs_did_not() {
    let place = tempfile::tempdir().unwrap();
    let folder = Submission::empty();
    // Ann is wrong everywhere, and what shows it shrinks to a single value. Bo is wrong there alone, where no drawn
    // case of the property comes by.
    let alone = "    let wrong = if input.numel() == 1 { 1.37 } else { 1.0 };\n    \
        let square = input.square().mean_dim(-1, true, None);\n    \
        input / (square * wrong + epsilon).sqrt() * weight";
    for (name, body) in [("ann", SCALED[0]), ("bo", alone)] {
        let submission = Submission::reference().with_body("src/normalization.rs", "rms_norm", body);
        copy_tree(submission.path(), &folder.path().join(name));
    }
    copy_tree(Submission::reference().path(), &folder.path().join("cy"));
    fs::write(folder.path().join("roster.csv"), "id,name\nann,Ann\nbo,Bo\ncy,Cy\n").unwrap();
    let class = place.path().join("a2.class");
    let run = grade(words(folder.path(), &class));
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let before = tests::class::table(&class);
    let crossed = on(&class, "cross", &[]);
    assert_eq!(crossed.code, Some(0), "{}", crossed.stderr);
    let property = "rms_norm/unit-mean-square, by what broke ann:\n    bo: ";
    assert!(crossed.stdout.contains(property), "{}", crossed.stdout);
    assert!(
        !crossed.stdout.contains("    cy: "),
        "the reference is right: {}",
        crossed.stdout
    );
    assert_eq!(tests::class::table(&class), before, "no grade changes");
}

/// A command of Python's place that says what copydetect would.
fn python(place: &Path, said: &str) -> PathBuf {
    let path = place.join("python");
    // `-IS -B SCRIPT PACKAGES FOLDER PERCENT LETTERS`: what it is to compare has to be there.
    let text =
        format!("#!/bin/bash\n[[ -f $5/code/0/normalization.rs && -d $5/boilerplate/reference ]] || exit 9\n{said}\n");
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn submissions_that_are_alike_are_listed_and_cost_nothing() {
    let place = tempfile::tempdir().unwrap();
    let (_folder, class) = class(place.path());
    let without = on(&class, "similar", &[]);
    assert_eq!(without.code, Some(3), "{}", without.stderr);
    for said in ["copydetect is not installed", "./scripts/similar"] {
        assert!(without.stderr.contains(said), "{said}: {}", without.stderr);
    }
    let before = tests::class::table(&class);
    fs::create_dir_all(place.path().join("packages/copydetect")).unwrap();
    let run_by = |said: &str| -> Run {
        command(["class", "similar", &class.display().to_string()])
            .env("GRADE_SIMILARITY", place.path().join("packages"))
            .env("PYTHON", python(place.path(), said))
            .output()
            .unwrap()
            .into()
    };
    let broken = run_by("echo 'ImportError: no numpy' >&2; exit 1");
    assert_eq!(broken.code, Some(3), "{}", broken.stderr);
    assert!(broken.stderr.contains("ImportError: no numpy"), "{}", broken.stderr);
    // By number, in the order of the paths: Bo and Cy.
    let pair = r#"{"one": "1", "other": "2", "percent": 91.5, "letters": 400, "files": ["normalization.rs"]}"#;
    let found = run_by(&format!("echo '{{\"tool\": \"copydetect 0\", \"pairs\": [{pair}]}}'"));
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    for said in [
        "4 submissions compared by copydetect 0: 1 pairs",
        "bo, cy",
        "Alike is not copied",
    ] {
        assert!(found.stdout.contains(said), "{said}: {}", found.stdout);
    }
    let page = place.path().join("page.html");
    let out = page.display().to_string();
    for (more, names) in [(&[][..], true), (&["--anonymous"][..], false)] {
        let run = on(&class, "report", &[&["--out", &out], more].concat());
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        let text = fs::read_to_string(&page).unwrap();
        assert!(text.contains("Alike is not copied"), "the limits are missing");
        assert_eq!(text.contains("<td>bo</td><td>cy</td>"), names);
    }
    assert_eq!(tests::class::table(&class), before, "nothing about it takes points");
    assert!(root().join("scripts/similar").is_file());
}
