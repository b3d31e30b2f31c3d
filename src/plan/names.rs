//! The names of the packages that an application is split into, one-to-one with what they carry.

use crate::plan::Error;
use crate::plan::key::VenvKey;
use crate::plan::place::ReleaseId;
use crate::types::name::PackageName;

/// `NAME-venv-KEY`.
pub(in crate::plan) fn venv(namespace: &PackageName, key: &VenvKey) -> Result<PackageName, Error> {
    Ok(format!("{namespace}-venv-{key}").parse()?)
}

/// `NAME-release-ID`. A version may have letters that a package name may not (Policy 5.6.1, 5.6.12): `+` begins
/// what stands for one of them, and for itself.
pub(in crate::plan) fn release(name: &PackageName, id: &ReleaseId) -> Result<PackageName, Error> {
    let mut text = format!("{name}-release-");
    for letter in id.as_str().chars() {
        match letter {
            '+' => text.push_str("+p"),
            '~' => text.push_str("+t"),
            'A'..='Z' => {
                text.push_str("+u");
                text.push(letter.to_ascii_lowercase());
            }
            other => text.push(other),
        }
    }
    Ok(text.parse()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::digest::Sha256;
    use crate::types::version::DebVersion;

    #[test]
    fn no_two_versions_share_a_name() {
        let name: PackageName = "orders".parse().expect("valid");
        let of = |version: &str| {
            let version: DebVersion = version.parse().expect(version);
            release(&name, &ReleaseId::new(&version, &Sha256::of(b""))).expect("a name").to_string()
        };
        assert_eq!(of("2:1.4.2-1"), "orders-release-1.4.2-1-e3b0c442");
        assert_eq!(of("1.0~rc1+g1A"), "orders-release-1.0+trc1+pg1+ua-e3b0c442");
        let versions =
            ["1.0", "1.0~t", "1.0+t", "1.0t", "1.0T", "1.0+ut", "1.0~rc1", "1.0-rc1", "1.0+rc1", "1.0+p"];
        let mut names: Vec<String> = versions.into_iter().map(of).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), versions.len(), "{names:?}");
    }
}
