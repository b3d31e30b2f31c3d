//! What a command inside a bed did.

use std::process::{self, ExitStatus};

/// A finished command, its output as text.
#[derive(Debug)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Output {
    /// Everything it said, standard output first.
    pub fn text(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    pub fn success(&self) -> bool {
        self.status.success()
    }

    /// Standard output of a command that must succeed.
    #[track_caller]
    pub fn ok(self, what: &str) -> String {
        assert!(self.success(), "`{what}` failed, {}\n{}", self.status, self.text());
        self.stdout
    }
}

impl From<process::Output> for Output {
    fn from(output: process::Output) -> Self {
        Output {
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
