//! The same work on many things at once.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::channel;

/// What `work` gives for each thing, in their order, whichever thread did it. Where there are no more threads to
/// be had, fewer do it.
pub fn map<T: Sync, R: Send>(things: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = channel();
    let take = |sender: std::sync::mpsc::Sender<(usize, R)>| {
        while let Some((number, thing)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|number| Some((number, things.get(number)?)))
        {
            // The receiver lives as long as the scope.
            let _ = sender.send((number, work(thing)));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(things.len()) {
            let sender = sender.clone();
            if std::thread::Builder::new().spawn_scoped(scope, || take(sender)).is_err() {
                break;
            }
        }
        take(sender);
        let mut done: Vec<(usize, R)> = receiver.iter().collect();
        done.sort_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, outcome)| outcome).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_in_order_for_any_number_of_threads() {
        let things: Vec<usize> = (0..1000).collect();
        for threads in [0, 1, 3, 2000] {
            assert_eq!(
                map(&things, threads, |thing| thing * 2),
                (0..1000).map(|n| n * 2).collect::<Vec<_>>()
            );
        }
        assert!(map(&[0_u8; 0], 4, |thing| *thing).is_empty());
    }
}
