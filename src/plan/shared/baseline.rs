//! The libraries that wheels may take from the host (PEP 600, PEP 513), with Debian's packages of them and the
//! versions of those since which a version of a symbol is there, as the `symbols` files of Debian 13 say it.

use crate::content::shared_library::Library;

/// Packages by the sonames of their libraries, with the earliest version that ever counts.
const LIBRARIES: [(&str, &str, Option<&str>); 26] = [
    ("libX11.so.6", "libx11-6", None),
    ("libXext.so.6", "libxext6", None),
    ("libXrender.so.1", "libxrender1", None),
    ("libICE.so.6", "libice6", None),
    ("libSM.so.6", "libsm6", None),
    ("libGL.so.1", "libgl1", None),
    ("libglib-2.0.so.0", "libglib2.0-0", Some("2.12.0")),
    ("libgobject-2.0.so.0", "libglib2.0-0", Some("2.12.0")),
    ("libgthread-2.0.so.0", "libglib2.0-0", Some("2.12.0")),
    ("libexpat.so.1", "libexpat1", Some("2.0.1")),
    ("libz.so.1", "zlib1g", Some("1:1.1.4")),
    ("libatomic.so.1", "libatomic1", Some("4.8")),
    ("libcrypt.so.1", "libcrypt1", Some("1:4.1.0")),
    ("libgcc_s.so.1", "libgcc-s1", Some("3.0")),
    ("libstdc++.so.6", "libstdc++6", Some("4.1.1")),
    ("libc.so.6", "libc6", None),
    ("libm.so.6", "libc6", None),
    ("libdl.so.2", "libc6", None),
    ("librt.so.1", "libc6", None),
    ("libpthread.so.0", "libc6", None),
    ("libutil.so.1", "libc6", None),
    ("libnsl.so.1", "libc6", None),
    ("libresolv.so.2", "libc6", None),
    ("libanl.so.1", "libc6", None),
    ("libmvec.so.1", "libc6", None),
    ("libthread_db.so.1", "libc6", None),
];

/// Versions of libstdc++'s symbols; Debian counts them by the releases of GCC that it had.
const CPLUSPLUS: [(&str, &str); 52] = [
    ("GLIBCXX_3.4", "4.1.1"),
    ("GLIBCXX_3.4.1", "4.1.1"),
    ("GLIBCXX_3.4.2", "4.1.1"),
    ("GLIBCXX_3.4.3", "4.1.1"),
    ("GLIBCXX_3.4.4", "4.1.1"),
    ("GLIBCXX_3.4.5", "4.1.1"),
    ("GLIBCXX_3.4.6", "4.1.1"),
    ("GLIBCXX_3.4.7", "4.1.1"),
    ("GLIBCXX_3.4.8", "4.1.1"),
    ("GLIBCXX_3.4.9", "4.2.1"),
    ("GLIBCXX_3.4.10", "4.3"),
    ("GLIBCXX_3.4.11", "4.4"),
    ("GLIBCXX_3.4.12", "4.4"),
    ("GLIBCXX_3.4.13", "4.4.2"),
    ("GLIBCXX_3.4.14", "4.5"),
    ("GLIBCXX_3.4.15", "4.6"),
    ("GLIBCXX_3.4.16", "4.6"),
    ("GLIBCXX_3.4.17", "4.7"),
    ("GLIBCXX_3.4.18", "4.8"),
    ("GLIBCXX_3.4.19", "4.8"),
    ("GLIBCXX_3.4.20", "4.9"),
    ("GLIBCXX_3.4.21", "5.2"),
    ("GLIBCXX_3.4.22", "6"),
    ("GLIBCXX_3.4.23", "10.2"),
    ("GLIBCXX_3.4.24", "7"),
    ("GLIBCXX_3.4.25", "8"),
    ("GLIBCXX_3.4.26", "9"),
    ("GLIBCXX_3.4.27", "9.1"),
    ("GLIBCXX_3.4.28", "10.2"),
    ("GLIBCXX_3.4.29", "11"),
    ("GLIBCXX_3.4.30", "12"),
    ("GLIBCXX_3.4.31", "13"),
    ("GLIBCXX_3.4.32", "13.1"),
    ("GLIBCXX_3.4.33", "14"),
    ("CXXABI_FLOAT128", "5"),
    ("CXXABI_TM_1", "4.7"),
    ("CXXABI_1.3", "4.1.1"),
    ("CXXABI_1.3.1", "4.1.1"),
    ("CXXABI_1.3.2", "4.3"),
    ("CXXABI_1.3.3", "4.3"),
    ("CXXABI_1.3.4", "4.3"),
    ("CXXABI_1.3.5", "4.3"),
    ("CXXABI_1.3.6", "4.3"),
    ("CXXABI_1.3.7", "4.3"),
    ("CXXABI_1.3.8", "4.3"),
    ("CXXABI_1.3.9", "5"),
    ("CXXABI_1.3.10", "6"),
    ("CXXABI_1.3.11", "10.2"),
    ("CXXABI_1.3.12", "9"),
    ("CXXABI_1.3.13", "11"),
    ("CXXABI_1.3.14", "13"),
    ("CXXABI_1.3.15", "14"),
];

/// The library with a soname, where wheels may take it from the host.
pub fn library(soname: &str) -> Option<Library> {
    // The loader is glibc's, by a name for each architecture: `ld-linux-x86-64.so.2`.
    let loader = if soname.starts_with("ld-linux") { Some(&("", "libc6", None)) } else { None };
    let found = LIBRARIES.iter().find(|(name, ..)| *name == soname).or(loader)?;
    let (_, package, base) = *found;
    let versions: &[(&str, &str)] = if package == "libstdc++6" { &CPLUSPLUS } else { &[] };
    Some(Library::of_versions(package, base, versions.iter().copied()))
}

/// Since when a package has a version of its symbols that is named after one of the package.
pub(super) fn since(soname: &str, version: &str) -> Option<(String, String)> {
    let (template, _) = library(soname)?.least()?;
    let (start, epoch) = match template.split(' ').next()? {
        "libc6" => ("GLIBC_", ""),
        "libgcc-s1" => ("GCC_", ""),
        "zlib1g" => ("ZLIB_", "1:"),
        _ => return None,
    };
    let since = version.strip_prefix(start)?;
    since.starts_with(|c: char| c.is_ascii_digit()).then(|| (template, format!("{epoch}{since}")))
}
