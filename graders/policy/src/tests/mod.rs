//! The policy as a whole: spellings, hiding places, what is no use at all, who is charged, and what is too much.
#![expect(clippy::unwrap_used, reason = "tests")]

mod attribution;
mod general;
mod innocent;
mod limits;
mod operators;

use super::{Breach, Family, Inspection, Reason, Rules, TaskRules, inspect};

const NORM: Family = Family {
    name: "norm",
    stems: &["rms_norm"],
    arity: 3,
};
const FUSED: Family = Family {
    name: "fused",
    stems: &["flash_attention", "scaled_dot_product_attention", "sdp_choice"],
    arity: 7,
};

fn task(task: &'static str, file: &'static str, forbidden: &[&'static str]) -> TaskRules {
    TaskRules {
        task,
        file,
        functions: vec![task.to_owned()],
        forbidden: forbidden.to_vec(),
    }
}

/// Five tasks in three files.
fn rules() -> Rules {
    Rules {
        families: vec![NORM, FUSED],
        tasks: vec![
            task("rms_norm", "normalization.rs", &["norm", "fused"]),
            task("scale", "normalization.rs", &["fused"]),
            task("scaled_dot_product_attention", "attention.rs", &["fused"]),
            task("causal_self_attention", "attention.rs", &["fused"]),
            task("flash_attention", "flash.rs", &[]),
        ],
        parts: "parts.rs",
    }
}

/// Inspects sources by name.
fn inspected(files: &[(&str, &str)]) -> Inspection {
    let files: Vec<(&str, Vec<u8>)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_bytes().to_vec()))
        .collect();
    inspect(&files, &rules())
}

/// The tasks that are charged, each with file, line and item.
fn charged(files: &[(&str, &str)]) -> Vec<String> {
    let breaches = inspected(files).breaches;
    breaches
        .iter()
        .map(|found| format!("{} {}:{} {}", found.task, found.file, found.line, found.item))
        .collect()
}

/// What the function `rms_norm` is charged with, written with this body and whatever else is in its file.
fn of_norm(body: &str, beside: &str) -> Option<Breach> {
    let text = format!(
        "use tch::Tensor;\npub fn rms_norm(x: &Tensor, w: &Tensor, e: f64) -> Tensor {{\n{body}\n}}\n{beside}\n"
    );
    inspected(&[("normalization.rs", &text)])
        .breaches
        .into_iter()
        .find(|found| found.task == "rms_norm")
}

/// Asserts that each body is refused for a reason.
fn assert_refused(reason: Reason, cases: &[(&str, &str)]) {
    for (body, beside) in cases {
        let found = of_norm(body, beside);
        assert_eq!(
            found.as_ref().map(|found| found.reason),
            Some(reason),
            "{body}\n{beside}\n{found:?}"
        );
    }
}

/// Asserts that nobody is charged.
fn assert_accepted(cases: &[(&str, &str)]) {
    for (body, beside) in cases {
        assert_eq!(of_norm(body, beside), None, "{body}\n{beside}");
    }
}
