//! Bad input: an error that names the thing and what would help, and nothing written.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::bed::missing;
use crate::project::{HEAD, Project, Ran, ran};

const SERVICE: &str = "[[service]]\nname = \"orders\"\nexec = \"venv/bin/serve\"\n";

/// A manifest with one more part, and what is said of it.
fn manifest(more: &str, words: &[&str]) {
    let project = Project::new("");
    project.append(more);
    project.refused(&[], words);
}

fn set(assignment: &str, words: &[&str]) {
    Project::new(SERVICE).refused(&["--set", assignment], words);
}

#[test]
fn a_manifest_is_refused_at_its_line_with_what_to_do() {
    let caret = "^^^";
    manifest("nmae = 1\n", &["unknown key `nmae`", "mkdeb.toml:11", caret, "hint: the keys are `path`"]);
    manifest("pyhton = \"x\"\n", &["unknown key `pyhton`", "did you mean `python`?", caret]);
    manifest("[[servcie]]\n", &["unknown key `servcie`", "did you mean `service`?", caret]);
    manifest(
        "[[service]]\nname = 1\n",
        &["has to be a string, not a number", "write it in quotes", "mkdeb.toml:"],
    );
    manifest("[service]\nname = \"x\"\n", &["write `[[service]]`"]);
    manifest("path\n", &["the text is not TOML", "mkdeb.toml:11"]);
    manifest(
        "[[config]]\nsource = \"${NO_SUCH}/x\"\npath = \"/etc/x\"\n",
        &["`NO_SUCH`, which is not set", "set `NO_SUCH`"],
    );
    set("package.name=Orders", &["`name` in `[package]`", "--set"]);
    set("package.version=", &["`version` in `[package]`"]);
    set("package.version=not a version", &["`version` in `[package]`"]);
    set("package.depends=[\"a (> 1)\"]", &["`depends` in `[package]`"]);
    set("package.architecture=x86_64", &["`x86_64` is not what Debian calls it", "write `amd64`"]);
    set("package.architecture=armadillo", &["`armadillo` is not an architecture"]);
    set("service.0.user=root; rm", &["`user` in `[[service]]`"]);
    set("service.0.user=$(id)", &["`user` in `[[service]]`"]);
    set("package.summary=\"a\\u001b[31mb\"", &["holds a control character"]);
}

#[test]
fn a_manifest_that_cannot_be_read_is_named() {
    let project = Project::new("");
    project.refused(&["-f", "none.toml"], &["failed to read `none.toml`: No such file"]);
    project.refused(&["-f", "app"], &["failed to read `app`: Is a directory"]);
    project.write("binary.toml", b"\xff\xfe");
    project.refused(
        &["-f", "binary.toml"],
        &["failed to read `binary.toml`: stream did not contain valid UTF-8"],
    );
    // What never ends, never begins, or is too much.
    project.refused(&["-f", "/dev/zero"], &["failed to read `/dev/zero`: it is not a regular file"]);
    assert!(Command::new("mkfifo").arg(project.path("pipe")).status().unwrap().success());
    project.refused(&["-f", "pipe"], &["failed to read `pipe`: it is not a regular file"]);
    fs::File::create(project.path("large.toml")).unwrap().set_len(1 << 40).unwrap();
    project.refused(&["-f", "large.toml"], &["failed to read `large.toml`: it is larger than the 4 MiB"]);
    fs::create_dir(project.path("templates")).unwrap();
    fs::rename(project.path("pipe"), project.path("templates/prerm.sh.hbs")).unwrap();
    project.refused(&["--templates", "templates"], &["prerm.sh.hbs`: it is not a regular file"]);
    fs::remove_file(project.path("mkdeb.toml")).unwrap();
    project.refused(&[], &["there is no `mkdeb.toml`, and no `pyproject.toml`", "hint: write one"]);
    project.write("pyproject.toml", "[project]\nname = \"x\"\n");
    project.refused(&[], &["there is no `[tool.mkdeb]` in it"]);
}

