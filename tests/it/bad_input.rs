//! Bad input: an error that names the thing and what would help, and nothing written.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use crate::project::{HEAD, Project, ran};

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
    manifest("path\n", &["the text is not valid TOML", "mkdeb.toml:11"]);
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
        &["failed to read `binary.toml`: stream did not contain valid UTF-8", "hint: convert it to UTF-8"],
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
    project.refused(
        &[],
        &["there is no `mkdeb.toml`, and no `pyproject.toml`", "hint: `mkdeb init` writes one"],
    );
    project.write("pyproject.toml", "[project]\nname = \"x\"\n");
    project.refused(&[], &["there is no `[tool.mkdeb]` in it"]);
}

#[test]
fn an_input_that_is_not_there_or_not_a_tree_is_named() {
    let relative =
        "hint: make it first, or correct the path, which is relative to the directory of the manifest";
    set("app.tarball=none.tar.gz", &["failed to read `none.tar.gz`: No such file", relative]);
    set("venv.path=none", &["failed to read `none`: No such file", relative]);
    set(
        "app.tarball=mkdeb.toml",
        &["`mkdeb.toml` is neither a directory nor a tar archive", "hint: give a directory"],
    );
    set("app.tarball=/dev/zero", &["`/dev/zero` is neither a directory nor a tar archive"]);
    set("venv.path=app", &["`app` is not a virtualenv", "--set:1:11", "hint: "]);
    set("app.exclude=[\"a[\"]", &["`exclude` in `[app]`: `a[` is not a glob"]);
    set(
        "app.strip-components=9",
        &["`strip-components = 9` leaves nothing of `app`", "hint: take less of the paths"],
    );
    let config = "[[config]]\nsource = \"x\"\npath = \"/etc/x\"\n";
    manifest(
        config,
        &["failed to read `x`: No such file", "mkdeb.toml:", "source = \"x\"\n", "^^^", relative],
    );
    let broken = Project::new("");
    std::os::unix::fs::symlink("nowhere", broken.path("lost")).unwrap();
    broken.refused(&["--set", "app.tarball=lost"], &["failed to read `lost`: No such file", relative]);
    set("venv.path=build/vnev", &["--set:1:11", "hint: did you mean `build/venv`?"]);
    let project = Project::new(config);
    fs::create_dir(project.path("x")).unwrap();
    project.refused(&[], &["`x` is not a regular file", "`[[tree]]` takes a directory"]);
    set("venv.requirements=none.txt", &["failed to read `none.txt`: No such file", "--set:1:19", relative]);
    manifest(
        "[[service]]\nname = \"web\"\nexec = \"venv/bin/gnuicorn --bind x\"\n",
        &["starts `venv/bin/gnuicorn`", "mkdeb.toml:", "exec = \"venv/bin/gnuicorn --bind x\"\n", "^^^"],
    );
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
        &[
            "`build/venv` has a fifo at `pipe`",
            "path = \"build/venv\"\n",
            "^^^",
            "hint: remove it from the virtualenv",
        ],
    );
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
    Project::new("").refused(
        &["--set", &long],
        &["is too long for scripts", "--set:1:15", "hint: choose a shorter `prefix`"],
    );
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
    set("service.0.exec=venv/bin/none", &["which is not in the release", "into the virtualenv"]);
    set("service.0.exec=orders", &["which is a directory", "hint: name a file in it"]);
    set("service.0.exec=orders/__init__.py", &["which is not executable", "hint: make it executable"]);
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
        .refused(&[], &["`/etc/orders/a ` ends in a blank, which dpkg drops", "remove the blank at its end"]);
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
        "warning: tool: is setuid or setgid here, and will be neither on the host; set `mode` if it has to be",
        "warning: app: `tool` is setuid or setgid here, and will be neither on the host",
        "warning: build/venv: `bin/tool` is setuid or setgid here, and will be neither on the host",
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
    let missing = |words: &[&str], path: &str| {
        let words: Vec<&str> = ["build"].iter().chain(words).copied().collect();
        let said = format!("error: failed to read `{path}`: No such file or directory (os error 2)\n");
        assert_eq!(project.run(&words).err, said, "with no hint: the manifest does not name it");
    };
    missing(&templates, "mine");
    missing(&["--manifest", "none.toml"], "none.toml");
    project.refused(&["--templates", "mkdeb.toml"], &["failed to read `mkdeb.toml`: Not a directory"]);
    let with = |name: &str, text: &str, words: &[&str]| {
        project.write(&format!("mine/{name}"), text);
        project.refused(&templates, words);
        fs::remove_file(project.path("mine").join(name)).unwrap();
    };
    with("prem.sh.hbs", "", &["no template `prem.sh.hbs` to override", "did you mean `prerm.sh.hbs`?"]);
    with(
        "no-such.sh.hbs",
        "",
        &["no template `no-such.sh.hbs` to override", "the templates are activate.sh.hbs, "],
    );
    with("prerm.sh.hbs", "#!/bin/sh\n{{#if x}}\n", &["the template `prerm.sh.hbs` cannot be read: line "]);
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
    project.write("mine/activate/words.sh.hbs", "{{> activate/conffiles.sh.hbs}}\n");
    with(
        "activate/conffiles.sh.hbs",
        "{{~> activate/words.sh.hbs}}\n",
        &["error: the template `activate/conffiles.sh.hbs` is part of itself"],
    );
    fs::remove_file(project.path("mine/activate/words.sh.hbs")).unwrap();
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
    project.refused(&["-o", "mkdeb.toml"], &["mkdeb.toml` is not a directory", "hint: name a directory"]);
    project.refused(&["-o", "mkdeb.toml/x.deb"], &["mkdeb.toml` is not a directory"]);
    project.refused(&["-o", "mkdeb.toml/a/b"], &["mkdeb.toml` is not a directory"]);
    project.write("dist", "");
    project.refused(&[], &["dist` is not a directory"]);
    fs::remove_file(project.path("dist")).unwrap();
    fs::create_dir_all(project.path("dist/orders_1.4.2_all.deb/x")).unwrap();
    project.refused(
        &[],
        &["orders_1.4.2_all.deb` exists already, and is not a regular file", "hint: move it away"],
    );
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

