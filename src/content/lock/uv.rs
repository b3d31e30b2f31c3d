//! `uv.lock`: the resolution for every platform at once, of which a target needs a part.
//!
//! Source of the format: uv's own locks (version 1), which uv reads and writes and does not document. The walk
//! begins at the project and follows its dependencies, without development groups and optional ones.

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
struct File {
    version: u64,
    #[serde(default)]
    package: Vec<Package>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    version: Option<String>,
    source: Source,
    #[serde(default)]
    dependencies: Vec<Dependency>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<Dependency>>,
    sdist: Option<Artifact>,
    #[serde(default)]
    wheels: Vec<Artifact>,
}

#[derive(Deserialize)]
struct Source {
    registry: Option<String>,
    // The project itself, and members of its workspace.
    #[serde(rename = "virtual")]
    bare: Option<String>,
    editable: Option<String>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    version: Option<String>,
    marker: Option<String>,
    #[serde(default)]
    extra: Vec<String>,
}

#[derive(Deserialize)]
struct Artifact {
    hash: Option<String>,
}

impl Source {
    fn is_project(&self) -> bool {
        self.bare.is_some() || self.editable.is_some()
    }

    /// Whether this is the root of the workspace.
    fn is_root(&self) -> bool {
        [&self.bare, &self.editable].into_iter().flatten().any(|path| path == ".")
    }
}

/// What a lock pins for a target.
pub fn lock(file: &str, text: &str, environment: &MarkerEnvironment) -> Result<Lock, Error> {
    let parsed: File = toml::from_str(text)
        .map_err(|source| Error::Syntax { file: file.to_owned(), source: Box::new(source) })?;
    if parsed.version != 1 {
        let version = parsed.version.to_string();
        return Err(Error::Format { file: file.to_owned(), version, known: "1" });
    }
    let place = Place { file: file.to_owned(), line: None };
    let mut walk = Walk {
        packages: &parsed.package,
        place,
        environment,
        gathered: Gathered::default(),
        done: BTreeSet::new(),
    };
    for root in parsed.package.iter().filter(|package| package.source.is_root()) {
        walk.all(&root.dependencies);
    }
    walk.gathered.finish()
}

struct Walk<'a> {
    packages: &'a [Package],
    place: Place,
    environment: &'a MarkerEnvironment,
    gathered: Gathered,
    /// Packages with the extra that was followed; none for their own dependencies.
    done: BTreeSet<(usize, Option<&'a str>)>,
}

impl<'a> Walk<'a> {
    fn all(&mut self, dependencies: &'a [Dependency]) {
        let mut next: Vec<&'a Dependency> = dependencies.iter().collect();
        while let Some(dependency) = next.pop() {
            match self.applies(dependency) {
                Ok(false) => continue,
                Ok(true) => {}
                Err(problem) => {
                    self.gathered.problems.push(problem);
                    continue;
                }
            }
            let Some((number, package)) = self.find(dependency) else {
                let (place, name) = (self.place.clone(), dependency.name.clone());
                self.gathered.problems.push(Problem::Unlocked { place, name });
                continue;
            };
            if self.done.insert((number, None)) {
                self.pin(package);
                next.extend(&package.dependencies);
            }
            for extra in &dependency.extra {
                if let Some((extra, dependencies)) = package.optional_dependencies.get_key_value(extra)
                    && self.done.insert((number, Some(extra)))
                {
                    next.extend(dependencies);
                }
            }
        }
    }

    fn applies(&self, dependency: &Dependency) -> Result<bool, Problem> {
        let Some(marker) = &dependency.marker else { return Ok(true) };
        let parsed = lock::marker(marker).map_err(|reason| Problem::Malformed {
            place: self.place.clone(),
            text: marker.clone(),
            reason,
        })?;
        Ok(parsed.evaluate(self.environment, &[]))
    }

    /// The version that the dependency names; where there is one only, it names none.
    fn find(&self, dependency: &Dependency) -> Option<(usize, &'a Package)> {
        let is_it = |package: &Package| {
            package.name == dependency.name
                && (dependency.version.is_none() || dependency.version == package.version)
        };
        self.packages.iter().enumerate().find(|(_, package)| is_it(package))
    }

