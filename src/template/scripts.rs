//! The values of the maintainer scripts and of what a release runs on the host.
//!
//! One struct per template, rendered by name. Knows the vocabulary of the shell's data (`activate.sh.hbs`);
//! refuses to know where the values come from and which package layout they serve.

use std::fmt::Display;

use serde::Serialize;
use serde::Serializer;

use crate::types::mode::Mode;
use crate::types::name::AccountName;
use crate::types::name::PackageName;
use crate::types::path::InstallPath;
use crate::types::version::DebVersion;

/// What every script knows about the release it belongs to.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// The binary package.
    #[serde(serialize_with = "text")]
    pub package: PackageName,
    /// Its version, with epoch, as dpkg gives it to the scripts.
    #[serde(serialize_with = "text")]
    pub version: DebVersion,
    /// The name of its directory below `prefix/releases`, which `prefix/.mkdeb/release` holds as well.
    pub id: String,
    /// The prefix, such as `/opt/orders`.
    #[serde(serialize_with = "text")]
    pub prefix: InstallPath,
    /// Whether releases and virtualenvs are packages of their own, which stay when this one goes.
    pub split: bool,
    /// How many releases stay beside the current one, where they are packages of their own.
    pub keep: u32,
}

/// `preinst.sh.hbs`: refuses what could not end well.
#[derive(Debug, Clone, Serialize)]
pub struct Preinst {
    /// The release.
    pub release: Release,
    /// The interpreter of the host that the virtualenv's links lead to; none without Python.
    #[serde(serialize_with = "optional_text")]
    pub interpreter: Option<InstallPath>,
    /// The packages of the field `Replaces`: from them the prefix may be taken over.
    #[serde(serialize_with = "texts")]
    pub replaces: Vec<PackageName>,
}

/// `postinst.sh.hbs`: hands over to the release's `activate`.
#[derive(Debug, Clone, Serialize)]
pub struct Postinst {
    /// The release.
    pub release: Release,
}

/// `prerm.sh.hbs`: hands over to the release's `activate`.
#[derive(Debug, Clone, Serialize)]
pub struct Prerm {
    /// The release.
    pub release: Release,
}

/// `postrm.sh.hbs`: starts the switch on an upgrade, and cleans up at the end.
#[derive(Debug, Clone, Serialize)]
pub struct Postrm {
    /// The release.
    pub release: Release,
    /// The units with their suffix, instances one by one: `orders.service`, `worker@1.service`.
    pub units: Vec<String>,
    /// What a purge deletes besides: secrets, declared directories, and the state, logs, cache and run
    /// directories of the services.
    #[serde(serialize_with = "texts")]
    pub data: Vec<InstallPath>,
}

/// `tree-prerm.sh.hbs` and `tree-postrm.sh.hbs`: of a package that is nothing but a tree.
#[derive(Debug, Clone, Serialize)]
pub struct Tree {
    /// The directory that it owns.
    #[serde(serialize_with = "text")]
    pub directory: InstallPath,
}

/// `rollback.sh.hbs`: goes back to another release; `/usr/bin/PACKAGE-rollback`.
#[derive(Debug, Clone, Serialize)]
pub struct Rollback {
    /// The release.
    pub release: Release,
}

/// `activate.sh.hbs`: everything that happens on a host; shipped as `.mkdeb/activate` of the release, 0755.
#[derive(Debug, Clone, Serialize)]
pub struct Activate {
    /// The release.
    pub release: Release,
    /// The release's own interpreter, as an absolute path; none without Python, and then no preflight.
    #[serde(serialize_with = "optional_text")]
    pub python: Option<InstallPath>,
    /// The account of the first service, as which preflight runs; root without services.
    pub account: Account,
    /// Users that `/usr/lib/sysusers.d/PACKAGE.conf` creates.
    #[serde(serialize_with = "texts")]
    pub accounts: Vec<AccountName>,
    /// What files of the package declare to systemd's programs, in the order of need.
    pub declared: Vec<Declared>,
    /// `[[directory]]` entries, parents first. Created when missing, never changed.
    pub directories: Vec<Directory>,
    /// Secret configuration: created empty when missing, never shipped.
    pub secrets: Vec<Secret>,
    /// Conffiles with a mode or a group of their own; the others need no entry.
    pub conffiles: Vec<Conffile>,
    /// The units, in the order to start them; the same names as in `.mkdeb/units`.
    pub units: Vec<Unit>,
    /// The health checks.
    pub health: Vec<Health>,
    /// The hooks that `.mkdeb/hooks/` has.
    pub hooks: Vec<Hook>,
    /// Files of the host that systemd would read into the first service's environment.
    #[serde(serialize_with = "texts")]
    pub environment_files: Vec<InstallPath>,
}

/// `preflight.py.hbs`: whether the release can start.
#[derive(Debug, Clone, Serialize)]
pub struct Preflight {
    /// What `sys.prefix` must be: the release's virtualenv; none without one.
    #[serde(serialize_with = "optional_text")]
    pub prefix: Option<InstallPath>,
    /// What launchers put on `sys.path`, absolute.
    #[serde(serialize_with = "texts")]
    pub python_path: Vec<InstallPath>,
    /// The entry points of commands.
    pub entry_points: Vec<EntryPoint>,
}

