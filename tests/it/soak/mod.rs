//! Large counts, run by `make soak`.

mod kills;
mod many;
mod oracle;
mod repo;
