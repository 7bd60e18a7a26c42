//! Findings as Rust: a test that a student can save in their own crate and run, and that fails while the finding holds.
//!
//! Here is how a test is put together; `signature` knows how functions are called, `claim` what is asserted, `literal`
//! how values are written.

mod claim;
mod literal;
mod signature;
mod signatures;
mod variables;

use std::collections::BTreeSet;
use std::fmt::Write;

use judge::reproduction::{Claim, Quantity, Reproduction, Step};

use crate::words;
use signature::Signature;
use variables::Variables;

/// Bytes of a snippet: what is longer is read by nobody.
const MOST: usize = 12_000;

/// A snippet, or why there is none.
pub(crate) type Snippet = Result<String, &'static str>;

/// The snippet of a finding of a check.
pub(crate) fn snippet(task: &str, check: &str, rule: &str, reproduction: &Reproduction) -> Option<Snippet> {
    let calls = &reproduction.calls;
    let signatures: Vec<Signature> = calls.iter().map(signatures::of).collect::<Option<_>>()?;
    let values: usize = calls
        .iter()
        .flat_map(|step| step.arguments.values())
        .map(wire::Tensor::len)
        .sum();
    if values > MOST {
        return Some(Err(words::SNIPPET_TOO_LONG));
    }
    let body = body(calls, &signatures, &reproduction.claim)?;
    let name = name(task, check);
    let mut text = String::new();
    for line in crate::wrap::wrap(&words::snippet_head(task, check, rule, &name), 97) {
        let _ = writeln!(text, "// {line}");
    }
    // A line of its own, however long it is, so that it can be copied.
    let _ = writeln!(text, "// {}", words::snippet_command(&name));
    text.push_str(&imports(&signatures, &body));
    let _ = write!(text, "\n#[test]\nfn {name}() {{\n{body}}}\n");
    Some(if text.len() > MOST {
        Err(words::SNIPPET_TOO_LONG)
    } else {
        Ok(text)
    })
}

/// The name of the test, and of its file.
fn name(task: &str, check: &str) -> String {
    let letters = format!("{task}_{check}");
    letters
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' })
        .collect()
}

/// Of `tch` only what occurs, so that the compiler has nothing to say.
fn imports(signatures: &[Signature], body: &str) -> String {
    let ours: BTreeSet<&str> = signatures
        .iter()
        .flat_map(|signature| signature.uses)
        .copied()
        .collect();
    let ours: Vec<String> = ours.iter().map(|path| format!("use student::{path};\n")).collect();
    let mut text = ours.concat();
    let mut theirs = Vec::new();
    for (item, sign) in [
        ("Device", "Device::"),
        ("IndexOp", ".i("),
        ("Kind", "Kind::"),
        ("Tensor", "Tensor"),
    ] {
        if body.contains(sign) {
            theirs.push(item);
        }
    }
    let theirs = match theirs.as_slice() {
        [] => String::new(),
        [one] => format!("use tch::{one};\n"),
        several => format!("use tch::{{{}}};\n", several.join(", ")),
    };
    text.push_str(&theirs);
    text
}

fn body(calls: &[Step], signatures: &[Signature], claim: &Claim) -> Option<String> {
    let mut body = Body {
        lines: Vec::new(),
        variables: Variables::default(),
        several: calls.len() > 1,
    };
    if let Claim::Untouched { argument } = claim {
        return body.untouched(&calls[0], &signatures[0], argument);
    }
    for (number, signature) in signatures.iter().enumerate() {
        body.call(calls, number, signature, claim)?;
    }
    body.lines
        .extend(claim::lines(claim, calls, &signatures[calls.len() - 1])?);
    Some(body.text())
}

/// The lines of a test.
struct Body {
    lines: Vec<String>,
    variables: Variables,
    several: bool,
}

impl Body {
    fn text(&self) -> String {
        let lines: Vec<String> = self.lines.iter().map(|line| format!("    {line}\n")).collect();
        lines.concat()
    }

