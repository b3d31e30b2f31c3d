//! The values of the unit and sysusers templates.

use serde::Serialize;

/// What every unit says of itself.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Head<'a> {
    /// The package.
    pub package: &'a str,
    /// Its version.
    pub version: &'a str,
    /// The unit's file name.
    pub unit: &'a str,
    /// One line for people.
    pub description: &'a str,
    /// The user's own directives of `[Unit]`.
    pub extra_unit: &'a [(String, String)],
    /// The user's own directives of `[Install]`.
    pub extra_install: &'a [(String, String)],
}

/// `service.unit.hbs`.
#[derive(Debug, Serialize)]
pub struct Service<'a> {
    /// What every unit says of itself.
    #[serde(flatten)]
    pub head: Head<'a>,
    /// The prefix.
    pub prefix: &'a str,
    /// The launcher's name.
    pub name: &'a str,
    /// Whether the unit is a template with instances.
    pub instantiated: bool,
    /// Whether it runs on, rather than once.
    pub long_running: bool,
    /// Whether it can be enabled by itself.
    pub installable: bool,
    /// Whether the sandboxing directives are rendered.
    pub hardening: bool,
    /// `Type=`.
    pub kind: &'a str,
    /// `User=`.
    pub user: &'a str,
    /// `Group=`.
    pub group: Option<&'a str>,
    /// `EnvironmentFile=`.
    pub environment_file: Option<&'a str>,
    /// `Restart=`.
    pub restart: &'a str,
    /// `WorkingDirectory=`.
    pub working_directory: Option<&'a str>,
    /// `After=`.
    pub after: &'a [String],
    /// `Wants=`.
    pub wants: &'a [String],
    /// `StateDirectory=`.
    pub state_directory: &'a [String],
    /// `LogsDirectory=`.
    pub logs_directory: &'a [String],
    /// `RuntimeDirectory=`.
    pub runtime_directory: &'a [String],
    /// The user's own directives of `[Service]`.
    pub extra_service: &'a [(String, String)],
}

/// `timer.unit.hbs`.
#[derive(Debug, Serialize)]
pub struct Timer<'a> {
    /// What every unit says of itself.
    #[serde(flatten)]
    pub head: Head<'a>,
    /// The service it starts, as a unit.
    pub service: &'a str,
    /// When.
    pub schedule: &'a [(String, String)],
    /// The user's own directives of `[Timer]`.
    pub extra_timer: &'a [(String, String)],
}

/// `socket.unit.hbs`.
#[derive(Debug, Serialize)]
pub struct Socket<'a> {
    /// What every unit says of itself.
    #[serde(flatten)]
    pub head: Head<'a>,
    /// The service it starts, as a unit.
    pub service: &'a str,
    /// Addresses.
    pub listen: &'a [String],
    /// `SocketUser=`.
    pub user: Option<&'a str>,
    /// `SocketMode=`.
    pub mode: Option<String>,
    /// The user's own directives of `[Socket]`.
    pub extra_socket: &'a [(String, String)],
}

/// `sysusers.unit.hbs`.
#[derive(Debug, Serialize)]
pub struct Sysusers<'a> {
    /// The package.
    pub package: &'a str,
    /// The users.
    pub users: Vec<Sysuser<'a>>,
}

/// One user of `sysusers.unit.hbs`.
#[derive(Debug, Serialize)]
pub struct Sysuser<'a> {
    /// The user.
    pub name: &'a str,
    /// A name for people.
    pub gecos: &'a str,
    /// The home directory.
    pub home: &'a str,
    /// Further groups.
    pub groups: Vec<&'a str>,
}
