//! `grade explain`: a task's definition, or one of its checks, in words.

mod shapes;

use std::fmt::Write;

use judge::checks::derived::{self, domain};
use judge::checks::differential;
use judge::checks::purity::{self, Purity};
use judge::contract::training::Trial;
use judge::contract::{self, Expect, Property, Task};
use judge::grading::check_names::check_names;
use judge::grading::judgement::{AS_PART, BUILD, EXTRA_AXES, POLICY, TIME, is_part};
use report::wrap_hanging;

use crate::course_root::CourseRoot;
use crate::engine::promises::Promises;
use crate::failure::Failure;
use crate::names;
use crate::selection;

/// What no task may use.
const NOBODY_MAY_CALL: &str = "unsafe code, files and paths, processes, the network, the environment, TorchScript, \
                               crates other than tch and std";

/// Width of explanations.
const WIDTH: usize = 78;

/// Explains `task` or `task/check`; the instructions are the template's.
pub(crate) fn explain(subject: &str, place: Option<&CourseRoot>) -> Result<String, Failure> {
    let (id, check) = match subject.split_once('/') {
        Some((id, check)) => (id, Some(check)),
        None => (subject, None),
    };
    let task = selection::find(id)?;
    match check {
        None => explain_task(task, place),
        Some(check) => explain_check(task, check),
    }
}

fn explain_task(task: &Task, place: Option<&CourseRoot>) -> Result<String, Failure> {
    let mut text = format!("{}   {}\n\n", task.id, task.file);
    paragraph(&mut text, "  ", task.definition);
    text.push('\n');
    formula(&mut text, task);
    text.push('\n');
    signature(&mut text, task);
    text.push('\n');
    if let Some(place) = place {
        instructions(&mut text, task, place)?;
    }
    list(&mut text, "conventions", task.conventions.iter().copied());
    list(&mut text, "often misread", task.misreadings.iter().copied());
    list(&mut text, "may not call", may_not_call(task).iter().map(String::as_str));
    if !task.parts.is_empty() {
        list(&mut text, "uses, through `parts`", task.parts.iter().copied());
    }
    let _ = writeln!(text, "  checks");
    let is_made = |name: &String| name != AS_PART || is_part(task, tasks::ALL);
    for name in check_names(task).into_iter().filter(is_made) {
        let statement = statement(task, &name);
        entry(&mut text, &name, &statement);
    }
    text.push('\n');
    paragraph(&mut text, "  ", &format!("source: {}", task.source));
    Ok(text)
}

/// What the instructions demand and promise, with the checks; without these, what goes in and what comes out.
fn instructions(text: &mut String, task: &Task, place: &CourseRoot) -> Result<(), Failure> {
    let Some(promises) = Promises::load(place)? else {
        let shapes = shapes::of(task, &place.template());
        if !shapes.is_empty() {
            list(text, "arguments and result", shapes.iter().map(String::as_str));
        }
        return Ok(());
    };
    let _ = writeln!(text, "  instructions, each with the checks that see it broken");
    for promise in promises.of(task, &place.template()) {
        hanging(text, "    - ", "      ", &promise.sentence.replace('`', ""));
        hanging(text, "        ", "        ", &promise.checks.join(", "));
    }
    text.push('\n');
    Ok(())
}

/// What has to hold for a check, in a few words.
fn statement(task: &Task, check: &str) -> String {
    let property = task
        .properties
        .iter()
        .find(|property| property.name == check)
        .map(|property| property.statement);
    let purity = || {
        let found = purity_of(task).iter().find(|purity| purity.name == check);
        found.map(|purity| purity.statement)
    };
    if let Some(trial) = task.trial(check) {
        return format!("{} (with --training)", trial.statement);
    }
    let derived = || {
        derived::of(task)
            .find(|derived| derived.name == check)
            .map(|derived| derived.statement)
    };
    if let Some(statement) = property.or_else(purity).or_else(derived) {
        return statement.to_owned();
    }
    let words = match (check, golden_portion(task, check)) {
        (_, Some(portion)) if is_tried_out(task, portion) => "any weights that behave correctly are accepted",
        (_, Some(_)) => "stored inputs and outputs",
        (AS_PART, _) => "larger tasks that call it hold with it as they do with the reference's",
        (BUILD, _) => "the file compiles, and the function has the signature above",
        (POLICY, _) => "nothing is called that the task rules out",
        (TIME, _) => "the functions judged before leave time for this one (with --time-limit)",
        (EXTRA_AXES, _) => "no output has axes of size 1 in front that the definition does not give it",
        (differential::NAME, _) => "fresh inputs are answered as the reference answers them",
        _ => "for f64 inputs every step is computed in f64",
    };
    words.to_owned()
}

