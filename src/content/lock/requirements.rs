//! `requirements.txt`, as pip reads it.
//!
//! Source of the rules: pip's "Requirements File Format". Options that say where or how to install do not change
//! what is installed; what pip would not know, or what cannot be pinned, is a problem.

use std::collections::BTreeSet;

use pep440_rs::Operator;
use pep508_rs::MarkerEnvironment;
use pep508_rs::Requirement;
use pep508_rs::VerbatimUrl;
use pep508_rs::VersionOrUrl;

use crate::content::lock::DistributionName;
use crate::content::lock::Error;
use crate::content::lock::Gathered;
use crate::content::lock::Lock;
use crate::content::lock::Pin;
use crate::content::lock::Place;
use crate::content::lock::Problem;
use crate::content::lock::Texts;
use crate::content::lock::Version;
use crate::content::lock::unreadable;

/// Options of a whole file that take a value, and say nothing about versions.
const WITH_VALUE: [&str; 10] = [
    "-i",
    "--index-url",
    "--extra-index-url",
    "-f",
    "--find-links",
    "--no-binary",
    "--only-binary",
    "--trusted-host",
    "--use-feature",
    "--refresh-package",
];
/// Those that take none.
const WITHOUT_VALUE: [&str; 4] = ["--no-index", "--require-hashes", "--prefer-binary", "--pre"];
/// Options of one requirement that say how it is built.
const OF_BUILDING: [&str; 4] =
    ["--global-option", "--config-settings", "--config-setting", "--install-option"];

/// The files that a file includes with `-r` and `-c`, as paths beside it.
pub fn includes(file: &str, text: &str) -> Vec<String> {
    let included = |(_, line): (usize, String)| match Statement::parse(&line) {
        Statement::Include { path, .. } => Some(beside(file, &path)),
        _ => None,
    };
    lines(text).into_iter().filter_map(included).collect()
}

/// What `root`, with all that it includes, pins for a target.
pub fn lock(root: &str, texts: &Texts, environment: &MarkerEnvironment) -> Result<Lock, Error> {
    let mut reading = Reading::new(texts, environment);
    reading.file(root, Role::Requirements, &mut vec![root.to_owned()]);
    reading.finish()
}

/// Whether a file asks for distributions, or only restricts their versions.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    Requirements,
    Constraints,
}

struct Reading<'a> {
    texts: &'a Texts,
    environment: &'a MarkerEnvironment,
    gathered: Gathered,
    /// Versions that constraints pin, and the requirements that wait for one.
    constraints: Gathered,
    open: Vec<(DistributionName, Place, String)>,
    /// The files that were read.
    seen: BTreeSet<(String, Role)>,
}

impl<'a> Reading<'a> {
    fn new(texts: &'a Texts, environment: &'a MarkerEnvironment) -> Self {
        let (gathered, constraints) = (Gathered::default(), Gathered::default());
        Self { texts, environment, gathered, constraints, open: Vec::new(), seen: BTreeSet::new() }
    }

    /// `way` has the files that lead here.
    fn file(&mut self, file: &str, role: Role, way: &mut Vec<String>) {
        // A second time it would say the same; and twice in each of forty files is for ever.
        if !self.seen.insert((file.to_owned(), role)) {
            return;
        }
        let texts = self.texts;
        let Some(text) = texts.get(file) else { return };
        for (line, content) in lines(text) {
            let place = Place { file: file.to_owned(), line: Some(line) };
            match Statement::parse(&content) {
                Statement::Nothing => {}
                Statement::Include { path, role: inner } => {
                    let path = beside(file, &path);
                    if way.contains(&path) {
                        self.gathered.problems.push(Problem::Cycle { place, file: path });
                        continue;
                    }
                    way.push(path.clone());
                    let role = if role == Role::Constraints { role } else { inner };
                    self.file(&path, role, way);
                    way.pop();
                }
                Statement::Editable(text) => self.gathered.problems.push(Problem::Editable { place, text }),
                Statement::Unknown(option) => self.gathered.problems.push(Problem::Option { place, option }),
                Statement::Requirement { text, options } => self.requirement(&text, &options, place, role),
            }
        }
    }

    fn requirement(&mut self, text: &str, options: &[String], place: Place, role: Role) {
        let hashes = match hashes(options) {
            Ok(hashes) => hashes,
            Err(option) => return self.gathered.problems.push(Problem::Option { place, option }),
        };
        let shown = text.to_owned();
        if let Some(reason) = unreadable(text) {
            let problem = match is_location(text) {
                true => Problem::Url { place, text: shown },
                false => Problem::Malformed { place, text: shown, reason: reason.to_owned() },
            };
            return self.gathered.problems.push(problem);
        }
        let requirement = match text.parse::<Requirement<VerbatimUrl>>() {
            Ok(requirement) => requirement,
            Err(_) if is_location(text) => {
                return self.gathered.problems.push(Problem::Url { place, text: shown });
            }
            Err(error) => {
                let reason = error.message.to_string();
                return self.gathered.problems.push(Problem::Malformed { place, text: shown, reason });
            }
        };
        if !requirement.evaluate_markers(self.environment, &[]) {
            return;
        }
        let name = requirement.name;
        match requirement.version_or_url {
            Some(VersionOrUrl::Url(_)) => self.gathered.problems.push(Problem::Url { place, text: shown }),
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => match pinned(&specifiers) {
                Some(version) => {
                    let gathered = match role {
                        Role::Requirements => &mut self.gathered,
                        Role::Constraints => &mut self.constraints,
                    };
                    gathered.add(name, Pin { version, hashes, place });
                }
                None if role == Role::Requirements => self.open.push((name, place, shown)),
                None => {}
            },
            None if role == Role::Requirements => self.open.push((name, place, shown)),
            None => {}
        }
    }

