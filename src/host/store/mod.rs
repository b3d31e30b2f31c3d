//! Where repositories are kept: directories and buckets.

mod advice;
mod aws;
mod clock;
pub mod connect;
pub mod content;
pub mod directory;
pub mod object;
pub mod probe;

use std::io;
use std::time::Duration;

use crate::host::watch::Watch;
use crate::types::date::SourceDate;

/// The longest that a store waits for a time, in seconds: clocks that differ by more are a mistake.
const LONGEST_WAIT: u64 = 60;

/// Sleeps until a clock shows a time, or a signal comes.
fn wait_until(until: SourceDate, now: &dyn Fn() -> io::Result<SourceDate>, watch: &Watch) -> io::Result<()> {
    let start = now()?;
    if until > start.plus(LONGEST_WAIT) {
        return Err(io::Error::other("its clock and the times of its files differ by more than a minute"));
    }
    while now()? < until {
        watch.check()?;
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
