//! Whether a script is what mkdeb writes, and the values that were put into it.
//!
//! Words about a script are only good where it does nothing else: it has to be the template's text, line by line, and
//! every value in it has to be a word that a shell leaves alone. A script of another mkdeb, or of a template that was
//! overridden, is shown as it is.

use std::collections::BTreeMap;

use serde_json::json;

use crate::template::Error;
use crate::template::Templates;

/// What is set at the beginning of a line, once each.
const NAMES: [&str; 12] = [
    "package",
    "version",
    "id",
    "prefix",
    "interpreter",
    "python",
    "split",
    "keep",
    "service_user",
    "service_group",
    "activate",
    "directory",
];

/// What a script of mkdeb's was made with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values {
    words: BTreeMap<String, String>,
    lists: BTreeMap<String, Vec<Vec<String>>>,
}

impl Values {
    /// What is set once; empty where it is not.
    pub fn word(&self, name: &str) -> &str {
        self.words.get(name).map(String::as_str).unwrap_or_default()
    }

    /// What a list has: `each_unit` its units, with what belongs to each.
    pub fn list(&self, name: &str) -> &[Vec<String>] {
        self.lists.get(name).map(Vec::as_slice).unwrap_or_default()
    }
}

/// The scripts that mkdeb writes.
pub struct Known {
    skeletons: BTreeMap<&'static str, String>,
}

/// The templates of scripts.
const TEMPLATES: [&str; 7] = [
    "preinst.sh.hbs",
    "postinst.sh.hbs",
    "prerm.sh.hbs",
    "postrm.sh.hbs",
    "tree-prerm.sh.hbs",
    "tree-postrm.sh.hbs",
    "activate.sh.hbs",
];

impl Known {
    /// Those of this mkdeb.
    pub fn built_in() -> Result<Self, Error> {
        let templates = Templates::new(&BTreeMap::new())?;
        let account = json!({ "user": "x", "group": "x" });
        let release =
            json!({ "package": "x", "version": "1", "id": "x", "prefix": "/x", "split": false, "keep": 0 });
        let nothing: [&str; 0] = [];
        let data = json!({
            "release": release, "interpreter": "x", "replaces": nothing, "units": nothing, "data": nothing,
            "directory": "/x", "python": "x", "account": account, "accounts": nothing, "declared": nothing, "directories": nothing,
            "secrets": nothing, "conffiles": nothing, "health": nothing, "hooks": nothing, "environment_files": nothing,
        });
        let mut skeletons = BTreeMap::new();
        for name in TEMPLATES {
            let (skeleton, _) = taken_apart(&templates.render(name, &data)?).unwrap_or_default();
            skeletons.insert(name, skeleton);
        }
        Ok(Self { skeletons })
    }

    /// The values of a script; none where it is anything but what its template gives.
    pub fn read(&self, template: &str, text: &str) -> Option<Values> {
        let (skeleton, values) = taken_apart(text)?;
        (self.skeletons.get(template) == Some(&skeleton)).then_some(values)
    }
}

/// A script without its values, and these.
fn taken_apart(text: &str) -> Option<(String, Values)> {
    let (mut skeleton, mut values) = (String::with_capacity(text.len()), Values::default());
    let mut list: Option<&str> = None;
    for line in text.split_inclusive('\n') {
        let bare = line.strip_suffix('\n').unwrap_or(line);
        if let Some(name) =
            bare.split_once("() {").map(|(name, _)| name).filter(|name| name.starts_with("each_"))
        {
            list = Some(name);
        } else if bare == "}" {
            list = None;
        }
        if let (Some(name), Some(rest)) = (list, bare.strip_prefix("    \"$@\" ")) {
            values.lists.entry(name.to_owned()).or_default().push(words(rest)?);
        } else if let Some((name, root, value)) = setting(bare) {
            let mut value = words(value)?;
            if value.len() > 1
                || values.words.insert(name.to_owned(), value.pop().unwrap_or_default()).is_some()
            {
                return None;
            }
            skeleton.extend([name, "=", root, "\n"]);
        } else if let Some(rest) =
            bare.strip_prefix("    for replaced in ").and_then(|it| it.strip_suffix("; do"))
        {
            values
                .lists
                .insert("replaces".to_owned(), words(rest)?.into_iter().map(|word| vec![word]).collect());
            skeleton.push_str("    for replaced in ; do\n");
        } else {
            skeleton.push_str(line);
        }
    }
    Some((skeleton, values))
}

