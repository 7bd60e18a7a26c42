//! Where the wrong values are.

use std::collections::BTreeSet;

use super::model::{Pair, Part, Pattern, Region, is_near};
use crate::compare::largest;

/// More indices than these are no region.
const MOST_INDICES: usize = 4;

/// The region that holds all wrong values, where it is less than everything and more than one value.
pub(super) fn region(pair: &Pair<'_>) -> Option<Pattern> {
    let wrong = wrong(pair);
    if wrong.len() < 2 || wrong.len() == pair.expected.len() {
        return None;
    }
    let region = triangle(pair, &wrong).or_else(|| axis(pair, &wrong))?;
    Some(Pattern::Only { region })
}

/// The indices of the wrong values.
fn wrong(pair: &Pair<'_>) -> Vec<Vec<usize>> {
    let allowed = pair.tolerance * largest(&pair.expected);
    let values = pair.expected.iter().zip(&pair.actual).enumerate();
    values
        .filter(|(_, (wanted, given))| !is_near(**wanted, **given, allowed))
        .map(|(position, _)| index(position, pair.shape))
        .collect()
}

/// A side of the diagonal of the last two axes, where these are square and the wrong values are in several rows.
fn triangle(pair: &Pair<'_>, wrong: &[Vec<usize>]) -> Option<Region> {
    let [.., rows, columns] = pair.shape else { return None };
    if rows != columns || *rows < 3 {
        return None;
    }
    let last_two = |index: &Vec<usize>| (index[index.len() - 2], index[index.len() - 1]);
    let places: BTreeSet<(usize, usize)> = wrong.iter().map(last_two).collect();
    let several = |of: fn(&(usize, usize)) -> usize| places.iter().map(of).collect::<BTreeSet<_>>().len() > 1;
    if !several(|place| place.0) || !several(|place| place.1) {
        return None;
    }
    if places.iter().all(|(row, column)| column > row) {
        Some(Region::AboveDiagonal)
    } else if places.iter().all(|(row, column)| column < row) {
        Some(Region::BelowDiagonal)
    } else if places.iter().all(|(row, column)| column == row) {
        Some(Region::Diagonal)
    } else {
        None
    }
}

/// A part of an axis: rows first, then whatever is before them, then columns.
fn axis(pair: &Pair<'_>, wrong: &[Vec<usize>]) -> Option<Region> {
    let rank = pair.shape.len();
    let rows = rank.checked_sub(2);
    let others = 0..rank.saturating_sub(2);
    let columns = rank.checked_sub(1);
    rows.into_iter().chain(others).chain(columns).find_map(|axis| {
        let indices: BTreeSet<usize> = wrong.iter().map(|index| index[axis]).collect();
        let part = part(&indices, pair.shape[axis])?;
        Some(Region::Axis { axis, rank, part })
    })
}

fn part(indices: &BTreeSet<usize>, size: usize) -> Option<Part> {
    let (&first, &last) = (indices.first()?, indices.last()?);
    if indices.len() == size {
        return None;
    }
    let is_run = last - first + 1 == indices.len();
    if last == 0 {
        Some(Part::First)
    } else if first + 1 == size {
        Some(Part::Last)
    } else if is_run && last + 1 == size {
        Some(Part::From(first))
    } else if is_run && first == 0 {
        Some(Part::UpTo(last))
    } else {
        (indices.len() <= MOST_INDICES).then(|| Part::At(indices.iter().copied().collect()))
    }
}

fn index(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (at, &size) in index.iter_mut().zip(shape).rev() {
        *at = position % size.max(1);
        position /= size.max(1);
    }
    index
}
