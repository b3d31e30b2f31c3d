//! Which package has a shared library, and since which version it has what is used of it (deb-symbols(5),
//! deb-shlibs(5)).

use std::collections::BTreeMap;

use crate::types::version::DebVersion;

/// What stands for the version in a template.
const MINIMUM: &str = "#MINVER#";

/// What to depend on for a library.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Library {
    /// Templates of dependencies: the usual one, and others that some symbols ask for.
    templates: Vec<String>,
    /// Since when a symbol is there, and by which template; keyed `name@version`, or `name@Base`.
    symbols: BTreeMap<String, (String, usize)>,
}

/// A dependency: its template, and the version that goes into it.
pub type Need = (String, Option<DebVersion>);

impl Library {
    /// One that is needed by these words, whatever is used of it.
    pub fn fixed(dependency: &str) -> Self {
        Self { templates: vec![dependency.to_owned()], symbols: BTreeMap::new() }
    }

    /// One with a template, and since when its symbols' versions are there. The earliest is needed in any case.
    pub fn of_versions<'v>(
        package: &str,
        base: Option<&str>,
        versions: impl Iterator<Item = (&'v str, &'v str)>,
    ) -> Self {
        let symbols = versions.map(|(node, since)| (format!("{node}@{node}"), (since.to_owned(), 0)));
        let base = base.map(|since| ("Base@Base".to_owned(), (since.to_owned(), 0)));
        Self {
            templates: vec![format!("{package} {MINIMUM}")],
            symbols: base.into_iter().chain(symbols).collect(),
        }
    }

    /// What has to be there where nothing in particular is used: since when any symbol is.
    pub fn least(&self) -> Option<Need> {
        let template = self.templates.first()?.clone();
        let usual = self.symbols.values().filter(|(_, template)| *template == 0);
        Some((template, usual.filter_map(|(since, _)| since.parse().ok()).min()))
    }

    /// What a symbol needs; none where the library does not define it.
    pub fn symbol(&self, name: &str, version: Option<&str>) -> Option<Need> {
        let version = version.unwrap_or("Base");
        let (since, template) = self.symbols.get(&format!("{name}@{version}"))?;
        Some((self.templates.get(*template)?.clone(), parsed(since)))
    }

    /// What any symbol of a version needs.
    pub fn version(&self, version: &str) -> Option<Need> {
        self.symbol(version, Some(version))
    }
}

fn parsed(since: &str) -> Option<DebVersion> {
    since.parse().ok()
}

/// The dependency, as it is written. Every version is at least 0.
pub fn spelled((template, version): &Need) -> String {
    let version = version.as_ref().filter(|version| version.to_string() != "0");
    let minimum = version.map(|version| format!("(>= {version})")).unwrap_or_default();
    template.replace(MINIMUM, &minimum).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The libraries of a `symbols` file, by their sonames.
pub fn symbols(text: &str) -> BTreeMap<String, Library> {
    let mut found: BTreeMap<String, Library> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in text.lines() {
        let library = current.as_ref().and_then(|soname| found.get_mut(soname));
        if let Some(symbol) = line.strip_prefix(' ') {
            let mut words = symbol.split_whitespace();
            if let (Some(library), Some(name), Some(since)) = (library, words.next(), words.next()) {
                let template = words.next().and_then(|number| number.parse().ok()).unwrap_or(0);
                library.symbols.insert(name.to_owned(), (since.to_owned(), template));
            }
        } else if let Some(template) = line.strip_prefix('|') {
            library.into_iter().for_each(|library| library.templates.push(template.trim().to_owned()));
        } else if !line.starts_with(['*', '#'])
            && let Some((soname, template)) = line.split_once(' ')
        {
            found.insert(soname.to_owned(), Library::fixed(template.trim()));
            current = Some(soname.to_owned());
        }
    }
    found
}

/// The libraries of a `shlibs` file, by their sonames. Lines for other kinds of packages (`udeb:`) do not count.
pub fn shlibs(text: &str) -> BTreeMap<String, Library> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.contains(": "));
    let library = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let (name, version, dependency) = (words.next()?, words.next()?, words.next()?);
        // dpkg-shlibdeps takes `libX.so.V` and `libX-V.so` for the library `libX` of the version `V`.
        let sonames = [format!("{name}.so.{version}"), format!("{name}-{version}.so")];
        Some(sonames.map(|soname| (soname, Library::fixed(dependency.trim()))))
    };
    lines.filter_map(library).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SYMBOLS: &str = "ld.so.2 libc6 #MINVER#\n| libc6 (>> 2.36), libc6 (<< 2.37)\n\
        * Build-Depends-Package: libc6-dev\n GLIBC_2.2.5@GLIBC_2.2.5 2.2.5\n GLIBC_2.34@GLIBC_2.34 2.34\n \
        _dl_x@GLIBC_PRIVATE 0 1\n read@GLIBC_2.2.5 2.30\nlibz.so.1 zlib1g #MINVER#\n crc32@Base 1:1.1.4\n";

    #[test]
    fn what_a_symbol_needs_is_in_its_line_or_in_that_of_its_version() {
        let found = symbols(SYMBOLS);
        let of = |soname: &str, name, version| found[soname].symbol(name, version).map(|need| spelled(&need));
        assert_eq!(of("ld.so.2", "read", Some("GLIBC_2.2.5")).as_deref(), Some("libc6 (>= 2.30)"));
        assert_eq!(of("ld.so.2", "write", Some("GLIBC_2.34")), None);
        let version = found["ld.so.2"].version("GLIBC_2.34").map(|need| spelled(&need));
        assert_eq!(version.as_deref(), Some("libc6 (>= 2.34)"));
        let private = of("ld.so.2", "_dl_x", Some("GLIBC_PRIVATE"));
        assert_eq!(private.as_deref(), Some("libc6 (>> 2.36), libc6 (<< 2.37)"));
        assert_eq!(of("libz.so.1", "crc32", None).as_deref(), Some("zlib1g (>= 1:1.1.4)"));
        assert_eq!(of("libz.so.1", "other", None), None);
        let least = |soname: &str| found[soname].least().map(|need| spelled(&need));
        assert_eq!(least("libz.so.1").as_deref(), Some("zlib1g (>= 1:1.1.4)"));
        assert_eq!(least("ld.so.2").as_deref(), Some("libc6 (>= 2.2.5)"));
    }

    #[test]
    fn shlibs_name_a_library_in_two_ways() {
        let found = shlibs("# x\nlibfoo 2 libfoo2 (>= 1.0), foo-data\nudeb: libfoo 2 foo-udeb\n");
        let of = |soname: &str| found.get(soname).and_then(Library::least).map(|need| spelled(&need));
        assert_eq!(of("libfoo.so.2").as_deref(), Some("libfoo2 (>= 1.0), foo-data"));
        assert_eq!(of("libfoo-2.so"), of("libfoo.so.2"));
        assert_eq!(found.len(), 2);
    }
}
