//! The points of a domain: sizes, and what is done to values.

use wire::{DType, Data, Tensor, Tensors};

use crate::contract::Task;
use crate::contract::call::arguments_in;
use crate::contract::domain::Domain;
use crate::contract::random::Random;
use crate::contract::scenario::{Scenario, Sizes};

/// A size with no more steps than this counts as small at its largest.
const FEW: i64 = 4;
/// A size that is never smaller than this is there to be large.
const LARGE: i64 = 64;
/// Seed of the values beside the smallest sizes.
const BESIDE: u64 = 3000;
/// Seed of the values of which one argument is scaled.
const SCALED: u64 = 2000;
/// What the values of an argument are multiplied by: powers of two, so that nothing is rounded.
const FACTORS: [f64; 2] = [1024.0, 1.0 / 1024.0];
/// The argument that is added to squares.
const EPSILON: &str = "epsilon";
/// What all values are multiplied by where epsilon is as large as their squares: far below and above what is usual.
const EPSILON_FACTORS: [f64; 2] = [1.0 / (1 << 30) as f64, 64.0];

/// One case.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Point {
    /// Sizes in the order of the declaration.
    pub(super) sizes: Vec<i64>,
    /// Seed of the values.
    pub(super) seed: u64,
    /// What is done to the values of an argument after they are drawn.
    change: Option<Change>,
}

/// A change of values that sizes have no part in.
#[derive(Debug, Clone, PartialEq)]
enum Change {
    /// The values of one argument are multiplied.
    Scaled(String, f64),
    /// Half of the values of these arguments are zero.
    HalfZero(Vec<String>),
    /// All values of these arguments are 1 or -1.
    Signs(Vec<String>),
    /// All values of these arguments are 1.
    Ones(Vec<String>),
    /// The values of these arguments are multiplied, and epsilon is as large as their squares.
    ByEpsilon(&'static [&'static str], f64),
}

impl Point {
    pub(super) fn new(sizes: Vec<i64>, seed: u64) -> Self {
        Self {
            sizes,
            seed,
            change: None,
        }
    }
}

/// Whether a domain is there for its size: one call costs as much as many others.
pub(super) fn is_large(sizes: Sizes) -> bool {
    sizes.iter().any(|&(_, low, _)| low > LARGE)
}

/// The corners at which no size but a choice of few is at its largest: what is done for each of many calls costs little
/// there.
pub(super) fn small_corners(sizes: Sizes) -> Vec<Point> {
    let is_small = |(&value, &(_, low, high)): (&i64, &(_, i64, i64))| value <= low + 2 || high <= low + FEW;
    let mut corners = corners(sizes);
    corners.retain(|point| point.sizes.iter().zip(sizes).all(is_small));
    corners
}

/// The small corners, and those at which all arguments have their usual shapes: what is largest there is a value.
pub(super) fn cheap_corners(domain: &Domain) -> Vec<Point> {
    let shapes = |sizes: &[i64]| -> Vec<Vec<usize>> {
        let arguments = arguments(domain, &Point::new(sizes.to_vec(), 0));
        arguments.values().map(|argument| argument.shape().to_vec()).collect()
    };
    let as_usual = shapes(&usual(domain.sizes));
    let small = small_corners(domain.sizes);
    let others = corners(domain.sizes).into_iter().filter(|point| !small.contains(point));
    let others: Vec<Point> = others.filter(|point| shapes(&point.sizes) == as_usual).collect();
    small.into_iter().chain(others).collect()
}

/// The arguments of one case.
pub(super) fn arguments(domain: &Domain, point: &Point) -> Tensors {
    let scenario = Scenario::new(domain.sizes, &point.sizes, point.seed, DType::F64);
    let mut arguments = arguments_in(DType::F64, &(domain.arguments)(&scenario));
    match &point.change {
        None => {}
        Some(Change::Scaled(name, factor)) => change(&mut arguments, name, |_, value| value * factor),
        Some(Change::HalfZero(names)) => {
            // In pieces of another length for each, so that not only zeros meet zeros.
            for (name, length) in names.iter().zip(1..) {
                change(
                    &mut arguments,
                    name,
                    |at, value| if at / length % 2 == 1 { value } else { 0.0 },
                );
            }
        }
        Some(Change::Signs(names)) => {
            for name in names {
                change(&mut arguments, name, |_, value| if value < 0.0 { -1.0 } else { 1.0 });
            }
        }
        Some(Change::Ones(names)) => {
            for name in names {
                change(&mut arguments, name, |_, _| 1.0);
            }
        }
        Some(Change::ByEpsilon(names, factor)) => {
            for name in *names {
                change(&mut arguments, name, |_, value| value * factor);
            }
            arguments.insert(EPSILON.to_owned(), Tensor::real(factor * factor));
        }
    }
    arguments
}

