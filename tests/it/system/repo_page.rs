//! The page of a repository in a real browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::fleet_kit::project_for;
use super::repo_kit::Publisher;
use crate::bed::{Suite, missing, need};
use crate::project::ran;

/// A repository with an application of three versions, and a package that means no good.
pub fn shown() -> Publisher {
    let publisher = Publisher::of_directory(None);
    let words = ["--url", "https://apt.example.org", "--description", "What <b>production</b> runs"];
    publisher.init("stable", &words);
    publisher.init("beta", &["--url", "https://apt.example.org", "--not-automatic"]);
    let project = project_for(Suite::Bookworm);
    for (version, idna) in [("1.0", "3.6"), ("1.1", "3.7"), ("1.2", "3.7")] {
        let site = "build/venv/lib/python3.11/site-packages";
        let _ = fs::remove_dir_all(project.path(site));
        project.write(&format!("{site}/idna.py"), "");
        project.write(&format!("{site}/idna-{idna}.dist-info/RECORD"), "idna.py,,\n");
        project.write("app/orders/__init__.py", format!("def main():\n    print('{version}')\n"));
        let built = project.build(&["--set", &format!("package.version={version}")]);
        let debs: Vec<&str> = built.out.lines().collect();
        publisher.publish(&[&["--suite", "stable"], &debs[..]].concat());
    }
    let fields = "Homepage: javascript:alert(1)\nX-Mkdeb-Role: application\nX-Mkdeb-App: evil\n";
    let deb = publisher.deb_with("evil", "1", (fields, "x"));
    let tree = publisher.path("tree-evil-1/DEBIAN/control");
    let control = fs::read_to_string(&tree).unwrap();
    let hostile = "<script>document.title='owned'</script><img src=x onerror=alert(1)>&amp;\"'{{7}}";
    fs::write(&tree, control.replace("evil of a test", hostile)).unwrap();
    publisher.ok(&[
        "pack",
        "--root-owner-group",
        "-Zgzip",
        "-q",
        tree.parent().unwrap().parent().unwrap().to_str().unwrap(),
        &deb,
    ]);
    publisher.publish(&["--suite", "stable", &deb, &publisher.deb("hello", "1.0")]);
    publisher
}

/// What a browser makes of a page, and what it complains of.
fn browsed(page: &Path, words: &[&str]) -> Option<(String, String)> {
    let browser = Path::new("/usr/bin/chromium");
    if !browser.exists() {
        return missing("the browser chromium");
    }
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(browser);
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--enable-logging=stderr",
    ]);
    command.arg(format!("--user-data-dir={}", home.path().display())).args(words);
    let ran = ran(command.arg(format!("file://{}", page.display())).env("HOME", home.path()));
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    Some((ran.out, ran.err))
}

#[test]
fn the_page_shows_what_there_is_and_what_is_hostile_stays_text() {
    let publisher = shown();
    let page = Path::new(&publisher.place).join("index.html");
    let (dom, said) = need!(browsed(&page, &["--dump-dom"]));
    // A style sheet or a script that the policy forbids would be told of.
    let complaints: Vec<&str> =
        said.lines().filter(|line| line.contains("Refused to") || line.contains("CONSOLE")).collect();
    assert_eq!(complaints, Vec::<&str>::new());
    assert!(
        dom.contains("<title>Acme</title>") && !dom.contains("<script") && !dom.contains("<img"),
        "{dom}"
    );
    assert!(dom.contains("&lt;script&gt;document.title='owned'") && dom.contains("{{7}}"), "{dom}");
    assert!(!dom.contains("javascript:") && dom.contains("What &lt;b&gt;production&lt;/b&gt; runs"), "{dom}");
    for text in [
        "idna 3.6 → 3.7",
        "unchanged",
        "1 in all",
        "orders 1.1, orders 1.2",
        "sudo curl -fsSLo /etc/apt/sources.list.d/acme-stable.sources 'https://apt.example.org/acme-stable.sources'",
        "hello of a test",
        "id=\"suite-beta\"",
    ] {
        assert!(dom.contains(text), "`{text}` is not in {dom}");
    }
    let fingerprint = publisher.ok(&["repo", "key", "check", "key.asc"]);
    assert!(dom.contains(&fingerprint[..49]), "{fingerprint}");
}

#[test]
fn the_page_fits_a_phone_in_light_and_dark() {
    let publisher = shown();
    let page = Path::new(&publisher.place).join("index.html");
    let shots = std::env::var("MKDEB_SHOTS").map_or_else(|_| publisher.path("shots"), Into::into);
    fs::create_dir_all(&shots).unwrap();
    let mut pictures = Vec::new();
    for (name, size, dark) in
        [("wide", "1200,1600", false), ("wide-dark", "1200,1600", true), ("phone", "500,1600", false)]
    {
        let file = shots.join(format!("{name}.png"));
        let (shot, window) = (format!("--screenshot={}", file.display()), format!("--window-size={size}"));
        let mut words = vec![shot.as_str(), window.as_str(), "--hide-scrollbars"];
        if dark {
            words.push("--blink-settings=preferredColorScheme=0");
        }
        need!(browsed(&page, &words));
        pictures.push(fs::read(file).unwrap());
    }
    assert!(pictures.iter().all(|picture| picture.starts_with(b"\x89PNG") && picture.len() > 10_000));
    assert_ne!(pictures[0], pictures[1], "dark is another picture");
}
