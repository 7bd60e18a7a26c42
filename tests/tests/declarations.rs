//! What is said of a task in more than one place, held against its declaration. Each message names the file to edit.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;

use judge::contract::Task;
use judge::fixtures::Fixtures;

const SUBSTITUTES: &str = "graders/worker/src/substitute.rs";
const ADAPTERS: &str = "graders/worker/adapters/main.rs";
const REFERENCE: &str = "reference/src";

fn read(path: &str) -> String {
    fs::read_to_string(tests::root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A text with one space wherever it has any, and none before a closing bracket.
fn on_one_line(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace("( ", "(").replace(", )", ")").replace(" )", ")")
}

/// The signatures of a file's public functions, each on one line, by name.
fn signatures(source: &str) -> Vec<(String, String)> {
    let declarations = source.split("\npub fn ").skip(1);
    let signature = |text: &str| {
        let signature = on_one_line(text.split(" {\n").next().unwrap());
        let name = signature.split('(').next().unwrap().to_owned();
        (name, format!("fn {signature}"))
    };
    declarations.map(signature).collect()
}

/// The names between quotation marks in a text, in their order.
fn quoted(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[test]
fn functions_and_signatures_are_those_of_the_reference() {
    for task in tasks::ALL {
        let path = format!("{REFERENCE}/{}", task.file);
        let known = signatures(&read(&path));
        assert!(!task.functions.is_empty(), "`{}` names no function", task.id);
        for (place, function) in task.functions.iter().enumerate() {
            let found = known.iter().find(|(name, _)| name == function);
            let Some((_, signature)) = found else {
                panic!(
                    "{path} does not declare `{function}`, which is one of the `functions` of `{}`",
                    task.id
                );
            };
            // Functions like the first may be told by their names alone.
            let says = task.signature.contains(signature) || (place > 0 && task.signature.contains(function));
            assert!(
                says,
                "the `signature` of `{}` is not that of {path}: `{signature}`",
                task.id
            );
        }
    }
}

#[test]
fn every_function_that_students_write_is_of_one_task() {
    let files: BTreeSet<&str> = tasks::ALL.iter().map(|task| task.file).collect();
    for file in files {
        for (name, _) in signatures(&read(&format!("{REFERENCE}/{file}"))) {
            let is_its = |task: &&&Task| task.file == file && task.functions.contains(&name.as_str());
            let count = tasks::ALL.iter().filter(is_its).count();
            assert_eq!(
                count, 1,
                "`{name}` of {REFERENCE}/{file} is among the `functions` of {count} tasks"
            );
        }
    }
}

#[test]
fn the_worker_can_replace_every_part() {
    // While a function trains, nothing stands in for its parts.
    let judged = tasks::ALL.iter().filter(|task| !task.cases.is_empty());
    let parts: BTreeSet<&str> = judged.flat_map(|task| task.parts).copied().collect();
    let source = read(SUBSTITUTES);
    let list = source
        .split("const PARTS")
        .nth(1)
        .unwrap()
        .split("];\n")
        .next()
        .unwrap();
    let lines = list.lines().map(quoted).filter(|names| !names.is_empty());
    let replaced: Vec<(String, BTreeSet<String>)> = lines
        .map(|names| (names[0].clone(), names[1..].iter().cloned().collect()))
        .collect();
    let names: BTreeSet<&str> = replaced.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, parts, "PARTS in {SUBSTITUTES} are not the `parts` of the tasks");
    let fixtures = Fixtures::load(&tests::root().join("fixtures"), tasks::ALL).unwrap();
    for (name, outputs) in &replaced {
        let stored = fixtures.tasks[name].values().flat_map(|case| case.expected.keys());
        // A distribution is stored in place of what is drawn from it, as `token.distribution`.
        let known: BTreeSet<String> = stored.map(|name| name.split('.').next().unwrap().to_owned()).collect();
        assert_eq!(
            *outputs, known,
            "PARTS in {SUBSTITUTES} names other outputs of `{name}` than its golden cases have"
        );
    }
}

#[test]
fn every_task_has_an_adapter_in_the_list() {
    let source = read(ADAPTERS);
    let ids: BTreeSet<String> = tasks::ALL.iter().map(|task| task.id.to_owned()).collect();
    let of = |before: &str, after: &str| -> BTreeSet<String> {
        let name = |line: &str| line.trim().strip_prefix(before)?.strip_suffix(after).map(str::to_owned);
        source.lines().filter_map(name).collect()
    };
    assert_eq!(of("mod ", ";"), ids, "the modules in {ADAPTERS} are not the tasks");
    assert_eq!(of("", "::ADAPTER,"), ids, "ADAPTERS in {ADAPTERS} are not the tasks");
}