/// Changes the values of one argument by their places.
fn change(arguments: &mut Tensors, name: &str, by: impl Fn(usize, f64) -> f64) {
    if let Some(argument) = arguments.get_mut(name) {
        let values = argument.to_f64().into_iter().enumerate();
        let values = values.map(|(at, value)| by(at, value)).collect();
        *argument = Tensor::new(argument.shape().to_vec(), Data::F64(values)).unwrap_or_else(|| argument.clone());
    }
}

/// A case of usual sizes with the values of each argument much larger and much smaller, those of the others as they
/// are. What is added to values, or bounds them, shows at one end or the other; and so does what bounds an epsilon.
pub(super) fn scaled(task: &Task, domain: &Domain) -> Vec<Point> {
    let usual = Point::new(usual(domain.sizes), SCALED);
    let changed = |change| Point {
        change: Some(change),
        ..usual.clone()
    };
    let names = of_any_size(task, domain, &usual);
    let each = names
        .iter()
        .flat_map(|name| FACTORS.map(|factor| Change::Scaled(name.clone(), factor)));
    let by_epsilon = EPSILON_FACTORS.map(|factor| Change::ByEpsilon(task.contract.normalised, factor));
    let is_normalised = !names.is_empty() && !task.contract.normalised.is_empty();
    each.chain(by_epsilon.into_iter().filter(|_| is_normalised))
        .map(changed)
        .collect()
}

/// Cases of usual sizes with simple values: half of them zero; all of them 1 or -1, of which each is as large as their
/// root mean square; all of them 1, so that arguments of one shape are equal. A function that takes a short cut for such
/// values takes it here.
pub(super) fn simple(task: &Task, domain: &Domain) -> Vec<Point> {
    let usual = Point::new(usual(domain.sizes), SCALED);
    let names = of_any_size(task, domain, &usual);
    if names.is_empty() {
        return Vec::new();
    }
    let changes = [Change::HalfZero, Change::Signs, Change::Ones];
    let changed = |change: fn(Vec<String>) -> Change| Point {
        change: Some(change(names.clone())),
        ..usual.clone()
    };
    changes.map(changed).into()
}

/// A case of usual sizes with the values of each argument much larger: where an exponential overflows that has no part in
/// the value, the gradient is no number.
pub(super) fn enlarged(task: &Task, domain: &Domain) -> Vec<Point> {
    let is_larger = |point: &Point| matches!(&point.change, Some(Change::Scaled(_, factor)) if *factor > 1.0);
    let mut points = scaled(task, domain);
    points.retain(is_larger);
    points
}

/// The arguments of the task's first domain whose values may have any size.
fn of_any_size(task: &Task, domain: &Domain, usual: &Point) -> Vec<String> {
    let is_first = task
        .contract
        .domain
        .first()
        .is_some_and(|first| first.name == domain.name);
    if !is_first || task.contract.smooth.is_empty() {
        return Vec::new();
    }
    let has_any_scale = |(name, argument): &(&String, &Tensor)| {
        let is_bounded = task.contract.bounded.contains(&name.as_str());
        argument.dtype().is_float() && !argument.shape().is_empty() && !is_bounded
    };
    let arguments = arguments(domain, usual);
    arguments
        .iter()
        .filter(has_any_scale)
        .map(|(name, _)| name.clone())
        .collect()
}

fn usual(sizes: Sizes) -> Vec<i64> {
    sizes.iter().map(|&(_, low, high)| (low + 2).min(high)).collect()
}

/// The sizes of one case with their names.
pub(super) fn named(domain: &Domain, values: &[i64]) -> Vec<(String, i64)> {
    let names = domain.sizes.iter().map(|size| size.0.to_owned());
    names.zip(values.iter().copied()).collect()
}

