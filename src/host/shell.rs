//! The shell of the build host, asked about syntax and never to run anything.

use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;

use crate::host::Error;

/// What `sh -n` has against a script; none when it parses.
pub fn complaint(text: &[u8]) -> Result<Option<String>, Error> {
    let wrap = |error| Error::new("check a script with", Path::new("sh"), error);
    let mut child = Command::new("sh")
        .arg("-n")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(wrap)?;
    if let Some(mut input) = child.stdin.take() {
        // A shell that stops reading at an error says so below.
        let _ = input.write_all(text);
    }
    let output = child.wait_with_output().map_err(wrap)?;
    if output.status.success() {
        return Ok(None);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Ok(Some(said.lines().next().unwrap_or("it does not parse").to_owned()))
}
