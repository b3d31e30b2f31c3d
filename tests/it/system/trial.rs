//! `mkdeb test`: the steps that packages go through, what is found wrong, and that nothing of it stays.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bed::{Output, Suite, missing, need, prepared};
use crate::project::Project;

/// A directory with packages, the program's own place for temporary files, and a root.
struct Shop {
    dir: tempfile::TempDir,
    root: PathBuf,
}

impl Shop {
    /// A shop beside the root of Debian 12.
    #[track_caller]
    fn new() -> Option<Shop> {
        let root = Suite::Bookworm.dir();
        prepared(&root, &["unshare", "nsenter", "setpriv", "mount", "tar"])?;
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(dir.path().join("tmp")).unwrap();
        fs::set_permissions(dir.path().join("tmp"), fs::Permissions::from_mode(0o1777)).unwrap();
        Some(Shop { dir, root })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Builds a small package, with more lines in its control file and scripts.
    fn deb(&self, name: &str, version: &str, lines: &str, scripts: &[(&str, &str)]) -> String {
        let file = format!("{name}_{version}.deb");
        let tree = self.path(&format!("{file}.d"));
        let _ = fs::remove_dir_all(&tree);
        let put = |path: &str, text: &str, mode: u32| {
            let path = tree.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        };
        let head = "Architecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: small\n";
        put("DEBIAN/control", &format!("Package: {name}\nVersion: {version}\n{lines}{head}"), 0o644);
        put("DEBIAN/conffiles", &format!("/etc/{name}.conf\n"), 0o644);
        for (script, text) in scripts {
            put(&format!("DEBIAN/{script}"), &format!("#!/bin/sh\nset -e\n{text}\n"), 0o755);
        }
        put(&format!("etc/{name}.conf"), version, 0o644);
        // Most roots leave documents out of packages.
        put(&format!("usr/share/doc/{name}/copyright"), "nobody's\n", 0o644);
        put(&format!("usr/lib/{name}/version"), version, 0o644);
        let packed = Command::new("dpkg-deb")
            .args(["-Zgzip", "-z1", "--root-owner-group", "--build"])
            .arg(&tree)
            .arg(self.path(&file))
            .output();
        Output::from(packed.unwrap()).ok("dpkg-deb");
        file
    }

    /// The program with these words behind `test`, ready to run.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
        command.arg("test").args(words).current_dir(self.dir.path()).stdin(Stdio::null());
        command.env_clear().env("PATH", "/usr/bin:/bin").env("TMPDIR", self.path("tmp"));
        command
    }

    /// Runs it in the root, after which nothing of it may be there.
    fn test(&self, words: &[&str]) -> Output {
        let root = self.root.to_str().unwrap().to_owned();
        self.clean(self.command(&[words, &["--root", &root]].concat()))
    }

    fn clean(&self, mut command: Command) -> Output {
        let output = Output::from(command.output().unwrap());
        self.is_clean();
        output
    }

    fn is_clean(&self) {
        let left: Vec<_> =
            fs::read_dir(self.path("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(left.is_empty(), "{left:?}");
        let place = self.path("tmp").display().to_string();
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounts.contains(&place), "{mounts}");
    }

    /// Nothing can be said: an error with these words, and the hint.
    #[track_caller]
    fn refused(&self, command: Command, error: &str, hint: &str) {
        let output = self.clean(command);
        assert_eq!((output.status.code(), output.stdout.as_str()), (Some(2), ""), "{}", output.stderr);
        assert!(output.stderr.contains(error), "no {error:?} in {}", output.stderr);
        assert!(output.stderr.contains(&format!("hint: {hint}")), "no hint {hint:?} in {}", output.stderr);
    }
}

/// Each step with how it ended: `install ok`.
fn steps(output: &Output) -> Vec<String> {
    let is_step = |line: &&str| ["ok ", "failed ", "skipped "].iter().any(|word| line.starts_with(word));
    let step = |line: &str| {
        let mut words = line.split_whitespace();
        let outcome = words.next().unwrap();
        format!("{} {outcome}", words.next().unwrap())
    };
    output.stdout.lines().filter(is_step).map(step).collect()
}

/// All of these steps, and no other, went well.
#[track_caller]
fn passes(output: &Output, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|name| format!("{name} ok")).collect();
    assert_eq!(steps(output), expected, "{}", output.text());
    assert_eq!(output.status.code(), Some(0), "{}", output.text());
    let says = "all is well; services were not started: no systemd runs in such a root\n";
    assert_eq!(output.stderr, says);
}

