//! What a shell completes: names of tasks and formats of reports beside clap's own options.
//!
//! They are known to the parser for that purpose only. A name that is unknown is refused where it is used, in words that
//! name the one that was meant.

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};
use clap_complete::Shell;
use report::Format;

use crate::arguments::{ReportTarget, report_target};

/// In bash a completed `json=` is followed by a path and not by a space, and the sign parts words there.
const BASH: &str = r#"
_grade_and_paths() {
    if [[ ${COMP_WORDS[COMP_CWORD-2]-} == --report && ${COMP_WORDS[COMP_CWORD-1]} == [a-z]* && ${COMP_WORDS[COMP_CWORD]} == = ]] ||
        [[ ${COMP_WORDS[COMP_CWORD-3]-} == --report && ${COMP_WORDS[COMP_CWORD-1]} == = ]]; then
        local path=${COMP_WORDS[COMP_CWORD]#=}
        mapfile -t COMPREPLY < <(compgen -f -- "$path")
        compopt -o filenames
        return
    fi
    _grade "$@"
    if [[ ${COMPREPLY[0]-} == *= ]]; then compopt -o nospace; fi
}
complete -F _grade_and_paths -o nosort -o bashdefault -o default grade
"#;

/// The completions of a shell.
pub(crate) fn of(shell: Shell, command: &mut Command) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, command, "grade", &mut text);
    let text = String::from_utf8_lossy(&text).into_owned();
    if shell == Shell::Bash { text + BASH } else { text }
}

/// The name of a task.
#[derive(Debug, Clone)]
pub(crate) struct TaskName;

impl TypedValueParser for TaskName {
    type Value = String;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &std::ffi::OsStr) -> Result<String, Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(tasks::ALL.iter().map(|task| PossibleValue::new(task.id))))
    }
}

/// A format and a path.
#[derive(Debug, Clone)]
pub(crate) struct ReportName;

impl TypedValueParser for ReportName {
    type Value = ReportTarget;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &std::ffi::OsStr,
    ) -> Result<ReportTarget, Error> {
        let text = StringValueParser::new().parse_ref(command, argument, value)?;
        report_target(&text).map_err(|reason| {
            let words = format!("invalid value '{text}' for '--report <FORMAT=PATH>': {reason}\n");
            Error::raw(ErrorKind::ValueValidation, words).with_cmd(command)
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(
            Format::ALL.iter().map(|format| PossibleValue::new(opening(*format))),
        ))
    }
}

/// How a report is asked for, up to its path.
fn opening(format: Format) -> &'static str {
    match format {
        Format::Terminal => "terminal=",
        Format::Json => "json=",
        Format::Markdown => "markdown=",
        Format::Junit => "junit=",
        Format::Github => "github=",
        Format::Gradescope => "gradescope=",
        Format::Html => "html=",
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::arguments::Arguments;

    #[test]
    fn every_shell_completes_tasks_and_formats() {
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let text = of(shell, &mut Arguments::command());
            for word in ["causal_self_attention", "markdown="] {
                assert!(text.contains(word), "{shell}: {word}");
            }
        }
    }

    #[test]
    fn the_help_does_not_list_every_task() {
        let help = Arguments::command().render_long_help().to_string();
        assert!(
            help.contains("--task <ID>") && !help.contains("causal_self_attention"),
            "{help}"
        );
    }
}
