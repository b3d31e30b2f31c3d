//! Where things lie in a repository, and what web servers are to say of them.

use crate::control::stanza::StanzaKey;
use crate::types::digest::Sha256;

/// What is asked for first: the settings of the repository.
pub const SETTINGS: &str = ".mkdeb/repository.json";
/// Paths that nothing refers to, and that a later run deletes.
pub const CONDEMNED: &str = ".mkdeb/condemned.json";
/// Where the lists of the files in packages are.
pub const FILE_LISTS: &str = ".mkdeb/files/";
/// The public keys that sign, as one armored text.
pub const KEY: &str = "archive-key.asc";
/// What a person sees.
pub const PAGE: &str = "index.html";

/// A file of a suite: `InRelease`, `Release`.
pub fn of_suite(suite: &str, name: &str) -> String {
    format!("dists/{suite}/{name}")
}

/// Where `Packages` of an index is below the suite's directory, as `Release` names it.
pub fn packages(component: &str, architecture: &str) -> String {
    format!("{component}/binary-{architecture}/Packages")
}

/// Where `Contents` is, in the same way.
pub fn contents(component: &str, architecture: &str) -> String {
    format!("{component}/Contents-{architecture}")
}

/// Where an index is found by the digest of its bytes (apt's `Acquire-By-Hash`). `name` is that of `Release`.
pub fn by_hash(suite: &str, name: &str, digest: &Sha256) -> String {
    let directory = name.rsplit_once('/').map_or("", |(directory, _)| directory);
    format!("dists/{suite}/{directory}/by-hash/SHA256/{digest}")
}

/// The list of the files in a package, by the digest of the package.
pub fn file_list(package: &str) -> String {
    format!("{FILE_LISTS}{package}.gz")
}

/// The journal entry of a generation; the digits sort as the numbers do.
pub fn commit(suite: &str, generation: u64) -> String {
    format!("{}{generation:020}.json", commits(suite))
}

/// The directory of a suite's journal.
pub fn commits(suite: &str) -> String {
    format!(".mkdeb/{suite}/commits/")
}

/// The file with the archive's `.sources` for a suite.
pub fn sources(name: &str, suite: &str) -> String {
    format!("{name}-{}.sources", suite.replace('/', "-"))
}

/// Where a package lies: `pool/main/o/orders/orders_1.0_amd64.deb`. `source` is the name that groups packages.
pub fn pool(component: &str, source: &str, key: &StanzaKey) -> String {
    format!("{}/{}", pool_directory(component, source), file_name(key))
}

/// Where a package lies whose place is taken: below a directory named by its digest.
pub fn pool_apart(component: &str, source: &str, key: &StanzaKey, apart: &str) -> String {
    format!("{}/{apart}/{}", pool_directory(component, source), file_name(key))
}

fn pool_directory(component: &str, source: &str) -> String {
    // Debian's own pool has a directory for each letter, and `libf` for `libfoo`.
    let prefix = if source.starts_with("lib") { source.get(..4) } else { source.get(..1) };
    format!("pool/{component}/{}/{source}", prefix.unwrap_or(source))
}

/// `name_version_arch.deb`, the version without its epoch.
pub fn file_name(key: &StanzaKey) -> String {
    let version = key.version.split_once(':').map_or(&key.version[..], |(_, rest)| rest);
    format!("{}_{version}_{}.deb", key.package, key.architecture)
}

/// How a file may be kept by caches, and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headers {
    /// Whether it never changes; what changes is asked for each time.
    pub immutable: bool,
    /// Whether the seconds of `--head-ttl` apply to it.
    pub is_head: bool,
    /// `Content-Type`.
    pub content_type: &'static str,
}

impl Headers {
    /// Those of the file at a path.
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        let immutable = path.starts_with("pool/")
            || path.contains("/by-hash/")
            || path.contains("/commits/")
            || path.starts_with(FILE_LISTS);
        let is_head = ["InRelease", "Release", "Release.gpg"].contains(&name) && path.starts_with("dists/");
        let content_type = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "deb" => "application/vnd.debian.binary-package",
            "gz" => "application/gzip",
            "json" => "application/json",
            "html" => "text/html; charset=utf-8",
            "asc" | "gpg" | "sources" => "text/plain; charset=utf-8",
            _ if is_head => "text/plain; charset=utf-8",
            _ => "application/octet-stream",
        };
        Self { immutable, is_head, content_type }
    }

    /// `Cache-Control`. A head may be kept for some seconds where its owner allows that; the rest either for
    /// ever, or never without asking.
    pub fn cache_control(self, head_ttl: u32) -> String {
        match self {
            Self { immutable: true, .. } => "public, max-age=31536000, immutable".to_owned(),
            Self { is_head: true, .. } if head_ttl > 0 => format!("public, max-age={head_ttl}"),
            _ => "no-cache".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pool_is_debians_and_caches_keep_what_never_changes() {
        let key = |package: &str| StanzaKey {
            package: package.to_owned(),
            version: "1:2.0~rc1".to_owned(),
            architecture: "all".to_owned(),
        };
        assert_eq!(pool("main", "orders", &key("orders")), "pool/main/o/orders/orders_2.0~rc1_all.deb");
        assert_eq!(pool("main", "libx", &key("libx")), "pool/main/libx/libx/libx_2.0~rc1_all.deb");
        let of = |path: &str| {
            let headers = Headers::of(path);
            (headers.cache_control(60), headers.content_type)
        };
        let forever = "public, max-age=31536000, immutable".to_owned();
        assert_eq!(of("pool/main/a/a/a.deb"), (forever.clone(), "application/vnd.debian.binary-package"));
        let index = by_hash("s", &packages("main", "all"), &Sha256::of(b""));
        assert_eq!(of(&index), (forever, "application/octet-stream"));
        let head = "text/plain; charset=utf-8";
        assert_eq!(of("dists/s/InRelease"), ("public, max-age=60".to_owned(), head));
        assert_eq!(of("dists/s/main/binary-all/Packages.gz"), ("no-cache".to_owned(), "application/gzip"));
        assert_eq!(of("index.html"), ("no-cache".to_owned(), "text/html; charset=utf-8"));
    }
}