    /// One call: its new arguments, then what it gives.
    fn call(&mut self, calls: &[Step], number: usize, signature: &Signature, claim: &Claim) -> Option<()> {
        let step = &calls[number];
        let is_last = number + 1 == calls.len();
        let mut before = self.before(calls, number, signature)?;
        if is_drawing(step, claim) {
            before.push(format!("tch::manual_seed({});", step.seed));
        }
        let call = self.variables.filled(step, signature.call)?;
        if is_last && let Claim::Refuses { input } = claim {
            self.lines.extend(before);
            self.lines.push(format!("let result = {call};"));
            self.lines.push(format!(
                "assert!(result.is_err(), {:?});",
                words::snippet_accepted(input)
            ));
            return Some(());
        }
        let call = format!("{call}{}", if signature.fallible { ".unwrap()" } else { "" });
        let used = claim::outputs(claim, number, is_last, calls, signature);
        let given = given(number, self.several, step, &used);
        let gives = self.gives(step, signature, &used)?;
        match (&step.gradient, signature.pattern) {
            (None, None) if !self.several || before.is_empty() => {
                self.lines.extend(before);
                self.lines.push(format!("let {given} = {call};"));
            }
            (None, Some(pattern)) if !self.several => {
                self.lines.extend(before);
                self.lines
                    .push(format!("let {} = {call};", without_unused(pattern, &gives)));
                if given != gives && !used.is_empty() {
                    self.lines.push(format!("let {given} = {gives};"));
                }
            }
            (_, pattern) => {
                let differentiated = step.gradient.iter().flat_map(|gradient| gradient.cotangents.keys());
                let used = differentiated.fold(gives.clone(), |used, output| {
                    format!("{used} {}", made(signature, output))
                });
                let pattern = pattern.map(|pattern| without_unused(pattern, &used));
                let pattern = pattern.as_deref();
                let result = signature.outputs.first().map_or("result", |output| output.0);
                if step.gradient.is_none() && pattern.is_none() && gives == result {
                    self.block(&given, &before, &call);
                    return Some(());
                }
                before.push(format!("let {} = {call};", pattern.unwrap_or(result)));
                before.extend(self.backward(step, signature, pattern)?);
                self.block(&given, &before, &gives);
            }
        }
        Some(())
    }

    /// Lines of a block that gives something.
    fn block(&mut self, given: &str, lines: &[String], gives: &str) {
        self.lines.push(format!("let {given} = {{"));
        self.lines.extend(lines.iter().map(|line| format!("    {line}")));
        self.lines.push(format!("    {gives}"));
        self.lines.push("};".to_owned());
    }

    /// What comes before a call, its new tensors declared.
    fn before(&mut self, calls: &[Step], number: usize, signature: &Signature) -> Option<Vec<String>> {
        let step = &calls[number];
        let texts: Vec<&str> = signature.before.iter().copied().chain([signature.call]).collect();
        let outputs = signature.outputs.iter().map(|output| output.1);
        let mut needed = variables::tensors_in(texts.iter().copied().chain(outputs));
        if let Some(weights) = signature.weights {
            let names = step
                .arguments
                .iter()
                .filter(|(name, tensor)| is_weight(name, tensor, weights.inputs));
            needed.extend(names.map(|(name, _)| name.clone()));
        }
        for name in needed {
            let line = self.variables.declare(calls, number, &name);
            self.lines.extend(line);
        }
        let mut before = Vec::new();
        if let Some(weights) = signature.weights {
            before.extend(self.reading(step, weights));
        }
        for line in signature.before {
            before.push(self.variables.filled(step, line)?);
        }
        Some(before)
    }

    /// Weights by name.
    fn reading(&self, step: &Step, weights: signature::Weights) -> Vec<String> {
        let mut lines = vec!["let read = |name: &str| match name {".to_owned()];
        for (name, _) in step
            .arguments
            .iter()
            .filter(|(name, tensor)| is_weight(name, tensor, weights.inputs))
        {
            lines.push(format!(
                "    {name:?} => Ok({}.shallow_clone()),",
                self.variables.name(step, name)
            ));
        }
        lines.push("    other => Err(format!(\"there is no `{other}`\")),".to_owned());
        lines.push("};".to_owned());
        lines.push(format!("let weights = {};", weights.read));
        lines
    }

