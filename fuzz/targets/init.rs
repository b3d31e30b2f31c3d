//! Whatever a project's files hold, the manifest that is drafted of them is TOML, and checking it ends.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mkdeb::config::manifest::Manifest;
use mkdeb::config::manifest::Origin;
use mkdeb::config::manifest::OriginKind;
use mkdeb::content::pyproject;
use mkdeb::init;
use mkdeb::init::Facts;

fuzz_target!(|text: &str| {
    // A line `#-- NAME` starts each file; the first part is a list of paths.
    let mut parts = text.split("\n#-- ");
    let files = parts.next().unwrap_or_default().lines().map(str::to_owned).collect();
    let mut facts = Facts { directory: "app".to_owned(), maintainer: "A <a@b>".to_owned(), files, ..Facts::default() };
    for part in parts {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        match name {
            "pyproject.toml" => facts.pyproject = pyproject::parse(text).ok(),
            "Procfile" => facts.procfile = text.to_owned(),
            "uv.lock" => facts.lock = Some(name.to_owned()),
            "git" => facts.is_git = true,
            _ => {
                facts.debian.insert(name.to_owned());
                facts.texts.insert(name.to_owned(), text.to_owned());
            }
        }
    }
    let draft = match init::draft(&facts) {
        Ok(draft) => draft,
        Err(error) => return drop((error.to_string(), error.hint())),
    };
    let text = draft.text();
    let origin = Origin { file: "mkdeb.toml", kind: OriginKind::MkdebToml };
    let manifest = Manifest::parse(&text, origin).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let environment = BTreeMap::from([("VERSION".to_owned(), "1.2.3".to_owned())]);
    // Whatever is wrong with a line has its place in the project.
    let place = manifest.into_recipe(&environment, &[]).err().and_then(|error| error.place().map(|place| place.line));
    drop(place.map(|line| init::origin::of_line(&facts, &draft, line).to_string()));
});
