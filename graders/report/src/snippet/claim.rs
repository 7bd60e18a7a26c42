//! What a snippet asserts.

use judge::reproduction::{Claim, Element, Place, Quantity, Relation, Step, Sum};
use wire::{DType, Tensor};

use super::literal::{self, index, number, shape};
use super::signature::Signature;
use crate::words;

/// More expected values than this are not written out: the one that is furthest off is.
const MOST_EXPECTED: usize = 64;
/// More terms than this are not written out.
const MOST_TERMS: usize = 24;

/// What the test takes of a call.
pub(super) fn outputs(
    claim: &Claim,
    number: usize,
    is_last: bool,
    calls: &[Step],
    signature: &Signature,
) -> Vec<Quantity> {
    let mut used: Vec<Quantity> = of_claim(claim, number, is_last, calls.len()).into_iter().collect();
    // A later call may take an output.
    for (place, later) in calls.iter().enumerate().skip(number + 1) {
        let sources = later
            .arguments
            .values()
            .filter_map(|argument| Step::handed_on(&calls[..place], argument));
        used.extend(
            sources
                .filter(|source| source.0 == number)
                .map(|source| Quantity::Output(source.1.to_owned())),
        );
    }
    used.sort();
    used.dedup();
    let is_known = |used: &Quantity| match used {
        Quantity::Output(name) => signature.outputs.iter().any(|output| output.0 == name),
        Quantity::Gradient(_) => true,
    };
    used.retain(is_known);
    used
}

fn of_claim(claim: &Claim, number: usize, is_last: bool, calls: usize) -> Vec<Quantity> {
    let last = |output: &String| {
        if is_last {
            vec![Quantity::Output(output.clone())]
        } else {
            Vec::new()
        }
    };
    match claim {
        Claim::Shape { output, .. }
        | Claim::DType { output, .. }
        | Claim::Number { output, .. }
        | Claim::Sees { output, .. }
        | Claim::Never { output, .. }
        | Claim::Share { output, .. } => last(output),
        Claim::Equals { quantity, .. } if is_last => vec![quantity.clone()],
        Claim::Equals { .. } | Claim::Returns | Claim::Refuses { .. } | Claim::Untouched { .. } => Vec::new(),
        Claim::Repeats { output } => {
            if number + 2 >= calls {
                vec![Quantity::Output(output.clone())]
            } else {
                Vec::new()
            }
        }
        Claim::Related(relation) => {
            let places = relation.elements.iter().flat_map(places);
            places
                .filter(|place| place.call == number)
                .map(|place| place.quantity.clone())
                .collect()
        }
    }
}

fn places(element: &Element) -> impl Iterator<Item = &Place> {
    element
        .actual
        .terms
        .iter()
        .chain(&element.expected.terms)
        .map(|(place, _)| place)
}

/// The variable of something that a call gives: numbered where there are several calls, and never an argument's.
pub(super) fn variable(used: &Quantity, number: usize, several: bool, step: &Step) -> String {
    let name = match used {
        Quantity::Output(name) if step.arguments.contains_key(name) => format!("new_{name}"),
        Quantity::Output(name) => name.clone(),
        Quantity::Gradient(name) => format!("gradient_by_{name}"),
    };
    if several {
        format!("{name}_{}", number + 1)
    } else {
        name
    }
}

/// The lines that assert a claim; `None` where it cannot be asserted in a few lines.
pub(super) fn lines(claim: &Claim, calls: &[Step], signature: &Signature) -> Option<Vec<String>> {
    let last = calls.len() - 1;
    let several = calls.len() > 1;
    let named = |name: &String, call: usize| {
        signature.outputs.iter().find(|output| output.0 == name)?;
        Some(variable(&Quantity::Output(name.clone()), call, several, &calls[call]))
    };
    Some(match claim {
        Claim::Returns | Claim::Refuses { .. } | Claim::Untouched { .. } => Vec::new(),
        Claim::Shape { output, expected } => {
            vec![format!(
                "assert_eq!({}.size(), {});",
                named(output, last)?,
                shape(expected)
            )]
        }
        Claim::DType { output, expected } => {
            vec![format!(
                "assert_eq!({}.kind(), Kind::{});",
                named(output, last)?,
                literal::named_kind(expected)
            )]
        }
        Claim::Equals {
            quantity,
            expected,
            tolerance,
            worst,
        } => {
            let actual = variable(quantity, last, several, &calls[last]);
            equals(&actual, expected, *tolerance, worst)
        }
        Claim::Related(relation) => related(relation, calls)?,
        Claim::Number { output, index: at } => vec![format!(
            "assert!(!{}.double_value({}).is_nan(), {:?});",
            named(output, last)?,
            index(at),
            words::SNIPPET_NAN
        )],
        Claim::Sees { output, index: at } => vec![format!(
            "assert!(bool::try_from({}{}.any()).unwrap(), {:?});",
            named(output, last)?,
            at.iter()
                .map(|place| format!(".get({place})"))
                .collect::<Vec<_>>()
                .concat(),
            words::SNIPPET_BLIND
        )],
        Claim::Repeats { output } => vec![format!(
            "assert!({}.equal(&{}), {:?});",
            named(output, last.checked_sub(1)?)?,
            named(output, last)?,
            words::SNIPPET_DIFFERENT
        )],
        Claim::Never { output, token } => vec![format!(
            "assert!(!bool::try_from({}.eq({token}).any()).unwrap(), {:?});",
            named(output, last)?,
            words::snippet_never(*token)
        )],
        Claim::Share {
            output,
            token,
            share,
            within,
        } => vec![
            format!(
                "let share = {}.eq({token}).to_kind(Kind::Double).mean(Kind::Double).double_value(&[]);",
                named(output, last)?
            ),
            format!(
                "assert!((share - {}).abs() <= {}, {:?});",
                number(*share),
                number(*within),
                words::snippet_share(*token, *share)
            ),
        ],
    })
}

