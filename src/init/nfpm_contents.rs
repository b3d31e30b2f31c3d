//! From `contents` of nfpm to things at places (nfpm's `files/files.go` and `internal/glob`).

use globset::GlobBuilder;

use crate::init::Facts;
use crate::init::draft::Draft;
use crate::init::draft::Source;
use crate::init::nfpm::File;
use crate::init::parcel;
use crate::init::parcel::Item;
use crate::init::parcel::Kind;
use crate::init::parcel::Owned;
use crate::init::variables::expand;
use crate::packagers::nfpm::Table;

/// What only rpm has.
const OF_RPM: [&str; 5] = ["ghost", "doc", "licence", "license", "readme"];
/// What makes a pattern of a path.
pub(in crate::init) const SIGNS: [char; 4] = ['*', '?', '[', '{'];

/// The things that a Debian package of nfpm has.
pub(in crate::init) fn items(draft: &mut Draft, file: &File<'_>) -> Vec<Item> {
    let is_plain = file.table.text("disable_globbing").is_some_and(|text| text.text == "true");
    let mut items = Vec::new();
    for content in file.table.tables("contents") {
        let line = content.entries.first().map_or(0, |entry| entry.line);
        let at = file.line(line);
        let is_others = content.text("packager").is_some_and(|packager| packager.text != "deb");
        let kind = content.text("type").map(|kind| kind.text).unwrap_or_default();
        if is_others || OF_RPM.contains(&kind.as_str()) {
            continue;
        }
        let Some((source, path)) = paths(draft, content, file, &at) else { continue };
        if content.entry("disown_subtree").is_some() {
            draft.remark(format!(
                "{at}: `disown_subtree` is left out: directories belong to what lies in them"
            ));
        }
        let owned = owned(draft, content, &at);
        let found = match kind.as_str() {
            "symlink" => vec![Item::new(at, Kind::Link, &source, &path)],
            "dir" => vec![Item::new(at, Kind::Directory, "", &path)],
            "tree" => vec![Item::new(at, Kind::Tree, &source, &path)],
            kind if kind.starts_with("config") && kind.ends_with("|tree") => {
                vec![Item::new(at, Kind::Tree, &source, &path)]
            }
            "config" | "config|noreplace" | "config|missingok" | "file" | "" => {
                let kind = if kind.starts_with("config") { Kind::Config } else { Kind::File };
                let item = Item::new(at, kind, &source, &path);
                if is_plain { vec![item] } else { globbed(draft, item, &source, file.facts) }
            }
            kind => {
                draft.remark(format!("{at}: nfpm has no type `{kind}`, and this is left out"));
                continue;
            }
        };
        items.extend(found.into_iter().map(|item| Item { owned: owned.clone(), ..item }));
    }
    items
}

/// Where a thing comes from and goes, with the environment's values where it asks for them.
fn paths(draft: &mut Draft, content: &Table, file: &File<'_>, at: &Source) -> Option<(String, String)> {
    let text = |key: &str| content.text(key).map(|text| text.text).unwrap_or_default();
    let (source, path) = (text("src"), text("dst"));
    if path.is_empty() {
        draft.remark(format!("{at}: it has no `dst`, and is left out"));
        return None;
    }
    if text("expand") != "true" {
        return Some((source, path));
    }
    let value = |name: &str| file.facts.variables.get(name).cloned();
    match (expand(&source, value), expand(&path, value)) {
        (Ok(source), Ok(path)) => Some((source, path)),
        (Err(name), _) | (_, Err(name)) => {
            draft.remark(format!("{at}: `{source}` is left out: `{name}` is not set"));
            None
        }
    }
}

