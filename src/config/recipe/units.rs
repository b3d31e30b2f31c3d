//! What systemd runs.

use std::collections::BTreeMap;

use crate::types::mode::Mode;
use crate::types::name::AccountName;
use crate::types::name::UnitName;
use crate::types::path::InstallPath;

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
