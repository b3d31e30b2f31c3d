//! A file where packages have none.
//!
//! `/usr/local`, `/home`, `/root`, `/srv`, `/mnt` and `/media` are the admin's (Policy 9.1.2, Filesystem Hierarchy Standard), and so is `/etc/systemd/system`, whose units
//! win over those of packages. A directory of the root that no standard knows is nobody's. Use the prefix, `/usr/lib`, `/var/lib`.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "foreign-place",
    severity: Severity::Warning,
    source: include_str!("foreign_place.rs"),
    check,
};

const ADMINS: [&str; 7] =
    ["/usr/local/", "/home/", "/root/", "/srv/", "/mnt/", "/media/", "/etc/systemd/system/"];
/// The directories of the root (FHS 3.2), and what multiarch and kernels add.
const TOP: [&str; 24] = [
    "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libo32", "libx32", "media", "mnt", "opt",
    "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var", "selinux", "",
];

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        let is_top = path.matches('/').count() == 1;
        if is_top && !TOP.contains(&path.trim_start_matches('/')) {
            found.say(path, "no standard knows it");
        } else if let Some(place) = ADMINS.iter().find(|place| path.starts_with(*place))
            && file.header.kind != Kind::Directory
        {
            found.say(path, format!("`{}` is the admin's", place.trim_end_matches('/')));
        }
    }
}
