//! What is known of libraries without the build host's packages, beside what Debian's packages say.

use std::fs;

use mkdeb::content::shared_library::{Library, spelled, symbols};
use mkdeb::plan::shared::baseline;

use crate::bed::{Root, Suite, need};

#[test]
fn the_table_is_what_bookworm_and_trixie_say() {
    for suite in [Suite::Bookworm, Suite::Trixie] {
        let root = need!(Root::new(suite));
        let file = |package: &str| {
            let path = root.path().join(format!("var/lib/dpkg/info/{package}:amd64.symbols"));
            symbols(&fs::read_to_string(path).unwrap())
        };
        let mut versions = 0;
        for (package, soname) in
            [("libstdc++6", "libstdc++.so.6"), ("libgcc-s1", "libgcc_s.so.1"), ("zlib1g", "libz.so.1")]
        {
            let (theirs, ours) = (file(package).remove(soname).unwrap(), baseline::library(soname).unwrap());
            let least = |library: &Library| library.least().map(|need| spelled(&need));
            assert_eq!(least(&ours), least(&theirs), "{soname}");
            if package != "libstdc++6" {
                continue;
            }
            let minor = (1..60).map(|minor| format!("GLIBCXX_3.4.{minor}"));
            for version in minor.chain((1..30).map(|minor| format!("CXXABI_1.3.{minor}"))) {
                if let Some(need) = theirs.version(&version) {
                    assert_eq!(
                        ours.version(&version).map(|need| spelled(&need)),
                        Some(spelled(&need)),
                        "{version}"
                    );
                    versions += 1;
                }
            }
        }
        assert!(versions >= 40, "{versions}");
    }
}