#[test]
fn what_is_in_the_way_of_a_package_is_said_before_any_is_written() {
    let project = Project::new("[layout]\nkind = \"split\"\n");
    project.refused(&["-o", "x.deb"], &["makes three packages, which `", "hint: name a directory"]);
    let built = project.build(&[]);
    let last = built.out.lines().last().unwrap().to_owned();
    fs::remove_dir_all(project.path("dist")).unwrap();
    fs::create_dir_all(&last).unwrap();
    project
        .refused(&[], &["orders_1.4.2", "exists already, and is not a regular file", "hint: move it away"]);
}

#[test]
fn a_link_to_a_device_is_not_replaced_by_a_package() {
    let project = Project::new("");
    project.write(
        "tree/DEBIAN/control",
        "Package: x\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b.c>\nDescription: x\n",
    );
    std::os::unix::fs::symlink("/dev/full", project.path("out")).unwrap();
    let ran = project.run(&["pack", "tree", "out"]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert_eq!(fs::read_link(project.path("out")).unwrap(), std::path::Path::new("/dev/full"));
}

#[test]
fn locks_that_would_take_for_ever_or_the_whole_stack_are_read_or_refused() {
    let project = Project::new("requirements = \"r0.txt\"\npython = \"/usr/bin/python3.11\"\n");
    for number in 0..60 {
        let next = format!("-r r{}.txt\n", number + 1);
        project.write(&format!("r{number}.txt"), next.repeat(2));
    }
    project.write("r60.txt", "idna==3.7\n");
    assert_eq!(project.run(&["venv-key"]).code, Some(0));
    let deep = format!("{}python_version > '3'{}", "(".repeat(20_000), ")".repeat(20_000));
    project.write("r60.txt", format!("a==1 ; {deep}\n"));
    let ran = project.run(&["venv-key"]);
    assert!(
        ran.code == Some(2) && ran.err.contains("parentheses are more than 100 deep"),
        "{:.300}",
        ran.err
    );
    project.write("pylock.toml", format!("lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nmarker = \"{deep}\"\n"));
    let ran = project.run(&["venv-key", "--set", "venv.requirements=pylock.toml"]);
    assert!(
        ran.code == Some(2) && ran.err.contains("parentheses are more than 100 deep"),
        "{:.300}",
        ran.err
    );
}

#[test]
fn a_key_of_many_components_is_none() {
    let project = Project::new("");
    let long = format!("a{}=1", ".a".repeat(30_000));
    project.refused(&["--set", &long], &["error: "]);
}

#[test]
fn a_name_in_an_input_begins_no_line_of_ours() {
    let project = Project::new("");
    let info = "build/venv/lib/python3.11/site-packages/odd-1.dist-info";
    project.write(&format!("{info}/METADATA"), "Name: odd\nVersion: 1\n");
    project.write(&format!("{info}/RECORD"), "\"gone\nerror: all is well\nhint: run this\",,\n");
    let ran = project.build(&[]);
    assert!(ran.err.contains("warning: ") && ran.err.contains("all is well"), "{}", ran.err);
    assert!(
        !ran.err.lines().any(|line| line.starts_with("error") || line.starts_with("hint")),
        "{}",
        ran.err
    );
}

#[test]
fn more_inputs_than_are_told_apart_are_refused() {
    let project = Project::new("");
    project.write("t/f", "1");
    let trees: String = (0..65_600).map(|n| format!("[[tree]]\nsource = \"t\"\npath = \"x{n}\"\n")).collect();
    project.append(&trees);
    project.refused(&[], &["error: the manifest names more than 65535 inputs"]);
}