/// What the check `policy` looks for.
fn may_not_call(task: &Task) -> Vec<String> {
    let families = task.forbidden_families().into_iter();
    let operators = families.map(|family| format!("{} in one operator of libtorch, in any spelling", family.name()));
    operators.chain([NOBODY_MAY_CALL.to_owned()]).collect()
}

/// The kinds of arguments that are tried.
fn explain_domain(text: &mut String, task: &Task) {
    text.push_str("\n  tried on\n");
    for domain in task.contract.domain {
        let sizes = domain.sizes.iter();
        let sizes: Vec<String> = sizes
            .map(|(name, low, high)| format!("{name} from {low} to {high}"))
            .collect();
        entry(text, domain.name, &sizes.join(", "));
    }
}

fn explain_check(task: &Task, check: &str) -> Result<String, Failure> {
    let mut text = format!("{}/{check}\n\n", task.id);
    if let Some(property) = task.properties.iter().find(|property| property.name == check) {
        explain_property(&mut text, task, property);
    } else if let Some(trial) = task.trial(check) {
        explain_trial(&mut text, task, trial);
    } else if let Some(found) = purity_of(task).iter().find(|purity| purity.name == check) {
        paragraph(&mut text, "  ", &format!("{}.", found.statement));
    } else if let Some(found) = derived::of(task).find(|derived| derived.name == check) {
        paragraph(&mut text, "  ", &format!("{}.", found.statement));
        if check == domain::CHECK.name {
            explain_domain(&mut text, task);
        }
    } else if let Some(portion) = golden_portion(task, check) {
        let cases: Vec<&str> = task
            .cases
            .iter()
            .filter(|case| case.portion == portion)
            .map(|case| case.name)
            .collect();
        let how = if is_tried_out(task, portion) {
            "The answer is tried out and not compared with another: the grader works out what it does, and shows the \
             first input on which that is not right, step by step."
        } else {
            "Stored inputs are given to the function; its outputs are compared with those of the reference, computed in \
             f64: dtype and shape first, then values, within a tolerance derived from several correct formulations."
        };
        paragraph(&mut text, "  ", how);
        text.push('\n');
        hanging(&mut text, "  cases: ", "    ", &cases.join(", "));
        definition(&mut text, task);
    } else if check == AS_PART {
        paragraph(&mut text, "  ", &format!("{}.", statement(task, check)));
    } else if check == POLICY {
        paragraph(
            &mut text,
            "  ",
            "The sources are searched for what the task rules out, in every spelling: as a method, by a path, through \
             an import with another name, in a macro, in a helper that the function reaches. A use costs the task's \
             points. Tests under `#[cfg(test)]` may use what they like.",
        );
        text.push('\n');
        list(&mut text, "may not call", may_not_call(task).iter().map(String::as_str));
        // The line that leads back to the task begins with an empty one of its own.
        text.pop();
    } else if check == TIME {
        paragraph(
            &mut text,
            "  ",
            "With --time-limit the whole grading has so many seconds, as it has on Gradescope. A task whose turn comes \
             after that is not judged, and earns nothing where functions before it used up their own limits.",
        );
    } else if check == BUILD {
        paragraph(
            &mut text,
            "  ",
            "The file that holds the task compiles with `tch` and `std` alone, and the function has the signature below.",
        );
        text.push('\n');
        signature(&mut text, task);
    } else if check == differential::NAME && !task.cases.is_empty() {
        paragraph(
            &mut text,
            "  ",
            "Where a golden case holds, fresh inputs are drawn as its own were, and the function's outputs for them are \
             compared with the reference's in f64, within the same tolerance. The seed of these inputs follows from \
             assignment, submission and grader, and is in the report: it is another one after every change. A \
             case without random inputs is left out; without the reference, nothing is compared. Where they differ, the \
             portion of the golden case is lost.",
        );
        let _ = writeln!(text, "\n  definition: {}", task.formula);
    } else if check == "precision" && !task.cases.is_empty() {
        paragraph(
            &mut text,
            "  ",
            "For f64 inputs every step has to be computed in f64: a step in f32 costs digits. Where f64 fails outright over \
             such a step, and f32 is right, it costs this check, and all others are made in f32.",
        );
    } else if check == EXTRA_AXES && !task.cases.is_empty() {
        paragraph(
            &mut text,
            "  ",
            "An output has as many axes as the definition says. Right values behind axes of size 1 cost this check; all \
             others are made as if those axes were not there.",
        );
    } else {
        let known = check_names(task);
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        return Err(
            Failure::usage(format!("task `{}` has no check `{check}`", task.id)).hint(names::hint(
                check,
                known,
                "choose one of",
            )),
        );
    }
    let _ = writeln!(text, "\n  the task: grade explain {}", task.id);
    Ok(text)
}

