//! What markers are evaluated for: the Python of a host, never the one of the build.

use pep440_rs::VersionParseError;
use pep508_rs::MarkerEnvironment;
use pep508_rs::MarkerEnvironmentBuilder;

use crate::content::python::PythonVersion;

/// The Python that a virtualenv is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// X.Y.
    pub python: PythonVersion,
    /// The Z of X.Y.Z, where the target suite has one Python for good.
    pub patch: Option<u8>,
    /// The processor as Python names it: `x86_64`.
    pub machine: &'static str,
}

impl Target {
    /// The environment of markers (PEP 508). What nobody knows before there is a host is empty.
    pub fn environment(&self) -> Result<MarkerEnvironment, VersionParseError> {
        let PythonVersion { major, minor, .. } = self.python;
        let short = format!("{major}.{minor}");
        // Without a target the newest: lists of what old patch releases lack get shorter, never longer.
        let full = format!("{short}.{}", self.patch.unwrap_or(u8::MAX));
        MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
            implementation_name: "cpython",
            implementation_version: &full,
            os_name: "posix",
            platform_machine: self.machine,
            platform_python_implementation: "CPython",
            platform_release: "",
            platform_system: "Linux",
            platform_version: "",
            python_full_version: &full,
            python_version: &short,
            sys_platform: "linux",
        })
    }
}

/// The processor of a Debian architecture as Python names it (`platform.machine()`).
pub fn machine(architecture: &str) -> Option<&'static str> {
    const MACHINES: [(&str, &str); 10] = [
        ("amd64", "x86_64"),
        ("arm64", "aarch64"),
        ("armel", "armv5tel"),
        ("armhf", "armv7l"),
        ("i386", "i686"),
        ("loong64", "loongarch64"),
        ("mips64el", "mips64"),
        ("ppc64el", "ppc64le"),
        ("riscv64", "riscv64"),
        ("s390x", "s390x"),
    ];
    MACHINES.iter().find(|(debian, _)| *debian == architecture).map(|(_, machine)| *machine)
}