/// This step failed with these words below it; those behind it were not tried.
#[track_caller]
fn fails(output: &Output, step: &str, words: &[&str]) {
    assert_eq!(output.status.code(), Some(1), "{}", output.text());
    let failed = format!("{step} failed");
    assert_eq!(
        steps(output).iter().filter(|step| step.ends_with(" failed")).collect::<Vec<_>>(),
        [&failed],
        "{}",
        output.text()
    );
    for word in words {
        assert!(output.stdout.contains(word), "no {word:?} in {}", output.stdout);
    }
}

const WITHOUT: [&str; 5] = ["install", "failed-unpack", "reinstall", "remove", "purge"];
const UPGRADE: [&str; 7] =
    ["install", "failed-unpack", "upgrade", "rollback", "upgrade-again", "remove", "purge"];

#[test]
fn a_good_package_passes_each_step_in_a_directory_and_in_each_kind_of_tarball() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0-1", "", &[("postinst", "echo set up")]);
    let before = fs::metadata(shop.root.join("var/lib/dpkg/status")).unwrap().modified().unwrap();
    let expected =
        ["install ok", "failed-unpack ok", "upgrade skipped", "reinstall ok", "remove ok", "purge ok"];
    let output = shop.test(&[&deb]);
    assert_eq!((steps(&output), output.status.code()), (expected.map(str::to_owned).to_vec(), Some(0)));
    assert!(output.stdout.contains("no `--from` names what it is an upgrade of"), "{}", output.stdout);
    let tar = |option: &str, name: &str| {
        let mut command = Command::new("tar");
        // What there is of documents and locales is not needed, and takes time.
        command.args([option, "-C"]).arg(&shop.root).arg("-cf").arg(shop.path(name));
        command.args(["--exclude=./usr/share/zoneinfo", "--exclude=./usr/lib/python3*", "."]);
        Output::from(command.output().unwrap()).ok("tar");
    };
    for (option, name) in
        [("--no-auto-compress", "root.tar"), ("--gzip", "root.tgz"), ("--zstd", "root.tar.zst")]
    {
        tar(option, name);
        let output = shop.clean(shop.command(&[&deb, "--root", name]));
        assert_eq!(steps(&output), expected, "{name}: {}", output.text());
        fs::remove_file(shop.path(name)).unwrap();
    }
    let after = fs::metadata(shop.root.join("var/lib/dpkg/status")).unwrap().modified().unwrap();
    assert_eq!(before, after);
    assert!(!shop.root.join("usr/lib/small").exists() && !shop.root.join("run/mkdeb").exists());
}

#[test]
fn an_upgrade_goes_forth_and_back_and_the_json_document_tells_it() {
    let shop = need!(Shop::new());
    let (old, new) =
        (shop.deb("small", "1.0", "", &[]), shop.deb("small", "1.1", "", &[("postinst", "true")]));
    let output = shop.test(&[&new, "--from", &old, "--log", "log"]);
    passes(&output, &UPGRADE);
    assert!(output.stdout.contains("it failed as it should, and there is small 1.0"), "{}", output.stdout);
    let log = fs::read_to_string(shop.path("log")).unwrap();
    for words in [
        "--- install\n$ /usr/bin/dpkg",
        "Unpacking small (1.1) over (1.0)",
        "downgrading small from 1.1 to 1.0",
    ] {
        assert!(log.contains(words), "no {words:?} in {log}");
    }
    let output = shop.test(&[&new, "--from", &old, "--json"]);
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    let keys = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let reference = include_str!("../../../docs/test.md");
    for key in keys(&document).iter().chain(&keys(&document["steps"][0])) {
        assert!(reference.contains(&format!("| `{key}` |")), "{key} is not documented");
    }
    assert_eq!(document["ok"], Value::Bool(true));
    assert_eq!(document["packages"][0]["version"], "1.1");
    assert_eq!(document["from"][0]["version"], "1.0");
    let names: Vec<&str> =
        document["steps"].as_array().unwrap().iter().map(|step| step["step"].as_str().unwrap()).collect();
    assert_eq!(names, UPGRADE);
    for name in names.iter().chain(&["failed-switch", "reinstall", "own-rollback"]) {
        assert!(reference.contains(&format!("| `{name}` |")), "{name} is not documented");
    }
    // The same again is no upgrade.
    let output = shop.test(&[&new, "--from", &new]);
    assert!(steps(&output).contains(&"failed-unpack skipped".to_owned()), "{}", output.text());
    assert_eq!(output.status.code(), Some(0));
}

