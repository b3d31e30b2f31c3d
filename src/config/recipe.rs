//! What to build, checked: every value has its type, every default is in place.
//!
//! Source paths are as the manifest spells them, relative to its directory; only `host` resolves them.

use std::collections::BTreeMap;

use crate::control::binary::RelationField;
use crate::types::arch::Arch;
use crate::types::mode::Mode;
use crate::types::name::AccountName;
use crate::types::name::PackageName;
use crate::types::name::UnitName;
use crate::types::path::InstallPath;
use crate::types::relation::Relation;
use crate::types::version::DebVersion;

/// Everything a build needs to know besides its inputs.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// `[package]`.
    pub package: PackageRecipe,
    /// `[app]`.
    pub app: AppRecipe,
    /// `[venv]`; an app without one runs on the system's Python.
    pub venv: Option<VenvRecipe>,
    /// Where releases live on the host, for example `/opt/orders`.
    pub prefix: InstallPath,
    /// `[[command]]`.
    pub commands: Vec<CommandRecipe>,
    /// `[[service]]`.
    pub services: Vec<ServiceRecipe>,
    /// `[[timer]]`.
    pub timers: Vec<TimerRecipe>,
    /// `[[socket]]`.
    pub sockets: Vec<SocketRecipe>,
    /// `[[user]]`, and the users that services and hooks run as, root excepted; each name once.
    pub users: Vec<UserRecipe>,
    /// `[[config]]`.
    pub configs: Vec<ConfigRecipe>,
    /// `[[tree]]`.
    pub trees: Vec<TreeRecipe>,
    /// `[[file]]`.
    pub files: Vec<FileRecipe>,
    /// `[[link]]`.
    pub links: Vec<LinkRecipe>,
    /// `[[directory]]`.
    pub directories: Vec<DirectoryRecipe>,
    /// `[hooks]`.
    pub hooks: Vec<HookRecipe>,
    /// `[compression]`, where the manifest or the command line says.
    pub compression: Option<crate::archive::compress::Compression>,
    /// `[build] target`: the oldest suite that has to install the package.
    pub target: Option<Suite>,
}

/// What the package says of itself.
#[derive(Debug, Clone)]
pub struct PackageRecipe {
    /// The package's name.
    pub name: PackageName,
    /// The package's version, revision included.
    pub version: DebVersion,
    /// `Name <address>`.
    pub maintainer: String,
    /// The first line of the description: one line, no longer than 80 characters.
    pub summary: String,
    /// The rest of the description.
    pub description: String,
    /// Archive section; `python` by default.
    pub section: String,
    /// Archive priority; `optional` by default.
    pub priority: String,
    /// The architecture; none stands for `auto`, found from the ELF files.
    pub architecture: Option<Arch>,
    /// Home page: an http or https URL.
    pub homepage: Option<String>,
    /// The license, as SPDX spells it or in the author's words.
    pub license: Option<String>,
    /// A Debian changelog to ship; generated otherwise.
    pub changelog: Option<String>,
    /// Relations by field, `Depends` among them.
    pub relations: BTreeMap<RelationField, Vec<Relation>>,
    /// Whether `$auto` is among the dependencies: the interpreter's package.
    pub auto_depends: bool,
    /// Fields of the user's own.
    pub fields: Vec<(String, String)>,
}

/// The application's files.
#[derive(Debug, Clone)]
pub struct AppRecipe {
    /// The tarball or directory.
    pub source: String,
    /// How many leading path components are dropped; none stands for `auto`: the single top directory.
    pub strip_components: Option<usize>,
    /// Globs of paths to leave out, relative to the stripped root.
    pub exclude: Vec<String>,
    /// Directories below the release that launchers put on `sys.path`; empty for the release root itself.
    pub python_path: Vec<String>,
}

