//! A signature, and the texts that follow from it.

use syn::{FnArg, Pat, ReturnType, Type};

use crate::failure::Failure;

/// What a function takes and returns.
#[derive(Debug)]
pub(super) struct Signature {
    pub(super) name: String,
    arguments: Vec<(String, Argument)>,
    /// Whether it can refuse what it is given.
    refuses: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Argument {
    Tensor,
    Real,
    Integer,
    Flag,
}

impl Argument {
    fn of(words: &str) -> Option<Self> {
        Some(match words {
            "&Tensor" => Self::Tensor,
            "f64" => Self::Real,
            "i64" => Self::Integer,
            "bool" => Self::Flag,
            _ => return None,
        })
    }

    fn words(self) -> &'static str {
        match self {
            Self::Tensor => "&Tensor",
            Self::Real => "f64",
            Self::Integer => "i64",
            Self::Flag => "bool",
        }
    }

    /// How an adapter reads it.
    fn read(self) -> &'static str {
        match self {
            Self::Tensor => "tensor",
            Self::Real => "real",
            Self::Integer => "integer",
            Self::Flag => "flag",
        }
    }

    /// A first value for the golden cases.
    fn drawn(self) -> &'static str {
        match self {
            Self::Tensor => "random.normal(&[rows, columns])",
            Self::Real => "Tensor::real(0.5)",
            Self::Integer => "Tensor::integer(1)",
            Self::Flag => "Tensor::flag(true)",
        }
    }
}

impl Signature {
    /// Reads a signature of Rust, which has to be that of this name.
    pub(super) fn parse(text: &str, name: &str) -> Result<Self, Failure> {
        let refuse = |words: String| {
            Failure::usage(format!("the signature `{text}` {words}")).hint(
                "a skeleton takes `&Tensor`, `f64`, `i64` and `bool`, a tensor among them, and returns `Tensor` or \
                 `Result<Tensor, InvalidInput>`; begin with such a one, and change the files by hand",
            )
        };
        let text = text.trim().trim_start_matches("pub ");
        let signature =
            syn::parse_str::<syn::Signature>(text).map_err(|error| refuse(format!("does not parse: {error}")))?;
        if signature.ident != name {
            return Err(refuse(format!("is not that of `{name}`")));
        }
        let mut arguments = Vec::new();
        for input in &signature.inputs {
            let FnArg::Typed(input) = input else {
                return Err(refuse("takes `self`".to_owned()));
            };
            let Pat::Ident(pattern) = &*input.pat else {
                return Err(refuse("takes an argument without a name".to_owned()));
            };
            let words = words(&input.ty);
            let argument = Argument::of(&words).ok_or_else(|| refuse(format!("takes a `{words}`")))?;
            arguments.push((pattern.ident.to_string(), argument));
        }
        if arguments.iter().all(|(_, argument)| *argument != Argument::Tensor) {
            return Err(refuse("takes no tensor".to_owned()));
        }
        let returned = match &signature.output {
            ReturnType::Default => "()".to_owned(),
            ReturnType::Type(_, returned) => words(returned),
        };
        let refuses = match returned.as_str() {
            "Tensor" => false,
            "Result<Tensor,InvalidInput>" => true,
            _ => return Err(refuse(format!("returns `{returned}`"))),
        };
        Ok(Self {
            name: name.to_owned(),
            arguments,
            refuses,
        })
    }

    /// A skeleton with its blanks filled in.
    pub(super) fn fill(&self, skeleton: &str) -> String {
        let uses = if self.refuses {
            "use tch::Tensor;\n\nuse crate::types::InvalidInput;"
        } else {
            "use tch::Tensor;"
        };
        let adapter_uses = if self.refuses {
            "use student::types::InvalidInput;\nuse tch::Tensor;"
        } else {
            "use tch::Tensor;"
        };
        let needs_values = self.arguments.iter().any(|(_, argument)| *argument != Argument::Tensor);
        let drawn: Vec<String> = self.each(|name, argument| format!("        (\"{name}\", {}),", argument.drawn()));
        let read = self.each(|name, argument| format!("arguments.{}(\"{name}\")?", argument.read()));
        let types = self.each(|_, argument| argument.words().to_owned());
        // The longer blanks first: some hold others.
        let blanks = [
            ("ADAPTER_USES", adapter_uses.to_owned()),
            (
                "WIRE_USES",
                if needs_values { "{Tensor, Tensors}" } else { "Tensors" }.to_owned(),
            ),
            ("USES", uses.to_owned()),
            ("DECLARATION", self.declaration()),
            ("SIGNATURE", self.declaration()),
            ("POINTER", format!("fn({}) -> {}", types.join(", "), self.returned())),
            ("ARGUMENT_WORDS", self.each(|name, _| format!("`{name}`")).join(", ")),
            ("READ_ARGUMENTS", read.join(", ")),
            (
                "REFUSED",
                if self.refuses {
                    ".map_err(Problem::refused)?"
                } else {
                    ""
                }
                .to_owned(),
            ),
            ("DRAWN_ARGUMENTS", drawn.join("\n")),
            ("NAME", self.name.clone()),
        ];
        let filled = |text: String, (blank, words): (&str, String)| text.replace(blank, &words);
        blanks.into_iter().fold(skeleton.to_owned(), filled)
    }

