//! `mkdeb publish`: packages into a signed apt repository.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::candidate::Checked;
use crate::command::repo::shown;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::host::workers;
use crate::repo::contents;
use crate::repo::publish::Published;
use crate::repo::publish::Wish;
use crate::repo::store::Store;
use crate::types::repo_location::RepoLocation;

/// How many packages are uploaded at once.
const UPLOADS: usize = 8;

/// What to publish and where.
#[derive(Debug, Clone)]
pub struct PublishRequest {
    /// The repository.
    pub location: RepoLocation,
    /// The packages.
    pub packages: Vec<PathBuf>,
    /// The suite; not needed where there is one.
    pub suite: Option<String>,
    /// The component; by default the first one.
    pub component: Option<String>,
    /// Whether other bytes of the same version replace those that are there.
    pub replace: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// Who signs.
    pub keys: KeyOptions,
}

/// What was published.
#[derive(Debug)]
pub struct PublishOutcome {
    /// The suite.
    pub suite: String,
    /// The packages that were put in, as `name version architecture`.
    pub added: Vec<String>,
    /// Those that they replaced.
    pub removed: Vec<String>,
    /// The generation that they are in; none where all was there already.
    pub generation: Option<u64>,
    /// How many packages were there already.
    pub unchanged: usize,
    /// Whether nothing was written because nothing was to be.
    pub dry_run: bool,
    /// What its user should know.
    pub remarks: Vec<String>,
}

/// Publishes packages. All of them are judged before the first is uploaded, and appear together.
pub fn publish(request: &PublishRequest, env: &Env, watch: &Watch) -> Result<PublishOutcome, Failure> {
    publish_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn publish_watched(request: &PublishRequest, env: &Env, watch: &Watch) -> Result<PublishOutcome, Failure> {
    let checked = workers::map(&request.packages, env.cores, |path| Checked::read(path, env, watch));
    let checked = Checked::distinct(checked.into_iter().collect::<Result<_, _>>()?)?;
    // Who only asks needs no key.
    let access = match request.dry_run && !request.keys.has_any(env) {
        true => Access::look(&request.location, None, (env, watch))?,
        false => Access::open(&request.location, &request.keys, (env, watch))?,
    };
    let session = access.session();
    let suite = session.suite(request.suite.as_deref())?;
    let component = request.component.clone().unwrap_or_default();
    let wish = Wish { suite, component, replace: request.replace, dry_run: request.dry_run };
    put(&access, &checked, (&wish, "publish"), watch)
}

/// Uploads packages that were judged, and makes them known.
pub(in crate::command) fn put(
    access: &Access,
    checked: &[Checked],
    (wish, action): (&Wish, &str),
    watch: &Watch,
) -> Result<PublishOutcome, Failure> {
    let session = access.session();
    let candidates: Vec<_> = checked.iter().map(Checked::candidate).collect();
    let store: &dyn Store = &*access.store;
    let mut published = session.publish(action, &candidates, wish, &mut |wanted| {
        let wanted: Vec<_> = wanted.iter().collect();
        watch.expect(wanted.iter().map(|(number, _)| checked[**number].size()).sum());
        let puts = workers::map(&wanted, UPLOADS, |(number, path)| {
            let content = candidates[**number].content;
            if access.settings.contents {
                contents::keep_list(store, content, &checked[**number].spelled())?;
            }
            Ok((**number, store.create(path, content)?))
        });
        puts.into_iter().collect()
    })?;
    if published.generation.is_some() {
        shown::put_page(access, &session, &mut published.view)?;
    }
    if published.new_architectures {
        shown::put_sources(access, &session, &published.view.head.release)?;
    }
    let remarks =
        if published.generation.is_some() { shown::unmet(&mut published.view)? } else { Vec::new() };
    let Published { added, removed, generation, .. } = published;
    let unchanged = candidates.len() - added.len();
    Ok(PublishOutcome {
        suite: wish.suite.clone(),
        added,
        removed,
        generation,
        unchanged,
        dry_run: wish.dry_run,
        remarks,
    })
}