/// Two versions of an application with a virtualenv, in a layout.
fn application(project: &Project) -> [Vec<String>; 2] {
    ["1.0", "1.1"].map(|version| {
        project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
        let ran = project.build(&["--set", &format!("package.version={version}")]);
        ran.out.lines().map(str::to_owned).collect()
    })
}

fn words<'a>(old: &'a [String], new: &'a [String]) -> Vec<&'a str> {
    let from = old.iter().flat_map(|deb| ["--from", deb.as_str()]);
    new.iter().map(String::as_str).chain(from).collect()
}

#[test]
fn the_command_of_the_documents_tries_an_application_whose_release_then_does_not_start() {
    let shop = need!(Shop::new());
    let project = Project::new(
        "python = \"/usr/bin/python3.11\"\n[[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n",
    );
    let [old, new] = application(&project);
    fs::create_dir(shop.path("dist")).unwrap();
    fs::copy(&old[0], shop.path("orders_1.4.1_amd64.deb")).unwrap();
    fs::copy(&new[0], shop.path("dist/orders_1.4.2_amd64.deb")).unwrap();
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&shop.root).arg("-cf").arg(shop.path("bookworm.tar")).arg(".");
    Output::from(tar.output().unwrap()).ok("tar");
    let reference = include_str!("../../../docs/test.md");
    let line = reference.lines().find_map(|line| line.strip_prefix("mkdeb test ")).unwrap();
    let words: Vec<&str> = line.split_whitespace().chain(["--log", "log"]).collect();
    let output = shop.clean(shop.command(&words));
    let mut expected = UPGRADE.to_vec();
    expected.insert(2, "failed-switch");
    passes(&output, &expected);
    let log = fs::read_to_string(shop.path("log")).unwrap();
    assert!(log.contains("preflight failed") && log.contains("this release was made to fail"), "{log}");
}

#[test]
fn an_application_of_the_layout_split_goes_back_by_its_own_program_too() {
    let shop = need!(Shop::new());
    let project = super::fleet_kit::project();
    let [old, new] = application(&project);
    assert_eq!((old.len(), new.len()), (3, 3));
    // In an order in which no single call of dpkg could take them.
    let reversed: Vec<String> = new.iter().rev().cloned().collect();
    let output = shop.test(&words(&old, &reversed));
    let mut expected = UPGRADE.to_vec();
    expected.insert(2, "failed-switch");
    expected.insert(6, "own-rollback");
    passes(&output, &expected);
    // Hosts have the virtualenv already.
    let without: Vec<String> = new.iter().filter(|deb| !deb.contains("-venv-")).cloned().collect();
    passes(&shop.test(&words(&old, &without)), &expected);
    let alone = shop.test(&new.iter().map(String::as_str).collect::<Vec<_>>());
    let tried: Vec<String> = WITHOUT.iter().map(|name| format!("{name} ok")).collect();
    let went: Vec<String> = steps(&alone).into_iter().filter(|step| !step.ends_with(" skipped")).collect();
    assert_eq!(went, tried, "{}", alone.text());
}

#[test]
fn a_release_that_really_does_not_start_fails_the_upgrade() {
    let shop = need!(Shop::new());
    let project = Project::new(
        "python = \"/usr/bin/python3.11\"\n[[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n",
    );
    let old = project.build(&["--set", "package.version=1.0"]).out;
    project.write("app/orders/__init__.py", "import nowhere\n");
    let new = project.build(&["--set", "package.version=1.1"]).out;
    let output = shop.test(&[new.trim(), "--from", old.trim()]);
    fails(&output, "upgrade", &["dpkg failed with status 1", "No module named 'nowhere'"]);
    let left = "skipped  purge                   `upgrade` left nothing to go on with\n";
    assert!(output.stdout.ends_with(left), "{}", output.stdout);
}

#[test]
fn a_package_that_does_not_configure_fails_and_the_rest_is_not_tried() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[("postinst", "echo the table is locked >&2; exit 3")]);
    let output = shop.test(&[&deb]);
    fails(&output, "install", &["dpkg failed with status 1", "    the table is locked\n"]);
    assert!(steps(&output)[1..].iter().all(|step| step.ends_with(" skipped")), "{}", output.stdout);
    assert!(output.stderr.starts_with("1 step failed; "), "{}", output.stderr);
    let output = shop.test(&[&deb, "--json"]);
    let document: Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((document["ok"].as_bool(), output.status.code()), (Some(false), Some(1)));
    let said = document["steps"][0]["said"].as_array().unwrap();
    assert!(said.contains(&Value::from("the table is locked")), "{said:?}");
    assert_eq!(document["steps"][4]["reason"], "`install` left nothing to go on with");
}

