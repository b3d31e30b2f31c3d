//! Where the bytes of a package are: by the distributions that RECORD says they belong to (PEP 376), and by folders.

use std::collections::BTreeMap;

use crate::content::record;
use crate::page::Subject;
use crate::page::Virtualenv;
use crate::page::holdings::File;
use crate::types::path::led_to;
use crate::types::plural::counted;

/// The most lines that are read of all RECORDs.
const MOST_LINES: usize = 1_000_000;
/// How many shares are told one by one.
const MOST: usize = 24;
/// How often a folder is opened: paths of a hostile package have thousands of them.
const MOST_OPENED: usize = 200;
/// How many parts of a share are.
const MOST_PARTS: usize = 12;

/// A share of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// What it is of.
    pub name: String,
    /// More about that.
    pub detail: String,
    /// All of it: a path, a name with its version.
    pub whole: String,
    /// The bytes of its files.
    pub bytes: u64,
    /// How many files it has.
    pub files: u64,
    /// Where in it its bytes are.
    pub parts: Vec<Share>,
    /// How it is coloured.
    pub kind: Kind,
}

/// What a share is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A Python distribution, or a folder.
    Named,
    /// The application, and what belongs to nothing else.
    Own,
    /// What is too small to be told one by one.
    Others,
}

/// By distributions: what no RECORD names is the virtualenv's, the application's, or the package's.
pub fn by_distribution(subject: &Subject) -> Vec<Share> {
    let owners = owners(subject);
    let mut held = BTreeMap::<Owner<'_>, Vec<&File>>::new();
    for file in &subject.holdings.files {
        held.entry(owner(&file.path, &owners, subject)).or_default().push(file);
    }
    let share = |(owner, files): (Owner<'_>, Vec<&File>)| {
        let kind = if matches!(owner, Owner::Distribution(_)) { Kind::Named } else { Kind::Own };
        let (name, detail) = owner.words(&subject.virtualenvs);
        let parts = gathered(folders(files.clone(), MOST_PARTS / 2), MOST_PARTS, "folders");
        let whole = format!("{name} {detail}");
        Share { name, detail, whole, bytes: bytes(&files), files: files.len() as u64, parts, kind }
    };
    gathered(held.into_iter().map(share).collect(), MOST, "distributions")
}

/// By folders: the largest are opened as long as that tells more.
pub fn by_folder(subject: &Subject) -> Vec<Share> {
    gathered(folders(subject.holdings.files.iter().collect(), MOST), MOST, "folders")
}

/// Whom a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Owner<'a> {
    /// A distribution, by its `.dist-info`.
    Distribution(&'a str),
    Virtualenv,
    Application,
    Package,
}

impl Owner<'_> {
    fn words(self, virtualenvs: &[Virtualenv]) -> (String, String) {
        let own = |name: &str, detail: &str| (name.to_owned(), detail.to_owned());
        match self {
            Self::Distribution(directory) => named(directory, virtualenvs),
            Self::Virtualenv => own("virtualenv", "what no RECORD names"),
            Self::Application => own("application", "the release without its virtualenv"),
            Self::Package => own("package", "what lies elsewhere"),
        }
    }
}

/// The name and the version of a distribution; its directory is named after both, normalised (PEP 503).
fn named(directory: &str, virtualenvs: &[Virtualenv]) -> (String, String) {
    let stem = directory.rsplit('/').next().unwrap_or_default().trim_end_matches(".dist-info");
    let (name, version) = stem.rsplit_once('-').unwrap_or((stem, ""));
    let same = |text: &str| text.to_lowercase().replace(['_', '.'], "-");
    let mut known = virtualenvs.iter().flat_map(|venv| &venv.distributions);
    let known = known.find(|it| same(&it.normal) == same(name));
    let (name, version) = known.map_or((name, version), |it| (&it.name, &it.version));
    (name.to_owned(), version.to_owned())
}

/// The `.dist-info` of each path that a RECORD names.
fn owners(subject: &Subject) -> BTreeMap<String, &str> {
    let (mut owners, mut lines) = (BTreeMap::new(), 0);
    for (directory, text) in &subject.holdings.records {
        // RECORD's paths start beside the `.dist-info`.
        for line in record::parse(text).unwrap_or_default() {
            lines += 1;
            if lines > MOST_LINES {
                return owners;
            }
            let path = led_to(directory, &String::from_utf8_lossy(&line.path));
            owners.entry(path).or_insert(directory.as_str());
        }
    }
    owners
}

