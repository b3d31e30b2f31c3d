//! Every flag that fpm knows, as its `command.rb` and `package/*.rb` have them.

/// What stands behind a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// A value.
    Value,
    /// Nothing: it is switched on.
    Nothing,
    /// Nothing: it is switched on, or off by `--no-` in front.
    Either,
}
use Takes::Either;
use Takes::Nothing;
use Takes::Value;

/// The flags with their other names.
pub const FLAGS: &[(&str, &[&str], Takes)] = &[
    ("--output-type", &["-t"], Value),
    ("--input-type", &["-s"], Value),
    ("--chdir", &["-C"], Value),
    ("--prefix", &[], Value),
    ("--package", &["-p"], Value),
    ("--force", &["-f"], Nothing),
    ("--name", &["-n"], Value),
    ("--log", &[], Value),
    ("--verbose", &[], Nothing),
    ("--debug", &[], Nothing),
    ("--debug-workspace", &[], Nothing),
    ("--version", &["-v"], Value),
    ("--iteration", &[], Value),
    ("--epoch", &[], Value),
    ("--license", &[], Value),
    ("--vendor", &[], Value),
    ("--category", &[], Value),
    ("--depends", &["-d"], Value),
    ("--no-depends", &[], Nothing),
    ("--no-auto-depends", &[], Nothing),
    ("--provides", &[], Value),
    ("--conflicts", &[], Value),
    ("--replaces", &[], Value),
    ("--config-files", &[], Value),
    ("--directories", &[], Value),
    ("--architecture", &["-a"], Value),
    ("--maintainer", &["-m"], Value),
    ("--package-name-suffix", &["-S"], Value),
    ("--edit", &["-e"], Nothing),
    ("--exclude", &["-x"], Value),
    ("--exclude-file", &[], Value),
    ("--description", &[], Value),
    ("--url", &[], Value),
    ("--inputs", &[], Value),
    ("--before-install", &["--pre-install"], Value),
    ("--after-install", &["--post-install"], Value),
    ("--before-remove", &["--pre-uninstall"], Value),
    ("--after-remove", &["--post-uninstall"], Value),
    ("--before-upgrade", &[], Value),
    ("--after-upgrade", &[], Value),
    ("--template-scripts", &[], Nothing),
    ("--template-value", &[], Value),
    ("--workdir", &[], Value),
    ("--source-date-epoch-from-changelog", &[], Nothing),
    ("--source-date-epoch-default", &[], Value),
    ("--fpm-options-file", &[], Value),
    ("--help", &["-h"], Nothing),
    ("--deb-ignore-iteration-in-dependencies", &[], Either),
    ("--deb-build-depends", &[], Value),
    ("--deb-pre-depends", &[], Value),
    ("--deb-compression", &[], Value),
    ("--deb-compression-level", &[], Value),
    ("--deb-dist", &[], Value),
    ("--deb-custom-control", &[], Value),
    ("--deb-config", &[], Value),
    ("--deb-templates", &[], Value),
    ("--deb-installed-size", &[], Value),
    ("--deb-priority", &[], Value),
    ("--deb-use-file-permissions", &[], Either),
    ("--deb-user", &[], Value),
    ("--deb-group", &[], Value),
    ("--deb-changelog", &[], Value),
    ("--deb-generate-changes", &[], Either),
    ("--deb-upstream-changelog", &[], Value),
    ("--deb-recommends", &[], Value),
    ("--deb-suggests", &[], Value),
    ("--deb-meta-file", &[], Value),
    ("--deb-interest", &[], Value),
    ("--deb-activate", &[], Value),
    ("--deb-interest-noawait", &[], Value),
    ("--deb-activate-noawait", &[], Value),
    ("--deb-field", &[], Value),
    ("--deb-no-default-config-files", &[], Either),
    ("--deb-auto-config-files", &[], Either),
    ("--deb-shlibs", &[], Value),
    ("--deb-init", &[], Value),
    ("--deb-default", &[], Value),
    ("--deb-upstart", &[], Value),
    ("--deb-systemd", &[], Value),
    ("--deb-systemd-path", &[], Value),
    ("--deb-systemd-enable", &[], Either),
    ("--deb-systemd-auto-start", &[], Either),
    ("--deb-systemd-restart-after-upgrade", &[], Either),
    ("--deb-after-purge", &[], Value),
    ("--deb-maintainerscripts-force-errorchecks", &[], Either),
    ("--virtualenv-pypi", &[], Value),
    ("--virtualenv-package-name-prefix", &[], Value),
    ("--virtualenv-install-location", &[], Value),
    ("--virtualenv-fix-name", &[], Either),
    ("--virtualenv-other-files-dir", &[], Value),
    ("--virtualenv-pypi-extra-url", &[], Value),
    ("--virtualenv-setup-install", &[], Either),
    ("--virtualenv-system-site-packages", &[], Either),
    ("--virtualenv-find-links", &[], Value),
    ("--python-bin", &[], Value),
    ("--python-easyinstall", &[], Value),
    ("--python-pip", &[], Value),
    ("--python-pypi", &[], Value),
    ("--python-trusted-host", &[], Value),
    ("--python-package-name-prefix", &["--python-package-prefix"], Value),
    ("--python-fix-name", &[], Either),
    ("--python-fix-dependencies", &[], Either),
    ("--python-downcase-name", &[], Either),
    ("--python-downcase-dependencies", &[], Either),
    ("--python-install-bin", &[], Value),
    ("--python-install-lib", &[], Value),
    ("--python-install-data", &[], Value),
    ("--python-dependencies", &[], Either),
    ("--python-obey-requirements-txt", &[], Either),
    ("--python-scripts-executable", &[], Value),
    ("--python-disable-dependency", &[], Value),
    ("--python-setup-py-arguments", &[], Value),
    ("--python-internal-pip", &[], Either),
];