#[test]
fn what_a_purge_leaves_behind_is_told() {
    let shop = need!(Shop::new());
    let first = "[ \"$1-$2\" = configure- ] || exit 0";
    let make = "mkdir -p /var/lib/small/more; touch /var/lib/small/more/x; echo '# small' >>/etc/services.d";
    let deb = shop.deb("small", "1.0", "", &[("postinst", &format!("{first}; {make}"))]);
    let told = ["`/var/lib/small` is left, with 2 below it", "`/etc/services.d` is left"];
    fails(&shop.test(&[&deb]), "purge", &told);
    let change = "echo more >>/etc/debian_version; rm -f /etc/issue.net; chmod 700 /srv";
    let deb = shop.deb("small", "1.0", "", &[("postinst", &format!("{first}; {change}"))]);
    let told = [
        "`/etc/debian_version` changed: file 644",
        "`/etc/issue.net` is gone",
        "`/srv` changed: d 755 0:0 -> d 700",
    ];
    fails(&shop.test(&[&deb]), "purge", &told);
}

#[test]
fn what_dpkg_finds_changed_and_what_an_upgrade_that_failed_leaves_is_told() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[("postinst", "echo mine >/usr/lib/small/version")]);
    let output = shop.test(&[&deb]);
    assert!(output.stdout.contains("dpkg --verify: ??5??????   /usr/lib/small/version"), "{}", output.stdout);
    assert_eq!(output.status.code(), Some(1));
    let old = shop.deb("small", "1.0", "", &[]);
    let litter = "if [ \"$1\" = upgrade ]; then mkdir -p /var/lib/small; touch /var/lib/small/migrated; fi";
    let tidy = ("postrm", "[ \"$1\" != purge ] || rm -rf /var/lib/small");
    let new = shop.deb("small", "1.1", "", &[("preinst", litter), tidy]);
    let told = ["`/var/lib/small` is new, with 1 below it"];
    fails(&shop.test(&[&new, "--from", &old]), "failed-unpack", &told);
    // One that goes wrong by itself never comes as far as what was put in its way.
    let new = shop.deb("small", "1.2", "", &[("preinst", "[ \"$1\" != upgrade ] || exit 1")]);
    let output = shop.test(&[&new, "--from", &old]);
    assert!(output.stdout.contains("and not for what was in its way"), "{}", output.stdout);
    assert_eq!(&steps(&output)[..3], ["install ok", "failed-unpack failed", "upgrade failed"]);
}

#[test]
fn a_call_of_dpkg_that_does_not_end_is_ended() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[("postinst", "sleep 100000")]);
    let output = shop.test(&[&deb, "--timeout", "1"]);
    fails(&output, "install", &["dpkg did not end within 1 s"]);
}

#[test]
fn a_package_that_says_too_much_is_ended() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[("postinst", "yes | head -c 40000000; sleep 100000")]);
    fails(&shop.test(&[&deb]), "install", &["dpkg said more than 16 MiB"]);
}

#[test]
fn a_question_that_takes_too_long_is_an_error() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[]);
    let slow = "printf '#!/bin/sh\\nsleep 100000\\n' >/usr/bin/find";
    let slow = shop.deb("slow", "1", "", &[("postinst", slow)]);
    let output = shop.test(&[&deb, "--with", &slow, "--timeout", "3"]);
    assert_eq!(output.status.code(), Some(2), "{}", output.text());
    assert!(output.stderr.contains("failed in the root: it did not end within 3 s"), "{}", output.stderr);
}

#[test]
fn packages_change_neither_what_is_installed_next_nor_the_machine() {
    let shop = need!(Shop::new());
    let script = "touch /run/mkdeb/x && exit 11\nrm -f /run/mkdeb/* && exit 12\n\
        echo 9 >/proc/sys/kernel/pid_max && exit 13\n\
        [ \"$(df --output=size /dev/shm | tail -n 1)\" -lt \"$(df --output=size / | tail -n 1)\" ]";
    let deb = shop.deb("small", "1.0", "", &[("postinst", script)]);
    let output = shop.test(&[&deb]);
    assert_eq!(output.status.code(), Some(0), "{}", output.text());
    // Whoever forces it open, as root can, gets no verdict, and blocks nothing.
    let force =
        "mount -o remount,bind,rw /run/mkdeb; for n in 2 3 4 5; do mkfifo /run/mkdeb/$n-small.deb; done";
    let deb = shop.deb("small", "1.1", "", &[("postinst", force)]);
    let output = shop.test(&[&deb]);
    assert_eq!(output.status.code(), Some(2), "{}", output.text());
    assert!(output.stderr.contains("-small.deb`: File exists"), "{}", output.stderr);
}

