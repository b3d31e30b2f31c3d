//! Where the parts of a release were on the host, and where they are now.

use crate::debhelper::rules::Rules;

/// Where virtualenvs lie, where `debian/rules` does not say: since dh-virtualenv 1.0, and before.
const ROOTS: [&str; 2] = ["/opt/venvs", "/usr/share/python"];
/// The virtualenv's place in a release.
const VENV: &str = "venv";

/// The old places of the parts of a release, and the release.
#[derive(Debug)]
pub(in crate::init) struct Prefixes {
    /// The longest first: one may lie below another.
    places: Vec<Place>,
    /// The current release, where it lies on the host.
    current: String,
}

/// A part of a release.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::init) struct Place {
    /// Where it was on the host.
    pub(in crate::init) old: String,
    /// Where it is in the release; the application is the release itself, and that is empty.
    pub(in crate::init) part: String,
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
        let mut old: Vec<String> = roots.iter().map(|root| format!("{root}/{suffix}")).collect();
        for text in texts {
            old.extend(roots.iter().flat_map(|root| used(text, root)));
        }
        Self::of(package, old.into_iter().map(|old| Place { old, part: VENV.to_owned() }).collect())
    }

    /// These places.
    pub(in crate::init) fn of(package: &str, mut places: Vec<Place>) -> Self {
        places.sort_by(|a, b| b.old.len().cmp(&a.old.len()).then_with(|| a.cmp(b)));
        places.dedup();
        Self { places, current: format!("/opt/{package}/current") }
    }

    /// What of a path lies below the virtualenv.
    pub(in crate::init) fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (place, rest) = self.place(path)?;
        (place.part == VENV).then_some(rest)
    }

    /// The path in the release of what lies in a part of it.
    pub(in crate::init) fn in_release(&self, path: &str) -> Option<String> {
        let (place, rest) = self.place(path)?;
        Some(match place.part.as_str() {
            "" => rest.to_owned(),
            part => format!("{part}/{rest}"),
        })
    }

    fn place<'p>(&self, path: &'p str) -> Option<(&Place, &'p str)> {
        self.places.iter().find_map(|place| Some((place, path.strip_prefix(&place.old)?.strip_prefix('/')?)))
    }

    /// A text in which each old place is the new one, which changes with every release.
    pub(in crate::init) fn moved(&self, text: &str) -> String {
        self.replaced(text, &self.current)
    }

    /// A text in which each old place is one in a release at this place.
    pub(in crate::init) fn replaced(&self, text: &str, release: &str) -> String {
        let ranked = self.places.iter().enumerate();
        let found = ranked.flat_map(|(rank, place)| named(text, &place.old).map(move |at| (at, rank)));
        // Of two that begin at a place the longer one, which is the first.
        let mut found: Vec<(usize, usize)> = found.collect();
        found.sort_unstable();
        let (mut result, mut end) = (String::with_capacity(text.len()), 0);
        for (at, rank) in found {
            let Place { old, part } = &self.places[rank];
            if at >= end {
                result.push_str(&text[end..at]);
                result.push_str(release);
                result.push_str(if part.is_empty() { "" } else { "/" });
                result.push_str(part);
                end = at + old.len();
            }
        }
        result + &text[end..]
    }
}

/// Where a text names a path, but not as a part of a longer name.
fn named<'t>(text: &'t str, path: &'t str) -> impl Iterator<Item = usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    let places = text.match_indices(path).map(|(at, _)| at);
    places.filter(move |at| !text[at + path.len()..].starts_with(is_part) && !text[..*at].ends_with(is_part))
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

    #[test]
    fn parts_of_a_release_may_lie_in_each_other_and_are_moved_once() {
        let place = |old: &str, part: &str| Place { old: old.to_owned(), part: part.to_owned() };
        let places = vec![place("/opt/orders", ""), place("/opt/orders/env", "venv")];
        let prefixes = Prefixes::of("orders", places);
        let text = "/opt/orders/env/bin/x /opt/orders/a.py /opt/orders-x /opt/orders/envs";
        let moved =
            "/opt/orders/current/venv/bin/x /opt/orders/current/a.py /opt/orders-x /opt/orders/current/envs";
        assert_eq!(prefixes.moved(text), moved);
        assert_eq!(prefixes.in_release("/opt/orders/env/bin/x").as_deref(), Some("venv/bin/x"));
        assert_eq!(prefixes.in_release("/opt/orders/run").as_deref(), Some("run"));
        assert_eq!(prefixes.below("/opt/orders/run"), None);
        assert_eq!(prefixes.moved("/x/opt/orders"), "/x/opt/orders");
        assert_eq!(prefixes.moved("A=/opt/orders:/opt/orders"), "A=/opt/orders/current:/opt/orders/current");
    }
}
