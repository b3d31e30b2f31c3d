//! Real dpkg in real roots. Needs root, mmdebstrap and systemd-nspawn; prints `skipped:` elsewhere.

mod bed;
mod fixture;
mod lifecycle;
