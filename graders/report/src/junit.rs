//! The report as JUnit XML: a suite per task, a case per check, points as properties.
//!
//! Letters that XML 1.0 does not have are left out, whatever a submission wrote.

use judge::findings::verdict::Verdict;
use quick_xml::Writer;
use quick_xml::events::{BytesEnd, BytesStart, BytesText, Event};

use crate::model::{CheckKind, CheckReport, Report, TaskReport};
use crate::refusal::Refusal;
use crate::steps;
use crate::words::{self, points, title};

/// The report as one XML document.
pub fn render(report: &Report) -> String {
    written(|writer| document(writer, report))
}

/// What is written where nothing was graded: one case, which is an error.
pub(crate) fn refused(refusal: &Refusal) -> String {
    written(|writer| refusal_document(writer, refusal))
}

fn written(document: impl FnOnce(&mut Out) -> Written) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing into memory fails for no reason that could be told.
    let written = document(&mut writer);
    debug_assert!(written.is_ok(), "{written:?}");
    let body = String::from_utf8(writer.into_inner()).unwrap_or_default();
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}\n")
}

type Written = std::io::Result<()>;
type Out = Writer<Vec<u8>>;

fn document(writer: &mut Out, report: &Report) -> Written {
    let count = Count::of(report.tasks.iter().flat_map(|task| &task.checks));
    let mut root = BytesStart::new("testsuites");
    push(&mut root, "name", &report.assignment.id);
    count.push(&mut root);
    let seconds = report.times.as_ref().map_or(0.0, |times| times.total);
    push(&mut root, "time", &format!("{seconds:.3}"));
    writer.write_event(Event::Start(root))?;
    for task in &report.tasks {
        suite(writer, task)?;
    }
    by_hand(writer, report)?;
    writer.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn refusal_document(writer: &mut Out, refusal: &Refusal) -> Written {
    let count = Count {
        tests: 1,
        errors: 1,
        ..Count::default()
    };
    for (element, name) in [("testsuites", "grade"), ("testsuite", "submission")] {
        let mut start = BytesStart::new(element);
        push(&mut start, "name", name);
        count.push(&mut start);
        writer.write_event(Event::Start(start))?;
    }
    let mut case = BytesStart::new("testcase");
    push(&mut case, "name", "graded");
    push(&mut case, "classname", "submission");
    writer.write_event(Event::Start(case))?;
    let mut error = BytesStart::new("error");
    push(&mut error, "message", refusal.title());
    writer.write_event(Event::Start(error))?;
    writer.write_event(Event::Text(BytesText::new(&legal(&refusal.text()))))?;
    for element in ["error", "testcase", "testsuite", "testsuites"] {
        writer.write_event(Event::End(BytesEnd::new(element)))?;
    }
    Ok(())
}

fn suite(writer: &mut Out, task: &TaskReport) -> Written {
    let mut start = BytesStart::new("testsuite");
    push(&mut start, "name", &task.id);
    Count::of(task.checks.iter()).push(&mut start);
    writer.write_event(Event::Start(start))?;
    writer.write_event(Event::Start(BytesStart::new("properties")))?;
    let (earned, most) = words::earned_of(task);
    if words::is_judged(task) {
        property(writer, "points", &earned)?;
    }
    property(writer, "max_points", &most)?;
    property(writer, "verdict", title(task.verdict))?;
    if task.by_hand.is_some() {
        property(writer, "by hand", &task.summary)?;
    }
    for line in words::diagnosis(&task.diagnosis, true) {
        property(writer, line.label, &line.text)?;
    }
    writer.write_event(Event::End(BytesEnd::new("properties")))?;
    for check in &task.checks {
        case(writer, task, check)?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn property(writer: &mut Out, name: &str, value: &str) -> Written {
    let mut property = BytesStart::new("property");
    push(&mut property, "name", name);
    push(&mut property, "value", value);
    writer.write_event(Event::Empty(property))
}

/// What people have graded, as a suite without cases: nothing was tested.
fn by_hand(writer: &mut Out, report: &Report) -> Written {
    for item in &report.manual {
        let Some(given) = item.given else { continue };
        let mut start = BytesStart::new("testsuite");
        push(&mut start, "name", &format!("{}: {}", words::BY_HAND, item.title));
        Count::default().push(&mut start);
        writer.write_event(Event::Start(start))?;
        writer.write_event(Event::Start(BytesStart::new("properties")))?;
        property(writer, "points", &points(given))?;
        property(
            writer,
            "max_points",
            &points(if item.bonus { 0.0 } else { item.points }),
        )?;
        if let Some(comment) = &item.comment {
            property(writer, "comment", comment)?;
        }
        writer.write_event(Event::End(BytesEnd::new("properties")))?;
        writer.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    Ok(())
}

fn case(writer: &mut Out, task: &TaskReport, check: &CheckReport) -> Written {
    let mut start = BytesStart::new("testcase");
    push(&mut start, "name", &check.name);
    push(&mut start, "classname", &task.id);
    let place = check.location.as_ref();
    push(
        &mut start,
        "file",
        place.map_or(task.file.as_str(), |place| &place.file),
    );
    if let Some(line) = place.map_or(task.line, |place| place.line) {
        push(&mut start, "line", &line.to_string());
    }
    let Some(element) = element(check.verdict) else {
        return writer.write_event(Event::Empty(start));
    };
    writer.write_event(Event::Start(start))?;
    let mut inner = BytesStart::new(element);
    push(&mut inner, "message", check.message.as_deref().unwrap_or_default());
    if element == "skipped" {
        writer.write_event(Event::Empty(inner))?;
    } else {
        push(&mut inner, "type", title(check.verdict));
        writer.write_event(Event::Start(inner))?;
        writer.write_event(Event::Text(BytesText::new(&legal(&details(task, check)))))?;
        writer.write_event(Event::End(BytesEnd::new(element)))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}

/// The element that says how a check ended: none where it holds.
fn element(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Passed => None,
        Verdict::Skipped | Verdict::NotRun => Some("skipped"),
        Verdict::Wrong | Verdict::NotAttempted | Verdict::RefusedByPolicy => Some("failure"),
        Verdict::OutOfMemory | Verdict::TimedOut | Verdict::Crashed | Verdict::DidNotCompile | Verdict::JudgeFault => {
            Some("error")
        }
    }
}

/// A golden case is where a mistake is recognised, so its failure names it.
fn details(task: &TaskReport, check: &CheckReport) -> String {
    let mut lines = vec![format!("{}: {}", words::RULE, check.statement)];
    lines.extend(
        check
            .message
            .iter()
            .map(|message| format!("{}: {message}", words::SEEN)),
    );
    if check.kind == CheckKind::Golden {
        let named = words::diagnosis(&task.diagnosis, false).into_iter();
        lines.extend(named.map(|line| format!("{}: {}", line.label, line.text)));
    }
    lines.extend(steps::lines(check));
    lines.extend(
        check
            .counterexample
            .iter()
            .map(|example| format!("{}: {}", words::INPUT, example.summary)),
    );
    lines.extend(check.hint.iter().map(|hint| format!("{}: {hint}", words::HINT)));
    lines.join("\n")
}

/// How many checks there are and how they ended.
#[derive(Default)]
struct Count {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Count {
    fn of<'a>(checks: impl Iterator<Item = &'a CheckReport>) -> Self {
        let mut count = Self::default();
        for check in checks {
            count.tests += 1;
            match element(check.verdict) {
                Some("failure") => count.failures += 1,
                Some("skipped") => count.skipped += 1,
                Some(_) => count.errors += 1,
                None => {}
            }
        }
        count
    }

    fn push(&self, start: &mut BytesStart<'_>) {
        for (name, number) in [
            ("tests", self.tests),
            ("failures", self.failures),
            ("errors", self.errors),
            ("skipped", self.skipped),
        ] {
            push(start, name, &number.to_string());
        }
    }
}

fn push(start: &mut BytesStart<'_>, name: &str, value: &str) {
    start.push_attribute((name, legal(value).as_str()));
}

/// The letters that XML 1.0 has.
fn legal(text: &str) -> String {
    let is_legal = |letter: &char| matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}');
    text.chars().filter(is_legal).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::testing::mixed_report;

    #[test]
    fn a_mixed_report_is_valid_xml_with_a_case_per_check() {
        let report = mixed_report();
        let text = render(&report);
        let document = roxmltree::Document::parse(&text).unwrap();
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "testsuites");
        let named = |name: &'static str| root.descendants().filter(move |node| node.has_tag_name(name));
        let checks: usize = report.tasks.iter().map(|task| task.checks.len()).sum();
        assert_eq!(named("testcase").count(), checks);
        for (attribute, element) in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")] {
            let counted: usize = root.attribute(attribute).unwrap().parse().unwrap();
            assert_eq!(counted, named(element).count(), "{element}");
        }
        let worth: f64 = named("property")
            .filter(|node| node.attribute("name") == Some("max_points"))
            .map(|node| node.attribute("value").unwrap().parse::<f64>().unwrap())
            .sum();
        assert!(worth > 0.0);
    }

    #[test]
    fn the_mistake_is_named_in_the_failure_of_each_golden_case_and_in_the_suite() {
        let text = render(&mixed_report());
        let document = roxmltree::Document::parse(&text).unwrap();
        let suite = document
            .descendants()
            .find(|node| node.attribute("name") == Some("causal_self_attention"))
            .unwrap();
        let named = |node: &roxmltree::Node<'_, '_>| {
            let text = node.text().unwrap_or_default();
            text.contains("looks like: heads merged twice: merges the heads")
        };
        let failures = suite
            .descendants()
            .filter(|node| node.has_tag_name("failure") && named(node));
        assert_eq!(failures.count(), 2, "{text}");
        let property = suite
            .descendants()
            .find(|node| node.attribute("name") == Some("looks like"));
        assert!(
            property
                .unwrap()
                .attribute("value")
                .unwrap()
                .starts_with("heads merged twice")
        );
    }

    #[test]
    fn a_case_without_a_place_of_its_own_is_at_the_line_of_its_function() {
        let mut report = mixed_report();
        report.tasks[0].line = Some(17);
        let text = render(&report);
        let line = text
            .lines()
            .find(|line| line.contains("name=\"deterministic\""))
            .unwrap();
        assert!(line.contains("file=\"attention.rs\" line=\"17\""), "{line}");
    }

    #[test]
    fn a_mixed_report_reads_well_in_xml() {
        insta::assert_snapshot!(render(&mixed_report().without_times()));
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut report = mixed_report();
        let hostile = "\u{0}\u{b}\u{ffff}]]><failure/><!-- & \"'\u{1f600}";
        for check in report.tasks.iter_mut().flat_map(|task| &mut task.checks) {
            check.message = Some(hostile.to_owned());
        }
        let text = render(&report);
        let document = roxmltree::Document::parse(&text).unwrap();
        let message = document
            .descendants()
            .find_map(|node| node.attribute("message"))
            .unwrap();
        assert_eq!(message, "]]><failure/><!-- & \"'\u{1f600}");
    }
}
