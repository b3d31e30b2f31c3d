//! The names of wheels, and which of them an interpreter takes (PEP 425, PEP 427, PEP 600).

use crate::content::lock::DistributionName;
use crate::content::lock::Version;
use crate::content::python::PythonVersion;
use crate::content::wheel::Platform;
use crate::content::wheel::platform;

/// A wheel by its name: `cffi-2.1.1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WheelName {
    /// The distribution.
    pub distribution: DistributionName,
    /// Its version.
    pub version: Version,
    pythons: Vec<String>,
    abis: Vec<String>,
    platforms: Vec<String>,
}

/// An interpreter, as far as wheels ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreter {
    /// X.Y.
    pub python: PythonVersion,
    /// The processor, as Python names it: `x86_64`.
    pub machine: String,
    /// The version of its C library; none where that is not glibc.
    pub glibc: Option<(u32, u32)>,
}

impl WheelName {
    /// Whether it is for every machine.
    pub fn is_for_any(&self) -> bool {
        self.platforms.iter().any(|tag| tag == "any")
    }

    /// Reads the name of a file; none where it is not that of a wheel.
    pub fn parse(file_name: &str) -> Option<Self> {
        let parts: Vec<&str> = file_name.strip_suffix(".whl")?.split('-').collect();
        let (distribution, version, python, abi, platform) = match parts[..] {
            [distribution, version, python, abi, platform] => (distribution, version, python, abi, platform),
            // A build number begins with a digit.
            [distribution, version, build, python, abi, platform]
                if build.starts_with(|first: char| first.is_ascii_digit()) =>
            {
                (distribution, version, python, abi, platform)
            }
            _ => return None,
        };
        let tags = |text: &str| text.split('.').map(str::to_owned).collect();
        Some(Self {
            distribution: distribution.parse().ok()?,
            // `-` is not left in names, so that a local version has `_`.
            version: version.replace('_', "-").parse().or_else(|_| version.parse()).ok()?,
            pythons: tags(python),
            abis: tags(abi),
            platforms: tags(platform),
        })
    }
}

/// The distribution and version of a source archive, by its name (PEP 625); of older names the last dash decides.
pub fn source_archive(file_name: &str) -> Option<(DistributionName, Version)> {
    let stem =
        [".tar.gz", ".zip", ".tar.bz2", ".tar.xz"].iter().find_map(|end| file_name.strip_suffix(end))?;
    let (name, version) = stem.rsplit_once('-')?;
    Some((name.parse().ok()?, version.parse().ok()?))
}

impl Interpreter {
    /// Whether the interpreter can use a wheel of this name.
    pub fn takes(&self, wheel: &WheelName) -> bool {
        let pairs = wheel.pythons.iter().flat_map(|python| wheel.abis.iter().map(move |abi| (python, abi)));
        pairs.filter(|(python, abi)| self.runs(python, abi)).any(|(_, abi)| {
            // What is bound to an interface is machine code: for no machine in particular only by mistake.
            wheel.platforms.iter().any(|tag| self.is_on(tag) && (abi == "none" || tag != "any"))
        })
    }

    fn runs(&self, python: &str, abi: &str) -> bool {
        let PythonVersion { major, minor, free_threaded } = self.python;
        let own = format!("cp{major}{minor}");
        let not_newer = |prefix: &str| {
            let digits = python.strip_prefix(prefix).and_then(|rest| rest.strip_prefix(&major.to_string()));
            digits.is_some_and(|digits| digits.parse::<u8>().is_ok_and(|tagged| tagged <= minor))
        };
        match abi {
            "none" => python == own || python == format!("py{major}") || not_newer("py"),
            // The stable interface begins with 3.2 (PEP 384).
            "abi3" => !free_threaded && not_newer("cp") && !["cp30", "cp31"].contains(&python),
            "abi3t" => free_threaded && not_newer("cp"),
            _ => python == own && abi == if free_threaded { format!("{own}t") } else { own },
        }
    }

    fn is_on(&self, tag: &str) -> bool {
        match platform(tag) {
            Platform::Any => true,
            Platform::Glibc(cpu) => {
                let wanted = glibc(tag);
                cpu == self.machine && self.glibc.is_some_and(|own| wanted.is_none_or(|wanted| wanted <= own))
            }
            Platform::Musl(_) | Platform::Foreign(_) => false,
        }
    }
}

/// The oldest glibc that a platform asks for (PEP 513, 571, 599, 600); `linux_…` asks for none.
fn glibc(tag: &str) -> Option<(u32, u32)> {
    for (prefix, version) in
        [("manylinux1_", (2, 5)), ("manylinux2010_", (2, 12)), ("manylinux2014_", (2, 17))]
    {
        if tag.starts_with(prefix) {
            return Some(version);
        }
    }
    let mut parts = tag.strip_prefix("manylinux_")?.split('_');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_whom_a_wheel_is_for() {
        let python = |text: &str| PythonVersion::from_digits(text).expect(text);
        let bookworm =
            Interpreter { python: python("3.11"), machine: "x86_64".to_owned(), glibc: Some((2, 36)) };
        let threads = Interpreter { python: python("3.15t"), ..bookworm.clone() };
        for (name, plain, free) in [
            ("flask-3.1.3-py3-none-any.whl", true, true),
            ("click_plugins-1.1.1.2-py2.py3-none-any.whl", true, true),
            ("a-1-py310-none-any.whl", true, true),
            ("a-1-py312-none-any.whl", false, true),
            ("cffi-2.1.1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", true, false),
            ("cffi-2.1.1-cp313-cp313-manylinux2014_x86_64.whl", false, false),
            ("cryptography-50.0.2-cp311-abi3-manylinux_2_28_x86_64.whl", true, false),
            ("cryptography-50.0.2-cp37-abi3-manylinux_2_28_x86_64.whl", true, false),
            ("cryptography-50.0.2-cp315-abi3.abi3t-manylinux_2_28_x86_64.whl", false, true),
            ("a-1-cp311-cp311-any.whl", false, false),
            ("a-1-cp31-abi3-linux_x86_64.whl", false, false),
            ("a-1-7local-cp311-cp311-linux_x86_64.whl", true, false),
            ("a-1-cp311-cp311-manylinux_2_39_x86_64.whl", false, false),
            ("a-1-cp311-cp311-musllinux_1_2_x86_64.whl", false, false),
            ("a-1-cp311-cp311-manylinux_2_28_aarch64.whl", false, false),
            ("a-1-cp311-cp311-win_amd64.whl", false, false),
        ] {
            let wheel = WheelName::parse(name).expect(name);
            assert_eq!((bookworm.takes(&wheel), threads.takes(&wheel)), (plain, free), "{name}");
        }
        for name in [
            "a-1.tar.gz",
            "a.whl",
            "a-1-py3-none.whl",
            "a-b-py3-none-any.whl",
            "a-1-build-py3-none-any.whl",
            "a-1-2-3-4-5-6.whl",
        ] {
            assert_eq!(WheelName::parse(name), None, "{name}");
        }
    }

    #[test]
    fn source_archives_have_names_too() {
        let of = |name| source_archive(name).map(|(name, version)| format!("{name}=={version}"));
        assert_eq!(of("Flask-3.1.tar.gz").as_deref(), Some("flask==3.1"));
        assert_eq!(of("zope.interface-6.0.zip").as_deref(), Some("zope-interface==6.0"));
        assert_eq!(of("flask-3.1-py3-none-any.whl"), None);
    }
}
