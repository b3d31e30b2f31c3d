//! dpkg-deb and dpkg judge `mkdeb pack`: what both refuse, what only dpkg refuses, and what must be packed.

mod conffiles;
mod control;
mod data;
mod destination;
pub mod equality;
mod members;
mod options;
mod relations;
mod scripts;
mod triggers;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use crate::bed::Chrootless;
use crate::bed::Output;

/// The date of every package made here.
const DATE: &str = "1700000000";

/// What `control` says when a case does not touch it. A field may follow.
pub const CONTROL: &str =
    "Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: M <m@example.org>\nDescription: x\n";

/// What the real programs do with a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// dpkg-deb refuses it, and mkdeb has to.
    Refused,
    /// dpkg-deb packs it, dpkg fails to install it: mkdeb has to refuse it.
    Fails,
    /// As before, but dpkg waits for ever.
    Hangs,
    /// dpkg-deb packs it, dpkg fails to install it, and mkdeb packs it so that it installs.
    Mended,
    /// It installs, and mkdeb has to pack it.
    Installs,
    /// dpkg-deb packs it, and mkdeb has to; another case shows that the likes of it install.
    Packs,
    /// It installs, but mkdeb refuses it on purpose, for this reason.
    Strict(&'static str),
}

/// Does something to a good tree.
type Edit = Box<dyn Fn(&Path) + Send + Sync>;

/// A tree, and what becomes of it.
struct Case {
    name: String,
    edit: Edit,
    verdict: Verdict,
    /// A word that mkdeb has to say where it refuses.
    word: &'static str,
}

fn case(name: impl Into<String>, edit: Edit, verdict: Verdict, word: &'static str) -> Case {
    Case { name: name.into(), edit, verdict, word }
}

/// A case that installs.
fn good(name: impl Into<String>, edit: Edit) -> Case {
    case(name, edit, Verdict::Installs, "")
}

/// A case that dpkg-deb packs.
fn taken(name: impl Into<String>, edit: Edit) -> Case {
    case(name, edit, Verdict::Packs, "")
}

/// A case that dpkg-deb refuses.
fn bad(name: impl Into<String>, edit: Edit, word: &'static str) -> Case {
    case(name, edit, Verdict::Refused, word)
}

/// A case that dpkg fails on.
fn late(name: impl Into<String>, edit: Edit, word: &'static str) -> Case {
    case(name, edit, Verdict::Fails, word)
}

/// Anything done to the tree.
fn act(act: impl Fn(&Path) -> io::Result<()> + Send + Sync + 'static) -> Edit {
    Box::new(move |tree| act(tree).expect("the tree can be changed"))
}

/// One edit after the other.
fn both(first: Edit, second: Edit) -> Edit {
    Box::new(move |tree| {
        first(tree);
        second(tree);
    })
}

/// Writes a file with a mode; parents are made.
fn file(path: &str, body: impl AsRef<[u8]>, mode: u32) -> Edit {
    let (path, body) = (path.to_owned(), body.as_ref().to_vec());
    act(move |tree| {
        let path = tree.join(&path);
        fs::create_dir_all(path.parent().expect("inside the tree"))?;
        fs::write(&path, &body)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
    })
}

/// A symbolic link.
fn symlink(target: &str, path: &str) -> Edit {
    let (target, path) = (target.to_owned(), path.to_owned());
    act(move |tree| std::os::unix::fs::symlink(&target, tree.join(&path)))
}

/// A second name for a file, or for a symbolic link.
fn hardlink(old: &str, new: &str) -> Edit {
    let (old, new) = (old.to_owned(), new.to_owned());
    act(move |tree| fs::hard_link(tree.join(&old), tree.join(&new)))
}

/// A new directory.
fn directory(path: &str, mode: u32) -> Edit {
    let path = path.to_owned();
    act(move |tree| {
        let path = tree.join(&path);
        fs::create_dir_all(&path)?;
        fs::set_permissions(&path, fs::Permissions::from_mode(mode))
    })
}

/// Changes the mode of what is there.
fn mode(path: &str, mode: u32) -> Edit {
    let path = path.to_owned();
    act(move |tree| fs::set_permissions(tree.join(&path), fs::Permissions::from_mode(mode)))
}

/// A named pipe.
fn fifo(path: &str) -> Edit {
    let path = path.to_owned();
    act(move |tree| {
        run(Command::new("mkfifo").arg(tree.join(&path))).ok("mkfifo");
        Ok(())
    })
}

