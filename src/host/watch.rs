//! Progress and interruption: a decorator of the inputs' bodies. Nothing below knows of either.

use std::io;
use std::io::Read;
use std::io::Seek;
use std::io::SeekFrom;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::sync::mpsc::RecvTimeoutError;
use std::sync::mpsc::channel;
use std::time::Duration;

use crate::package::blob::Contents;
use crate::types::source_id::SourceId;

/// How soon an interruption is noticed.
const INTERVAL: Duration = Duration::from_millis(50);
/// The stack of a first thread.
const STACK: usize = 8 << 20;

/// Shared by who works, who shows progress and who interrupts.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    /// Bytes of bodies read so far.
    bytes: Arc<AtomicU64>,
    /// Bytes of bodies that there are to read, once known.
    total: Arc<AtomicU64>,
    /// The signal that came, or zero.
    signal: Arc<AtomicUsize>,
    /// Whether the work is done.
    finished: Arc<AtomicBool>,
}

impl Watch {
    /// Takes SIGHUP, SIGINT and SIGTERM: from now on they are an ordinary error of whoever reads a body.
    pub fn catch_signals(&self) -> io::Result<()> {
        use signal_hook::consts::SIGHUP;
        use signal_hook::consts::SIGINT;
        use signal_hook::consts::SIGTERM;
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or(usize::MAX);
            signal_hook::flag::register_usize(signal, Arc::clone(&self.signal), number)?;
        }
        // A limit of the shell's (`ulimit -f`) is an error of whoever writes, and leaves nothing behind (setrlimit(2)).
        signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
        Ok(())
    }

    /// The signal that interrupted the work.
    pub fn signal(&self) -> Option<usize> {
        Some(self.signal.load(Ordering::Relaxed)).filter(|signal| *signal != 0)
    }

    /// Fails when a signal came.
    pub fn check(&self) -> io::Result<()> {
        match self.signal() {
            None => Ok(()),
            Some(_) => Err(io::Error::other("interrupted")),
        }
    }

    /// Does work that reads nothing and may take long, and fails at once when a signal came. Then the work goes on
    /// by itself until it, or the process, ends: it has nothing to leave behind.
    pub fn interruptible<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> io::Result<T> {
        let (sender, receiver) = channel();
        let run = move || {
            // Nobody waits any more after an interruption.
            let _ = sender.send(work());
        };
        let thread = std::thread::Builder::new().name("work".to_owned()).stack_size(STACK).spawn(run)?;
        loop {
            self.check()?;
            match receiver.recv_timeout(INTERVAL) {
                Ok(outcome) => return Ok(outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(match thread.join() {
                        Err(panic) => std::panic::resume_unwind(panic),
                        Ok(()) => io::ErrorKind::BrokenPipe.into(),
                    });
                }
            }
        }
    }

    /// Says how much there is to read.
    pub fn expect(&self, bytes: u64) {
        self.total.store(bytes, Ordering::Relaxed);
    }

    /// Bytes read and bytes to read.
    pub fn progress(&self) -> (u64, u64) {
        (self.bytes.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Says that the work is done, well or not.
    pub fn finish(&self) {
        self.finished.store(true, Ordering::Relaxed);
    }

    /// Whether the work is done.
    pub fn is_finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    pub(in crate::host) fn advance(&self, bytes: usize) {
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// Bodies that are counted while they are read, and that a signal interrupts.
pub struct Watched<'a> {
    contents: &'a dyn Contents,
    watch: &'a Watch,
}

impl<'a> Watched<'a> {
    /// Watches `contents`.
    pub fn new(contents: &'a dyn Contents, watch: &'a Watch) -> Self {
        Self { contents, watch }
    }
}

impl Contents for Watched<'_> {
    fn open(&self, id: SourceId) -> io::Result<Box<dyn Read + '_>> {
        self.watch.check()?;
        let body = self.contents.open(id)?;
        Ok(Box::new(WatchedBody { body, watch: self.watch }))
    }

    fn name(&self, id: SourceId) -> String {
        self.contents.name(id)
    }
}

/// A file that a signal interrupts, whatever is done with it.
pub struct Guarded<'a, T> {
    file: T,
    watch: &'a Watch,
}

impl<'a, T> Guarded<'a, T> {
    /// Guards `file`.
    pub fn new(file: T, watch: &'a Watch) -> Self {
        Self { file, watch }
    }
}

impl<T: Read> Read for Guarded<'_, T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.check()?;
        self.file.read(buffer)
    }
}

impl<T: Write> Write for Guarded<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.watch.check()?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl<T: Seek> Seek for Guarded<'_, T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

struct WatchedBody<'a> {
    body: Box<dyn Read + 'a>,
    watch: &'a Watch,
}

impl Read for WatchedBody<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.watch.check()?;
        let count = self.body.read(buffer)?;
        self.watch.advance(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_gives_its_outcome_and_a_signal_does_not_wait_for_it() {
        let watch = Watch::default();
        assert_eq!(watch.interruptible(|| 7).expect("no signal"), 7);
        let (stop, stopped) = channel::<()>();
        watch.signal.store(15, Ordering::Relaxed);
        // It would wait for as long as `stop` is there.
        let outcome = watch.interruptible(move || stopped.recv().is_ok());
        assert_eq!(outcome.expect_err("a signal").to_string(), "interrupted");
        drop(stop);
    }
}
