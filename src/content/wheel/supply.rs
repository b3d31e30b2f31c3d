//! Whether directories of wheels have what a lock asks for, by the names of their files alone.

use std::collections::BTreeSet;
use std::fmt;

use crate::content::lock::Lock;
use crate::content::lock::Version;
use crate::content::lock::satisfies;
use crate::content::wheel::name::Interpreter;
use crate::content::wheel::name::WheelName;
use crate::content::wheel::name::source_archive;

/// A requirement without a wheel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The distribution.
    pub name: String,
    /// The version that is locked.
    pub version: String,
    /// Where the lock says so.
    pub place: String,
    /// What is there instead.
    pub instead: Instead,
}

/// What there is of a distribution, if not a wheel that would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instead {
    /// Nothing.
    Nothing,
    /// Wheels of other versions.
    Versions(Vec<String>),
    /// Its source.
    Source(String),
    /// Wheels for other Pythons or machines.
    Wheels(Vec<String>),
}

impl fmt::Display for Lack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, version, place, instead } = self;
        write!(f, "{name} {version}, which {place} asks for, ")?;
        match instead {
            Instead::Nothing => f.write_str("is missing"),
            Instead::Versions(versions) => write!(f, "is missing: there is {}", versions.join(", ")),
            Instead::Source(file) => write!(f, "is there as source only: `{file}`"),
            Instead::Wheels(files) => {
                write!(f, "is there for other platforms or Pythons only: `{}`", files.join("`, `"))
            }
        }
    }
}

/// The wheels that a lock asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supply {
    /// The files that the interpreter can use.
    pub files: Vec<String>,
    /// Those of them that are for some machines only.
    pub bound: Vec<String>,
    /// Every requirement without one, in the order of the names.
    pub lacks: Vec<Lack>,
}

/// Looks for each requirement among the names of files.
pub fn supply(lock: &Lock, files: &[String], interpreter: &Interpreter) -> Supply {
    let wheels: Vec<(&String, WheelName)> =
        files.iter().filter_map(|file| Some((file, WheelName::parse(file)?))).collect();
    let mut supply = Supply::default();
    for (name, pin) in &lock.pins {
        let named = wheels.iter().filter(|(_, wheel)| wheel.distribution == *name);
        let (right, other): (Vec<_>, Vec<_>) =
            named.partition(|(_, wheel)| satisfies(&wheel.version, &pin.version));
        let usable: Vec<_> = right.iter().filter(|(_, wheel)| interpreter.takes(wheel)).collect();
        supply.files.extend(usable.iter().map(|(file, _)| (*file).clone()));
        let bound = usable.iter().filter(|(_, wheel)| !wheel.is_for_any());
        supply.bound.extend(bound.map(|(file, _)| (*file).clone()));
        if !usable.is_empty() {
            continue;
        }
        let is_source = |file: &&String| {
            source_archive(file).is_some_and(|(of, version)| of == *name && satisfies(&version, &pin.version))
        };
        let versions: BTreeSet<&Version> = other.iter().map(|(_, wheel)| &wheel.version).collect();
        let instead = if !right.is_empty() {
            Instead::Wheels(right.iter().map(|(file, _)| (*file).clone()).collect())
        } else if let Some(file) = files.iter().find(is_source) {
            Instead::Source(file.clone())
        } else if versions.is_empty() {
            Instead::Nothing
        } else {
            Instead::Versions(versions.into_iter().map(ToString::to_string).collect())
        };
        let (name, version) = (name.to_string(), pin.version.to_string());
        supply.lacks.push(Lack { name, version, place: pin.place.to_string(), instead });
    }
    supply
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::content::lock;
    use crate::content::lock::target::Target;
    use crate::content::python::PythonVersion;

    #[test]
    fn each_requirement_without_a_wheel_is_told_with_what_there_is() {
        let python = PythonVersion { major: 3, minor: 11, free_threaded: false };
        let text = "flask==3.1\nidna==3.7\ncffi==2.0\ntorch==2.0\nold==1.0\nlost==1.0\nZope.Interface==6\n";
        let texts = BTreeMap::from([("r.txt".to_owned(), text.to_owned())]);
        let lock =
            lock::read("r.txt", &texts, &Target { python, patch: None, machine: "x86_64" }).expect("a lock");
        let files = [
            "flask-3.1.0-py3-none-any.whl",
            "torch-2.0+cpu-cp311-cp311-linux_x86_64.whl",
            "idna-3.7.tar.gz",
            "cffi-2.0-cp312-cp312-linux_x86_64.whl",
            "old-0.9-py3-none-any.whl",
            "zope_interface-6.0-py3-none-any.whl",
            "README",
        ]
        .map(str::to_owned);
        let interpreter = Interpreter { python, machine: "x86_64".to_owned(), glibc: Some((2, 36)) };
        let supply = supply(&lock, &files, &interpreter);
        assert_eq!(supply.files, [&*files[0], &*files[1], &*files[5]]);
        assert_eq!(supply.bound, [&*files[1]]);
        let found: Vec<String> = supply.lacks.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "cffi 2.0, which r.txt:3 asks for, is there for other platforms or Pythons only: `cffi-2.0-cp312-cp312-linux_x86_64.whl`",
                "idna 3.7, which r.txt:2 asks for, is there as source only: `idna-3.7.tar.gz`",
                "lost 1.0, which r.txt:6 asks for, is missing",
                "old 1.0, which r.txt:5 asks for, is missing: there is 0.9",
            ]
        );
    }
}
