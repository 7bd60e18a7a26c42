//! The words on what an edit has fixed and broken.

use super::head::more_of;
use super::report::points;
use crate::model::{Change, Changed, Since};

/// Tasks of a change that are named; of more, their number is told.
const NAMED: usize = 8;

/// What the sentence begins with.
pub(crate) const SINCE: &str = "since last time";

/// The tasks of one change.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// The change, such as `fixed`.
    pub(crate) change: &'static str,
    /// Those that are named, in the order of the assignment.
    pub(crate) named: Vec<&'a Changed>,
    /// How many are not, in words.
    pub(crate) others: Option<String>,
}

/// The changes, one after the other.
pub(crate) fn groups(since: &Since) -> Vec<Group<'_>> {
    let changes = since.changed.chunk_by(|one, other| one.change == other.change);
    changes.filter_map(group).collect()
}

fn group(changed: &[Changed]) -> Option<Group<'_>> {
    let others = changed.len().saturating_sub(NAMED);
    Some(Group {
        change: name(changed.first()?.change),
        named: changed.iter().take(NAMED).collect(),
        others: (others > 0).then(|| more_of(others)),
    })
}

/// All of it in a sentence for whoever has just graded.
pub(crate) fn since(since: &Since) -> String {
    let phrase = |group: Group<'_>| {
        let named = group.named.iter().map(|changed| match gained(changed) {
            Some(gained) => format!("{} ({gained})", changed.task),
            None => changed.task.clone(),
        });
        let named: Vec<String> = named.chain(group.others).collect();
        format!("{} {}", group.change, named.join(", "))
    };
    let mut phrases: Vec<String> = groups(since).into_iter().map(phrase).collect();
    phrases.extend(still_wrong(since));
    format!("{SINCE} ({} ago): {}", span(since.seconds), phrases.join("; "))
}

/// When it was, as a page says it, which is read at any time.
pub(crate) fn earlier(since: &Since) -> String {
    format!("({} earlier)", span(since.seconds))
}

/// The points that a task gained or lost, where it did.
pub(crate) fn gained(changed: &Changed) -> Option<String> {
    let sign = if changed.points > 0.0 { "+" } else { "" };
    let text = points(changed.points);
    (!matches!(text.as_str(), "0" | "-0")).then(|| format!("{sign}{text}"))
}

/// How many tasks are as wrong as before.
pub(crate) fn still_wrong(since: &Since) -> Option<String> {
    let number = since.still_wrong;
    (number > 0).then(|| format!("{number} still wrong"))
}

fn name(change: Change) -> &'static str {
    match change {
        Change::Fixed => "fixed",
        Change::Finished => "finished",
        Change::Broken => "broken",
        Change::Better => "better",
        Change::Worse => "worse",
        Change::Begun => "begun",
    }
}

fn span(seconds: u64) -> String {
    let (number, unit) = match seconds {
        0..60 => return "less than a minute".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(task: &str, change: Change, points: f64) -> Changed {
        Changed {
            task: task.to_owned(),
            change,
            points,
        }
    }

    #[test]
    fn a_sentence_says_what_is_fixed_what_is_broken_and_what_is_left() {
        let mut told = Since {
            seconds: 130,
            changed: vec![
                changed("rotary_embedding", Change::Fixed, 5.0),
                changed("rms_norm", Change::Broken, -1.0),
            ],
            still_wrong: 2,
        };
        insta::assert_snapshot!(since(&told), @"since last time (2 minutes ago): fixed rotary_embedding (+5); broken rms_norm (-1); 2 still wrong");
        told.still_wrong = 0;
        told.changed = vec![
            changed("greedy", Change::Finished, 0.5),
            changed("gru", Change::Better, 0.25),
            changed("lstm", Change::Worse, -0.25),
            changed("nucleus", Change::Begun, 0.0),
        ];
        insta::assert_snapshot!(since(&told), @"since last time (2 minutes ago): finished greedy (+0.5); better gru (+0.25); worse lstm (-0.25); begun nucleus");
        told.changed = (0..11)
            .map(|task| changed(&format!("t{task}"), Change::Fixed, 1.0))
            .collect();
        insta::assert_snapshot!(since(&told), @"since last time (2 minutes ago): fixed t0 (+1), t1 (+1), t2 (+1), t3 (+1), t4 (+1), t5 (+1), t6 (+1), t7 (+1), 3 more");
    }

    #[test]
    fn spans_are_whole_units() {
        let spans = [3, 60, 119, 120, 3_600, 7_300, 86_400, 900_000].map(span);
        insta::assert_snapshot!(spans.join(", "), @"less than a minute, 1 minute, 1 minute, 2 minutes, 1 hour, 2 hours, 1 day, 10 days");
    }
}
