//! What a host could not run: each is refused with words that help, and nothing is written.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::trial::{Project, state};

/// Builds, and expects exactly this complaint, the exit code 2, and that nothing was touched.
#[track_caller]
fn refuses(project: &Project, words: &[&str], error: &str, hint: &str) {
    let before = state(project.path());
    let said = project.build(words);
    // Between them may be the line of the manifest.
    let (first, last) = (format!("error: {error}\n"), format!("hint: {hint}\n"));
    assert!(said.stderr.starts_with(&first) && said.stderr.ends_with(&last), "{}", said.stderr);
    assert_eq!((said.status.code(), said.stdout.as_str()), (Some(2), ""), "{error}");
    assert_eq!(state(project.path()), before, "{error}");
}

const REBUILD: &str = "make it again with `python3 -m venv`, `uv venv` or virtualenv 20 or later";

/// A project with a virtualenv beside it, of which only the skeleton is there.
fn sketch() -> Project {
    let project = Project::new("shop", Path::new("venv"));
    project.write("venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
    project.write("venv/lib/python3.11/site-packages/a.py", "");
    fs::create_dir(project.path().join("venv/bin")).unwrap();
    symlink("/usr/bin/python3.11", project.path().join("venv/bin/python")).unwrap();
    project
}

#[test]
fn a_skeleton_alone_would_do() {
    let project = sketch();
    assert!(project.package(&["--fast"]).is_file());
}

#[test]
fn what_is_no_virtualenv_is_refused() {
    let hint = format!("point `path` in `[venv]` at the directory that holds `pyvenv.cfg`, or {REBUILD}");
    let project = sketch();
    let with = |path: &str| ["--set".to_owned(), format!("venv.path={path}")];
    let [set, app] = with("app");
    refuses(&project, &[&set, &app], "`app` is not a virtualenv: it has no `pyvenv.cfg`", &hint);
    let [set, text] = with("app/stock.txt");
    refuses(
        &project,
        &[&set, &text],
        "`app/stock.txt` is neither a directory nor a tar archive",
        "give a directory, or a `.tar`, `.tar.gz`, `.tar.xz` or `.tar.zst`",
    );
    fs::remove_file(project.path().join("venv/pyvenv.cfg")).unwrap();
    refuses(&project, &[], "`venv` is not a virtualenv: it has no `pyvenv.cfg`", &hint);
    project.write("venv/lib/python3.11/os.py", "");
    refuses(&project, &[], "`venv` is not a virtualenv: it is a whole Python installation", &hint);
    project.write("venv/pyvenv.cfg", "version = 3.11.2\n");
    refuses(&project, &[], "`venv` is not a virtualenv: its `pyvenv.cfg` has no `home`", &hint);
}

#[test]
fn a_virtualenv_that_is_not_there_is_refused() {
    let project = Project::new("shop", Path::new("venv"));
    let said = project.build(&[]);
    assert_eq!(said.status.code(), Some(2));
    assert!(said.stderr.contains("failed to read `venv`: No such file or directory"), "{}", said.stderr);
    assert!(!project.path().join("dist").exists());
}

#[test]
fn a_virtualenv_of_two_pythons_is_refused() {
    let project = sketch();
    project.write("venv/lib/python3.9/site-packages/a.py", "");
    refuses(
        &project,
        &[],
        "`venv` holds modules of several Pythons: `lib/python3.11` and `lib/python3.9`",
        "make the virtualenv again, or delete whichever of `lib/python3.11` and `lib/python3.9` is left over",
    );
}

#[test]
fn links_to_nothing_and_out_of_the_virtualenv_are_refused() {
    let project = sketch();
    let link = project.path().join("venv/lib/lost.so");
    symlink("libgone.so.1", &link).unwrap();
    refuses(
        &project,
        &[],
        "the link `lib/lost.so` points to `libgone.so.1`, which does not exist in the virtualenv",
        "delete `lib/lost.so`, or restore what it points to",
    );
    fs::remove_file(&link).unwrap();
    symlink("/home/me/.cache/lost.so", &link).unwrap();
    refuses(
        &project,
        &[],
        "the link `lib/lost.so` points to `/home/me/.cache/lost.so`, outside the virtualenv",
        "put a copy in place of `lib/lost.so` (for uv, `--link-mode copy`)",
    );
}

#[test]
fn a_conda_environment_is_refused() {
    let project = sketch();
    project.write("venv/conda-meta/history", "");
    refuses(
        &project,
        &[],
        "`venv` is a conda environment, not a virtualenv",
        &format!("{REBUILD}, on CPython"),
    );
}

#[test]
fn an_interpreter_of_another_version_is_refused() {
    refuses(
        &sketch(),
        &["--set", "venv.python=/usr/bin/python3.9"],
        "`/usr/bin/python3.9` is not Python 3.11, which the virtualenv's `lib` is for",
        "set `python = \"/usr/bin/python3.11\"` in `[venv]`, or make the virtualenv again",
    );
}

mod system {
    use super::{REBUILD, refuses};
    use crate::bed::{need, venv};
    use crate::system::virtualenvs::BAD;
    use crate::trial::Project;

    const EDITABLE: &str = "install it for good: `uv sync --no-editable`, or `pip install .` without `-e`";
    const OTHER_PYTHON: &str = "set `python = \"/usr/bin/python3.11\"` in `[venv]`, or make the virtualenv again \
                                with `/usr/bin/python3.11 -m venv` or `uv venv --python /usr/bin/python3.11`";
    const SPEEDUPS: &str = "lib/python3.11/site-packages/markupsafe/_speedups.cpython-311";

    /// The complaint and the hint; `TAR` stands for the tarball.
    fn expected(name: &str) -> (String, String) {
        let editable = |at: &str| {
            let error = format!("`shop` is installed editable: its modules lie in `/srv/build/source-{at}`");
            (error, EDITABLE.to_owned())
        };
        let foreign = |python: &str, maker: &str| {
            let error = format!("the virtualenv's Python is `{python}` ({maker}), which hosts will not have");
            (error, OTHER_PYTHON.to_owned())
        };
        match name {
            "3.9-virtualenv16-plain" => (
                "`TAR` was made by a virtualenv older than 20: it holds `lib/python3.9/orig-prefix.txt`"
                    .to_owned(),
                format!("{REBUILD}, on CPython"),
            ),
            "3.11-aarch64" => (
                format!(
                    "the package's architecture is `amd64`, but `venv/{SPEEDUPS}-aarch64-linux-gnu.so` is for arm64"
                ),
                "leave out `architecture`, or set it to what the files are for".to_owned(),
            ),
            "3.11-editable-hatchling" => editable("hatchling"),
            "3.11-editable-setuptools" | "3.11-editable-uv" => editable("setuptools"),
            "3.11-musl" => (
                format!("`{SPEEDUPS}-x86_64-linux-musl.so` is built for musl, Debian's C library is glibc"),
                "make the virtualenv on Debian or Ubuntu, so that manylinux wheels are chosen".to_owned(),
            ),
            "3.11-pyenv" => foreign("/root/.pyenv/versions/3.11.2/bin/python3.11", "pyenv"),
            "3.11-usr-local" => {
                foreign("/usr/local/bin/python3.11", "built by hand or of the `python` image")
            }
            "3.11-uv-managed" => foreign(
                "/root/.local/share/uv/python/cpython-3.11.2-linux-x86_64-gnu/bin/python3.11",
                "managed by uv",
            ),
            _ => panic!("nothing is expected of {name}"),
        }
    }

    #[test]
    fn every_real_virtualenv_that_no_host_could_run_is_refused() {
        for name in BAD {
            let venv = need!(venv(name));
            let project = Project::new("shop", &venv.tar);
            let (error, hint) = expected(name);
            // Without a word on it, the package would be for the machine that the wheels are for.
            let words: &[&str] =
                if name == "3.11-aarch64" { &["--set", "package.architecture=amd64"] } else { &[] };
            refuses(&project, words, &error.replace("TAR", venv.tar.to_str().unwrap()), &hint);
            println!("{name}: {error}");
        }
    }

    #[test]
    fn wheels_of_another_machine_make_a_package_for_that_machine() {
        let project = Project::new("shop", &need!(venv("3.11-aarch64")).tar);
        let deb = project.package(&["--fast"]);
        assert_eq!(deb.file_name().unwrap(), "shop_1.0_arm64.deb");
    }

    #[test]
    fn the_hint_about_a_foreign_interpreter_helps() {
        for name in ["3.11-pyenv", "3.11-usr-local", "3.11-uv-managed"] {
            let project = Project::new("shop", &need!(venv(name)).tar);
            project.build(&["--dry-run", "--set", "venv.python=/usr/bin/python3.11"]).ok(name);
        }
    }
}
