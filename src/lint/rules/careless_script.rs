//! A maintainer script that goes on after an error, or is not executable.
//!
//! Without `set -e` a command that fails is passed over, and dpkg takes the package for configured (Policy 10.4). dpkg mends the mode when it unpacks the script;
//! other tools refuse the package.

use crate::content::shebang;
use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "careless-script",
    severity: Severity::Warning,
    source: include_str!("careless_script.rs"),
    check,
};

fn check(facts: &Facts, found: &mut Findings<'_>) {
    for (name, script) in facts.scripts() {
        if script.header.mode & 0o111 != 0o111 {
            found.say(name, format!("its mode is {:04o}", script.header.mode));
        }
        let Some(shebang) = shebang::parse(&script.bytes) else { continue };
        let is_shell = [&b"sh"[..], b"dash", b"bash"]
            .contains(&shebang.program.rsplit(|byte| *byte == b'/').next().unwrap_or_default());
        if is_shell && !stops(&String::from_utf8_lossy(&script.bytes)) {
            found.say(name, "it has no `set -e`, and goes on where something fails");
        }
    }
}

/// Whether a shell script stops at an error: by `#!/bin/sh -e`, `set -e` or `set -o errexit`. One that does nothing need not.
fn stops(text: &str) -> bool {
    let mut lines = text.lines();
    let has_e = |word: &str| word.starts_with('-') && !word.starts_with("--") && word.contains('e');
    let first = lines.next().unwrap_or_default();
    let code: Vec<&str> =
        lines.map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let sets = |line: &&str| {
        let mut words = line.split([' ', '\t', ';']);
        words.next() == Some("set") && words.any(|word| has_e(word) || word == "errexit")
    };
    code.is_empty() || first.split_whitespace().skip(1).any(has_e) || code.iter().any(sets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ways_to_stop_at_an_error_are_known() {
        for text in [
            "#!/bin/sh -e\nfalse\n",
            "#!/bin/sh\n# why\nset -e\nfalse\n",
            "#!/bin/bash\nset -euo pipefail\nfalse\n",
            "#!/bin/sh\n  set -u -e; false\n",
            "#!/bin/sh\nset -o errexit\nfalse\n",
            "#!/bin/sh\n\n# nothing\n",
        ] {
            assert!(stops(text), "{text}");
        }
        for text in [
            "#!/bin/sh\nfalse\n",
            "#!/bin/sh\nset -u\nfalse\n",
            "#!/bin/sh\n# set -e\nfalse\n",
            "#!/bin/sh\nset --e\ntrue\n",
        ] {
            assert!(!stops(text), "{text}");
        }
    }
}
