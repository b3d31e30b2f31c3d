//! The world fails while a package is built: disks, permissions, signals, inputs that change. One error names the
//! thing; nothing is left half written, and what was there stays.

use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::bed::missing;
use crate::project::{Project, Ran, ran};
use crate::slow::{SLOWLY, Slow, assert_clean, large, noise, reads, strays, unnamed, writes};

const DEB: &str = "orders_1.4.2_all.deb";

fn is_root() -> bool {
    fs::metadata("/proc/self").map(|data| std::os::unix::fs::MetadataExt::uid(&data)).unwrap() == 0
}

/// Runs `mkdeb` as somebody who may do little.
pub fn as_nobody(project: &Project, words: &[&str]) -> Ran {
    // Everybody may enter; nobody may write.
    fs::set_permissions(project.dir(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = project.path("mkdeb");
    fs::copy(env!("CARGO_BIN_EXE_mkdeb"), &program).unwrap();
    let mut command = Command::new(if is_root() { Path::new("setpriv") } else { &program });
    if is_root() {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(&program);
    }
    ran(command.args(words).current_dir(project.dir()))
}

#[test]
fn an_output_directory_that_takes_no_files_is_refused() {
    let project = Project::new("");
    fs::create_dir(project.path("closed")).unwrap();
    fs::set_permissions(project.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    let ran = as_nobody(&project, &["build", "-o", "closed"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(
        ran.err.contains("error: failed to create ") && ran.err.contains(": Permission denied (os error 13)"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("hint: write elsewhere"), "{}", ran.err);
    assert_eq!(fs::read_dir(project.path("closed")).unwrap().count(), 0);
    let ran = project.run(&["build", "-o", "/proc/self"]);
    let said = "/orders_1.4.2_all.deb`: No such file or directory (os error 2)\nhint: write elsewhere\n";
    assert!(ran.code == Some(2) && ran.err.ends_with(said), "{}", ran.err);
}

#[test]
fn an_input_that_may_not_be_read_is_named() {
    let project = Project::new("");
    let closed = |path: &str, mode: u32| {
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    for (path, said) in [
        ("app/orders/__init__.py", "app/orders/__init__.py`: Permission denied"),
        ("app/orders", "app/orders`: Permission denied"),
        ("build/venv/pyvenv.cfg", "build/venv/pyvenv.cfg`: Permission denied"),
        ("mkdeb.toml", "failed to read `mkdeb.toml`: Permission denied"),
    ] {
        let before = fs::metadata(project.path(path)).unwrap().permissions().mode() & 0o7777;
        closed(path, 0);
        let ran = as_nobody(&project, &["build", "--dry-run"]);
        closed(path, before);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        assert!(ran.err.contains("error: failed to read `") && ran.err.contains(said), "{}", ran.err);
    }
}

/// Runs `mkdeb build -o mnt` with a tmpfs of these options at `mnt`, in a mount namespace of its own; then lists it.
fn on_tmpfs(project: &Project, options: &str, words: &str) -> Option<Ran> {
    fs::create_dir_all(project.path("mnt")).unwrap();
    if !is_root() {
        return missing("a mount of one's own");
    }
    let program = env!("CARGO_BIN_EXE_mkdeb");
    let script = format!(
        "mount -t tmpfs -o {options} tmpfs mnt || exit 99; {program} build {words}; code=$?; ls -A mnt >&2; exit $code"
    );
    let mut command = Command::new("unshare");
    let ran = ran(command.args(["--mount", "sh", "-c", &script]).current_dir(project.dir()));
    if ran.code == Some(99) { missing("a mount of one's own") } else { Some(ran) }
}

#[test]
fn a_full_disk_is_said_and_left_clean() {
    let project = Project::new("");
    project.write("app/noise", noise(3_000_000));
    let tar = Command::new("tar").args(["-czf", "app.tar.gz", "app"]).current_dir(project.dir()).status();
    assert!(tar.unwrap().success());
    let deb = format!(
        "failed to write `{}",
        project.path("mnt").canonicalize().unwrap_or(project.path("mnt")).display()
    );
    let spooled = format!("{}: failed to compress into the temporary file: ", DEB.to_owned() + "`");
    let contained = format!("{}: failed to write the package: ", DEB.to_owned() + "`");
    for (size, words, said) in [
        ("256k", "-o mnt", [deb.as_str(), &spooled]),
        // Enough for the compressed data, and not for the package too.
        ("1800k", "-o mnt", [&deb, &contained]),
        (
            "256k",
            "-o mnt --set app.tarball=app.tar.gz",
            ["failed to unpack `app.tar.gz` into a temporary file in `", "mnt`: "],
        ),
    ] {
        let Some(ran) = on_tmpfs(&project, &format!("size={size}"), words) else { return };
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        for words in said.into_iter().chain(["No space left on device"]) {
            assert!(ran.err.contains(words), "no {words} in {}", ran.err);
        }
        assert!(
            ran.err.ends_with("hint: free some space, or write elsewhere\n"),
            "something is left, or no hint: {}",
            ran.err
        );
    }
}

#[test]
fn the_directory_for_temporary_files_is_not_asked_for_any() {
    let project = Project::new("");
    let set = packed(&project, "app.tar.gz");
    let mut command = project.command(&["build", "--set", &set]);
    let ran = ran(command.env("TMPDIR", "/nonexistent"));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

#[test]
fn a_read_only_disk_is_said() {
    let Some(ran) = on_tmpfs(&Project::new(""), "ro", "-o mnt") else { return };
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
    assert!(ran.err.contains("ead-only file") && ran.err.contains("hint: write elsewhere"), "{}", ran.err);
}

#[test]
fn a_limit_on_the_size_of_files_is_an_error_and_no_sudden_end() {
    let project = Project::new("");
    project.write("app/noise", noise(1 << 20));
    let limited = format!("ulimit -f 100; exec '{}' build -Znone", env!("CARGO_BIN_EXE_mkdeb"));
    let ran = ran(Command::new("/bin/sh").args(["-c", &limited]).current_dir(project.dir()));
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(ran.err.contains("orders_1.4.2_all.deb`") && ran.err.contains("File too large"), "{}", ran.err);
    assert!(!project.path("dist").exists());
}

#[test]
fn a_machine_that_gives_no_threads_is_no_panic() {
    let project = Project::new("");
    for limit in [100, 150, 200, 300, 500, 1000] {
        let words =
            format!("ulimit -v {}; exec '{}' build --threads 64", limit << 10, env!("CARGO_BIN_EXE_mkdeb"));
        let ran = ran(Command::new("/bin/sh").args(["-c", &words]).current_dir(project.dir()));
        // Where the limit hits an allocation and no thread, the allocator says so and ends the process; where it hits
        // the room that a new thread keeps for signals, the standard library panics before the thread's own code runs.
        let is_std = ran.err.contains("failed to allocate an alternative stack");
        assert!(is_std || !ran.err.contains("panicked"), "{limit} MiB: {}", ran.err);
        let is_said =
            ["error: ", "memory allocation of"].iter().any(|words| ran.err.contains(words)) || is_std;
        assert!(ran.code == Some(0) || is_said, "{limit} MiB: {:?} {}", ran.code, ran.err);
    }
}

#[test]
fn a_package_is_as_open_as_those_of_dpkg_deb_whatever_the_mask() {
    let project = Project::new("");
    project.write(
        "tree/DEBIAN/control",
        "Package: t\nVersion: 1\nArchitecture: all\nMaintainer: N <n@x>\nDescription: t\n",
    );
    let mkdeb = env!("CARGO_BIN_EXE_mkdeb");
    let made = [
        (format!("{mkdeb} build --fast"), format!("dist/{DEB}")),
        (format!("{mkdeb} pack tree packed.deb"), "packed.deb".to_owned()),
        ("dpkg-deb --root-owner-group --build tree oracle.deb".to_owned(), "oracle.deb".to_owned()),
    ];
    for mask in ["000", "022", "027", "077"] {
        // Once where nothing is in the way, once in the place of another.
        for _ in 0..2 {
            for (line, deb) in &made {
                let mut command = Command::new("sh");
                let script = format!("chmod -R go-w tree; umask {mask}; exec {line}");
                let ran = ran(command.args(["-c", &script]).current_dir(project.dir()));
                assert_eq!(ran.code, Some(0), "{}", ran.err);
                let mode = fs::metadata(project.path(deb)).unwrap().permissions().mode() & 0o7777;
                assert_eq!(mode, 0o644, "{line} under {mask}");
            }
        }
        for (_, deb) in &made {
            fs::remove_file(project.path(deb)).unwrap();
        }
    }
}

#[test]
fn whoever_reads_may_stop_reading() {
    let project = Project::new("");
    for words in ["build --fast | head -n 0", "build --dry-run | head -n 1", "build --help | head -n 0"] {
        for redirect in ["", "2>&1"] {
            let (first, rest) = words.split_once(" |").unwrap();
            let script = format!(
                "{{ {} {first} {redirect}; echo \"ended $?\" >&3; }} | {rest} >said",
                env!("CARGO_BIN_EXE_mkdeb")
            );
            let mut command = Command::new("bash");
            let script = format!("exec 3>&1; {script}");
            let ran = ran(command.args(["-c", &script]).current_dir(project.dir()));
            assert_eq!(ran.out, "ended 0\n", "{words}: {}", ran.err);
            assert!(!ran.err.contains("panicked"), "{}", ran.err);
        }
    }
}

fn send(signal: &str, pid: u32) {
    assert!(Command::new("kill").args(["-s", signal, &pid.to_string()]).status().unwrap().success());
}

#[test]
fn a_signal_ends_a_build_soon_and_leaves_nothing() {
    for (signal, code) in [("HUP", 129), ("INT", 130), ("TERM", 143)] {
        for reached in [reads as fn(&_, &_) -> bool, writes] {
            let temporary = tempfile::tempdir().unwrap();
            let (project, ran) = interrupted(signal, reached, temporary.path());
            assert_eq!((ran.code, ran.out.as_str()), (Some(code), ""), "{signal}: {}", ran.err);
            assert_eq!(ran.err, "error: interrupted; nothing was written\n");
            assert_clean(&project);
            assert_eq!(fs::read(project.path("old").join(DEB)).unwrap(), b"the one before");
            assert_eq!(fs::read_dir(project.path("old")).unwrap().count(), 1);
            assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0);
        }
    }
}

/// A build that got a signal. Where this machine was so slow that all was done by then, once more.
fn interrupted(signal: &str, reached: fn(&Child, &Path) -> bool, temporary: &Path) -> (Project, Ran) {
    for _ in 0..5 {
        let project = large();
        project.write(&format!("old/{DEB}"), "the one before");
        let mut command = project.command(&[SLOWLY, &["-o", "old"]].concat());
        command.env("TMPDIR", temporary).stdout(Stdio::piped()).stderr(Stdio::piped());
        let slow = Slow { child: command.spawn().unwrap(), project };
        slow.wait_for(reached);
        send(signal, slow.child.id());
        let (project, ran) = slow.end();
        if ran.code != Some(0) {
            return (project, ran);
        }
    }
    panic!("five builds were done before {signal}");
}

/// What is said, and what was done to a file.
type Change = (&'static str, &'static str, fn(&Path));

#[test]
fn an_input_that_changes_or_goes_away_meanwhile_is_named() {
    const CHANGED: &str = "it changed while it was being read";
    let changes: [Change; 11] = [
        ("z-last", CHANGED, |path| fs::write(path, "after!\n").unwrap()),
        ("z-last", CHANGED, |path| fs::write(path, "longer than before\n").unwrap()),
        ("z-last", CHANGED, |path| fs::write(path, "").unwrap()),
        ("z-last", "No such file", |path| fs::remove_file(path).unwrap()),
        ("z-last", "Too many levels of symbolic links", |path| {
            fs::remove_file(path).unwrap();
            symlink("/etc/passwd", path).unwrap();
        }),
        ("z-last", CHANGED, |path| {
            fs::remove_file(path).unwrap();
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        }),
        ("orders/__init__.py", "No such file", |path| fs::remove_dir_all(path.parent().unwrap()).unwrap()),
        // In place, and the time put back.
        ("z-last", CHANGED, |path| {
            let before = fs::metadata(path).unwrap().modified().unwrap();
            let file = fs::File::options().write(true).open(path).unwrap();
            file.write_all_at(b"B", 0).unwrap();
            file.set_modified(before).unwrap();
        }),
        // It is open, and read in part.
        ("a-large", CHANGED, |path| {
            let file = fs::File::options().write(true).open(path).unwrap();
            file.write_all_at(b"changed", 7_999_000).unwrap();
        }),
        ("a-large", CHANGED, |path| {
            fs::File::options().write(true).open(path).unwrap().set_len(7_000_000).unwrap()
        }),
        ("a-large", CHANGED, |path| {
            fs::File::options().write(true).open(path).unwrap().set_len(1 << 40).unwrap()
        }),
    ];
    for (name, reason, change) in changes {
        let (project, ran) = changed(large, &[], &|project| change(&project.path("app").join(name)));
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{reason}: {}", ran.err);
        let named = format!("{name}` for `/opt/orders/");
        assert!(ran.err.contains("error: failed to read `") && ran.err.contains(&named), "{}", ran.err);
        assert!(ran.err.contains(reason), "{}", ran.err);
        assert_clean(&project);
    }
}

#[test]
fn a_file_that_gets_one_more_link_meanwhile_is_the_same() {
    let slow = Slow::start_with(large(), &[]);
    send("STOP", slow.child.id());
    for name in ["a-large", "z-last"] {
        fs::hard_link(slow.project.path("app").join(name), slow.project.path(name)).unwrap();
    }
    send("CONT", slow.child.id());
    let (_, ran) = slow.end();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
}

/// A build that stands still once it has begun to write, until the change is made. Where this machine was so slow
/// that all was read by then, once more.
fn changed(new: fn() -> Project, words: &[&str], change: &dyn Fn(&Project)) -> (Project, Ran) {
    for _ in 0..5 {
        let slow = Slow::start_with(new(), words);
        send("STOP", slow.child.id());
        change(&slow.project);
        send("CONT", slow.child.id());
        let (project, ran) = slow.end();
        if ran.code != Some(0) {
            return (project, ran);
        }
    }
    panic!("five builds noticed nothing");
}

/// The same project with its application packed: the words that build from it.
fn packed(project: &Project, name: &str) -> String {
    let words = ["-caf", name, "-C", "app", "."];
    assert!(Command::new("tar").args(words).current_dir(project.dir()).status().unwrap().success());
    format!("app.tarball={name}")
}

#[test]
fn a_tarball_that_changes_meanwhile_is_named() {
    let new = || {
        let project = large();
        packed(&project, "app.tar");
        project
    };
    let change = |project: &Project| {
        let file = fs::OpenOptions::new().write(true).open(project.path("app.tar")).unwrap();
        file.write_at(b"changed", 7_000_000).unwrap();
    };
    let (project, ran) = changed(new, &["--set", "app.tarball=app.tar"], &change);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    assert!(
        ran.err.contains("failed to read `app.tar: ") && ran.err.contains("it changed while"),
        "{}",
        ran.err
    );
    assert_clean(&project);
}

#[test]
fn a_compressed_tarball_may_go_away_once_it_is_unpacked() {
    let project = large();
    let set = packed(&project, "app.tar.gz");
    let good = fs::read(project.run(&[SLOWLY, &["--set", &set]].concat()).out.trim_end()).unwrap();
    fs::remove_dir_all(project.path("dist")).unwrap();
    let slow = Slow::run(project, &["--set", &set]);
    // The package has files without names beside what was unpacked.
    slow.wait_for(|child, project| unnamed(child, project) > 1);
    fs::remove_file(slow.project.path("app.tar.gz")).unwrap();
    let (_project, ran) = slow.end();
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(fs::read(ran.out.trim_end()).unwrap() == good);
}

#[test]
fn an_output_directory_that_goes_away_comes_back_with_the_package() {
    let project = large();
    fs::create_dir(project.path("out")).unwrap();
    let slow = Slow::start_with(project, &["-o", "out"]);
    // The package and the file that its data goes through: nothing is made there after them.
    slow.wait_for(|child, project| unnamed(child, project) > 1);
    send("STOP", slow.child.id());
    fs::remove_dir(slow.project.path("out")).unwrap();
    send("CONT", slow.child.id());
    let (project, ran) = slow.end();
    // Nothing of it lay there, so nothing was lost.
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(
        Command::new("dpkg-deb")
            .arg("-I")
            .arg(project.path("out").join(DEB))
            .output()
            .unwrap()
            .status
            .success()
    );
}

/// Stops builds with a signal at so many moments. Whatever lies under the package's name is whole: the package, or
/// what was there.
pub fn stop_at_moments(signal: &str, seed: u64, count: usize) {
    let project = Project::new("");
    project.write("app/noise", noise(3_000_000));
    let start = Instant::now();
    let ran = project.run(SLOWLY);
    let whole = start.elapsed();
    let deb = PathBuf::from(ran.out.trim_end());
    let good = fs::read(&deb).unwrap();
    let temporary = tempfile::tempdir().unwrap();
    let (mut state, mut ends) = (seed | 1, [0; 3]);
    for number in 0..count {
        let about = format!("SIG{signal}, seed {seed}, build {number}");
        let _ = fs::remove_file(&deb);
        if number % 2 == 1 {
            fs::write(&deb, "the one before").unwrap();
        }
        // xorshift: any order of moments will do, as long as a seed gives it again.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let mut command = project.command(SLOWLY);
        command.env("TMPDIR", temporary.path()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child = command.spawn().unwrap();
        std::thread::sleep(whole.mul_f64((state % 1000) as f64 / 900.0));
        send(signal, child.id());
        let output = child.wait_with_output().unwrap();
        let end = match fs::read(&deb) {
            Err(_) => 0,
            Ok(bytes) if bytes == b"the one before" => 1,
            Ok(bytes) => {
                assert!(bytes == good, "{about}: not the whole package");
                let listed = Command::new("dpkg-deb").arg("-I").arg(&deb).output().unwrap();
                assert!(listed.status.success(), "{about}");
                2
            }
        };
        ends[end] += 1;
        assert!(number % 2 == 0 || deb.exists(), "{about}: the one before is gone");
        assert_eq!(fs::read_dir(temporary.path()).unwrap().count(), 0, "{about}");
        if signal == "KILL" {
            continue;
        }
        assert_eq!(strays(project.dir()), Vec::<PathBuf>::new(), "{about}");
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            // Before the signal was caught, or after all was done.
            None | Some(0) => {}
            Some(143) => {
                assert_eq!((end < 2, said.as_str()), (true, "error: interrupted; nothing was written\n"))
            }
            code => panic!("{about}: {code:?}: {said}"),
        }
    }
    eprintln!(
        "SIG{signal}: {} without a package, {} with the one before, {} with theirs",
        ends[0], ends[1], ends[2]
    );
    // One that was killed between a name of its own and the package's leaves the first.
    project.write("dist/.mkdeb-Left0", "half");
    assert_eq!(project.run(SLOWLY).code, Some(0));
    assert!(fs::read(&deb).unwrap() == good);
    assert_eq!(fs::read(project.path("dist/.mkdeb-Left0")).unwrap(), b"half");
}

/// A seed that nobody chose, or the one of `MKDEB_SEED`.
pub fn seed() -> u64 {
    let given = std::env::var("MKDEB_SEED").ok().map(|seed| seed.parse().unwrap());
    let seed = given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(now.subsec_nanos())
    });
    eprintln!("MKDEB_SEED={seed}");
    seed
}

#[test]
fn a_stopped_build_leaves_a_whole_package_or_none() {
    let seed = seed();
    stop_at_moments("KILL", seed, 6);
    stop_at_moments("TERM", seed, 4);
}

#[test]
fn a_signal_does_not_wait_for_an_interpreter_that_does_not_answer() {
    let project = Project::new("bytecode = \"compile\"\n");
    let (python, started) = (project.path("bin/python3.11"), project.path("started"));
    project
        .program("bin/python3.11", &format!("#!/bin/sh\necho $$ >{}\nexec sleep 300\n", started.display()));
    let set = format!("venv.python={}", python.display());
    let mut child = project.command(&["build", "--set", &set]).spawn().unwrap();
    let begun = Instant::now();
    let pid = loop {
        match fs::read_to_string(&started).ok().and_then(|text| text.trim().parse::<u32>().ok()) {
            Some(pid) => break pid,
            None => assert!(begun.elapsed().as_secs() < 30, "it never began"),
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    send("TERM", child.id());
    assert_eq!(child.wait().unwrap().code(), Some(143));
    assert!(!Path::new(&format!("/proc/{pid}")).exists(), "the interpreter was ended");
    assert!(!project.path("dist").exists());
}
