//! The virtualenvs in a package, by what passes while it is read: their Python and their distributions.
//!
//! Works for any package, whoever made it. What was relocated is known where the package says it.

use std::collections::BTreeMap;
use std::io;
use std::io::Read;

use crate::archive::tar::read::Kind;
use crate::archive::tar::read::Member;
use crate::content::lock::DistributionName;
use crate::content::pyvenv_cfg::PyvenvCfg;
use crate::content::relocation;
use crate::content::relocation::Relocation;
use crate::deb::read::undotted;
use crate::types::digest::Sha256;

/// How much of a METADATA or `pyvenv.cfg` is read; name and version stand at the beginning (PEP 566).
const LARGEST_HEAD: u64 = 16 << 10;
/// The longest name or version that is taken, in bytes.
const LONGEST_WORD: usize = 256;
/// The most virtualenvs that are told of one package.
const MOST_VENVS: usize = 100;
/// The most distributions and links that are kept of one package.
const MOST: usize = 10_000;

/// A virtualenv, found by its `pyvenv.cfg`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Virtualenv {
    /// Where it lies, absolute; bytes that are not UTF-8 are replaced.
    pub path: String,
    /// The version that its `pyvenv.cfg` gives, or the X.Y of its library.
    pub python: Option<String>,
    /// What `bin/python` leads to, outside of the virtualenv.
    pub interpreter: Option<String>,
    /// What is installed in it, by name.
    pub distributions: Vec<Distribution>,
    /// What was changed for its place, where the package says it.
    pub relocation: Option<Relocation>,
}

/// An installed distribution, found by its `.dist-info`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Distribution {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its license: an expression of SPDX's, or the author's words.
    pub license: Option<String>,
    /// The SHA-256 digest of its RECORD, which has those of all its files.
    pub record: Option<String>,
}

impl Distribution {
    /// Its name as indices and locks know it (PEP 503).
    pub fn normal(&self) -> String {
        let parsed = self.name.parse::<DistributionName>();
        parsed.map_or_else(|_| self.name.to_lowercase(), |name| name.to_string())
    }
}

/// Collects what tells of virtualenvs, entry by entry.
#[derive(Debug, Default)]
pub struct Collector {
    /// `pyvenv.cfg` by the directory it lies in; none where it is no text.
    configs: BTreeMap<Vec<u8>, Option<PyvenvCfg>>,
    /// Distributions by their `.dist-info` directory.
    distributions: BTreeMap<Vec<u8>, Distribution>,
    /// Digests of RECORD by the directory it lies in.
    records: BTreeMap<Vec<u8>, String>,
    /// Targets of `bin/python…`, by path.
    interpreters: BTreeMap<Vec<u8>, Vec<u8>>,
    relocations: Vec<Relocation>,
}

impl Collector {
    /// Looks at an entry of data.tar and, where it tells something, at its body.
    pub fn see(&mut self, header: &Member, body: &mut dyn Read) -> io::Result<()> {
        let path = undotted(&header.path);
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let (directory, name) = split(path);
        match &header.kind {
            Kind::File if name == b"pyvenv.cfg" && self.configs.len() < MOST_VENVS => {
                let config = PyvenvCfg::parse(&head(body)?).ok();
                self.configs.insert(directory.to_vec(), config);
            }
            Kind::File if name == b"METADATA" => self.see_metadata(directory, body)?,
            Kind::File
                if name == b"RECORD" && directory.ends_with(b".dist-info") && self.records.len() < MOST =>
            {
                let (digest, _) = Sha256::of_reader(body)?;
                self.records.insert(directory.to_vec(), digest.to_string());
            }
            Kind::File if is_record(path) && header.size <= relocation::LARGEST => {
                let mut text = Vec::new();
                body.read_to_end(&mut text)?;
                self.relocations
                    .extend(Relocation::parse(&text).filter(|_| self.relocations.len() < MOST_VENVS));
            }
            Kind::Symlink(target) if is_interpreter(directory, name) && self.interpreters.len() < MOST => {
                self.interpreters.insert(path.to_vec(), target.clone());
            }
            _ => {}
        }
        Ok(())
    }

