//! What is said of every task and every check.
#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;

fn root() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn explain(subject: &str) -> Result<String, Failure> {
    super::explain(subject, Some(&CourseRoot::at(root())))
}

#[test]
fn an_explanation_lists_every_check_that_can_cost_points_and_each_can_be_explained() {
    for task in tasks::ALL {
        let text = explain(task.id).unwrap();
        let (_, listed) = text.split_once("\n  checks\n").unwrap();
        let is_made = |check: &String| {
            check != judge::grading::judgement::AS_PART || judge::grading::judgement::is_part(task, tasks::ALL)
        };
        for check in judge::grading::check_names::check_names(task)
            .into_iter()
            .filter(is_made)
        {
            assert!(
                listed.contains(&format!("    {check}: ")),
                "{}/{check}:\n{text}",
                task.id
            );
            assert!(explain(&format!("{}/{check}", task.id)).is_ok(), "{}/{check}", task.id);
        }
        // A check that has no words of its own is told as the one about digits.
        assert!(listed.matches("every step is computed in f64").count() <= 1, "{listed}");
    }
}

#[test]
fn an_explanation_has_the_shapes_of_arguments_and_result() {
    let text = explain("merge_heads").unwrap();
    let instruction = "    - input: [B, h, T, d].\n        whole-domain";
    assert!(text.contains(instruction), "{text}");

    // Students have the template, and nothing of the corpus.
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(root().join("student_template"), folder.path().join("student_template")).unwrap();
    let text = super::explain("merge_heads", Some(&CourseRoot::at(folder.path().to_owned()))).unwrap();
    let expected = "  arguments and result\n    - input: [B, h, T, d].\n    - Returns [B, T, h d]: ";
    assert!(text.contains(expected), "{text}");
    assert!(
        !super::explain("merge_heads", None)
            .unwrap()
            .contains("arguments and result")
    );
}

#[test]
fn every_task_and_every_property_can_be_explained() {
    for task in tasks::ALL {
        let text = explain(task.id).unwrap();
        let words: Vec<&str> = text.split_whitespace().collect();
        for equation in task.formula.split("; ").chain(task.signature.split("; ")) {
            let equation: Vec<&str> = equation.split_whitespace().collect();
            assert!(
                words.windows(equation.len()).any(|part| part == equation),
                "{equation:?}"
            );
        }
        for property in task.properties {
            assert!(
                explain(&format!("{}/{}", task.id, property.name))
                    .unwrap()
                    .contains("The property")
            );
        }
        for trial in task.trials {
            assert!(
                explain(&format!("{}/{}", task.id, trial.name))
                    .unwrap()
                    .contains("The trial")
            );
        }
        let fresh = explain(&format!("{}/differential", task.id));
        assert_eq!(fresh.is_ok(), !task.cases.is_empty(), "{}", task.id);
        for portion in task.golden_portions() {
            assert!(explain(&format!("{}/golden-f64/{portion}", task.id)).is_ok());
        }
    }
}

#[test]
fn what_a_task_may_not_call_is_part_of_its_explanation() {
    let words = |subject: &str| {
        explain(subject)
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert!(words("rms_norm").contains("RMS norm in one operator"));
    assert!(!words("flash_attention").contains("fused attention in one operator"));
    assert!(words("decoder_block/policy").contains("fused attention in one operator"));
    assert!(words("nucleus/build").contains("fn nucleus("));
}

#[test]
fn unknown_names_are_answered_with_the_known_ones() {
    assert!(explain("rms").unwrap_err().to_string().contains("rms_norm"));
    assert!(explain("rms_norm/even").unwrap_err().to_string().contains("odd"));
}

#[test]
fn explanations_fit_a_terminal_of_eighty_columns() {
    for task in tasks::ALL {
        let properties = task
            .properties
            .iter()
            .map(|property| format!("{}/{}", task.id, property.name));
        let golden = task
            .golden_portions()
            .into_iter()
            .map(|portion| format!("{}/golden-f64/{portion}", task.id));
        for subject in properties
            .chain(golden)
            .chain([task.id.to_owned(), format!("{}/build", task.id)])
        {
            let text = explain(&subject).unwrap();
            let wide = text.lines().find(|line| line.chars().count() > 80);
            assert_eq!(wide, None, "{subject}");
        }
    }
}
