//! A section or a priority that Debian does not have.
//!
//! Package managers sort by `Section`, and some archives refuse what they do not know. Policy 2.4 lists the sections, also behind `contrib/` and `non-free/`, and 2.5 the
//! priorities, of which `extra` is no more. Set `section` and `priority` in `[package]`.

use crate::lint::Findings;
use crate::lint::Rule;
use crate::lint::Severity;
use crate::lint::facts::Facts;

pub(in crate::lint) const RULE: Rule = Rule {
    name: "unknown-section",
    severity: Severity::Warning,
    source: include_str!("unknown_section.rs"),
    check,
};

/// Those of Debian 13 (Policy 2.4), with what holds packages of their own kind.
const SECTIONS: [&str; 62] = [
    "admin",
    "cli-mono",
    "comm",
    "database",
    "debug",
    "devel",
    "doc",
    "editors",
    "education",
    "electronics",
    "embedded",
    "fonts",
    "games",
    "gnome",
    "gnu-r",
    "gnustep",
    "golang",
    "graphics",
    "hamradio",
    "haskell",
    "httpd",
    "interpreters",
    "introspection",
    "java",
    "javascript",
    "kde",
    "kernel",
    "libdevel",
    "libs",
    "lisp",
    "localization",
    "mail",
    "math",
    "metapackages",
    "misc",
    "net",
    "news",
    "ocaml",
    "oldlibs",
    "otherosfs",
    "perl",
    "php",
    "python",
    "raku",
    "ruby",
    "rust",
    "science",
    "shells",
    "sound",
    "tasks",
    "tex",
    "text",
    "translations",
    "utils",
    "vcs",
    "video",
    "virtual",
    "web",
    "x11",
    "xfce",
    "zope",
    "debian-installer",
];
const PRIORITIES: [&str; 4] = ["required", "important", "standard", "optional"];

fn check(facts: &Facts, found: &mut Findings<'_>) {
    let stated = |name| facts.field(name).filter(|value| !value.is_empty());
    if let Some(section) = stated("Section") {
        let name = section.rsplit('/').next().unwrap_or(section);
        if !SECTIONS.contains(&name) {
            found.say("Section", format!("Debian has no section `{name}`"));
        }
    }
    if let Some(priority) = stated("Priority").filter(|priority| !PRIORITIES.contains(priority)) {
        found.say("Priority", format!("Debian has no priority `{priority}`"));
    }
}
