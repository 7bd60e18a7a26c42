//! What goes into a task's functions and what comes out, with shapes: the list in the instruction that students get, read
//! from the template, where it stands once and for all.

use std::fs;
use std::path::Path;

use judge::contract::Task;

use crate::engine::promises::sentences::comment;

/// The items of the instructions of a task's functions, in their order; none where the template is not at hand.
pub(super) fn of(task: &Task, template: &Path) -> Vec<String> {
    let source = fs::read_to_string(template.join("src").join(task.file)).unwrap_or_default();
    let mut items: Vec<String> = Vec::new();
    for function in task.functions {
        items.extend(in_source(&source, function));
    }
    items.dedup();
    items
}

/// The items of one function's doc comment, without the marks of code.
fn in_source(source: &str, function: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut inside = false;
    for line in comment(source, function) {
        let text = line.replace('`', "");
        if let Some(item) = text.strip_prefix("- ") {
            items.push(item.to_owned());
            inside = true;
        } else if let Some(item) = items.last_mut().filter(|_| inside && text.starts_with("  ")) {
            item.push(' ');
            item.push_str(text.trim());
        } else {
            inside = false;
        }
    }
    items
}

#[cfg(test)]
mod tests {

    use super::*;

    fn template() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../student_template")
    }

    #[test]
    fn the_list_of_a_doc_comment_is_read_to_its_end_and_no_further() {
        let source = "/// - `other`: not this one.\npub fn other() {}\n\n/// Adds.\n///\n/// - `x`: `[B, C]`, f64\n///   or f32.\n/// \
                      - Returns `[B]`.\n///\n/// Source: nowhere.\n#[must_use]\npub fn f(x: &Tensor) -> Tensor {\n";
        assert_eq!(in_source(source, "f"), ["x: [B, C], f64 or f32.", "Returns [B]."]);
        assert_eq!(in_source(source, "g"), Vec::<String>::new());
    }

    #[test]
    fn a_task_has_the_shapes_of_all_its_functions() {
        let shapes = |id: &str| of(tasks::find(id).expect("a task"), &template()).join("\n");
        assert!(shapes("rms_norm").contains("input: [..., C]"), "{}", shapes("rms_norm"));
        assert!(shapes("rms_norm").contains("Returns [..., C]"));
        for task in tasks::ALL {
            for function in task.functions {
                let source = fs::read_to_string(template().join("src").join(task.file)).unwrap_or_default();
                assert!(
                    source.contains(&format!("pub fn {function}(")),
                    "{}: {function}",
                    task.id
                );
            }
        }
    }
}
