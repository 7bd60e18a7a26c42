//! A report that would be too large: the same verdicts and points without what makes it so.

use crate::model::{CheckReport, Report, TaskReport};
use crate::words;

/// The report without values, inputs, tests and curves; it says so.
pub(crate) fn without_details(report: &Report) -> Report {
    let mut report = report.clone();
    report.tasks.iter_mut().for_each(bare);
    report.notes.push(words::DETAILS_LEFT_OUT.to_owned());
    report
}

/// Leaves them out of a task.
pub(crate) fn bare(task: &mut TaskReport) {
    for check in &mut task.checks {
        let bare = CheckReport {
            evidence: None,
            counterexample: None,
            snippet: None,
            series: Vec::new(),
            ..check.clone()
        };
        *check = bare;
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::mixed_report;
    use crate::{Format, render};

    #[test]
    fn a_report_with_too_many_details_keeps_its_verdicts_and_its_bound() {
        let mut report = mixed_report();
        for check in report.tasks.iter_mut().flat_map(|task| &mut task.checks) {
            check.snippet = Some("let x = 1;\n".repeat(200_000));
        }
        for &format in Format::ALL {
            let text = render(&report, format);
            assert!(text.len() <= format.most_bytes(), "{format}: {}", text.len());
        }
        let read: crate::Report =
            serde_json::from_str(&render(&report, Format::Json)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.totals, report.totals);
        assert!(
            read.notes.iter().any(|note| note.contains("left out")),
            "{:?}",
            read.notes
        );
        let verdicts = |report: &crate::Report| report.tasks.iter().map(|task| task.verdict).collect::<Vec<_>>();
        assert_eq!(verdicts(&read), verdicts(&report));
    }

    #[test]
    fn a_report_of_ordinary_size_keeps_its_details() {
        let text = render(&mixed_report(), Format::Json);
        assert!(text.contains("counterexample") && !text.contains("are left out: with them"));
    }
}