    /// What is open may be pinned by a constraint, or by another line.
    fn finish(self) -> Result<Lock, Error> {
        let Self { mut gathered, constraints, open, .. } = self;
        gathered.problems.extend(constraints.problems);
        for (name, place, text) in open {
            match constraints.lock.pins.get(&name) {
                _ if gathered.lock.pins.contains_key(&name) => {}
                Some(pin) => gathered.add(name, pin.clone()),
                None => gathered.problems.push(Problem::Unpinned { place, text }),
            }
        }
        for (name, pin) in &gathered.lock.pins {
            if let Some(other) = constraints.lock.pins.get(name).filter(|other| other.version != pin.version)
            {
                gathered.problems.push(Problem::Contradiction {
                    name: name.clone(),
                    first: (pin.version.clone(), pin.place.clone()),
                    second: (other.version.clone(), other.place.clone()),
                });
            }
        }
        gathered.finish()
    }
}

/// The one version that the specifiers allow.
fn pinned(specifiers: &pep440_rs::VersionSpecifiers) -> Option<Version> {
    let mut exact = specifiers
        .iter()
        .filter(|specifier| matches!(specifier.operator(), Operator::Equal | Operator::ExactEqual));
    let first = exact.next()?;
    let is_allowed = specifiers.iter().all(|specifier| specifier.contains(first.version()));
    is_allowed.then(|| first.version().clone())
}

/// One line, once continuations and comments are done with.
enum Statement {
    Nothing,
    Include { path: String, role: Role },
    Editable(String),
    Unknown(String),
    Requirement { text: String, options: Vec<String> },
}

impl Statement {
    fn parse(line: &str) -> Self {
        if !line.starts_with('-') {
            let (text, options) = cut_options(line);
            return if text.is_empty() {
                Self::Nothing
            } else {
                Self::Requirement { text: text.to_owned(), options }
            };
        }
        let (option, value) = line.split_once(['=', ' ', '\t']).unwrap_or((line, ""));
        let value = value.trim().to_owned();
        // `-rother.txt` is one word.
        let short = |letter: &str| option.strip_prefix(letter).filter(|rest| !rest.is_empty());
        match option {
            "-r" | "--requirement" => Self::Include { path: value, role: Role::Requirements },
            "-c" | "--constraint" => Self::Include { path: value, role: Role::Constraints },
            "-e" | "--editable" => Self::Editable(value),
            _ if WITH_VALUE.contains(&option) || WITHOUT_VALUE.contains(&option) => Self::Nothing,
            _ if option.starts_with("--") => Self::Unknown(option.to_owned()),
            _ => match (short("-r"), short("-c")) {
                (Some(path), _) => Self::Include { path: path.to_owned(), role: Role::Requirements },
                (_, Some(path)) => Self::Include { path: path.to_owned(), role: Role::Constraints },
                _ => Self::Unknown(option.to_owned()),
            },
        }
    }
}

/// Splits a requirement from the options behind it, each of which is a word.
fn cut_options(line: &str) -> (&str, Vec<String>) {
    let start = line.match_indices('-').map(|(at, _)| at);
    let start = start.into_iter().find(|at| *at > 0 && line[..*at].ends_with([' ', '\t']));
    let (text, options) = line.split_at(start.unwrap_or(line.len()));
    (text.trim(), options.split_whitespace().map(str::to_owned).collect())
}

/// The hashes among the options of a requirement; an option that is not known otherwise.
fn hashes(options: &[String]) -> Result<BTreeSet<String>, String> {
    let mut hashes = BTreeSet::new();
    let mut options = options.iter();
    while let Some(option) = options.next() {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = match value {
            "" => options.next().map(String::as_str).unwrap_or_default(),
            value => value,
        };
        match name {
            "--hash" => hashes.insert(value.to_ascii_lowercase()),
            name if OF_BUILDING.contains(&name) => continue,
            name => return Err(name.to_owned()),
        };
    }
    Ok(hashes)
}

/// What pip takes for a path or a URL, though PEP 508 does not.
fn is_location(text: &str) -> bool {
    text.contains("://")
        || text.starts_with(['.', '/'])
        || text.ends_with(".whl")
        || text.ends_with(".tar.gz")
}

