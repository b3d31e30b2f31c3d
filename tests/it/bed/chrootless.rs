//! dpkg on a directory of its own: no root, no superuser, a fraction of a second.
//!
//! Maintainer scripts run on this machine and must honour `DPKG_ROOT`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{Output, missing};

/// An empty system that dpkg installs into; no package is there to begin with.
#[derive(Debug)]
pub struct Chrootless {
    dir: tempfile::TempDir,
}

impl Chrootless {
    #[track_caller]
    pub fn new() -> Option<Chrootless> {
        if !Path::new("/usr/bin/dpkg").exists() {
            return missing("`dpkg`");
        }
        let dir = tempfile::tempdir().unwrap();
        for name in ["root", "db/info", "db/updates"] {
            fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        fs::write(dir.path().join("db/status"), "").unwrap();
        Some(Chrootless { dir })
    }

    /// Where packages land.
    pub fn path(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    /// Runs dpkg with further words.
    pub fn dpkg(&self, words: &[&str]) -> Output {
        self.dpkg_within("300", words)
    }

    /// The same for at most so many seconds, after which the status is 124.
    pub fn dpkg_within(&self, seconds: &str, words: &[&str]) -> Output {
        let mut command = Command::new("timeout");
        command.args(["--kill-after=5", seconds, "/usr/bin/dpkg"]);
        command.arg("--admindir").arg(self.dir.path().join("db")).arg("--instdir").arg(self.path());
        command.args(["--force-not-root", "--force-script-chrootless", "--force-unsafe-io"]);
        // It looks for programs of the superuser, which a user's PATH need not hold.
        command.args(["--force-bad-path", "--log=/dev/null"]).args(words);
        command.env("LC_ALL", "C.UTF-8").stdin(Stdio::null());
        command.output().unwrap().into()
    }

    /// Installs a package without regard to what it depends on.
    #[track_caller]
    pub fn install(&self, deb: &Path) -> String {
        self.dpkg(&["--force-depends", "--install", deb.to_str().unwrap()]).ok("dpkg --install")
    }
}
