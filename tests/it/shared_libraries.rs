//! What machine code needs: linked here, and compared with what dpkg-shlibdeps finds.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, ran};

/// Where the tests put what they link.
const PACKAGES: &str = "build/venv/lib/python3.11/site-packages";

/// A project whose virtualenv has these libraries: file, source, and words for the linker. Earlier ones are there
/// for later ones.
fn linked(libraries: &[(&str, &str, &[&str])]) -> Project {
    let project = Project::new("");
    for (file, source, words) in libraries {
        let path = project.path(PACKAGES).join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        project.write("build/source.c", source);
        let mut command = Command::new("cc");
        command.current_dir(project.dir()).args(["-shared", "-fPIC", "-O1", "-o"]).arg(&path);
        let made = ran(command.arg("build/source.c").args(*words));
        assert_eq!(made.code, Some(0), "{file}: {}", made.err);
    }
    project
}

const USES_LIBC: &str = "#include <stdio.h>\n#include <sys/random.h>\nint own(void) { char c; return printf(\"%d\", (int) getrandom(&c, 1, 0)); }";
const CALLS_OTHER: &str = "int other(void); int own(void) { return other(); }";
const OTHER: &str = "int other(void) { return 7; }";

/// What the package needs besides the interpreter.
fn needs(project: &Project) -> Vec<String> {
    let plan = project.plan();
    let text = plan["packages"][0]["control"]["Pre-Depends"].as_str().unwrap().to_owned();
    text.split(", ").filter(|item| !item.starts_with("python3")).map(str::to_owned).collect()
}

/// What dpkg-shlibdeps says of the same files.
fn oracle(project: &Project) -> Vec<String> {
    let root = project.path("oracle");
    let place = root.join("debian/p/opt/venv");
    fs::create_dir_all(root.join("debian/p/DEBIAN")).unwrap();
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    fs::write(root.join("debian/control"), "Source: p\n\nPackage: p\nArchitecture: any\n").unwrap();
    assert!(
        Command::new("cp").arg("-a").arg(project.path("build/venv")).arg(&place).status().unwrap().success()
    );
    let mut command = Command::new("dpkg-shlibdeps");
    command.current_dir(&root).args(["-O", "--ignore-missing-info"]);
    let walk = walkdir::WalkDir::new(&place).into_iter().map(|entry| entry.unwrap().into_path());
    for file in walk.filter(|path| is_code(path)) {
        command.arg(file);
    }
    let said = ran(&mut command);
    assert_eq!(said.code, Some(0), "{}", said.err);
    // It says nothing where nothing is needed.
    let found = said.out.trim().strip_prefix("shlibs:Depends=");
    found.map_or(Vec::new(), |found| found.split(", ").map(str::to_owned).collect())
}

fn is_code(path: &Path) -> bool {
    !path.is_symlink() && path.is_file() && fs::read(path).unwrap().starts_with(b"\x7fELF")
}

#[test]
fn what_is_used_of_glibc_decides_its_version() {
    let plain = linked(&[("plain.so", "int own(void) { return 7; }", &["-nostdlib"])]);
    assert_eq!(needs(&plain), [""; 0], "what needs no library needs no package");
    let libc = linked(&[
        ("libc.so", USES_LIBC, &[]),
        ("maths.so", "#include <math.h>\ndouble own(double x) { return exp(x) + fmod(x, 3); }", &["-lm"]),
    ]);
    let found = needs(&libc);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("libc6 (>= 2."), "{found:?}");
    assert_eq!(found, oracle(&libc));
}

#[test]
fn a_library_of_the_package_is_no_dependency() {
    let other = |path: &'static str| (path, OTHER, &["-Wl,-soname,libother.so.7"][..]);
    // By its path, as auditwheel leaves it; by its name alone, once others have loaded it; by a link.
    let by_path = format!("{PACKAGES}/x.libs/libother.so.7");
    let by_name = format!("{PACKAGES}/y/libreal.so");
    for (library, words) in [
        (other("x.libs/libother.so.7"), vec![by_path.as_str(), "-Wl,-rpath,$ORIGIN/../x.libs"]),
        (
            other("x.libs/libother.so.7"),
            vec![by_path.as_str(), "-Wl,--disable-new-dtags,-rpath,${ORIGIN}/../x.libs"],
        ),
        (other("y/libreal.so"), vec![by_name.as_str()]),
    ] {
        let project = linked(&[library, ("mod/own.so", CALLS_OTHER, &words)]);
        let found = needs(&project);
        assert!(found.iter().all(|item| item.starts_with("libc6")), "{words:?}: {found:?}");
        if words.len() > 1 {
            assert_eq!(found, oracle(&project), "{words:?}");
        }
    }
}

#[test]
fn a_library_that_nobody_knows_is_an_error_until_the_manifest_knows_it() {
    let path = format!("{PACKAGES}/gone.so");
    let words = [path.as_str()];
    let project =
        linked(&[("gone.so", OTHER, &["-Wl,-soname,libodd.so.7"]), ("own.so", CALLS_OTHER, &words)]);
    fs::remove_file(project.path(&path)).unwrap();
    project.refused(
        &[],
        &[
            "site-packages/own.so` needs the library `libodd.so.7`, and no package is known to have it",
            "`libraries = { \"libodd.so.7\" = \"PACKAGE\" }`",
        ],
    );
    let manifest = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    let with = |line: &str| project.write("mkdeb.toml", manifest.replace("[app]", &format!("{line}\n[app]")));
    with("libraries = { \"libodd.so.7\" = \"libodd7 (>= 1.2)\" }");
    assert!(needs(&project).contains(&"libodd7 (>= 1.2)".to_owned()));
    with("libraries = { \"libodd.so.7\" = \"\" }");
    assert!(needs(&project).iter().all(|item| item.starts_with("libc6")));
    with("depends = []");
    project.build(&[]);
}

#[test]
fn the_parts_of_a_split_application_need_what_is_in_them() {
    let project = linked(&[("libc.so", USES_LIBC, &[])]);
    let manifest = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    project.write("mkdeb.toml", manifest + "[layout]\nkind = \"split\"\n");
    let plan = project.plan();
    let of = |number: usize| plan["packages"][number]["control"].to_string();
    assert!(of(0).contains("-venv-") && of(0).contains("libc6 (>= 2."), "{}", of(0));
    assert!(!of(1).contains("libc6") && !of(2).contains("libc6"), "{} {}", of(1), of(2));
}

#[test]
fn a_tarball_is_asked_as_a_directory_is() {
    let project = linked(&[("libc.so", USES_LIBC, &[])]);
    let of_directory = needs(&project);
    let made = ran(Command::new("tar").current_dir(project.path("build")).args(["-cf", "venv.tar", "venv"]));
    assert_eq!(made.code, Some(0));
    let manifest = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    project.write("mkdeb.toml", manifest.replace("build/venv", "build/venv.tar"));
    assert_eq!(needs(&project), of_directory);
}