#[test]
fn links_of_a_root_lead_nowhere_on_the_machine() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[]);
    let tar = |words: &[&str]| {
        Output::from(Command::new("tar").args(words).current_dir(shop.dir.path()).output().unwrap()).ok("tar")
    };
    fs::write(shop.path("mine"), "mine").unwrap();
    fs::create_dir_all(shop.path("more/usr/sbin")).unwrap();
    std::os::unix::fs::symlink(shop.path("mine"), shop.path("more/usr/sbin/policy-rc.d")).unwrap();
    let root = shop.root.to_str().unwrap();
    tar(&["-cf", "root.tar", "--exclude=./run", "--exclude=./usr/share/zoneinfo", "-C", root, "."]);
    tar(&["-rf", "root.tar", "-C", "more", "./usr/sbin/policy-rc.d"]);
    let output = shop.clean(shop.command(&[&deb, "--root", "root.tar"]));
    assert_eq!(output.status.code(), Some(0), "{}", output.text());
    assert_eq!(fs::read_to_string(shop.path("mine")).unwrap(), "mine");
    std::os::unix::fs::symlink(shop.path("tmp"), shop.path("more/run")).unwrap();
    tar(&["-rf", "root.tar", "-C", "more", "./run"]);
    let error = "in `root.tar` a link is in the place of the directory `/run`";
    let hint = "take a root whose directories are directories";
    shop.refused(shop.command(&[&deb, "--root", "root.tar"]), error, hint);
}

#[test]
fn a_relation_that_the_root_does_not_satisfy_is_told_and_may_be_given() {
    let shop = need!(Shop::new());
    let lines = "Depends: tables (>= 2), dash\nPre-Depends: legs\n";
    let deb = shop.deb("small", "1.0", lines, &[]);
    let root = shop.root.to_str().unwrap();
    let error = "the root does not satisfy what the packages depend on:\n  `small` depends on legs\n";
    shop.refused(
        shop.command(&[&deb, "--root", root]),
        error,
        "make the root with them: `mmdebstrap --variant=apt --include=legs SUITE root.tar`",
    );
    let legs = shop.deb("legs", "1", "", &[]);
    let command = shop.command(&[&deb, "--root", root, "--with", &legs, "--log", "log"]);
    shop.refused(command, "`small` depends on tables (>= 2)", "make the root with them");
    assert!(fs::read_to_string(shop.path("log")).unwrap().contains("dependency problems"));
    let tables = shop.deb("tables", "2.1", "Depends: legs\n", &[]);
    let output = shop.test(&[&deb, "--with", &tables, "--with", &legs]);
    assert_eq!(output.status.code(), Some(0), "{}", output.text());
    let broken = shop.deb("legs", "2", "", &[("postinst", "echo too short; exit 1")]);
    let command = shop.command(&[&deb, "--root", root, "--with", &broken]);
    shop.refused(command, "dpkg cannot install the packages of `--with`:\n", "name all that they depend on");
}

#[test]
fn what_cannot_be_a_root_is_an_error() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "Depends: python3, legs (>= 2) | arms, dash\n", &[]);
    let root = |name: &str| shop.command(&[&deb, "--root", name]);
    let make = "`mmdebstrap --variant=apt --include=dash,legs,python3 SUITE root.tar`";
    let hint = format!("make one with what they depend on: {make}, and name it by `--root`");
    shop.refused(shop.command(&[&deb]), "there is no root to try the packages in", &hint);
    let mut bare = shop.command(&[&deb]);
    bare.env("PATH", "/nowhere");
    shop.refused(bare, "there is no root", "install the package `mmdebstrap`, and make one");
    let output = shop.clean(root("nowhere.tar"));
    assert_eq!(
        output.stderr,
        "error: failed to open `nowhere.tar`: No such file or directory (os error 2)\n"
    );
    let is_dpkg = "its top directory has to be that of a Debian for this machine";
    fs::create_dir(shop.path("empty")).unwrap();
    fs::write(shop.path("empty/x"), "").unwrap();
    shop.refused(root("empty"), "no dpkg runs in `empty`: ", is_dpkg);
    let tar = |words: &[&str]| {
        let packed = Command::new("tar").args(words).current_dir(shop.dir.path()).output();
        Output::from(packed.unwrap()).ok("tar");
    };
    tar(&["-cf", "empty.tar", "-C", "empty", "."]);
    shop.refused(root("empty.tar"), "no dpkg runs in `empty.tar`: ", is_dpkg);
    tar(&["-cjf", "root.tar.bz2", "empty"]);
    let kinds = "a root is a directory, or a tarball of one";
    shop.refused(root("root.tar.bz2"), "`root.tar.bz2` cannot be unpacked: ", kinds);
    tar(&["-czf", "root.tar.gz", "empty"]);
    let whole = fs::read(shop.path("root.tar.gz")).unwrap();
    fs::write(shop.path("root.tar.gz"), &whole[..whole.len() / 2]).unwrap();
    shop.refused(root("root.tar.gz"), "`root.tar.gz` cannot be unpacked: ", kinds);
    fs::write(shop.path("text"), "no tarball\n".repeat(100)).unwrap();
    shop.refused(root("text"), "This does not look like a tar archive", kinds);
}