/// The virtualenv.
#[derive(Debug, Clone)]
pub struct VenvRecipe {
    /// The directory or tarball.
    pub source: String,
    /// The interpreter on the host, where the manifest says.
    pub python: Option<InstallPath>,
    /// What becomes of bytecode.
    pub bytecode: Bytecode,
    /// What to leave out.
    pub drop: Vec<DropProfile>,
}

/// What becomes of the bytecode that a virtualenv brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytecode {
    /// What is fresh is kept, what is stale is dropped.
    Auto,
    /// It has to be there and fresh.
    Keep,
    /// Dropped, where the source is there.
    Strip,
}

/// Parts of a virtualenv that a host does not need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DropProfile {
    /// pip, setuptools' and wheel's commands: the host installs nothing into a release.
    Pip,
    /// The scripts that activate a virtualenv in a shell.
    Activate,
}

/// `module:attribute`, as entry points spell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPoint {
    /// Dotted module.
    pub module: String,
    /// Dotted attribute of it, called without arguments.
    pub attribute: String,
}

/// A command in `/usr/bin`.
#[derive(Debug, Clone)]
pub struct CommandRecipe {
    /// Its name.
    pub name: UnitName,
    /// What it runs.
    pub run: CommandRun,
}

/// What a command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandRun {
    /// A function; a launcher is written.
    EntryPoint(EntryPoint),
    /// A program of the release, relative to its root.
    Path(String),
}

/// A long-running service.
#[derive(Debug, Clone)]
pub struct ServiceRecipe {
    /// The unit's name without `.service`.
    pub name: UnitName,
    /// Where the unit comes from.
    pub unit: UnitSource,
    /// What it runs and as whom; also for hooks and health checks of a unit given as a file.
    pub process: Process,
    /// The check after a restart.
    pub health: Option<Health>,
    /// What an upgrade does to it.
    pub on_upgrade: OnUpgrade,
    /// Whether a first install enables it.
    pub enable: bool,
    /// Whether a first install starts it.
    pub start: bool,
    /// Names of instances; empty for a plain unit, else `name@.service` is rendered.
    pub instances: Vec<UnitName>,
}

/// Where a unit comes from.
#[derive(Debug, Clone)]
pub enum UnitSource {
    /// Rendered from these.
    Rendered(Box<UnitOptions>),
    /// A file of the user's.
    File(String),
}

/// What a service or a timer's job runs, and as whom.
#[derive(Debug, Clone)]
pub struct Process {
    /// The command line's words; `${NAME}` in them is expanded from the environment when it starts. Empty for
    /// a unit given as a file.
    pub exec: Vec<String>,
    /// The user; root is asked for by name.
    pub user: AccountName,
    /// The group, where it is not the user's own.
    pub group: Option<AccountName>,
    /// Environment that travels with the release.
    pub environment: BTreeMap<String, String>,
    /// A file of the host with more of it, which wins; may be absent.
    pub environment_file: Option<InstallPath>,
}

/// Directives of a rendered unit.
#[derive(Debug, Clone)]
pub struct UnitOptions {
    /// `Type=`; `exec` by default, `oneshot` for a timer's job.
    pub kind: String,
    /// Where it runs; the release root by default.
    pub working_directory: Option<InstallPath>,
    /// `StateDirectory=`: names below `/var/lib`.
    pub state_directory: Vec<String>,
    /// `LogsDirectory=`: names below `/var/log`.
    pub logs_directory: Vec<String>,
    /// `RuntimeDirectory=`: names below `/run`.
    pub runtime_directory: Vec<String>,
    /// `After=`, besides `network.target`.
    pub after: Vec<String>,
    /// `Wants=`.
    pub wants: Vec<String>,
    /// `Restart=`; `on-failure` by default.
    pub restart: String,
    /// Whether the sandboxing directives are rendered.
    pub hardening: bool,
    /// Directives of the user's own, by section: each a name and a value.
    pub extra: BTreeMap<String, Vec<(String, String)>>,
}

/// How to tell that a service answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// What is asked.
    pub check: HealthCheck,
    /// How long it may take to answer, in seconds.
    pub timeout_seconds: u32,
}

