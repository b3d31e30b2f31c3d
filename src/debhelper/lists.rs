//! Lists of paths: `install`, `links`, `dirs` (dh_install(1), dh_link(1), dh_installdirs(1)), and `maintscript`.

/// A line of `install`: what is copied into which directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Install {
    /// Patterns of files, relative to the project.
    pub sources: Vec<String>,
    /// The directory on the host; none stands for the one that the source itself names.
    pub directory: Option<String>,
}

/// A line of `links`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What it leads to, as an absolute path.
    pub target: String,
    /// Where it lies.
    pub path: String,
}

/// The words of each line; comments and empty lines are none.
fn lines(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    lines.filter(|words| words.first().is_some_and(|word| !word.starts_with('#')))
}

/// A path on the host, as such lists write it: without the `/` in front.
fn absolute(path: &str) -> String {
    format!("/{}", path.trim_matches('/'))
}

/// Reads `install`.
pub fn install(text: &str) -> Vec<Install> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let entry = |words: Vec<&str>| match words.split_last() {
        Some((directory, sources)) if !sources.is_empty() => {
            Install { sources: owned(sources), directory: Some(absolute(directory)) }
        }
        _ => Install { sources: owned(&words), directory: None },
    };
    lines(text).map(entry).collect()
}

/// Reads `links`: pairs of a target and a link.
pub fn links(text: &str) -> Vec<Link> {
    let pairs = lines(text).flat_map(|words| {
        let pairs = words.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned()));
        pairs.collect::<Vec<_>>()
    });
    pairs.map(|(target, path)| Link { target: absolute(&target), path: absolute(&path) }).collect()
}

/// Reads `dirs`.
pub fn directories(text: &str) -> Vec<String> {
    lines(text).flat_map(|words| words.into_iter().map(absolute).collect::<Vec<_>>()).collect()
}

/// Reads the conffiles that `maintscript` takes away: `rm_conffile /etc/orders/old 1.2~` (dpkg-maintscript-helper(1)).
pub fn removed_conffiles(text: &str) -> Vec<String> {
    let removed =
        lines(text).filter(|words| words[0] == "rm_conffile").filter_map(|words| words.get(1).copied());
    removed.map(str::to_owned).collect()
}

/// The lines of a list that is taken as it is: `triggers`, `docs`.
pub fn plain(text: &str) -> Vec<String> {
    lines(text).map(|words| words.join(" ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_words_of_lines() {
        let install = install("# x\n\nconf/a.ini conf/*.d etc/orders/\nusr/bin/tool\n");
        assert_eq!(install[0].sources, ["conf/a.ini", "conf/*.d"]);
        assert_eq!(install[0].directory.as_deref(), Some("/etc/orders"));
        assert_eq!(
            (install[1].sources.as_slice(), &install[1].directory),
            (&["usr/bin/tool".to_owned()][..], &None)
        );
        let links = links("opt/venvs/orders/bin/orders usr/bin/orders\n/a /b c\n");
        assert_eq!(links[0].target, "/opt/venvs/orders/bin/orders");
        assert_eq!(
            links.iter().map(|link| link.path.as_str()).collect::<Vec<_>>(),
            ["/usr/bin/orders", "/b"]
        );
        assert_eq!(
            directories("var/lib/orders var/log/orders/\n#x\n"),
            ["/var/lib/orders", "/var/log/orders"]
        );
        let text = "rm_conffile /etc/orders/old 1.2~\nmv_conffile /etc/a /etc/b\nrm_conffile\n";
        assert_eq!(removed_conffiles(text), ["/etc/orders/old"]);
        assert_eq!(plain("interest-noawait  /usr/bin/python3\n"), ["interest-noawait /usr/bin/python3"]);
    }
}
