//! Maintainer scripts of `debian/`, with the place where debhelper puts its own parts.

/// The word that debhelper replaces (debhelper(1)).
const TOKEN: &str = "#DEBHELPER#";

/// A maintainer script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The first line, where it is a shebang.
    pub shebang: Option<String>,
    /// What comes before debhelper's part, or all where there is none.
    pub before: String,
    /// What comes behind it.
    pub after: String,
}

/// Takes a script apart.
pub fn parse(text: &str) -> Script {
    let (shebang, rest) = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#!") => (Some(first.to_owned()), rest),
        _ => (None, text),
    };
    let is_token = |line: &&str| line.trim() == TOKEN;
    let lines: Vec<&str> = rest.split_inclusive('\n').collect();
    let at = lines.iter().position(is_token).unwrap_or(lines.len());
    let after = lines.get(at + 1..).unwrap_or_default().concat();
    Script { shebang, before: lines[..at].concat(), after }
}

impl Script {
    /// Whether the part before debhelper's does anything.
    pub fn acts(&self) -> bool {
        does_something(&self.before)
    }

    /// Whether the part behind debhelper's does anything.
    pub fn acts_afterwards(&self) -> bool {
        does_something(&self.after)
    }
}

/// Whether a text is more than the skeleton that dh_make writes: the `case` over the actions, without any action.
fn does_something(text: &str) -> bool {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.into_iter().any(|line| {
        let is_pattern = line.ends_with(')') && !line.contains(['(', ' ', '$', '`']);
        let is_frame =
            ["esac", ";;", ":", "set -e", "set -eu", "set -u", "exit", "exit 0", "exit 1"].contains(&line);
        let is_complaint = line.starts_with("echo ") && line.contains("unknown argument");
        let is_case = line.starts_with("case ") && line.ends_with(" in");
        !(is_pattern || is_frame || is_complaint || is_case)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SKELETON: &str = "#!/bin/sh\n# postinst script for orders\nset -e\n\ncase \"$1\" in\n    configure)\n    ;;\n    \
        abort-upgrade|abort-remove)\n    ;;\n    *)\n        echo \"postinst called with unknown argument \\`$1'\" >&2\n        \
        exit 1\n    ;;\nesac\n\n#DEBHELPER#\n\nexit 0\n";

    #[test]
    fn a_skeleton_does_nothing() {
        let script = parse(SKELETON);
        assert_eq!(script.shebang.as_deref(), Some("#!/bin/sh"));
        assert!(!script.acts() && !script.acts_afterwards());
        let script =
            parse(&SKELETON.replace("    ;;\n    abort", "    adduser --system orders\n    ;;\n    abort"));
        assert!(script.acts() && !script.acts_afterwards());
        assert!(script.before.ends_with("esac\n\n") && script.after == "\nexit 0\n");
    }

    #[test]
    fn what_stands_behind_the_token_is_apart() {
        let script = parse("set -e\n#DEBHELPER#\nmake-cache\n");
        assert_eq!((script.shebang.clone(), script.before.as_str()), (None, "set -e\n"));
        assert!(script.acts_afterwards());
        let whole = parse("#!/bin/sh\nmake-cache");
        assert_eq!((whole.before.as_str(), whole.after.as_str()), ("make-cache", ""));
        assert!(whole.acts() && !parse("").acts());
    }
}