#[test]
fn an_input_that_is_not_there_or_not_a_tree_is_named() {
    let relative = "hint: paths in a manifest are relative to the directory it lies in";
    set("app.tarball=none.tar.gz", &["failed to read `none.tar.gz`: No such file", relative]);
    set("venv.path=none", &["failed to read `none`: No such file", relative]);
    set(
        "app.tarball=mkdeb.toml",
        &["`mkdeb.toml` is neither a directory nor a tar archive", "hint: give a directory"],
    );
    set("app.tarball=/dev/zero", &["`/dev/zero` is neither a directory nor a tar archive"]);
    set("venv.path=app", &["`app` is not a virtualenv", "hint: "]);
    set("app.exclude=[\"a[\"]", &["`exclude` in `[app]`: `a[` is not a glob"]);
    set("app.strip-components=9", &["`strip-components = 9` leaves nothing of `app`"]);
    let config = "[[config]]\nsource = \"x\"\npath = \"/etc/x\"\n";
    manifest(config, &["failed to read `x`: No such file", relative]);
    let project = Project::new(config);
    fs::create_dir(project.path("x")).unwrap();
    project.refused(&[], &["`x` is not a regular file"]);
    let fifo = Command::new("mkfifo").arg(project.path("pipe")).status().unwrap();
    assert!(fifo.success());
    project.refused(&["--set", "app.tarball=pipe"], &["`pipe` is neither a directory nor a tar archive"]);
    fs::remove_dir(project.path("x")).unwrap();
    project.write("x", "");
    fs::rename(project.path("pipe"), project.path("app/pipe")).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(project.path("app/socket")).unwrap();
    let says = |path: &str| format!("`app` has a {path} at `{path}`, which a package cannot ship");
    project.refused(
        &["--set", "app.exclude=[\"socket\"]"],
        &[&says("pipe").replace("a pipe", "a fifo"), "or leave it out with `exclude`"],
    );
    project.refused(&["--set", "app.exclude=[\"pipe\"]"], &[&says("socket")]);
    project.build(&["--set", "app.exclude=[\"pipe\", \"socket\"]"]);
    drop(socket);
    fs::rename(project.path("app/pipe"), project.path("build/venv/pipe")).unwrap();
    project.refused(
        &["--set", "app.exclude=[\"socket\"]"],
        &["`build/venv` has a fifo at `pipe`", "hint: remove it from the virtualenv"],
    );
}

/// An entry of a tar, whatever its name.
fn entry(kind: u8, name: &[u8], link: &[u8], body: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    header.set_mode(0o644);
    header.set_size(body.len() as u64);
    header.set_entry_type(tar::EntryType::new(kind));
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name);
    old.linkname[..link.len()].copy_from_slice(link);
    header.set_cksum();
    let mut bytes = [header.as_bytes(), body].concat();
    bytes.resize(bytes.len().next_multiple_of(512), 0);
    bytes
}

fn tarball(entries: &[Vec<u8>], words: &[&str]) {
    let project = Project::new("");
    let good = entry(b'0', b"orders/__init__.py", b"", b"pass\n");
    project.write("app.tar", [good, entries.concat(), vec![0; 1024]].concat());
    project.refused(&["--set", "app.tarball=app.tar"], words);
}