    /// The line by which findings are shown as tests.
    pub(super) fn snippet(&self) -> String {
        let name = &self.name;
        let arguments = self.each(|name, argument| match argument {
            Argument::Tensor => format!("&{{{name}}}"),
            _ => format!("{{{name}}}"),
        });
        let fallible = if self.refuses { ".fallible()" } else { "" };
        format!(
            "        \"{name}\" => Signature::plain(&[\"{name}::{name}\"], \"{name}({})\", &[(\"output\", \"\")]){fallible},",
            arguments.join(", ")
        )
    }

    fn declaration(&self) -> String {
        let arguments = self.each(|name, argument| format!("{name}: {}", argument.words()));
        format!("fn {}({}) -> {}", self.name, arguments.join(", "), self.returned())
    }

    fn returned(&self) -> &'static str {
        if self.refuses {
            "Result<Tensor, InvalidInput>"
        } else {
            "Tensor"
        }
    }

    fn each(&self, words: impl Fn(&str, Argument) -> String) -> Vec<String> {
        self.arguments
            .iter()
            .map(|(name, argument)| words(name, *argument))
            .collect()
    }
}

/// A type without blanks.
fn words(of: &Type) -> String {
    match of {
        Type::Reference(reference) if reference.mutability.is_none() => format!("&{}", words(&reference.elem)),
        Type::Path(path) => {
            let last = path.path.segments.last();
            let inside = last.and_then(|segment| match &segment.arguments {
                syn::PathArguments::AngleBracketed(inside) => Some(inside),
                _ => None,
            });
            let types = inside.map(|inside| {
                let types = inside.args.iter().filter_map(|argument| match argument {
                    syn::GenericArgument::Type(of) => Some(words(of)),
                    _ => None,
                });
                format!("<{}>", types.collect::<Vec<_>>().join(","))
            });
            let name = last.map(|segment| segment.ident.to_string()).unwrap_or_default();
            name + &types.unwrap_or_default()
        }
        _ => "type of another kind".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const LAYER: &str = "fn layer(input: &Tensor, rate: f64, train: bool) -> Result<Tensor, InvalidInput>";

    #[test]
    fn a_signature_is_repeated_as_it_was_given() {
        let signature = Signature::parse(&format!("pub {LAYER}"), "layer").unwrap();
        assert_eq!(signature.fill("DECLARATION"), LAYER);
        assert_eq!(
            signature.fill("POINTER"),
            "fn(&Tensor, f64, bool) -> Result<Tensor, InvalidInput>"
        );
        assert_eq!(
            signature.fill("NAME(READ_ARGUMENTS)REFUSED"),
            "layer(arguments.tensor(\"input\")?, arguments.real(\"rate\")?, arguments.flag(\"train\")?)\
             .map_err(Problem::refused)?"
        );
        assert_eq!(
            signature.snippet().trim(),
            "\"layer\" => Signature::plain(&[\"layer::layer\"], \"layer(&{input}, {rate}, {train})\", \
             &[(\"output\", \"\")]).fallible(),"
        );
    }

    #[test]
    fn what_a_skeleton_cannot_take_is_named() {
        let said = |text: &str| Signature::parse(text, "layer").unwrap_err().message;
        assert!(said("fn layer(input: &[i64]) -> Tensor").contains("takes a `&type of another kind`"));
        assert!(said("fn layer(input: &Tensor)").contains("returns `()`"));
        assert!(said("fn layer(rate: f64) -> Tensor").contains("takes no tensor"));
        assert!(said("fn other(input: &Tensor) -> Tensor").contains("is not that of `layer`"));
        assert!(said("layer(input)").contains("does not parse"));
    }
}
