//! A link of a virtualenv that leads out of the package.
//!
//! To the machine that built it, most often: on the host it leads nowhere, or to something else. Links to programs in `/usr/bin` are how virtualenvs
//! find their interpreter, and are left alone.

use crate::archive::tar::read::Kind;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;
use crate::types::path::led_to;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "link-leads-out",
    severity: Severity::Warning,
    source: include_str!("link_leads_out.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for venv in facts.virtualenvs() {
        let below = format!("{venv}/");
        for (path, file) in
            facts.files.range(below.clone()..).take_while(|(path, _)| path.starts_with(&below))
        {
            let Kind::Symlink(target) = &file.header.kind else { continue };
            let place = led_to(path, &String::from_utf8_lossy(target));
            // An interpreter elsewhere is told of as such.
            let is_interpreter = path.starts_with(&format!("{venv}/bin/python"));
            if !facts.files.contains_key(&place) && !place.starts_with("/usr/") && !is_interpreter {
                found.say(path, format!("it leads to `{place}`, which is not in the package"));
            }
        }
    }
}
