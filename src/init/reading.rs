//! Which files of `debian/` are read, and how much: a directory of anybody's may hold anything.

/// The largest of them, in bytes.
pub const LARGEST: u64 = 1 << 20;
/// The most bytes of all of them.
pub const MOST: u64 = 16 << 20;

/// Files of the source.
const WHOLE: [&str; 3] = ["control", "changelog", "rules"];
/// Files of a package, with its name in front or without.
const KINDS: [&str; 21] = [
    "install",
    "links",
    "dirs",
    "triggers",
    "maintscript",
    "postinst",
    "prerm",
    "postrm",
    "preinst",
    "service",
    "timer",
    "default",
    "logrotate",
    "tmpfiles",
    "sysusers",
    "udev",
    "cron.d",
    "cron.hourly",
    "cron.daily",
    "cron.weekly",
    "cron.monthly",
];

/// Whether the text of a file counts, by its name in `debian/`. Of others it only counts that they are there.
pub fn is_read(name: &str) -> bool {
    let is_kind =
        |kind: &&str| name.strip_suffix(*kind).is_some_and(|above| above.is_empty() || above.ends_with('.'));
    WHOLE.contains(&name) || KINDS.iter().any(is_kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_read_that_something_becomes_of() {
        for name in [
            "control",
            "rules",
            "install",
            "orders.install",
            "orders.sweep.timer",
            "orders@.service",
            "cron.d",
            "orders.cron.daily",
        ] {
            assert!(is_read(name), "{name}");
        }
        for name in ["orders.control", "copyright", "orders.d", "logo.png", "installed", ""] {
            assert!(!is_read(name), "{name}");
        }
    }
}
