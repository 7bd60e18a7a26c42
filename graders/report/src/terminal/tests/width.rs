//! How wide lines are, and how they end.

use super::*;

#[test]
fn no_line_is_wider_than_the_page() {
    let mut checks: Vec<Check> = findings().into_iter().map(golden).collect();
    checks.push(golden(Finding::CallFailed(CallFailed::RefusedValid {
        reason: "x".repeat(5000),
    })));
    let judgement = judgement(
        "scaled_dot_product_attention",
        Verdict::Wrong,
        &[("all", false)],
        checks,
    );
    for report in [mixed_report(), report_on(judgement, Visibility::Public)] {
        let snippets = report.tasks.iter().flat_map(|task| &task.checks);
        let snippets = snippets.filter_map(|check| check.snippet.as_deref());
        let code: Vec<&str> = snippets.flat_map(str::lines).map(str::trim).collect();
        for line in render(&report, VERBOSE).lines() {
            // Code is shown as it is, so that it can be copied.
            let is_code = code.iter().any(|code| line.trim() == *code);
            assert!(is_code || length(line) <= WIDTH, "{line}");
            assert_eq!(line, line.trim_end());
        }
    }
}

#[test]
fn colour_adds_nothing_but_escapes() {
    let coloured = render(
        &mixed_report(),
        Look {
            width: None,
            verbose: true,
            colour: true,
        },
    );
    assert!(coloured.contains('\u{1b}'));
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let trimmed: Vec<&str> = plain.lines().map(str::trim_end).collect();
    let expected = render(&mixed_report(), VERBOSE);
    assert_eq!(trimmed, expected.lines().collect::<Vec<_>>());
}

#[test]
fn a_narrow_terminal_is_not_overrun() {
    for width in [79, 60, 40, 30] {
        let look = Look {
            width: Some(width),
            ..PLAIN
        };
        let text = render(&mixed_report(), look);
        let wide: Vec<&str> = text.lines().filter(|line| length(line) > width).collect();
        // Tables of steps, which stay as they are, apart.
        let torn: Vec<&&str> = wide.iter().filter(|line| !line.starts_with("            ")).collect();
        assert!(torn.is_empty(), "{width}: {torn:#?}");
    }
}

#[test]
fn a_wide_terminal_is_used_up_to_140_columns() {
    let of = |width| {
        let look = Look {
            width: Some(width),
            ..PLAIN
        };
        render(&mixed_report(), look)
    };
    let longest = |text: &str| text.lines().map(length).max();
    assert!(longest(&of(120)) > Some(100) && longest(&of(120)) <= Some(120));
    assert_eq!(of(200), of(140));
    assert!(longest(&of(140)) <= Some(140));
    assert!(of(140).lines().count() < of(80).lines().count());
    assert_eq!(of(80), render(&mixed_report(), PLAIN));
}

#[test]
fn the_last_lines_name_what_is_wrong() {
    let text = render(&mixed_report(), PLAIN);
    let last: Vec<&str> = text.lines().rev().take(20).collect();
    for name in ["causal_self_attention (-1.33): heads merged twice", "greedy (-2)"] {
        assert!(last.iter().any(|line| line.contains(name)), "{name}: {text}");
    }
}
