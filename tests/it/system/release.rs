//! The program as it is released: one static file, a package, a wheel; each where there is little else.

use std::fs;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::bed::{Root, Suite, missing, need};
use crate::project::{Project, field, ran};

const TOP: &str = env!("CARGO_MANIFEST_DIR");

/// The machine that these tests run on, and the other one that releases are for.
const X86: &str = "x86_64-unknown-linux-musl";
const ARM: &str = "aarch64-unknown-linux-musl";

/// How the program is compiled, by the profile in `Cargo.toml`: what is shipped takes some minutes.
#[derive(Debug, Clone, Copy)]
pub enum Profile {
    Release,
    Quick,
}

/// Runs a script of `release` for a target; the file that it made, and what keeps others from making it anew meanwhile.
#[track_caller]
fn made(script: &str, target: &str, profile: Profile) -> Option<(PathBuf, File)> {
    let lock = File::create(std::env::temp_dir().join("mkdeb-release-tests.lock")).unwrap();
    lock.lock().unwrap();
    let script_of = |name: &str, words: &[&str]| {
        let mut command = Command::new(Path::new(TOP).join("release").join(name));
        command.args(words).env("MKDEB_MAINTAINER", "Ops <ops@example.com>");
        command.env("MKDEB_RELEASE_PROFILE", format!("{profile:?}").to_lowercase());
        ran(&mut command)
    };
    let tools = script_of("tools", &[X86, target]);
    if tools.code != Some(0) {
        eprintln!("{}", tools.err);
        return missing("what releases are made with");
    }
    // Without a target it is for the machine that it runs on.
    let made = if target == X86 { script_of(script, &[]) } else { script_of(script, &[target]) };
    assert_eq!(made.code, Some(0), "{}", made.err);
    Some((Path::new(TOP).join(made.out.lines().last().unwrap()), lock))
}

/// The program in the directory that was packed.
fn program(tarball: &Path) -> PathBuf {
    PathBuf::from(tarball.to_str().unwrap().strip_suffix(".tar.gz").unwrap()).join("mkdeb")
}

/// Builds the package of a project in a root, at the path that it has here; its bytes.
fn built_in(project: &Project, root: &Path, run: impl Fn(&[&str])) -> Vec<u8> {
    let place = project.dir().to_str().unwrap();
    let there = root.join(place.trim_start_matches('/'));
    fs::create_dir_all(there.parent().unwrap()).unwrap();
    let copy = ran(Command::new("cp").arg("-a").arg(place).arg(&there));
    assert_eq!(copy.code, Some(0), "{}", copy.err);
    fs::remove_dir_all(there.join("dist")).unwrap();
    run(&["/mkdeb", "-C", place, "build", "--fast"]);
    let name = fs::read_dir(there.join("dist")).unwrap().map(|entry| entry.unwrap().path()).next();
    fs::read(name.unwrap()).unwrap()
}

fn assert_static(program: &Path) {
    let dynamic = ran(Command::new("readelf").args(["--dynamic", "--program-headers"]).arg(program)).out;
    assert!(!dynamic.contains("(NEEDED)") && !dynamic.contains("INTERP"), "{dynamic}");
}

#[test]
fn one_static_file_builds_the_same_package_in_an_empty_root_and_on_the_oldest_debian() {
    one_static_file(Profile::Quick);
}

pub fn one_static_file(profile: Profile) {
    let (tarball, _lock) = need!(made("build", X86, profile));
    let listed = ran(Command::new("tar").arg("-tzf").arg(&tarball)).out;
    for name in ["/mkdeb\n", "/LICENSE-MIT\n", "/man/mkdeb-build.1\n", "/completions/mkdeb.zsh\n"] {
        assert!(listed.contains(name), "{listed}");
    }
    let sums = ran(Command::new("sha256sum")
        .arg("-c")
        .arg(format!("{}.sha256", tarball.display()))
        .current_dir(tarball.parent().unwrap()));
    assert_eq!(sums.code, Some(0), "{}", sums.err);
    let program = program(&tarball);
    assert_static(&program);

    let project = Project::new("python = \"/usr/bin/python3.11\"\n");
    let here = fs::read(project.build(&[]).out.trim()).unwrap();
    let empty = tempfile::tempdir().unwrap();
    fs::copy(&program, empty.path().join("mkdeb")).unwrap();
    for name in ["tmp", "proc"] {
        fs::create_dir(empty.path().join(name)).unwrap();
    }
    let there = built_in(&project, empty.path(), |words| {
        let ran = ran(Command::new("/usr/sbin/chroot").arg(empty.path()).args(words).env_clear());
        assert_eq!(ran.code, Some(0), "{}", ran.err);
    });
    assert!(here == there, "other bytes in the empty root");
    let root = need!(Root::new(Suite::Bullseye));
    root.copy_in(&program, "/mkdeb");
    let there = built_in(&project, &root.path(), |words| drop(root.ok(words)));
    assert!(here == there, "other bytes on Debian 11");
    let version = root.ok(&["/mkdeb", "--version"]);
    assert!(version.contains("x86_64-unknown-linux-musl") && version.contains("commit "), "{version}");
}