/// Whose it is, by `file_info`.
fn owned(draft: &mut Draft, content: &Table, at: &Source) -> Owned {
    let Some(info) = content.table("file_info") else { return Owned::default() };
    if info.entry("mtime").is_some() {
        draft.remark(format!(
            "{at}: `mtime` is left out: times are `SOURCE_DATE_EPOCH`, or those of the newest input"
        ));
    }
    let text = |key: &str| info.text(key).map(|text| text.text);
    let mode = text("mode");
    let octal = mode.as_deref().and_then(octal);
    if let (Some(mode), None) = (&mode, &octal) {
        draft.remark(format!("{at}: the mode `{mode}` is left out"));
    }
    Owned { owner: text("owner"), group: text("group"), mode: octal }
}

/// A number of YAML, as Go reads it, in octal digits.
fn octal(text: &str) -> Option<String> {
    let digits = text.replace('_', "");
    let number = match digits.strip_prefix("0o").or_else(|| digits.strip_prefix('0')) {
        Some("") => 0,
        Some(octal) => u32::from_str_radix(octal, 8).ok()?,
        None => digits.parse().ok()?,
    };
    (number <= 0o7777).then(|| format!("{number:04o}"))
}

/// The files that a pattern means, or the tree of a directory.
fn globbed(draft: &mut Draft, item: Item, pattern: &str, facts: &Facts) -> Vec<Item> {
    if !pattern.contains(SIGNS) {
        let is_tree = pattern.ends_with('/') || parcel::is_directory(facts, &item.source);
        return vec![if is_tree { Item { kind: Kind::Tree, ..item } } else { item }];
    }
    let pattern = &item.source;
    let start = pattern.find(SIGNS).unwrap_or_default();
    let (directory, rest) = pattern.split_at(pattern[..start].rfind('/').map_or(0, |at| at + 1));
    let tree = parcel::relative(directory);
    if ["*", "**", "**/*"].contains(&rest) && !directory.is_empty() && !item.path.starts_with("/etc") {
        return vec![Item { kind: Kind::Tree, source: tree, ..item }];
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let Ok(glob) = glob.map(|glob| glob.compile_matcher()) else {
        draft.remark(format!("{}: `{pattern}` is no pattern, and is left out", item.at));
        return Vec::new();
    };
    // A directory is taken with all that is in it.
    let means = |file: &&String| {
        let mut ends = file.match_indices('/').map(|(at, _)| at).chain([file.len()]);
        ends.any(|end| glob.is_match(&file[..end]))
    };
    let found: Vec<&String> = facts.files.iter().filter(means).collect();
    if found.is_empty() {
        draft.remark(format!("{}: `{pattern}` is no file here; if CI makes it, add `[[file]]`", item.at));
    }
    let common = common(&found);
    let place = |file: &&String| {
        let path = format!("{}/{}", item.path, &file[common..]);
        Item { source: (*file).clone(), path, ..item.clone() }
    };
    found.iter().map(place).collect()
}

/// How much the directories of all files have in common, in bytes.
fn common(files: &[&String]) -> usize {
    let Some((first, rest)) = files.split_first() else { return 0 };
    let mut end = first.rfind('/').map_or(0, |at| at + 1);
    for file in rest {
        while !file.starts_with(&first[..end]) {
            end = first[..end - 1].rfind('/').map_or(0, |at| at + 1);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_numbers_of_go() {
        for (text, expect) in
            [("0644", Some("0644")), ("0o640", Some("0640")), ("420", Some("0644")), ("0", Some("0000"))]
        {
            assert_eq!(octal(text).as_deref(), expect, "{text}");
        }
        for text in ["rw-", "0999", "99999999999", "-1"] {
            assert_eq!(octal(text), None, "{text}");
        }
    }

    #[test]
    fn what_files_have_in_common_are_directories() {
        let common = |files: &[&str]| {
            let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
            super::common(&files.iter().collect::<Vec<_>>())
        };
        assert_eq!(common(&["a/b/c", "a/b/d/e"]), 4);
        assert_eq!(common(&["a/bc", "a/bd"]), 2);
        assert_eq!(common(&["a", "b"]), 0);
        assert_eq!(common(&["x/a", "y/a"]), 0);
        assert_eq!(common(&[]), 0);
    }
}