#[test]
fn packages_that_cannot_be_tried_are_an_error() {
    let shop = need!(Shop::new());
    let root = shop.root.to_str().unwrap();
    let (one, two) = (shop.deb("small", "1.0", "", &[]), shop.deb("small", "1.1", "", &[]));
    let both = shop.command(&[&one, &two, "--root", root]);
    shop.refused(
        both,
        "`small_1.0.deb` and `small_1.1.deb` are both `small`",
        "the version before goes with `--from`",
    );
    let dash = shop.deb("dash", "99", "", &[]);
    shop.refused(
        shop.command(&[&dash, "--root", root]),
        "`dash` is installed in the root already",
        "take a root without it",
    );
    let odd = shop.deb("odd", "1.0", "", &[]);
    let bytes = fs::read(shop.path(&odd)).unwrap();
    fs::write(shop.path("cut.deb"), &bytes[..bytes.len() - 100]).unwrap();
    let output = shop.clean(shop.command(&["cut.deb", "--root", root]));
    assert!(output.status.code() == Some(2) && output.stderr.contains("`cut.deb`"), "{}", output.stderr);
    let control = shop.path("odd_1.0.deb.d/DEBIAN/control");
    let text = fs::read_to_string(&control).unwrap();
    fs::write(&control, text.replace("Version: 1.0\n", "")).unwrap();
    let project = Project::new("");
    let packed = project.run(&[
        "pack",
        "--nocheck",
        shop.path("odd_1.0.deb.d").to_str().unwrap(),
        shop.path("odd.deb").to_str().unwrap(),
    ]);
    assert_eq!(packed.code, Some(0), "{}", packed.err);
    let output = shop.clean(shop.command(&["odd.deb", "--root", root]));
    assert!(
        output.stderr.contains("the control file of `odd.deb` is not valid: the field `Version`"),
        "{}",
        output.stderr
    );
    // A question that the root does not answer any more.
    let vandal = shop.deb("vandal", "1", "", &[("postinst", "rm /usr/bin/find")]);
    let output = shop.clean(shop.command(&[&one, "--root", root, "--with", &vandal]));
    assert!(output.stderr.starts_with("error: `/usr/bin/find / "), "{}", output.stderr);
    assert_eq!(output.status.code(), Some(2));
    // No log, no verdict.
    let output = shop.test(&[&one, "--log", "/proc/self/log"]);
    assert_eq!(output.status.code(), Some(2), "{}", output.text());
    assert!(output.stderr.starts_with("error: failed to create `/proc/self/log`"), "{}", output.stderr);
}

/// The program as somebody who may do little, with what the machine has in these files for them.
fn as_nobody(shop: &Shop, mounts: &[(&str, &str)], words: &[&str]) -> Command {
    let program = shop.path("mkdeb");
    if !program.exists() {
        fs::copy(env!("CARGO_BIN_EXE_mkdeb"), &program).unwrap();
    }
    let mut script = String::new();
    for (number, (path, text)) in mounts.iter().enumerate() {
        let file = shop.path(&format!("mounted-{number}"));
        fs::write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        script += &format!("mount --bind {} {path}\n", file.display());
    }
    script += "exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
    let mut command = Command::new("unshare");
    command.args(["--mount", "--", "/bin/sh", "-euc", &script, "sh"]).arg(program).arg("test").args(words);
    command.current_dir(shop.dir.path()).stdin(Stdio::null());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("TMPDIR", shop.path("tmp"));
    command
}

const IDS: [(&str, &str); 2] =
    [("/etc/subuid", "nobody:100000:65536\n"), ("/etc/subgid", "nobody:100000:65536\n")];

