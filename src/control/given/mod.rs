//! A control file that somebody else wrote, judged by the rules of dpkg's own parser.
//!
//! Refuses what `dpkg-deb --build` refuses and what dpkg then could not install; what dpkg only warns of is
//! a remark. [`crate::control::binary`] is the other way round: it cannot even say such things.

mod relation;
mod stanza;

use crate::control::given::stanza::Field;
use crate::types::name::PackageName;
use crate::types::version::DebVersion;

/// What a control file says of its package, as far as a file name and a summary need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// `Package`.
    pub package: String,
    /// `Version`, as it is spelled.
    pub version: String,
    /// `Architecture`.
    pub architecture: String,
    /// What dpkg would warn of.
    pub remarks: Vec<String>,
}

/// Why dpkg would not take a control file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not text (Policy 5.1).
    #[error("it is not UTF-8")]
    NotUtf8,
    /// A byte that ends texts for dpkg.
    #[error("line {0} holds a NUL or a ^Z")]
    Control(usize),
    /// Nothing but empty lines.
    #[error("it has no fields")]
    Empty,
    /// A line that starts like a field and is none.
    #[error("line {line} is not a field: {reason}")]
    Line {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A line of blanks, which dpkg takes for the end of the paragraph and refuses.
    #[error("the field `{0}` holds a blank line")]
    Blank(String),
    /// A value that ends with the file.
    #[error("the field `{0}` lacks the line feed at its end")]
    Unfinished(String),
    /// A field without a value, where the file ends.
    #[error("the field `{0}` is empty, and the file ends there")]
    EmptyAtEnd(String),
    /// More than one paragraph.
    #[error("it has more than one paragraph")]
    Several,
    /// A field given twice.
    #[error("the field `{0}` is there twice")]
    Twice(String),
    /// A field that has to be there, missing or empty.
    #[error("the field `{0}` is missing or empty")]
    Missing(&'static str),
    /// A value that its field does not take.
    #[error("`{field}: {value}` is not valid: {reason}")]
    Value {
        /// The field.
        field: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A field that belongs to dpkg's own files, or to the past.
    #[error("the field `{field}` has no place in a control file: {reason}")]
    Misplaced {
        /// The field.
        field: String,
        /// Where it belongs.
        reason: &'static str,
    },
}

impl Fault {
    /// What would help.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::NotUtf8 => "convert it: `iconv -f latin1 -t utf8` (Policy 5.1)",
            Self::Blank(_) => "write an empty line of a description as ` .`",
            Self::EmptyAtEnd(_) => "leave it out: dpkg takes the file for one that was cut off",
            Self::Unfinished(_) => "end the file with a line feed",
            Self::Several => "a control file has one paragraph: remove the empty lines between fields",
            _ => return None,
        };
        Some(text.to_owned())
    }
}

/// Fields that dpkg keeps about installed packages.
const OF_STATUS: [&str; 5] =
    ["Status", "Config-Version", "Conffiles", "Triggers-Pending", "Triggers-Awaited"];
/// Fields of a repository's index, which dpkg refuses empty.
const OF_ARCHIVES: [&str; 4] = ["Filename", "Size", "MD5sum", "MSDOS-Filename"];
/// Names that were in use before 1996.
const OBSOLETE: [&str; 3] = ["Revision", "Package-Revision", "Package_Revision"];
/// What `NAME.postinst.dpkg-new` and the like leave of the 255 bytes of a file name; tried with dpkg 1.21.
const LONGEST_NAME: usize = 243;
/// Values of `Priority` that dpkg knows (Policy 2.5).
const PRIORITIES: [&str; 6] = ["required", "important", "standard", "optional", "extra", "unknown"];
/// Fields whose values are relations, and whether those may be alternatives (Policy 7.1).
const RELATIONS: [(&str, bool); 11] = [
    ("Replaces", false),
    ("Provides", false),
    ("Depends", true),
    ("Pre-Depends", true),
    ("Recommends", true),
    ("Suggests", true),
    ("Breaks", false),
    ("Conflicts", false),
    ("Enhances", true),
    ("Recommended", true),
    ("Optional", true),
];

/// Judges the text of a control file.
pub fn check(text: &[u8]) -> Result<Given, Fault> {
    let text = std::str::from_utf8(text).map_err(|_| Fault::NotUtf8)?;
    let fields = stanza::fields(text)?;
    let mut remarks = Vec::new();
    for field in &fields {
        let found = check_field(field)?.into_iter();
        remarks.extend(found.map(|remark| format!("the field `{}`: {remark}", field.name)));
    }
    archives(&fields)?;
    let package = required(&fields, "Package")?;
    package_name(package)?;
    let version = required(&fields, "Version")?;
    let architecture = required(&fields, "Architecture")?;
    architecture_name(architecture)?;
    if architecture == "all" && value(&fields, "Multi-Arch").eq_ignore_ascii_case("same") {
        let reason = "a package for all architectures is the same on each".to_owned();
        return Err(Fault::Value { field: "Multi-Arch".to_owned(), value: "same".to_owned(), reason });
    }
    for name in ["Description", "Maintainer"] {
        if value(&fields, name).is_empty() {
            remarks.push(format!("the field `{name}` is missing or empty"));
        }
    }
    if package.parse::<PackageName>().is_err() {
        remarks.push(format!("`{package}` has one character; Policy 5.6.1 wants two"));
    }
    let [package, version, architecture] = [package, version, architecture].map(str::to_owned);
    Ok(Given { package, version, architecture, remarks })
}