/// What a health check asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HealthCheck {
    /// An http URL that answers with a status from 200 to 399.
    Http(String),
    /// A shell command that succeeds, run from the release root as the service's user.
    Command(String),
}

/// What an upgrade does to a running service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUpgrade {
    /// Stops and starts it.
    Restart,
    /// Asks it to reload.
    Reload,
    /// Nothing.
    Leave,
}

/// A job at fixed times.
#[derive(Debug, Clone)]
pub struct TimerRecipe {
    /// The unit's name without `.timer`.
    pub name: UnitName,
    /// What it starts.
    pub job: TimerJob,
    /// When: directives of `[Timer]` such as `OnCalendar`, each a name and a value, in order.
    pub schedule: Vec<(String, String)>,
    /// Directives of the user's own, by section.
    pub extra: BTreeMap<String, Vec<(String, String)>>,
    /// Whether a first install enables it.
    pub enable: bool,
    /// Whether a first install starts it.
    pub start: bool,
}

/// What a timer starts.
#[derive(Debug, Clone)]
pub enum TimerJob {
    /// A service named elsewhere.
    Service(UnitName),
    /// A job of its own: a oneshot service of the timer's name is rendered.
    Own(Box<(Process, UnitOptions)>),
}

/// A socket that starts a service.
#[derive(Debug, Clone)]
pub struct SocketRecipe {
    /// The unit's name without `.socket`.
    pub name: UnitName,
    /// The service it starts, one of the manifest's.
    pub service: UnitName,
    /// Addresses, as `ListenStream=` takes them.
    pub listen: Vec<String>,
    /// Owner of a socket in the file system.
    pub user: Option<AccountName>,
    /// Its permission bits.
    pub mode: Option<Mode>,
    /// Directives of the user's own, by section.
    pub extra: BTreeMap<String, Vec<(String, String)>>,
    /// Whether a first install enables it.
    pub enable: bool,
    /// Whether a first install starts it.
    pub start: bool,
}

/// A system user, made by systemd-sysusers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRecipe {
    /// The user's name; a group of the same name is made.
    pub name: AccountName,
    /// The home directory; `/nonexistent` by default.
    pub home: InstallPath,
    /// Further groups.
    pub groups: Vec<AccountName>,
}

/// A conffile, or what is like one.
#[derive(Debug, Clone)]
pub struct ConfigRecipe {
    /// Where it lies on the host.
    pub path: InstallPath,
    /// What it is.
    pub kind: ConfigKind,
    /// Its permission bits on the host.
    pub mode: Mode,
    /// Its group on the host; root by default.
    pub group: Option<AccountName>,
}

/// What a `[[config]]` is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigKind {
    /// Shipped; the admin's edits are kept.
    Shipped {
        /// The file to ship.
        source: String,
    },
    /// Created empty on the host for the admin to fill, never shipped, removed on purge.
    Secret,
    /// Shipped by earlier versions; dpkg removes it on upgrade.
    Removed,
}

/// More files of the release.
#[derive(Debug, Clone)]
pub struct TreeRecipe {
    /// A directory or a file.
    pub source: String,
    /// Where it goes, relative to the release.
    pub path: String,
}

/// A file outside the prefix.
#[derive(Debug, Clone)]
pub struct FileRecipe {
    /// The file to ship.
    pub source: String,
    /// Where it lies on the host.
    pub path: InstallPath,
    /// Its permission bits; from the file's x-bit by default.
    pub mode: Option<Mode>,
}

/// A symbolic link outside the prefix.
#[derive(Debug, Clone)]
pub struct LinkRecipe {
    /// Where it lies on the host.
    pub path: InstallPath,
    /// What it points to; a relative one is relative to the link's directory.
    pub target: String,
}

