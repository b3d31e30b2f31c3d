//! A script of a virtualenv whose interpreter is not on the host.
//!
//! The path of the machine that built it, or a directory that no package has: the kernel says `No such file or directory`, and means the
//! interpreter. `mkdeb build` writes the place on the host into scripts.

use crate::content::shebang;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule =
    Rule { name: "dead-shebang", severity: Severity::Error, source: include_str!("dead_shebang.rs"), check };

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for venv in facts.virtualenvs() {
        let bin = format!("{venv}/bin/");
        for (path, file) in facts.files.range(bin.clone()..).take_while(|(path, _)| path.starts_with(&bin)) {
            let Some(shebang) = shebang::parse(&file.head) else { continue };
            let program = String::from_utf8_lossy(&shebang.program).into_owned();
            let is_absolute = program.starts_with('/');
            let is_systems =
                ["/usr/bin/", "/bin/", "/usr/sbin/", "/sbin/"].iter().any(|at| program.starts_with(at));
            if is_absolute && !is_systems && !facts.files.contains_key(&program) {
                found.say(path, format!("it starts `{program}`, which is not in the package"));
            }
        }
    }
}