    fn see_metadata(&mut self, directory: &[u8], body: &mut dyn Read) -> io::Result<()> {
        let Some(stem) = split(directory).1.strip_suffix(b".dist-info") else { return Ok(()) };
        if !split(directory).0.ends_with(b"/site-packages") || self.distributions.len() == MOST {
            return Ok(());
        }
        let text = head(body)?;
        let text = String::from_utf8_lossy(&text);
        let field = |name: &str| {
            let lines = text.lines().take_while(|line| !line.is_empty());
            let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            values.next().map(|value| value.trim().to_owned()).filter(|value| is_word(value))
        };
        // The directory is named after both, normalised (PEP 376, PEP 503).
        let stem = String::from_utf8_lossy(stem).into_owned();
        let (stem_name, stem_version) = stem.rsplit_once('-').unwrap_or((&stem, ""));
        let name = field("Name").unwrap_or_else(|| stem_name.to_owned());
        let version = field("Version").unwrap_or_else(|| stem_version.to_owned());
        if is_word(&name) {
            let found = Distribution { name, version, license: license(&text), record: None };
            self.distributions.insert(directory.to_vec(), found);
        }
        Ok(())
    }

    /// The virtualenvs, by path.
    pub fn finish(self) -> Vec<Virtualenv> {
        self.configs.iter().map(|(directory, config)| self.virtualenv(directory, config.as_ref())).collect()
    }

    fn virtualenv(&self, directory: &[u8], config: Option<&PyvenvCfg>) -> Virtualenv {
        let lib = [directory, b"/lib/"].concat();
        let installed = self.distributions.range(lib.clone()..);
        let installed: Vec<_> = installed.take_while(|(path, _)| path.starts_with(&lib)).collect();
        // Whatever is nested deeper is another virtualenv's, or vendored.
        let library = |path: &[u8]| {
            let mut parts = path[lib.len()..].split(|byte| *byte == b'/');
            let version = parts.next()?.strip_prefix(b"python")?;
            (parts.next()? == b"site-packages" && parts.count() == 1).then(|| lossy(version))
        };
        let mut distributions: Vec<Distribution> = Vec::new();
        let mut python = config.and_then(|config| config.value("version").or(config.value("version_info")));
        let found = installed.iter().find_map(|(path, _)| library(path));
        python = python.or(found.as_deref());
        distributions.extend(installed.iter().filter(|(path, _)| library(path).is_some()).map(
            |(path, found)| Distribution { record: self.records.get(*path).cloned(), ..(*found).clone() },
        ));
        distributions
            .sort_by_cached_key(|distribution| (distribution.name.to_lowercase(), distribution.clone()));
        let path = format!("/{}", lossy(directory));
        Virtualenv {
            python: python.filter(|python| is_word(python)).map(str::to_owned),
            interpreter: self.interpreter(directory),
            distributions,
            relocation: self.relocations.iter().find(|relocation| relocation.prefix == path).cloned(),
            path,
        }
    }

    /// Follows links beside each other until one leads elsewhere.
    fn interpreter(&self, directory: &[u8]) -> Option<String> {
        let mut name = b"python".to_vec();
        // `python`, `python3` and `python3.11` are links to one another in some order.
        for _ in 0..4 {
            let target = self.interpreters.get(&[directory, b"/bin/", &name].concat())?;
            if target.contains(&b'/') {
                return Some(lossy(target));
            }
            name.clone_from(target);
        }
        None
    }
}

/// The license that metadata give: as an expression (PEP 639), by their classifiers, or in the author's words.
fn license(text: &str) -> Option<String> {
    let lines = || text.lines().take_while(|line| !line.is_empty());
    let values = |name: &'static str| lines().filter_map(move |line| line.strip_prefix(name).map(str::trim));
    let given = |value: &&str| is_word(value) && !value.eq_ignore_ascii_case("unknown");
    let classified: Vec<&str> = values("Classifier: License ::")
        .filter_map(|value| value.rsplit(" :: ").next())
        .filter(given)
        .collect();
    let expression = values("License-Expression:").find(given).map(str::to_owned);
    let classified = (!classified.is_empty()).then(|| classified.join(", "));
    expression.or(classified).or_else(|| values("License:").find(given).map(str::to_owned))
}

fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}

fn is_record(path: &[u8]) -> bool {
    let (directory, name) = split(path);
    name == Relocation::NAME.as_bytes() && split(directory).0 == b"usr/share/doc"
}

fn is_interpreter(directory: &[u8], name: &[u8]) -> bool {
    directory.ends_with(b"/bin") && name.starts_with(b"python")
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_WORD
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn head(body: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    body.take(LARGEST_HEAD).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(path: &str, kind: Kind, body: &[u8]) -> Member {
        let size = body.len() as u64;
        let (path, owner) = (path.as_bytes().to_vec(), Default::default());
        Member { path, kind, mode: 0o644, mtime: 0, size, offset: 0, owner }
    }

    fn collected(entries: &[(&str, Kind, &[u8])]) -> Vec<Virtualenv> {
        let mut collector = Collector::default();
        for (path, kind, body) in entries {
            collector.see(&member(path, kind.clone(), body), &mut &body[..]).expect("memory");
        }
        collector.finish()
    }

    #[test]
    fn a_virtualenv_is_known_by_what_lies_in_it() {
        let relocation =
            r#"{"prefix":"/opt/x/venv","python":"3.11","interpreter":"i","files":{"scripts":2}}"#;
        let found = collected(&[
            ("./usr/share/doc/x/virtualenv.json", Kind::File, relocation.as_bytes()),
            ("./opt/x/venv/bin/python3", Kind::Symlink(b"python".to_vec()), b""),
            ("./opt/x/venv/bin/python", Kind::Symlink(b"/usr/bin/python3.11".to_vec()), b""),
            (
                "./opt/x/venv/lib/python3.11/site-packages/zope-1.dist-info/METADATA",
                Kind::File,
                b"Metadata-Version: 2.1\n",
            ),
            (
                "./opt/x/venv/lib/python3.11/site-packages/a_b-2.0.dist-info/METADATA",
                Kind::File,
                b"Name: A.b\nVersion: 2.0\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n\nName: text\n",
            ),
            // Vendored, and of another place.
            (
                "./opt/x/venv/lib/python3.11/site-packages/v/site-packages/c-1.dist-info/METADATA",
                Kind::File,
                b"",
            ),
            ("./usr/lib/python3/dist-packages/d-1.dist-info/METADATA", Kind::File, b""),
            ("./opt/x/venv/pyvenv.cfg", Kind::File, b"home = /usr/bin\nversion = 3.11.2\n"),
        ]);
        let [venv] = &found[..] else { panic!("{found:?}") };
        assert_eq!((venv.path.as_str(), venv.python.as_deref()), ("/opt/x/venv", Some("3.11.2")));
        assert_eq!(venv.interpreter.as_deref(), Some("/usr/bin/python3.11"));
        let shown: Vec<String> =
            venv.distributions.iter().map(|it| format!("{} {}", it.name, it.version)).collect();
        assert_eq!(shown, ["A.b 2.0", "zope 1"]);
        assert_eq!(venv.distributions[0].license.as_deref(), Some("MIT License"));
        assert_eq!(venv.distributions[1].license, None);
        assert_eq!(venv.relocation.as_ref().map(|relocation| relocation.files.scripts), Some(2));
    }

    #[test]
    fn without_a_record_or_a_config_nothing_is_guessed() {
        let found = collected(&[
            ("opt/x/bin/python", Kind::Symlink(b"python3".to_vec()), b""),
            ("opt/x/bin/python3", Kind::Symlink(b"python".to_vec()), b""),
            ("/opt/x/lib/python3.13t/site-packages/e-1.dist-info/METADATA", Kind::File, b""),
            ("opt/x/pyvenv.cfg", Kind::File, b"\xff"),
        ]);
        assert_eq!((found[0].python.as_deref(), &found[0].interpreter), (Some("3.13t"), &None));
        assert_eq!(found[0].relocation, None);
        assert_eq!(
            collected(&[("opt/x/lib/python3/site-packages/e-1.dist-info/METADATA", Kind::File, b"")]),
            []
        );
    }
}
