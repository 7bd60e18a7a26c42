//! Arguments that are numbers on the wire and names in Rust.

use crate::model::Call;

/// The kinds of padding by number; the first three take no amount.
pub(crate) fn padding(number: f64, amount: f64) -> Option<String> {
    let name = *["Valid", "Same", "Full", "Reflect", "Replicate", "Circular"].get(number as usize)?;
    Some(if number < 3.0 {
        format!("Padding::{name}")
    } else {
        format!("Padding::{name}({amount})")
    })
}

/// An argument of a call by its name in Rust, where it has one: `Padding::Valid`, not 0.
pub(crate) fn by_name(call: &Call, argument: &str) -> Option<String> {
    if argument != "padding" {
        return None;
    }
    let number = |name: &str| -> Option<f64> {
        let argument = call.arguments.iter().find(|argument| argument.name == name)?;
        argument.values.first()?.parse().ok()
    };
    padding(number("padding")?, number("amount")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Argument;

    #[test]
    fn a_padding_is_told_by_its_name() {
        let argument = |name: &str, value: &str| Argument {
            name: name.to_owned(),
            dtype: "int64".to_owned(),
            shape: Vec::new(),
            values: vec![value.to_owned()],
        };
        let call = |number: &str| Call {
            task: "convolve2d".to_owned(),
            arguments: vec![argument("padding", number), argument("amount", "2")],
        };
        assert_eq!(by_name(&call("0"), "padding").as_deref(), Some("Padding::Valid"));
        assert_eq!(by_name(&call("5"), "padding").as_deref(), Some("Padding::Circular(2)"));
        assert_eq!(by_name(&call("9"), "padding"), None);
        assert_eq!(by_name(&call("0"), "amount"), None);
    }
}
