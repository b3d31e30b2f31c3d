//! The indices of an apt archive, as far as one package is looked up in them: `Release` and `Packages`.

use std::io;
use std::io::BufRead;
use std::io::Read;

use crate::control::deb822::Paragraph;
use crate::types::digest::Sha256;

/// The longest paragraph of `Packages`, in bytes. Debian's longest have some 50 KiB.
const LONGEST_PARAGRAPH: usize = 4 << 20;

/// What `Release` or `InRelease` says of an archive's indices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// `Components`.
    pub components: Vec<String>,
    /// Whether each index can also be fetched by its digest, which no later publishing changes.
    pub by_hash: bool,
    indices: Vec<(String, Sha256)>,
}

/// An index as `Release` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path below the suite's directory.
    pub path: String,
    /// Its digest.
    pub sha256: Sha256,
}

impl Release {
    /// Reads the text of `Release`, or of `InRelease` with the signature around it, which is not looked at.
    /// None where there is no paragraph in it.
    pub fn parse(text: &str) -> Option<Self> {
        let paragraph = Paragraph::parse(unsigned(text)).ok()?;
        let words = |name: &str| paragraph.get(name).unwrap_or_default().split_whitespace();
        let lines = paragraph.get("SHA256").unwrap_or_default().lines();
        let indices = lines.filter_map(|line| {
            let mut words = line.split_whitespace();
            let (digest, _, path) = (words.next()?, words.next()?, words.next()?);
            Some((path.to_owned(), Sha256::from_hex(digest)?))
        });
        Some(Self {
            components: words("Components").map(str::to_owned).collect(),
            by_hash: words("Acquire-By-Hash").next() == Some("yes"),
            indices: indices.collect(),
        })
    }

    /// `Packages` of a component for an architecture, in the first form that is listed and can be read.
    pub fn packages(&self, component: &str, architecture: &str) -> Option<Listed> {
        let plain = format!("{component}/binary-{architecture}/Packages");
        let mut forms = FORMS.iter().map(|suffix| format!("{plain}{suffix}"));
        forms.find_map(|form| {
            let (path, sha256) = self.indices.iter().find(|(path, _)| *path == form)?;
            Some(Listed { path: path.clone(), sha256: *sha256 })
        })
    }
}

impl Listed {
    /// Where it is found by its digest (apt's `Acquire-By-Hash`).
    pub fn by_hash(&self) -> String {
        let directory = self.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        format!("{directory}/by-hash/SHA256/{}", self.sha256)
    }
}

/// The endings of `Packages`, the cheapest to read first.
pub const FORMS: [&str; 4] = [".zst", ".gz", ".xz", ""];

/// What is between the head and the signature of a clear-signed message (RFC 9580, 7).
pub fn unsigned(text: &str) -> &str {
    let Some(rest) = text.strip_prefix("-----BEGIN PGP SIGNED MESSAGE-----") else { return text };
    let body = rest.split_once("\n\n").map_or("", |(_, body)| body);
    body.split("\n-----BEGIN PGP SIGNATURE-----").next().unwrap_or_default()
}

/// The paragraphs of a package in `Packages`, in their order.
pub fn paragraphs_of(index: impl Read, package: &str) -> io::Result<Vec<Paragraph>> {
    let mut index = io::BufReader::with_capacity(128 << 10, index);
    let (mut found, mut text) = (Vec::new(), Vec::new());
    let wanted = format!("Package: {package}");
    let mut is_wanted = false;
    loop {
        let start = text.len();
        let room = (LONGEST_PARAGRAPH - start.min(LONGEST_PARAGRAPH)) as u64;
        let count = index.by_ref().take(room).read_until(b'\n', &mut text)?;
        if count == 0 && room == 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a paragraph has no end"));
        }
        let line = text[start..].trim_ascii_end();
        if line.is_empty() {
            if is_wanted {
                found.extend(Paragraph::parse(&String::from_utf8_lossy(&text[..start])).ok());
            }
            is_wanted = false;
            text.clear();
        } else if line == wanted.as_bytes() {
            is_wanted = true;
        }
        if count == 0 {
            return Ok(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_lists_indices_in_forms_that_can_be_read() {
        let digest = "ab".repeat(32);
        let text = format!(
            "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nSuite: stable\nComponents: main extra\n\
             Acquire-By-Hash: yes\nSHA256:\n {digest} 12 main/binary-amd64/Packages.xz\n \
             {digest} 40 main/binary-amd64/Packages\n-----BEGIN PGP SIGNATURE-----\n\nabc\n"
        );
        let release = Release::parse(&text).expect("a release");
        assert_eq!(release.components, ["main", "extra"]);
        assert!(release.by_hash);
        let listed = release.packages("main", "amd64").expect("listed");
        assert_eq!(listed.path, "main/binary-amd64/Packages.xz");
        assert_eq!(listed.by_hash(), format!("main/binary-amd64/by-hash/SHA256/{digest}"));
        assert_eq!(release.packages("extra", "amd64"), None);
        assert_eq!(Release::parse("no paragraph"), None);
    }

    #[test]
    fn one_package_is_found_among_many() {
        let index = "Package: a\nVersion: 1\n\nPackage: ab\nVersion: 2\nDescription: x\n Package: a\n\n\nPackage: a\nVersion: 3";
        let found = paragraphs_of(index.as_bytes(), "a").expect("an index");
        let versions: Vec<_> = found.iter().filter_map(|paragraph| paragraph.get("Version")).collect();
        assert_eq!(versions, ["1", "3"]);
        let endless = vec![b'x'; LONGEST_PARAGRAPH + 1];
        assert!(paragraphs_of(&endless[..], "a").is_err());
    }
}
