//! Many submissions of the corpus in one program, which is compiled and linked once.
//!
//! A submission of the corpus is one file laid over the reference. Here the files of many become modules below the
//! reference's own: `attention.rs` keeps its text, `attention/variant_17.rs` is the file of submission 17, word for word,
//! and each function of `attention.rs` hands its arguments on to the variant that the process is. So a submission's
//! functions call each other directly, everybody else comes upon them by the usual names, and the compiler says of each
//! what it would say of it alone.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use syn::spanned::Spanned;

use crate::author::variant::{CHOOSER, chooser};
use crate::engine::reach::Texts;
use crate::failure::Failure;

/// A submission among many.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Member<'a> {
    /// Its number in the program, from 1.
    pub(crate) number: u32,
    /// The file that it lays over the reference.
    pub(crate) file: &'a str,
    /// The file's text.
    pub(crate) text: &'a str,
}

/// The sources of a program with many submissions in it.
#[derive(Debug)]
pub(super) struct Joint {
    /// Files to lay over the reference.
    pub(super) files: Texts,
    /// The members whose calls are in lines of a file of the reference.
    arms: Vec<(u32, String, Range<usize>)>,
}

impl Joint {
    /// The members' files in one program. Each has to be one that `joins`.
    pub(super) fn new(reference: &Texts, members: &[Member<'_>]) -> Result<Self, Failure> {
        let mut of_files: BTreeMap<&str, Vec<&Member<'_>>> = BTreeMap::new();
        for member in members {
            of_files.entry(member.file).or_default().push(member);
        }
        let mut joint = Self {
            files: Texts::new(),
            arms: Vec::new(),
        };
        for (file, members) in of_files {
            let text = reference.get(file).map_or("", String::as_str);
            joint.add(file, text, &members)?;
        }
        Ok(joint)
    }

    fn add(&mut self, file: &str, reference: &str, members: &[&Member<'_>]) -> Result<(), Failure> {
        let outline = Outline::of(reference).ok_or_else(|| Failure::fault(format!("{file} cannot be shared")))?;
        let mut text = String::new();
        let mut copied = 0;
        for function in &outline.functions {
            text.push_str(&reference[copied..function.body.start]);
            let _ = writeln!(text, "{{ match {CHOOSER}() {{");
            for member in members {
                let first = next_line(&text);
                let (name, arguments) = (&function.name, function.parameters.join(", "));
                let _ = writeln!(
                    text,
                    "{} => {}::{name}({arguments}),",
                    member.number,
                    module(member.number)
                );
                self.arms
                    .push((member.number, file.to_owned(), first..next_line(&text)));
            }
            let _ = write!(text, "_ => {} }} }}", &reference[function.body.clone()]);
            copied = function.body.end;
        }
        text.push_str(&reference[copied..]);
        let folder = file.strip_suffix(".rs").unwrap_or(file);
        for member in members {
            let module = module(member.number);
            let _ = write!(text, "\nmod {module};");
            self.files
                .insert(format!("{folder}/{module}.rs"), member.text.to_owned());
        }
        text.push_str(&chooser());
        self.files.insert(file.to_owned(), text);
        Ok(())
    }

    /// The members that the compiler's messages point to.
    pub(super) fn charged(&self, rendered: &str) -> Vec<u32> {
        let places: Vec<(&str, usize)> = rendered.lines().filter_map(place).collect();
        let mut found: Vec<u32> = places.iter().filter_map(|(file, _)| number(file)).collect();
        let is_arm = |(_, own, lines): &&(u32, String, Range<usize>)| {
            places.iter().any(|(file, line)| own == file && lines.contains(line))
        };
        found.extend(self.arms.iter().filter(is_arm).map(|(number, ..)| *number));
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Whether a file can stand beside the reference's own in one program: it has the same functions for others to call,
/// and nothing that would mean something else in a module below.
pub(super) fn joins(reference: &str, text: &str) -> bool {
    // `super` is another module there; what has state or an effect on the whole program is left to `reach`.
    let is_elsewhere = |word: &str| ["super", "module_path", "file", "line", "column"].contains(&word);
    let before_tests = text.split_once("\n#[cfg(test)]").map_or(text, |(before, _)| before);
    let own = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    let moves = own
        .flat_map(|line| line.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')))
        .any(is_elsewhere);
    if moves {
        return false;
    }
    let (Some(reference), Some(own)) = (Outline::of(reference), Outline::of(text)) else {
        return false;
    };
    let is_there = |function: &Function| {
        own.functions
            .iter()
            .any(|own| own.name == function.name && own.types == function.types)
    };
    reference.functions.iter().all(is_there)
}

/// The name of a member's module.
fn module(number: u32) -> String {
    format!("variant_{number}")
}

/// The number of the member whose file this is.
fn number(file: &str) -> Option<u32> {
    let (_, name) = file.rsplit_once("/variant_")?;
    name.strip_suffix(".rs")?.parse().ok()
}

/// The file and line that a line of the compiler's message points to.
fn place(line: &str) -> Option<(&str, usize)> {
    let (_, place) = line.split_once("--> ")?;
    let (file, rest) = place.split_once(".rs:")?;
    let number = rest.split(':').next()?.parse().ok()?;
    Some((&place[..file.len() + ".rs".len()], number))
}

fn next_line(text: &str) -> usize {
    text.matches('\n').count() + 1
}

/// What other files may call of a file.
#[derive(Debug)]
struct Outline {
    functions: Vec<Function>,
}

#[derive(Debug)]
struct Function {
    name: String,
    /// The names of its parameters.
    parameters: Vec<String>,
    /// What it takes and gives, as it is written.
    types: Vec<String>,
    /// Where its body is, in bytes.
    body: Range<usize>,
}

impl Outline {
    /// `None` where others may use something of the file that is no plain function.
    fn of(text: &str) -> Option<Self> {
        let syntax = syn::parse_file(text).ok()?;
        let mut functions = Vec::new();
        for item in &syntax.items {
            match item {
                syn::Item::Fn(item) if is_seen(&item.vis) => functions.push(Function::of(text, item)?),
                syn::Item::Mod(item) if item.ident != "tests" => return None,
                syn::Item::Const(syn::ItemConst { vis, .. })
                | syn::Item::Struct(syn::ItemStruct { vis, .. })
                | syn::Item::Enum(syn::ItemEnum { vis, .. })
                | syn::Item::Type(syn::ItemType { vis, .. })
                | syn::Item::Use(syn::ItemUse { vis, .. })
                    if is_seen(vis) =>
                {
                    return None;
                }
                syn::Item::Fn(_)
                | syn::Item::Mod(_)
                | syn::Item::Const(_)
                | syn::Item::Struct(_)
                | syn::Item::Enum(_)
                | syn::Item::Type(_)
                | syn::Item::Use(_) => {}
                _ => return None,
            }
        }
        Some(Self { functions })
    }
}

fn is_seen(visibility: &syn::Visibility) -> bool {
    !matches!(visibility, syn::Visibility::Inherited)
}

impl Function {
    fn of(text: &str, item: &syn::ItemFn) -> Option<Self> {
        let signature = &item.sig;
        let written = |span: proc_macro2::Span| {
            let words: Vec<&str> = text[span.byte_range()].split_whitespace().collect();
            words.join(" ")
        };
        if signature.constness.is_some() || !signature.generics.params.is_empty() {
            return None;
        }
        let mut parameters = Vec::new();
        let mut types = Vec::new();
        for input in &signature.inputs {
            let syn::FnArg::Typed(input) = input else { return None };
            let syn::Pat::Ident(name) = &*input.pat else {
                return None;
            };
            parameters.push(name.ident.to_string());
            types.push(written(input.ty.span()));
        }
        if let syn::ReturnType::Type(_, output) = &signature.output {
            if matches!(**output, syn::Type::ImplTrait(_)) {
                return None;
            }
            types.push(format!("-> {}", written(output.span())));
        }
        Some(Self {
            name: signature.ident.to_string(),
            parameters,
            types,
            body: item.block.span().byte_range(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    const REFERENCE: &str = "\
//! Two functions.
use tch::Tensor;

/// Twice.
pub fn double(input: &Tensor, times: i64) -> Tensor {
    half(input) * times
}

fn half(input: &Tensor) -> Tensor {
    input / 2
}
";

    fn reference() -> Texts {
        Texts::from([("twice.rs".to_owned(), REFERENCE.to_owned())])
    }

    #[test]
    fn a_function_hands_on_to_the_variant_that_the_process_is() {
        let other = REFERENCE
            .replace("times: i64", "factor: i64")
            .replace("* times", "+ factor");
        assert!(joins(REFERENCE, &other));
        let member = |number| Member {
            number,
            file: "twice.rs",
            text: &other,
        };
        let joint = Joint::new(&reference(), &[member(1), member(7)]).unwrap();
        assert_eq!(joint.files["twice/variant_7.rs"], other);
        insta::assert_snapshot!(joint.files["twice.rs"], @r#"
        //! Two functions.
        use tch::Tensor;

        /// Twice.
        pub fn double(input: &Tensor, times: i64) -> Tensor { match variant_of_many() {
        1 => variant_1::double(input, times),
        7 => variant_7::double(input, times),
        _ => {
            half(input) * times
        } } }

        fn half(input: &Tensor) -> Tensor {
            input / 2
        }

        mod variant_1;
        mod variant_7;
        fn variant_of_many() -> u32 {
            std::env::var("GRADE_VARIANT").ok().and_then(|number| number.parse().ok()).unwrap_or(0)
        }
        "#);
    }

    #[test]
    fn the_compiler_is_understood_about_a_member_s_file_and_about_its_call() {
        let member = |number| Member {
            number,
            file: "twice.rs",
            text: REFERENCE,
        };
        let joint = Joint::new(&reference(), &[member(1), member(7), member(12)]).unwrap();
        let charged = |rendered: &str| joint.charged(rendered);
        assert_eq!(charged("error: no\n  --> twice/variant_12.rs:3:5\n"), [12]);
        assert_eq!(charged("error: no\n  --> twice.rs:7:5\n   ::: twice/variant_1.rs"), [7]);
        assert_eq!(charged("error: no\n  --> twice.rs:1:1\n  --> other.rs:7:1"), [0; 0]);
    }

    #[test]
    fn what_would_mean_something_else_in_a_module_is_built_alone() {
        for text in [
            REFERENCE.replace("half(input) * times", "super::other::f(input)"),
            REFERENCE.replace("times: i64", "times: u32"),
            REFERENCE.replace(
                "pub fn double(input: &Tensor, times: i64)",
                "pub fn double<T>(input: &Tensor, times: i64)",
            ),
            REFERENCE.replace("pub fn double", "fn double"),
            format!("{REFERENCE}\npub struct Other;\n"),
            format!("{REFERENCE}\nstatic COUNT: u32 = 1;\n"),
            format!("{REFERENCE}\nimpl Twice for Tensor {{}}\n"),
            format!("{REFERENCE}\nmacro_rules! many {{ () => {{}} }}\n"),
            "not Rust (".to_owned(),
        ] {
            assert!(!joins(REFERENCE, &text), "{text}");
        }
        let own = format!("{REFERENCE}\n#[cfg(test)]\nmod tests {{\n    use super::*;\n}}\n");
        assert!(joins(REFERENCE, &own));
    }
}
