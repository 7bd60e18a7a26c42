//! What takes the place of an operator, a literal, a method.

use syn::{BinOp, Lit};

/// Operators by what takes their place.
const OPERATORS: &[(&str, &[&str])] = &[
    ("+", &["-"]),
    ("-", &["+"]),
    ("*", &["/"]),
    ("/", &["*"]),
    ("%", &["/"]),
    ("<", &["<="]),
    ("<=", &["<"]),
    (">", &[">="]),
    (">=", &[">"]),
    ("==", &["!="]),
    ("!=", &["=="]),
    ("&&", &["||"]),
    ("||", &["&&"]),
    ("+=", &["-="]),
    ("-=", &["+="]),
    ("*=", &["/="]),
    ("/=", &["*="]),
];

/// Methods that are easily taken for each other.
const METHODS: &[(&str, &[&str])] = &[
    ("amax", &["amin"]),
    ("argmax", &["argmin"]),
    ("ceil", &["floor"]),
    ("cos", &["sin"]),
    ("exp", &["exp2"]),
    ("floor", &["ceil"]),
    ("ge_tensor", &["gt_tensor"]),
    ("gt_tensor", &["ge_tensor"]),
    ("iter", &["into_iter"]),
    ("le_tensor", &["lt_tensor"]),
    ("logical_and", &["logical_or"]),
    ("logical_or", &["logical_and"]),
    ("lt_tensor", &["le_tensor"]),
    ("max", &["min"]),
    ("mean_dim", &["sum_dim_intlist"]),
    ("min", &["max"]),
    ("ones_like", &["zeros_like"]),
    ("relu", &["sigmoid"]),
    ("rsqrt", &["sqrt"]),
    ("sin", &["cos"]),
    ("softmax", &["log_softmax"]),
    ("sqrt", &["rsqrt"]),
    ("sum_dim_intlist", &["mean_dim"]),
    ("tanh", &["sigmoid"]),
    ("tril", &["triu"]),
    ("triu", &["tril"]),
    ("zeros_like", &["ones_like"]),
];

/// What takes an operator's place.
pub(super) fn operators(operator: &str) -> &'static [&'static str] {
    of(OPERATORS, operator)
}

/// What takes a method's place.
pub(super) fn methods(method: &str) -> &'static [&'static str] {
    of(METHODS, method)
}

fn of(list: &'static [(&str, &'static [&str])], name: &str) -> &'static [&'static str] {
    list.iter()
        .find(|(known, _)| *known == name)
        .map_or(&[], |(_, others)| others)
}

/// Whether either side of an operator can stand for the whole.
pub(super) fn is_term(operator: &BinOp) -> bool {
    matches!(
        operator,
        BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_) | BinOp::Rem(_) | BinOp::And(_) | BinOp::Or(_)
    )
}

/// What takes a literal's place: a neighbour, such as the next axis.
pub(super) fn literal(literal: &Lit) -> Vec<String> {
    match literal {
        Lit::Int(integer) => integer.base10_parse::<i64>().map_or(Vec::new(), |value| {
            let suffix = integer.suffix();
            [value + 1, value - 1]
                .iter()
                .map(|value| format!("{value}{suffix}"))
                .collect()
        }),
        Lit::Float(float) => float.base10_parse::<f64>().map_or(Vec::new(), |value| {
            let suffix = float.suffix();
            let other = if value == 0.0 { 1.0 } else { value * 2.0 };
            vec![format!("{other:?}{suffix}")]
        }),
        Lit::Bool(bool) => vec![(!bool.value).to_string()],
        _ => Vec::new(),
    }
}

/// What takes the place of a negative literal, given without its sign: an axis is counted from the other end or from
/// the next place, a number changes its sign.
pub(super) fn negative(literal: &str) -> Vec<String> {
    match literal.parse::<i64>() {
        Ok(value) => vec![format!("-{}", value + 1), (value - 1).to_string()],
        Err(_) => vec![literal.to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_name_something_else() {
        for list in [METHODS, OPERATORS] {
            assert!(list.iter().all(|(name, others)| !others.contains(name)));
        }
        assert!(METHODS.is_sorted());
    }

    #[test]
    fn literals_change_to_neighbours() {
        let of = |text: &str| literal(&syn::parse_str(text).expect("a literal"));
        assert_eq!(of("1"), ["2", "0"]);
        assert_eq!(of("0.0"), ["1.0"]);
        assert_eq!(of("0.5"), ["1.0"]);
        assert_eq!(of("true"), ["false"]);
        assert_eq!(of("\"text\""), Vec::<String>::new());
        assert_eq!(negative("1"), ["-2", "0"]);
        assert_eq!(negative("0.5"), ["0.5"]);
    }
}
