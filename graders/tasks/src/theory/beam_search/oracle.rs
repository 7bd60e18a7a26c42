//! Beam search in plain Rust over a model that is a table, with an account of each step; and exhaustive search.

use std::cmp::Ordering;

use judge::compare::number;
use judge::findings::Steps;

/// Sequences that a step names.
const FEW: usize = 4;
/// Where there is no sequence.
const NONE: &str = "none";

/// A model of the next token as a table: a row of log-probabilities for each sequence, the empty one first, then in
/// order of length and of tokens.
#[derive(Debug, Clone)]
pub(super) struct Tree {
    pub(super) table: Vec<f64>,
    pub(super) vocabulary: usize,
    pub(super) end: i64,
    pub(super) max_length: usize,
}

/// A sequence with its score.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scored {
    pub(super) tokens: Vec<i64>,
    pub(super) score: f64,
}

/// What a search has found and done.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) best: Scored,
    /// How often it asked the model.
    pub(super) calls: usize,
    /// The beam before each step, and the best complete sequence after it.
    steps: Vec<(Vec<Scored>, Option<Scored>)>,
}

/// The number of rows of a table: sequences of fewer than `max_length` tokens.
pub(super) fn rows(vocabulary: usize, max_length: usize) -> usize {
    (0..max_length as u32).map(|length| vocabulary.pow(length)).sum()
}

impl Tree {
    /// The log-probabilities of what follows a sequence.
    fn after(&self, tokens: &[i64]) -> &[f64] {
        let row = tokens
            .iter()
            .fold(0, |row, &token| row * self.vocabulary + token as usize + 1);
        &self.table[row * self.vocabulary..][..self.vocabulary]
    }

    /// Whether a sequence cannot be extended.
    pub(super) fn is_complete(&self, tokens: &[i64]) -> bool {
        tokens.last() == Some(&self.end) || tokens.len() == self.max_length
    }

    /// The score of a complete sequence; `None` where it is no such thing.
    pub(super) fn score(&self, tokens: &[i64]) -> Option<f64> {
        let is_token = |token: &i64| usize::try_from(*token).is_ok_and(|token| token < self.vocabulary);
        let is_whole = (1..tokens.len()).all(|length| !self.is_complete(&tokens[..length]));
        if !self.is_complete(tokens) || !is_whole || !tokens.iter().all(is_token) {
            return None;
        }
        let step = |place: usize| self.after(&tokens[..place])[tokens[place] as usize];
        Some((0..tokens.len()).map(step).sum())
    }

    fn extensions(&self, live: &Scored) -> Vec<Scored> {
        let following = (0_i64..).zip(self.after(&live.tokens));
        following
            .map(|(token, log_probability)| Scored {
                tokens: [live.tokens.as_slice(), &[token]].concat(),
                score: live.score + log_probability,
            })
            .collect()
    }

    /// Beam search, with the stopping rule or to the end. Of equal scores that of the earlier sequence of the beam is kept,
    /// then that of the smaller token.
    pub(super) fn search(&self, width: usize, stops: bool) -> Run {
        self.search_by(width, stops, |_, _| Ordering::Equal)
    }

    /// The same with another order of equal scores; where it says nothing either, theirs stays.
    pub(super) fn search_by(&self, width: usize, stops: bool, ties: fn(&Scored, &Scored) -> Ordering) -> Run {
        let mut beam = vec![Scored {
            tokens: Vec::new(),
            score: 0.0,
        }];
        let mut best: Option<Scored> = None;
        let (mut calls, mut steps) = (0, Vec::new());
        while let Some(first) = beam.first() {
            if stops && best.as_ref().is_some_and(|best| first.score <= best.score) {
                break;
            }
            calls += beam.len();
            let mut extended: Vec<Scored> = beam.iter().flat_map(|live| self.extensions(live)).collect();
            extended.sort_by(|one, other| other.score.total_cmp(&one.score).then_with(|| ties(one, other)));
            extended.truncate(width);
            let (complete, live): (Vec<_>, Vec<_>) = extended
                .into_iter()
                .partition(|sequence| self.is_complete(&sequence.tokens));
            best = best.into_iter().chain(complete).reduce(better);
            steps.push((std::mem::replace(&mut beam, live), best.clone()));
        }
        Run {
            best: best.unwrap_or_else(|| beam.swap_remove(0)),
            calls,
            steps,
        }
    }

    /// The best of all complete sequences.
    pub(super) fn exhaustive(&self) -> Scored {
        // A beam that leaves nothing out.
        self.search(usize::MAX, false).best
    }
}

/// The earlier one where both are equally good.
fn better(one: Scored, other: Scored) -> Scored {
    if other.score > one.score { other } else { one }
}

impl Run {
    /// The best of those that were complete first.
    pub(super) fn first_complete(&self) -> Option<&Scored> {
        self.steps.iter().find_map(|(_, best)| best.as_ref())
    }

    /// The steps as a table: about which sequences the model was asked, and about which a correct search asks it.
    pub(super) fn steps(&self, asked: Option<&[Vec<i64>]>) -> Steps {
        let theirs = asked.unwrap_or_default();
        let longest = theirs.iter().map(|sequence| sequence.len() + 1).max();
        let columns = [
            "step",
            "your search asks about",
            "a correct search asks about",
            "its best complete",
        ];
        let row = |place: usize| {
            let yours = theirs.iter().filter(|sequence| sequence.len() == place);
            let yours = few(yours.map(|sequence| listed(sequence)).collect());
            let step = self.steps.get(place);
            let correct = few(step.map_or(Vec::new(), |(beam, _)| beam.iter().map(shown).collect()));
            let best = step.map(|(_, best)| best.as_ref().map_or(NONE.to_owned(), shown));
            [(place + 1).to_string(), yours, correct, best.unwrap_or_default()]
        };
        // Without the student's calls there is no column for them.
        let is_shown = |column: usize| column != 1 || asked.is_some();
        let kept = |cells: [String; 4]| -> Vec<String> {
            let cells = cells.into_iter().enumerate();
            cells
                .filter(|(column, _)| is_shown(*column))
                .map(|(_, cell)| cell)
                .collect()
        };
        let rows = self.steps.len().max(longest.unwrap_or_default());
        Steps {
            columns: kept(columns.map(str::to_owned)),
            rows: (0..rows).map(|place| kept(row(place))).collect(),
        }
    }
}

/// As many of these as a cell has room for.
fn few(mut texts: Vec<String>) -> String {
    let more = texts.len().saturating_sub(FEW);
    texts.truncate(FEW);
    match (texts.is_empty(), more) {
        (true, _) => NONE.to_owned(),
        (false, 0) => texts.join(", "),
        (false, more) => format!("{} and {more} more", texts.join(", ")),
    }
}

/// A sequence with its score, such as `[2 0] -1.25`.
fn shown(sequence: &Scored) -> String {
    format!("{} {}", listed(&sequence.tokens), short(sequence.score))
}

/// Tokens in brackets, such as `[2 0]`.
pub(super) fn listed(tokens: &[i64]) -> String {
    let texts: Vec<String> = tokens.iter().map(i64::to_string).collect();
    format!("[{}]", texts.join(" "))
}

/// A score to three places.
pub(super) fn short(score: f64) -> String {
    number((score * 1000.0).round() / 1000.0)
}
