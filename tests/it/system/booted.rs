//! The service under real systemd.
