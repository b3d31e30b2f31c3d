//! Beds: real Debian systems, virtualenvs and a quick dpkg that tests run against.
//!
//! `tests/setup/run` makes what they need. Each bed is private to its test and dies with it, even
//! when the test is killed. What is missing fails on CI and skips elsewhere: `need!` ends the test.

mod booted;
pub mod bucket;
mod cache;
mod chrootless;
mod inside;
mod output;
mod root;
mod server;

pub use booted::Booted;
pub use cache::{Venv, cache, missing, venv};
pub use chrootless::Chrootless;
pub use inside::{ended, prepared};
pub use output::Output;
pub use root::{Root, Suite};
pub use server::Server;

/// The value of an `Option`, or the end of this test: what gave `None` has said why.
macro_rules! need {
    ($bed:expr) => {
        match $bed {
            Some(bed) => bed,
            None => return,
        }
    };
}
pub(crate) use need;
