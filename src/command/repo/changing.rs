//! The verbs that change what a suite holds, without new packages.

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::shown;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::repo::apps::Retention;
use crate::repo::apps::Wanted;
use crate::repo::commit::Commit;
use crate::repo::edit::Edit;
use crate::repo::error::Error;
use crate::repo::moving;
use crate::repo::session::Session;
use crate::repo::session::Signers;
use crate::repo::view::View;
use crate::types::repo_location::RepoLocation;

/// A day in seconds.
const DAY: u64 = 86_400;

/// What to do with a suite.
#[derive(Debug, Clone)]
pub struct ChangeRequest {
    /// The repository.
    pub location: RepoLocation,
    /// The suite that changes; not needed where there is one.
    pub suite: Option<String>,
    /// What to do.
    pub action: Action,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Who signs.
    pub keys: KeyOptions,
}

/// What to do.
#[derive(Debug, Clone)]
pub enum Action {
    /// Take packages over from another suite, with what they need.
    Promote {
        /// The other suite.
        from: String,
        /// Which packages.
        packages: Vec<Wanted>,
        /// How many of a hundred hosts they reach; all, where none is said.
        percent: Option<u8>,
    },
    /// Take packages out, with what only they needed.
    Remove(Vec<Wanted>),
    /// Hold again what an earlier generation held.
    Restore(u64),
    /// Let so many of a hundred hosts upgrade.
    Rollout(Wanted, u8),
    /// Take out old versions.
    Prune {
        /// How many versions of each package stay.
        keep: usize,
        /// How many days every package stays.
        keep_days: u64,
        /// What stays whatever its age.
        pins: Vec<Wanted>,
    },
    /// Sign anew, by the keys that are given.
    Resign,
}

impl Action {
    /// The word for the journal.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Promote { .. } => "promote",
            Self::Remove(_) => "remove",
            Self::Restore(_) => "restore",
            Self::Rollout(..) => "rollout",
            Self::Prune { .. } => "prune",
            Self::Resign => "rotate",
        }
    }

    /// What the journal says of it.
    fn told(&self) -> String {
        match self {
            Self::Rollout(_, percent) | Self::Promote { percent: Some(percent), .. } => {
                format!("{} {percent} %", self.name())
            }
            _ => self.name().to_owned(),
        }
    }

    fn edit(&self, session: &Session<'_>, view: &mut View<'_>) -> Result<Edit, Error> {
        match self {
            Self::Promote { from, packages, percent } => {
                let from = session.suite(Some(from))?;
                if from == view.suite() {
                    return Err(Error::SameSuite(from));
                }
                moving::promotion(session, &from, (packages, *percent))
            }
            Self::Remove(packages) => moving::removal(view, packages),
            Self::Restore(generation) => moving::restoration(session, view, *generation),
            Self::Rollout(package, percent) => moving::rollout(view, package, *percent),
            Self::Prune { keep, keep_days, pins } => {
                let now = session.store.now()?.seconds();
                let since = |days: u64| now.saturating_sub(days.saturating_mul(DAY));
                // No day at all is no wish to keep what came this very second.
                let since_days = if *keep_days == 0 { u64::MAX } else { since(*keep_days) };
                let parts_since = since((*keep_days).max(1));
                let rule = Retention { keep: *keep, since: since_days, parts_since, pins: pins.clone() };
                moving::pruning(view, &rule)
            }
            Self::Resign => Ok(Edit::signature()),
        }
    }
}

/// What was done.
#[derive(Debug, Default)]
pub struct ChangeOutcome {
    /// The word for it.
    pub action: &'static str,
    /// The suite.
    pub suite: String,
    /// The packages that were put in or changed, as `name version architecture`.
    pub added: Vec<String>,
    /// The packages that were taken out or changed.
    pub removed: Vec<String>,
    /// The new generation; none where nothing changed.
    pub generation: Option<u64>,
    /// Whether nothing was written because nothing was to be.
    pub dry_run: bool,
    /// What its user should know.
    pub remarks: Vec<String>,
}

/// Changes a suite.
pub fn change(request: &ChangeRequest, env: &Env, watch: &Watch) -> Result<ChangeOutcome, Failure> {
    let changed = Access::open(&request.location, &request.keys, (env, watch))
        .and_then(|access| change_with(&access, request, Signers::Keep));
    changed.map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

/// The same for who has the keys already.
pub(in crate::command) fn change_with(
    access: &Access,
    request: &ChangeRequest,
    signers: Signers,
) -> Result<ChangeOutcome, Failure> {
    let session = Session { signers, ..access.session() };
    let suite = session.suite(request.suite.as_deref())?;
    let action = &request.action;
    let mut outcome = ChangeOutcome {
        action: action.name(),
        suite: suite.clone(),
        dry_run: request.dry_run,
        remarks: remarks(action, &suite),
        ..ChangeOutcome::default()
    };
    if request.dry_run {
        let mut view = session.view(&suite)?;
        let edit = action.edit(&session, &mut view)?;
        if let Some(draft) = session.draft(&mut view, &edit)? {
            outcome.added = draft.added().iter().cloned().collect();
            outcome.removed = draft.removed().iter().cloned().collect();
        }
        return Ok(outcome);
    }
    let (commit, mut view) =
        session.change(&action.told(), &suite, &mut |view| action.edit(&session, view))?;
    if let Some(Commit { added, removed, generation, .. }) = commit {
        (outcome.added, outcome.removed, outcome.generation) = (added, removed, Some(generation));
        outcome.remarks.extend(shown::unmet(&mut view)?);
        shown::put_page(access, &session, &mut view)?;
        shown::put_sources(access, &session, &view.head.release)?;
    }
    Ok(outcome)
}

fn remarks(action: &Action, suite: &str) -> Vec<String> {
    let text = match action {
        Action::Restore(_) => format!(
            "hosts that upgraded stay as they are: apt does not go back by itself; \
             `mkdeb repo republish NAME VERSION --as HIGHER --suite {suite}` makes them"
        ),
        Action::Rollout(package, 100..) => format!("`{package}` reaches all hosts"),
        Action::Rollout(package, percent) => format!("`{package}` reaches {percent} of 100 hosts"),
        Action::Remove(_) => "hosts that installed it keep it".to_owned(),
        _ => return Vec::new(),
    };
    vec![text]
}