/// Whether the kernel lets users have namespaces, and the tools are there.
#[track_caller]
fn namespaces() -> Option<()> {
    if !Path::new("/usr/bin/newuidmap").exists() || !Path::new("/etc/subuid").exists() {
        return missing("`newuidmap`");
    }
    let mut command = Command::new("setpriv");
    command.args([
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "unshare",
        "--user",
        "--map-root-user",
    ]);
    command.args(["--mount", "true"]);
    if command.output().unwrap().status.success() {
        Some(())
    } else {
        missing("the right to have user namespaces")
    }
}

#[test]
fn nobody_needs_to_be_root_for_it() {
    let shop = need!(Shop::new());
    need!(namespaces());
    let mut tar = Command::new("tar");
    tar.arg("-C").arg(&shop.root).arg("-cf").arg(shop.path("root.tar")).arg(".");
    Output::from(tar.output().unwrap()).ok("tar");
    // Files of an account of its own, which one user alone could not have.
    let account = "id small || useradd --system --home-dir /nonexistent small; chown small:small /usr/lib/small/version\n\
        touch /run/mkdeb/x && exit 11; true";
    let old = shop.deb("small", "1.0", "", &[("postinst", "id; chown games:mail /usr/lib/small/version")]);
    let new = shop.deb("small", "1.1", "", &[("postinst", account)]);
    let words = [new.as_str(), "--from", old.as_str(), "--root", "root.tar"];
    let output = shop.clean(as_nobody(&shop, &IDS, &words));
    assert_eq!(output.status.code(), Some(0), "{}", output.text());
    passes(&output, &UPGRADE);
    // A directory of one's own, all of whose files are one's own.
    let mut tar = Command::new("setpriv");
    tar.args(["--reuid=65534", "--regid=65534", "--clear-groups", "tar", "-xf", "root.tar", "-C", "tmp/own"]);
    fs::create_dir(shop.path("tmp/own")).unwrap();
    fs::set_permissions(shop.path("tmp/own"), fs::Permissions::from_mode(0o777)).unwrap();
    std::os::unix::fs::chown(shop.path("tmp/own"), Some(65534), Some(65534)).unwrap();
    Output::from(tar.args(["--exclude=./dev/*"]).current_dir(shop.dir.path()).output().unwrap()).ok("tar");
    fs::rename(shop.path("tmp/own"), shop.path("own")).unwrap();
    let words = [new.as_str(), "--from", old.as_str(), "--root", "own"];
    passes(&shop.clean(as_nobody(&shop, &IDS, &words)), &UPGRADE);
    // A directory whose owners are nobody there.
    fs::create_dir_all(shop.path("root/etc")).unwrap();
    let words = [new.as_str(), "--root", "root"];
    let hint = "make a tarball of it: `sudo tar -C root -cf root.tar .`, or run this as root";
    shop.refused(as_nobody(&shop, &IDS, &words), "`root` belongs to another user than you", hint);
}

#[test]
fn who_may_have_no_namespaces_learns_how_to_get_them() {
    let shop = need!(Shop::new());
    need!(namespaces());
    let deb = shop.deb("small", "1.0", "", &[]);
    fs::write(shop.path("root.tar"), "").unwrap();
    let words = [deb.as_str(), "--root", "root.tar"];
    let none = [("/etc/subuid", "root:100000:65536\n")];
    let error = "this machine does not let you have namespaces for a root: ";
    shop.refused(
        as_nobody(&shop, &none, &words),
        error,
        "give yourself subordinate ids: `sudo usermod --add-subuids",
    );
    let gone = [("/usr/bin/newuidmap", "")];
    shop.refused(
        as_nobody(&shop, &gone, &words),
        "there is no `newuidmap` on `PATH`",
        "install the package `uidmap`",
    );
    // A superuser without the right to mount, as in a container.
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--", "/bin/sh", "-euc"]);
    command.arg("echo 0 >/proc/sys/user/max_mnt_namespaces; exec \"$@\"").arg("sh");
    command.arg(env!("CARGO_BIN_EXE_mkdeb")).arg("test").args(words).current_dir(shop.dir.path());
    command.env_clear().env("PATH", "/usr/bin:/bin").env("TMPDIR", shop.path("tmp"));
    let error = "this machine does not let root have namespaces for a root: unshare: unshare failed: ";
    shop.refused(
        command,
        error,
        "a container needs to be a privileged one for it: `docker run --privileged`",
    );
}

