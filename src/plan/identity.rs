//! The digest that tells releases of one version apart.

use std::collections::BTreeMap;

use crate::package::Package;
use crate::package::blob::Blob;
use crate::package::tree::NodeKind;
use crate::source::Sources;
use crate::types::digest::Sha256;
use crate::types::digest::Sha256Hasher;
use crate::types::source_id::SourceId;

/// A digest over paths, modes, bodies and scripts of packages planned under a provisional id.
///
/// Times and `/usr/share/doc` are left out: a second build of the same content at another date is the same
/// release. Bodies of the inputs count as they were found, before bytecode is relocated.
pub(in crate::plan) fn digest<'a>(packages: impl Iterator<Item = &'a Package>, sources: &Sources) -> Sha256 {
    let bodies = bodies(sources);
    let mut hasher = Sha256Hasher::default();
    for package in packages {
        field(&mut hasher, package.control.package.as_str().as_bytes());
        field(&mut hasher, package.control.version.to_string().as_bytes());
        field(&mut hasher, package.control.architecture.as_str().as_bytes());
        for (name, text) in package.scripts.iter() {
            field(&mut hasher, name.as_bytes());
            field(&mut hasher, text.as_bytes());
        }
        for (path, node) in
            package.tree.iter().filter(|(path, _)| !path.as_str().starts_with("/usr/share/doc/"))
        {
            field(&mut hasher, path.as_str().as_bytes());
            kind(&mut hasher, &node.kind, &bodies);
        }
    }
    hasher.finish()
}

fn kind(hasher: &mut Sha256Hasher, kind: &NodeKind, bodies: &BTreeMap<SourceId, Sha256>) {
    match kind {
        NodeKind::Directory { mode } => field(hasher, format!("d{mode}").as_bytes()),
        NodeKind::Symlink { target } => field(hasher, format!("l{target}").as_bytes()),
        NodeKind::File { blob, mode, conffile } => {
            field(hasher, format!("f{mode}{conffile}").as_bytes());
            match blob {
                Blob::Inline(bytes) => field(hasher, bytes),
                // It is among the packages itself.
                Blob::Deb(package) => field(hasher, package.control.package.as_str().as_bytes()),
                Blob::Source { id, .. } | Blob::Rewritten { id, .. } => {
                    field(hasher, bodies.get(id).map_or(&[][..], |digest| digest.bytes()));
                }
            }
        }
    }
}

/// The digest of every body among the inputs.
fn bodies(sources: &Sources) -> BTreeMap<SourceId, Sha256> {
    let trees = [&sources.app].into_iter().chain(&sources.venv).chain(&sources.trees);
    let entries = trees.flat_map(|tree| tree.entries.values()).chain(sources.files.values());
    entries.filter_map(|entry| entry.file()).map(|facts| (facts.id, facts.sha256)).collect()
}

/// Each field with its length before it, so that no two sequences of fields look alike.
fn field(hasher: &mut Sha256Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}
