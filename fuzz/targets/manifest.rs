//! Whatever a manifest says, checking it ends, in a recipe or an error that can be shown.
#![no_main]

use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mkdeb::config::error::Error;
use mkdeb::config::manifest::Manifest;
use mkdeb::config::manifest::Origin;
use mkdeb::config::manifest::OriginKind;

fuzz_target!(|text: &str| {
    // A line of this kind parts the manifest from what the command line and pyproject.toml say.
    let mut parts = text.split("\n#--\n");
    let manifest = parts.next().unwrap_or_default();
    let (set, pyproject) = (parts.next(), parts.next());
    for (file, kind) in [("mkdeb.toml", OriginKind::MkdebToml), ("pyproject.toml", OriginKind::Pyproject)] {
        if let Err(error) = check(manifest, Origin { file, kind }, set, pyproject) {
            let _ = (error.to_string(), error.hint());
        }
    }
});

fn check(text: &str, origin: Origin<'_>, set: Option<&str>, pyproject: Option<&str>) -> Result<(), Error> {
    let environment = BTreeMap::from([("VERSION".to_owned(), "1.2.3".to_owned())]);
    let mut manifest = Manifest::parse(text, origin)?;
    if let Some(pyproject) = pyproject {
        manifest.complete_from(pyproject, "pyproject.toml")?;
    }
    if let Some(set) = set {
        manifest.set(set)?;
    }
    manifest.into_recipe(&environment, &["setuid", "no-conffile"]).map(drop)
}
