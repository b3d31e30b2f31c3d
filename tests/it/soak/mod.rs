//! Large counts and what takes long, run by `make soak`.

mod kills;
mod many;
mod oracle;
mod release;
mod repo;
