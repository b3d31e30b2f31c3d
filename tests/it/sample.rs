//! A package with everything that is hard about packages, and bodies from memory.

use std::collections::BTreeMap;
use std::io;
use std::io::Cursor;
use std::io::Read;
use std::num::NonZero;

use mkdeb::archive::compress::encode::Resources;
use mkdeb::control::binary::BinaryControl;
use mkdeb::control::binary::Provenance;
use mkdeb::deb::image::Image;
use mkdeb::deb::write;
use mkdeb::deb::write::Options;
use mkdeb::deb::write::Summary;
use mkdeb::package::Package;
use mkdeb::package::blob::Blob;
use mkdeb::package::blob::Contents;
use mkdeb::package::scripts::Scripts;
use mkdeb::package::tree::Node;
use mkdeb::package::tree::NodeKind;
use mkdeb::package::tree::PackageTree;
use mkdeb::types::date::SourceDate;
use mkdeb::types::source_id::SourceId;

/// The date of all samples.
pub const DATE: u64 = 1_700_000_000;

/// Bodies in memory.
#[derive(Clone, Default)]
pub struct Bodies(pub BTreeMap<SourceId, Vec<u8>>);

impl Bodies {
    /// Adds a body that will be read through `Contents`.
    pub fn add(&mut self, bytes: Vec<u8>) -> Blob {
        let id = SourceId { input: 0, file: u32::try_from(self.0.len()).expect("few") };
        let size = bytes.len() as u64;
        self.0.insert(id, bytes);
        Blob::Source { id, size }
    }
}

impl Contents for Bodies {
    fn open(&self, id: SourceId) -> io::Result<Box<dyn Read + '_>> {
        self.0
            .get(&id)
            .map(|bytes| Box::new(&bytes[..]) as Box<dyn Read>)
            .ok_or(io::ErrorKind::NotFound.into())
    }

    fn name(&self, id: SourceId) -> String {
        format!("input {} file {}", id.input, id.file)
    }
}

/// A package without files.
pub fn package(name: &str) -> Package {
    let control = BinaryControl {
        identity: None,
        provenance: Provenance::default(),
        package: name.parse().expect("a name"),
        version: "1.0-1".parse().expect("a version"),
        architecture: "all".parse().expect("an architecture"),
        maintainer: "Jörg Tester <joerg@example.org>".to_owned(),
        section: "python".to_owned(),
        priority: "optional".to_owned(),
        homepage: Some("https://example.org".to_owned()),
        summary: "nasty sample".to_owned(),
        description: "with a long text\n\nof two paragraphs".to_owned(),
        relations: Vec::new(),
        fields: vec![("X-Built-By".to_owned(), "tests".to_owned())],
    };
    Package {
        control,
        date: SourceDate::from_seconds(DATE),
        tree: PackageTree::default(),
        scripts: Scripts::default(),
        removed_conffiles: Vec::new(),
    }
}

/// Claims a path.
pub fn insert(package: &mut Package, path: &str, kind: NodeKind) {
    let node = Node { kind, origin: "sample".to_owned(), mtime: Some(DATE - 5) };
    package.tree.insert(path.parse().expect(path), node).expect("free");
}

/// A file with a mode, not a conffile.
pub fn file(blob: Blob, mode: &str) -> NodeKind {
    NodeKind::File { blob, mode: mode.parse().expect("a mode"), conffile: false }
}

/// Names that break tools: long ones around every limit, quotes, blanks, backslashes, other alphabets.
pub fn nasty() -> (Package, Bodies) {
    let mut package = package("nasty-sample");
    let mut bodies = Bodies::default();
    for length in [1, 98, 99, 100, 101, 150, 246] {
        let body = bodies.add(vec![b'x'; length]);
        insert(&mut package, &format!("/opt/nasty/{}", "n".repeat(length)), file(body, "0644"));
    }
    for total in 96..=103 {
        // The whole path, `./` included, is `total` bytes long.
        let path = format!("/opt/nasty/exact/{total}{}", "p".repeat(total - 21));
        let body = bodies.add(path.clone().into_bytes());
        insert(&mut package, &path, file(body, "0644"));
        let path = format!("/opt/nasty/dirs/{total}{}", "d".repeat(total - 20));
        insert(&mut package, &path, NodeKind::Directory { mode: "0755".parse().expect("a mode") });
    }
    let names = [
        "a b",
        "quote'd",
        "double\"d",
        "back\\slash",
        "back\\nslash",
        "ümläut-日本",
        "$(x)`y`;&",
        "-rf",
        "a-b",
        "a.b",
    ];
    for name in names {
        insert(&mut package, &format!("/opt/nasty/names/{name}"), file(bodies.add(name.into()), "0644"));
    }
    insert(&mut package, "/opt/nasty/names/a/below", file(bodies.add(Vec::new()), "0644"));
    finish(&mut package, &mut bodies);
    (package, bodies)
}

fn finish(package: &mut Package, bodies: &mut Bodies) {
    let deep = "/d".repeat(150);
    insert(package, &format!("/opt/nasty{deep}/file"), file(bodies.add(b"deep".to_vec()), "0600"));
    insert(package, "/opt/nasty/empty", file(bodies.add(Vec::new()), "0755"));
    let large: Vec<u8> =
        (0..700_000u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    insert(package, "/opt/nasty/large", file(bodies.add(large), "0755"));
    insert(package, "/opt/nasty/inline", file(Blob::Inline(b"generated\n"[..].into()), "0640"));
    for length in [1, 99, 100, 101, 200, 1000] {
        let target = format!("../{}", "t".repeat(length)).split_off(3);
        insert(package, &format!("/opt/nasty/links/{length}"), NodeKind::Symlink { target });
    }
    let target = "../x/./y//z/".to_owned();
    insert(package, "/opt/nasty/links/unnormalised", NodeKind::Symlink { target });
    let (mode, blob) = ("0640".parse().expect("a mode"), Blob::Inline(b"setting = 1\n"[..].into()));
    insert(package, "/etc/nasty-sample/settings.conf", NodeKind::File { blob, mode, conffile: true });
    package.removed_conffiles.push("/etc/nasty-sample/old.conf".parse().expect("a path"));
    let script = |name: &str| Some(format!("#!/bin/sh\nset -e\n# {name}\nexit 0\n"));
    package.scripts = Scripts {
        preinst: script("preinst"),
        postinst: script("postinst"),
        prerm: script("prerm"),
        postrm: script("postrm"),
    };
}

/// Options for a compression such as `zstd:3` and a number of threads.
pub fn options(compression: &str, threads: u32) -> Options {
    let resources = Resources { threads: NonZero::new(threads).expect("not zero"), memory: 4 << 30 };
    let compression = compression.parse().expect("valid");
    let control_compression = compression;
    let largest_member = mkdeb::archive::ar::LARGEST;
    let (needles, reads_back) = (Vec::new(), true);
    Options { compression, control_compression, resources, largest_member, needles, reads_back }
}

/// The image of a package at the samples' date.
pub fn image(package: &Package) -> Image {
    Image::from_package(package)
}

/// Writes a package to memory.
pub fn build(package: &Package, bodies: &dyn Contents, options: &Options) -> (Vec<u8>, Summary) {
    let mut out = Vec::new();
    let mut spool = Cursor::new(Vec::new());
    let summary = write::write(&image(package), bodies, options, &mut spool, &mut out).expect("writable");
    assert_eq!(summary.size, out.len() as u64);
    (out, summary)
}
