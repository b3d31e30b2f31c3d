//! Whatever a tarball holds, taking it as the application ends, in a plan or an error.
#![no_main]

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mkdeb::config::manifest::Manifest;
use mkdeb::config::manifest::Origin;
use mkdeb::config::manifest::OriginKind;
use mkdeb::config::recipe::Recipe;
use mkdeb::content::python::PythonVersion;
use mkdeb::host::input::Inputs;
use mkdeb::host::input::Scan;
use mkdeb::host::input::budget::Budget;
use mkdeb::host::watch::Watch;
use mkdeb::plan;
use mkdeb::plan::key::Machine;
use mkdeb::source::Sources;
use mkdeb::template::Templates;
use mkdeb::types::arch::Arch;
use mkdeb::types::date::SourceDate;
use mkdeb::types::size::Size;
use mkdeb_fuzz::mend_tar;

const MANIFEST: &str = r#"
[package]
name = "fuzz"
version = "1"
maintainer = "Fuzz <fuzz@example.org>"
summary = "fuzz"
[app]
tarball = "app.tar"
exclude = ["**/*.pyc", "docs"]
"#;

struct Bench {
    recipe: Recipe,
    templates: Templates,
    directory: PathBuf,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let origin = Origin { file: "mkdeb.toml", kind: OriginKind::MkdebToml };
    let manifest = Manifest::parse(MANIFEST, origin).expect("TOML");
    let recipe = manifest.into_recipe(&BTreeMap::new(), &[]).expect("a manifest");
    let templates = Templates::new(&BTreeMap::new()).expect("templates");
    let memory = Path::new("/dev/shm").join(format!("mkdeb-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&memory).expect("a directory in memory");
    Bench { recipe, templates, directory: memory }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let mut bytes = bytes.to_vec();
    if kind % 4 != 0 {
        mend_tar(&mut bytes);
    }
    let Bench { recipe, templates, directory } = &*BENCH;
    std::fs::write(directory.join("app.tar"), &bytes).expect("memory");
    let watch = Watch::default();
    // Enough for every seed; what unpacks to more is refused, and must be.
    let budget = Budget::new(Size::of_bytes(4 << 20));
    let scan = Scan { base: directory, spool: directory, budget, threads: 1, watch: &watch };
    let app = directory.join("app.tar");
    let Ok(inputs) = Inputs::read(recipe, ("app.tar", &app), Sources::default(), &scan) else { return };
    let date = SourceDate::from_seconds(inputs.sources.newest(true));
    for (path, entry) in &inputs.sources.app.entries {
        assert!(!path.is_root() && !path.as_bytes().split(|byte| *byte == b'/').any(|part| part == b".."));
        assert!(entry.mode <= 0o7777);
    }
    let python = PythonVersion { major: 3, minor: 11, free_threaded: false };
    let machine = &Machine { python, architecture: Arch::ALL };
    let _ = plan::plan(&plan::Request { recipe, sources: &inputs.sources, templates, date, machine });
});
