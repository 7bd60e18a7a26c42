//! What small overlays of a small reference touch.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn texts(files: &[(&str, &str)]) -> Texts {
    files
        .iter()
        .map(|&(name, text)| (name.to_owned(), text.to_owned()))
        .collect()
}

const NORMALIZATION: &str = "pub fn rms_norm() {}\n";
const ROTARY: &str = "\
/// For `rms_norm`.
pub fn rotary_embedding() { turn() }

fn turn() {}

#[cfg(test)]
mod tests {
    use crate::normalization::rms_norm;
}
";
const SAMPLING: &str = "\
use crate::attention::causal_mask as other;

pub fn greedy() { other() }

pub fn nucleus() { largest() }

fn largest() {}

pub fn draw() {}
";

/// No function has the name of the task.
const FIGURE: &str = "pub fn left() {}\n\npub fn right() { edges() }\n\nfn edges() {}\n";

fn touched(after: &[(&str, &str)]) -> Touched {
    let before = texts(&[
        ("attention.rs", "pub fn causal_mask() { parts::rotary_embedding() }"),
        ("normalization.rs", NORMALIZATION),
        ("rotary.rs", ROTARY),
        ("sampling.rs", SAMPLING),
        ("types.rs", ""),
    ]);
    let known = [
        "rms_norm",
        "causal_mask",
        "rotary_embedding",
        "greedy",
        "nucleus",
        "decoder_block",
        "figure_6",
    ];
    let tasks: Vec<_> = known.iter().filter_map(|id| tasks::find(id)).collect();
    // A block of its own file, so that it is there.
    let mut before = before;
    before.insert("transformer.rs".to_owned(), "pub fn decoder_block() {}".to_owned());
    let after = texts(after);
    before.insert("figure_6.rs".to_owned(), FIGURE.to_owned());
    let adapters = texts(&[
        ("nucleus.rs", "fn call() { student::sampling::draw() }"),
        ("causal_mask.rs", "fn call() { student::attention::causal_mask() }"),
        (
            "decoder_block.rs",
            "fn call() { student::transformer::decoder_block() }",
        ),
        (
            "figure_6.rs",
            "use student::figure_6::{left, right};\n\nconst ANSWERS: [fn(); 2] = [left, right];",
        ),
        ("greedy.rs", "fn call() { student::sampling::greedy() }"),
        ("rms_norm.rs", "fn call() { student::normalization::rms_norm() }"),
        (
            "rotary_embedding.rs",
            "fn call() { student::rotary::rotary_embedding() }",
        ),
    ]);
    Sources {
        before: &before,
        after: &after,
        adapters: &adapters,
        library: &Library::default(),
    }
    .touched(&tasks)
}