fn owner<'a>(path: &str, owners: &BTreeMap<String, &'a str>, subject: &'a Subject) -> Owner<'a> {
    let of = |path: &str| owners.get(path).copied();
    // Bytecode belongs to whom its source does (PEP 3147); uv names none in RECORD.
    let source = || {
        let (directory, name) = path.strip_suffix(".pyc")?.split_once("/__pycache__/")?;
        of(&format!("{directory}/{}.py", name.split('.').next()?))
    };
    let records = &subject.holdings.records;
    let inside = || {
        let end = path.find(".dist-info/")? + ".dist-info".len();
        records.get_key_value(&path[..end]).map(|(directory, _)| directory.as_str())
    };
    if let Some(directory) = of(path).or_else(source).or_else(inside) {
        return Owner::Distribution(directory);
    }
    let is_below =
        |venv: &Virtualenv| path.strip_prefix(venv.path.as_str()).is_some_and(|it| it.starts_with('/'));
    match path {
        _ if subject.virtualenvs.iter().any(is_below) => Owner::Virtualenv,
        path if path.contains("/releases/") => Owner::Application,
        _ => Owner::Package,
    }
}

/// Files below one folder.
struct Folder<'a> {
    path: String,
    files: Vec<&'a File>,
    bytes: u64,
    /// Whether it stays as it is: it falls into crumbs, or is of files that lie in no folder of it.
    is_leaf: bool,
}

/// Opens folders, the largest first, until there are enough.
fn folders(files: Vec<&File>, most: usize) -> Vec<Share> {
    let total = bytes(&files);
    let mut open = vec![Folder { path: String::new(), bytes: total, files, is_leaf: false }];
    for _ in 0..MOST_OPENED {
        let largest = open.iter().enumerate().filter(|(_, folder)| !folder.is_leaf);
        // Of equals the first: the order of paths decides.
        let largest = largest.max_by_key(|(number, folder)| (folder.bytes, usize::MAX - number));
        let Some((number, folder)) = largest.filter(|(_, folder)| folder.bytes > 0) else { break };
        // What is a small part of all tells no more when it is opened, and many large ones tell enough.
        let large = open.iter().filter(|folder| folder.bytes.saturating_mul(100) > total).count();
        if large >= most || (open.len() > 1 && folder.bytes.saturating_mul(12) < total) {
            break;
        }
        let mut folder = open.swap_remove(number);
        let inside = opened(&folder);
        // What falls into crumbs is told better as a whole.
        let is_large = |inside: &&Folder<'_>| inside.bytes.saturating_mul(60) > total;
        let large: u64 = inside.iter().filter(is_large).map(|inside| inside.bytes).sum();
        if open.is_empty() || large.saturating_mul(2) > folder.bytes {
            open.extend(inside);
        } else {
            folder.is_leaf = true;
            open.push(folder);
        }
        open.sort_by(|one, other| (&one.path, one.is_leaf).cmp(&(&other.path, other.is_leaf)));
    }
    let share = |folder: Folder<'_>| {
        let whole = if folder.path.is_empty() { "/".to_owned() } else { folder.path };
        let (name, detail) = short(&whole);
        let (bytes, files, parts) = (folder.bytes, folder.files.len() as u64, Vec::new());
        Share { name, detail: detail.to_owned(), whole, bytes, files, parts, kind: Kind::Named }
    };
    let mut shares: Vec<Share> = open.into_iter().map(share).collect();
    shares.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
    shares
}

/// The folders in a folder, and the files that lie in none of them.
fn opened<'a>(folder: &Folder<'a>) -> Vec<Folder<'a>> {
    let mut below = BTreeMap::<Option<&str>, Vec<&File>>::new();
    for file in &folder.files {
        let rest = &file.path[folder.path.len() + 1..];
        below.entry(rest.split_once('/').map(|(name, _)| name)).or_default().push(file);
    }
    let child = |(name, files): (Option<&str>, Vec<_>)| {
        let path = name.map_or_else(|| folder.path.clone(), |name| format!("{}/{name}", folder.path));
        Folder { path, bytes: bytes(&files), files, is_leaf: name.is_none() }
    };
    below.into_iter().map(child).collect()
}

/// A path as it is told, and where that lies: what every virtualenv and every release has is left out.
fn short(path: &str) -> (String, &'static str) {
    if let Some((_, rest)) = path.split_once("/site-packages/") {
        return (rest.to_owned(), "site-packages");
    }
    let release = path.split_once("/releases/").and_then(|(_, rest)| rest.split_once('/'));
    release.map_or((path.to_owned(), ""), |(_, rest)| (rest.to_owned(), "release"))
}

fn bytes(files: &[&File]) -> u64 {
    files.iter().fold(0, |sum, file| sum.saturating_add(file.size))
}