/// Each logical line with the number of its first: `\` joins, a comment ends a join, `#` starts one behind a blank.
fn lines(text: &str) -> Vec<(usize, String)> {
    let (mut whole, mut joined, mut start) = (Vec::new(), String::new(), 0);
    for (number, line) in text.lines().enumerate() {
        if joined.is_empty() {
            start = number + 1;
        }
        let is_comment = line.trim_start().starts_with('#');
        match line.strip_suffix('\\') {
            Some(rest) if !is_comment => {
                joined.push_str(rest);
                joined.push(' ');
                continue;
            }
            _ if is_comment => {}
            _ => joined.push_str(line),
        }
        whole.push((start, without_comment(&std::mem::take(&mut joined))));
    }
    whole.push((start, without_comment(&joined)));
    whole
}

fn without_comment(line: &str) -> String {
    let is_start = |at: usize| at == 0 || line[..at].ends_with([' ', '\t']);
    let end = line.match_indices('#').map(|(at, _)| at).find(|at| is_start(*at));
    line[..end.unwrap_or(line.len())].trim().to_owned()
}

/// A path that a file names, as seen from where the file's own name is seen from.
fn beside(file: &str, path: &str) -> String {
    if path.starts_with('/') {
        return path.to_owned();
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match (part, parts.last()) {
            ("" | ".", _) => {}
            ("..", Some(last)) if *last != ".." && !last.is_empty() => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::lock::target::Target;
    use crate::content::python::PythonVersion;

    fn read(files: &[(&str, &str)]) -> Result<Lock, Error> {
        let texts: Texts =
            files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let python = PythonVersion::from_digits("3.11").expect("valid");
        let target = Target { python, patch: Some(2), machine: "x86_64" };
        lock(files[0].0, &texts, &target.environment().expect("valid"))
    }

    fn lines_of(text: &str) -> Vec<String> {
        read(&[("r.txt", text)]).expect("a lock").lines().collect()
    }

    fn problems(files: &[(&str, &str)]) -> Vec<String> {
        match read(files) {
            Err(Error::Problems(problems)) => problems.iter().map(ToString::to_string).collect(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_versions_comments_and_order_do_not_matter() {
        let one = "Flask_Login==1.0\nzope.interface==6.0.0 # why\n";
        let other = "# a comment\n\nzope-interface == 6.0\\\n\n  flask.login[async]===1.0   \n--no-index\n-i https://x/\n";
        assert_eq!(lines_of(one), ["flask-login==1.0", "zope-interface==6.0.0"]);
        assert_eq!(read(&[("a", one)]).expect("a").pins.len(), read(&[("b", other)]).expect("b").pins.len());
    }

    #[test]
    fn hashes_are_kept_and_markers_are_those_of_the_target() {
        let text = "a==1 --hash=sha256:BB \\\n    --hash=sha256:aa\n\
            b==2 ; python_version < '3.10'\nc==3; sys_platform == \"linux\" and platform_machine=='x86_64'\n\
            async-timeout==4 ; python_full_version < '3.11.3'\n";
        assert_eq!(lines_of(text), ["a==1 sha256:aa sha256:bb", "async-timeout==4", "c==3"]);
    }

    #[test]
    fn included_files_are_read_beside_the_one_that_names_them_and_constraints_pin() {
        let files = [
            ("deploy/all.txt", "-r ../base.txt\n-cpins.txt\nb>=1\n"),
            ("base.txt", "a==1\n--requirement=more/x.txt\n"),
            ("more/x.txt", "x==2\n"),
            ("deploy/pins.txt", "b==1.5\nunused==9\n"),
        ];
        let lock = read(&files).expect("a lock");
        assert_eq!(lock.lines().collect::<Vec<_>>(), ["a==1", "b==1.5", "x==2"]);
        assert_eq!(includes("deploy/all.txt", files[0].1), ["base.txt", "deploy/pins.txt"]);
        assert_eq!(lock.pins.values().next().expect("a").place.to_string(), "base.txt:1");
    }

    #[test]
    fn all_problems_are_told_at_once_with_their_lines() {
        let text = "a\nb>=1,<2\nc==1.*\n-e .\n-e git+https://x/y#egg=z\nd @ https://x/d.whl\n./local\n--turbo\n\
            e==1 --fast\n=bad\nf==1\nF==2\n-r r.txt\n";
        let found = problems(&[("r.txt", text)]);
        let expected = [
            "r.txt:4: `.` is an editable",
            "r.txt:5: `git+https://x/y#egg=z` is an editable",
            "r.txt:6: `d @ https://x/d.whl` names a URL",
            "r.txt:7: `./local` names a URL",
            "r.txt:8: the option `--turbo`",
            "r.txt:9: the option `--fast`",
            "r.txt:10: `=bad` is not a requirement",
            "r.txt:12: `f` is 2, but 1 at r.txt:11",
            "r.txt:13: `r.txt` is included by itself",
            "r.txt:1: `a` pins no version",
            "r.txt:2: `b>=1,<2` pins no version",
            "r.txt:3: `c==1.*` pins no version",
        ];
        assert_eq!(found.len(), expected.len(), "{found:#?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} should start with {expected}");
        }
        let against = problems(&[("r.txt", "a==1\n-c c.txt"), ("c.txt", "a==2")]);
        assert_eq!(against, ["c.txt:1: `a` is 2, but 1 at r.txt:1"]);
    }
}