fn only<const N: usize>(tasks: [&'static str; N]) -> Touched {
    Touched::Tasks(BTreeSet::from(tasks))
}

#[test]
fn a_function_touches_its_task_and_those_that_use_it() {
    let after = [("normalization.rs", "pub fn rms_norm() { 1 }")];
    assert_eq!(touched(&after), only(["rms_norm", "decoder_block"]));
}

#[test]
fn functions_are_reached_through_others_under_any_name() {
    // The mask names it as a part, the sampling has the mask under another name.
    let after = ROTARY.replace("{ turn() }", "{ 1 }");
    let all = only(["rotary_embedding", "causal_mask", "greedy", "decoder_block"]);
    assert_eq!(touched(&[("rotary.rs", &after)]), all);
    let after = ROTARY.replace("fn turn() {}", "fn turn() { 1 }");
    assert_eq!(touched(&[("rotary.rs", &after)]), all, "through a helper");
}

#[test]
fn the_other_functions_of_a_file_are_the_references() {
    let after = SAMPLING.replace("{ other() }", "{ 1 }");
    assert_eq!(touched(&[("sampling.rs", &after)]), only(["greedy"]));
    let after = SAMPLING.replace("fn largest() {}", "fn largest() { 1 }");
    assert_eq!(touched(&[("sampling.rs", &after)]), only(["nucleus"]));
}

#[test]
fn what_is_called_for_a_task_beside_its_function_counts() {
    let after = SAMPLING.replace("fn draw() {}", "fn draw() { 1 }");
    assert_eq!(touched(&[("sampling.rs", &after)]), only(["nucleus"]));
}

#[test]
fn a_task_of_several_functions_is_touched_by_each_and_by_nothing_else() {
    for (function, other) in [
        ("left", "left_one"),
        ("edges", "corners"),
        ("right() {", "right() { 1;"),
    ] {
        let after = FIGURE.replacen(&format!("fn {function}"), &format!("fn {other}"), 1);
        assert_eq!(touched(&[("figure_6.rs", &after)]), only(["figure_6"]), "{function}");
    }
    let after = format!("{FIGURE}\nfn another() {{}}\n");
    assert_eq!(touched(&[("figure_6.rs", &after)]), only([]));
}

#[test]
fn an_import_touches_what_names_it() {
    let after = SAMPLING.replace(
        "causal_mask as other",
        "causal_mask as other;\nuse std::cmp::max as largest",
    );
    assert_eq!(touched(&[("sampling.rs", &after)]), only(["nucleus"]));
    let after = SAMPLING.replace("causal_mask as other", "causal_mask as other;\nuse std::cmp::*");
    assert_eq!(touched(&[("sampling.rs", &after)]), only(["greedy", "nucleus"]));
    let after = SAMPLING.replace("causal_mask as other", "unfinished as other");
    assert_eq!(touched(&[("sampling.rs", &after)]), only(["greedy"]));
}

#[test]
fn a_helper_of_another_file_is_no_matter_where_its_name_stands_by_itself() {
    let helper = "\nfn turn() { 2 }\n";
    assert_eq!(
        touched(&[("normalization.rs", &format!("{NORMALIZATION}{helper}"))]),
        only([])
    );
    let imported = ROTARY.replacen("/// For", "use crate::normalization::turn;\n/// For", 1);
    let both = [
        ("normalization.rs", &*format!("{NORMALIZATION}{helper}")),
        ("rotary.rs", &*imported.replace("fn turn() {}", "")),
    ];
    assert!(touched(&both).contains("rotary_embedding"));
}

#[test]
fn what_the_overlay_itself_names_counts() {
    let after = [
        ("normalization.rs", "pub fn rms_norm() { 1 }"),
        (
            "rotary.rs",
            "pub fn rotary_embedding() { super::normalization::rms_norm() }",
        ),
    ];
    assert!(touched(&after).contains("rotary_embedding"));
}

#[test]
fn comments_layout_and_tests_touch_nothing() {
    assert_eq!(touched(&[("normalization.rs", NORMALIZATION)]), only([]));
    let after = "// another word\npub fn rms_norm()\n{}\n\n#[cfg(test)]\nmod tests {\n}\n";
    assert_eq!(touched(&[("normalization.rs", after)]), only([]));
}

#[test]
fn a_function_that_is_gone_and_a_file_that_cannot_be_read_are_touched() {
    assert!(touched(&[("normalization.rs", "pub fn other() {}")]).contains("rms_norm"));
    let after = format!("{SAMPLING} }}");
    let found = touched(&[("sampling.rs", &after)]);
    assert!(found.contains("greedy") && found.contains("nucleus"));
}

#[test]
fn what_could_do_more_than_define_functions_touches_everything() {
    for text in [
        "#[unsafe(no_mangle)]\npub fn memcmp() {}",
        "macro_rules! name { () => { rms_norm } }",
        "extern \"C\" {}",
        "#[path = \"sampling.rs\"]\nmod other;",
        "impl Last for Tensor {",
    ] {
        assert_eq!(touched(&[("rotary.rs", text)]), Touched::Everything, "{text}");
    }
    assert_eq!(touched(&[("helpers.rs", "")]), Touched::Everything);
    assert_eq!(touched(&[("types.rs", "struct Other;")]), Touched::Everything);
    assert_ne!(
        touched(&[("rotary.rs", "// static\nfn f() -> &'static str {}")]),
        Touched::Everything
    );
}

/// Each task is judged in processes of its own, so that nothing of this is felt where no call reaches it.
#[test]
fn state_threads_and_settings_touch_what_reaches_them() {
    for text in [
        "static TABLE: OnceLock<Tensor> = OnceLock::new();\npub fn rms_norm() { TABLE }",
        "pub fn rms_norm() { tch::manual_seed(1) }",
        "pub fn rms_norm() { tch::set_num_threads(1) }",
        "use std::sync::atomic::AtomicUsize;\npub fn rms_norm() { AtomicUsize }",
        "pub fn rms_norm() { std::thread::spawn() }",
    ] {
        let found = touched(&[("normalization.rs", text)]);
        assert_eq!(found, only(["rms_norm", "decoder_block"]), "{text}");
    }
}

#[test]
fn between_two_states_only_what_was_saved_counts() {
    let before = texts(&[("normalization.rs", NORMALIZATION), ("rotary.rs", ROTARY)]);
    let mut after = before.clone();
    after.insert("normalization.rs".to_owned(), "pub fn rms_norm() { 1 }\n".to_owned());
    let known = ["rms_norm", "rotary_embedding"].iter();
    let known: Vec<_> = known.filter_map(|id| tasks::find(id)).collect();
    let between = |before: &Texts, after: &Texts| between(before, after, &Texts::new(), &known);
    let difference = between(&before, &after);
    assert_eq!(difference.files, ["normalization.rs"]);
    assert_eq!(difference.touched, only(["rms_norm"]));
    assert!(difference.holds("rms_norm") && !difference.holds("rotary_embedding"));
    after.remove("rotary.rs");
    assert_eq!(between(&before, &after).touched, Touched::Everything);
    assert_eq!(between(&before, &before).touched, only([]));
}

fn repository(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder)
}

#[test]
fn the_tasks_in_which_a_mistake_of_the_corpus_must_be_seen_are_touched_and_few_others() {
    let read = |folder: &str| sources(&repository(folder)).unwrap();
    let (before, adapters) = (read("reference/src"), read("graders/worker/adapters"));
    let corpus = crate::author::corpus::wrong(&repository("fixtures/submissions")).unwrap();
    let some: Vec<_> = corpus.iter().step_by(10).collect();
    let (library, mut amount) = (Library::default(), 0);
    for entry in &some {
        let all = Sources {
            before: &before,
            after: &sources(&entry.folder.join("src")).unwrap(),
            adapters: &adapters,
            library: &library,
        };
        let touched = all.touched(tasks::ALL);
        for task in entry.expected.concerned() {
            assert!(touched.contains(&task), "{}: {task} is not touched", entry.name);
        }
        amount += match touched {
            Touched::Tasks(tasks) => tasks.len(),
            Touched::Everything => tasks::ALL.len(),
        };
    }
    assert!(
        some.len() > 50 && amount < 10 * some.len(),
        "{amount} tasks of {}",
        some.len()
    );
}