#[test]
fn the_package_of_mkdeb_comes_and_goes_and_brings_pages_and_completions() {
    let (deb, _lock) = need!(made("deb", X86, Profile::Quick));
    let project = Project::new("");
    let lint = project.run(&["lint", "--strict", deb.to_str().unwrap()]);
    assert_eq!((lint.code, lint.out.as_str()), (Some(0), ""), "{}", lint.err);
    let mut lintian = Command::new("lintian");
    lintian.args(["--fail-on", "error", "--tag-display-limit", "0", "--allow-root"]).arg(&deb);
    let lintian = ran(&mut lintian);
    assert_eq!(lintian.code, Some(0), "{}{}", lintian.out, lintian.err);
    let root = need!(Root::new(Suite::Bookworm));
    root.copy_in(&deb, "/srv/mkdeb.deb");
    root.ok(&["dpkg", "-i", "/srv/mkdeb.deb"]);
    assert!(root.ok(&["mkdeb", "--version"]).starts_with("mkdeb "));
    root.ok(&["bash", "-euc", ". /usr/share/bash-completion/completions/mkdeb; complete -p mkdeb"]);
    for path in [
        "man/man1/mkdeb-build.1.gz",
        "zsh/vendor-completions/_mkdeb",
        "fish/vendor_completions.d/mkdeb.fish",
        "doc/mkdeb/copyright",
    ] {
        root.ok(&["test", "-s", &format!("/usr/share/{path}")]);
    }
    assert_eq!(root.ok(&["dpkg", "--verify", "mkdeb"]), "");
    root.ok(&["dpkg", "--purge", "mkdeb"]);
    root.ok(&["test", "!", "-e", "/usr/share/doc/mkdeb"]);
}

#[test]
fn pip_installs_the_wheel_also_an_old_one() {
    let (wheel, _lock) = need!(made("wheel", X86, Profile::Quick));
    let name = wheel.file_name().unwrap().to_str().unwrap().to_owned();
    for suite in [Suite::Bullseye, Suite::Trixie] {
        let root = need!(Root::new(suite));
        root.copy_in(&wheel, &format!("/srv/{name}"));
        root.ok(&["python3", "-m", "venv", "/srv/venv"]);
        root.ok(&["/srv/venv/bin/pip", "install", "--no-index", "--no-deps", &format!("/srv/{name}")]);
        let version = root.ok(&["/srv/venv/bin/mkdeb", "--version"]);
        assert!(version.starts_with("mkdeb "), "{version}");
    }
}

/// On an emulated machine. It is compiled for long, which is why it belongs to the soaks.
pub fn another_machine_builds_the_same_package() {
    let emulator = Path::new("/usr/bin/qemu-aarch64-static");
    let emulator = need!(emulator.exists().then_some(emulator).or_else(|| missing("qemu-aarch64-static")));
    let (tarball, lock) = need!(made("build", ARM, Profile::Release));
    let program = program(&tarball);
    assert_static(&program);
    let run = |args: &[&str]| ran(Command::new(emulator).arg(&program).args(args));
    let version = run(&["--version"]);
    assert!(version.out.contains(ARM), "{}{}", version.out, version.err);
    let pages = program.with_file_name("man").join("mkdeb-build.1");
    assert!(fs::metadata(pages).unwrap().len() > 1000);

    let project = Project::new("python = \"/usr/bin/python3.11\"\n");
    let there = project.path("there");
    fs::create_dir(&there).unwrap();
    for format in ["-Zzstd:3", "-Zxz:0", "-Zgzip:1"] {
        let here = fs::read(project.run(&["build", format]).out.trim()).unwrap();
        let place = project.dir().to_str().unwrap();
        let built = run(&["-C", place, "build", format, "--output", there.to_str().unwrap()]);
        assert_eq!(built.code, Some(0), "{}", built.err);
        assert!(here == fs::read(built.out.trim()).unwrap(), "other bytes with {format}");
    }
    drop(lock);

    let (deb, lock) = need!(made("deb", ARM, Profile::Release));
    assert_eq!(field(&deb, "Architecture"), "arm64");
    drop(lock);
    let (wheel, _lock) = need!(made("wheel", ARM, Profile::Release));
    let tags = "py3-none-manylinux2014_aarch64.manylinux_2_17_aarch64.musllinux_1_1_aarch64.whl";
    assert!(wheel.to_str().unwrap().ends_with(tags), "{wheel:?}");
}
