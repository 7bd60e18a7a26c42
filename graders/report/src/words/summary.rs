//! The words on a whole task.

use judge::findings::verdict::Verdict;
use judge::findings::{BeforeRun, Finding};
use judge::grading::judgement::{Check, Ending, Kind, Skip, TaskJudgement};
use judge::grading::judgement::{Loss, Portion};

use super::Words;
use super::figures::and;
use super::source::place;
use crate::clean::{clean, without_reader};

/// A verdict's name.
pub(crate) fn title(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::NotRun => "not run",
        Verdict::Skipped => "skipped",
        Verdict::Wrong => "wrong",
        Verdict::OutOfMemory => "out of memory",
        Verdict::TimedOut => "timed out",
        Verdict::Crashed => "crashed",
        Verdict::RefusedByPolicy => "not allowed",
        Verdict::NotAttempted => "not attempted",
        Verdict::DidNotCompile => "did not compile",
        Verdict::JudgeFault => "grader failed",
    }
}

/// The words on a check that was not tried.
pub(crate) fn skip(skip: &Skip, kind: Kind) -> Words {
    match skip {
        // Gradients do not pass through a reference that answers: there is no way round.
        Skip::DependsOn(parts) if kind == Kind::Trial => Words::new(
            format!("trains through {}, which {} not right", quoted(parts), are(parts)),
            format!("fix {} first", quoted(parts)),
        ),
        Skip::DependsOn(parts) => {
            let (names, verb) = (quoted(parts), are(parts));
            let calls: Vec<String> = parts
                .iter()
                .map(|part| format!("`crate::parts::{}`", clean(part)))
                .collect();
            Words::new(
                format!("depends on {names}, which {verb} not right"),
                format!(
                    "fix {names} first; if you call {}, a correct one is in where the grader has one",
                    and(&calls)
                ),
            )
        }
        Skip::NothingToJudge => Words {
            message: "nothing is written yet".to_owned(),
            hint: None,
        },
        Skip::NotWritten => Words {
            message: "ran into a `todo!()`; that costs as much as failing".to_owned(),
            hint: None,
        },
        Skip::NoAnswer => Words {
            message: "not tried: no golden case was answered".to_owned(),
            hint: None,
        },
        Skip::NothingHolds => Words {
            message: "not tried: no golden case holds, so fresh inputs would tell nothing new".to_owned(),
            hint: None,
        },
        Skip::FixedInputs => Words {
            message: "nothing to try: the inputs of the golden cases are the only ones".to_owned(),
            hint: None,
        },
        Skip::NoReference => Words {
            message: "not run: this grader comes without the reference that it needs".to_owned(),
            hint: None,
        },
        Skip::TrainingNotAsked => Words::new(
            "not run: training takes a while and must be asked for",
            "grade with `--training`",
        ),
        Skip::TimeUsedUp => Words {
            message: "earlier checks used up this task's time or memory; that costs as much as failing".to_owned(),
            hint: None,
        },
    }
}

fn are(parts: &[String]) -> &'static str {
    if parts.len() == 1 { "is" } else { "are" }
}

/// A task's verdict in a sentence.
pub(crate) fn summary(judgement: &TaskJudgement) -> String {
    let sentence = match judgement.verdict {
        Verdict::Passed => held(judgement),
        Verdict::NotRun => "needs --training".to_owned(),
        Verdict::JudgeFault => fault(judgement.fault.as_deref()),
        Verdict::DidNotCompile | Verdict::RefusedByPolicy => findings(judgement)
            .find_map(of_source)
            .unwrap_or_else(|| portions(judgement)),
        Verdict::NotAttempted if judgement.portions.iter().all(|portion| !portion.earned) => {
            "still `todo!()`".to_owned()
        }
        Verdict::NotAttempted
        | Verdict::Skipped
        | Verdict::Wrong
        | Verdict::OutOfMemory
        | Verdict::TimedOut
        | Verdict::Crashed => portions(judgement),
    };
    if !judgement.substituted.is_empty() {
        let parts = quoted(&judgement.substituted);
        let (are, ones) = if judgement.substituted.len() == 1 {
            ("is", "a correct one")
        } else {
            ("are", "correct ones")
        };
        let free = match judgement.verdict {
            Verdict::Passed => " (no points lost here)",
            _ => "",
        };
        format!("{sentence}; your {parts} {are} wrong, so this was checked with {ones}{free}")
    } else if !judgement.unanswered.is_empty() && judgement.verdict != Verdict::Passed {
        let (parts, are) = (quoted(&judgement.unanswered), are(&judgement.unanswered));
        format!(
            "{sentence}; checked with your own {parts}, which {are} wrong: what was called through `crate::parts` had \
             arguments to which a correct one has no answer"
        )
    } else if !judgement.gone_round.is_empty() && judgement.verdict != Verdict::Passed {
        let (parts, are) = (quoted(&judgement.gone_round), are(&judgement.gone_round));
        format!(
            "{sentence}; checked with your own {parts}, which {are} wrong: nothing was called through `crate::parts`"
        )
    } else {
        sentence
    }
}