#[test]
fn a_hostile_tarball_is_refused_by_its_entry() {
    let file = |name: &[u8]| entry(b'0', name, b"", b"x");
    let link = |name: &[u8], target: &[u8]| entry(b'2', name, target, b"");
    tarball(
        &[file(b"../up")],
        &["`app.tar` has an entry that cannot be installed: `../up` leaves the tree with `..`"],
    );
    tarball(&[file(b"a/../../up")], &["leaves the tree with `..`", "hint: make the archive anew"]);
    tarball(&[file(b"/etc/passwd")], &["`/etc/passwd` is an absolute path"]);
    tarball(
        &[link(b"l", b"../../etc")],
        &["`app.tar` has a link `l` to `../../etc`, which leaves the tree", "`exclude`"],
    );
    tarball(&[link(b"l", b"/etc/shadow")], &["a link `l` to `/etc/shadow`, which leaves the tree"]);
    tarball(
        &[link(b"here", b"."), link(b"l", b"here/../x")],
        &["a link `l` to `here/../x`, which leaves the tree"],
    );
    tarball(&[link(b"l", b"a\x1b[31m")], &["a link `l` to `a\\u{1b}[31m`"]);
    tarball(&[entry(b'3', b"dev", b"", b"")], &["`app.tar` has a device at `dev`"]);
    tarball(&[entry(b'4', b"dev", b"", b"")], &["`app.tar` has a device at `dev`"]);
    tarball(&[entry(b'6', b"pipe", b"", b"")], &["`app.tar` has a fifo at `pipe`"]);
    tarball(&[entry(b'Z', b"odd", b"", b"")], &["an entry of an unknown kind at `odd`"]);
    tarball(
        &[file(b"a"), file(b"./a")],
        &["`app.tar` has the entry `a` twice", "hint: make the archive anew"],
    );
    tarball(
        &[link(b"d", b"orders"), file(b"d/x")],
        &["the entry `d/x` below something that is not a directory"],
    );
    tarball(&[file(b"d"), file(b"d/x")], &["the entry `d/x` below something that is not a directory"]);
    tarball(
        &[entry(b'1', b"h", b"none", b"")],
        &["the entry `h` as a hard link to a file that is not there"],
    );
    tarball(&[entry(b'1', b"h", b"../x", b"")], &["leaves the tree with `..`"]);
    tarball(
        &[file(b"a\nb")],
        &["`/opt/orders/releases/", "a\\nb` cannot be a path on the host: it holds a control character"],
    );
    tarball(&[file(b"a\xff")], &["`app.tar` has `a\u{fffd}`, whose name is not UTF-8", "rename it"]);
    tarball(&[file(b"a\x1b[31m")], &["a\\u{1b}[31m"]);
}

#[test]
fn a_tarball_that_was_cut_off_or_spoilt_is_refused() {
    let project = Project::new("");
    let whole = [entry(b'0', b"a", b"", &[b'x'; 3000]), vec![0; 1024]].concat();
    let try_with = |bytes: &[u8], words: &[&str]| {
        project.write("app.tar", bytes);
        project.refused(&["--set", "app.tarball=app.tar"], words);
    };
    try_with(&whole[..2000], &["failed to read `app.tar`", "ends at byte 2000"]);
    try_with(&whole[..512 + 3072], &["`app.tar` has no end: it was cut off"]);
    try_with(&whole[..300], &["`app.tar`"]);
    try_with(b"", &["`app.tar` is neither a directory nor a tar archive"]);
    let mut spoilt = [whole[..512 + 3072].to_vec(), whole.clone()].concat();
    spoilt[512 + 3072] ^= 1;
    try_with(
        &spoilt,
        &["failed to read `app.tar`: the header at byte 3584 is broken: its checksum is wrong"],
    );
    let compressed = Command::new("gzip").arg("-c").arg(project.path("mkdeb.toml")).output().unwrap().stdout;
    try_with(&compressed, &["`app.tar` is neither a directory nor a tar archive"]);
    try_with(&compressed[..20], &["`app.tar`"]);
}

#[test]
fn one_path_has_one_source() {
    let project = Project::new("[[tree]]\nsource = \"more\"\npath = \"orders\"\n");
    project.write("more/__init__.py", "");
    project.refused(
        &[],
        &["error: both `app` and `more` install `/opt/orders/releases/", "hint: leave one of them out"],
    );
    let project = Project::new("");
    project.write("app/venv/x", "");
    project.write("app/venv/bin/serve", "");
    project.refused(&[], &["both `app` and `build/venv` install `/opt/orders/releases/", "/venv`"]);
    let project = Project::new("");
    project.write("app/.mkdeb", "");
    project.refused(&[], &["both `app` and mkdeb install `/opt/orders/releases/", "/.mkdeb`"]);
    let project = Project::new("");
    project.write(&format!("app/{}", "n".repeat(250)), "");
    project.refused(&[], &["a name is longer than the 246 bytes that dpkg can unpack"]);
    let project = Project::new("");
    fs::write(project.path("app").join(OsStr::from_bytes(b"a\xff")), "").unwrap();
    project.refused(&[], &["`app` has `a\u{fffd}`, whose name is not UTF-8"]);
    symlink("../..", project.path("app/out")).unwrap();
    fs::remove_file(project.path("app").join(OsStr::from_bytes(b"a\xff"))).unwrap();
    project.refused(&[], &["`app` has a link `out` to `../..`, which leaves the tree"]);
}

