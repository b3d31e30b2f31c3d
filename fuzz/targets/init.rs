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
use mkdeb::init::Packer;

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
            "nfpm.yaml" => {
                facts.packer = Packer::nfpm(name, text).ok();
                facts.named.insert(name.to_owned(), text.to_owned());
            }
            "fpm" => {
                facts.variables.insert("NAME".to_owned(), "orders x".to_owned());
                facts.packer = Packer::fpm(text, None, &facts.variables).ok();
            }
            "virtualenvs" => facts.virtualenvs = text.lines().map(str::to_owned).collect(),
            "links" => {
                let pairs = text.lines().filter_map(|line| line.split_once(' '));
                facts.links = pairs.map(|(path, target)| (path.to_owned(), target.to_owned())).collect();
            }
            _ if name.starts_with("./") => {
                facts.named.insert(name[2..].to_owned(), text.to_owned());
            }
            _ => {
                facts.debian.insert(name.to_owned());
                facts.texts.insert(name.to_owned(), text.to_owned());
            }
        }
    }
    facts.packer = facts.packer.take().and_then(|packer| packer.completed(&facts.named).ok());
    if let Some(packer) = &facts.packer {
        drop((packer.lists(), packer.trees(), packer.named(&facts.files)));
    }
    let draft = match init::draft(&facts) {
        Ok(draft) => draft,
        Err(error) => return drop((error.to_string(), error.hint())),
    };
    let text = draft.text();
    let origin = Origin { file: "mkdeb.toml", kind: OriginKind::MkdebToml };
    let manifest = Manifest::parse(&text, origin).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let names = text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned()));
    let environment: BTreeMap<_, _> = names.map(|name| (name, "1.2.3".to_owned())).collect();
    // Whatever is wrong with a line has its place in the project.
    let place = manifest.into_recipe(&environment, &[]).err().and_then(|error| error.place().map(|place| place.line));
    drop(place.map(|line| init::origin::of_line(&facts, &draft, line).to_string()));
});
