//! The variables of a snippet: a tensor is declared once, however many calls take it.

use std::collections::BTreeSet;

use judge::reproduction::{Quantity, Step};
use wire::{Data, Tensor};

use super::literal;
use crate::named::padding;

/// What has been declared.
#[derive(Debug, Default)]
pub(super) struct Variables {
    /// Name, argument, value, and whether it takes part in a gradient.
    declared: Vec<Declared>,
}

#[derive(Debug)]
struct Declared {
    variable: String,
    argument: String,
    tensor: Tensor,
    tiled: Option<usize>,
    differentiated: bool,
}

impl Variables {
    /// Declares an argument of a call, where no variable holds it yet: the line, or none.
    pub(super) fn declare(&mut self, calls: &[Step], number: usize, argument: &str) -> Option<String> {
        let step = &calls[number];
        let tensor = step.arguments.get(argument)?;
        if tensor.shape().is_empty() || self.find(step, argument).is_some() {
            return None;
        }
        let own: Vec<&Declared> = self
            .declared
            .iter()
            .filter(|other| other.argument == argument)
            .collect();
        let variable = match own.len() {
            0 => argument.to_owned(),
            others => format!("{argument}_{}", others + 1),
        };
        let (tiled, differentiated) = (tiled(step, argument), is_differentiated(step, argument));
        let value = match Step::handed_on(&calls[..number], tensor) {
            Some((earlier, output)) if !differentiated => {
                let used = Quantity::Output(output.to_owned());
                format!(
                    "{}.shallow_clone()",
                    super::claim::variable(&used, earlier, calls.len() > 1, &calls[earlier])
                )
            }
            _ => literal::tensor(tensor),
        };
        let repeated = tiled.map_or(String::new(), |times| {
            let sizes = vec![", 1"; tensor.shape().len().saturating_sub(1)].concat();
            format!(".repeat([{times}_i64{sizes}])")
        });
        let leaf = if differentiated { ".set_requires_grad(true)" } else { "" };
        let line = format!("let {variable} = {value}{repeated}{leaf};");
        self.declared.push(Declared {
            variable,
            argument: argument.to_owned(),
            tensor: tensor.clone(),
            tiled,
            differentiated,
        });
        Some(line)
    }

    /// The variable that holds an argument of a call.
    pub(super) fn name(&self, step: &Step, argument: &str) -> String {
        self.find(step, argument).unwrap_or(argument).to_owned()
    }

    /// Whether there is such a variable.
    pub(super) fn is_declared(&self, variable: &str) -> bool {
        self.declared.iter().any(|declared| declared.variable == variable)
    }

    fn find(&self, step: &Step, argument: &str) -> Option<&str> {
        let tensor = step.arguments.get(argument)?;
        let found = self.declared.iter().find(|declared| {
            declared.argument == argument
                && same(&declared.tensor, tensor)
                && declared.tiled == tiled(step, argument)
                && declared.differentiated == is_differentiated(step, argument)
        });
        found.map(|declared| declared.variable.as_str())
    }

    /// A text of a signature with the arguments of a call in it.
    pub(super) fn filled(&self, step: &Step, text: &str) -> Option<String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, name, after)) = next_name(rest) {
            filled.push_str(before);
            filled.push_str(&self.written(step, name)?);
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn written(&self, step: &Step, name: &str) -> Option<String> {
        if let Some((argument, form)) = name.split_once("_as_") {
            return converted(step, argument, form);
        }
        let tensor = step.arguments.get(name)?;
        if !tensor.shape().is_empty() {
            return Some(self.name(step, name));
        }
        Some(match tensor.data() {
            Data::F32(values) => literal::number(f64::from(*values.first()?)),
            Data::F64(values) => literal::number(*values.first()?),
            Data::I64(values) => values.first()?.to_string(),
            Data::Bool(values) => values.first()?.to_string(),
        })
    }
}

/// The arguments that texts take as they are.
pub(super) fn tensors_in<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for text in texts {
        let mut rest = text;
        while let Some((_, name, after)) = next_name(rest) {
            if !name.contains("_as_") {
                names.insert(name.to_owned());
            }
            rest = after;
        }
    }
    names
}

/// The next `{name}` of a text, with what is before and after it. Rust's own braces have a space behind them.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    for (start, _) in text.match_indices('{') {
        let Some(length) = text[start + 1..].find('}') else {
            continue;
        };
        let name = &text[start + 1..start + 1 + length];
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
        if !name.is_empty() && name.chars().all(is_name) {
            return Some((&text[..start], name, &text[start + length + 2..]));
        }
    }
    None
}

/// An argument in a type of the function's own.
fn converted(step: &Step, argument: &str, form: &str) -> Option<String> {
    let tensor = step.arguments.get(argument)?;
    let characters = || -> Option<Vec<char>> {
        let codes = tensor.to_f64().into_iter();
        codes.map(|code| char::from_u32(code as u32)).collect()
    };
    match form {
        "kind" => Some(format!("Kind::{}", literal::kind(tensor))),
        "string" => Some(format!("{:?}", characters()?.into_iter().collect::<String>())),
        "chars" => Some(format!("{:?}", characters()?)),
        "integers" => Some(format!(
            "{:?}",
            tensor.to_f64().iter().map(|&value| value as i64).collect::<Vec<_>>()
        )),
        "padding" => padding(tensor.item()?, step.arguments.get("amount")?.item()?),
        _ => None,
    }
}

fn tiled(step: &Step, argument: &str) -> Option<usize> {
    step.tiled.filter(|tiled| tiled.0 == argument).map(|tiled| tiled.1)
}

fn is_differentiated(step: &Step, argument: &str) -> bool {
    step.gradient
        .as_ref()
        .is_some_and(|gradient| gradient.by.iter().any(|by| by == argument))
}

/// NaN is the same as NaN here.
fn same(one: &Tensor, other: &Tensor) -> bool {
    one.dtype() == other.dtype()
        && one.shape() == other.shape()
        && one
            .to_f64()
            .iter()
            .map(|value| value.to_bits())
            .eq(other.to_f64().iter().map(|value| value.to_bits()))
}
