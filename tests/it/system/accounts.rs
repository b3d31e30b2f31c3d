//! Directories of accounts: whoever owns one may put links there, and must not gain by it what root can do.

use crate::bed::{Root, Suite, need};
use crate::project::Project;

/// A root with a package whose manifest has these lines, and `/var/lib/orders`, which the account had before.
fn root(more: &str) -> Option<(Root, String)> {
    let root = Root::new(Suite::Bookworm)?;
    let user = "[[user]]\nname = \"orders\"\n";
    let project = Project::new(&format!("python = \"/usr/bin/python3.11\"\n{user}{more}"));
    let deb = project.build(&[]).out;
    root.copy_in(deb.trim_end().as_ref(), "/srv/orders.deb");
    root.sh("useradd --system orders; mkdir -p /var/lib/orders/spool; chown -R orders: /var/lib/orders");
    let ran = root.run(&["dpkg", "--force-unsafe-io", "--force-depends", "-i", "/srv/orders.deb"]);
    Some((root, ran.text()))
}

#[test]
fn a_purge_follows_a_link_of_an_account_with_its_rights_only() {
    let directory = "[[directory]]\npath = \"/var/lib/orders/spool/log\"\nowner = \"orders\"\n";
    let (root, said) = need!(root(directory));
    assert!(root.path().join("var/lib/orders/spool/log").is_dir(), "{said}");
    root.sh("mkdir -p /var/victim/log; echo keep >/var/victim/log/file; chmod 755 /var/victim");
    root.sh("setpriv --reuid orders --regid orders --clear-groups sh -c \
        'cd /var/lib/orders && rm -r spool && ln -s /var/victim spool'");
    let purged = root.run(&["dpkg", "--purge", "orders"]);
    assert!(purged.success(), "{}", purged.text());
    assert_eq!(root.read("/var/victim/log/file"), "keep\n", "{}", purged.text());
    assert!(purged.text().contains("/var/lib/orders/spool/log could not be removed"), "{}", purged.text());
}

#[test]
fn a_purge_removes_what_is_an_accounts_own() {
    let directory = "[[directory]]\npath = \"/var/lib/orders/spool/log\"\nowner = \"orders\"\n";
    let (root, _) = need!(root(directory));
    root.sh(
        "setpriv --reuid orders --regid orders --clear-groups sh -c 'echo 1 >/var/lib/orders/spool/log/file'",
    );
    root.ok(&["dpkg", "--purge", "orders"]);
    assert!(!root.path().join("var/lib/orders/spool/log").exists());
    assert!(root.path().join("var/lib/orders").exists(), "it was there before");
}

#[test]
fn a_directory_of_root_is_not_made_below_one_of_an_account() {
    let (root, said) = need!(root("[[directory]]\npath = \"/var/lib/orders/new\"\n"));
    let words =
        "the directory /var/lib/orders/new is to be root's, below one that others than root may change";
    assert!(said.contains(words), "{said}");
    assert!(!root.path().join("var/lib/orders/new").exists());
}

#[test]
fn what_packaged_files_declare_is_made_before_services_start() {
    let root = need!(Root::new(Suite::Bookworm));
    let file =
        |kind: &str| format!("[[file]]\nsource = \"{kind}\"\npath = \"/usr/lib/{kind}.d/orders.conf\"\n");
    let project =
        Project::new(&format!("python = \"/usr/bin/python3.11\"\n{}{}", file("tmpfiles"), file("sysusers")));
    project.write("sysusers", "u spooler -\n");
    project.write("tmpfiles", "d /run/orders 0750 spooler spooler -\nd /run/nobody 0755 no-such-user - -\n");
    let deb = project.build(&[]).out;
    root.copy_in(deb.trim_end().as_ref(), "/srv/orders.deb");
    let said = root.run(&["dpkg", "--force-unsafe-io", "--force-depends", "-i", "/srv/orders.deb"]);
    // A line that cannot be followed is told, and keeps nobody from installing.
    assert!(
        said.success() && said.text().contains("systemd-tmpfiles did not make all of orders.conf"),
        "{}",
        said.text()
    );
    assert_eq!(root.ok(&["stat", "--format", "%U:%G %a", "/run/orders"]), "spooler:spooler 750\n");
}

#[test]
fn an_application_without_a_virtualenv_is_built_where_there_is_no_python() {
    let root = need!(Root::new(Suite::Bookworm));
    root.copy_in(env!("CARGO_BIN_EXE_mkdeb").as_ref(), "/srv/mkdeb");
    root.sh("rm /usr/bin/python3; mkdir -p /srv/app; echo 1 >/srv/app/file; cd /srv
        printf '[package]\\nname = \"orders\"\\nversion = \"1\"\\nmaintainer = \"Ops <ops@example.com>\"\\nsummary = \"x\"\\n' >mkdeb.toml
        printf '[app]\\ntarball = \"app\"\\n' >>mkdeb.toml
        ./mkdeb build");
    assert_eq!(root.ok(&["dpkg-deb", "-f", "/srv/dist/orders_1_all.deb", "Package"]), "orders\n");
}