/// Why a portion is lost.
pub(crate) fn loss(loss: &Loss) -> String {
    match loss {
        Loss::Golden => "its expected values do not hold".to_owned(),
        Loss::Fresh => "fresh inputs of its kind are answered wrongly".to_owned(),
        Loss::NoPropertyHolds => {
            "no property of the task holds, and there is no reference to try fresh inputs with".to_owned()
        }
        Loss::Trial(name) => format!("the trial `{name}` does not reach its threshold"),
    }
}

/// How many checks hold; what was not run holds nothing.
fn held(judgement: &TaskJudgement) -> String {
    let not_run = |check: &&Check| check.ending == Ending::Skipped(Skip::TrainingNotAsked);
    let number = judgement.checks.iter().filter(not_run).count();
    let checks = count(judgement.checks.len() - number, "check");
    match number {
        0 => checks,
        _ => format!("{checks}; {} not run: needs --training", count(number, "trial")),
    }
}

fn fault(reason: Option<&str>) -> String {
    let reason = reason
        .map(|reason| clean(without_reader(reason)))
        .filter(|reason| !reason.is_empty());
    let reason = reason.map_or(String::new(), |reason| format!(": {reason}"));
    format!("no points are lost; this grader failed, not your code{reason}")
}

fn findings(judgement: &TaskJudgement) -> impl Iterator<Item = &Finding> {
    judgement.checks.iter().filter_map(|check| match &check.ending {
        Ending::Failed { finding, .. } => Some(finding),
        Ending::Passed | Ending::Skipped(_) => None,
    })
}

fn of_source(finding: &Finding) -> Option<String> {
    if let Finding::BeforeRun(BeforeRun::DidNotCompile(error)) = finding {
        Some(place(&error.file, error.line))
    } else if let Finding::BeforeRun(BeforeRun::Forbidden { file, line, .. }) = finding {
        Some(place(file, Some(*line)))
    } else {
        None
    }
}

/// What became of a portion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Right,
    /// Its golden cases hold, and other inputs of their kind do not.
    GoldenOnly,
    Lost,
    NotWritten,
    NotJudged,
    NotRun,
}

impl Fate {
    const ALL: [Self; 6] = [
        Self::Right,
        Self::GoldenOnly,
        Self::Lost,
        Self::NotWritten,
        Self::NotJudged,
        Self::NotRun,
    ];

    fn word(self) -> &'static str {
        match self {
            Self::Right => "earned",
            Self::GoldenOnly => "right on stored inputs only",
            Self::Lost => "lost",
            Self::NotWritten => "not written",
            Self::NotJudged => "not judged",
            Self::NotRun => "not run",
        }
    }

    /// Of the only portion of a task.
    fn alone(self) -> &'static str {
        match self {
            Self::Right => "expected values hold",
            Self::GoldenOnly => "stored inputs are right, fresh ones are not",
            Self::Lost => "expected values do not hold",
            Self::NotWritten => "not written",
            Self::NotJudged => "not judged",
            Self::NotRun => "not run",
        }
    }

    fn of(ending: Option<&Ending>) -> Self {
        match ending {
            Some(Ending::Passed) => Self::Right,
            Some(Ending::Failed {
                finding: Finding::BeforeRun(BeforeRun::NotAttempted),
                ..
            }) => Self::NotWritten,
            Some(Ending::Failed { .. }) => Self::Lost,
            Some(Ending::Skipped(Skip::TrainingNotAsked)) => Self::NotRun,
            Some(Ending::Skipped(_)) | None => Self::NotJudged,
        }
    }
}

