//! Where an apt repository is, as a line of `sources.list(5)` says it.

use std::fmt;
use std::str::FromStr;

/// `URI [SUITE [COMPONENT…]]`, without `deb` and options in front.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AptSource {
    /// A directory, or `http:` and `https:` without the slash at its end.
    pub root: Root,
    /// The directory below `dists`; a flat repository's ends in `/`.
    pub suite: Option<String>,
    /// The components; none are all that the suite has.
    pub components: Vec<String>,
}

/// Where the archive's root is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A directory of this machine, absolute or relative.
    Directory(String),
    /// An address.
    Web(String),
}

/// Why a text names no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing is there.
    #[error("it is empty: a repository to read is a directory, or `URL SUITE COMPONENT…`")]
    Empty,
    /// A scheme that cannot be read from.
    #[error("packages are not read from `{0}:`, but from a directory, `file:`, `http:` or `https:`")]
    Scheme(String),
    /// A word that leads elsewhere.
    #[error("`{0}` cannot be a suite or a component")]
    Word(String),
}

impl FromStr for AptSource {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut words = text.split_whitespace().map(str::to_owned);
        let root = root(&words.next().ok_or(Error::Empty)?)?;
        let (suite, components) = (words.next(), words.collect::<Vec<_>>());
        // A slash alone is the root itself.
        let leads = |word: &&String| {
            word.len() > 1 && word.starts_with('/') || word.split('/').any(|part| part == "..")
        };
        match suite.iter().chain(&components).find(leads) {
            Some(word) => Err(Error::Word(word.clone())),
            None => Ok(Self { root, suite, components }),
        }
    }
}

/// A scheme has two letters at least, so that a path may have a colon in it.
fn root(text: &str) -> Result<Root, Error> {
    let is_scheme =
        |scheme: &str| scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let Some((scheme, rest)) = text.split_once(':').filter(|(scheme, _)| is_scheme(scheme)) else {
        return Ok(Root::Directory(text.to_owned()));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => Ok(Root::Web(text.trim_end_matches('/').to_owned())),
        "file" | "copy" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() { Err(Error::Empty) } else { Ok(Root::Directory(path.to_owned())) }
        }
        _ => Err(Error::Scheme(scheme.to_owned())),
    }
}

impl fmt::Display for AptSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Root::Directory(root) | Root::Web(root)) = &self.root;
        f.write_str(root)?;
        self.suite.iter().chain(&self.components).try_for_each(|word| write!(f, " {word}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_read_as_sources_list_is() {
        let of = |text: &str| text.parse::<AptSource>();
        let web = of("https://apt.example.com/ bookworm main extra").expect("a source");
        assert_eq!(web.root, Root::Web("https://apt.example.com".to_owned()));
        assert_eq!((web.suite.as_deref(), web.components.len()), (Some("bookworm"), 2));
        assert_eq!(web.to_string(), "https://apt.example.com bookworm main extra");
        for (text, path) in [("file:///srv/apt ./", "/srv/apt"), ("../apt", "../apt"), ("a:b/c", "a:b/c")] {
            assert_eq!(of(text).expect(text).root, Root::Directory(path.to_owned()), "{text}");
        }
        assert_eq!(of(" "), Err(Error::Empty));
        assert_eq!(of("file:"), Err(Error::Empty));
        assert_eq!(of("s3://bucket"), Err(Error::Scheme("s3".to_owned())));
        assert_eq!(of("/srv ../../etc"), Err(Error::Word("../../etc".to_owned())));
    }
}