#[test]
fn a_prefix_too_long_for_scripts_is_refused() {
    let long = format!("layout.prefix=/opt/{}", "p".repeat(120));
    Project::new("")
        .refused(&["--set", &long], &["is too long for scripts", "hint: choose a shorter `prefix`"]);
}

#[test]
fn a_program_that_is_not_shipped_is_refused_with_the_one_that_is() {
    let near = "hint: did you mean `venv/bin/serve`?";
    set(
        "service.0.exec=serve --port 1",
        &["`exec` of `orders` starts `serve`, which is not in the release", near],
    );
    set("service.0.exec=bin/serve", &["which is not in the release", near]);
    set(
        "service.0.exec=nothing",
        &["which is not in the release", "hint: paths are relative to the release"],
    );
    set("service.0.exec=orders", &["which is a directory"]);
    set("service.0.exec=orders/__init__.py", &["which is not executable"]);
    manifest("[[command]]\nname = \"x\"\npath = \"serve\"\n", &["[[command]] x starts `serve`", near]);
}

#[test]
fn a_unit_of_the_users_own_is_text_that_mixes_no_releases() {
    let project = Project::new("[[service]]\nname = \"orders\"\nuser = \"orders\"\nunit = \"x.service\"\n");
    project.write(
        "x.service",
        "[Service]\n# /opt/orders/current/venv/bin/x\nExecStart=/opt/orders/current/venv/bin/serve\n",
    );
    project
        .refused(&[], &["`x.service` starts a program through `current/venv` in line 3", "hint: use `exec`"]);
    project.write("x.service", b"\xff\n");
    project.refused(&[], &["`x.service` is not UTF-8"]);
    project.write("x.service", "[Service]\nExecStart=/opt/orders/current/.mkdeb/run/orders\n");
    project.build(&["--dry-run"]);
    let project = Project::new("[hooks]\nbefore-activate = \"hook\"\n");
    project.write("hook", b"#!/bin/sh\n\xff\n");
    project.refused(&[], &["`hook` is not UTF-8"]);
}

#[test]
fn a_conffile_has_a_size_that_can_be_compared() {
    let project = Project::new("[[config]]\nsource = \"big\"\npath = \"/etc/big\"\n");
    project.write("big", vec![b'x'; (16 << 20) + 1]);
    project.refused(&[], &["`big` is larger than the 16 MiB that are read as text"]);
}

#[test]
fn a_conffile_has_a_path_that_dpkg_reads() {
    let config = |path: &str| format!("[[config]]\nsource = \"x\"\npath = \"{path}\"\n");
    let project = Project::new(&config("/etc/orders/a "));
    project.write("x", "");
    project
        .refused(&[], &["`/etc/orders/a ` ends in a blank, which dpkg does not read", "leave the blank out"]);
    let of_length = |length: usize| {
        let name = "n".repeat(240);
        let start = format!("/etc/{name}/{name}/{name}/{name}/");
        let path = format!("{start}{}", "n".repeat(length - start.len()));
        let project = Project::new(&config(&path));
        project.write("x", "setting\n");
        (project, path)
    };
    let (project, _) = of_length(981);
    project.refused(&[], &["longer than the 980 bytes that dpkg reads", "hint: choose a shorter path"]);
    let (project, path) = of_length(980);
    let bed = crate::bed::need!(crate::bed::Chrootless::new());
    // The interpreter that the script asks for need not be here.
    project.write("mine/preinst.sh.hbs", "#!/bin/sh\nexit 0\n");
    let deb = project.build(&["--templates", "mine"]).out;
    bed.dpkg(&["--force-depends", "--unpack", deb.trim_end()]).ok("dpkg --unpack");
    let shown = bed.dpkg(&["--status", "orders"]).ok("dpkg --status");
    assert!(shown.contains(&format!("\n {path} ")), "{shown}");
}