/// Which portions are right and which are lost; where all are right, what else does not hold.
fn portions(judgement: &TaskJudgement) -> String {
    let fates: Vec<(String, Fate)> = judgement
        .portions
        .iter()
        .map(|portion| (portion.name.replace('_', " "), fate(judgement, portion)))
        .collect();
    if fates.iter().all(|(_, fate)| *fate == Fate::Right) {
        return beside(judgement);
    }
    if let [(_, only)] = fates.as_slice() {
        return match only {
            Fate::Lost if is_only_trained(judgement) => what_training_lost(judgement).to_owned(),
            only => only.alone().to_owned(),
        };
    }
    let phrase = |fate: &Fate| {
        let those = fates.iter().filter(|(_, own)| own == fate);
        let names: Vec<String> = those.map(|(name, _)| name.clone()).collect();
        (!names.is_empty()).then(|| format!("{} {}", and(&names), fate.word()))
    };
    let phrases: Vec<String> = Fate::ALL.iter().filter_map(phrase).collect();
    phrases.join("; ")
}

fn is_only_trained(judgement: &TaskJudgement) -> bool {
    judgement.checks.iter().all(|check| check.kind == Kind::Trial)
}

fn what_training_lost(judgement: &TaskJudgement) -> &'static str {
    if findings(judgement).all(|finding| matches!(finding, Finding::BelowBar { .. })) {
        "below the threshold"
    } else {
        "training fails"
    }
}

/// What became of a portion: that of the first of its checks that does not hold.
fn fate(judgement: &TaskJudgement, portion: &Portion) -> Fate {
    let of = |name: &String| {
        let check = judgement.checks.iter().find(|check| check.name == *name);
        Fate::of(check.map(|check| &check.ending))
    };
    let mut fates = portion.checks.iter().map(of);
    let of_fresh = |loss: &Loss| matches!(loss, Loss::Fresh | Loss::NoPropertyHolds);
    let otherwise = if portion.lost.iter().any(of_fresh) {
        Fate::GoldenOnly
    } else {
        Fate::Right
    };
    fates.find(|fate| *fate != Fate::Right).unwrap_or(otherwise)
}

/// What stands in the way of a task whose golden cases all hold.
fn beside(judgement: &TaskJudgement) -> String {
    let broken = broken(judgement);
    let skipped = judgement.checks.iter().find_map(|check| match &check.ending {
        Ending::Skipped(why) => Some(skip(why, check.kind).message),
        Ending::Passed | Ending::Failed { .. } => None,
    });
    match (broken.is_empty(), skipped) {
        (false, _) => format!("expected values hold, but {broken}"),
        (true, Some(why)) => format!("expected values hold; not all properties tried: {why}"),
        (true, None) => "expected values hold".to_owned(),
    }
}

/// What does not hold beside the golden cases, such as `2 properties do not`.
fn broken(judgement: &TaskJudgement) -> String {
    let failed = |check: &&Check| matches!(check.ending, Ending::Failed { .. });
    let number = |kind: Kind| {
        judgement
            .checks
            .iter()
            .filter(failed)
            .filter(|check| check.kind == kind)
            .count()
    };
    let (properties, single) = (number(Kind::Property), number(Kind::Single));
    let (precision, purity) = (number(Kind::Precision), number(Kind::Purity));
    let differential = number(Kind::Differential);
    let all = [
        (properties, "property", "properties"),
        (single, "f32 check", "f32 checks"),
        (precision, "check of the f64 accuracy", "checks of the f64 accuracy"),
        (purity, "check for side effects", "checks for side effects"),
        (differential, "check on fresh inputs", "checks on fresh inputs"),
    ];
    let some: Vec<String> = all
        .iter()
        .filter(|(number, ..)| *number > 0)
        .map(|&(number, one, many)| format!("{number} {}", if number == 1 { one } else { many }))
        .collect();
    match properties + single + precision + purity + differential {
        0 => String::new(),
        1 => format!("{} does not", and(&some)),
        _ => format!("{} do not", and(&some)),
    }
}

fn count(number: usize, what: &str) -> String {
    if number == 1 {
        format!("1 {what}")
    } else {
        format!("{number} {what}s")
    }
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{}`", clean(name))).collect();
    and(&names)
}
