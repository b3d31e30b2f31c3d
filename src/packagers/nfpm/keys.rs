//! Every key that nfpm knows, as its `nfpm.go` and `files/files.go` have them.

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A text.
    Text,
    /// A list of texts.
    List,
    /// A table whose keys are known.
    Table,
    /// A table of anybody's keys and of texts.
    Pairs,
    /// A list of tables.
    Tables,
    /// The same keys again, for each packager.
    Packagers,
    /// What another packager makes of it, if any.
    Other,
}
use Shape::List;
use Shape::Other;
use Shape::Packagers;
use Shape::Pairs;
use Shape::Text;

/// The keys with those above them.
pub const KEYS: &[(&str, Shape)] = &[
    ("name", Text),
    ("arch", Text),
    ("platform", Text),
    ("epoch", Text),
    ("version", Text),
    ("version_schema", Text),
    ("release", Text),
    ("prerelease", Text),
    ("version_metadata", Text),
    ("section", Text),
    ("priority", Text),
    ("maintainer", Text),
    ("description", Text),
    ("vendor", Text),
    ("homepage", Text),
    ("license", Text),
    ("changelog", Text),
    ("disable_globbing", Text),
    ("mtime", Text),
    ("umask", Text),
    ("replaces", List),
    ("provides", List),
    ("depends", List),
    ("recommends", List),
    ("suggests", List),
    ("conflicts", List),
    ("contents", Shape::Tables),
    ("contents.src", Text),
    ("contents.dst", Text),
    ("contents.type", Text),
    ("contents.packager", Text),
    ("contents.expand", Text),
    ("contents.disown_subtree", List),
    ("contents.file_info", Shape::Table),
    ("contents.file_info.owner", Text),
    ("contents.file_info.group", Text),
    ("contents.file_info.mode", Text),
    ("contents.file_info.mtime", Text),
    ("contents.file_info.lang", Text),
    ("scripts", Shape::Table),
    ("scripts.preinstall", Text),
    ("scripts.postinstall", Text),
    ("scripts.preremove", Text),
    ("scripts.postremove", Text),
    ("overrides", Packagers),
    ("deb", Shape::Table),
    ("deb.arch", Text),
    ("deb.arch_variant", Text),
    ("deb.breaks", List),
    ("deb.predepends", List),
    ("deb.fields", Pairs),
    ("deb.compression", Text),
    ("deb.triggers", Shape::Table),
    ("deb.triggers.interest", List),
    ("deb.triggers.interest_await", List),
    ("deb.triggers.interest_noawait", List),
    ("deb.triggers.activate", List),
    ("deb.triggers.activate_await", List),
    ("deb.triggers.activate_noawait", List),
    ("deb.signature", Shape::Table),
    ("deb.signature.key_file", Text),
    ("deb.signature.key_id", Text),
    ("deb.signature.method", Text),
    ("deb.signature.type", Text),
    ("deb.signature.signer", Text),
    ("deb.scripts", Shape::Table),
    ("deb.scripts.rules", Text),
    ("deb.scripts.templates", Text),
    ("deb.scripts.config", Text),
    ("rpm", Other),
    ("apk", Other),
    ("archlinux", Other),
    ("ipk", Other),
    ("msix", Other),
];

/// What a key holds, by its path; none where nfpm does not know it.
pub fn shape(path: &str) -> Option<Shape> {
    KEYS.iter().find(|(known, _)| *known == path).map(|(_, shape)| *shape)
}

/// The names of the keys directly below a path.
pub fn below(path: &str) -> impl Iterator<Item = &'static str> {
    let prefix = if path.is_empty() { String::new() } else { format!("{path}.") };
    KEYS.iter().filter_map(move |(known, _)| known.strip_prefix(&prefix)).filter(|name| !name.contains('.'))
}
