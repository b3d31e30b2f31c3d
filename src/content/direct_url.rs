//! `direct_url.json`: where a distribution was installed from, when that was not an index (PEP 610).

use serde::Deserialize;

use crate::content::credentials;

/// What `direct_url.json` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DirectUrl {
    /// The origin.
    pub url: String,
    #[serde(default)]
    dir_info: DirInfo,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct DirInfo {
    #[serde(default)]
    editable: bool,
}

/// The text is not the JSON of PEP 610.
#[derive(Debug, thiserror::Error)]
#[error("it is not what PEP 610 describes")]
pub struct Error {
    #[from]
    source: serde_json::Error,
}

impl DirectUrl {
    /// Reads the file.
    pub fn parse(text: &[u8]) -> Result<Self, Error> {
        Ok(serde_json::from_slice(text)?)
    }

    /// Whether imports go to the source directory.
    pub fn is_editable(&self) -> bool {
        self.dir_info.editable
    }

    /// The path on the build host, where it came from there.
    pub fn local_path(&self) -> Option<&str> {
        self.url.strip_prefix("file://").map(|path| path.strip_prefix("localhost").unwrap_or(path))
    }

    /// Whether the URL carries a user's secret. `git@` and `${TOKEN}` are none (PEP 610 keeps those).
    pub fn has_credentials(&self) -> bool {
        credentials::of_addresses(&self.url).any(|login| login.is_secret())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_told_apart() {
        let parse = |text: &str| DirectUrl::parse(text.as_bytes()).expect(text);
        let editable = parse(r#"{"url":"file:///b/src","dir_info":{"editable":true}}"#);
        assert!(editable.is_editable());
        assert_eq!(editable.local_path(), Some("/b/src"));
        assert!(!parse(r#"{"url":"file:///b/x.whl","archive_info":{}}"#).is_editable());
        assert!(DirectUrl::parse(b"[]").is_err());
        for (url, expect) in [
            ("https://user:token@example.org/x", true),
            ("https://token@example.org/x.git", true),
            ("https://${USER}:${TOKEN}@example.org/x", false),
            ("ssh://git@example.org/x", false),
            ("https://example.org/x@1", false),
            ("file:///b/x@y", false),
        ] {
            assert_eq!(parse(&format!(r#"{{"url":"{url}"}}"#)).has_credentials(), expect, "{url}");
        }
    }
}
