//! Takes the tests out of a source file: what stands in for a correct submission there would be half a solution.

/// A source without its tests.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stripped {
    pub(super) text: String,
    /// Modules that only the tests declared, in files of their own.
    pub(super) modules: Vec<String>,
}

const ATTRIBUTE: &str = "#[cfg(test)]";

/// Removes every module that is compiled for tests only, with the attributes that follow `#[cfg(test)]`.
pub(super) fn strip(text: &str) -> Stripped {
    let lines: Vec<&str> = text.lines().collect();
    let mut kept: Vec<&str> = Vec::new();
    let mut modules = Vec::new();
    let mut rest = lines.as_slice();
    while let [line, after @ ..] = rest {
        rest = after;
        match test_module(line, after) {
            Some((Module::File(name), length)) => {
                modules.push(name.to_owned());
                rest = &after[length..];
            }
            Some((Module::Inline, length)) => rest = &after[length..],
            None => {
                let follows_blank = kept.last().is_none_or(|line| line.is_empty());
                if !(line.is_empty() && follows_blank) {
                    kept.push(line);
                }
            }
        }
    }
    while kept.last().is_some_and(|line| line.is_empty()) {
        kept.pop();
    }
    Stripped {
        text: kept.join("\n") + "\n",
        modules,
    }
}

enum Module<'a> {
    File(&'a str),
    Inline,
}

/// The module behind `#[cfg(test)]`, and how many lines after the attribute it takes.
fn test_module<'a>(line: &str, after: &[&'a str]) -> Option<(Module<'a>, usize)> {
    if line.trim() != ATTRIBUTE {
        return None;
    }
    let attributes = after
        .iter()
        .take_while(|line| line.trim_start().starts_with("#["))
        .count();
    let declaration = after.get(attributes)?.trim_start();
    let name = declaration
        .strip_prefix("pub(crate) ")
        .or_else(|| declaration.strip_prefix("pub(super) "))
        .unwrap_or(declaration)
        .strip_prefix("mod ")?;
    if let Some(name) = name.strip_suffix(';') {
        return Some((Module::File(name), attributes + 1));
    }
    let indent = &line[..line.len() - line.trim_start().len()];
    let end = format!("{indent}}}");
    // A text in the module may have such a line as well: the module ends where what has been read is one.
    let mut ends = (0..after.len()).filter(|&at| after[at] == end);
    let is_module = |at: &usize| syn::parse_str::<syn::ItemMod>(&after[..=*at].join("\n")).is_ok();
    let body = ends.find(is_module)?;
    Some((Module::Inline, body + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn test_modules_go_and_everything_else_stays() {
        let text = "mod a;\n#[cfg(test)]\nmod a_tests;\n#[cfg(test)]\n#[path = \"x.rs\"]\npub(crate) mod testing;\n\n\
            fn f() {\n}\n\n#[cfg(test)]\nmod tests {\n    fn g() {\n    }\n}\n";
        let expected = Stripped {
            text: "mod a;\n\nfn f() {\n}\n".to_owned(),
            modules: vec!["a_tests".to_owned(), "testing".to_owned()],
        };
        assert_eq!(strip(text), expected);
    }

    #[test]
    fn a_brace_in_a_text_ends_no_module() {
        let text = "fn f() {}\n\n#[cfg(test)]\nmod tests {\n    const A: &str = r\"\nfn g() {\n}\n\";\n}\n";
        assert_eq!(strip(text).text, "fn f() {}\n");
    }

    #[test]
    fn every_source_of_the_grader_is_rust_without_its_tests() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = walkdir::WalkDir::new(folder).into_iter().flatten();
        let sources = files.filter(|file| file.path().extension().is_some_and(|extension| extension == "rs"));
        let mut read = 0;
        for source in sources {
            let text = std::fs::read_to_string(source.path()).unwrap_or_default();
            let stripped = strip(&text).text;
            assert!(syn::parse_file(&stripped).is_ok(), "{}", source.path().display());
            read += 1;
        }
        assert!(read > 300, "{read} sources");
    }

    #[test]
    fn what_is_no_module_is_not_touched() {
        let text = "#[cfg(test)]\nfn helper() {}\n";
        assert_eq!(strip(text).text, text);
    }
}
