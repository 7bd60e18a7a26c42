//! The report as Markdown, for the summary of a job or a comment on a pull request.
//!
//! Text that a submission chose is escaped letter by letter: it can make no heading, link, image, mention or HTML. Code
//! between backticks stays code, in which every letter means only itself.

use std::collections::BTreeSet;
use std::fmt::Write;

use judge::findings::verdict::Verdict;

use crate::model::{CheckReport, Remark, Report, TaskReport};
use crate::refusal::Refusal;
use crate::steps;
use crate::triage::{Triage, is_failing, is_unwritten, triage};
use crate::words::{self, title};

/// Bytes of a summary; GitHub drops one of more than a mebibyte without a word.
const LIMIT: usize = 1_000_000;
/// Bytes kept free for the lines at the end.
const TAIL: usize = 20_000;
/// Letters that mean something in Markdown or in GitHub's dialect and mean themselves after a backslash.
const SPECIAL: &str = "\\`*_{}[]#+-.!~$^";

/// The report as Markdown of less than a mebibyte.
pub fn render(report: &Report) -> String {
    let mut text = head(report);
    let mut left_out = 0;
    let Triage { open, passed } = triage(report);
    for task in open.iter().filter(|task| is_told(task)) {
        let section = section(task);
        if left_out > 0 || text.len() + section.len() > LIMIT - TAIL {
            left_out += 1;
        } else {
            text.push_str(&section);
        }
    }
    if left_out > 0 {
        let _ = writeln!(text, "\n{}", words::left_out(left_out));
    }
    if !passed.is_empty() {
        let _ = writeln!(text, "\n{}", escape(&words::passed(&passed)));
    }
    text.push_str(&by_hand(report));
    if let Some(next) = &report.next {
        let _ = writeln!(text, "\nNext: {}", escape(next));
    }
    let _ = writeln!(text, "\n{}", escape(&words::setting(report)));
    text
}

/// Whether a task has more to say than its row.
fn is_told(task: &TaskReport) -> bool {
    !matches!(task.verdict, Verdict::NotRun) && !is_unwritten(task)
}

/// What is written where nothing was graded.
pub(crate) fn refused(refusal: &Refusal) -> String {
    let mut text = format!("## {}\n\n{}\n", escape(refusal.title()), escape(&refusal.reason));
    if let Some(next) = &refusal.next {
        let _ = writeln!(text, "\nNext: {}", escape(next));
    }
    text
}

/// Title, what is wrong, sums, and the table of the tasks that did not pass.
fn head(report: &Report) -> String {
    let title_line = format!(
        "## {} ({})",
        escape(&report.assignment.title),
        escape(&report.assignment.id)
    );
    let mut text = format!(
        "{title_line}\n\n**{}**\n\n{}\n\n",
        answer(report),
        escape(&words::totals(&report.totals))
    );
    for note in &report.notes {
        let _ = writeln!(text, "- {}", escape(note));
    }
    let open = triage(report).open;
    if open.is_empty() {
        return text;
    }
    text.push_str("\n| task | points | verdict | |\n|:---|---:|:---|:---|\n");
    for task in open {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            escape(&task.id),
            words::earned(task),
            title(task.verdict),
            escape(&words::mistake(task).unwrap_or_else(|| words::brief(task)))
        );
    }
    text
}

/// What is wrong, each task a link to its section.
fn answer(report: &Report) -> String {
    let pieces = words::pieces(report);
    if !report.tasks.iter().any(is_failing) {
        return escape(&words::answer(report));
    }
    let phrases: Vec<String> = pieces.iter().map(phrase).collect();
    phrases.join("; ")
}

fn phrase(piece: &words::Piece<'_>) -> String {
    let link = |task: &&TaskReport| {
        let lost = words::lost(task);
        let lost = if lost.is_empty() { lost } else { format!(" ({lost})") };
        let (name, lost) = (escape(&task.id), escape(&lost));
        if is_told(task) {
            format!("[{name}](#{}){lost}", anchor(task))
        } else {
            format!("{name}{lost}")
        }
    };
    let mut named: Vec<String> = piece.named.iter().map(link).collect();
    if piece.others > 0 {
        named.push(words::more_of(piece.others));
    }
    let colon = if named.is_empty() { "" } else { ": " };
    format!("{}{colon}{}", escape(&piece.count), named.join(", "))
}

/// What GitHub makes of the heading of a task's section.
fn anchor(task: &TaskReport) -> String {
    format!("{}-{}", task.id, title(task.verdict).replace(' ', "-"))
}

