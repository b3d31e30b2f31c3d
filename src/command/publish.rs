//! `mkdeb publish`: packages into a signed apt repository.

use std::path::PathBuf;

use crate::command::failure::Failure;
use crate::command::repo::Access;
use crate::command::repo::KeyOptions;
use crate::command::repo::candidate::Checked;
use crate::host::env::Env;
use crate::host::watch::Watch;
use crate::host::workers;
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
    /// Packages put in and replaced.
    pub published: Published,
    /// How many packages were there already.
    pub unchanged: usize,
    /// Whether nothing was written because nothing was to be.
    pub dry_run: bool,
}

/// Publishes packages. All of them are judged before the first is uploaded, and appear together.
pub fn publish(request: &PublishRequest, env: &Env, watch: &Watch) -> Result<PublishOutcome, Failure> {
    publish_watched(request, env, watch).map_err(|failure| Failure { signal: watch.signal(), ..failure })
}

fn publish_watched(request: &PublishRequest, env: &Env, watch: &Watch) -> Result<PublishOutcome, Failure> {
    let checked = workers::map(&request.packages, env.cores, |path| Checked::read(path, env, watch));
    let checked = Checked::distinct(checked.into_iter().collect::<Result<_, _>>()?)?;
    let access = Access::open(&request.location, &request.keys, (env, watch))?;
    let session = access.session();
    let suite = session.suite(request.suite.as_deref())?;
    let component = match &request.component {
        Some(component) => component.clone(),
        None => "main".to_owned(),
    };
    let candidates: Vec<_> = checked.iter().map(Checked::candidate).collect();
    let wish = Wish { suite: suite.clone(), component, replace: request.replace, dry_run: request.dry_run };
    let store: &dyn Store = &*access.store;
    watch.expect(0);
    let published = session.publish(&candidates, &wish, &mut |wanted| {
        let wanted: Vec<_> = wanted.iter().collect();
        watch.expect(wanted.iter().map(|(number, _)| checked[**number].size()).sum());
        let puts = workers::map(&wanted, UPLOADS, |(number, path)| {
            store.create(path, candidates[**number].content).map(|put| (**number, put))
        });
        Ok(puts.into_iter().collect::<Result<_, _>>()?)
    })?;
    let unchanged = candidates.len() - published.added.len();
    Ok(PublishOutcome { suite, published, unchanged, dry_run: request.dry_run })
}