    /// The gradients of the outputs, weighted by their cotangents.
    fn backward(&self, step: &Step, signature: &Signature, pattern: Option<&str>) -> Option<Vec<String>> {
        let Some(gradient) = &step.gradient else {
            return Some(Vec::new());
        };
        let mut lines = Vec::new();
        let mut terms = Vec::new();
        for (output, cotangent) in &gradient.cotangents {
            let (name, made) = signature.outputs.iter().find(|(name, _)| name == output)?;
            let value = if made.is_empty() || pattern.is_none() {
                (*name).to_owned()
            } else {
                self.variables.filled(step, made)?
            };
            // Without this `run_backward` brings the program down where nothing requires grad.
            lines.push(format!(
                "assert!({value}.requires_grad(), \"{output} does not require grad: no gradient flows back\");"
            ));
            lines.push(format!("let cotangent_of_{output} = {};", literal::tensor(cotangent)));
            lines.push(format!("assert_eq!({value}.size(), cotangent_of_{output}.size());"));
            terms.push(format!("(&{value} * cotangent_of_{output}).sum(Kind::Double)"));
        }
        lines.push(format!("let sum = {};", terms.join(" + ")));
        let by: Vec<String> = gradient
            .by
            .iter()
            .map(|name| format!("&{}", self.variables.name(step, name)))
            .collect();
        lines.push(format!(
            "let gradients = Tensor::run_backward(&[sum], &[{}], false, false);",
            by.join(", ")
        ));
        Some(lines)
    }

    /// The expression of what a call gives.
    fn gives(&self, step: &Step, signature: &Signature, used: &[Quantity]) -> Option<String> {
        let one = |used: &Quantity| match used {
            Quantity::Output(output) => {
                let (name, made) = signature.outputs.iter().find(|(name, _)| name == output)?;
                if made.is_empty() {
                    Some((*name).to_owned())
                } else {
                    self.variables.filled(step, made)
                }
            }
            Quantity::Gradient(argument) => {
                let by = &step.gradient.as_ref()?.by;
                let place = by.iter().position(|name| name == argument)?;
                Some(format!("gradients[{place}].shallow_clone()"))
            }
        };
        let all: Vec<String> = used.iter().map(one).collect::<Option<_>>()?;
        Some(tuple(&all))
    }

    /// A call whose argument is looked at before and after it.
    fn untouched(&mut self, step: &Step, signature: &Signature, argument: &str) -> Option<String> {
        let calls = std::slice::from_ref(step);
        let before = self.before(calls, 0, signature)?;
        let variable = self.variables.name(step, argument);
        // A setting cannot be changed, and what is read out of a tensor is not the tensor.
        self.variables.is_declared(&variable).then_some(())?;
        self.lines.push(format!("let before = {variable}.copy();"));
        self.lines.extend(before);
        let call = self.variables.filled(step, signature.call)?;
        self.lines.push(format!("let _ = {call};"));
        let words = words::snippet_changed(argument);
        self.lines
            .push(format!("assert!({variable}.equal(&before), {words:?});"));
        Some(self.text())
    }
}

/// What takes what a call gives.
fn given(number: usize, several: bool, step: &Step, used: &[Quantity]) -> String {
    let names: Vec<String> = used
        .iter()
        .map(|used| claim::variable(used, number, several, step))
        .collect();
    if names.is_empty() {
        "_".to_owned()
    } else {
        tuple(&names)
    }
}

fn tuple(parts: &[String]) -> String {
    match parts {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}

/// The expression of an output in terms of what its pattern takes.
fn made(signature: &Signature, output: &str) -> &'static str {
    let found = signature.outputs.iter().find(|(name, _)| *name == output);
    found.map_or("", |(_, made)| made)
}

/// A pattern that takes only what is used, so that the compiler has nothing to say.
fn without_unused(pattern: &str, used: &str) -> String {
    let Some(names) = pattern.strip_prefix('(').and_then(|names| names.strip_suffix(')')) else {
        return if used == "()" {
            "_".to_owned()
        } else {
            pattern.to_owned()
        };
    };
    let kept = names
        .split(", ")
        .map(|name| if used.contains(name) { name } else { "_" });
    format!("({})", kept.collect::<Vec<_>>().join(", "))
}

fn is_weight(name: &str, tensor: &wire::Tensor, inputs: &[&str]) -> bool {
    !tensor.shape().is_empty() && !inputs.contains(&name)
}

/// Whether a call draws from libtorch's generator, or would where dropout is active by mistake.
fn is_drawing(step: &Step, claim: &Claim) -> bool {
    let takes = |name: &str| step.arguments.contains_key(name);
    takes("train")
        || takes("attention_dropout")
        || takes("temperature")
        || matches!(claim, Claim::Repeats { .. } | Claim::Never { .. } | Claim::Share { .. })
}

#[cfg(test)]
mod tests;