fn section(task: &TaskReport) -> String {
    let mut text = format!("\n### {}: {}\n\n", escape(&task.id), title(task.verdict));
    for line in words::diagnosis(&task.diagnosis, true) {
        let _ = writeln!(text, "**{}** {}\n", line.label, escape(&line.text));
    }
    let deducted = words::deducted(task).map(|deducted| format!(". {deducted}"));
    let _ = writeln!(
        text,
        "{} points: {}{}\n",
        words::earned(task),
        escape(&task.summary),
        escape(&deducted.unwrap_or_default())
    );
    let mut hints = BTreeSet::new();
    for remark in task.remarks() {
        let hint = remark.check.hint.as_deref().filter(|hint| hints.insert(*hint));
        text.push_str(&finding(&remark, hint));
    }
    text
}

fn finding(remark: &Remark<'_>, hint: Option<&str>) -> String {
    let check = remark.check;
    let mut text = format!("- **{}**", escape(&words::check_name(check)));
    if let Some(others) = words::alike(remark.others) {
        let _ = write!(text, " ({})", escape(&others));
    }
    if states_a_rule(check) {
        line(&mut text, words::RULE, &check.statement);
    }
    line(&mut text, words::SEEN, check.message.as_deref().unwrap_or_default());
    text.push_str(&table(check));
    let counterexample = check.counterexample.as_ref().map(|example| example.summary.as_str());
    if let Some(summary) = counterexample.filter(|summary| !summary.is_empty()) {
        line(&mut text, words::INPUT, summary);
    }
    if let Some(hint) = hint {
        line(&mut text, words::HINT, hint);
    }
    text.push_str(&test(check));
    text.push('\n');
    text
}

/// The finding as a test, folded, in the list.
fn test(check: &CheckReport) -> String {
    if let Some(why) = &check.snippet_left_out {
        return format!("\n  - test: {}", escape(why));
    }
    let Some(snippet) = &check.snippet else {
        return String::new();
    };
    let code: Vec<String> = snippet.lines().map(|line| format!("    {line}\n")).collect();
    let code = code.concat();
    format!(
        "\n\n    <details><summary>{}</summary>\n\n    ```rust\n{code}    ```\n\n    </details>\n",
        words::REPRODUCES
    )
}

fn line(text: &mut String, label: &str, said: &str) {
    let _ = write!(text, "\n  - {label}: {}", escape(said));
}

/// The steps of an answer as a block of code in the list: columns stay aligned, and every letter means only itself.
fn table(check: &CheckReport) -> String {
    let rows: Vec<String> = steps::lines(check)
        .iter()
        .map(|row| format!("    {}\n", row.replace('`', "'")))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    format!("\n\n    ```text\n{}    ```\n", rows.concat())
}

fn states_a_rule(check: &CheckReport) -> bool {
    use crate::model::CheckKind::{Property, Purity};
    check.verdict == Verdict::Wrong && matches!(check.kind, Property | Purity)
}

fn by_hand(report: &Report) -> String {
    let items = words::by_hand(report);
    if items.is_empty() {
        return String::new();
    }
    let mut text = format!("\n### {}\n\n", words::BY_HAND);
    for item in items {
        let _ = writeln!(text, "- {} {}", escape(&item.item), escape(&words::item(item)));
    }
    text
}

/// One line of text that means only itself; what stands between two backticks is code.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        escape_words(&mut escaped, before);
        match after.split_once('`') {
            Some((code, behind)) if is_code(code) => {
                let _ = write!(escaped, "`{code}`");
                // Two spans that touch would be one.
                if behind.starts_with('`') {
                    escaped.push(' ');
                }
                rest = behind;
            }
            _ => {
                escaped.push_str("\\`");
                rest = after;
            }
        }
    }
    escape_words(&mut escaped, rest);
    escaped
}

/// What can be shown as code: a bar would end the cell of a table, also in code.
fn is_code(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(|letter: char| letter == '|' || letter.is_control())
}

