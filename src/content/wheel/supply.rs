//! Whether directories of wheels have what a lock asks for, by the names of their files alone.

use std::fmt;

use crate::content::lock::Lock;
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
            Instead::Nothing => f.write_str("is not there"),
            Instead::Versions(versions) => write!(f, "is not there, but {}", versions.join(", ")),
            Instead::Source(file) => write!(f, "is there as source only: `{file}`"),
            Instead::Wheels(files) => write!(f, "is there for others only: `{}`", files.join("`, `")),
        }
    }
}

/// Every requirement without a wheel that the interpreter takes, in the order of the names.
pub fn lacks(lock: &Lock, files: &[String], interpreter: &Interpreter) -> Vec<Lack> {
    let wheels: Vec<(&String, WheelName)> =
        files.iter().filter_map(|file| Some((file, WheelName::parse(file)?))).collect();
    let lack = |(name, pin): (&_, &crate::content::lock::Pin)| {
        let named: Vec<_> = wheels.iter().filter(|(_, wheel)| wheel.distribution == *name).collect();
        let (right, other): (Vec<_>, Vec<_>) =
            named.into_iter().partition(|(_, wheel)| satisfies(&wheel.version, &pin.version));
        if right.iter().any(|(_, wheel)| interpreter.takes(wheel)) {
            return None;
        }
        let source = files.iter().find(|file| {
            source_archive(file).is_some_and(|(of, version)| of == *name && satisfies(&version, &pin.version))
        });
        let mut versions: Vec<String> = other.iter().map(|(_, wheel)| wheel.version.to_string()).collect();
        versions.dedup();
        let instead = match (right.is_empty(), source) {
            (false, _) => Instead::Wheels(right.iter().map(|(file, _)| (*file).clone()).collect()),
            (true, Some(file)) => Instead::Source(file.clone()),
            (true, None) if !versions.is_empty() => Instead::Versions(versions),
            (true, None) => Instead::Nothing,
        };
        let (name, version) = (name.to_string(), pin.version.to_string());
        Some(Lack { name, version, place: pin.place.to_string(), instead })
    };
    lock.pins.iter().filter_map(lack).collect()
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
        let found: Vec<String> = lacks(&lock, &files, &interpreter).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "cffi 2.0, which r.txt:3 asks for, is there for others only: `cffi-2.0-cp312-cp312-linux_x86_64.whl`",
                "idna 3.7, which r.txt:2 asks for, is there as source only: `idna-3.7.tar.gz`",
                "lost 1.0, which r.txt:6 asks for, is not there",
                "old 1.0, which r.txt:5 asks for, is not there, but 0.9",
            ]
        );
    }
}
