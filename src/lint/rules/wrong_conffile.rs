//! A conffile that is none.
//!
//! dpkg asks the admin about changes to conffiles; a link, or a file that is not there, it cannot ask about, and it leaves them behind or overwrites them. Policy
//! 10.7.2 wants them below `/etc`. A file that `remove-on-upgrade` names must not be in the package. `[[config]]` does it right.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "wrong-conffile",
    severity: Severity::Error,
    source: include_str!("wrong_conffile.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (path, is_removed) in facts.conffiles() {
        match facts.files.get(&path).map(|file| &file.header.kind) {
            None if !is_removed => found.say(path, "`conffiles` lists it, and it is not in the package"),
            Some(_) if is_removed => {
                found.say(path, "`conffiles` marks it `remove-on-upgrade`, and it is in the package")
            }
            Some(Kind::File) if !path.starts_with("/etc/") => {
                found.say(path, "it is a conffile outside `/etc`")
            }
            None | Some(Kind::File) => {}
            Some(_) => found.say(path, "it is a conffile, and no regular file of its own"),
        }
    }
}