/// A directory outside the prefix.
#[derive(Debug, Clone)]
pub struct DirectoryRecipe {
    /// Where it lies on the host.
    pub path: InstallPath,
    /// Its owner; root by default.
    pub owner: Option<AccountName>,
    /// Its group; the owner's by default.
    pub group: Option<AccountName>,
    /// Its permission bits.
    pub mode: Mode,
}

/// A script that runs when a release changes.
#[derive(Debug, Clone)]
pub struct HookRecipe {
    /// When it runs.
    pub moment: HookMoment,
    /// The script.
    pub source: String,
    /// Who runs it: the first service's user, or root.
    pub user: AccountName,
    /// How long it may take, in seconds.
    pub timeout_seconds: u32,
}

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookMoment {
    /// Before the switch; failing keeps the old release.
    BeforeActivate,
    /// After the switch and the health check; failing switches back.
    AfterActivate,
    /// Before an older release is switched to, run by the newer one.
    BeforeRollback,
    /// Before the package is removed.
    BeforeRemove,
    /// When the package is purged; the release is gone by then.
    AfterPurge,
}

impl HookMoment {
    /// Every moment, in the manifest's order.
    pub const ALL: [Self; 5] = [
        Self::BeforeActivate,
        Self::AfterActivate,
        Self::BeforeRollback,
        Self::BeforeRemove,
        Self::AfterPurge,
    ];

    /// The manifest's key, which is also the file's name in the release.
    pub fn name(self) -> &'static str {
        match self {
            Self::BeforeActivate => "before-activate",
            Self::AfterActivate => "after-activate",
            Self::BeforeRollback => "before-rollback",
            Self::BeforeRemove => "before-remove",
            Self::AfterPurge => "after-purge",
        }
    }
}

/// A Debian or Ubuntu release that a package is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// Debian 11: its dpkg reads no zstd.
    Bullseye,
    /// Debian 12.
    Bookworm,
    /// Debian 13.
    Trixie,
    /// Debian's next release.
    Forky,
    /// Debian unstable.
    Sid,
    /// Ubuntu 22.04.
    Jammy,
    /// Ubuntu 24.04.
    Noble,
}

impl Suite {
    /// Every suite with its name.
    pub const ALL: [(&'static str, Self); 7] = [
        ("bullseye", Self::Bullseye),
        ("bookworm", Self::Bookworm),
        ("trixie", Self::Trixie),
        ("forky", Self::Forky),
        ("sid", Self::Sid),
        ("jammy", Self::Jammy),
        ("noble", Self::Noble),
    ];

    /// The Y of its Python 3.Y; none where that still changes.
    pub fn python_minor(self) -> Option<u8> {
        match self {
            Self::Bullseye => Some(9),
            Self::Jammy => Some(10),
            Self::Bookworm => Some(11),
            Self::Noble => Some(12),
            Self::Trixie => Some(13),
            Self::Forky | Self::Sid => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, suite)| *suite == self).map_or("", |(name, _)| name)
    }

    /// Whether its dpkg reads members compressed with zstd (dpkg 1.21.18, or Ubuntu's patch).
    pub fn reads_zstd(self) -> bool {
        self != Self::Bullseye
    }
}

impl Recipe {
    /// The single files that the recipe names, as the manifest spells them: units, configuration, hooks and
    /// what is installed outside the prefix.
    pub fn single_files(&self) -> impl Iterator<Item = &str> {
        let units = self.services.iter().filter_map(|service| match &service.unit {
            UnitSource::File(source) => Some(source),
            UnitSource::Rendered(_) => None,
        });
        let configs = self.configs.iter().filter_map(|config| match &config.kind {
            ConfigKind::Shipped { source } => Some(source),
            ConfigKind::Secret | ConfigKind::Removed => None,
        });
        let hooks = self.hooks.iter().map(|hook| &hook.source);
        let files = self.files.iter().map(|file| &file.source);
        let changelog = self.package.changelog.iter();
        units.chain(configs).chain(hooks).chain(files).chain(changelog).map(String::as_str)
    }
}
