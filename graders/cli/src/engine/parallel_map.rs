//! The same work on all processors: what is next goes to whoever is free.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::failure::Failure;

/// Positions, each handed out once.
#[derive(Debug)]
pub(crate) struct Queue {
    next: AtomicUsize,
    length: usize,
}

impl Queue {
    pub(crate) fn new(length: usize) -> Self {
        let next = AtomicUsize::new(0);
        Self { next, length }
    }

    /// The next position, while there is one.
    pub(crate) fn take(&self) -> Option<usize> {
        let position = self.next.fetch_add(1, Ordering::Relaxed);
        (position < self.length).then_some(position)
    }

    /// Hands out no more: the threads stop after what they are at.
    pub(crate) fn stop(&self) {
        self.next.store(self.length, Ordering::Relaxed);
    }
}

/// What `action` makes of each item, in the order of the items. Each thread makes itself something to work with first; the
/// first error ends all of it.
pub(crate) fn parallel_map<'a, T: Sync, S, R: Send>(
    items: &'a [T],
    start: impl Fn() -> Result<S, Failure> + Sync,
    action: impl Fn(&mut S, usize, &'a T) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let queue = Queue::new(items.len());
    let work = || -> Result<Vec<(usize, R)>, Failure> {
        let mut state = start()?;
        let mut made = Vec::new();
        while let Some(position) = queue.take() {
            let result = action(&mut state, position, &items[position]);
            if result.is_err() {
                queue.stop();
            }
            made.push((position, result?));
        }
        Ok(made)
    };
    let mut made: Vec<(usize, R)> = on_all_processors(items.len(), work)?.into_iter().flatten().collect();
    made.sort_by_key(|(position, _)| *position);
    Ok(made.into_iter().map(|(_, result)| result).collect())
}

/// Results that are shown in order, each as soon as those before it are there.
#[derive(Debug)]
pub(crate) struct InOrder<R> {
    waiting: Mutex<(usize, BTreeMap<usize, R>)>,
}

impl<R> InOrder<R> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::new((0, BTreeMap::new())),
        }
    }

    /// Adds the result of this position, and shows whatever is due.
    pub(crate) fn add(&self, position: usize, result: R, show: impl Fn(R)) {
        let mut state = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (due, waiting) = &mut *state;
        waiting.insert(position, result);
        while let Some(result) = waiting.remove(due) {
            show(result);
            *due += 1;
        }
    }
}

/// What the same work comes to in each thread: one for each processor, and at most so many.
pub(crate) fn on_all_processors<R: Send>(
    most: usize,
    work: impl Fn() -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let threads = thread::available_parallelism().map_or(1, usize::from).min(most);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(&work)).collect();
        let ended = running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| Failure::fault("a thread panicked"))?);
        ended.collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..100).collect();
        let doubled = parallel_map(&items, || Ok(()), |(), position, item| Ok(position + item));
        assert_eq!(doubled.ok(), Some((0..100).map(|item| 2 * item).collect()));
        let none = parallel_map(&[0; 0], || Ok(()), |(), _, item| Ok(*item));
        assert_eq!(none.ok(), Some(Vec::new()));
    }

    #[test]
    fn what_is_shown_waits_for_what_comes_before_it() {
        let (in_order, shown) = (InOrder::new(), Mutex::new(Vec::new()));
        let add = |position: usize| -> Vec<usize> {
            in_order.add(position, position, |shows| shown.lock().expect("a list").push(shows));
            shown.lock().expect("a list").clone()
        };
        assert!(add(1).is_empty());
        assert_eq!(add(0), [0, 1]);
        assert_eq!(add(3), [0, 1]);
        assert_eq!(add(2), [0, 1, 2, 3]);
    }

    #[test]
    fn the_first_error_ends_all_of_it() {
        let done = AtomicUsize::new(0);
        let failed = parallel_map(
            &[0; 1000],
            || Ok(()),
            |(), _, _| -> Result<(), Failure> {
                done.fetch_add(1, Ordering::Relaxed);
                Err(Failure::fault("no"))
            },
        );
        assert!(failed.is_err());
        assert!(done.into_inner() <= thread::available_parallelism().map_or(1, usize::from));
    }
}