    fn pin(&mut self, package: &Package) {
        // A member of the workspace comes with the application.
        if package.source.is_project() {
            return;
        }
        let (place, text) = (self.place.clone(), package.name.clone());
        if package.source.registry.is_none() {
            return self.gathered.problems.push(Problem::Url { place, text });
        }
        let name = text.parse::<DistributionName>().map_err(|error| error.to_string());
        let version = package.version.as_deref().unwrap_or_default();
        let version = version.parse::<Version>().map_err(|error| error.to_string());
        match (name, version) {
            (Ok(name), Ok(version)) => {
                let files = package.wheels.iter().chain(&package.sdist);
                let hashes = files.filter_map(|file| file.hash.clone()).collect();
                self.gathered.add(name, Pin { version, hashes, place });
            }
            (Err(reason), _) | (_, Err(reason)) => {
                self.gathered.problems.push(Problem::Malformed { place, text, reason });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::lock::target::Target;
    use crate::content::python::PythonVersion;

    fn read(text: &str, python: &str) -> Result<Lock, Error> {
        let python = PythonVersion::from_digits(python).expect("valid");
        let target = Target { python, patch: None, machine: "x86_64" };
        lock("uv.lock", text, &target.environment().expect("valid"))
    }

    const LOCK: &str = r#"
        version = 1
        revision = 2
        requires-python = ">=3.9"

        [[package]]
        name = "app"
        version = "0.1"
        source = { virtual = "." }
        dependencies = [
            { name = "numpy", version = "1.26", source = { registry = "https://index.example.org/simple" }, marker = "python_full_version < '3.10'" },
            { name = "numpy", version = "2.1", source = { registry = "https://index.example.org/simple" }, marker = "python_full_version >= '3.10'" },
            { name = "uvicorn", extra = ["standard"] },
            { name = "sibling" },
        ]
        [package.dev-dependencies]
        dev = [{ name = "pytest" }]

        [[package]]
        name = "numpy"
        version = "1.26"
        source = { registry = "https://index.example.org/simple" }
        [[package]]
        name = "numpy"
        version = "2.1"
        source = { registry = "https://index.example.org/simple" }
        sdist = { url = "https://x/x.tar.gz", hash = "sha256:aa", size = 1 }
        wheels = [{ url = "https://x/x.whl", hash = "sha256:bb", size = 1 }]
        [[package]]
        name = "uvicorn"
        version = "0.30"
        source = { registry = "https://index.example.org/simple" }
        dependencies = [{ name = "click" }, { name = "colorama", marker = "sys_platform == 'win32'" }]
        [package.optional-dependencies]
        standard = [{ name = "httptools" }]
        other = [{ name = "pytest" }]
        [[package]]
        name = "click"
        version = "8.1"
        source = { registry = "https://index.example.org/simple" }
        dependencies = [{ name = "uvicorn" }]
        [[package]]
        name = "httptools"
        version = "0.6"
        source = { registry = "https://index.example.org/simple" }
        [[package]]
        name = "pytest"
        version = "8.0"
        source = { registry = "https://index.example.org/simple" }
        [[package]]
        name = "sibling"
        version = "0.1"
        source = { editable = "libs/sibling" }
        dependencies = [{ name = "idna" }]
        [[package]]
        name = "idna"
        version = "3.7"
        source = { registry = "https://index.example.org/simple" }
    "#;

    #[test]
    fn what_the_project_needs_on_the_target_is_pinned() {
        let lines = |python| read(LOCK, python).expect("a lock").lines().collect::<Vec<_>>();
        let rest = ["uvicorn==0.30"];
        assert_eq!(
            lines("3.11"),
            [&["click==8.1", "httptools==0.6", "idna==3.7", "numpy==2.1 sha256:aa sha256:bb"][..], &rest]
                .concat()
        );
        assert!(lines("3.9").contains(&"numpy==1.26".to_owned()));
    }

    #[test]
    fn what_is_not_locked_or_comes_from_elsewhere_is_named() {
        let text = r#"
            version = 1
            [[package]]
            name = "app"
            source = { editable = "." }
            dependencies = [{ name = "gone" }, { name = "forked" }, { name = "x", marker = "what" }]
            [[package]]
            name = "forked"
            version = "1"
            source = { git = "https://x/y?rev=1#abc" }
        "#;
        let Err(Error::Problems(problems)) = read(text, "3.11") else { panic!("problems") };
        let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        for expected in
            ["`gone` is needed, but not locked", "`forked` names a URL", "`what` is not a requirement"]
        {
            assert!(words.iter().any(|found| found.contains(expected)), "{words:?} should have {expected}");
        }
        assert!(matches!(read("version = 2", "3.11"), Err(Error::Format { .. })));
        assert!(matches!(read("version = 'x'", "3.11"), Err(Error::Syntax { .. })));
    }
}