/// An output and what it has to be: all of it where it is small, and otherwise the value that is furthest off.
fn equals(actual: &str, expected: &Tensor, tolerance: f64, worst: &[usize]) -> Vec<String> {
    let is_float = expected.dtype().is_float();
    let largest = expected.to_f64().into_iter().filter(|value| value.is_finite());
    let allowed = tolerance * largest.fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let form = [
        format!("assert_eq!({actual}.size(), {});", shape(expected.shape())),
        format!("assert_eq!({actual}.kind(), Kind::{});", literal::kind(expected)),
    ];
    let mut lines = form.to_vec();
    if expected.len() > MOST_EXPECTED {
        if worst.len() == expected.shape().len() {
            let position = worst
                .iter()
                .zip(expected.shape())
                .fold(0, |position, (at, size)| position * size + at);
            lines.extend(single(&value_at(actual, worst), expected.to_f64()[position], allowed));
        }
        return lines;
    }
    lines.push(format!("let expected = {};", literal::tensor(expected)));
    let comparison = if is_float {
        format!("{actual}.allclose(&expected, 0.0, {}, true)", number(allowed))
    } else {
        format!("{actual}.equal(&expected)")
    };
    lines.push(format!("assert!({comparison}, {:?});", words::snippet_unequal(actual)));
    lines
}

fn value_at(variable: &str, at: &[usize]) -> String {
    format!("{variable}.double_value({})", index(at))
}

/// One value and what it has to be.
fn single(actual: &str, expected: f64, allowed: f64) -> Vec<String> {
    let mut lines = vec![format!("let value = {actual};")];
    lines.push(if expected.is_nan() {
        "assert!(value.is_nan(), \"{value}\");".to_owned()
    } else if expected.is_infinite() {
        format!("assert_eq!(value, {});", number(expected))
    } else {
        format!(
            "assert!((value - {}).abs() <= {}, {:?});",
            parenthesised(expected),
            number(allowed),
            words::snippet_value(expected)
        )
    });
    lines
}

fn parenthesised(value: f64) -> String {
    if value < 0.0 {
        format!("({})", number(value))
    } else {
        number(value)
    }
}

/// A relation: between pieces of tensors where it is one, and otherwise between the two values that are furthest apart.
fn related(relation: &Relation, calls: &[Step]) -> Option<Vec<String>> {
    if let Some(lines) = pieces(relation, calls) {
        return Some(lines);
    }
    let worst = relation.elements.get(relation.worst)?;
    if worst.actual.terms.len() + worst.expected.terms.len() > MOST_TERMS {
        return None;
    }
    let several = calls.len() > 1;
    let mut lines = vec![format!("let value = {};", sum(&worst.actual, calls, several)?)];
    lines.push(format!("let asked = {};", sum(&worst.expected, calls, several)?));
    lines.push(format!(
        "assert!((value - asked).abs() <= {}, {:?});",
        number(relation.allowed),
        words::SNIPPET_ASKED
    ));
    Some(lines)
}

fn sum(sum: &Sum, calls: &[Step], several: bool) -> Option<String> {
    let mut parts: Vec<String> = Vec::new();
    for (place, factor) in &sum.terms {
        let tensor = tensor_of(place, calls)?;
        let variable = variable(&place.quantity, place.call, several, &calls[place.call]);
        let value = format!("{variable}.double_value({})", index(&tensor.index_of(place.position)));
        let sign = match (parts.is_empty(), *factor < 0.0) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let times = match factor.abs() {
            1.0 => String::new(),
            size => format!("{} * ", number(size)),
        };
        parts.push(format!("{sign}{times}{value}"));
    }
    if parts.is_empty() {
        return Some(number(sum.constant));
    }
    if sum.constant != 0.0 {
        parts.push(format!(" + {}", parenthesised(sum.constant)));
    }
    Some(parts.concat())
}

