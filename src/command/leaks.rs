//! What of the machine that builds must not be in a package: its paths, and the passwords of its indices.
//!
//! Knows which they are and what kind. Finding them is for the writer, which sees every body anyhow.

use std::os::unix::ffi::OsStringExt;
use std::path::Path;
use std::path::PathBuf;

use crate::content::credentials;
use crate::content::credentials::Login;
use crate::deb::write::Leak;
use crate::host::env::Env;
use crate::plan::Note;
use crate::plan::Origin;
use crate::plan::Plan;
use crate::source::Sources;

/// Where CI systems say that the checkout lies: GitHub, GitLab, Jenkins, Azure.
const WORKSPACES: [&str; 4] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", "WORKSPACE", "BUILD_SOURCESDIRECTORY"];
/// Where pip and uv find the addresses of indices.
const INDICES: [&str; 5] =
    ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_INDEX"];
/// Shorter ones are there by chance.
const SHORTEST: usize = 6;

/// What a needle is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Where the virtualenv was made.
    BuildPrefix,
    /// Where mkdeb runs.
    WorkingDirectory,
    /// `$HOME`.
    Home,
    /// Where the inputs and the manifest lie, and what a CI calls its workspace.
    Workspace,
    /// The password of an index.
    Credentials,
}

impl Class {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::BuildPrefix => "build prefix",
            Self::WorkingDirectory => "working directory",
            Self::Home => "home",
            Self::Workspace => "workspace",
            Self::Credentials => "credentials",
        }
    }

    /// The class with a name.
    pub fn named(name: &str) -> Option<Self> {
        let all = [Self::BuildPrefix, Self::WorkingDirectory, Self::Home, Self::Workspace, Self::Credentials];
        all.into_iter().find(|class| class.name() == name)
    }
}

/// Bytes that must not be in a payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::command) struct Needle {
    /// The bytes.
    pub bytes: Vec<u8>,
    class: Class,
    /// What it is called: the path, or the variable that holds the password.
    name: String,
}

/// All of them, each once, of several classes in the first.
pub(in crate::command) fn needles(plan: &Plan, sources: &Sources, base: &Path, env: &Env) -> Vec<Needle> {
    let mut paths: Vec<(Class, PathBuf)> = Vec::new();
    let mut add = |class, path: &Path| {
        // As it was given, and as programs write it down that ask the system.
        paths.extend([(class, env.resolve(path)), (class, env.canonical(path))]);
    };
    plan.old_prefixes.iter().for_each(|prefix| add(Class::BuildPrefix, Path::new(prefix)));
    add(Class::WorkingDirectory, &env.dir);
    let var = |name: &str| env.var(name).filter(|value| value.starts_with('/'));
    var("HOME").iter().for_each(|home| add(Class::Home, Path::new(home)));
    add(Class::Workspace, base);
    let trees = std::iter::once(&sources.app).chain(&sources.trees);
    let trees = trees.map(|tree| tree.location.clone()).filter(|location| !location.is_empty());
    trees.chain(WORKSPACES.iter().filter_map(|name| var(name))).for_each(|path| {
        add(Class::Workspace, Path::new(&path));
    });
    let mut needles: Vec<Needle> = Vec::new();
    for (class, path) in paths {
        let bytes = path.into_os_string().into_vec();
        let bytes = bytes.strip_suffix(b"/").map_or(&bytes[..], |stripped| stripped).to_vec();
        let name = String::from_utf8_lossy(&bytes).into_owned();
        needles.push(Needle { bytes, class, name });
    }
    // Directories as short as `/root` or `/` are everywhere by accident and tell nothing.
    needles.retain(|Needle { bytes, .. }| {
        bytes.len() > 5 && bytes.iter().filter(|byte| **byte == b'/').count() > 1
    });
    needles.extend(passwords(env));
    let mut seen = std::collections::BTreeSet::new();
    needles.retain(|needle| seen.insert(needle.bytes.clone()));
    needles
}

/// The passwords of indices that the environment has, as they are written in addresses and as they are.
fn passwords(env: &Env) -> Vec<Needle> {
    let of_uv = |name: &str| name.starts_with("UV_INDEX_") && name.ends_with("_PASSWORD");
    let mut found = Vec::new();
    for (name, value) in &env.vars {
        let mut add = |bytes: Vec<u8>| {
            if bytes.len() >= SHORTEST {
                found.push(Needle { bytes, class: Class::Credentials, name: name.clone() });
            }
        };
        if INDICES.contains(&name.as_str()) {
            for password in credentials::of_addresses(value).filter_map(|login: Login<'_>| login.password()) {
                credentials::decoded(password).into_iter().for_each(&mut add);
                add(password.as_bytes().to_vec());
            }
        } else if of_uv(name) {
            add(value.clone().into_bytes());
        }
    }
    found
}

/// What leaks, in words. A password is called by its variable.
pub(in crate::command) fn notes(leaks: &[Leak], needles: &[Needle]) -> Vec<Note> {
    let note = |leak: &Leak| {
        let Needle { class, name, .. } = &needles[leak.needle];
        let text = match class {
            Class::Credentials => format!("the password of `{name}` is in it"),
            class => format!("the {} `{name}` of this machine is left in it", class.name()),
        };
        Note { origin: Origin::Leak(class.name()), ..Note::warning(&format!("/{}", leak.path), text) }
    };
    leaks.iter().map(note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_indices_are_taken_as_written_and_as_they_are() {
        let variables = [
            ("PIP_INDEX_URL", "https://ci:p%40ssword@a.example/simple"),
            ("PIP_EXTRA_INDEX_URL", "https://b.example/ https://ci:second-one@c.example/"),
            ("UV_INDEX", "ours=https://ci:third-one@d.example/ https://ci:short@e.example/"),
            ("UV_INDEX_OURS_PASSWORD", "fourth-one"),
            ("UV_INDEX_OURS_USERNAME", "somebody"),
            ("OTHER", "https://ci:fifth-one@f.example/"),
        ];
        let vars = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let env = Env { dir: PathBuf::from("/"), vars, cores: 1 };
        let found = passwords(&env);
        let told: Vec<(&str, &str)> = found
            .iter()
            .map(|needle| (needle.name.as_str(), std::str::from_utf8(&needle.bytes).expect("text")))
            .collect();
        assert_eq!(
            told,
            [
                ("PIP_EXTRA_INDEX_URL", "second-one"),
                ("PIP_INDEX_URL", "p@ssword"),
                ("PIP_INDEX_URL", "p%40ssword"),
                ("UV_INDEX", "third-one"),
                ("UV_INDEX_OURS_PASSWORD", "fourth-one"),
            ]
        );
    }
}
