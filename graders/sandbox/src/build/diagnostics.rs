//! The compiler's messages: which file, which line, which words.

use std::path::Path;

use serde::Deserialize;

use super::model::Stop;
use crate::stage::is_given;

/// The longest text of errors that is kept for a file.
const MAX_RENDERED: usize = 8000;

/// One error.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Diagnostic {
    pub(super) message: String,
    code: Option<Code>,
    level: String,
    spans: Vec<Span>,
    children: Vec<Child>,
    rendered: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Child {
    spans: Vec<Span>,
}

#[derive(Debug, Clone, Deserialize)]
struct Span {
    file_name: String,
    line_start: usize,
    is_primary: bool,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Expansion {
    span: Span,
}

/// A file and a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) line: usize,
}

impl Span {
    /// The span itself and, inside macros, the calls that led there.
    fn places(&self) -> Vec<Place> {
        let mut places = vec![Place {
            file: self.file_name.clone(),
            line: self.line_start,
        }];
        if let Some(expansion) = &self.expansion {
            places.extend(expansion.span.places());
        }
        places
    }
}

impl Diagnostic {
    /// Every place that the error points to, the most telling first.
    pub(super) fn places(&self) -> Vec<Place> {
        let (primary, secondary): (Vec<_>, Vec<_>) = self.spans.iter().partition(|span| span.is_primary);
        let notes = self.children.iter().flat_map(|child| &child.spans);
        primary
            .into_iter()
            .chain(secondary)
            .chain(notes)
            .flat_map(Span::places)
            .collect()
    }

    /// The error's code.
    pub(super) fn code(&self) -> Option<String> {
        self.code.as_ref().map(|code| code.code.clone())
    }

    /// Whether all names were found: only then has the compiler looked at types, and found them right so far.
    pub(super) fn is_behind_names(&self) -> bool {
        let code = self.code.as_ref().map(|code| code.code.as_str());
        code.is_some_and(|code| !OF_NAMES.contains(&code))
    }

    /// Whether the error is one of grammar: only then are other files' errors perhaps mere consequences.
    pub(super) fn is_syntax(&self) -> bool {
        self.code.is_none()
    }
}

/// Names that are not there, or not to be used from elsewhere.
const OF_NAMES: [&str; 7] = ["E0412", "E0423", "E0425", "E0432", "E0433", "E0603", "E0659"];

/// The errors as the compiler shows them, cut to a bounded length.
pub(super) fn rendered<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> String {
    let texts: Vec<&str> = diagnostics
        .into_iter()
        .filter_map(|error| error.rendered.as_deref())
        .map(str::trim)
        .collect();
    let text = texts.join("\n\n");
    match text.char_indices().nth(MAX_RENDERED) {
        Some((end, _)) => format!("{}\n(and so on)", &text[..end]),
        None => text,
    }
}

/// Errors that no file is charged with.
pub(super) fn uncharged(errors: &[Diagnostic]) -> Stop {
    let place = errors.first().and_then(|error| error.places().into_iter().next());
    Stop::Errors {
        message: errors.first().map(|error| error.message.clone()).unwrap_or_default(),
        given: place.map(|place| place.file).filter(|file| is_given(file)),
        rendered: rendered(errors),
    }
}

/// Folders of this machine that nobody needs to see.
#[derive(Debug, Clone)]
pub(super) struct Prefixes(Vec<String>);

impl Prefixes {
    pub(super) fn new(folders: &[&Path]) -> Self {
        let mut prefixes: Vec<String> = folders.iter().map(|folder| format!("{}/", folder.display())).collect();
        // The longest first: one may lie in another.
        prefixes.sort_by_key(|prefix| std::cmp::Reverse(prefix.len()));
        Self(prefixes)
    }

    fn strip(&self, text: &str) -> String {
        self.0
            .iter()
            .fold(text.to_owned(), |text, prefix| text.replace(prefix, ""))
    }
}

/// Reads the errors out of the compiler's output. A line that was cut off by the bound on output is left out.
pub(super) fn parse(output: &str, prefixes: &Prefixes) -> Vec<Diagnostic> {
    let messages = output
        .lines()
        .filter_map(|line| serde_json::from_str::<Diagnostic>(line).ok());
    let errors = messages.filter(|message| message.level == "error" && !message.message.starts_with("aborting due to"));
    errors
        .map(|mut error| {
            error.message = prefixes.strip(&error.message);
            error.rendered = error.rendered.map(|text| prefixes.strip(&text));
            error
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = concat!(
        r#"{"message":"unused","code":null,"level":"warning","spans":[],"children":[],"rendered":"w"}"#,
        "\nnot json\n",
        r#"{"message":"mismatched types","code":{"code":"E0308"},"level":"error","children":[],"#,
        r#""rendered":"error: --> /tmp/x/src/attention.rs:3:5\n","spans":[{"file_name":"std.rs","line_start":9,"#,
        r#""is_primary":true,"expansion":{"span":{"file_name":"attention.rs","line_start":3,"is_primary":false,"#,
        r#""expansion":null}}}]}"#,
        "\n",
        r#"{"message":"aborting due to 1 previous error","code":null,"level":"error","spans":[],"children":[],"#,
        r#""rendered":"e"}"#,
    );

    #[test]
    fn only_errors_are_read_and_our_folders_are_cut_out() {
        let errors = parse(OUTPUT, &Prefixes::new(&[Path::new("/tmp"), Path::new("/tmp/x/src")]));
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].code().as_deref(), Some("E0308"));
        assert!(errors[0].is_behind_names());
        let unresolved = OUTPUT.replace("E0308", "E0432");
        assert!(!parse(&unresolved, &Prefixes::new(&[]))[0].is_behind_names());
        assert_eq!(rendered(&errors), "error: --> attention.rs:3:5");
    }

    #[test]
    fn an_error_in_a_macro_points_to_the_call_too() {
        let errors = parse(OUTPUT, &Prefixes::new(&[]));
        let files: Vec<String> = errors[0].places().into_iter().map(|place| place.file).collect();
        assert_eq!(files, ["std.rs", "attention.rs"]);
    }

    #[test]
    fn a_long_text_is_cut_and_marked() {
        let long = OUTPUT.replace("error: --> ", &"\u{e4}".repeat(2 * MAX_RENDERED));
        let text = rendered(&parse(&long, &Prefixes::new(&[])));
        assert!(text.ends_with("\n(and so on)"));
        assert!(text.chars().count() < MAX_RENDERED + 20);
    }
}