#[test]
fn what_runs_as_root_is_told() {
    let file = "[[file]]\nsource = \"tool\"\npath = \"/usr/lib/orders/tool\"\n";
    let project = Project::new(file);
    for path in ["tool", "app/tool", "build/venv/bin/tool"] {
        project.program(path, "#!/bin/sh\n");
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(0o4755)).unwrap();
    }
    let said = project.build(&[]).err;
    for words in [
        "warning: tool: is setuid or setgid, and will not be on the host; say so with `mode`",
        "warning: app: `tool` is setuid or setgid, and will not be on the host",
        "warning: build/venv: `bin/tool` is setuid or setgid, and will not be on the host",
    ] {
        assert!(said.contains(words), "{said}");
    }
    project.append("mode = \"4755\"\n");
    let (_, tree) = project.unpacked();
    let mode = |path: &str| fs::metadata(tree.join(path)).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode("usr/lib/orders/tool"), 0o4755);
    let said = project.build(&["-v"]).err;
    assert!(
        said.contains("note: /usr/lib/orders/tool: is setuid or setgid, as root's file of mode 4755"),
        "{said}"
    );
    assert!(!said.contains("warning: tool: "), "{said}");
}

#[test]
fn links_of_two_inputs_end_in_the_release() {
    let project = Project::new("[[tree]]\nsource = \"more\"\npath = \"sub\"\n");
    project.write("more/deep/x", "");
    let link = |target: &str, path: &str| {
        let _ = fs::remove_file(project.path(path));
        symlink(target, project.path(path)).unwrap();
    };
    link("..", "more/deep/up");
    link("sub/deep/up/deep/x", "app/l");
    project.build(&["--dry-run"]);
    // By its words it stays below the release; `up` leads it out.
    link("sub/deep/up/../../x", "app/l");
    project.refused(&[], &["`app` has a link `l` to `sub/deep/up/../../x`, which leaves the tree"]);
    link("sub/m", "app/l");
    link("m", "more/m");
    project.refused(&[], &["` has a link `", "`, which leads nowhere", "hint: make the link lead to a file"]);
}

/// The start of a program for a machine: `EM_X86_64` or `EM_AARCH64` of elf.h.
fn elf(machine: u16) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x02\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend([3, 0]);
    bytes.extend(machine.to_le_bytes());
    bytes.extend([1, 0, 0, 0]);
    bytes.resize(512, 0);
    bytes[52] = 64;
    bytes
}

#[test]
fn machine_code_is_for_one_architecture_and_the_stated_one() {
    let project = Project::new("");
    project.write("app/one.so", elf(62));
    project.refused(
        &["--set", "package.architecture=arm64"],
        &[
            "the package's architecture is `arm64`, but ",
            "one.so",
            " is for amd64",
            "hint: leave out `architecture`",
        ],
    );
    project.write("app/two.so", elf(183));
    project.refused(&[], &["one.so", "two.so", "one package has one architecture", "hint: rebuild"]);
}

#[test]
fn an_override_that_is_no_template_or_no_shell_is_refused() {
    let project = Project::new("");
    let templates = ["--templates", "mine"];
    project.refused(&templates, &["failed to read `mine`"]);
    let with = |name: &str, text: &str, words: &[&str]| {
        project.write(&format!("mine/{name}"), text);
        project.refused(&templates, words);
        fs::remove_file(project.path("mine").join(name)).unwrap();
    };
    with("no-such.sh.hbs", "", &["there is no template `no-such.sh.hbs` to override"]);
    with("prerm.sh.hbs", "#!/bin/sh\n{{#if x}}\n", &["the template `prerm.sh.hbs` cannot be read: "]);
    with(
        "prerm.sh.hbs",
        "#!/bin/sh\n: {{relaese.id}}\n",
        &["the template `prerm.sh.hbs` cannot be rendered: ", "relaese"],
    );
    with(
        "prerm.sh.hbs",
        "#!/bin/sh\nif true; then\n",
        &["the template `prerm.sh.hbs`, as it is overridden, does not give a shell script: "],
    );
    with("activate/words.sh.hbs", "words() {\n", &["the template `activate.sh.hbs`, as it is overridden,"]);
    with("environment.sh.hbs", "case\n", &["the template `environment.sh.hbs`, as it is overridden,"]);
    project.write("mine/prerm.sh.hbs", "#!/bin/sh\nexit 0\n");
    let mut command = project.command(&["build", "--templates", "mine"]);
    let without = ran(command.env("PATH", "/nonexistent"));
    assert_eq!(without.code, Some(2));
    assert!(without.err.contains("failed to check a script with `sh`: No such file"), "{}", without.err);
    assert!(without.err.contains("hint: install a POSIX shell"), "{}", without.err);
    assert!(!project.path("dist").exists());
}