#[test]
fn scripts_see_a_debian_without_network_services_or_strangers() {
    let shop = need!(Shop::new());
    let script = format!(
        "set -x; [ \"$(sed 1,2d /proc/net/dev | cut -d: -f1 | tr -d ' ')\" = lo ]\n\
         [ ! -e /run/systemd/system ]\n\
         [ \"$(/usr/sbin/policy-rc.d x start || echo $?)\" = 101 ]\n\
         [ ! -e /proc/{} ] || ! grep -q mkdeb /proc/{}/cmdline\n\
         [ \"$(stat -c %F /dev/null)\" = 'character special file' ] && echo x >/dev/null\n\
         [ -z \"${{TMPDIR-}}$MKDEB_CACHE\" ] && [ \"$HOME\" = /root ] && [ ! -t 0 ]",
        std::process::id(),
        std::process::id()
    );
    // What a root leaves out of packages is not missed.
    let slim =
        "mkdir -p /etc/dpkg/dpkg.cfg.d; echo 'path-exclude=/usr/share/doc/*' >/etc/dpkg/dpkg.cfg.d/slim";
    let slim = shop.deb("slim", "1", "", &[("postinst", slim)]);
    let deb = shop.deb("small", "1.0", "", &[("postinst", &script)]);
    let output = shop.test(&[&deb, "--with", &slim]);
    assert_eq!(output.status.code(), Some(0), "{}", output.text());
}

#[test]
fn the_dpkg_of_each_suite_does_the_same() {
    let mut shop = need!(Shop::new());
    let (old, new) =
        (shop.deb("small", "1.0", "", &[]), shop.deb("small", "1.1", "", &[("postinst", "true")]));
    for suite in Suite::ALL {
        shop.root = suite.dir();
        passes(&shop.test(&[&new, "--from", &old]), &UPGRADE);
    }
}

#[test]
fn a_full_directory_for_temporary_files_is_named() {
    let shop = need!(Shop::new());
    let deb = shop.deb("small", "1.0", "", &[]);
    let program = env!("CARGO_BIN_EXE_mkdeb");
    let root = shop.root.to_str().unwrap();
    let script = "mount -t tmpfs -o size=64k full tmp; head -c 100000 /dev/zero >tmp/full 2>/dev/null || true
        git init -q git; git -C git -c user.name=a -c user.email=a@b commit -q --allow-empty -m a
        shift; \"$@\"";
    for words in [vec!["test", &deb, "--root", root], vec!["-C", "git", "export"]] {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--", "/bin/sh", "-euc", script, "sh", "--", program]).args(words);
        command.current_dir(shop.dir.path()).env("TMPDIR", shop.path("tmp"));
        let output = Output::from(command.output().unwrap());
        assert_eq!(output.status.code(), Some(2), "{}", output.text());
        let names = output.stderr.contains(&format!("`{}`", shop.path("tmp").display()));
        let says = ["is full", "no storage space"].iter().any(|words| output.stderr.contains(words));
        assert!(names && says, "{}", output.stderr);
    }
}

/// The processes of the machine with a word in their command line.
fn processes(word: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has = |pid: &u32| {
        fs::read_to_string(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.split('\0').any(|own| own == word))
    };
    pids.filter(has).collect()
}

fn until(what: &str, condition: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !condition() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_signal_ends_everything_and_nothing_is_left() {
    let shop = need!(Shop::new());
    // A session of its own, as mkdeb's own hooks have.
    let deb = shop.deb("small", "1.0", "", &[("postinst", "setsid -w sleep 7654321")]);
    let deb = deb.as_str();
    let root = shop.root.to_str().unwrap();
    for (signal, code) in [("TERM", Some(143)), ("INT", Some(130)), ("KILL", None)] {
        let mut command = shop.command(&[deb, "--root", root]);
        let mut child: Child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        until("the package is being configured", || !processes("7654321").is_empty());
        let sent = Command::new("kill").args(["-s", signal, &child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let status = child.wait().unwrap();
        assert_eq!(status.code(), code, "{signal}");
        if signal == "KILL" {
            // What holds the root ends with its input; a directory without a root stays.
            until("the processes end", || processes("7654321").is_empty());
            let place = fs::read_dir(shop.path("tmp")).unwrap().next().unwrap().unwrap().path();
            until("the root is gone", || fs::read_dir(place.join("root")).unwrap().next().is_none());
        } else {
            let output = Output::from(child.wait_with_output().unwrap());
            assert_eq!(output.stderr, "error: interrupted; nothing of the root is left\n");
            assert!(processes("7654321").is_empty());
            shop.is_clean();
        }
    }
}
