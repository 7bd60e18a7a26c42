//! The report as JSON, and the schema that it keeps.

use schemars::JsonSchema;
use serde::Serialize;

use crate::jsonl::Event;
use crate::model::Report;
use crate::refusal::Refusal;

/// The whole model as indented JSON.
pub fn render(report: &Report) -> String {
    pretty(report)
}

/// What is written where nothing was graded.
pub(crate) fn refused(refusal: &Refusal) -> String {
    pretty(refusal)
}

/// What is in a file: a report, or why there is none; of a stream, what is in a line.
#[derive(Serialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "for the schema only")]
enum Written {
    /// The report on one submission.
    Report(Box<Report>),
    /// Why nothing was graded.
    Refusal(Refusal),
    /// A line of a stream.
    Event(Event<'static>),
}

/// The JSON Schema of what is written, as it is committed beside this crate.
pub fn schema() -> String {
    pretty(&schemars::schema_for!(Written))
}

fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("plain data with names for keys is always JSON");
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use judge::findings::verdict::Verdict;
    use judge::grading::assignment::Visibility;
    use judge::grading::judgement::{Kind, TaskJudgement};

    use super::*;
    use crate::build::build;
    use crate::testing::{
        assignment, below_threshold, failed, findings, judgement, mismatches, mixed_context, mixed_report, skipped,
        skips, violations,
    };
    use judge::findings::{Finding, WrongOutput};

    const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/report.schema.json");

    fn everything() -> Report {
        let broken = violations().into_iter().map(Finding::PropertyFailed);
        let wrong = mismatches().into_iter().map(|mismatch| {
            Finding::WrongOutput(WrongOutput::Wrong {
                case: "batch".to_owned(),
                output: "output".to_owned(),
                mismatch,
                patterns: Vec::new(),
            })
        });
        let found = findings().into_iter().chain(broken).chain(wrong);
        let mut checks: Vec<_> = found.map(|finding| failed("odd", Kind::Property, finding)).collect();
        checks.extend(skips().into_iter().map(|skip| skipped("even", Kind::Purity, skip)));
        let judgement: TaskJudgement = judgement("rms_norm", Verdict::Wrong, &[("all", false)], checks);
        let assignment = assignment(&[("rms_norm", &["all"]), ("greedy", &["training"])], Visibility::Public);
        build(
            &mixed_context(),
            &[judgement, below_threshold("greedy", 1.75)],
            &assignment,
        )
    }

    #[test]
    fn the_committed_schema_is_current() {
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(COMMITTED, schema()).unwrap();
        }
        let committed = std::fs::read_to_string(COMMITTED).unwrap_or_default();
        assert!(
            committed == schema(),
            "run this test with UPDATE_SCHEMA=1 and commit report.schema.json"
        );
    }

    #[test]
    fn every_report_keeps_to_the_schema() {
        let schema = serde_json::from_str(&schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for report in [mixed_report(), mixed_report().without_times(), everything()] {
            let value = serde_json::from_str(&render(&report)).unwrap();
            let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new());
        }
    }

    #[test]
    fn the_schema_rejects_what_is_no_report() {
        let schema = serde_json::from_str(&schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut value: serde_json::Value = serde_json::from_str(&render(&mixed_report())).unwrap();
        value["tasks"][0]["verdict"] = "excellent".into();
        assert!(!validator.is_valid(&value));
        value["tasks"][0]["verdict"] = "passed".into();
        assert!(validator.is_valid(&value));
        value["surprise"] = true.into();
        assert!(!validator.is_valid(&value));
    }

    #[test]
    fn a_report_survives_being_written_and_read() {
        for report in [mixed_report(), everything()] {
            let read: Report = serde_json::from_str(&render(&report)).unwrap();
            assert_eq!(read, report);
        }
    }

    #[test]
    fn a_report_ends_in_one_newline() {
        let text = render(&mixed_report());
        assert!(text.ends_with("}\n") && !text.ends_with("\n\n"));
    }
}
