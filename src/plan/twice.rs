//! The application a second time: a project that is installed in its own virtualenv.

use crate::config::recipe::VenvRecipe;
use crate::content::lock::DistributionName;
use crate::content::record;
use crate::plan::Note;
use crate::plan::draft::Draft;
use crate::plan::installed;
use crate::source::tree::SourceTree;
use crate::types::digest::Sha256;
use crate::types::plural::counted;

/// Where a project has its modules.
const LAYOUTS: [&str; 2] = ["", "src/"];

/// Warns where the virtualenv has other code of the project than the application: what is started from `venv/bin` runs
/// that, and a release that changes the application alone changes nothing.
pub(in crate::plan) fn warn(draft: &mut Draft<'_>, recipe: &VenvRecipe, venv: &SourceTree) {
    let Some(stale) = Stale::find(draft.recipe.package.name.as_str(), &draft.sources.app, venv) else {
        return;
    };
    draft.notes.push(Note::warning(&recipe.source, stale.to_string()));
}

/// Modules that differ.
struct Stale {
    /// The project, with the version that is installed.
    project: String,
    /// The first module, by its path among the installed ones.
    first: String,
    /// How many differ besides.
    more: usize,
}

impl Stale {
    fn find(package: &str, app: &SourceTree, venv: &SourceTree) -> Option<Self> {
        let name: DistributionName = package.parse().ok()?;
        let found = installed::distributions(venv).remove(&name)?;
        let (site, _) = found.directory.as_str()?.rsplit_once('/')?;
        let lines = record::parse(venv.text(&format!("{}/RECORD", found.directory))?).ok()?;
        let digest = |tree: &SourceTree, path: &str| tree.get(path)?.file().map(|file| file.sha256);
        let differs = |path: &str| {
            let here: Option<Sha256> = digest(venv, &format!("{site}/{path}"));
            let there = LAYOUTS.iter().find_map(|layout| digest(app, &format!("{layout}{path}")));
            here.is_some() && there.is_some() && here != there
        };
        let paths = lines.iter().filter_map(|line| std::str::from_utf8(&line.path).ok());
        let mut stale = paths.filter(|path| path.ends_with(".py") && differs(path));
        let first = stale.next()?.to_owned();
        Some(Self { project: format!("{name} {}", found.version), first, more: stale.count() })
    }
}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { project, first, more } = self;
        let more = match more {
            0 => String::new(),
            more => format!(", nor {}", counted(*more as u64, "more modules")),
        };
        write!(
            f,
            "`{first}` of the installed {project} is not the application's{more}: what is started from `venv/bin` runs the installed one; install the project again"
        )
    }
}
