//! A virtualenv whose Python is not one of the host's packages.
//!
//! A link to pyenv, to `~/.local/share/uv` or to `/usr/local` leads nowhere on the host, or to something that no package upgrades. Name the
//! interpreter by `python` in `[venv]`, or make the virtualenv with Debian's.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::types::path::led_to;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "foreign-interpreter",
    severity: Severity::Error,
    source: include_str!("foreign_interpreter.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for venv in facts.virtualenvs() {
        let mut path = format!("{venv}/bin/python");
        for _ in 0..4 {
            let Some(Kind::Symlink(target)) = facts.files.get(&path).map(|file| &file.header.kind) else {
                break;
            };
            path = led_to(&path, &String::from_utf8_lossy(target));
        }
        let is_packaged = facts.files.contains_key(&path) || path.starts_with("/usr/bin/");
        if !is_packaged && facts.files.contains_key(&format!("{venv}/bin/python")) {
            found.say(venv, format!("its `bin/python` leads to `{path}`"));
        }
    }
}
