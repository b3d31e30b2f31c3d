//! An apt repository to look things up in: a directory, or an address.

use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::RootCerts;
use ureq::tls::TlsConfig;

use crate::host::Error as HostError;
use crate::host::env::Env;
use crate::types::apt_source::Root;
use crate::types::percent::encoded;

/// How long a server may take to answer, and to say the next bytes.
const PATIENCE: Duration = Duration::from_secs(30);
/// The suites of a directory may lie this deep below `dists`: `bookworm/updates`.
const DEEPEST_SUITE: usize = 2;

/// Where files are read from, by their path below the root.
#[derive(Clone)]
pub enum Repository {
    /// A directory.
    Directory(PathBuf),
    /// An address, without the slash at its end.
    Web(Agent, String),
}

/// Why a file of a repository cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The disk refused.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The server did not answer, or not as it should.
    #[error("failed to fetch `{url}`")]
    Web {
        /// What was asked for.
        url: String,
        /// Why.
        source: Box<ureq::Error>,
    },
}

impl Error {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Host(error) => error.hint(),
            Self::Web { source, .. } if matches!(**source, ureq::Error::StatusCode(401 | 403)) => {
                Some("give name and password in the address: `https://NAME:PASSWORD@…`".to_owned())
            }
            Self::Web { .. } => None,
        }
    }
}

impl Repository {
    /// The repository at a root. Nothing is read yet, but a directory has to be there.
    pub fn open(root: &Root, env: &Env) -> Result<Self, Error> {
        match root {
            Root::Directory(path) => {
                let path = env.resolve(Path::new(path));
                std::fs::read_dir(&path).map_err(|error| HostError::new("read", &path, error))?;
                Ok(Self::Directory(path))
            }
            Root::Web(url) => {
                // A company's own certificates are where the machine keeps those that it trusts.
                let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
                let agent = Agent::config_builder()
                    .tls_config(tls)
                    .user_agent(concat!("mkdeb/", env!("CARGO_PKG_VERSION")))
                    .timeout_connect(Some(PATIENCE))
                    .timeout_recv_response(Some(PATIENCE))
                    .timeout_per_read(Some(PATIENCE))
                    .build();
                Ok(Self::Web(agent.into(), url.clone()))
            }
        }
    }

    /// Opens the file at a path; none where there is none.
    pub fn read(&self, path: &str) -> Result<Option<Box<dyn Read>>, Error> {
        match self {
            Self::Directory(root) => {
                let path = root.join(path);
                match File::open(&path) {
                    Ok(file) => Ok(Some(Box::new(file))),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
                    Err(error) => Err(HostError::new("read", &path, error).into()),
                }
            }
            Self::Web(agent, root) => {
                let url = address(root, path);
                match agent.get(&url).call() {
                    Ok(response) => Ok(Some(Box::new(response.into_body().into_reader()))),
                    Err(ureq::Error::StatusCode(404 | 410)) => Ok(None),
                    Err(source) => Err(Error::Web { url: shown(&url), source: Box::new(source) }),
                }
            }
        }
    }

    /// Whether a file is there.
    pub fn has(&self, path: &str) -> Result<bool, Error> {
        match self {
            Self::Directory(root) => Ok(root.join(path).is_file()),
            Self::Web(agent, root) => {
                let url = address(root, path);
                // Not every store answers strangers to HEAD.
                match agent.get(&url).header("Range", "bytes=0-0").call() {
                    Ok(_) | Err(ureq::Error::StatusCode(416)) => Ok(true),
                    // Some stores tell strangers nothing of what is not there.
                    Err(ureq::Error::StatusCode(403 | 404 | 410)) => Ok(false),
                    Err(source) => Err(Error::Web { url: shown(&url), source: Box::new(source) }),
                }
            }
        }
    }

    /// The size of the file at a path in bytes, where that is told beforehand: on this machine.
    pub fn size(&self, path: &str) -> Result<Option<u64>, Error> {
        let Self::Directory(root) = self else { return Ok(None) };
        let path = root.join(path);
        let metadata = std::fs::metadata(&path).map_err(|error| HostError::new("read", &path, error))?;
        Ok(Some(metadata.len()))
    }

    /// What a file is called in messages: a path of this machine, or an address without its password.
    pub fn spelled(&self, path: &str) -> String {
        match self {
            Self::Directory(root) => root.join(path).display().to_string(),
            Self::Web(_, root) => shown(&format!("{root}/{path}")),
        }
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        matches!(self, Self::Directory(_))
    }

    /// The suites of a directory, sorted; an address does not list its own.
    pub fn suites(&self) -> Vec<String> {
        let Self::Directory(root) = self else { return Vec::new() };
        let dists = root.join("dists");
        let walk = walkdir::WalkDir::new(&dists).min_depth(1).max_depth(DEEPEST_SUITE).sort_by_file_name();
        let directories = walk.into_iter().filter_map(Result::ok).filter(|entry| entry.path().is_dir());
        let suites = directories
            .filter(|entry| ["InRelease", "Release"].iter().any(|name| entry.path().join(name).is_file()));
        let name = |path: &Path| Some(path.strip_prefix(&dists).ok()?.to_str()?.to_owned());
        suites.filter_map(|entry| name(entry.path())).collect()
    }
}

/// Where a file is: apt escapes too what could be taken for something else, above all `+`, which stores take for a
/// blank.
fn address(root: &str, path: &str) -> String {
    format!("{root}/{}", encoded(path, b"/"))
}

/// An address without name and password.
fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let host = rest[..end].rfind('@').map_or(0, |at| at + 1);
    format!("{scheme}://{}", &rest[host..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown_and_no_plus_becomes_a_blank() {
        assert_eq!(shown("https://me:p@ss@apt.example.com/a@b"), "https://apt.example.com/a@b");
        assert_eq!(shown("http://127.0.0.1:80/x"), "http://127.0.0.1:80/x");
        assert_eq!(address("https://x", "pool/a+b_1%3a~2.deb"), "https://x/pool/a%2Bb_1%253a~2.deb");
    }
}
