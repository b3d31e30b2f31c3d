//! A package that was just written, read whole: its entries, and the digests of their bodies.

use mkdeb::archive::tar::read::Kind;
use mkdeb::deb::problem::Problem;
use mkdeb::deb::read::Deb;
use mkdeb::deb::read::Entry;
use mkdeb::deb::read::Error;
use mkdeb::deb::read::Limits;
use mkdeb::deb::read::Reader;
use mkdeb::types::digest::Md5;

/// A package with nothing odd about its container.
#[derive(Debug)]
pub struct Whole {
    pub deb: Deb,
    /// The entries of data.tar in order, files with the digests of their bodies.
    pub entries: Vec<(Entry, Option<Md5>)>,
}

/// Reads a package to its end.
pub fn whole(mut bytes: &[u8]) -> Result<Whole, Error> {
    let mut entries = Vec::new();
    let deb = Reader::open(&mut bytes, &Limits::OWN)?.walk::<Error>(&mut |entry, body| {
        let mut text = Vec::new();
        body.read_to_end(&mut text).map_err(|source| Error::body(&entry.header.path, source))?;
        let is_file = entry.header.kind == Kind::File;
        entries.push((entry, is_file.then(|| Md5::of(&text))));
        Ok(())
    })?;
    let is_odd = |problem: &&Problem| matches!(problem, Problem::Container(_) | Problem::Trailing(_));
    let odd = deb.problems.iter().find(is_odd).cloned();
    match odd {
        Some(problem) => Err(Error::Odd(problem)),
        None => Ok(Whole { deb, entries }),
    }
}