/// `health.py.hbs`: asks one address once.
#[derive(Debug, Clone, Serialize)]
pub struct HealthProbe {
    /// The `User-Agent` that a service sees in its log: `mkdeb-health/orders`.
    pub user_agent: String,
}

/// An entry point, `module:object`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryPoint {
    /// The module to import.
    pub module: String,
    /// The attribute path below it; empty to import only.
    pub object: String,
}

/// A user with its group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Account {
    /// The user.
    #[serde(serialize_with = "text")]
    pub user: AccountName,
    /// The group.
    #[serde(serialize_with = "text")]
    pub group: AccountName,
}

/// A packaged file that one of systemd's programs makes things from: `sysusers.d(5)`, `tmpfiles.d(5)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// Its kind, by which the program and the directory are named: `sysusers`, `tmpfiles`.
    pub kind: &'static str,
    /// Its name in that directory.
    pub file: String,
}

/// A directory that exists on the host and belongs to no package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Directory {
    /// Where.
    #[serde(serialize_with = "text")]
    pub path: InstallPath,
    /// Its user.
    #[serde(serialize_with = "text")]
    pub user: AccountName,
    /// Its group.
    #[serde(serialize_with = "text")]
    pub group: AccountName,
    /// Its mode.
    #[serde(serialize_with = "text")]
    pub mode: Mode,
}

/// A secret file, owned by root, readable by a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Secret {
    /// Where.
    #[serde(serialize_with = "text")]
    pub path: InstallPath,
    /// Who may read it.
    #[serde(serialize_with = "text")]
    pub group: AccountName,
    /// Its mode, 0640 unless told.
    #[serde(serialize_with = "text")]
    pub mode: Mode,
}

/// A conffile that is not `root:root` with the mode in the archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conffile {
    /// Where.
    #[serde(serialize_with = "text")]
    pub path: InstallPath,
    /// Its group.
    #[serde(serialize_with = "text")]
    pub group: AccountName,
    /// Its mode.
    #[serde(serialize_with = "text")]
    pub mode: Mode,
}

/// A unit that the package ships, or an instance of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// The name with its suffix.
    pub name: String,
    /// What it is.
    pub kind: UnitKind,
    /// What an upgrade does to it when it runs; for timers and sockets see [`UnitKind`].
    pub on_upgrade: OnUpgrade,
    /// Whether it starts at boot.
    pub boot: Boot,
    /// Whether it starts when it first comes to a host.
    pub start: Start,
}

/// The kinds of units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnitKind {
    /// A service.
    Service,
    /// A timer; an upgrade restarts it when its unit changed.
    Timer,
    /// A socket; an upgrade restarts it, in one job with its service, when its unit changed.
    Socket,
}

/// What an upgrade does to a running service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnUpgrade {
    /// Restart it.
    Restart,
    /// Reload it; restart it when its unit changed or it had failed.
    Reload,
    /// Leave the old process alone.
    None,
}

/// Whether a unit is enabled on a first install. Afterwards it is the admin's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Boot {
    /// By the unit's `[Install]`.
    Enabled,
    /// Never by the package.
    Disabled,
}

/// Whether a unit that is new on a host is started. One that is not enabled never is, as
/// `deb-systemd-invoke(1p)` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Start {
    /// With the activation.
    Now,
    /// By a timer, a socket or the admin.
    Later,
}

/// How to learn that a service works.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The unit it is about; not asked while that does not run.
    pub unit: String,
    /// Who asks.
    pub account: Account,
    /// How long it may take to become healthy.
    pub seconds: u32,
    /// What is asked.
    pub check: Check,
}

/// A health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", content = "what", rename_all = "kebab-case")]
pub enum Check {
    /// An address that answers with 2xx or 3xx.
    Http(String),
    /// A command line of `sh`, run in the release, that succeeds.
    Command(String),
}

/// A hook of the release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hook {
    /// When it runs; also the name of its file.
    pub event: HookEvent,
    /// As whom.
    pub account: Account,
    /// How long it may take.
    pub seconds: u32,
}

/// The moments that have hooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookEvent {
    /// Before `current` is switched.
    BeforeActivate,
    /// After the service is healthy.
    AfterActivate,
    /// In the release that is left, before a downgrade.
    BeforeRollback,
    /// Before the package is removed.
    BeforeRemove,
    /// When it is purged.
    AfterPurge,
}

fn text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

/// Absent is the empty word, which the scripts test with `[ -n … ]`.
#[allow(clippy::ref_option, reason = "the signature that serde calls")]
fn optional_text<S: Serializer>(value: &Option<InstallPath>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(value.as_ref().map_or("", InstallPath::as_str))
}

fn texts<S: Serializer>(values: &[impl Display], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(ToString::to_string))
}