fn escape_words(escaped: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            // A backslash does not stop these from making a mention, a link or a tag.
            '<' | '>' | '&' | '@' | ':' | '|' => {
                let _ = write!(escaped, "&#{};", u32::from(letter));
            }
            letter if letter.is_control() => escaped.push(' '),
            letter if SPECIAL.contains(letter) => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

    use super::*;
    use crate::build::build;
    use crate::testing::{assignment, failed, judgement, misbehaviour, mixed_context, mixed_report};
    use judge::findings::{Finding, WrongOutput};
    use judge::grading::assignment::Visibility;
    use judge::grading::judgement::Kind;

    /// What a reader of Markdown makes of a text: its events, by an implementation that is not ours.
    fn events(text: &str) -> Vec<Event<'_>> {
        Parser::new_ext(text, Options::ENABLE_TABLES).collect()
    }

    fn plain(text: &str) -> String {
        let words = events(text).into_iter().filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(text.into_string()),
            _ => None,
        });
        words.collect()
    }

    #[test]
    fn a_mixed_report_reads_well_in_markdown() {
        insta::assert_snapshot!(render(&mixed_report()));
    }

    #[test]
    fn a_reader_of_markdown_sees_one_row_per_task_that_did_not_pass() {
        let report = mixed_report();
        let text = render(&report);
        let rows = events(&text)
            .iter()
            .filter(|event| **event == Event::End(TagEnd::TableRow))
            .count();
        assert_eq!(rows, triage(&report).open.len());
    }

    #[test]
    fn hostile_text_makes_no_markup_and_keeps_its_letters() {
        let hostile = "<script>x</script> ![a](b) [c](javascript:1) `code` *x* @everyone www.evil # |cell| \\ & ~~x~~";
        let escaped = escape(hostile);
        for event in events(&escaped) {
            let harmless = matches!(
                event,
                Event::Text(_) | Event::Code(_) | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)
            );
            assert!(harmless, "{event:?}");
        }
        assert_eq!(plain(&escaped), hostile.replace('`', ""));
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_nothing_else_is() {
        let of = |text: &str| -> Vec<String> {
            let escaped = escape(text);
            let code = events(&escaped).into_iter().filter_map(|event| match event {
                Event::Code(code) => Some(code.into_string()),
                _ => None,
            });
            code.collect()
        };
        assert_eq!(of("still `todo!()`, and `a.b[0]`"), ["todo!()", "a.b[0]"]);
        assert_eq!(of("`<b>`, `@everyone` and `&amp;`"), ["<b>", "@everyone", "&amp;"]);
        // One that is left over, none between two, and letters that cannot stand there.
        assert_eq!(of("one ` alone"), [""; 0]);
        assert_eq!(of("`` nothing"), [""; 0]);
        assert_eq!(of("`a|b`"), [""; 0]);
        assert_eq!(of("`a``b`"), ["a", "b"]);
    }

    #[test]
    fn no_row_of_backticks_makes_markup() {
        for hostile in [
            "`a``<b>`",
            "``<b>``",
            "```<b>",
            "`a`<b>`",
            "\\`<b>\\`",
            "`\\`<b>`",
            "``a`<b>",
            "`a```<b>`c`",
        ] {
            for event in events(&escape(hostile)) {
                assert!(
                    !matches!(event, Event::Html(_) | Event::InlineHtml(_)),
                    "{hostile}: {event:?}"
                );
            }
        }
    }

    #[test]
    fn the_steps_of_an_answer_are_a_block_of_code() {
        let case = "all".to_owned();
        let mut behaviour = misbehaviour();
        behaviour.steps.rows[0][1] = "```<b>".to_owned();
        let check = failed(
            "golden-f64/all",
            Kind::Golden,
            Finding::WrongOutput(WrongOutput::Misbehaves { case, behaviour }),
        );
        let judgement = judgement("rms_norm", Verdict::Wrong, &[("all", false)], vec![check]);
        let assignment = assignment(&[("rms_norm", &["all"])], Visibility::Public);
        let text = render(&build(&mixed_context(), &[judgement], &assignment));
        let is_code = |event: &&Event<'_>| matches!(event, Event::Start(Tag::CodeBlock(_)));
        assert_eq!(events(&text).iter().filter(is_code).count(), 1, "{text}");
        assert!(plain(&text).contains("step  x       forget"), "{text}");
        assert!(plain(&text).contains("hint: follow the table"), "{text}");
    }

    #[test]
    fn a_summary_stays_under_a_mebibyte_and_says_what_is_left_out() {
        let mut report = mixed_report();
        let long = "x".repeat(300);
        let wrong = report.tasks.iter().find(|task| task.verdict == Verdict::Wrong).cloned();
        for number in 0..3000 {
            let mut task = wrong.clone().unwrap_or_else(|| report.tasks[0].clone());
            task.id = format!("task_{number}");
            for check in &mut task.checks {
                check.message = Some(format!("{long}{}", check.name));
            }
            report.tasks.push(task);
        }
        report.tasks.truncate(2000);
        let text = render(&report);
        assert!(text.len() < 1 << 20, "{}", text.len());
        assert!(
            text.contains("more tasks are not shown here"),
            "{}",
            &text[text.len() - 500..]
        );
    }
}