/// Those of what mkdeb makes no packages of, and of packages that are none of Debian's: what they begin with, those
/// with a value, those that are switched.
pub const OTHERS: &[(&str, &[&str], &[&str])] = &[
    (
        "rpm",
        &[
            "user",
            "group",
            "defattrfile",
            "defattrdir",
            "rpmbuild-define",
            "dist",
            "digest",
            "compression-level",
            "compression",
            "os",
            "changelog",
            "summary",
            "auto-add-exclude-directories",
            "attr",
            "init",
            "filter-from-provides",
            "filter-from-requires",
            "tag",
            "verifyscript",
            "pretrans",
            "posttrans",
            "trigger-before-install",
            "trigger-after-install",
            "trigger-before-uninstall",
            "trigger-after-target-uninstall",
        ],
        &[
            "use-file-permissions",
            "sign",
            "auto-add-directories",
            "autoreqprov",
            "autoreq",
            "autoprov",
            "ignore-iteration-in-dependencies",
            "verbatim-gem-dependencies",
            "macro-expansion",
            "old-perl-dependency-name",
        ],
    ),
    ("pacman", &["optional-depends", "user", "group", "compression"], &["use-file-permissions"]),
    ("freebsd", &["origin", "osversion"], &[]),
    ("osxpkg", &["identifier-prefix", "ownership", "postinstall-action", "dont-obsolete"], &["payload-free"]),
    ("p5p", &["user", "group", "zonetype", "publisher"], &["lint", "validate"]),
    ("snap", &["yaml", "confinement", "grade"], &[]),
    ("solaris", &["user", "group"], &[]),
    (
        "gem",
        &[
            "bin-path",
            "package-prefix",
            "package-name-prefix",
            "gem",
            "shebang",
            "disable-dependency",
            "stagingdir",
            "git-repo",
            "git-branch",
        ],
        &["fix-name", "fix-dependencies", "env-shebang", "prerelease", "embed-dependencies", "version-bins"],
    ),
    (
        "cpan",
        &[
            "perl-bin",
            "cpanm-bin",
            "mirror",
            "package-name-prefix",
            "disable-dependency",
            "perl-lib-path",
            "metacpan-api-url",
        ],
        &["mirror-only", "test", "verbose", "sandbox-non-core", "cpanm-force"],
    ),
    ("npm", &["bin", "package-name-prefix", "registry"], &[]),
    (
        "pear",
        &["package-name-prefix", "channel", "bin-dir", "php-bin", "php-dir", "data-dir"],
        &["channel-update"],
    ),
    ("pleaserun", &["name", "chdir", "user"], &[]),
];

/// A flag that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::packagers::fpm) struct Found {
    /// Its first name; none of a flag for other packages.
    pub(in crate::packagers::fpm) name: Option<&'static str>,
    pub(in crate::packagers::fpm) takes: Takes,
    /// Whether it is switched off.
    pub(in crate::packagers::fpm) is_off: bool,
}

/// The flag of this name.
pub(in crate::packagers::fpm) fn find(word: &str) -> Option<Found> {
    let named = |word: &str| FLAGS.iter().find(|(name, others, _)| *name == word || others.contains(&word));
    if let Some((name, _, takes)) = named(word) {
        return Some(Found { name: Some(name), takes: *takes, is_off: false });
    }
    let on = word.strip_prefix("--no-").map(|rest| format!("--{rest}"));
    if let Some((name, _, Either)) = on.as_deref().and_then(named) {
        return Some(Found { name: Some(name), takes: Either, is_off: true });
    }
    let (kind, rest) = on.as_deref().unwrap_or(word).strip_prefix("--")?.split_once('-')?;
    let (_, values, switches) = OTHERS.iter().find(|(known, _, _)| *known == kind)?;
    if switches.contains(&rest) {
        return Some(Found { name: None, takes: Either, is_off: on.is_some() });
    }
    (values.contains(&rest) && on.is_none()).then_some(Found { name: None, takes: Value, is_off: false })
}

/// The names of all flags but those for other packages.
pub fn names() -> impl Iterator<Item = &'static str> {
    FLAGS.iter().flat_map(|(name, others, _)| std::iter::once(*name).chain(others.iter().copied()))
}
