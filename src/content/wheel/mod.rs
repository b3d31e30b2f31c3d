//! The platforms that wheels and extension modules say they are for (PEP 425, PEP 600, PEP 656).

pub mod name;
pub mod supply;

use crate::content::python::PythonVersion;

/// Whom a platform serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Platform<'a> {
    /// Every machine.
    Any,
    /// Linux with glibc, on a processor as Python names it: `x86_64`.
    Glibc(&'a str),
    /// Linux with musl: no Debian.
    Musl(&'a str),
    /// Not Linux.
    Foreign(&'a str),
}

/// The platform of one tag: `any`, `manylinux_2_28_x86_64`, `musllinux_1_2_aarch64`, `win_amd64`.
pub fn platform(tag: &str) -> Platform<'_> {
    let numbered = |rest: &'_ str| rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_').len();
    let tail = |rest: &'static str, tag: &'_ str| tag.len() - numbered(&tag[rest.len()..]);
    match tag {
        "any" => Platform::Any,
        _ if tag.starts_with("musllinux_") => Platform::Musl(&tag[tail("musllinux_", tag)..]),
        _ if tag.starts_with("manylinux1_") => Platform::Glibc(&tag["manylinux1_".len()..]),
        _ if tag.starts_with("manylinux2010_") => Platform::Glibc(&tag["manylinux2010_".len()..]),
        _ if tag.starts_with("manylinux2014_") => Platform::Glibc(&tag["manylinux2014_".len()..]),
        _ if tag.starts_with("manylinux_") => Platform::Glibc(&tag[tail("manylinux_", tag)..]),
        _ if tag.starts_with("linux_") => Platform::Glibc(&tag["linux_".len()..]),
        _ => Platform::Foreign(tag),
    }
}

/// The platforms in the `Tag:` lines of a WHEEL file.
pub fn platforms(wheel: &str) -> Vec<Platform<'_>> {
    let tags = wheel.lines().filter_map(|line| line.strip_prefix("Tag:"));
    tags.filter_map(|tag| tag.trim().rsplit('-').next())
        .flat_map(|tags| tags.split('.'))
        .map(platform)
        .collect()
}

/// Whether the distribution has no machine code, as its WHEEL file says.
pub fn is_pure(wheel: &str) -> bool {
    wheel.lines().any(|line| line.trim().eq_ignore_ascii_case("Root-Is-Purelib: true"))
}

/// Which interpreter and platform an extension module is for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extension<'a> {
    /// The X.Y that alone can load it.
    pub version: PythonVersion,
    /// The platform.
    pub platform: Platform<'a>,
}

/// Reads `_speedups.cpython-311-x86_64-linux-gnu.so`; `abi3` and bare names say nothing.
pub fn extension(file_name: &str) -> Option<Extension<'_>> {
    let (_, tag) = file_name.strip_suffix(".so")?.rsplit_once(".cpython-")?;
    let (digits, triplet) = tag.split_once('-')?;
    let free_threaded = digits.ends_with('t');
    let digits = digits.trim_end_matches(['t', 'd', 'm']);
    let (major, minor) = digits.split_at_checked(1)?;
    let version = PythonVersion { major: major.parse().ok()?, minor: minor.parse().ok()?, free_threaded };
    let (cpu, system) = triplet.split_once('-')?;
    let platform = match system {
        _ if system.starts_with("linux-gnu") => Platform::Glibc(cpu),
        _ if system.starts_with("linux-musl") => Platform::Musl(cpu),
        _ => Platform::Foreign(triplet),
    };
    Some(Extension { version, platform })
}

/// Debian's name for a processor as wheels name it.
pub fn debian(cpu: &str) -> Option<&'static str> {
    Some(match cpu {
        "x86_64" => "amd64",
        "i386" | "i586" | "i686" => "i386",
        "aarch64" => "arm64",
        "armv7l" | "arm" => "armhf",
        "armv6l" => "armel",
        "ppc64le" | "powerpc64le" => "ppc64el",
        "s390x" => "s390x",
        "riscv64" => "riscv64",
        "loongarch64" => "loong64",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_are_read_from_tags() {
        for (tag, expect) in [
            ("any", Platform::Any),
            ("manylinux_2_28_x86_64", Platform::Glibc("x86_64")),
            ("manylinux2014_aarch64", Platform::Glibc("aarch64")),
            ("manylinux1_i686", Platform::Glibc("i686")),
            ("linux_riscv64", Platform::Glibc("riscv64")),
            ("musllinux_1_2_x86_64", Platform::Musl("x86_64")),
            ("win_amd64", Platform::Foreign("win_amd64")),
        ] {
            assert_eq!(platform(tag), expect);
        }
        let wheel = "Root-Is-Purelib: false\nTag: cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64\n";
        assert_eq!(platforms(wheel), [Platform::Glibc("x86_64"), Platform::Glibc("x86_64")]);
        assert!(!is_pure(wheel) && is_pure("Root-Is-Purelib: true\n"));
    }

    #[test]
    fn extensions_name_their_interpreter() {
        let found = extension("_speedups.cpython-311-x86_64-linux-gnu.so").expect("tagged");
        assert_eq!((found.version.to_string().as_str(), found.platform), ("3.11", Platform::Glibc("x86_64")));
        let found = extension("x.cpython-313t-aarch64-linux-musl.so").expect("tagged");
        assert_eq!(
            (found.version.to_string().as_str(), found.platform),
            ("3.13t", Platform::Musl("aarch64"))
        );
        assert_eq!(extension("x.abi3.so"), None);
        assert_eq!(extension("libx.so"), None);
        assert_eq!(debian("aarch64"), Some("arm64"));
    }
}
