//! A progress bar on a terminal, nothing elsewhere.

use std::time::Duration;

use indicatif::ProgressBar;
use indicatif::ProgressStyle;

use crate::host::watch::Watch;

/// How often the bar is drawn.
const INTERVAL: Duration = Duration::from_millis(100);

/// Runs `work` while a bar follows `watch`.
pub(in crate::cli) fn shown<T>(show: bool, watch: &Watch, work: impl FnOnce() -> T) -> T {
    if !show {
        return work();
    }
    std::thread::scope(|scope| {
        // Without a thread there is no bar.
        let drawer = std::thread::Builder::new().spawn_scoped(scope, || draw(watch));
        let outcome = work();
        watch.finish();
        if let Ok(drawer) = drawer {
            drawer.thread().unpark();
        }
        outcome
    })
}

fn draw(watch: &Watch) {
    let bar = ProgressBar::hidden();
    let style = ProgressStyle::with_template("{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}");
    if let Ok(style) = style {
        bar.set_style(style);
    }
    while !watch.is_finished() {
        let (bytes, total) = watch.progress();
        if total > 0 && bar.is_hidden() {
            bar.set_length(total);
            bar.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
        bar.set_position(bytes);
        std::thread::park_timeout(INTERVAL);
    }
    bar.finish_and_clear();
}
