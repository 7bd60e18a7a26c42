//! What a shell completes: names of tasks and formats of reports beside clap's own options.

use clap::Command;
use clap_complete::Shell;

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