/// The largest first, the small ones as one.
fn gathered(mut shares: Vec<Share>, most: usize, many: &str) -> Vec<Share> {
    shares.sort_by(|one, other| other.bytes.cmp(&one.bytes).then_with(|| one.name.cmp(&other.name)));
    let rest = if shares.len() > most { shares.split_off(most - 1) } else { Vec::new() };
    if !rest.is_empty() {
        let detail = counted(rest.len() as u64, &format!("smaller {many}"));
        shares.push(Share {
            name: "others".to_owned(),
            whole: detail.clone(),
            detail,
            bytes: rest.iter().map(|share| share.bytes).sum(),
            files: rest.iter().map(|share| share.files).sum(),
            parts: Vec::new(),
            kind: Kind::Others,
        });
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::tests::subject;

    const SITE: &str = "opt/a/releases/1/venv/lib/python3.11/site-packages";

    fn told(shares: &[Share]) -> Vec<(String, u64, u64)> {
        shares.iter().map(|share| (share.name.clone(), share.bytes, share.files)).collect()
    }

    #[test]
    fn a_file_belongs_to_the_distribution_that_lists_it() {
        let record = "numpy/a.py,,\nnumpy.libs/b.so,,\n../../../bin/f2py,,\nnumpy-2.0.dist-info/RECORD,,\n";
        let files: Vec<(String, &[u8])> = vec![
            (format!("{SITE}/numpy-2.0.dist-info/RECORD"), record.as_bytes()),
            (format!("{SITE}/numpy-2.0.dist-info/INSTALLER"), b"pip"),
            (format!("{SITE}/numpy/a.py"), &[0; 100]),
            (format!("{SITE}/numpy/__pycache__/a.cpython-311.pyc"), &[0; 200]),
            (format!("{SITE}/numpy.libs/b.so"), &[0; 4000]),
            (format!("{SITE}/other.py"), &[0; 10]),
            ("opt/a/releases/1/venv/bin/f2py".to_owned(), &[0; 50]),
            ("opt/a/releases/1/app.py".to_owned(), &[0; 20]),
            ("usr/bin/a".to_owned(), &[0; 5]),
        ];
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, body)| (path.as_str(), *body)).collect();
        let shares = by_distribution(&subject(&files, "/opt/a/releases/1/venv"));
        let numpy = 100 + 200 + 4000 + 50 + 3 + record.len() as u64;
        let expected =
            [("numpy", numpy, 6), ("application", 20, 1), ("virtualenv", 10, 1), ("package", 5, 1)];
        assert_eq!(told(&shares), expected.map(|(name, bytes, files)| (name.to_owned(), bytes, files)));
        assert_eq!(shares[0].detail, "2.0");
        assert_eq!(shares[0].parts.iter().map(|part| part.bytes).sum::<u64>(), numpy);
        assert_eq!(shares[0].parts[0].name, "numpy.libs");
    }

    #[test]
    fn folders_are_opened_where_the_bytes_are_and_their_sum_is_the_whole() {
        let files: Vec<(String, Vec<u8>)> = (0..60)
            .map(|number| (format!("opt/a/dir{number}/x"), vec![0; 10 + number]))
            .chain([
                ("opt/a/big/deep/er/one".to_owned(), vec![0; 9000]),
                ("opt/a/big/two".to_owned(), vec![0; 900]),
            ])
            .collect();
        let files: Vec<(&str, &[u8])> = files.iter().map(|(path, body)| (path.as_str(), &body[..])).collect();
        let subject = subject(&files, "/none");
        let shares = by_folder(&subject);
        assert_eq!(shares.iter().map(|share| share.bytes).sum::<u64>(), subject.holdings.bytes());
        assert_eq!(shares.iter().map(|share| share.files).sum::<u64>(), 62);
        assert_eq!((shares.len(), shares[0].bytes), (MOST, 9000));
        let last = &shares[MOST - 1];
        assert_eq!((last.name.as_str(), last.kind), ("others", Kind::Others));
        assert!(last.detail.ends_with(" smaller folders"), "{}", last.detail);
    }

    #[test]
    fn hostile_lists_and_paths_break_nothing() {
        let shares = by_distribution(&subject(
            &[
                ("a.dist-info/RECORD", &b"\"../../../../etc/x\",,\n\"unclosed"[..]),
                ("b.dist-info/RECORD", b"\xff\xff,,\n/etc/x,,\n"),
                ("/etc/x", b"1"),
                ("//", b"1"),
                ("", b"1"),
                ("x.pyc/__pycache__/.pyc", b"1"),
                (".dist-info/", b"1"),
            ],
            "",
        ));
        assert_eq!(shares.iter().map(|share| share.files).sum::<u64>(), 7);
    }
}
