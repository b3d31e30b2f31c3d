//! Tarballs from commits of git.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::project::{Project, Ran, field, ran};

fn git(directory: &Path, words: &[&str]) {
    let mut command = crate::project::git();
    command.current_dir(directory).args(["-c", "user.name=T", "-c", "user.email=t@example.org"]).args(words);
    command.env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z").env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z");
    let ran = ran(&mut command);
    assert_eq!(ran.code, Some(0), "{words:?}: {}", ran.err);
}

/// A repository with one tagged commit.
fn repository() -> Project {
    let project = Project::new("");
    let top = project.path("orders");
    project.write("orders/app.py", "VERSION = '$Format:%H$'\n");
    project.write("orders/tests/test_app.py", "x = 1\n");
    project.write("orders/.gitattributes", "app.py export-subst\ntests export-ignore\n");
    project.program("orders/run", "#!/bin/sh\n");
    git(&top, &["init", "-q", "-b", "main"]);
    git(&top, &["add", "."]);
    git(&top, &["commit", "-q", "-m", "first"]);
    git(&top, &["tag", "v1.0"]);
    project
}

fn export(project: &Project, directory: &str, words: &[&str]) -> Ran {
    project.run(&[&["-C", directory, "export"], words].concat())
}

#[test]
fn a_commit_is_the_same_bytes_whatever_the_machine_is_set_to() {
    let project = repository();
    let made = export(&project, "orders", &["v1.0"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let path = made.out.trim_end();
    assert!(path.ends_with("/orders/dist/orders-v1.0.tar.gz"), "{path}");
    let listed = ran(Command::new("tar").args(["-tvf", path])).out;
    for line in ["/app.py", "-rwxr-xr-x", "2026-01-02"] {
        assert!(listed.contains(line), "{line}: {listed}");
    }
    assert!(!listed.contains("tests"), "{listed}");
    let text = ran(Command::new("tar").args(["-xOf", path, "--wildcards", "*/app.py"])).out;
    assert!(!text.contains("$Format") && text.len() > 50, "{text}");

    // Another clone by another name, without history and tags, with other settings of its user.
    let url = format!("file://{}", project.path("orders").display());
    git(&project.path(""), &["clone", "-q", "--depth", "1", "--no-tags", &url, "other/builds"]);
    let git_config = "[tar]\n\tumask = 0077\n[core]\n\tabbrev = 7\n\tautocrlf = true\n";
    project.write(".gitconfig", git_config);
    let mut command = project.command(&["-C", "other/builds", "export", "--output", "../again.tar.gz"]);
    command.env("HOME", project.dir()).env("GIT_DIR", "/nowhere");
    let again = ran(&mut command);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert_eq!(fs::read(path).unwrap(), fs::read(project.path("other/again.tar.gz")).unwrap());
}

#[test]
fn what_is_exported_is_built() {
    let project = repository();
    project.write(
        "mkdeb.toml",
        fs::read_to_string(project.path("mkdeb.toml")).unwrap().replace("\"app\"", "\"app.tar.gz\""),
    );
    assert_eq!(export(&project, "orders", &["--output", "../app.tar.gz"]).code, Some(0));
    project.build(&[]);
}

#[test]
fn what_cannot_be_exported_is_said() {
    let project = repository();
    let refused = |directory: &str, words: &[&str], said: &[&str]| {
        let ran = export(&project, directory, words);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{words:?}: {}", ran.err);
        for text in said {
            assert!(ran.err.contains(text), "`{text}` is not in: {}", ran.err);
        }
    };
    refused("orders", &["v1.1"], &["git knows no commit `v1.1`", "did you mean `v1.0`?"]);
    refused("orders", &["--", "--output=x"], &["git knows no commit `--output=x`"]);
    refused("app", &[], &["is not in a repository of git"]);
    project.write("orders/app.py", "changed\n");
    project.write("orders/new.py", "new\n");
    refused("orders", &[], &["2 files differ from `HEAD`: `app.py` and 1 more", "mkdeb export HEAD"]);
    assert_eq!(export(&project, "orders", &["HEAD", "-o", "../head.tar.gz"]).code, Some(0));
    let text = ran(Command::new("tar").current_dir(project.dir()).args([
        "-xOf",
        "head.tar.gz",
        "--wildcards",
        "*/app.py",
    ]))
    .out;
    assert!(text.starts_with("VERSION"), "{text}");
    let mut command = project.command(&["-C", "orders", "export"]);
    let none = ran(command.env("PATH", "/nowhere"));
    assert!(none.err.contains("there is no `git` on `PATH`"), "{}", none.err);
}

/// A repository with a submodule that has one itself, which lies in `vendor/lib`.
fn with_submodules() -> Project {
    let project = repository();
    for (name, file) in [("inner", "deep.py"), ("lib", "lib.py")] {
        project.write(&format!("{name}/{file}"), "x = '$Format:%H$'\n");
        project.write(&format!("{name}/.gitattributes"), "*.py export-subst\n");
        git(&project.path(name), &["init", "-q", "-b", "main"]);
        git(&project.path(name), &["add", "."]);
        git(&project.path(name), &["commit", "-q", "-m", "first"]);
    }
    let add = |directory: &str, url: &str, path: &str| {
        let words = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", url, path];
        git(&project.path(directory), &words);
        git(&project.path(directory), &["commit", "-q", "-m", "with a submodule"]);
    };
    add("lib", "../inner", "deep");
    add("orders", "../lib", "vendor/lib");
    let words =
        ["-c", "protocol.file.allow=always", "submodule", "--quiet", "update", "--init", "--recursive"];
    git(&project.path("orders"), &words);
    project
}

#[test]
fn trees_of_submodules_are_taken_where_that_is_asked_for() {
    let project = with_submodules();
    let without = export(&project, "orders", &["--output", "../a.tar.gz"]);
    assert!(
        without.err.contains("`--submodules`, or `submodules = true`, takes them too"),
        "{}",
        without.err
    );
    let with = export(&project, "orders", &["--submodules", "--output", "../b.tar.gz"]);
    assert_eq!((with.code, with.err.as_str()), (Some(0), ""));
    let listed = |name: &str| ran(Command::new("tar").arg("-tf").arg(project.path(name))).out;
    assert!(!listed("a.tar.gz").contains(".py\n") || !listed("a.tar.gz").contains("lib.py"));
    let names = listed("b.tar.gz");
    for name in ["/app.py", "/vendor/lib/lib.py", "/vendor/lib/deep/deep.py"] {
        assert!(names.contains(name), "{name}: {names}");
    }
    let text = |pattern: &str| {
        let mut command = Command::new("tar");
        ran(command.arg("-xOf").arg(project.path("b.tar.gz")).args(["--wildcards", pattern])).out
    };
    assert!(!text("*/deep.py").contains("$Format") && text("*/deep.py") != text("*/lib.py"));
    project.write("app.tar.gz", fs::read(project.path("b.tar.gz")).unwrap());
    let plan = project.build(&["--set", "app.tarball=app.tar.gz", "--dry-run"]).out;
    assert!(plan.contains("vendor/lib/deep/deep.py"), "{plan}");

    fs::remove_dir_all(project.path("orders/vendor/lib")).unwrap();
    fs::create_dir(project.path("orders/vendor/lib")).unwrap();
    let ran = export(&project, "orders", &["HEAD", "--submodules", "--output", "../c.tar.gz"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.err.contains("the submodule `vendor/lib` does not have its commit"), "{}", ran.err);
    assert!(ran.err.contains("git submodule update --init --recursive"), "{}", ran.err);
}

/// The manifest of a project, in its repository, with these lines for `[app]`.
fn manifest_in(project: &Project, directory: &str, app: &str) {
    let text = fs::read_to_string(project.path("mkdeb.toml")).unwrap();
    let text = text.replace("tarball = \"app\"", app).replace("build/venv", "../build/venv");
    project.write(&format!("{directory}/mkdeb.toml"), text);
}

fn head(project: &Project) -> String {
    let mut command = crate::project::git();
    ran(command.args(["rev-parse", "HEAD"]).current_dir(project.path("orders"))).out.trim().to_owned()
}

#[test]
fn an_application_is_built_straight_from_a_commit_and_the_package_names_it() {
    let project = with_submodules();
    manifest_in(&project, "orders", "git = \"HEAD\"\nsubmodules = true");
    let built = project.build(&["-C", "orders"]);
    let deb = Path::new(built.out.trim()).to_owned();
    assert_eq!(field(&deb, "X-Mkdeb-Commit"), head(&project));
    let files = ran(Command::new("dpkg-deb").arg("-c").arg(&deb)).out;
    assert!(files.contains("vendor/lib/deep/deep.py") && files.contains("/app.py"), "{files}");
    assert!(!files.contains("test_app.py"), "export-ignore: {files}");

    // A tarball of git says it too, and the lock of the virtualenv has its digest.
    assert_eq!(export(&project, "orders", &["HEAD", "--output", "../app.tar.gz"]).code, Some(0));
    project.write("requirements.txt", "");
    let words = ["--set", "app.tarball=app.tar.gz", "--set", "venv.requirements=requirements.txt"];
    let deb = Path::new(project.build(&words).out.trim()).to_owned();
    assert_eq!(field(&deb, "X-Mkdeb-Commit"), head(&project));
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(field(&deb, "X-Mkdeb-Lock"), format!("requirements.txt sha256:{digest}"));

    // A bill of materials tells both.
    let bill = |form| project.run(&["inspect", deb.to_str().unwrap(), "--sbom", form]).out;
    let commit = head(&project);
    assert!(
        bill("spdx")
            .contains(&format!("\"sourceInfo\": \"mkdeb:commit {commit}; mkdeb:lock requirements.txt"))
    );
    assert!(bill("cyclonedx").contains(&format!("\"value\": \"{commit}\"")));
}

#[test]
fn a_commit_is_the_same_package_in_every_clone() {
    let project = repository();
    project.append("[[file]]\nsource = \"app.py\"\npath = \"/usr/share/orders/app.py\"\n");
    git(&project.path("."), &["clone", "--quiet", "orders", "again"]);
    let build = |directory: &str, touched: &str| {
        manifest_in(&project, directory, "git = \"HEAD\"");
        let files = [project.path(directory).join("app.py"), project.path("build/venv/pyvenv.cfg")];
        let touch = ran(Command::new("touch").args(["-d", touched]).args(files));
        assert_eq!(touch.code, Some(0), "{}", touch.err);
        fs::read(project.build(&["-C", directory]).out.trim()).unwrap()
    };
    let (first, second) = (build("orders", "2040-01-02"), build("again", "2041-03-04"));
    assert!(first == second, "other bytes in another clone");
}

#[test]
fn a_tarball_of_two_commits_names_neither() {
    let project = repository();
    let top = project.path("orders");
    project.write("orders/later.py", "x = 1\n");
    git(&top, &["add", "."]);
    git(&top, &["commit", "-q", "-m", "second"]);
    let archive = |commit: &str, more: &[&str], to: &str| {
        git(&top, &[&["archive", "--output", to, commit], more].concat());
        let mut bytes = fs::read(top.join(to)).unwrap();
        // Without the blocks that end it.
        while bytes.ends_with(&[0; 512]) {
            bytes.truncate(bytes.len() - 512);
        }
        bytes
    };
    let first = archive("HEAD~1", &[], "../first.tar");
    for (commit, named) in [("HEAD", None), ("HEAD~1", Some("HEAD~1"))] {
        let second = archive(commit, &["--prefix=part/"], "../second.tar");
        project.write("both.tar", [&first[..], &second, &[0; 1024]].concat());
        let deb = Path::new(project.build(&["--set", "app.tarball=both.tar"]).out.trim()).to_owned();
        let commit =
            named.map(|name| ran(Command::new("git").args(["rev-parse", name]).current_dir(&top)).out);
        assert_eq!(field(&deb, "X-Mkdeb-Commit"), commit.unwrap_or_default().trim());
    }
}

#[test]
fn a_commit_that_cannot_be_built_is_said() {
    let project = with_submodules();
    manifest_in(&project, "orders", "git = \"HEAD\"");
    let refused = |words: &[&str], said: &str| {
        let ran = project.run(&[&["-C", "orders", "build"], words].concat());
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{}", ran.err);
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
    };
    // What git does not track is no part of it, and no reason to refuse.
    project.write("orders/untracked", "x");
    project.build(&["-C", "orders", "--dry-run"]);
    // Nor is the manifest, which its writer tries out.
    git(&project.path("orders"), &["add", "mkdeb.toml"]);
    git(&project.path("orders"), &["commit", "-q", "-m", "manifest"]);
    let manifest = fs::read_to_string(project.path("orders/mkdeb.toml")).unwrap();
    project.write("orders/mkdeb.toml", format!("{manifest}# tried\n"));
    project.build(&["-C", "orders", "--dry-run"]);
    project.write("orders/app.py", "changed\n");
    refused(&[], "1 file differs from `HEAD`: `app.py`");
    refused(&[], "--set app.git=$(git rev-parse HEAD)");
    project.build(&["-C", "orders", "--dry-run", "--set", &format!("app.git={}", head(&project))]);
    refused(&["--set", "app.git=v1.1"], "did you mean `v1.0`?");
    refused(&["--set", "app.tarball=x"], "`git` in `[app]` and `tarball` cannot be used together");
    manifest_in(&project, ".", "git = \"HEAD\"");
    let ran = project.run(&["build"]);
    assert!(ran.err.contains("is not in a repository of git"), "{}", ran.err);
    assert!(ran.err.contains("`git init` makes a repository"), "{}", ran.err);
}

#[test]
fn what_is_not_in_the_tree_of_a_commit_is_told() {
    let project = with_submodules();
    project.write("orders/data/.gitattributes", "*.bin filter=lfs\n");
    git(&project.path("orders"), &["add", "data"]);
    git(&project.path("orders"), &["commit", "-q", "-m", "large files"]);
    let told = "files that git-lfs keeps are pointers in it";
    let exported = export(&project, "orders", &["HEAD", "--output", "../app.tar.gz"]);
    assert!(exported.err.contains(told), "{}", exported.err);
    manifest_in(&project, "orders", "git = \"HEAD\"");
    let built = project.build(&["-C", "orders", "--dry-run"]);
    for told in [told, "submodules are empty directories in it"] {
        assert!(built.err.contains(&format!("warning: git HEAD: {told}")), "{}", built.err);
    }
}

#[test]
fn submodules_are_a_matter_of_git() {
    let ran = Project::new("").run(&["build", "--set", "app.submodules=true"]);
    assert!(ran.err.contains("`submodules` in `[app]` has no effect with `tarball`"), "{}", ran.err);
}

#[test]
fn a_submodule_that_leads_out_of_the_tree_is_refused_and_no_program_of_the_repository_is_run() {
    let project = with_submodules();
    let top = project.path("orders");
    // Trees are made of lines; what git itself never checks out can stand in them.
    let script = "commit=$(git -C ../lib rev-parse HEAD)
        inner=$(printf '160000 commit %s\\tlib\\n' \"$commit\" | git mktree --missing)
        tree=$(printf '040000 tree %s\\t..\\n' \"$inner\" | git mktree)
        git -c user.name=T -c user.email=t@example.org commit-tree -m odd \"$tree\"
        git config core.fsmonitor \"touch $PWD/ran; false\"";
    let made = ran(Command::new("sh").args(["-euc", script]).current_dir(&top));
    assert_eq!(made.code, Some(0), "{}", made.err);
    let odd = made.out.trim();
    let refused = export(&project, "orders", &[odd, "--submodules", "--output", "../odd.tar.gz"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("invalid path '../lib'"), "{}", refused.err);
    assert!(!project.path("odd.tar.gz").exists());

    assert_eq!(export(&project, "orders", &["--output", "../app.tar.gz"]).code, Some(0));
    assert!(!top.join("ran").exists());
}

#[test]
fn files_of_a_repository_in_the_tree_and_devices_are_left_alone() {
    let project = repository();
    let script = "git init -q --bare inner && cd inner && mkdir -p refs/heads objects && touch refs/k objects/k
        git config core.bare false && git config core.worktree . && git config core.fsmonitor \"touch $PWD/ran; false\"";
    let made = ran(Command::new("sh").args(["-euc", script]).current_dir(project.path("orders")));
    assert_eq!(made.code, Some(0), "{}", made.err);
    let refused = export(&project, "orders/inner", &["HEAD"]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(!project.path("orders/inner/ran").exists(), "{}", refused.err);

    let refused = export(&project, "orders", &["HEAD", "--output", "/dev/mkdeb.tar.gz"]);
    assert!(refused.err.contains("it is the machine's, and no regular file"), "{}", refused.err);
    assert!(!std::path::Path::new("/dev/mkdeb.tar.gz").exists());
}

#[test]
fn a_checkout_of_another_owner_is_read_where_its_user_trusts_it() {
    let project = repository();
    let owned = ran(Command::new("chown").arg("-R").arg("65534:65534").arg(project.path("orders")));
    if owned.code != Some(0) {
        eprintln!("skipped: only root gives files to others");
        return;
    }
    let refused = export(&project, "orders", &["HEAD", "-o", "../a.tar.gz"]);
    assert_eq!(refused.code, Some(2));
    for ran in [refused, project.run(&["-C", "orders", "init"])] {
        assert!(ran.err.contains("which belongs to another user"), "{}", ran.err);
        assert!(ran.err.contains("git config --global --add safe.directory"), "{}", ran.err);
    }
    project.write(".gitconfig", "[safe]\n\tdirectory = *\n");
    let mut command = project.command(&["-C", "orders", "export", "HEAD", "-o", "../a.tar.gz"]);
    let trusted = ran(command.env("HOME", project.dir()));
    assert_eq!(trusted.code, Some(0), "{}", trusted.err);
}

#[test]
fn attributes_of_one_clone_are_refused_where_they_change_what_is_exported() {
    let project = repository();
    let attributes = "orders/.git/info/attributes";
    let harmless = "# app.py export-ignore\n*.py diff=python\ntext/x -diff\n";
    project.write(attributes, harmless);
    assert_eq!(export(&project, "orders", &["HEAD", "-o", "../a.tar.gz"]).code, Some(0));
    for line in ["app.py export-ignore", "*.py -text", "* eol=crlf", "[attr]mine -text", "*.py ident"] {
        project.write(attributes, format!("{harmless}{line}\n"));
        let refused = export(&project, "orders", &["HEAD", "-o", "../b.tar.gz"]);
        assert_eq!(refused.code, Some(2), "{line}: {}", refused.err);
        let told =
            format!("changes what is exported, and belongs to this clone alone: `{}`\nhint: move", line);
        assert!(refused.err.contains(&told), "{line}: {}", refused.err);
        assert!(!project.path("b.tar.gz").exists());
    }
}
