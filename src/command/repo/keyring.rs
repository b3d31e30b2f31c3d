//! `mkdeb repo keyring`: a package that brings hosts the `.sources` file of a suite, and later keys with it.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::shown;
use crate::command::writing::generated;
use crate::control::binary::BinaryControl;
use crate::control::binary::Provenance;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::scripts::Scripts;
use crate::package::tree::Node;
use crate::package::tree::NodeKind;
use crate::package::tree::PackageTree;
use crate::repo::layout;
use crate::template::keyring;
use crate::template::keyring::Keyring;
use crate::types::arch::Arch;
use crate::types::date::Moment;
use crate::types::mode::Mode;
use crate::types::repo_location::RepoLocation;

/// Which suite, and where the package goes.
#[derive(Debug, Clone)]
pub struct KeyringRequest {
    /// The repository.
    pub location: RepoLocation,
    /// The suite; not needed where there is one.
    pub suite: Option<String>,
    /// The directory that the package is written to.
    pub output: PathBuf,
    /// Whose signatures are trusted.
    pub keys: KeyOptions,
}

/// Writes the package, and gives its path.
pub fn keyring(request: &KeyringRequest, env: &Env, watch: &Watch) -> Result<PathBuf, Failure> {
    let access = Access::trusting(&request.location, &request.keys, (env, watch))?;
    let package = package(&access, request)?;
    generated(&package, &env.resolve(&request.output), (env, watch))
}

fn package(access: &Access, request: &KeyringRequest) -> Result<Package, Failure> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| Failure::new(Unnamed(error), None);
    let session = access.session();
    let suite = session.suite(request.suite.as_deref())?;
    let release = session.view(&suite)?.head.release;
    let text = shown::sources(access, &session, &release)?;
    let name = format!("{}-{}-archive-keyring", session.settings.name, suite.replace(['/', '_'], "-"));
    let name = name.to_ascii_lowercase();
    let file = layout::sources(&session.settings.name, &suite);
    let path = format!("/usr/share/{name}/{file}");
    let target = format!("/etc/apt/sources.list.d/{file}");
    let keyring = Keyring { package: name.clone(), source: path.clone(), target };
    let [postinst, postrm] = keyring::render(&keyring)?;
    let mut tree = PackageTree::default();
    let kind =
        NodeKind::File { blob: Blob::Inline(text.into_bytes().into()), mode: Mode::PLAIN, conffile: false };
    let node = Node { kind, origin: "mkdeb".to_owned(), mtime: None };
    let path = path.parse().map_err(|error: crate::types::path::Error| failed(error.into()))?;
    tree.insert(path, node).map_err(|error| failed(error.into()))?;
    let name = name.parse();
    let version = Moment::from(release.date).to_string().replace(['-', ':'], "").replace(' ', ".");
    let version = format!("{version}.{:02}", release.date.seconds() % 60);
    let control = BinaryControl {
        package: name.map_err(|error: crate::types::name::Error| failed(error.into()))?,
        version: version.parse().map_err(|error: crate::types::version::Error| failed(error.into()))?,
        architecture: Arch::ALL,
        maintainer: maintainer(access, &release.origin),
        section: "misc".to_owned(),
        priority: "optional".to_owned(),
        homepage: None,
        summary: format!("where apt finds {} {suite}, and its keys", release.origin),
        description: "Brings later keys to hosts before they sign alone.".to_owned(),
        relations: Vec::new(),
        identity: None,
        provenance: Provenance::default(),
        fields: Vec::new(),
    };
    let scripts = Scripts { postinst: Some(postinst), postrm: Some(postrm), ..Scripts::default() };
    let removed_conffiles = Vec::new();
    Ok(Package { control, date: release.date, tree, scripts, removed_conffiles })
}

/// Whoever the key says, where that is a name with an address.
fn maintainer(access: &Access, origin: &str) -> String {
    let names = access.keys.certificates().iter().flat_map(|key| key.user_ids());
    let mut full = names.filter(|name| name.contains(" <") && name.ends_with('>'));
    full.next().unwrap_or_else(|| format!("{origin} <archive@localhost>"))
}

/// A name or a suite of which no package can be made.
#[derive(Debug, thiserror::Error)]
#[error("no package can be made of the name of the repository and the suite")]
struct Unnamed(#[source] Box<dyn std::error::Error + Send + Sync>);