#[test]
fn an_override_takes_the_place_of_its_template() {
    let project = Project::new(SERVICE);
    project.write("mine/prerm.sh.hbs", "#!/bin/sh\n# {{release.package}} of ours\nexit 0\n");
    project.write("mine/service.unit.hbs", "[Service]\nExecStart=/bin/true\n# {{description}}\n");
    project.write("mine/activate/words.sh.hbs", "# no words\n");
    project.write("mine/README", "not a template\n");
    let ran = project.build(&["--templates", "mine", "--dry-run", "--json"]);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(plan["packages"][0]["scripts"]["prerm"], "#!/bin/sh\n# orders of ours\nexit 0\n");
    project.build(&["--templates", "mine"]);
}

#[test]
fn an_output_that_cannot_be_is_refused() {
    let project = Project::new("");
    project.refused(
        &["-o", "none"],
        &["the output directory `", "none` does not exist", "hint: make it with `mkdir -p "],
    );
    project.refused(&["-o", "none/x.deb"], &["none` does not exist"]);
    project.refused(&["-o", "mkdeb.toml"], &["mkdeb.toml` is not a directory", "hint: name a directory"]);
    project.refused(&["-o", "mkdeb.toml/x.deb"], &["mkdeb.toml` is not a directory"]);
    project.write("dist", "");
    project.refused(&[], &["dist` is not a directory"]);
    fs::remove_file(project.path("dist")).unwrap();
    fs::create_dir_all(project.path("dist/orders_1.4.2_all.deb/x")).unwrap();
    project.refused(&[], &["failed to write `", "orders_1.4.2_all.deb`: Is a directory"]);
}

fn is_root() -> bool {
    fs::metadata("/proc/self").map(|data| std::os::unix::fs::MetadataExt::uid(&data)).unwrap() == 0
}