/// Every size at its smallest, all at their largest, each alone at its largest and each alone at its smallest.
pub(super) fn corners(sizes: Sizes) -> Vec<Point> {
    let small: Vec<i64> = sizes.iter().map(|&(_, low, _)| low).collect();
    let usual = usual(sizes);
    let large: Vec<i64> = sizes.iter().map(|&(_, _, high)| high).collect();
    let with = |position: usize, value: i64| {
        let mut sizes = usual.clone();
        sizes[position] = value;
        sizes
    };
    let mut corners = vec![small.clone()];
    corners.extend((0..sizes.len()).map(|position| with(position, small[position])));
    corners.extend((0..sizes.len()).map(|position| with(position, large[position])));
    corners.push(large.clone());
    // What is chosen of two has had its second choice in all of these but one.
    corners.extend(
        (0..sizes.len())
            .filter(|&position| small[position] + 1 == large[position])
            .map(|position| {
                let mut sizes = large.clone();
                sizes[position] = small[position];
                sizes
            }),
    );
    let mut points: Vec<Point> = Vec::new();
    for (number, sizes) in corners.into_iter().enumerate() {
        if points.iter().all(|known| known.sizes != sizes) {
            points.push(Point::new(sizes, number as u64));
        }
    }
    points
}

/// Each size alone at the value after its smallest: what a special case for the smallest misses, or takes with it.
pub(super) fn beside_the_smallest(sizes: Sizes) -> Vec<Point> {
    let usual = usual(sizes);
    let beside = sizes.iter().enumerate().map(|(position, &(_, low, high))| {
        let mut sizes = usual.clone();
        sizes[position] = (low + 1).min(high);
        Point::new(sizes, BESIDE + position as u64)
    });
    beside.filter(|point| point.sizes != usual).collect()
}

pub(super) fn drawn(sizes: Sizes, random: &mut Random) -> Vec<i64> {
    sizes
        .iter()
        .map(|&(_, low, high)| random.integer(low, high + 1))
        .collect()
}

pub(super) fn scale_in_words(point: &Point) -> String {
    match &point.change {
        None => String::new(),
        Some(Change::Scaled(name, factor)) if *factor > 1.0 => format!(", with `{name}` {factor} times as large,"),
        Some(Change::Scaled(name, factor)) => format!(", with `{name}` {} times as small,", factor.recip()),
        Some(Change::HalfZero(_)) => ", with half of the values zero,".to_owned(),
        Some(Change::Signs(_)) => ", with all values 1 or -1,".to_owned(),
        Some(Change::Ones(_)) => ", with all values 1,".to_owned(),
        Some(Change::ByEpsilon(_, factor)) => {
            format!(
                ", with values of about {factor:.0e} and {EPSILON} = {:.0e},",
                factor * factor
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_come_from_the_smallest_to_the_largest_and_none_twice() {
        let points = corners(&[("T", 1, 8), ("H", 2, 2)]);
        let sizes: Vec<Vec<i64>> = points.into_iter().map(|point| point.sizes).collect();
        assert_eq!(sizes, [[1, 2], [3, 2], [8, 2]]);
    }

    #[test]
    fn a_domain_is_large_where_a_size_is_never_small() {
        assert!(is_large(&[("T", 1030, 1030), ("heads", 1, 2)]));
        assert!(!is_large(&[("T", 1, 1030), ("heads", 1, 2)]));
    }

    #[test]
    fn a_choice_of_few_is_small_at_its_largest() {
        let points = small_corners(&[("T", 1, 80), ("causal", 0, 1)]);
        let sizes: Vec<Vec<i64>> = points.into_iter().map(|point| point.sizes).collect();
        assert_eq!(sizes, [[1, 0], [1, 1], [3, 0], [3, 1]]);
    }

    #[test]
    fn beside_the_smallest_one_size_is_the_next() {
        let points = beside_the_smallest(&[("T", 1, 8), ("H", 2, 2), ("rotary", 0, 1)]);
        let sizes: Vec<Vec<i64>> = points.into_iter().map(|point| point.sizes).collect();
        assert_eq!(sizes, [[2, 2, 1]]);
    }
}
