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
            format!("mend {} first", quoted(parts)),
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
                    "mend {names} first; where the reference is at hand, it answers in place of yours if you call {}",
                    and(&calls)
                ),
            )
        }
        Skip::NothingToJudge => Words {
            message: "nothing is written yet".to_owned(),
            hint: None,
        },
        Skip::NotWritten => Words {
            message: "ran into a `todo!()`; that costs what failing costs".to_owned(),
            hint: None,
        },
        Skip::NoAnswer => Words {
            message: "no golden case was answered, so there is nothing to look at more closely".to_owned(),
            hint: None,
        },
        Skip::NothingHolds => Words {
            message: "no golden case holds, so fresh inputs have nothing more to say".to_owned(),
            hint: None,
        },
        Skip::FixedInputs => Words {
            message: "the inputs of the golden cases are fixed, so there are no fresh ones of their kind".to_owned(),
            hint: None,
        },
        Skip::NoReference => Words {
            message: "not run: it takes the reference, which is not part of this grader".to_owned(),
            hint: None,
        },
        Skip::TrainingNotAsked => Words::new(
            "not run: training takes a while, so it has to be asked for",
            "grade with `--training`",
        ),
        Skip::TimeUsedUp => Words {
            message: "earlier checks used up this task's time or memory; that costs what failing costs".to_owned(),
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
        format!("{sentence}; judged with the reference's {parts} in place of yours")
    } else if !judgement.gone_round.is_empty() && judgement.verdict != Verdict::Passed {
        let (parts, are) = (quoted(&judgement.gone_round), are(&judgement.gone_round));
        format!("{sentence}; judged with your own {parts}, which {are} not right: nothing was asked of `crate::parts`")
    } else {
        sentence
    }
}

/// Why a portion is lost.
pub(crate) fn loss(loss: &Loss) -> String {
    match loss {
        Loss::Golden => "its golden cases do not hold".to_owned(),
        Loss::Fresh => "fresh inputs of the kind of its golden cases do not hold".to_owned(),
        Loss::NoLawHolds => "no law of the task holds, and no reference is at hand to try fresh inputs".to_owned(),
        Loss::Trial(name) => format!("the trial `{name}` does not reach its bar"),
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
            Self::Right => "right",
            Self::GoldenOnly => "right on golden cases only",
            Self::Lost => "lost",
            Self::NotWritten => "not written",
            Self::NotJudged => "not judged",
            Self::NotRun => "not run",
        }
    }

    /// Of the only portion of a task.
    fn alone(self) -> &'static str {
        match self {
            Self::Right => "golden cases hold",
            Self::GoldenOnly => "golden cases hold, but fresh inputs do not",
            Self::Lost => "golden cases fail",
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
        "below the bar"
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
    let of_fresh = |loss: &Loss| matches!(loss, Loss::Fresh | Loss::NoLawHolds);
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
        (false, _) => format!("golden cases hold, but {broken}"),
        (true, Some(why)) => format!("golden cases hold; not all laws judged: {why}"),
        (true, None) => "golden cases hold".to_owned(),
    }
}

/// What does not hold beside the golden cases, such as `2 laws do not`.
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
    let (laws, single) = (number(Kind::Law), number(Kind::Single));
    let (precision, hygiene) = (number(Kind::Precision), number(Kind::Hygiene));
    let differential = number(Kind::Differential);
    let all = [
        (laws, "law"),
        (single, "f32 check"),
        (precision, "precision check"),
        (hygiene, "hygiene check"),
        (differential, "differential check"),
    ];
    let some: Vec<String> = all
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|&(number, what)| count(number, what))
        .collect();
    match laws + single + precision + hygiene + differential {
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
