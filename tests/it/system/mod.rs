//! Real dpkg and real systemd as judges of what packages do on a host.

mod booted;
pub mod fixture;
mod lifecycle;