/// Runs a program in the C locale at the date of all packages here.
fn run(command: &mut Command) -> Output {
    command.env("LC_ALL", "C").env("SOURCE_DATE_EPOCH", DATE).stdin(Stdio::null());
    Output::from(command.output().expect("the program starts"))
}

/// Whether the superuser runs the tests.
fn superuser() -> bool {
    fs::metadata("/proc/self").expect("/proc").uid() == 0
}

/// The program under test with a verb and no variables that would change what it does.
fn mkdeb() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mkdeb"));
    command.env_clear().env("PATH", "/usr/bin:/bin").arg("pack");
    command
}

/// A good tree in a directory of its own, after an edit.
fn tree(directory: &Path, edit: &Edit) -> PathBuf {
    let tree = directory.join("tree");
    fs::create_dir_all(tree.join("DEBIAN")).expect("a new directory");
    fs::create_dir(tree.join("etc")).expect("a new directory");
    for (path, text) in [("DEBIAN/control", CONTROL), ("etc/tiny.conf", "x\n")] {
        fs::write(tree.join(path), text).expect("a new file");
        fs::set_permissions(tree.join(path), fs::Permissions::from_mode(0o644)).expect("ours");
    }
    for path in ["", "DEBIAN", "etc"] {
        fs::set_permissions(tree.join(path), fs::Permissions::from_mode(0o755)).expect("ours");
    }
    edit(&tree);
    tree
}

/// What dpkg does with a package, on a system without any other.
fn installed(deb: &Path, verdict: Verdict) -> Result<(), String> {
    let bed = Chrootless::new().expect("dpkg");
    let seconds = if verdict == Verdict::Hangs { "2" } else { "30" };
    let output = bed.dpkg_within(seconds, &["--force-depends", "--install", deb.to_str().expect("UTF-8")]);
    let expected = match verdict {
        Verdict::Hangs => output.status.code() == Some(124),
        Verdict::Fails | Verdict::Mended => !output.success() && output.status.code() != Some(124),
        _ => output.success(),
    };
    if expected { Ok(()) } else { Err(format!("dpkg: {}\n{}", output.status, output.text())) }
}

/// Whether both sides do with a case what it says; what they did instead otherwise.
fn judged(case: &Case, options: &[&str]) -> Result<(), String> {
    let directory = tempfile::tempdir().expect("a directory");
    let tree = tree(directory.path(), &case.edit);
    let (theirs, ours) = (directory.path().join("theirs.deb"), directory.path().join("ours.deb"));
    let mut dpkg_deb = Command::new("dpkg-deb");
    let output =
        run(dpkg_deb.args(["-Znone", "--root-owner-group"]).args(options).arg("-b").arg(&tree).arg(&theirs));
    if output.success() == (case.verdict == Verdict::Refused) {
        return Err(format!("dpkg-deb: {}\n{}", output.status, output.text()));
    }
    if output.success() && case.verdict != Verdict::Packs {
        installed(&theirs, case.verdict)?;
    }
    let output = run(mkdeb().args(["-Znone", "--root-owner-group"]).args(options).arg(&tree).arg(&ours));
    let (said, refused) = (output.text(), !output.success());
    let packs = matches!(case.verdict, Verdict::Installs | Verdict::Packs | Verdict::Mended);
    if refused == packs {
        return Err(format!("mkdeb should have {} it\n{said}", if packs { "packed" } else { "refused" }));
    }
    if refused && (!said.contains(case.word) || ours.exists()) {
        return Err(format!("mkdeb should say `{}` and leave nothing behind\n{said}", case.word));
    }
    match case.verdict {
        Verdict::Mended => installed(&ours, Verdict::Installs),
        _ if refused => Ok(()),
        _ => equality::same(&ours, &theirs),
    }
}

/// Asks the real programs and mkdeb about each case.
#[track_caller]
fn judge(cases: impl AsRef<[Case]>) {
    judge_with(cases.as_ref(), &[]);
}

/// The same with options that both programs have.
#[track_caller]
fn judge_with(cases: &[Case], options: &[&str]) {
    let queue = std::sync::Mutex::new(cases.iter());
    let faults = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(case) = queue.lock().expect("no panic").next() else { break };
                    if let Err(fault) = judged(case, options) {
                        let verdict = case.verdict;
                        let fault = format!("{} ({verdict:?}): {fault}", case.name);
                        faults.lock().expect("no panic").push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("no panic");
    let version = run(Command::new("dpkg-deb").arg("--version")).stdout;
    let version = version.lines().next().unwrap_or_default();
    assert!(faults.is_empty(), "{} of {}\n{}\n{version}", faults.len(), cases.len(), faults.join("\n"));
}