#[test]
fn an_output_directory_that_takes_no_files_is_refused() {
    let project = Project::new("");
    // Everybody may enter; nobody may write.
    fs::set_permissions(project.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(project.path("closed")).unwrap();
    fs::set_permissions(project.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    let program = project.path("mkdeb");
    fs::copy(env!("CARGO_BIN_EXE_mkdeb"), &program).unwrap();
    let mut command = Command::new(if is_root() { Path::new("setpriv") } else { &program });
    if is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
    }
    let ran = ran(command.args(["build", "-o", "closed"]).current_dir(project.dir()));
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(
        ran.err.contains("error: failed to create ") && ran.err.contains("permission denied"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("hint: write elsewhere with `--output`"), "{}", ran.err);
    assert_eq!(fs::read_dir(project.path("closed")).unwrap().count(), 0);
}

/// Runs `mkdeb build -o mnt` with a tmpfs of these options at `mnt`, in a mount namespace of its own; then `more`.
fn on_tmpfs(project: &Project, options: &str, more: &str) -> Option<Ran> {
    fs::create_dir_all(project.path("mnt")).unwrap();
    if !is_root() {
        return missing("a mount of one's own");
    }
    let program = env!("CARGO_BIN_EXE_mkdeb");
    let script = format!(
        "mount -t tmpfs -o {options} tmpfs mnt || exit 99; {program} build -o mnt; code=$?; {more}; exit $code"
    );
    let mut command = Command::new("unshare");
    let ran = ran(command.args(["--mount", "sh", "-c", &script]).current_dir(project.dir()));
    if ran.code == Some(99) { missing("a mount of one's own") } else { Some(ran) }
}

#[test]
fn a_full_disk_is_said_and_left_clean() {
    let project = Project::new("");
    let noise: Vec<u8> = (0..3_000_000u32).map(|n| (n.wrapping_mul(n ^ 0x9e37_79b9) >> 13) as u8).collect();
    project.write("app/noise", noise);
    let Some(ran) = on_tmpfs(&project, "size=256k", "ls -A mnt >&2") else { return };
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(ran.err.contains("No space left on device"), "{}", ran.err);
    assert!(ran.err.contains("hint: free some space, or write elsewhere with `--output`"), "{}", ran.err);
}

#[test]
fn a_read_only_disk_is_said() {
    let Some(ran) = on_tmpfs(&Project::new(""), "ro", "true") else { return };
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(
        ran.err.contains("read-only filesystem") && ran.err.contains("hint: write elsewhere"),
        "{}",
        ran.err
    );
}

/// A build that takes seconds, and its output once it has begun to write. The process ends with the value.
struct Slow {
    project: Project,
    child: std::process::Child,
}

impl Slow {
    fn start() -> Self {
        let project = Project::new("");
        let noise: Vec<u8> =
            (0..20_000_000u32).map(|n| (n.wrapping_mul(n ^ 0x9e37_79b9) >> 13) as u8).collect();
        project.write("app/a-large", noise);
        project.write("app/z-last", "before\n");
        let mut command = project.command(&["build", "-Z", "gzip:9", "--threads", "1"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let slow = Self { project, child };
        let begun = |path: &std::path::PathBuf| path.file_name().unwrap().as_bytes().starts_with(b".mkdeb-");
        let start = Instant::now();
        while !slow.project.listing().iter().any(begun) {
            assert!(start.elapsed() < Duration::from_secs(30), "it never began to write");
            std::thread::sleep(Duration::from_millis(5));
        }
        slow
    }

    fn end(self) -> (Project, Ran) {
        let output = self.child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (self.project, Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) })
    }
}

fn assert_clean(project: &Project) {
    assert!(!project.path("dist").exists());
    let stray = |path: &std::path::PathBuf| path.file_name().unwrap().as_bytes().starts_with(b".mkdeb-");
    assert!(!project.listing().iter().any(stray));
}

#[test]
fn a_signal_ends_a_build_soon_and_leaves_nothing() {
    for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        let slow = Slow::start();
        let pid = slow.child.id().to_string();
        let sent = Instant::now();
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
        let (project, ran) = slow.end();
        assert!(sent.elapsed() < Duration::from_secs(10), "{signal}");
        assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{signal}: {}", ran.err);
        assert_eq!(ran.err, "error: interrupted; nothing was written\n");
        assert_clean(&project);
    }
}

/// What is said, and what was done to the file.
type Change = (&'static str, fn(&Path));

#[test]
fn an_input_that_changes_or_goes_away_meanwhile_is_named() {
    let change: [Change; 5] = [
        ("it changed while it was being read", |path| fs::write(path, "after!\n").unwrap()),
        ("it changed while it was being read", |path| fs::write(path, "longer than before\n").unwrap()),
        ("No such file", |path| fs::remove_file(path).unwrap()),
        ("Too many levels of symbolic links", |path| {
            fs::remove_file(path).unwrap();
            symlink("/etc/passwd", path).unwrap();
        }),
        ("it changed while it was being read", |path| {
            fs::remove_file(path).unwrap();
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        }),
    ];
    for (reason, change) in change {
        let slow = Slow::start();
        change(&slow.project.path("app/z-last"));
        let (project, ran) = slow.end();
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{reason}: {}", ran.err);
        assert!(
            ran.err.contains("error: failed to read `") && ran.err.contains("z-last` for `/opt/orders/"),
            "{}",
            ran.err
        );
        assert!(ran.err.contains(reason), "{}", ran.err);
        assert_clean(&project);
    }
}

#[test]
fn a_tarball_that_changes_meanwhile_is_named() {
    let mut slow = Slow::start();
    slow.child.kill().unwrap();
    slow.child.wait().unwrap();
    let project = slow.project;
    let tar =
        Command::new("tar").args(["-cf", "app.tar", "-C", "app", "."]).current_dir(project.dir()).status();
    assert!(tar.unwrap().success());
    for stray in project.listing() {
        if stray.file_name().unwrap().as_bytes().starts_with(b".mkdeb-") {
            fs::remove_file(stray).unwrap();
        }
    }
    let mut command =
        project.command(&["build", "-Z", "gzip:9", "--threads", "1", "--set", "app.tarball=app.tar"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = |path: &std::path::PathBuf| path.file_name().unwrap().as_bytes().starts_with(b".mkdeb-");
    while !project.listing().iter().any(begun) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let file = fs::OpenOptions::new().write(true).open(project.path("app.tar")).unwrap();
    std::os::unix::fs::FileExt::write_at(&file, b"changed", 19_000_000).unwrap();
    let (project, ran) = Slow { project, child }.end();
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(
        ran.err.contains("failed to read `app.tar: ") && ran.err.contains("it changed while"),
        "{}",
        ran.err
    );
    assert_clean(&project);
}

#[test]
fn a_source_may_be_a_link_to_a_file() {
    let project = Project::new("[[config]]\nsource = \"link\"\npath = \"/etc/orders.conf\"\n");
    project.write("real", "x = 1\n");
    symlink("real", project.path("link")).unwrap();
    let (_, tree) = project.unpacked();
    assert_eq!(fs::read_to_string(tree.join("etc/orders.conf")).unwrap(), "x = 1\n");
}

#[test]
fn a_secret_of_the_environment_does_not_become_public() {
    let project = Project::new("");
    let mut command = project.command(&["build", "--set", "package.summary=hunter2hunter2"]);
    let ran = ran(command.env("DEPLOY_TOKEN", "hunter2hunter2"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("has the value of the environment variable `DEPLOY_TOKEN`"), "{}", ran.err);
    assert!(HEAD.contains("order service") && !project.path("dist").exists());
}

#[test]
fn a_directory_of_a_service_is_no_place_for_what_root_installs() {
    let directory =
        "[[directory]]\npath = \"/etc/orders\"\nowner = \"orders\"\n[[user]]\nname = \"orders\"\n";
    let refused =
        "error: `[[directory]]` /etc/orders has an owner or a mode of its own, and the package installs";
    let shipped = "[[config]]\nsource = \"orders.conf\"\npath = \"/etc/orders/orders.conf\"\n";
    let secret = "[[config]]\nsecret = true\npath = \"/etc/orders/orders.conf\"\n";
    for config in [shipped, secret] {
        let project = Project::new(&format!("{directory}{config}"));
        project.write("orders.conf", "");
        project.refused(&[], &[refused, "`/etc/orders/orders.conf` in it", "hint: install that elsewhere"]);
    }
}

#[test]
fn a_state_directory_of_the_system_is_refused() {
    let service =
        "[[service]]\nname = \"orders\"\nexec = \"venv/bin/serve\"\nstate-directory = \"dpkg/info\"\n";
    Project::new(service).refused(&[], &["`dpkg/info` is the system's", "hint: choose another name"]);
}

#[test]
fn a_module_that_nobody_ships_is_told() {
    let project = Project::new("[[command]]\nname = \"orders\"\nentry-point = \"orders.cil:main\"\n");
    let words = "warning: [[command]] orders: `orders.cil` is in no directory of `python-path`";
    assert!(project.build(&[]).err.contains(words));
    project.refused(&["--strict"], &["`orders.cil` is in no directory of `python-path`"]);
}

#[test]
fn a_program_below_the_prefix_is_looked_for_in_the_release() {
    let service = "[[service]]\nname = \"orders\"\nexec = \"/opt/orders/venv/bin/missing\"\n";
    Project::new(service)
        .refused(&[], &["`exec` of `orders` starts `venv/bin/missing`, which is not in the release"]);
}