/// The tensor that a place is of, for its shape; a gradient has the shape of its argument.
fn tensor_of<'a>(place: &Place, calls: &'a [Step]) -> Option<&'a Tensor> {
    let step = calls.get(place.call)?;
    match &place.quantity {
        Quantity::Output(name) => step.outputs.get(name),
        Quantity::Gradient(name) => step.arguments.get(name),
    }
}

/// A relation between a piece of one tensor and a piece of another, or values.
fn pieces(relation: &Relation, calls: &[Step]) -> Option<Vec<String>> {
    let actual = piece(relation.elements.iter().map(|element| &element.actual), calls)?;
    let expected = relation.elements.iter().map(|element| &element.expected);
    if expected.clone().all(|sum| sum.terms.is_empty()) {
        return (relation.elements.len() <= MOST_EXPECTED).then(|| {
            let values = expected.map(|sum| sum.constant).collect();
            let tensor = Tensor::new(vec![relation.elements.len()], wire::Data::F64(values));
            let values = tensor.as_ref().map(literal::tensor).unwrap_or_default();
            compared(&format!("{actual}.flatten(0, -1)"), &values, relation.allowed)
        });
    }
    let expected = piece(expected, calls)?;
    Some(compared(
        &format!("{actual}.flatten(0, -1)"),
        &format!("{expected}.flatten(0, -1)"),
        relation.allowed,
    ))
}

fn compared(actual: &str, expected: &str, allowed: f64) -> Vec<String> {
    vec![
        format!("let actual = {actual};"),
        format!("let asked = {expected};"),
        format!(
            "assert!(actual.allclose(&asked, 0.0, {}, true), {:?});",
            number(allowed),
            words::snippet_pieces()
        ),
    ]
}

/// The piece of a tensor that these values are, in its order.
fn piece<'a>(sums: impl Iterator<Item = &'a Sum>, calls: &[Step]) -> Option<String> {
    let mut places = Vec::new();
    for sum in sums {
        match sum.terms.as_slice() {
            [(place, factor)] if *factor == 1.0 && sum.constant == 0.0 => places.push(place),
            _ => return None,
        }
    }
    let first = *places.first()?;
    if places
        .iter()
        .any(|place| place.call != first.call || place.quantity != first.quantity)
    {
        return None;
    }
    let tensor = tensor_of(first, calls)?;
    let ranges = ranges(tensor, &places)?;
    let variable = variable(&first.quantity, first.call, calls.len() > 1, &calls[first.call]);
    let converted = if tensor.dtype() == DType::F64 {
        ""
    } else {
        ".to_kind(Kind::Double)"
    };
    Some(format!("{variable}{}{converted}", indexed(&ranges, tensor.shape())))
}

/// The range along each axis, where the places fill a box in row-major order.
fn ranges(tensor: &Tensor, places: &[&Place]) -> Option<Vec<(usize, usize)>> {
    let indices: Vec<Vec<usize>> = places.iter().map(|place| tensor.index_of(place.position)).collect();
    let (first, last) = (indices.first()?, indices.last()?);
    let ranges: Vec<(usize, usize)> = first
        .iter()
        .zip(last)
        .map(|(&first, &last)| (first, last + 1))
        .collect();
    if ranges.iter().any(|range| range.0 >= range.1) {
        return None;
    }
    let sizes: Vec<usize> = ranges.iter().map(|range| range.1 - range.0).collect();
    let whole = Tensor::new(sizes.clone(), wire::Data::Bool(vec![false; sizes.iter().product()]))?;
    let in_order = (0..whole.len()).map(|position| {
        let inner = whole.index_of(position);
        inner
            .iter()
            .zip(&ranges)
            .map(|(at, range)| at + range.0)
            .collect::<Vec<usize>>()
    });
    (whole.len() == indices.len() && in_order.eq(indices)).then_some(ranges)
}

/// The ranges as an index, where they are not the whole tensor.
fn indexed(ranges: &[(usize, usize)], shape: &[usize]) -> String {
    let one = |((first, end), &size): (&(usize, usize), &usize)| match (*first, *end) {
        (0, end) if end == size => "..".to_owned(),
        (0, end) => format!("..{end}"),
        (first, end) if end == size => format!("{first}.."),
        (first, end) => format!("{first}..{end}"),
    };
    let mut parts: Vec<String> = ranges.iter().zip(shape).map(one).collect();
    while parts.last().is_some_and(|part| part == "..") {
        parts.pop();
    }
    match parts.as_slice() {
        [] => String::new(),
        [one] => format!(".i({one})"),
        several => format!(".i(({}))", several.join(", ")),
    }
}
