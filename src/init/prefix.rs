//! Where dh-virtualenv put the virtualenv, and where it is now.

use std::collections::BTreeSet;

use crate::debhelper::rules::Rules;

/// Where virtualenvs lie, where `debian/rules` does not say: since dh-virtualenv 1.0, and before.
const ROOTS: [&str; 2] = ["/opt/venvs", "/usr/share/python"];

/// The old places of a virtualenv and the new one.
#[derive(Debug)]
pub(in crate::init) struct Prefixes {
    old: Vec<String>,
    new: String,
}

impl Prefixes {
    /// The places that the rules name, and those of which the texts name programs.
    pub(in crate::init) fn new<'t>(
        package: &str,
        rules: &Rules,
        texts: impl Iterator<Item = &'t str>,
    ) -> Self {
        let suffix = rules.virtualenv.get("install-suffix").map_or(package, String::as_str);
        let roots: Vec<&str> = rules.install_root.iter().map(String::as_str).chain(ROOTS).collect();
        let mut old: BTreeSet<String> = roots.iter().map(|root| format!("{root}/{suffix}")).collect();
        for text in texts {
            old.extend(roots.iter().flat_map(|root| used(text, root)));
        }
        Self { old: old.into_iter().collect(), new: format!("/opt/{package}/current/venv") }
    }

    /// What of a path lies below the virtualenv.
    pub(in crate::init) fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        self.old.iter().find_map(|old| path.strip_prefix(old.as_str())?.strip_prefix('/'))
    }

    /// A text in which each old place is the new one, which changes with every release.
    pub(in crate::init) fn moved(&self, text: &str) -> String {
        self.replaced(text, &self.new)
    }

    /// A text in which each old place is another one.
    pub(in crate::init) fn replaced(&self, text: &str, new: &str) -> String {
        self.old.iter().fold(text.to_owned(), |text, old| replaced(&text, old, new))
    }
}

/// The directories below a root whose `bin` a text names.
fn used(text: &str, root: &str) -> Vec<String> {
    // Lists leave the first `/` out.
    let root = root.trim_start_matches('/').to_owned();
    let places = text.match_indices(&root).filter_map(move |(at, found)| {
        let (name, rest) = text[at + found.len()..].strip_prefix('/')?.split_once('/')?;
        let is_name =
            name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.+".contains(&b)) && !name.is_empty();
        (is_name && rest.starts_with("bin/")).then(|| format!("/{found}/{name}"))
    });
    places.collect()
}

/// Replaces a path, but not where it is the beginning of a longer name.
fn replaced(text: &str, old: &str, new: &str) -> String {
    let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c));
    let mut parts = text.split(old);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        result.push_str(if goes_on(part) { old } else { new });
        result.push_str(part);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debhelper::rules;

    #[test]
    fn paths_of_the_old_virtualenv_are_found_and_no_others() {
        let prefixes = Prefixes::new("orders", &Rules::default(), std::iter::empty());
        assert_eq!(prefixes.below("/opt/venvs/orders/bin/x"), Some("bin/x"));
        assert_eq!(prefixes.below("/usr/share/python/orders/bin/x"), Some("bin/x"));
        assert_eq!(prefixes.below("/opt/venvs/orders-web/bin/x"), None);
        let text = "/opt/venvs/orders/bin/a /opt/venvs/orders-web/bin/b '/opt/venvs/orders'";
        let moved = "/opt/orders/current/venv/bin/a /opt/venvs/orders-web/bin/b '/opt/orders/current/venv'";
        assert_eq!(prefixes.moved(text), moved);
        let rules =
            rules::parse("DH_VIRTUALENV_INSTALL_ROOT = /srv/acme\n\tdh_virtualenv --install-suffix shop\n");
        let texts = ["opt/venvs/store/bin/x usr/bin/x", "cp /opt/venvs/a b/opt/venvs//bin/"];
        let prefixes = Prefixes::new("orders", &rules, texts.into_iter());
        assert_eq!(prefixes.below("/opt/venvs/store/bin/x"), Some("bin/x"));
        assert_eq!(prefixes.below("/srv/acme/shop/bin/x"), Some("bin/x"));
        assert_eq!(prefixes.below("/opt/venvs/shop/bin/x"), Some("bin/x"));
    }
}
