//! A virtualenv that was made into a package before: what its package tells in front of its files.

use crate::control::deb822::Paragraph;
use crate::types::arch::Arch;
use crate::types::path::InstallPath;

/// The package of a virtualenv, which is there already and need not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedVenv {
    /// `Package`, which names the key.
    pub package: String,
    /// Where it was found, for messages: a path or an address.
    pub place: String,
    /// Whether that is a path of this machine.
    pub is_local: bool,
    /// `Architecture`.
    pub architecture: Arch,
    /// Its files: no directories and no links.
    pub files: Vec<InstallPath>,
}

/// Why a package cannot be a virtualenv that was published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A field that is missing, or malformed.
    #[error("its field `{0}` is missing or malformed")]
    Field(&'static str),
    /// It is another package than its file says.
    #[error("it is the package `{0}`")]
    Other(String),
    /// Its files are not listed.
    #[error("its `md5sums` is missing or malformed")]
    Files,
}

impl PublishedVenv {
    /// From the control fields and `md5sums` of the package that was found at `place`.
    pub fn new(
        (package, place, is_local): (&str, String, bool),
        control: &Paragraph,
        md5sums: &[u8],
    ) -> Result<Self, Error> {
        let name = control.get("Package").ok_or(Error::Field("Package"))?;
        if name != package {
            return Err(Error::Other(name.to_owned()));
        }
        let architecture = control.get("Architecture").and_then(|text| text.parse().ok());
        let architecture = architecture.ok_or(Error::Field("Architecture"))?;
        let files: Option<Vec<InstallPath>> =
            md5sums.split_inclusive(|byte| *byte == b'\n').map(path).collect();
        let files = files.filter(|files| !files.is_empty()).ok_or(Error::Files)?;
        Ok(Self { package: name.to_owned(), place, is_local, architecture, files })
    }
}

/// The path of a line of `md5sums`: 32 digits, two spaces, no slash in front (deb-md5sums(5)).
fn path(line: &[u8]) -> Option<InstallPath> {
    let path = std::str::from_utf8(line.get(34..)?).ok()?.trim_end_matches('\n');
    format!("/{path}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_package_that_was_looked_for_is_taken() {
        let control = Paragraph::parse("Package: a-venv-k\nArchitecture: all\n").expect("fields");
        let of = |name: &str, sums: &str| {
            PublishedVenv::new((name, "x.deb".to_owned(), true), &control, sums.as_bytes())
        };
        let sums = format!("{}  opt/a/venvs/k/bin/run\n", "0".repeat(32));
        let found = of("a-venv-k", &sums).expect("published");
        assert_eq!(found.files[0].as_str(), "/opt/a/venvs/k/bin/run");
        assert_eq!(of("b-venv-k", &sums), Err(Error::Other("a-venv-k".to_owned())));
        assert_eq!(of("a-venv-k", ""), Err(Error::Files));
        assert_eq!(of("a-venv-k", "0 a\n"), Err(Error::Files));
    }
}