impl Given {
    /// The conventional file name: `name_version_arch.deb`, the version without its epoch.
    pub fn file_name(&self) -> String {
        let version = self.version.split_once(':').map_or(&self.version[..], |(_, rest)| rest);
        format!("{}_{version}_{}.deb", self.package, self.architecture)
    }
}

fn value<'f>(fields: &'f [Field], name: &str) -> &'f str {
    fields.iter().find(|field| field.name.eq_ignore_ascii_case(name)).map_or("", |field| &field.value)
}

fn required<'f>(fields: &'f [Field], name: &'static str) -> Result<&'f str, Fault> {
    Some(value(fields, name)).filter(|value| !value.is_empty()).ok_or(Fault::Missing(name))
}

/// One field by itself; what dpkg warns of is returned.
fn check_field(field: &Field) -> Result<Vec<String>, Fault> {
    let (name, value) = (field.name.as_str(), field.value.as_str());
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let wrong = |reason: &str| Fault::Value {
        field: name.to_owned(),
        value: value.to_owned(),
        reason: reason.to_owned(),
    };
    let misplaced = |reason| Fault::Misplaced { field: name.to_owned(), reason };
    if OF_STATUS.iter().any(|known| is(known)) {
        return Err(misplaced("dpkg keeps it about installed packages"));
    }
    if OBSOLETE.iter().any(|known| is(known)) {
        return Err(misplaced("write the revision into `Version`"));
    }
    if OF_ARCHIVES.iter().any(|known| is(known)) && value.is_empty() {
        return Err(misplaced("it belongs in the index of a repository"));
    }
    if let Some((_, alternatives)) = RELATIONS.iter().find(|(known, _)| is(known)) {
        // dpkg skips blanks in front of each item but the first.
        if field.starts_below && !value.is_empty() {
            return Err(wrong("the first package has to stand in the line of the field's name"));
        }
        return relation::check(value, *alternatives, is("Provides")).map_err(|reason| wrong(&reason));
    }
    let one_of = |known: &[&str]| value.is_empty() || known.iter().any(|k| k.eq_ignore_ascii_case(value));
    match () {
        () if (is("Essential") || is("Protected")) && !one_of(&["yes", "no"]) => {
            Err(wrong("it is `yes` or `no`"))
        }
        () if is("Multi-Arch") && !one_of(&["no", "same", "allowed", "foreign"]) => {
            Err(wrong("it is `no`, `same`, `allowed` or `foreign`"))
        }
        () if is("Version") && !value.is_empty() => {
            version(value).map(|()| Vec::new()).map_err(|r| wrong(&r))
        }
        () if is("Priority") && !one_of(&PRIORITIES) => {
            priority(value).map(|remark| vec![remark]).map_err(wrong)
        }
        () => Ok(Vec::new()),
    }
}

/// dpkg takes a word of its own, but not one that goes on behind a known one.
fn priority(value: &str) -> Result<String, &'static str> {
    let lower = value.to_ascii_lowercase();
    if PRIORITIES.iter().any(|known| lower.starts_with(known)) {
        return Err("it has more after the name of a priority");
    }
    Ok(format!("`{value}` is not a priority that dpkg knows"))
}

/// `[epoch:]upstream[-revision]`, with colons in the upstream version, which dpkg takes behind an epoch.
fn version(text: &str) -> Result<(), String> {
    let plain = match text.split_once(':') {
        Some((epoch, rest)) => format!("{epoch}:{}", rest.replace(':', ".")),
        None => text.to_owned(),
    };
    match plain.parse::<DebVersion>() {
        Ok(_) => Ok(()),
        Err(crate::types::version::Error::Debian { reason, .. }) => Err(reason.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The fields of an index have as many words as a package has parts.
fn archives(fields: &[Field]) -> Result<(), Fault> {
    let is_one = |field: &&Field| OF_ARCHIVES.iter().any(|known| known.eq_ignore_ascii_case(&field.name));
    let words = |field: &Field| field.value.split_ascii_whitespace().count();
    let mut found = fields.iter().filter(is_one);
    let Some(first) = found.next() else { return Ok(()) };
    match found.find(|field| words(field) != words(first)) {
        None => Ok(()),
        Some(field) => {
            let reason = "it belongs in the index of a repository, and has more or fewer words than others";
            Err(Fault::Misplaced { field: field.name.clone(), reason })
        }
    }
}

fn package_name(name: &str) -> Result<(), Fault> {
    if name.len() > LONGEST_NAME {
        let reason = "it is longer than 243 bytes, and dpkg has no room for its files".to_owned();
        return Err(Fault::Value { field: "Package".to_owned(), value: name.to_owned(), reason });
    }
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"+-.".contains(&b);
    if name.bytes().all(inner) && name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Ok(());
    }
    let reason =
        "lower-case letters, digits and `+ - .`, the first a letter or digit (Policy 5.6.1)".to_owned();
    Err(Fault::Value { field: "Package".to_owned(), value: name.to_owned(), reason })
}

/// No host has an architecture with another name: dpkg-deb warns, dpkg never installs it.
fn architecture_name(name: &str) -> Result<(), Fault> {
    let inner = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    let is_pattern = name == "source" || name.split('-').any(|part| part == "any");
    if name.bytes().all(inner) && !name.starts_with('-') && !is_pattern {
        return Ok(());
    }
    let reason = "it is `all` or one architecture, such as `amd64`".to_owned();
    Err(Fault::Value { field: "Architecture".to_owned(), value: name.to_owned(), reason })
}

#[cfg(test)]
mod tests;
