//! Packages of a trial: what each says and brings, and the order in which dpkg takes them.

use std::collections::BTreeSet;
use std::path::Path;
use std::path::PathBuf;

use crate::archive::tar::read::Kind;
use crate::command::failure::Failure;
use crate::command::inspect;
use crate::command::trial::error::Error;
use crate::control::deb822::Paragraph;
use crate::control::given;
use crate::deb::read;
use crate::deb::read::Limits;
use crate::deb::read::Reader;
use crate::deb::read::undotted;
use crate::host::deb_file::DebFile;
use crate::host::env::Env;
use crate::host::input::budget::DEFAULT_UNPACKED;
use crate::host::watch::Watch;
use crate::types::relation::Relation;

/// Where a release of mkdeb's layouts checks that it can start.
const PREFLIGHT: &str = "/.mkdeb/preflight.py";

/// A package of a trial.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Its file.
    pub file: PathBuf,
    /// `Package`.
    pub name: String,
    /// `Version`.
    pub version: String,
    /// The packages that it names in `Pre-Depends`, and those in `Depends`; of alternatives the first.
    before: Vec<String>,
    beside: Vec<String>,
    /// Its paths on the host.
    pub paths: BTreeSet<String>,
    /// The files among them that check whether a release can start.
    pub preflights: Vec<String>,
}

impl Candidate {
    /// Reads it.
    pub fn read(file: &Path, env: &Env, watch: &Watch) -> Result<Self, Failure> {
        let mut input = DebFile::open(file, env, watch)?;
        let failed = |source| inspect::Error::Package { file: file.display().to_string(), source };
        let limits = Limits::of_stranger(DEFAULT_UNPACKED);
        let reader = Reader::open(&mut input.reader, &limits).map_err(failed)?;
        let control = reader.deb().control.clone();
        let given = given::check(control.as_bytes())
            .map_err(|source| Error::Control { file: file.to_owned(), source })?;
        let (mut paths, mut preflights) = (BTreeSet::new(), Vec::new());
        let walked = reader.walk::<read::Error>(&mut |entry, _| {
            let path = String::from_utf8_lossy(undotted(&entry.header.path)).into_owned();
            let path = format!("/{}", path.trim_end_matches('/'));
            if entry.header.kind == Kind::File && path.ends_with(PREFLIGHT) {
                preflights.push(path.clone());
            }
            paths.insert(path);
            Ok(())
        });
        walked.map_err(failed)?;
        let fields = Paragraph::salvaged(&control);
        let (before, beside) = (named(&fields, "Pre-Depends"), named(&fields, "Depends"));
        let (name, version) = (given.package, given.version);
        Ok(Self { file: file.to_owned(), name, version, before, beside, paths, preflights })
    }

    /// The packages that it needs, without the essential ones, which need not be said.
    pub fn needs(&self) -> impl Iterator<Item = &String> {
        self.before.iter().chain(&self.beside)
    }
}

fn named(fields: &Paragraph, field: &str) -> Vec<String> {
    let relations = fields.get(field).unwrap_or_default().split(',');
    let relations = relations.filter_map(|text| text.trim().parse::<Relation>().ok());
    relations.filter_map(|relation| relation.names().next().map(ToString::to_string)).collect()
}

/// Reads packages of which no two have one name.
pub fn read(files: &[PathBuf], env: &Env, watch: &Watch) -> Result<Vec<Candidate>, Failure> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for file in files {
        let candidate = Candidate::read(file, env, watch)?;
        if let Some(first) = candidates.iter().find(|other| other.name == candidate.name) {
            let name = candidate.name;
            return Err(Error::Twice { name, first: first.file.clone(), second: candidate.file }.into());
        }
        candidates.push(candidate);
    }
    Ok(candidates)
}

/// The calls of dpkg that install them all: what is named in `Pre-Depends` has to be configured before a package is
/// unpacked, which no single call does (dpkg(1)).
pub fn calls<'a>(candidates: &[&'a Candidate]) -> Vec<Vec<&'a Candidate>> {
    let mut levels = vec![0_usize; candidates.len()];
    // As many rounds as there are packages settle whatever has no circle; a circle is for dpkg to complain of.
    for _ in candidates {
        for (number, candidate) in candidates.iter().enumerate() {
            for (other, there) in candidates.iter().enumerate() {
                if candidate.before.contains(&there.name) {
                    levels[number] = levels[number].max(levels[other] + 1);
                } else if candidate.beside.contains(&there.name) {
                    levels[number] = levels[number].max(levels[other]);
                }
            }
        }
    }
    let mut known: Vec<usize> = levels.clone();
    known.sort_unstable();
    known.dedup();
    let of = |level: &usize| {
        let here = candidates.iter().zip(&levels).filter(|(_, own)| *own == level);
        here.map(|(candidate, _)| *candidate).collect()
    };
    known.iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(name: &str, before: &[&str], beside: &[&str]) -> Candidate {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Candidate {
            file: PathBuf::new(),
            name: name.to_owned(),
            version: "1".to_owned(),
            before: owned(before),
            beside: owned(beside),
            paths: BTreeSet::new(),
            preflights: Vec::new(),
        }
    }

    fn order(candidates: &[Candidate]) -> String {
        let all: Vec<&Candidate> = candidates.iter().collect();
        let names = |call: &Vec<&Candidate>| {
            call.iter().map(|candidate| candidate.name.as_str()).collect::<Vec<_>>().join(" ")
        };
        calls(&all).iter().map(names).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn what_has_to_be_configured_first_is_a_call_of_its_own() {
        let split = [
            candidate("orders", &["orders-release-1"], &[]),
            candidate("orders-venv-a", &[], &["python3"]),
            candidate("orders-release-1", &[], &["orders-venv-a"]),
        ];
        assert_eq!(order(&split), "orders-venv-a orders-release-1 | orders");
        let late = [candidate("a", &["b"], &[]), candidate("b", &[], &[]), candidate("c", &[], &["a"])];
        assert_eq!(order(&late), "b | a c");
        assert_eq!(order(&[candidate("a", &[], &["b"]), candidate("b", &[], &["a"])]), "a b");
        assert_eq!(order(&[]), "");
    }

    #[test]
    fn a_circle_of_pre_dependencies_ends() {
        let circle = [candidate("a", &["b"], &[]), candidate("b", &["a"], &[])];
        assert!(order(&circle).contains('a'));
    }
}
