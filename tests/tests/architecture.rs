//! The architecture page kept true: paths exist, dependencies point the right way, processes start in one place.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The packages that a package reaches through normal and build dependencies, itself included.
fn reached_from(package: &str) -> BTreeSet<String> {
    let metadata = metadata();
    let names: BTreeMap<&str, &str> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["id"].as_str().unwrap(), package["name"].as_str().unwrap()))
        .collect();
    let nodes: BTreeMap<&str, &Value> = metadata["resolve"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let start = names.iter().find(|(_, name)| **name == package).unwrap().0;
    let mut seen = BTreeSet::from([*start]);
    let mut waiting = vec![*start];
    while let Some(id) = waiting.pop() {
        for dependency in nodes[id]["deps"].as_array().unwrap() {
            let normal = dependency["dep_kinds"]
                .as_array()
                .unwrap()
                .iter()
                .any(|kind| kind["kind"].as_str() != Some("dev"));
            let id = dependency["pkg"].as_str().unwrap();
            if normal && seen.insert(id) {
                waiting.push(id);
            }
        }
    }
    seen.into_iter().map(|id| names[id].to_owned()).collect()
}

fn metadata() -> Value {
    #[expect(
        clippy::disallowed_methods,
        reason = "cargo is asked about the workspace, no submission is run"
    )]
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--locked",
            "--offline",
            "--filter-platform",
            "x86_64-unknown-linux-gnu",
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn assert_unreached(package: &str, forbidden: &[&str]) {
    let reached = reached_from(package);
    let found: Vec<&&str> = forbidden.iter().filter(|name| reached.contains(**name)).collect();
    assert!(found.is_empty(), "`{package}` reaches {found:?}");
}

#[test]
fn nothing_in_the_students_process_reaches_the_judge() {
    for package in ["worker", "student", "wire"] {
        assert_unreached(
            package,
            &[
                "judge",
                "tasks",
                "report",
                "policy",
                "sandbox",
                "grade",
                "files",
                "reference",
            ],
        );
    }
}

#[test]
fn the_judges_side_does_not_reach_libtorch() {
    for package in [
        "judge", "tasks", "report", "class", "policy", "sandbox", "grade", "wire", "files",
    ] {
        assert_unreached(package, &["tch", "torch-sys", "worker", "student", "reference"]);
    }
}

#[test]
fn judge_tasks_report_class_policy_and_files_reach_nothing_that_starts_processes() {
    for package in ["judge", "tasks", "report", "class", "policy", "files"] {
        assert_unreached(package, &["sandbox", "grade", "command-fds"]);
    }
}

#[test]
fn the_policy_knows_sources_and_nothing_else_of_this_project() {
    assert_unreached(
        "policy",
        &["files", "wire", "judge", "tasks", "report", "sandbox", "grade"],
    );
    assert_unreached("sandbox", &["policy", "judge", "tasks", "report", "grade"]);
}

#[test]
fn the_engine_knows_no_task() {
    for package in ["judge", "report", "class"] {
        assert_unreached(package, &["tasks"]);
    }
    assert_unreached("tasks", &["report"]);
}

#[test]
fn every_path_that_the_architecture_page_names_exists() {
    let page = fs::read_to_string(root().join("graders/ARCHITECTURE.md")).unwrap();
    let tops = [
        "reference",
        "student_template",
        "graders",
        "fixtures",
        "scripts",
        "tests",
    ];
    let paths: Vec<&str> = page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| text.split('/').next().is_some_and(|top| tops.contains(&top)))
        // `topic`, `f` and `<id>` stand for names to choose.
        .filter(|text| !text.contains(['<', ' ']) && !text.ends_with("/topic.rs") && !text.ends_with("/f.rs"))
        .collect();
    assert!(paths.len() > 15, "the page names hardly any path: {paths:?}");
    let missing: Vec<&&str> = paths.iter().filter(|path| !root().join(path).exists()).collect();
    assert!(
        missing.is_empty(),
        "the page names paths that do not exist: {missing:?}"
    );
}

#[test]
fn only_the_sandbox_starts_processes() {
    let mut starters = Vec::new();
    for package in [
        "wire", "worker", "files", "policy", "judge", "tasks", "report", "class", "cli",
    ] {
        for file in rust_files(&root().join("graders").join(package)) {
            let text = fs::read_to_string(&file).unwrap();
            if text.contains("process::Command") || text.contains("Command::new(\"") {
                starters.push(file);
            }
        }
    }
    assert!(starters.is_empty(), "processes are started in {starters:?}");
}

#[test]
fn the_programs_folders_build_on_each_other_in_one_direction() {
    let source = root().join("graders/cli/src");
    let above = [
        ("engine", &["arguments", "author", "course", "machine", "student"][..]),
        ("author", &["course", "machine", "student"]),
        ("course", &["machine", "student"]),
        ("machine", &["author", "course", "student"]),
    ];
    for (folder, others) in above {
        for file in rust_files(&source.join(folder)) {
            if file.ends_with("tests.rs") {
                continue;
            }
            let text = fs::read_to_string(&file).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            for other in others {
                let names = code.contains(&format!("crate::{other}::"));
                assert!(!names, "{} names `{other}`, which builds on `{folder}`", file.display());
            }
        }
    }
}

#[test]
fn every_task_has_its_files() {
    let tasks = names_in(&root().join("graders/tasks/src"));
    let adapters = names_in(&root().join("graders/worker/adapters"));
    let missing: Vec<&String> = adapters.difference(&tasks).filter(|name| *name != "main").collect();
    assert!(missing.is_empty(), "adapters without a task: {missing:?}");
    for golden in fs::read_dir(root().join("fixtures/golden")).unwrap() {
        let task = golden.unwrap().file_name().into_string().unwrap();
        assert!(adapters.contains(&task), "golden files of `{task}` have no adapter");
    }
}

#[test]
fn the_top_level_holds_only_what_was_agreed() {
    let agreed = [
        "Cargo.toml",
        "Cargo.lock",
        "LICENSE",
        "README.md",
        "rust-toolchain.toml",
        "reference",
        "student_template",
        "graders",
        "fixtures",
        "scripts",
        "tests",
        "target",
    ];
    for entry in fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(
            name.starts_with('.') || agreed.contains(&name.as_str()),
            "`{name}` does not belong on the top level"
        );
    }
}

fn names_in(folder: &Path) -> BTreeSet<String> {
    let name = |file: PathBuf| {
        let file = if file.ends_with("mod.rs") {
            file.parent().unwrap()
        } else {
            &file
        };
        file.file_stem().unwrap().to_str().unwrap().to_owned()
    };
    rust_files(folder).into_iter().map(name).collect()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}
