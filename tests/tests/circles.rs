//! No file imports in a circle: each can be read, and changed, knowing only what lies below it.
//!
//! Files are the nodes, what a file names of its own crate (`use`, or a path in the code) are the edges. A file's tests are
//! left out: they may look at anything.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Module = Vec<String>;
type Imports = BTreeMap<Module, BTreeSet<Module>>;

/// The text of every file below `source`, without its tests and comments, by its module.
fn files(source: &Path) -> BTreeMap<Module, String> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(source) {
        let path = entry.unwrap().into_path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let inside = path.strip_prefix(source).unwrap().with_extension("");
        let mut module: Module = inside.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        if module.iter().any(|part| part == "tests" || part == "testing") {
            continue;
        }
        if matches!(module.last().unwrap().as_str(), "mod" | "lib" | "main") {
            module.pop();
        }
        let text = fs::read_to_string(&path).unwrap();
        let own = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let code: Vec<&str> = own.lines().map(|line| line.split("//").next().unwrap()).collect();
        found.insert(module, code.join("\n"));
    }
    found
}

/// The paths that a `use` stands for: its braces multiplied out.
fn expanded(path: &str) -> Vec<String> {
    let Some((before, rest)) = path.split_once('{') else {
        return vec![path.split(" as ").next().unwrap().trim().to_owned()];
    };
    let (mut depth, mut part, mut paths) = (0, String::new(), Vec::new());
    for letter in rest.rsplit_once('}').unwrap().0.chars().chain([',']) {
        match letter {
            ',' if depth == 0 => {
                if !part.trim().is_empty() {
                    paths.extend(expanded(&format!("{}{}", before.trim(), part.trim())));
                }
                part.clear();
                continue;
            }
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        part.push(letter);
    }
    paths
}

/// Every path that the code of a file names.
fn paths(code: &str) -> Vec<String> {
    let is_of_path = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
    let mut found = Vec::new();
    let mut rest = String::new();
    for statement in code.split_inclusive(';') {
        match statement.rsplit_once("use ") {
            Some((before, path)) if before.is_empty() || before.ends_with(['\n', ' ']) => {
                rest.push_str(before);
                found.extend(expanded(path.trim_end_matches(';')));
            }
            _ => rest.push_str(statement),
        }
    }
    found.extend(
        rest.split(|letter| !is_of_path(letter))
            .filter(|word| word.contains("::"))
            .map(str::to_owned),
    );
    found
}

/// The file that a path leads to, as seen from a module; `None` where it leads out of the crate.
fn target(from: &Module, path: &str, files: &BTreeMap<Module, String>) -> Option<Module> {
    let mut parts = path.split("::").peekable();
    let first = *parts.peek()?;
    let mut module = if first == "crate" { Module::new() } else { from.clone() };
    let is_child = || files.contains_key(&[&from[..], &[first.to_owned()]].concat());
    match first {
        "crate" | "self" => drop(parts.next()),
        "super" => {}
        _ if is_child() => {}
        _ => return None,
    }
    while parts.next_if_eq(&"super").is_some() {
        module.pop()?;
    }
    for part in parts {
        let deeper = [&module[..], &[part.to_owned()]].concat();
        if !files.contains_key(&deeper) {
            break;
        }
        module = deeper;
    }
    (module != *from && !module.is_empty()).then_some(module)
}

fn imports(source: &Path) -> Imports {
    let files = files(source);
    let of = |(module, code): (&Module, &String)| {
        let targets = paths(code)
            .iter()
            .filter_map(|path| target(module, path, &files))
            .collect();
        (module.clone(), targets)
    };
    files.iter().map(of).collect()
}

/// What is left after every file that imports none of the others has been taken away, again and again.
fn in_circles(mut imports: Imports) -> Imports {
    loop {
        let left: BTreeSet<Module> = imports.keys().cloned().collect();
        for targets in imports.values_mut() {
            targets.retain(|target| left.contains(target));
        }
        let before = imports.len();
        imports.retain(|_, targets| !targets.is_empty());
        if imports.len() == before {
            return imports;
        }
    }
}

#[test]
fn no_file_imports_in_a_circle() {
    for package in ["judge", "tasks", "policy", "wire"] {
        let source = tests::root().join("graders").join(package).join("src");
        let found = imports(&source);
        assert!(
            found.values().any(|targets| !targets.is_empty()),
            "{package}: no import was found"
        );
        let circles = in_circles(found);
        let lines = circles.iter().map(|(module, targets)| {
            let targets: Vec<String> = targets.iter().map(|target| target.join("::")).collect();
            format!("\n  {} uses {}", module.join("::"), targets.join(", "))
        });
        assert!(
            circles.is_empty(),
            "{package}: these import in a circle, or from one:{}",
            lines.collect::<String>()
        );
    }
}

#[test]
fn a_circle_is_found_whichever_way_it_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("lib.rs", "mod a;\nmod b;\nmod c;\n");
    write("a.rs", "use crate::{b::{self, X}, c::Y as Z};\n");
    write("b.rs", "fn f() { super::a::g(); }\n");
    write(
        "c.rs",
        "// crate::a\npub struct Y;\n#[cfg(test)]\nmod tests { use crate::a; }\n",
    );
    let circles: Vec<String> = in_circles(imports(folder.path()))
        .keys()
        .map(|module| module.join("::"))
        .collect();
    assert_eq!(circles, ["a", "b"]);
}
