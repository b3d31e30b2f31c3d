//! How nfpm makes a version of its keys (its `deb/deb.go` and `parseSemver`).

/// The parts of a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parts<'a> {
    /// `epoch`.
    pub epoch: Option<&'a str>,
    /// `version`.
    pub version: &'a str,
    /// `prerelease`.
    pub prerelease: Option<&'a str>,
    /// `version_metadata`.
    pub metadata: Option<&'a str>,
    /// `version_schema: none`: the version is taken as it is.
    pub is_plain: bool,
}

/// The upstream version with its epoch, in Debian's order: `1:1.2.3~rc1+git`.
pub fn upstream(parts: &Parts<'_>) -> String {
    let (core, prerelease, metadata) =
        if parts.is_plain { (parts.version.to_owned(), None, None) } else { semantic(parts.version) };
    let mut text = parts.epoch.map(|epoch| format!("{epoch}:")).unwrap_or_default();
    text.push_str(&core);
    if let Some(prerelease) = parts.prerelease.or(prerelease) {
        text.push_str(&format!("~{prerelease}"));
    }
    if let Some(metadata) = parts.metadata.or(metadata) {
        text.push_str(&format!("+{metadata}"));
    }
    text
}

/// A semantic version (semver.org) in its parts, with up to two numbers left out and `v` in front or not; what is none
/// stays whole.
fn semantic(version: &str) -> (String, Option<&str>, Option<&str>) {
    let bare = version.strip_prefix('v').unwrap_or(version);
    let (rest, metadata) = bare.split_once('+').map_or((bare, None), |(rest, it)| (rest, Some(it)));
    let (core, prerelease) = rest.split_once('-').map_or((rest, None), |(core, it)| (core, Some(it)));
    let numbers: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if numbers.len() > 3 || !numbers.iter().all(is_number) {
        return (version.to_owned(), None, None);
    }
    let number = |at: usize| numbers.get(at).map_or("0", |number| without_zeros(number));
    (format!("{}.{}.{}", number(0), number(1), number(2)), prerelease, metadata)
}

fn without_zeros(number: &str) -> &str {
    let bare = number.trim_start_matches('0');
    if bare.is_empty() { "0" } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_nfpm() {
        let version = |version: &str| upstream(&Parts { version, ..Parts::default() });
        for (given, expect) in [
            ("v1.2.3", "1.2.3"),
            ("1.2", "1.2.0"),
            ("1.2.3-rc1+git.5", "1.2.3~rc1+git.5"),
            ("2024.01.05", "2024.1.5"),
            ("1.2.3.4", "1.2.3.4"),
            ("1.4rc1", "1.4rc1"),
            ("${VERSION}", "${VERSION}"),
        ] {
            assert_eq!(version(given), expect);
        }
        let parts = Parts {
            epoch: Some("2"),
            version: "v1.0.0-beta",
            prerelease: Some("rc1"),
            metadata: Some("git"),
            is_plain: false,
        };
        assert_eq!(upstream(&parts), "2:1.0.0~rc1+git");
        assert_eq!(upstream(&Parts { is_plain: true, ..parts }), "2:v1.0.0-beta~rc1+git");
    }
}
