//! Large counts, run by `make soak`.