/// What holds for every function is tried on golden cases: a task that is only trained has none.
fn purity_of(task: &Task) -> &'static [Purity] {
    if task.cases.is_empty() { &[] } else { purity::ALL }
}

fn explain_trial(text: &mut String, task: &Task, trial: &Trial) {
    paragraph(text, "  ", &format!("The trial: {}.", trial.statement));
    let _ = writeln!(text);
    let how = format!(
        "Your function trains on batches that the grader serves and counts, within {} seconds of CPU time. What it \
         returns is then measured by the grader, on data whose answers your program never sees.",
        trial.cpu_seconds
    );
    paragraph(text, "  ", &how);
    paragraph(text, "  ", "It takes a while, so it runs with `grade --training` only.");
    definition(text, task);
}

fn explain_property(text: &mut String, task: &Task, property: &Property) {
    paragraph(text, "  ", &format!("The property: {}.", property.statement));
    let sizes: Vec<String> = property
        .sizes
        .iter()
        .map(|(name, low, high)| format!("{name} from {low} to {high}"))
        .collect();
    let _ = writeln!(text);
    if !sizes.is_empty() {
        paragraph(
            text,
            "  ",
            &format!("It is tried on random inputs with {}.", sizes.join(", ")),
        );
        paragraph(
            text,
            "  ",
            "Where it fails, the input is made smaller until the smallest failing one is found.",
        );
    }
    definition(text, task);
}

fn golden_portion<'a>(task: &Task, check: &'a str) -> Option<&'a str> {
    let portion = contract::golden_portion(check)?;
    task.golden_portions().contains(&portion).then_some(portion)
}

/// The formula, an equation a line.
fn formula(text: &mut String, task: &Task) {
    for equation in task.formula.split("; ") {
        hanging(text, "      ", "          ", equation);
    }
}

/// The formula below the words on a check.
fn definition(text: &mut String, task: &Task) {
    text.push_str("\n  definition\n\n");
    formula(text, task);
}

/// The signatures; one that is wider than the page goes on in the next line.
fn signature(text: &mut String, task: &Task) {
    for function in task.signature.split("; ") {
        hanging(text, "  ", "      ", function);
    }
}

/// Whether answers of a portion have many right forms.
fn is_tried_out(task: &Task, portion: &str) -> bool {
    let mut cases = task.cases.iter().filter(|case| case.portion == portion);
    cases.any(|case| matches!(case.expect, Expect::Verified(_)))
}

fn list<'a>(text: &mut String, title: &str, items: impl Iterator<Item = &'a str>) {
    let _ = writeln!(text, "  {title}");
    for item in items {
        hanging(text, "    - ", "      ", item);
    }
    text.push('\n');
}

fn entry(text: &mut String, name: &str, statement: &str) {
    hanging(text, &format!("    {name}: "), "      ", statement);
}

fn paragraph(text: &mut String, indent: &str, words: &str) {
    hanging(text, indent, indent, words);
}

/// Wraps words at `WIDTH`, the first line with its own indent.
fn hanging(text: &mut String, first: &str, rest: &str, words: &str) {
    let width = |indent: &str| WIDTH.saturating_sub(indent.chars().count());
    let lines = wrap_hanging(words, width(first), width(rest));
    let _ = writeln!(text, "{first}{}", lines.join(&format!("\n{rest}")));
}

#[cfg(test)]
mod tests;
