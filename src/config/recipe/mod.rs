//! What to build, checked: every value has its type, every default is in place.
//!
//! Source paths are as the manifest spells them, relative to its directory; only `host` resolves them.

mod files;
mod hooks;
mod lint;
mod package;
mod suite;
mod units;

use crate::types::name::PackageName;
use crate::types::path::InstallPath;

pub use crate::config::recipe::files::ConfigKind;
pub use crate::config::recipe::files::ConfigRecipe;
pub use crate::config::recipe::files::DirectoryRecipe;
pub use crate::config::recipe::files::FileRecipe;
pub use crate::config::recipe::files::LinkRecipe;
pub use crate::config::recipe::files::TreeRecipe;
pub use crate::config::recipe::files::UserRecipe;
pub use crate::config::recipe::hooks::HookMoment;
pub use crate::config::recipe::hooks::HookRecipe;
pub use crate::config::recipe::lint::Judgement;
pub use crate::config::recipe::lint::LintRecipe;
pub use crate::config::recipe::lint::Verdict;
pub use crate::config::recipe::package::AppRecipe;
pub use crate::config::recipe::package::AppSource;
pub use crate::config::recipe::package::Bytecode;
pub use crate::config::recipe::package::CommandRecipe;
pub use crate::config::recipe::package::CommandRun;
pub use crate::config::recipe::package::DropProfile;
pub use crate::config::recipe::package::EntryPoint;
pub use crate::config::recipe::package::Layout;
pub use crate::config::recipe::package::PackageRecipe;
pub use crate::config::recipe::package::VenvRecipe;
pub use crate::config::recipe::suite::Suite;
pub use crate::config::recipe::units::Health;
pub use crate::config::recipe::units::HealthCheck;
pub use crate::config::recipe::units::OnUpgrade;
pub use crate::config::recipe::units::Process;
pub use crate::config::recipe::units::ServiceRecipe;
pub use crate::config::recipe::units::SocketRecipe;
pub use crate::config::recipe::units::TimerJob;
pub use crate::config::recipe::units::TimerRecipe;
pub use crate::config::recipe::units::UnitOptions;
pub use crate::config::recipe::units::UnitSource;

/// Everything a build needs to know besides its inputs.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// `[package]`.
    pub package: PackageRecipe,
    /// `[app]`.
    pub app: AppRecipe,
    /// `[venv]`; an app without one runs on the system's Python.
    pub venv: Option<VenvRecipe>,
    /// How it is cut into packages.
    pub layout: Layout,
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
    /// `[lint]`.
    pub lint: LintRecipe,
}

impl Recipe {
    /// What packages of virtualenvs are named after, and where they lie, in the layout `split`.
    pub fn virtualenvs(&self) -> (&PackageName, InstallPath) {
        let venv = self.venv.as_ref();
        let namespace = venv.and_then(|venv| venv.namespace.as_ref());
        let stated = venv.and_then(|venv| venv.prefix.clone());
        let own = namespace.and_then(|name| format!("/opt/{name}").parse().ok());
        (namespace.unwrap_or(&self.package.name), stated.or(own).unwrap_or_else(|| self.prefix.clone()))
    }

    /// The files whose text is read, as the manifest spells them: units, configuration, hooks, the changelog.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let units = self.services.iter().filter_map(|service| match &service.unit {
            UnitSource::File(source) => Some(source),
            UnitSource::Rendered(_) => None,
        });
        let configs = self.configs.iter().filter_map(|config| match &config.kind {
            ConfigKind::Shipped { source } => Some(source),
            ConfigKind::Secret | ConfigKind::Removed => None,
        });
        let hooks = self.hooks.iter().map(|hook| &hook.source);
        let changelog = self.package.changelog.iter();
        units.chain(configs).chain(hooks).chain(changelog).map(String::as_str)
    }
}