/// A value that is set, below the root of a trial or not.
fn setting(line: &str) -> Option<(&str, &'static str, &str)> {
    const ROOT: &str = "${DPKG_ROOT:-}";
    let (name, value) = line.split_once('=')?;
    let is_own = NAMES.contains(&name);
    match value.strip_prefix(ROOT) {
        Some(value) => is_own.then_some((name, ROOT, value)),
        None => is_own.then_some((name, "", value)),
    }
}

/// The words of a line of which a shell makes no more than words; none where it would make anything else.
fn words(line: &str) -> Option<Vec<String>> {
    let (mut words, mut open) = (Vec::new(), None::<String>);
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        rest = match first {
            ' ' => {
                words.extend(open.take());
                after
            }
            '\'' | '"' => {
                let (inside, after) = after.split_once(first)?;
                // Within double quotes a shell still expands.
                if first == '"' && inside.contains(['$', '`', '\\']) {
                    return None;
                }
                open.get_or_insert_default().push_str(inside);
                after
            }
            c if c.is_ascii_alphanumeric() || "/._+@:=,%-".contains(c) => {
                open.get_or_insert_default().push(c);
                after
            }
            _ => return None,
        };
    }
    words.extend(open);
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTRM: &str = include_str!("../../tests/golden/scripts/postrm.sh");
    const PREINST: &str = include_str!("../../tests/golden/scripts/preinst.sh");

    #[test]
    fn what_mkdeb_writes_is_known_with_what_was_put_into_it() {
        let known = Known::built_in().expect("templates");
        let values = known.read("postrm.sh.hbs", POSTRM).expect("mkdeb's");
        assert_eq!((values.word("package"), values.word("split")), ("orders", "false"));
        assert!(values.list("each_unit").iter().all(|unit| unit.len() == 1 && unit[0].contains('.')));
        assert!(known.read("preinst.sh.hbs", PREINST).is_some());
        assert!(known.read("preinst.sh.hbs", POSTRM).is_none(), "of another kind");
        assert!(known.read("other", POSTRM).is_none());
    }

    #[test]
    fn what_does_anything_else_is_not_mkdebs() {
        let known = Known::built_in().expect("templates");
        let first = POSTRM.lines().find(|line| line.starts_with("package=")).expect("a value");
        for (from, to) in [
            ("set -eu\n", "set -eu\nrm -rf /\n"),
            (first, "package=$(reboot)"),
            (first, "package=a;reboot"),
            (first, "package=\"`reboot`\""),
            (first, "package=a reboot"),
            (first, "package=a\npackage=b"),
            ("    return 0\n}\n", "    \"$@\" a$(reboot)\n    return 0\n}\n"),
            ("    return 0\n}\n", "    \"$@\" 'a' | sh\n    return 0\n}\n"),
            ("    return 0\n}\n", "    \"$@\" 'open\n    return 0\n}\n"),
            ("    return 0\n}\n", "    return 0\n}\n    \"$@\" a\n"),
            ("exit 1", "exit 0"),
        ] {
            let changed = POSTRM.replacen(from, to, 1);
            assert_ne!(changed, POSTRM, "{from}");
            assert!(known.read("postrm.sh.hbs", &changed).is_none(), "{to}");
        }
    }

    #[test]
    fn a_value_is_words_and_nothing_else() {
        assert_eq!(
            words("a 'b c' \"it's\" d'e'f ''").as_deref(),
            Some(&["a", "b c", "it's", "def", ""].map(str::to_owned)[..])
        );
        assert_eq!(words(""), Some(Vec::new()));
        for bad in ["$a", "`a`", "a;b", "a&b", "a>b", "\"$a\"", "'a", "a#b", "*", "~", "a\\b", "a\tb"] {
            assert_eq!(words(bad), None, "{bad}");
        }
    }
}
