//! The flags of fpm of which nothing becomes, and why.

/// Those that are told.
pub(in crate::init) const LEFT_OUT: &[(&str, &str)] = &[
    ("--source-date-epoch-from-changelog", TIMES),
    ("--source-date-epoch-default", TIMES),
    ("--fpm-options-file", "it is not there, or names itself"),
    ("--inputs", "it is not there"),
    ("--exclude-file", "it is not there"),
    ("--deb-build-depends", "a package has no such field"),
    (
        "--deb-custom-control",
        "mkdeb writes the control file; `fields` in `[package]` takes fields of your own",
    ),
    ("--deb-config", QUESTIONS),
    ("--deb-templates", QUESTIONS),
    ("--deb-use-file-permissions", "files belong to root, with the permission bits that they have"),
    ("--deb-upstream-changelog", "`changelog` in `[package]` takes one of Debian's"),
    ("--deb-generate-changes", REPOSITORY),
    ("--deb-dist", REPOSITORY),
    ("--deb-meta-file", "mkdeb writes all of `DEBIAN`"),
    ("--deb-interest", TRIGGERS),
    ("--deb-activate", TRIGGERS),
    ("--deb-interest-noawait", TRIGGERS),
    ("--deb-activate-noawait", TRIGGERS),
    ("--deb-no-default-config-files", "what lies below `/etc` is configuration (Policy 10.7.2)"),
    ("--deb-shlibs", "libraries of a release are for itself"),
    ("--deb-init", SERVICES),
    ("--deb-upstart", SERVICES),
    ("--virtualenv-pypi", PIP),
    ("--virtualenv-pypi-extra-url", PIP),
    ("--virtualenv-find-links", PIP),
    ("--virtualenv-setup-install", PIP),
    ("--virtualenv-system-site-packages", "a virtualenv holds all that it needs"),
    ("--python-bin", PIP),
    ("--python-pypi", PIP),
    ("--python-trusted-host", PIP),
    ("--python-obey-requirements-txt", PIP),
    ("--python-disable-dependency", PIP),
    ("--python-dependencies", PIP),
    ("--python-setup-py-arguments", PIP),
];

const TIMES: &str = "times are `SOURCE_DATE_EPOCH`, or those of the newest input";
const QUESTIONS: &str = "hooks ask no questions (debconf)";
const REPOSITORY: &str = "`mkdeb publish` says where a package goes";
const TRIGGERS: &str = "packages wait for no triggers";
const SERVICES: &str = "`[[service]]` makes services of systemd";
const PIP: &str = "it is for whoever makes the virtualenv now";

/// Those of which nothing is lost.
#[cfg(test)]
const QUIET: [&str; 24] = [
    "--package",
    "--force",
    "--log",
    "--verbose",
    "--debug",
    "--debug-workspace",
    "--no-auto-depends",
    "--architecture",
    "--package-name-suffix",
    "--edit",
    "--workdir",
    "--help",
    "--deb-installed-size",
    "--deb-auto-config-files",
    "--python-easyinstall",
    "--python-pip",
    "--python-internal-pip",
    "--python-fix-dependencies",
    "--python-downcase-name",
    "--python-downcase-dependencies",
    "--python-install-bin",
    "--python-install-lib",
    "--python-install-data",
    "--python-scripts-executable",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packagers::fpm::flags;

    #[test]
    fn something_becomes_of_each_flag_or_it_is_known_why_not() {
        let code = concat!(
            include_str!("fpm.rs"),
            include_str!("fpm_excludes.rs"),
            include_str!("fpm_inputs.rs"),
            include_str!("fpm_package.rs"),
            include_str!("fpm_scripts.rs")
        );
        for (flag, _, _) in flags::FLAGS {
            let ways = [
                code.contains(&format!("\"{flag}\"")),
                LEFT_OUT.iter().any(|(left, _)| left == flag),
                QUIET.contains(flag),
            ];
            assert_eq!(ways.iter().filter(|is_it| **is_it).count(), 1, "{flag}: {ways:?}");
        }
        for flag in LEFT_OUT.iter().map(|(flag, _)| flag).chain(&QUIET) {
            assert!(flags::names().any(|name| name == *flag), "{flag}");
        }
    }
}
