//! What comes out of an example, as it stands beside it in `expected`. `BLESS=1` writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::project::{example, output};

/// Files that an example's commands make beside the package.
const MADE: [&str; 2] = ["mkdeb.toml", "deploy/before-activate"];

/// Compares a package, and what was made for it, with what is expected of it.
#[track_caller]
pub fn compare(name: &str, deb: &Path) {
    let expected = example(name).join("expected");
    let mut found = describe(deb);
    let project = deb.parent().unwrap().parent().unwrap();
    for file in MADE.iter().filter(|file| !example(name).join(file).exists()) {
        found.extend(fs::read_to_string(project.join(file)).ok().map(|text| ((*file).to_owned(), text)));
    }
    if std::env::var_os("BLESS").is_some() {
        let _ = fs::remove_dir_all(&expected);
        for (file, text) in &found {
            let path = expected.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let files = walkdir::WalkDir::new(&expected).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.file_type().is_file());
    let wanted: BTreeMap<String, String> = files
        .map(|entry| {
            let file = entry.path().strip_prefix(&expected).unwrap().to_str().unwrap().to_owned();
            (file, fs::read_to_string(entry.path()).unwrap())
        })
        .collect();
    for (file, text) in &found {
        let wanted = wanted.get(file).map_or("", String::as_str);
        assert_eq!(text, wanted, "{name}/expected/{file}; BLESS=1 writes it anew");
    }
    let names = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&wanted), "{name}/expected; BLESS=1 writes it anew");
}

/// The files of `expected`: what does not depend on the versions of Python's own files.
fn describe(deb: &Path) -> BTreeMap<String, String> {
    let dir = tempfile::tempdir().unwrap();
    let (control, data) = (dir.path().join("control"), dir.path().join("data"));
    let deb = deb.to_str().unwrap();
    output("dpkg-deb", &["-e", deb, control.to_str().unwrap()]);
    output("dpkg-deb", &["-x", deb, data.to_str().unwrap()]);
    let id = release_id(&data);
    let mut texts = BTreeMap::new();
    texts.insert("tree".to_owned(), tree(&output("dpkg-deb", &["-c", deb])));
    for (directory, prefix) in [(control, "scripts/"), (data.join("usr/lib/systemd/system"), "units/")] {
        for entry in fs::read_dir(directory).into_iter().flatten().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            match name.as_str() {
                "md5sums" => continue,
                "control" => texts.insert(name, without_size(&text)),
                "conffiles" => texts.insert(name, text),
                _ => texts.insert(format!("{prefix}{name}"), text),
            };
        }
    }
    texts.into_iter().map(|(file, text)| (file, text.replace(&id, "ID"))).collect()
}

fn release_id(data: &Path) -> String {
    let opt = fs::read_dir(data.join("opt")).unwrap().next().unwrap().unwrap();
    fs::read_to_string(opt.path().join(".mkdeb/release")).unwrap().trim().to_owned()
}

fn without_size(control: &str) -> String {
    let sized = |line: &str| {
        if line.starts_with("Installed-Size: ") { "Installed-Size: SIZE" } else { line }.to_owned() + "\n"
    };
    control.lines().map(sized).collect()
}

/// Mode, owner, path and target of every entry, of a virtualenv only the top.
fn tree(listing: &str) -> String {
    let mut entries = BTreeMap::new();
    for line in listing.lines() {
        let mut words = line.split_whitespace();
        let (mode, owner) = (words.next().unwrap(), words.next().unwrap());
        // Size, date and time.
        let path = words.skip(3).collect::<Vec<_>>().join(" ").split_off(1);
        let name = path.split(" -> ").next().unwrap().trim_end_matches('/');
        let inside = name.split_once("/venv/").map_or("", |(_, inside)| inside);
        if !inside.contains('/') {
            entries.insert(path.clone(), format!("{mode} {owner} {path}\n"));
        }
    }
    entries.into_values().collect()
}
