//! `pylock.toml` (PEP 751).

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use pep508_rs::MarkerEnvironment;
use serde::Deserialize;

use crate::content::lock;
use crate::content::lock::DistributionName;
use crate::content::lock::Error;
use crate::content::lock::Gathered;
use crate::content::lock::Lock;
use crate::content::lock::Pin;
use crate::content::lock::Place;
use crate::content::lock::Problem;
use crate::content::lock::Version;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    lock_version: String,
    #[serde(default)]
    packages: Vec<Package>,
}

/// One entry. Unknown keys are for other tools (PEP 751, "tool").
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    version: Option<String>,
    marker: Option<String>,
    vcs: Option<toml::Table>,
    directory: Option<toml::Table>,
    archive: Option<Artifact>,
    sdist: Option<Artifact>,
    #[serde(default)]
    wheels: Vec<Artifact>,
}

#[derive(Deserialize)]
struct Artifact {
    #[serde(default)]
    hashes: BTreeMap<String, String>,
}

/// What a lock pins for a target.
pub fn lock(file: &str, text: &str, environment: &MarkerEnvironment) -> Result<Lock, Error> {
    let parsed: File = toml::from_str(text)
        .map_err(|source| Error::Syntax { file: file.to_owned(), source: Box::new(source) })?;
    // PEP 751: tools read every minor version of a major one that they know.
    if parsed.lock_version.split('.').next() != Some("1") {
        let version = parsed.lock_version;
        return Err(Error::Format { file: file.to_owned(), version, known: "1.0" });
    }
    let mut gathered = Gathered::default();
    for package in parsed.packages {
        match pin(file, &package, environment) {
            Ok(Some((name, pin))) => gathered.add(name, pin),
            Ok(None) => {}
            Err(problem) => gathered.problems.push(problem),
        }
    }
    gathered.finish()
}

fn pin(
    file: &str,
    package: &Package,
    environment: &MarkerEnvironment,
) -> Result<Option<(DistributionName, Pin)>, Problem> {
    let place = Place { file: file.to_owned(), line: None };
    let text = package.name.clone();
    let malformed = |text: &str, reason: String| Problem::Malformed {
        place: Place { file: file.to_owned(), line: None },
        text: text.to_owned(),
        reason,
    };
    let name: DistributionName =
        text.parse().map_err(|error: pep508_rs::InvalidNameError| malformed(&text, error.to_string()))?;
    if let Some(marker) = &package.marker {
        let parsed = lock::marker(marker).map_err(|reason| malformed(marker, reason))?;
        if !parsed.evaluate(environment, &[]) {
            return Ok(None);
        }
    }
    if package.vcs.is_some() || package.directory.is_some() {
        return Err(Problem::Url { place, text });
    }
    let Some(version) = &package.version else { return Err(Problem::Unpinned { place, text }) };
    let version: Version = version
        .parse()
        .map_err(|error: pep440_rs::VersionParseError| malformed(version, error.to_string()))?;
    let artifacts = package.wheels.iter().chain(&package.sdist).chain(&package.archive);
    let hashes: BTreeSet<String> = artifacts
        .flat_map(|artifact| artifact.hashes.iter())
        .map(|(algorithm, digest)| format!("{algorithm}:{}", digest.to_ascii_lowercase()))
        .collect();
    Ok(Some((name, Pin { version, hashes, place })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::lock::target::Target;
    use crate::content::python::PythonVersion;

    fn read(text: &str) -> Result<Lock, Error> {
        let python = PythonVersion::from_digits("3.11").expect("valid");
        let target = Target { python, patch: None, machine: "x86_64" };
        lock("pylock.toml", text, &target.environment().expect("valid"))
    }

    #[test]
    fn packages_for_the_target_are_pinned_with_the_hashes_of_their_files() {
        let text = r#"
            lock-version = "1.0"
            created-by = "a tool"
            [[packages]]
            name = "Attrs_X"
            version = "25.1.0"
            requires-python = ">=3.8"
            wheels = [{ name = "x.whl", url = "https://x/x.whl", hashes = { sha256 = "BB" } }]
            sdist = { name = "x.tar.gz", hashes = { sha256 = "aa" } }
            [[packages]]
            name = "numpy"
            version = "2.0"
            marker = "python_version < '3.10'"
            [packages.tool.other]
            x = 1
        "#;
        let lock = read(text).expect("a lock");
        assert_eq!(lock.lines().collect::<Vec<_>>(), ["attrs-x==25.1.0 sha256:aa sha256:bb"]);
    }

    #[test]
    fn what_pins_nothing_is_named() {
        let text = r#"
            lock-version = "1.1"
            [[packages]]
            name = "a"
            [[packages]]
            name = "b"
            version = "1"
            directory = { path = "." }
            [[packages]]
            name = "c"
            version = "one"
            [[packages]]
            name = "-"
            [[packages]]
            name = "d"
            version = "1"
            [[packages]]
            name = "D"
            version = "2"
            [[packages]]
            name = "e"
            version = "1"
            marker = "what"
        "#;
        let Err(Error::Problems(problems)) = read(text) else { panic!("problems") };
        let expected =
            ["`a` pins", "`b` names", "`one` is not", "`-` is not", "`d` is 2, but 1", "`what` is not"];
        assert_eq!(problems.len(), expected.len(), "{problems:?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.to_string().contains(expected), "{problem} should say {expected}");
        }
        assert!(matches!(read("lock-version = \"2.0\""), Err(Error::Format { .. })));
        assert!(matches!(read("packages = 1"), Err(Error::Syntax { .. })));
    }
}
