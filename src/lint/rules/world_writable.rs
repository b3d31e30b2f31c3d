//! A file or directory that everybody may write to.
//!
//! Whoever has an account on the host can change what others run: uv leaves `.lock` with mode 0666 in virtualenvs. Policy 10.9 wants 0644 and
//! 0755. Directories with the sticky bit, as `/tmp`, are left alone.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "world-writable",
    severity: Severity::Error,
    source: include_str!("world_writable.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, file) in &facts.files {
        let is_link = matches!(file.header.kind, Kind::Symlink(_));
        if !is_link && file.header.mode & 0o1002 == 0o002 {
            found.say(path, format!("its mode is {:04o}", file.header.mode));
        }
    }
}
